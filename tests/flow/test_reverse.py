"""What a resource consumes and produces agrees with who consumes and produces each type, both ways."""

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from collectors.records import Record, Tag
from collectors.sample import generate
from collectors.settings import Domain, Settings
from dashboard.flow.answers import Consumer, Question
from dashboard.flow.backwards import making, reverse, teams
from dashboard.flow.model.estate import Estate
from dashboard.flow.model.known import known
from dashboard.flow.who.consumers import consumers
from dashboard.flow.who.producers import producers
from tests.flow.building import (
    OTHER,
    SOURCE,
    TYPE,
    Build,
    arn,
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
    trace,
)

BUS, HUB, BILL = bus(), bus("hub"), function()
ANY = '{"source": [{"prefix": ""}]}'


@pytest.fixture(scope="module", params=[1, 2])
def generated(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Estate:
    """A generated estate of which every type can be asked in a second."""
    store = tmp_path_factory.mktemp("generated")
    sizes = {
        "rules": 160,
        "queues": 30,
        "schemas": 30,
        "functions": 20,
        "buses": 8,
        "event_types": 30,
        "accounts": 3,
    }
    made = generate.as_snapshot(store, seed=request.param, metrics=False, **sizes)
    return Estate.of(made, Settings(store=store))


def forward(estate: Estate) -> tuple[dict[str, Any], dict[str, Any]]:
    """By resource: types that pass through it or end in it, and the consumer rows that end in it."""
    through: dict[str, set[Any]] = defaultdict(set)
    ends: dict[str, dict[Any, set[Consumer]]] = defaultdict(lambda: defaultdict(set))
    for key in known(estate):
        for row in consumers(estate, Question(*key)).consumers:
            ends[row.arn][key].add(row)
            for resource in {row.bus, *(hop.arn for hop in row.path)}:
                through[resource].add(key)
    return through, ends


def check_consumed(estate: Estate) -> None:
    through, ends = forward(estate)
    for resource in {*estate.resources, *estate.buses, *through}:
        rows = reverse.consumed(estate, [resource])
        assert {(r.source, r.detail_type) for r in rows if r.role != "arrives"} == through.get(
            resource, set()
        ), resource
        found: dict[Any, set[Consumer]] = defaultdict(set)
        for one in rows:
            if one.role == "consumes":
                found[one.source, one.detail_type].add(one.row)
        assert found == ends.get(resource, {}), resource


def check_produced(estate: Estate) -> None:
    made: dict[str, set[Any]] = defaultdict(set)
    for key in known(estate):
        for row in producers(estate, Question(*key)).producers:
            if row.evidence != "named" and row.kind not in ("rule", "subscriber"):
                made[row.arn].add((key, row))
    for resource in {*estate.resources, *estate.buses, *made}:
        found = {
            ((one.source, one.detail_type), one.row)
            for one in making.produced(estate, [resource], permitted=True)
            if not one.shared
        }
        assert {row for row in found if row[0] in known(estate)} == made.get(resource, set()), resource


def test_a_generated_estate_is_the_same_both_ways(generated: Estate) -> None:
    check_consumed(generated)
    check_produced(generated)


def test_the_sample_estate_is_the_same_both_ways(sample_estate: Estate) -> None:
    check_consumed(sample_estate)
    check_produced(sample_estate)


def test_a_team_consumes_what_its_things_do(generated: Estate) -> None:
    name = generated.domain_of(next(iter(generated.resources))) or ""
    got = teams.team(generated, "domain", name)
    rows = {
        (key, replace(row, note=None))
        for key in known(generated)
        for row in consumers(generated, Question(*key)).consumers
        if row.domain == name
    }
    assert {((r.source, r.detail_type), replace(r.row, note=None)) for r in got.consumed} == rows


def roles(estate: Estate, resource: Record | str) -> list[tuple[str, str, str, bool]]:
    target = resource if isinstance(resource, str) else resource.arn  # type: ignore[attr-defined]
    return [(r.detail_type, r.role, r.row.delivery, r.row.active) for r in reverse.consumed(estate, [target])]


def both(*records: Record) -> Iterator[Record]:
    yield from (BUS, BILL, *records)


def test_a_queue_that_is_read_passes_it_and_the_reader_consumes_it(build: Build) -> None:
    estate = build(*both(queue(), rule(BUS, "r", queue().arn), link("event-source-mapping", queue(), BILL)))
    assert roles(estate, queue()) == [(TYPE, "passes", "always", True)]
    assert roles(estate, BILL) == [(TYPE, "consumes", "always", True)]
    assert roles(estate, BUS) == [(TYPE, "passes", "always", True)]


def test_a_topic_without_subscribers_gets_it_and_it_goes_no_further(build: Build) -> None:
    estate = build(*both(topic(), rule(BUS, "r", topic().arn)))
    assert roles(estate, topic()) == [(TYPE, "arrives", "always", True)]


def test_a_queue_nobody_reads_consumes_and_says_so(build: Build) -> None:
    estate = build(*both(queue(), rule(BUS, "r", queue().arn)))
    (row,) = reverse.consumed(estate, [queue().arn])
    assert (row.role, row.row.note) == ("consumes", "Nothing collected reads this queue.")


def test_a_disabled_rule_still_leads_here_and_is_not_active(build: Build) -> None:
    estate = build(*both(rule(BUS, "r", BILL.arn, state="DISABLED")))
    assert roles(estate, BILL) == [(TYPE, "consumes", "always", False)]


def test_the_condition_on_the_way_is_told(build: Build) -> None:
    pattern = f'{{"source": ["{SOURCE}"], "detail-type": ["{TYPE}"], "detail": {{"total": [{{"numeric": [">", 9]}}]}}}}'
    estate = build(*both(rule(BUS, "r", BILL.arn, pattern)))
    (row,) = reverse.consumed(estate, [BILL.arn])
    assert (row.row.delivery, row.row.when) == ("sometimes", ("detail.total > 9",))


def test_a_pipe_that_puts_a_new_event_leads_on_from_the_old_one(build: Build) -> None:
    tube = pipe()
    records = [
        *(HUB, queue(), tube, rule(BUS, "in", queue().arn)),
        link("pipe-source", queue(), tube),
        link("pipe-target", tube, HUB, source="tube", detail_type="Moved"),
        rule(HUB, "out", BILL.arn, '{"source": ["tube"], "detail-type": ["Moved"]}'),
    ]
    estate = build(*both(*records))
    assert {(r.source, r.role) for r in reverse.consumed(estate, [BILL.arn])} == {
        (SOURCE, "consumes"),
        ("tube", "consumes"),
    }
    assert [(one.source, one.detail_type) for one in making.produced(estate, [tube.arn])] == [
        ("tube", "Moved")
    ]


def test_a_new_bus_that_an_event_source_feeds_passes_what_enters_the_old_one(build: Build) -> None:
    fresh = new_bus()
    fed = arn("events", "event-source/feed/1")
    records = [
        *(
            fresh,
            function("other"),
            rule(BUS, "names-it", BILL.arn),
            link("event-source", BUS, fed),
            link("event-source", fed, fresh),
        ),
        subscriber(fresh, "s", function("other").arn),
    ]
    estate = build(*both(*records))
    assert roles(estate, function("other")) == [(TYPE, "consumes", "always", True)]
    assert roles(estate, fresh) == [(TYPE, "passes", "always", True)]


@pytest.mark.parametrize("shape", ["constant", "template", "path"])
def test_what_a_subscriber_makes_another_event_of_still_leads_on_from_the_old_one(
    build: Build, shape: str
) -> None:
    fresh, second = new_bus(), new_bus("second")
    made = {"input_kind": shape, "input_template": '{"source": "…", "detail-type": "…"}'}
    made |= {"input_paths": ("$.detail",), "input_template": None} if shape == "path" else {}
    named = f'{{"source": ["{SOURCE}"], "detail-type": ["{TYPE}"]}}'
    records = [
        *(fresh, second, trace(fresh), subscriber(fresh, "on", second.arn, pattern=named, **made)),
        subscriber(second, "out", BILL.arn, pattern='{"source": ["com.new"], "detail-type": ["New"]}'),
    ]
    estate = build(*both(*records))
    assert (TYPE, "consumes", "sometimes", True) in roles(estate, BILL)
    check_consumed(estate)


def test_a_loop_of_buses_ends(build: Build) -> None:
    estate = build(*both(HUB, rule(BUS, "a", HUB.arn), rule(HUB, "b", BUS.arn), rule(HUB, "c", BILL.arn)))
    assert roles(estate, BILL) == [(TYPE, "consumes", "always", True)]


def test_a_longer_way_that_ends_in_a_loop_does_not_hide_the_one_that_leads_on(build: Build) -> None:
    other = bus("other")
    ring = [rule(BUS, "a", other.arn), rule(other, "b", HUB.arn), rule(HUB, "c", BUS.arn)]
    estate = build(*both(HUB, other, *ring, rule(HUB, "end", BILL.arn), trace(BUS), trace(HUB)))
    assert (TYPE, "passes", "always", True) in roles(estate, other)
    check_consumed(estate)


def test_what_takes_types_that_it_does_not_name_is_listed_apart(build: Build) -> None:
    estate = build(*both(queue(), rule(BUS, "all", BILL.arn, ANY), rule(BUS, "one", queue().arn)))
    (found,) = reverse.open_ways(estate, [BILL.arn])
    assert (found.name, "any detail type" in found.family) == ("all", True)
    assert reverse.open_ways(estate, [queue().arn]) == ()


def test_a_rule_whose_targets_were_not_readable_may_lead_to_anything(build: Build) -> None:
    unread = gap(subject=arn("events", "rule/hub/secret"), action="events:ListTargetsByRule")
    estate = build(*both(rule(BUS, "r", BILL.arn)), gaps={("111111111111", "eu-west-1", "rules"): [unread]})
    assert [note.action for note in reverse.gaps_before(estate, [BILL.arn])] == ["events:ListTargetsByRule"]


def test_what_a_role_put_is_its_functions_where_only_one_runs_as_it(build: Build) -> None:
    role = "arn:aws:iam::111111111111:role/shop"
    shop, till = function("shop", role_arn=role), function("till", role_arn=role)
    alone = build(BUS, shop, trace(BUS))
    assert [(one.row.arn, one.shared) for one in making.produced(alone, [shop.arn])] == [(shop.arn, False)]
    shared = build(BUS, shop, till, trace(BUS))
    assert [(one.row.arn, one.shared) for one in making.produced(shared, [till.arn])] == [(role, True)]


def test_async_destinations_make_results(build: Build) -> None:
    estate = build(*both(link("async-destination", BILL, BUS, condition="OnFailure")))
    assert [one.detail_type for one in making.produced(estate, [BILL.arn])] == [
        "Lambda Function Invocation Result - Failure"
    ]


@lru_cache
def two_teams() -> tuple[Record, ...]:
    mail = function("mail", OTHER)
    return (
        *(BUS, BILL, mail, rule(BUS, "bill", BILL.arn), rule(BUS, "mail", mail.arn), trace(BUS)),
        *(Tag(arn=BILL.arn, key="domain", value="billing"), Tag(arn=mail.arn, key="domain", value="mailing")),
    )


def test_contracts_name_who_depends_on_whom(build: Build) -> None:
    settings = Settings(domains=(Domain(name="billing", sources=(SOURCE,)),))
    estate = build(*two_teams(), settings=settings, accounts=("111111111111", OTHER))
    billing, mailing = (teams.team(estate, "domain", name) for name in ("billing", "mailing"))
    assert [(c.direction, c.other, c.detail_type) for c in billing.contracts] == [("gives", "mailing", TYPE)]
    assert [(c.direction, c.other, c.detail_type) for c in mailing.contracts] == [("takes", "billing", TYPE)]
    assert billing.types == ((SOURCE, TYPE),)


def test_a_type_only_its_source_points_to_is_the_domains(build: Build, tmp_path: Path) -> None:
    settings = Settings(store=tmp_path, domains=(Domain(name="billing", sources=(SOURCE,)),))
    estate = build(*both(rule(BUS, "r", BILL.arn)), settings=settings)
    (made,) = teams.team(estate, "domain", "billing").produced
    assert (made.row.evidence, made.row.arn) == ("named", "billing")


def test_a_role_that_a_policy_names_may_put_what_enters_there(build: Build) -> None:
    role = "arn:aws:iam::111111111111:role/shop"
    statement = {"Effect": "Allow", "Principal": {"AWS": role}, "Action": "events:PutEvents", "Resource": "*"}
    guarded, shop = bus(policy=json.dumps({"Statement": [statement]})), function("shop", role_arn=role)
    estate = build(guarded, BILL, shop, rule(guarded, "r", BILL.arn))
    (may,) = making.produced(estate, [shop.arn], permitted=True)
    assert (may.row.evidence, may.row.arn, may.sure) == ("permitted", role, False)
    assert making.produced(estate, [shop.arn]) == ()
