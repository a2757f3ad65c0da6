"""The catalogue, its domains, and the search over it."""

import json
from typing import Any

import pytest

from collectors.records import Schema, Tag
from collectors.settings import Domain, Settings
from dashboard.flow.answers import Question
from dashboard.flow.model.domains import domains
from dashboard.flow.who.catalogue import events
from dashboard.flow.who.consumers import consumers
from dashboard.flow.who.search import search, suggestions
from tests.flow.building import (
    SOURCE,
    TYPE,
    Build,
    arn,
    ask,
    bus,
    function,
    gap,
    link,
    new_bus,
    pipe,
    queue,
    rule,
    subscriber,
    topic,
)

BUS, BILL = bus(), function()

NAMES: list[tuple[Any, list[tuple[str, str]]]] = [
    ({"source": ["a"], "detail-type": ["X"]}, [("a", "X")]),
    ({"source": ["a"], "detail-type": ["X", "Y"]}, [("a", "X"), ("a", "Y")]),
    ({"source": ["a", "b"], "detail-type": ["X"]}, [("a", "X"), ("b", "X")]),
    ({"source": ["a", "b"], "detail-type": ["X", "Y"]}, []),
    ({"source": ["a"]}, []),
    ({"detail-type": ["X"]}, []),
    ({"source": [{"prefix": "a"}], "detail-type": ["X"]}, []),
    ({"source": ["a"], "detail-type": [{"wildcard": "X*"}]}, []),
    (
        {"$or": [{"source": ["a"], "detail-type": ["X"]}, {"source": ["b"], "detail-type": ["Y"]}]},
        [("a", "X"), ("b", "Y")],
    ),
]


@pytest.mark.parametrize(("pattern", "types"), NAMES)
def test_a_pattern_makes_a_type_known_only_where_its_pairs_are_literal(
    build: Build, pattern: Any, types: list[tuple[str, str]]
) -> None:
    found = events(build(BUS, BILL, rule(BUS, "r", BILL.arn, json.dumps(pattern))))
    assert [(row.source, row.detail_type) for row in found.events] == types
    assert all(row.known_by == ("pattern",) and row.buses == (BUS.arn,) for row in found.events)
    assert bool(found.open) == (not types)


def test_a_type_known_from_a_schema_alone_has_no_bus(build: Build) -> None:
    schema = Schema(
        arn=arn("schemas", "schema/acme/x"), registry="acme", name="x", source="a", detail_type="X"
    )
    (row,) = events(build(BUS, schema)).events
    assert (row.buses, row.known_by, row.schema, row.orphan) == (
        (),
        ("schema",),
        schema.arn,
        "no consumer, no producer seen",
    )


def test_a_malformed_pattern_is_listed_and_hides_nothing(build: Build) -> None:
    found = events(build(BUS, BILL, rule(BUS, "bad", BILL.arn, "{"), rule(BUS, "good", BILL.arn)))
    assert [arn for arn, _ in found.malformed] == [rule(BUS, "bad", BILL.arn).arn]
    assert [row.detail_type for row in found.events] == [TYPE]


def test_a_filter_that_its_service_does_not_have_is_reported_and_may_take_anything(build: Build) -> None:
    fresh, inbox = new_bus(), queue()
    wild = '{"detail": {"name": [{"wildcard": "a*"}]}}'
    estate = build(
        *(BUS, fresh, BILL, inbox, rule(BUS, "fine", inbox.arn, wild)),
        subscriber(fresh, "wild", BILL.arn, pattern=wild),
        link(
            "event-source-mapping", inbox, BILL, arn="arn:aws:lambda:::m", dialect="lambda", filters=(wild,)
        ),
    )
    problems = dict(events(estate).malformed)
    assert set(problems) == {subscriber(fresh, "wild", BILL.arn).arn, "arn:aws:lambda:::m"}
    assert all("wildcard is not among it" in problem for problem in problems.values())
    (row,) = ask(estate, "fresh").consumers
    assert (row.delivery, "wildcard is not among it" in row.when[0]) == ("sometimes", True)


def test_a_filter_over_a_limit_of_its_service_is_reported_and_matched_all_the_same(build: Build) -> None:
    news = topic()
    policy = json.dumps({"source": [SOURCE, *map(str, range(150))]})
    via = link("sns-subscription", news, BILL, arn="arn:aws:sns:::s", dialect="sns-body", filters=(policy,))
    estate = build(BUS, news, BILL, via, rule(BUS, "r", news.arn))
    assert events(estate).malformed == (
        ("arn:aws:sns:::s", "Over a limit of sns-body: 151 combinations of values, at most 150."),
    )
    assert ask(estate).consumers[0].delivery == "always"


def test_a_catch_all_is_told_apart_from_a_family(build: Build) -> None:
    every = rule(BUS, "every", BILL.arn, '{"source": [{"prefix": ""}]}')
    some = rule(BUS, "some", BILL.arn, '{"source": [{"prefix": "com."}]}')
    assert [(o.name, o.catch_all) for o in events(build(BUS, BILL, every, some)).open] == [
        ("every", True),
        ("some", False),
    ]


def test_the_count_of_consumers_is_that_of_the_answer(build: Build) -> None:
    """Through what the count takes short cuts on: queues, filters, buses, rules that are off."""
    inbox, other, tube = queue(), bus("other"), pipe()
    pay, gone = function("pay"), arn("lambda", "function:gone")
    picky = ('{"body": {"detail-type": ["OrderPlaced"]}}',)
    estate = build(
        *(BUS, other, BILL, pay, inbox, tube, rule(BUS, "a", BILL.arn), rule(BUS, "b", inbox.arn)),
        *(rule(BUS, "off", function("off").arn, state="DISABLED"), function("off"), rule(BUS, "gone", gone)),
        *(rule(BUS, "to", other.arn), rule(other, "c", function("far").arn), function("far")),
        rule(BUS, "late", inbox.arn, '{"source": ["com.acme.orders"], "detail-type": ["OrderShipped"]}'),
        link("event-source-mapping", inbox, pay, dialect="lambda", filters=picky),
    )
    found = {(row.source, row.detail_type): row.consumers for row in events(estate).events}
    assert found == {key: consumers(estate, Question(*key)).count for key in found}
    assert found == {(SOURCE, TYPE): 3, (SOURCE, "OrderShipped"): 0}


def test_the_catalogue_is_incomplete_with_any_gap(build: Build) -> None:
    assert not events(build(BUS, gaps={("1" * 12, "eu-west-1", "schemas"): [gap()]})).complete


SETTINGS = Settings(
    domains=(
        Domain(name="shop", sources=("com.acme.",), owner="team-shop"),
        Domain(name="orders", sources=("com.acme.orders",), accounts=("111111111111",), owner="team-orders"),
    )
)


def test_the_longest_source_prefix_names_the_domain(build: Build) -> None:
    estate = build(BUS, BILL, rule(BUS, "r", BILL.arn), settings=SETTINGS)
    (row,) = events(estate, "orders").events
    assert (row.domain, row.owner, events(estate, "shop").events) == ("orders", "team-orders", ())


def test_a_tag_wins_over_the_account(build: Build) -> None:
    tag = Tag(arn=BILL.arn, key="domain", value="payments")
    estate = build(BUS, BILL, tag, settings=SETTINGS)
    assert (estate.domain_of(BILL.arn), estate.domain_of(BUS.arn)) == ("payments", "orders")
    assert [(d.domain, d.buses, d.resources) for d in domains(estate) if d.buses or d.resources] == [
        ("orders", 1, 0),
        ("payments", 0, 1),
    ]


QUERIES = [
    ("OrderPlaced", ("event", TYPE)),
    ("orderpl", ("event", TYPE)),
    ("placed", ("event", TYPE)),
    (f"{SOURCE} {TYPE}", ("event", TYPE)),
    (SOURCE, ("source", SOURCE)),
    ("bill", ("resource", "bill")),
    ("OrderPlcaed", ("event", TYPE)),
    ("who consumes OrderPlaced?", ("event", TYPE)),
    ("orders", ("bus", "orders")),
    (BILL.arn, ("resource", "bill")),
]


@pytest.mark.parametrize(("text", "first"), QUERIES)
def test_the_best_hit_comes_first(build: Build, text: str, first: tuple[str, str]) -> None:
    hit = search(build(BUS, BILL, rule(BUS, "r", BILL.arn)), text).found[0]
    assert (hit.kind, hit.label) == first


@pytest.mark.parametrize("text", ["", "   ", "zzzzzz"])
def test_nothing_is_found_for_nothing(build: Build, text: str) -> None:
    assert search(build(BUS, BILL), text).found == ()


def test_suggestions_are_event_types(build: Build) -> None:
    assert [hit.event for hit in suggestions(build(BUS, BILL, rule(BUS, "r", BILL.arn)))] == [(SOURCE, TYPE)]
