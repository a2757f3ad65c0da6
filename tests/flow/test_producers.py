"""Who produces: each grade of evidence, as small estates."""

import json
from typing import Any

import pytest

from collectors.records import Record, Resource, Schema, Trace
from collectors.settings import Domain, Settings
from dashboard.flow.answers import Producers, Question
from dashboard.flow.model.estate import Estate
from dashboard.flow.who.consumers import consumers
from dashboard.flow.who.producers import producers
from tests.flow.building import (
    ACCOUNT,
    NOW,
    OTHER,
    SOURCE,
    TYPE,
    Build,
    arn,
    bus,
    function,
    gap,
    link,
    pipe,
    rule,
)

BUS = bus()
ROLE = f"arn:aws:iam::{ACCOUNT}:role/shop"


def ask(estate: Estate, source: str = SOURCE, detail_type: str = TYPE, on: str | None = None) -> Producers:
    return producers(estate, Question(source, detail_type, on))


def told(answer: Producers) -> list[tuple[str, str, str]]:
    return [(row.evidence, row.kind, row.name) for row in answer.producers]


def trace(on: Record = BUS, principal: str = ROLE, **more: Any) -> Trace:
    values = {"principal": principal, "principal_kind": "role", "principal_account": ACCOUNT}
    values |= {"bus_arn": on.arn, "source": SOURCE, "detail_type": TYPE, "events": 3, "failed": 1}  # type: ignore[attr-defined]
    values |= {"first_seen": NOW, "last_seen": NOW, "evidence": "s3://trail"}
    return Trace(**(values | more))


def test_rows_of_one_principal_are_summed_over_hours_and_buses(build: Build) -> None:
    later = NOW.replace(hour=15)
    rows = [trace(), trace(events=4, failed=0, last_seen=later), trace(bus("other"), events=5, failed=2)]
    (row,) = ask(build(BUS, bus("other"), *rows)).producers
    assert (row.events, row.failed, row.first_seen, row.last_seen) == (12, 3, NOW, later)


def test_a_role_of_exactly_one_resource_is_told_as_that_resource(build: Build) -> None:
    (row,) = ask(build(BUS, trace(), function("checkout", role_arn=ROLE))).producers
    assert (row.arn, row.kind, row.principal) == (function("checkout").arn, "function", ROLE)


def test_a_role_that_several_share_stays_the_principal_and_says_so(build: Build) -> None:
    (row,) = ask(build(BUS, trace(), function("a", role_arn=ROLE), function("b", role_arn=ROLE))).producers
    assert (row.arn, row.kind, row.note) == (ROLE, "role", "The role is shared by a, b.")


def test_with_a_bus_only_what_was_put_there_counts(build: Build) -> None:
    estate = build(BUS, bus("other"), trace(), trace(bus("other"), "arn:aws:iam::111111111111:role/else"))
    assert [row.principal for row in ask(estate, on="orders").producers] == [ROLE]


PUTS = [("pipe-target", TYPE, None), ("pipe-target", None, "Its detail type is not told: it may be another.")]


@pytest.mark.parametrize(("kind", "detail_type", "note"), PUTS)
def test_a_pipe_that_names_bus_and_source_is_declared(
    build: Build, kind: str, detail_type: str | None, note: str | None
) -> None:
    estate = build(BUS, pipe(), link(kind, pipe(), BUS, source=SOURCE, detail_type=detail_type))
    assert [(r.evidence, r.name, r.note) for r in ask(estate).producers] == [("declared", "tube", note)]


def test_what_is_observed_and_declared_is_one_row_by_its_better_grade(build: Build) -> None:
    tube = pipe(role_arn=ROLE)
    estate = build(BUS, tube, trace(), link("pipe-target", tube, BUS, source=SOURCE, detail_type=TYPE))
    assert told(ask(estate)) == [("observed", "pipe", "tube")]


def test_a_schedule_that_puts_the_type_is_declared(build: Build) -> None:
    nightly = Resource(arn=arn("scheduler", "schedule/default/nightly"), kind="schedule", name="nightly")
    estate = build(BUS, nightly, link("schedule", nightly, BUS, source=SOURCE, detail_type=TYPE))
    assert told(ask(estate)) == [("declared", "schedule", "nightly")]


def test_the_rule_that_forwards_is_a_declared_producer_on_the_next_bus(build: Build) -> None:
    following = bus("next")
    estate = build(BUS, following, rule(BUS, "forward", following.arn))
    assert told(ask(estate, on="next")) == [("declared", "rule", "forward")]
    assert told(ask(estate, on="orders")) == []


def test_a_functions_asynchronous_destination_is_declared(build: Build) -> None:
    bill = function()
    estate = build(BUS, bill, link("async-destination", bill, BUS, condition="OnSuccess"))
    kinds = ("Success", "Failure")
    found = [told(ask(estate, "lambda", f"Lambda Function Invocation Result - {kind}")) for kind in kinds]
    assert found == [[("declared", "function", "bill")], []]


def test_aws_services_put_their_own_events_on_default_buses(build: Build) -> None:
    assert told(ask(build(BUS, bus("default")), "aws.s3", "Object Created")) == [
        ("declared", "aws-service", "aws.s3")
    ]


def test_a_partner_source_brings_its_own_events(build: Build) -> None:
    name = "aws.partner/zendesk.com/acme/support"
    feed = Resource(arn=f"arn:aws:events:eu-west-1::event-source/{name}", kind="event-source", name=name)
    partner = bus(name, partner_source=name)
    estate = build(partner, feed, link("event-source", feed, partner, source=name))
    assert told(ask(estate, name, "Ticket Created")) == [("declared", "event-source", name)]
    assert told(ask(estate, SOURCE, TYPE)) == []


POLICIES = [
    ({"AWS": OTHER}, {}, [("permitted", "account", OTHER)]),
    ({"AWS": f"arn:aws:iam::{OTHER}:role/shop"}, {}, [("permitted", "role", "shop")]),
    ("*", {}, [("permitted", "anyone", "anyone")]),
    ({"AWS": OTHER}, {"StringEquals": {"events:source": "com.other"}}, []),
    ({"AWS": OTHER}, {"StringEquals": {"events:source": SOURCE}}, [("permitted", "account", OTHER)]),
]


@pytest.mark.parametrize(("principal", "condition", "expected"), POLICIES)
def test_who_the_buss_policy_lets_in_is_permitted(
    build: Build, principal: Any, condition: Any, expected: list[Any]
) -> None:
    statement = {
        "Effect": "Allow",
        "Principal": principal,
        "Action": "events:PutEvents",
        "Condition": condition,
    }
    open_bus = bus(policy=json.dumps({"Statement": [statement]}))
    assert told(ask(build(open_bus), on="orders")) == expected


def test_only_where_nothing_better_is_known_the_source_names_a_domain(build: Build) -> None:
    settings = Settings(domains=(Domain(name="orders", sources=("com.acme.ord",), owner="team-orders"),))
    assert told(ask(build(BUS, settings=settings))) == [("named", "domain", "orders")]
    assert [row.evidence for row in ask(build(BUS, trace(), settings=settings)).producers] == ["observed"]


def test_a_trail_that_could_not_be_read_makes_the_answer_incomplete(build: Build) -> None:
    estate = build(BUS, trace(), gaps={(OTHER, "eu-west-1", "traces"): [gap()]})
    assert not ask(estate).complete


def test_a_state_machine_whose_steps_put_the_event_is_declared_and_the_bus_is_a_way_in(build: Build) -> None:
    flow = Resource(arn=arn("states", "stateMachine:flow"), kind="state-machine", name="flow", role_arn=ROLE)
    puts = [
        link("put-events", flow, BUS, source=SOURCE, detail_type=TYPE),
        link("put-events", flow, bus("other"), source=SOURCE, detail_type="Else"),
        link("put-events", flow, bus("other")),  # computed while it runs
    ]
    estate = build(BUS, bus("other"), flow, function("f"), *puts, rule(BUS, "r", function("f").arn))
    (row,) = ask(estate).producers
    assert (row.evidence, row.kind, row.name, row.bus, row.principal) == (
        "declared",
        "state-machine",
        "flow",
        BUS.arn,
        ROLE,
    )
    assert consumers(estate, Question(SOURCE, TYPE)).buses == (BUS.arn,)


def test_a_state_machine_that_was_seen_to_put_it_is_observed_and_told_once(build: Build) -> None:
    flow = Resource(arn=arn("states", "stateMachine:flow"), kind="state-machine", name="flow", role_arn=ROLE)
    estate = build(BUS, flow, trace(), link("put-events", flow, BUS, source=SOURCE, detail_type=TYPE))
    assert told(ask(estate)) == [("observed", "state-machine", "flow")]


def bucket(name: str = "images") -> Resource:
    return Resource(arn=f"arn:aws:s3:::{name}", kind="bucket", name=name)


S3_TYPES = [
    ("Object Created", [("declared", "aws-service", "aws.s3"), ("declared", "bucket", "images")]),
    ("AWS API Call via CloudTrail", [("declared", "aws-service", "aws.s3")]),
]


@pytest.mark.parametrize(("detail_type", "expected"), S3_TYPES)
def test_a_bucket_that_notifies_eventbridge_is_declared_for_s3s_own_events(
    build: Build, detail_type: str, expected: list[Any]
) -> None:
    on = bus("default")
    estate = build(on, bucket(), link("notification", bucket(), on, source="aws.s3"))
    assert told(ask(estate, "aws.s3", detail_type)) == expected


def test_where_no_bucket_notifies_eventbridge_that_is_told(build: Build) -> None:
    (row,) = ask(build(bus("default")), "aws.s3", "Object Created").producers
    assert row.note == "No bucket that was read sends its events to EventBridge."


def test_a_service_whose_type_the_registry_knows_is_declared_by_it(build: Build) -> None:
    on = bus("default")
    schema = Schema(
        arn=arn("schemas", "schema/aws.events/aws.ecs@X"),
        registry="aws.events",
        name="aws.ecs@X",
        source="aws.ecs",
        detail_type="ECS Task State Change",
    )
    reads = [
        ask(build(on, schema), "aws.ecs", name).producers[0].read
        for name in ("ECS Task State Change", "Else")
    ]
    assert reads == [
        "AWS service events on default buses, by the registry aws.events",
        "AWS service events on default buses",
    ]
