"""Schedules over HTTP: groups, targets, and what they put on a bus."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from collectors.records import Link, Resource
from collectors.sample.server import Server

ARN = "arn:aws:scheduler:eu-west-1:111111111111:schedule/"
BUS = "arn:aws:events:eu-west-1:111111111111:event-bus/"
ROLE = "arn:aws:iam::111111111111:role/schedule"
Call = Callable[..., Any]


def of(rows: list[Any], kind: type) -> list[Any]:
    return [row for row in rows if isinstance(row, kind)]


def schedule(api: Any, name: str, target: dict[str, Any] | None = None, **more: Any) -> None:
    told = {"Arn": f"{BUS}orders", "RoleArn": ROLE} | (target or {})
    api.create_schedule(
        Name=name,
        ScheduleExpression="rate(1 hour)",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target=told,
        **more,
    )


@pytest.fixture
def api(client: Call) -> Any:
    return client("scheduler")


def test_a_schedule_names_what_it_puts_on_a_bus(api: Any, collect: Call) -> None:
    api.create_schedule_group(Name="acme")
    target = {
        "EventBridgeParameters": {"Source": "com.acme.clock", "DetailType": "Ticked"},
        "Input": '{"reason": "s3cr3t"}',
        "DeadLetterConfig": {"Arn": "arn:aws:sqs:eu-west-1:111111111111:dlq"},
    }
    schedule(api, "hourly", target, GroupName="acme", State="DISABLED")
    (outcome,) = collect("schedules")
    (resource,), (link,) = of(outcome.rows, Resource), of(outcome.rows, Link)
    assert (resource.arn, resource.schedule, resource.role_arn) == (f"{ARN}acme/hourly", "rate(1 hour)", ROLE)
    assert (link.from_arn, link.to_arn, link.source, link.detail_type, link.active) == (
        f"{ARN}acme/hourly",
        f"{BUS}orders",
        "com.acme.clock",
        "Ticked",
        False,
    )
    assert (link.input_kind, link.input_template) == ("constant", '{"reason": "…"}')
    assert link.dead_letter_arn == "arn:aws:sqs:eu-west-1:111111111111:dlq"


@pytest.mark.parametrize(
    ("entry", "bus"),
    [({"EventBusName": "orders"}, "orders"), ({}, "default"), ({"EventBusName": f"{BUS}x"}, "x")],
)
def test_a_universal_put_events_target_leads_to_the_buses_of_its_entries(
    api: Any, collect: Call, entry: dict[str, str], bus: str
) -> None:
    told = {
        "Entries": [{"Source": "com.acme.clock", "DetailType": "Ticked", "Detail": '{"k": "s3cr3t"}'} | entry]
    }
    schedule(
        api, "all", {"Arn": "arn:aws:scheduler:::aws-sdk:eventbridge:putEvents", "Input": json.dumps(told)}
    )
    (outcome,) = collect("schedules")
    assert [(row.to_arn, row.source, row.detail_type) for row in of(outcome.rows, Link)] == [
        (f"{BUS}{bus}", "com.acme.clock", "Ticked")
    ]
    assert "s3cr3t" not in repr(outcome.rows)


def test_all_pages_are_read(aws: Server, api: Any, collect: Call) -> None:
    for number in range(4):
        schedule(api, f"s{number}")
    aws.misbehave({"service": "scheduler", "one_item_pages": True, "odd_tokens": True})
    (outcome,) = collect("schedules")
    assert sorted(row.name for row in of(outcome.rows, Resource)) == ["s0", "s1", "s2", "s3"]


def test_a_schedule_that_may_not_be_read_keeps_what_the_list_tells(
    aws: Server, api: Any, collect: Call
) -> None:
    schedule(api, "hourly")
    aws.misbehave({"operation": "GetSchedule", "deny": True})
    (outcome,) = collect("schedules")
    assert [(row.to_arn, row.source) for row in of(outcome.rows, Link)] == [(f"{BUS}orders", None)]
    assert [(gap.action, gap.subject) for gap in outcome.scope.gaps] == [
        ("scheduler:GetSchedule", f"{ARN}default/hourly")
    ]


def test_a_schedule_without_target_stays_and_its_link_is_a_gap(aws: Server, api: Any, collect: Call) -> None:
    schedule(api, "hourly")
    aws.misbehave({"service": "scheduler", "nulls": ["Target"]})
    (outcome,) = collect("schedules")
    assert [type(row) for row in outcome.rows] == [Resource]
    assert [("to_arn" in gap.message, gap.status) for gap in outcome.scope.gaps] == [(True, "partial")]
