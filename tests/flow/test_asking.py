"""What a question asks about: concrete events, buses, where a type enters, and what is complete."""

import json
from typing import Any

import pytest

from collectors.errors import UsageError
from collectors.records import Schema
from dashboard.flow.answers import Question
from dashboard.flow.who.consumers import consumers
from tests.flow.building import (
    ACCOUNT,
    OTHER,
    REGION,
    SOURCE,
    TYPE,
    Build,
    arn,
    ask,
    bus,
    function,
    gap,
    link,
    rule,
    told,
    trace,
)

ASKED = Question(SOURCE, TYPE)
BUS, BILL = bus(), function()


def test_a_concrete_event_is_matched_itself(build: Build) -> None:
    pattern = json.dumps({"source": [SOURCE], "detail": {"total": [{"numeric": [">", 100]}]}})
    estate = build(BUS, BILL, rule(BUS, "r", BILL.arn, pattern))
    verdicts = [
        told(ask(estate, "orders", {"source": SOURCE, "detail-type": TYPE, "detail": {"total": total}}))
        for total in (101, 100)
    ]
    assert verdicts == [[("bill", "always", True)], []]


def test_account_and_region_of_a_concrete_event_are_filled_in_from_the_bus(build: Build) -> None:
    pattern = json.dumps({"account": [ACCOUNT], "region": [REGION]})
    estate = build(BUS, BILL, rule(BUS, "r", BILL.arn, pattern))
    assert told(ask(estate, "orders", {"source": SOURCE, "detail-type": TYPE})) == [("bill", "always", True)]


@pytest.mark.parametrize("event", [{}, {"source": SOURCE}, {"source": 1, "detail-type": TYPE}])
def test_an_event_without_source_or_detail_type_is_bad_usage(build: Build, event: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="needs"):
        ask(build(BUS), None, event)


def test_a_bus_name_means_every_bus_of_that_name(build: Build) -> None:
    here, there = bus("orders"), bus("orders", OTHER)
    f = function("f", OTHER)
    estate = build(
        here, there, BILL, f, rule(here, "r", BILL.arn), rule(there, "r", f.arn), accounts=(ACCOUNT, OTHER)
    )
    assert {row.bus for row in ask(estate, "orders").consumers} == {here.arn, there.arn}
    assert {row.bus for row in ask(estate, there.arn).consumers} == {there.arn}


def test_an_unknown_bus_is_bad_usage_with_the_nearest_names(build: Build) -> None:
    with pytest.raises(UsageError, match=r"There is no bus ordres\. The nearest: orders"):
        ask(build(BUS), "ordres")


def test_without_a_bus_the_buses_are_asked_where_the_type_enters(build: Build) -> None:
    other = bus("other")
    catch_all = rule(other, "all", function("all").arn, '{"source": [{"prefix": ""}]}')
    estate = build(BUS, other, BILL, function("all"), rule(BUS, "r", BILL.arn), catch_all)
    assert [row.name for row in ask(estate).consumers] == ["bill"]


def test_a_type_enters_where_it_was_observed(build: Build) -> None:
    other = bus("other")
    estate = build(
        BUS, other, BILL, rule(other, "all", BILL.arn, '{"source": [{"prefix": ""}]}'), trace(other)
    )
    assert ask(estate).buses == (other.arn,)


def test_a_type_enters_where_its_schema_was_discovered(build: Build) -> None:
    schema = Schema(
        arn=arn("schemas", "schema/discovered-schemas/x"),
        registry="discovered-schemas",
        name="x",
        source=SOURCE,
        detail_type=TYPE,
    )
    discoverer = link("discoverer", bus("other"), arn("schemas", "discoverer/d"))
    assert ask(build(BUS, bus("other"), schema, discoverer)).buses == (bus("other").arn,)


def test_a_type_that_nothing_knows_is_asked_on_all_buses_and_has_near_names(build: Build) -> None:
    catch_all = rule(BUS, "all", BILL.arn, '{"source": [{"prefix": ""}]}')
    answer = consumers(build(BUS, BILL, catch_all, trace(bus("other"))), Question(SOURCE, "OrderPlacd"))
    assert (answer.known, told(answer), answer.nearest) == (
        False,
        [("bill", "always", True)],
        ((SOURCE, TYPE),),
    )


def test_aws_events_enter_on_the_default_buses(build: Build) -> None:
    default = bus("default")
    every = rule(default, "s3", BILL.arn, json.dumps({"source": [{"prefix": "aws."}]}))
    estate = build(BUS, default, BILL, every)
    assert consumers(estate, Question("aws.s3", "Object Created")).buses == (default.arn,)


GAPS = [
    ((ACCOUNT, REGION, "rules"), {}, False),
    ((ACCOUNT, REGION, "queues"), {}, True),
    ((ACCOUNT, REGION, "schemas"), {}, True),
    ((OTHER, REGION, "rules"), {}, True),
    ((ACCOUNT, REGION, "functions"), {"subject": arn("lambda", "function:else")}, True),
    ((ACCOUNT, REGION, "functions"), {"subject": BILL.arn}, False),
    ((ACCOUNT, REGION, "rules"), {"subject": arn("events", "rule/elsewhere/r")}, True),
    ((ACCOUNT, REGION, "rules"), {"subject": arn("events", "rule/orders/x")}, False),
]


@pytest.mark.parametrize(("scope", "more", "complete"), GAPS)
def test_an_answer_is_complete_unless_a_gap_touches_its_paths(
    build: Build,
    scope: tuple[str, str, str],
    more: dict[str, Any],
    complete: bool,  # noqa: FBT001 - a case
) -> None:
    answer = ask(build(BUS, BILL, rule(BUS, "r", BILL.arn), gaps={scope: [gap(**more)]}))
    assert (answer.complete, len(answer.gaps)) == (complete, int(not complete))
