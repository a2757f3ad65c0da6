"""Queues over HTTP: every one of them, their redrive, and what denied or odd answers become."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from collectors.queues import _redrive, _resource, _urls
from collectors.records import Link, Resource
from collectors.sample.server import Server

ARN = "arn:aws:sqs:eu-west-1:111111111111:"


def made(sqs: Any, name: str, **attributes: str) -> str:
    url: str = sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
    return url


def of(rows: list[Any], kind: type) -> list[Any]:
    return [row for row in rows if isinstance(row, kind)]


def test_a_queue_and_its_redrive(client: Callable[..., Any], collect: Callable[..., Any]) -> None:
    sqs = client("sqs")
    made(sqs, "orders-dlq")
    policy = json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": f"{ARN}orders"}
            ],
        }
    )
    redrive = json.dumps({"deadLetterTargetArn": f"{ARN}orders-dlq", "maxReceiveCount": "5"})
    made(
        sqs,
        "orders",
        RedrivePolicy=redrive,
        Policy=policy,
        VisibilityTimeout="60",
        MessageRetentionPeriod="345600",
        KmsMasterKeyId="alias/acme",
    )
    (outcome,) = collect("queues")
    queue = next(row for row in of(outcome.rows, Resource) if row.name == "orders")
    assert (outcome.status, queue.arn, queue.kind) == ("ok", f"{ARN}orders", "queue")
    assert (queue.dead_letter_arn, queue.max_receives) == (f"{ARN}orders-dlq", 5)
    assert (queue.retention_seconds, queue.visibility_timeout_seconds) == (345600, 60)
    assert (json.loads(queue.policy), queue.kms_key) == (json.loads(policy), "alias/acme")
    assert queue.created_at.tzinfo is not None
    assert [(link.kind, link.from_arn, link.to_arn) for link in of(outcome.rows, Link)] == [
        ("redrive", f"{ARN}orders", f"{ARN}orders-dlq")
    ]


def test_all_pages_are_read(aws: Server, client: Callable[..., Any], collect: Callable[..., Any]) -> None:
    for number in range(5):
        made(client("sqs"), f"queue-{number}")
    aws.misbehave({"service": "sqs", "operation": "ListQueues", "one_item_pages": True, "odd_tokens": True})
    (outcome,) = collect("queues")
    assert sorted(row.name for row in outcome.rows) == [f"queue-{number}" for number in range(5)]


def test_list_queues_is_asked_for_pages_because_it_stops_at_1000_otherwise(
    aws: Server, collect: Callable[..., Any]
) -> None:
    (outcome,) = collect("queues")
    names = [f"queue-{number:04}" for number in range(1001)]
    aws.control("POST", "queues", {"account": "111111111111", "region": "eu-west-1", "names": names})
    assert [url.rpartition("/")[2] for url in _urls(outcome.scope)] == names


def test_a_denied_list_is_denied_and_not_empty(aws: Server, collect: Callable[..., Any]) -> None:
    aws.misbehave({"service": "sqs", "operation": "ListQueues", "deny": True})
    (outcome,) = collect("queues")
    assert (outcome.status, [gap.action for gap in outcome.scope.gaps]) == ("denied", ["sqs:ListQueues"])


def test_what_was_listed_before_a_refused_page_stays(
    aws: Server, client: Callable[..., Any], collect: Callable[..., Any]
) -> None:
    for name in ("a", "b", "c"):
        made(client("sqs"), name)
    page = {"service": "sqs", "operation": "ListQueues"}
    aws.misbehave(page | {"one_item_pages": True}, page | {"contains": "NextToken", "deny": True})
    (outcome,) = collect("queues")
    assert (outcome.status, [row.name for row in outcome.rows]) == ("partial", ["a"])
    assert [gap.action for gap in outcome.scope.gaps] == ["sqs:ListQueues"]


def test_a_queue_whose_attributes_are_denied_is_still_there(
    aws: Server, client: Callable[..., Any], collect: Callable[..., Any]
) -> None:
    made(client("sqs"), "orders")
    aws.misbehave({"service": "sqs", "operation": "GetQueueAttributes", "deny": True})
    (outcome,) = collect("queues")
    assert (outcome.status, [row.arn for row in outcome.rows]) == ("partial", [f"{ARN}orders"])
    (gap,) = outcome.scope.gaps
    assert (gap.status, gap.action) == ("denied", "sqs:GetQueueAttributes")
    assert gap.subject.endswith("/111111111111/orders")


def test_a_queue_deleted_meanwhile_is_no_gap(
    aws: Server, client: Callable[..., Any], collect: Callable[..., Any]
) -> None:
    made(client("sqs"), "orders")
    gone = {"code": "AWS.SimpleQueueService.NonExistentQueue", "status": 400}
    aws.misbehave({"service": "sqs", "operation": "GetQueueAttributes", "fail": gone})
    (outcome,) = collect("queues")
    assert (outcome.status, outcome.rows) == ("ok", [])


def test_nulls_are_nulls(aws: Server, client: Callable[..., Any], collect: Callable[..., Any]) -> None:
    made(client("sqs"), "orders", VisibilityTimeout="60")
    aws.misbehave({"service": "sqs", "operation": "GetQueueAttributes", "nulls": ["Attributes"]})
    (outcome,) = collect("queues")
    assert [(row.arn, row.visibility_timeout_seconds) for row in outcome.rows] == [(f"{ARN}orders", None)]


@pytest.mark.parametrize("text", ["not json", "[]", "{}", '"text"', '{"maxReceiveCount": 3}'])
def test_a_redrive_policy_that_names_no_queue_is_an_odd_shape(text: str) -> None:
    queue = {"QueueArn": f"{ARN}orders", "RedrivePolicy": text}
    assert _resource(queue).dead_letter_arn is None
    with pytest.raises(ValueError, match="to_arn"):
        _redrive(queue)


def test_no_queues_at_all_come_without_a_list(aws: Server, collect: Callable[..., Any]) -> None:
    aws.misbehave({"service": "sqs", "operation": "ListQueues", "drop": ["QueueUrls"]})
    (outcome,) = collect("queues")
    assert (outcome.status, outcome.rows) == ("ok", [])
