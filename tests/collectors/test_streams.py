"""Kinesis streams and Firehose delivery streams over HTTP."""

from collections.abc import Callable
from typing import Any

from collectors.records import Link, Resource
from collectors.sample.server import Server

STREAM = "arn:aws:kinesis:eu-west-1:111111111111:stream/clicks"
DELIVERY = "arn:aws:firehose:eu-west-1:111111111111:deliverystream/"
ROLE = "arn:aws:iam::111111111111:role/lake"


def delivery_stream(firehose: Any, name: str, **more: Any) -> None:
    firehose.create_delivery_stream(
        DeliveryStreamName=name,
        ExtendedS3DestinationConfiguration={"RoleARN": ROLE, "BucketARN": "arn:aws:s3:::lake"},
        **more,
    )


def resources(outcome: Any) -> dict[str, Resource]:
    return {row.arn: row for row in outcome.rows if isinstance(row, Resource)}


def test_a_stream_that_feeds_a_delivery_stream(
    client: Callable[..., Any], collect: Callable[..., Any]
) -> None:
    client("kinesis").create_stream(StreamName="clicks", ShardCount=1)
    fed = {"KinesisStreamARN": STREAM, "RoleARN": ROLE}
    delivery_stream(
        client("firehose"),
        "to-lake",
        DeliveryStreamType="KinesisStreamAsSource",
        KinesisStreamSourceConfiguration=fed,
    )
    (outcome,) = collect("streams")
    rows = resources(outcome)
    assert (outcome.status, outcome.scope.gaps) == ("ok", [])
    assert {arn: row.kind for arn, row in rows.items()} == {
        STREAM: "stream",
        f"{DELIVERY}to-lake": "delivery-stream",
    }
    assert rows[STREAM].retention_seconds == 86400
    (link,) = [row for row in outcome.rows if isinstance(row, Link)]
    assert (link.kind, link.from_arn, link.to_arn) == ("delivery-stream", STREAM, f"{DELIVERY}to-lake")
    assert (link.active, link.role_arn) == (True, ROLE)


def test_all_pages_are_read_also_where_there_is_no_token(
    aws: Server, client: Callable[..., Any], collect: Callable[..., Any]
) -> None:
    for number in range(3):
        client("kinesis").create_stream(StreamName=f"stream-{number}", ShardCount=1)
        delivery_stream(client("firehose"), f"delivery-{number}")
    aws.misbehave({"service": ["kinesis", "firehose"], "one_item_pages": True})
    (outcome,) = collect("streams")
    names = sorted(row.name for row in resources(outcome).values())
    assert names == [f"{kind}-{number}" for kind in ("delivery", "stream") for number in range(3)]


def test_denied_streams_cost_no_delivery_stream(
    aws: Server, client: Callable[..., Any], collect: Callable[..., Any]
) -> None:
    delivery_stream(client("firehose"), "to-lake")
    aws.misbehave({"service": "kinesis", "operation": "ListStreams", "deny": True})
    (outcome,) = collect("streams")
    assert (outcome.status, list(resources(outcome))) == ("partial", [f"{DELIVERY}to-lake"])
    assert [(gap.status, gap.action) for gap in outcome.scope.gaps] == [("denied", "kinesis:ListStreams")]


def test_a_stream_that_may_not_be_described_is_still_there(
    aws: Server, client: Callable[..., Any], collect: Callable[..., Any]
) -> None:
    client("kinesis").create_stream(StreamName="clicks", ShardCount=1)
    aws.misbehave({"service": "kinesis", "operation": "DescribeStreamSummary", "deny": True})
    (outcome,) = collect("streams")
    assert (outcome.status, list(resources(outcome))) == ("partial", [STREAM])


def test_nulls_are_nulls(aws: Server, client: Callable[..., Any], collect: Callable[..., Any]) -> None:
    client("kinesis").create_stream(StreamName="clicks", ShardCount=1)
    aws.misbehave(
        {
            "service": "kinesis",
            "operation": "DescribeStreamSummary",
            "nulls": ["RetentionPeriodHours", "KeyId"],
        }
    )
    (outcome,) = collect("streams")
    assert (outcome.status, resources(outcome)[STREAM].retention_seconds) == ("ok", None)


def test_more_delivery_streams_that_never_come_are_a_gap_and_no_endless_loop(
    aws: Server, client: Callable[..., Any], collect: Callable[..., Any]
) -> None:
    delivery_stream(client("firehose"), "a")
    delivery_stream(client("firehose"), "b")
    aws.misbehave({"service": "firehose", "one_item_pages": True, "empty": ["DeliveryStreamNames"]})
    (outcome,) = collect("streams")
    assert [(gap.action, gap.error) for gap in outcome.scope.gaps] == [
        ("firehose:ListDeliveryStreams", "RepeatedPage")
    ]
