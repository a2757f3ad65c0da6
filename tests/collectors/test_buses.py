"""Event buses over HTTP, classic and new: what only describing tells, and what denied or odd answers become."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from collectors.buses import one_policy
from collectors.sample.server import Server

ARN = "arn:aws:events:eu-west-1:111111111111:event-bus/"
Call = Callable[..., Any]


@pytest.fixture
def core(client: Call) -> str:
    """A new bus, beside two classic ones."""
    client("events").create_event_bus(Name="orders", Description="All orders")
    made = client("eventbridgev2").create_event_bus(
        Name="core", StorageConfiguration={"RetentionPeriodInDays": 7}
    )
    arn: str = made["EventBusArn"]
    return arn


def test_classic_and_new_buses_of_every_region(client: Call, core: str, collect: Call) -> None:
    client("events", region="us-east-1").create_event_bus(Name="orders")
    outcomes = collect("buses", regions=("eu-west-1", "us-east-1"))
    found = sorted((row.arn, row.kind) for outcome in outcomes for row in outcome.rows)
    far = ARN.replace("eu-west-1", "us-east-1")
    assert found == sorted(
        [
            (f"{ARN}default", "classic"),
            (f"{ARN}orders", "classic"),
            (core, "new"),
            (f"{far}default", "classic"),
            (f"{far}orders", "classic"),
        ]
    )


def test_what_only_describing_tells(client: Call, core: str, collect: Call) -> None:
    client("events").update_event_bus(Name="orders", LogConfig={"Level": "ERROR", "IncludeDetail": "NONE"})
    (outcome,) = collect("buses")
    rows = {row.arn: row for row in outcome.rows}
    assert (rows[f"{ARN}orders"].log_level, rows[f"{ARN}orders"].log_detail) == ("ERROR", "NONE")
    assert (rows[core].retention_days, rows[core].state) == (7, "ACTIVE")


@pytest.mark.usefixtures("core")
def test_all_pages_are_read(aws: Server, collect: Call) -> None:
    quirks = {"one_item_pages": True, "odd_tokens": True}
    aws.misbehave({"service": "events"} | quirks, {"service": "eventbridgev2"} | quirks)
    (outcome,) = collect("buses")
    assert sorted(row.name for row in outcome.rows) == ["core", "default", "orders"]


@pytest.mark.usefixtures("core")
def test_a_bus_that_may_not_be_described_stays_and_a_gap_names_it(aws: Server, collect: Call) -> None:
    aws.misbehave({"service": "events", "operation": "DescribeEventBus", "contains": "orders", "deny": True})
    (outcome,) = collect("buses")
    assert sorted(row.name for row in outcome.rows) == ["core", "default", "orders"]
    assert [(gap.action, gap.subject) for gap in outcome.scope.gaps] == [
        ("events:DescribeEventBus", f"{ARN}orders")
    ]


@pytest.mark.usefixtures("core")
def test_denied_new_buses_cost_no_classic_one(aws: Server, collect: Call) -> None:
    aws.misbehave({"service": "eventbridgev2", "operation": "ListEventBuses", "deny": True})
    (outcome,) = collect("buses")
    assert sorted(row.name for row in outcome.rows) == ["default", "orders"]
    assert (outcome.status, [gap.action for gap in outcome.scope.gaps]) == (
        "partial",
        ["events:ListEventBuses"],
    )


@pytest.mark.usefixtures("core")
def test_null_members_are_null(aws: Server, collect: Call) -> None:
    aws.misbehave({"nulls": ["Policy", "LogConfig", "StorageConfiguration", "Description"]})
    (outcome,) = collect("buses")
    assert {(row.policy, row.log_level, row.retention_days, row.description) for row in outcome.rows} == {
        (None, None, None, None)
    }
    assert outcome.status == "ok"


@pytest.mark.parametrize(
    ("texts", "statements"),
    [
        ([], None),
        (["no JSON", "[]"], None),
        (['{"Statement": {"Sid": "a"}}', '{"Statement": [{"Sid": "b"}]}'], [{"Sid": "a"}, {"Sid": "b"}]),
    ],
)
def test_several_policies_are_told_as_one(texts: list[str], statements: object) -> None:
    told = one_policy(texts)
    assert (json.loads(told)["Statement"] if told else None) == statements
