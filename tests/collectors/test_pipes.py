"""Pipes over HTTP: source, filters, enrichment and target."""

from collections.abc import Callable
from typing import Any

import pytest

from collectors.pipes import _source, _target
from collectors.records import Link, Resource
from collectors.sample.server import Server

ARN = "arn:aws:pipes:eu-west-1:111111111111:pipe/"
QUEUE = "arn:aws:sqs:eu-west-1:111111111111:q"
BUS = "arn:aws:events:eu-west-1:111111111111:event-bus/default"
ROLE = "arn:aws:iam::111111111111:role/pipe"
FUNCTION = "arn:aws:lambda:eu-west-1:111111111111:function:enrich"
FILTERS = ['{"body": {"a": [1]}}', '{"body": {"b": [2]}}']
Call = Callable[..., Any]


def of(rows: list[Any], kind: type) -> list[Any]:
    return [row for row in rows if isinstance(row, kind)]


@pytest.fixture
def api(client: Call) -> Any:
    client("sqs").create_queue(QueueName="q")
    return client("pipes")


def pipe(api: Any, name: str, **more: Any) -> None:
    api.create_pipe(Name=name, Source=QUEUE, Target=BUS, RoleArn=ROLE, **more)


def test_a_pipe_is_three_links_and_a_resource(api: Any, collect: Call) -> None:
    pipe(
        api,
        "feed",
        SourceParameters={"FilterCriteria": {"Filters": [{"Pattern": pattern} for pattern in FILTERS]}},
        Enrichment=FUNCTION,
        TargetParameters={
            "InputTemplate": '{"id": <$.body.id>, "k": "s3cr3t"}',
            "EventBridgeEventBusParameters": {"Source": "com.acme.feed", "DetailType": "Fed"},
        },
    )
    (outcome,) = collect("pipes")
    (resource,) = of(outcome.rows, Resource)
    source, enrichment, target = of(outcome.rows, Link)
    assert (resource.arn, resource.kind, resource.role_arn) == (f"{ARN}feed", "pipe", ROLE)
    assert (source.from_arn, source.to_arn, source.dialect, source.filters) == (
        QUEUE,
        f"{ARN}feed",
        "pipes",
        tuple(FILTERS),
    )
    assert (enrichment.kind, enrichment.to_arn) == ("pipe-enrichment", FUNCTION)
    assert (target.to_arn, target.source, target.detail_type) == (BUS, "com.acme.feed", "Fed")
    assert (target.input_paths, target.input_template) == (("$.body.id",), '{"id": <$.body.id>, "k": "…"}')
    assert {link.active for link in of(outcome.rows, Link)} == {True}


def test_a_stopped_pipe_carries_nothing(api: Any, collect: Call) -> None:
    pipe(api, "off", DesiredState="STOPPED")
    (outcome,) = collect("pipes")
    assert {(link.state, link.active) for link in of(outcome.rows, Link)} == {("STOPPED", False)}


@pytest.mark.parametrize(
    ("target", "parameters", "runs"),
    [
        (
            "arn:aws:ecs:eu-west-1:111111111111:cluster/prod",
            {
                "EcsTaskParameters": {
                    "TaskDefinitionArn": "arn:aws:ecs:eu-west-1:111111111111:task-definition/n:3"
                }
            },
            "arn:aws:ecs:eu-west-1:111111111111:task-definition/n:3",
        ),
        (
            "arn:aws:batch:eu-west-1:111111111111:job-queue/high",
            {"BatchJobParameters": {"JobDefinition": "sum:1", "JobName": "sum"}},
            "sum:1",
        ),
    ],
)
def test_what_a_pipe_runs_is_named(
    api: Any, collect: Call, target: str, parameters: dict[str, Any], runs: str
) -> None:
    api.create_pipe(Name="run", Source=QUEUE, Target=target, RoleArn=ROLE, TargetParameters=parameters)
    (outcome,) = collect("pipes")
    assert [row.runs for row in of(outcome.rows, Link)] == [None, runs]


def test_all_pages_are_read(aws: Server, api: Any, collect: Call) -> None:
    for number in range(4):
        pipe(api, f"p{number}")
    aws.misbehave({"service": "pipes", "one_item_pages": True, "odd_tokens": True})
    (outcome,) = collect("pipes")
    assert sorted(row.name for row in of(outcome.rows, Resource)) == ["p0", "p1", "p2", "p3"]


def test_a_pipe_that_may_not_be_described_has_hidden_filters(aws: Server, api: Any, collect: Call) -> None:
    pipe(api, "feed")
    aws.misbehave({"operation": "DescribePipe", "deny": True})
    (outcome,) = collect("pipes")
    source, target = of(outcome.rows, Link)
    assert (source.filters_hidden, source.from_arn, target.to_arn) == (True, QUEUE, BUS)
    assert [(gap.action, gap.subject) for gap in outcome.scope.gaps] == [("pipes:DescribePipe", f"{ARN}feed")]


def test_denied_pipes_are_denied_and_not_empty(aws: Server, collect: Call) -> None:
    aws.misbehave({"operation": "ListPipes", "deny": True})
    (outcome,) = collect("pipes")
    assert (outcome.rows, outcome.status) == ([], "denied")


def test_a_pipe_without_target_keeps_its_other_rows(aws: Server, api: Any, collect: Call) -> None:
    pipe(api, "feed")
    aws.misbehave({"service": "pipes", "nulls": ["Target", "SourceParameters", "TargetParameters"]})
    (outcome,) = collect("pipes")
    assert [link.kind for link in of(outcome.rows, Link)] == ["pipe-source"]
    assert [(gap.status, "to_arn" in gap.message) for gap in outcome.scope.gaps] == [("partial", True)]


def test_a_source_read_from_each_record_is_not_told() -> None:
    parameters = {"EventBridgeEventBusParameters": {"Source": "$.body.source", "DetailType": "Fed"}}
    row = _target({"Arn": f"{ARN}feed", "Target": BUS, "TargetParameters": parameters})
    assert (row.source, row.detail_type) == (None, "Fed")


def test_a_streams_dead_letter_queue_stands_on_the_source_link() -> None:
    stream = {"KinesisStreamParameters": {"DeadLetterConfig": {"Arn": QUEUE}}}
    source = "arn:aws:kinesis:eu-west-1:111111111111:stream/s"
    row = _source({"Arn": f"{ARN}feed", "Source": source, "SourceParameters": stream})
    assert row.dead_letter_arn == QUEUE
