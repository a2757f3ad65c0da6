"""Rules over HTTP: every bus, every target, and what denied or odd answers become."""

from collections.abc import Callable
from typing import Any

import pytest

from collectors.sample.server import Server

BUS = "arn:aws:events:eu-west-1:111111111111:event-bus/"
QUEUE = "arn:aws:sqs:eu-west-1:111111111111:q"
Call = Callable[..., Any]


def rule(events: Any, bus: str, name: str, *targets: dict[str, Any]) -> None:
    events.put_rule(Name=name, EventBusName=bus, EventPattern='{"source": ["com.acme"]}')
    if targets:
        events.put_targets(Rule=name, EventBusName=bus, Targets=list(targets))


@pytest.fixture
def two_buses(client: Call) -> None:
    """The same rule name on two buses; one has two targets, the other none."""
    events = client("events")
    events.create_event_bus(Name="orders")
    rule(events, "default", "audit")
    rule(events, "orders", "audit", {"Id": "a", "Arn": QUEUE}, {"Id": "b", "Arn": QUEUE})


@pytest.mark.usefixtures("two_buses")
def test_every_bus_every_rule_every_target(collect: Call) -> None:
    (outcome,) = collect("rules")
    assert sorted((row.bus_arn, row.name, row.target_id or "") for row in outcome.rows) == [
        (f"{BUS}default", "audit", ""),
        (f"{BUS}orders", "audit", "a"),
        (f"{BUS}orders", "audit", "b"),
    ]
    assert len({row.arn for row in outcome.rows}) == 2
    assert outcome.status == "ok"


def test_partner_buses_have_slashes_in_their_names(aws: Server, client: Call, collect: Call) -> None:
    name = "aws.partner/example.com/1/orders"
    aws.control(
        "POST", "partner-sources", {"account": "111111111111", "region": "eu-west-1", "names": [name]}
    )
    client("events").create_event_bus(Name=name, EventSourceName=name)
    rule(client("events"), name, "from-partner", {"Id": "a", "Arn": QUEUE})
    (outcome,) = collect("rules")
    assert [(row.bus_arn, row.target_id) for row in outcome.rows] == [(f"{BUS}{name}", "a")]


def test_what_a_target_says_stays_but_no_literal(client: Call, collect: Call) -> None:
    target = {
        "Id": "a",
        "Arn": QUEUE,
        "RoleArn": "arn:aws:iam::111111111111:role/deliver",
        "DeadLetterConfig": {"Arn": f"{QUEUE}-dlq"},
        "RetryPolicy": {"MaximumRetryAttempts": 3, "MaximumEventAgeInSeconds": 60},
        "InputTransformer": {
            "InputPathsMap": {"id": "$.detail.id"},
            "InputTemplate": '{"id": <id>, "k": "s3cr3t"}',
        },
    }
    rule(client("events"), "default", "all", target)
    (outcome,) = collect("rules")
    (row,) = outcome.rows
    assert (row.dead_letter_arn, row.retry_attempts, row.max_age_seconds) == (f"{QUEUE}-dlq", 3, 60)
    assert (row.role_arn, row.target_arn) == (target["RoleArn"], QUEUE)
    assert (row.input_paths, row.input_template) == (("$.detail.id",), '{"id": <$.detail.id>, "k": "…"}')


def test_all_pages_are_read(aws: Server, client: Call, collect: Call) -> None:
    for number in range(4):
        rule(client("events"), "default", f"r{number}", {"Id": "a", "Arn": QUEUE}, {"Id": "b", "Arn": QUEUE})
    aws.misbehave({"service": "events", "one_item_pages": True, "odd_tokens": True, "empty_pages": True})
    (outcome,) = collect("rules")
    assert sorted((row.name, row.target_id) for row in outcome.rows) == [
        (f"r{number}", target) for number in range(4) for target in ("a", "b")
    ]


@pytest.mark.usefixtures("two_buses")
def test_rules_stay_when_their_targets_are_denied(aws: Server, collect: Call) -> None:
    aws.misbehave({"service": "events", "operation": "ListTargetsByRule", "deny": True})
    (outcome,) = collect("rules")
    assert [(row.name, row.target_id) for row in outcome.rows] == [("audit", None), ("audit", None)]
    assert {(gap.action, gap.status, gap.subject) for gap in outcome.scope.gaps} == {
        ("events:ListTargetsByRule", "denied", row.arn) for row in outcome.rows
    }


@pytest.mark.usefixtures("two_buses")
def test_the_default_bus_is_read_when_buses_may_not_be_listed(aws: Server, collect: Call) -> None:
    aws.misbehave({"service": "events", "operation": "ListEventBuses", "deny": True})
    (outcome,) = collect("rules")
    assert [row.bus_arn for row in outcome.rows] == [f"{BUS}default"]
    assert (outcome.status, outcome.scope.gaps[0].action) == ("partial", "events:ListEventBuses")


@pytest.mark.usefixtures("two_buses")
def test_denied_rules_of_a_bus_are_a_gap_about_that_bus(aws: Server, collect: Call) -> None:
    aws.misbehave({"service": "events", "operation": "ListRules", "contains": '"orders"', "deny": True})
    (outcome,) = collect("rules")
    assert [row.bus_arn for row in outcome.rows] == [f"{BUS}default"]
    assert [(gap.action, gap.subject) for gap in outcome.scope.gaps] == [("events:ListRules", f"{BUS}orders")]


@pytest.mark.usefixtures("two_buses")
@pytest.mark.parametrize("effect", ["nulls", "drop"])
def test_a_rule_without_state_is_a_gap_that_names_the_field(aws: Server, collect: Call, effect: str) -> None:
    aws.misbehave({"service": "events", "operation": "ListRules", effect: ["State"], "contains": '"orders"'})
    (outcome,) = collect("rules")
    assert [row.bus_arn for row in outcome.rows] == [f"{BUS}default"]
    assert {(gap.status, "state" in gap.message) for gap in outcome.scope.gaps} == {("partial", True)}


@pytest.mark.parametrize(
    ("target", "runs"),
    [
        (
            {
                "Arn": "arn:aws:ecs:eu-west-1:111111111111:cluster/prod",
                "EcsParameters": {
                    "TaskDefinitionArn": "arn:aws:ecs:eu-west-1:111111111111:task-definition/n:3"
                },
            },
            "arn:aws:ecs:eu-west-1:111111111111:task-definition/n:3",
        ),
        (
            {
                "Arn": "arn:aws:batch:eu-west-1:111111111111:job-queue/high",
                "BatchParameters": {"JobDefinition": "sum:1", "JobName": "sum"},
            },
            "sum:1",
        ),
    ],
)
def test_what_is_run_on_a_cluster_or_queue_is_named(
    client: Call, collect: Call, target: dict[str, Any], runs: str
) -> None:
    rule(
        client("events"),
        "default",
        "all",
        target | {"Id": "1", "RoleArn": "arn:aws:iam::111111111111:role/r"},
    )
    (outcome,) = collect("rules")
    assert [row.runs for row in outcome.rows] == [runs]
