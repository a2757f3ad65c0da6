"""Kinesis streams and Firehose delivery streams. Firehose has no paginator and no token: it goes on after the last name."""

from collections.abc import Iterator, Mapping
from typing import Any

from collectors.errors import RefusedError
from collectors.missing import as_far_as_read, call_or_nothing
from collectors.records import Link, Record, Resource
from collectors.scope import MAX_PAGES, Scope
from collectors.unread import Unread, rows_of

HOUR = 3600


def collect(scope: Scope) -> Iterator[Record]:
    """Rows of `resources` (stream, delivery-stream) and `links` (delivery-stream).

    kinesis:ListStreams, DescribeStreamSummary; firehose:ListDeliveryStreams, DescribeDeliveryStream.
    """
    yield from _streams(scope)
    yield from _delivery_streams(scope)


def _streams(scope: Scope) -> Iterator[Record]:
    pages = scope.pages("kinesis", "list_streams", "StreamNames")
    names = as_far_as_read(scope, pages, "Kinesis streams", rows_of("resources", kind="stream"))

    def fetch(name: str) -> Mapping[str, Any]:
        needs = "StreamDescriptionSummary"
        answer = call_or_nothing(scope, "kinesis", "describe_stream_summary", needs=needs, StreamName=name)
        told: Mapping[str, Any] = answer.get(needs) or {}
        return told

    for name, told in scope.each(names, fetch, str):
        if told is None or told:
            known = {"StreamName": name, "StreamARN": scope.arn("kinesis", f"stream/{name}")}
            yield from scope.rows(_stream, [known | dict(told or {})], "kinesis:DescribeStreamSummary")


def _stream(stream: Mapping[str, Any]) -> Resource:
    hours = stream.get("RetentionPeriodHours")
    key = stream.get("KeyId") or ""
    return Resource.model_validate(
        {
            "arn": stream.get("StreamARN"),
            "kind": "stream",
            "name": stream.get("StreamName"),
            "state": stream.get("StreamStatus"),
            "kms_key": None if key.startswith("alias/aws/") else key,
            "retention_seconds": None if hours is None else hours * HOUR,
            "created_at": stream.get("StreamCreationTimestamp"),
        }
    )


def _delivery_streams(scope: Scope) -> Iterator[Record]:
    def fetch(name: str) -> Mapping[str, Any]:
        needs = "DeliveryStreamDescription"
        asked = {"needs": needs, "DeliveryStreamName": name}
        answer = call_or_nothing(scope, "firehose", "describe_delivery_stream", **asked)
        told: Mapping[str, Any] = answer.get(needs) or {}
        return told

    action = "firehose:DescribeDeliveryStream"

    def lost(name: str) -> Iterator[Unread]:
        yield rows_of("links", kind="delivery-stream", to_arn=scope.arn("firehose", f"deliverystream/{name}"))

    all_of_them = (rows_of("resources", kind="delivery-stream"), rows_of("links", kind="delivery-stream"))
    listed = _delivery_stream_names(scope)
    names = as_far_as_read(scope, listed, "Firehose delivery streams", *all_of_them)
    for name, told in scope.each(names, fetch, str, lost):
        if told is None or told:
            arn = scope.arn("firehose", f"deliverystream/{name}")
            stream = {"DeliveryStreamName": name, "DeliveryStreamARN": arn} | dict(told or {})
            yield from scope.rows(_delivery_stream, [stream], action)
            source = (stream.get("Source") or {}).get("KinesisStreamSourceDescription")
            yield from scope.rows(_link, [stream | source] if source else (), action)


def _delivery_stream_names(scope: Scope) -> Iterator[str]:
    """All names. Raises RefusedError when AWS starts over instead of going on."""
    after: dict[str, str] = {}
    for _ in range(MAX_PAGES):
        needs = "DeliveryStreamNames"
        page = scope.call("firehose", "list_delivery_streams", needs=needs, Limit=100, **after)
        names = page[needs]
        yield from names
        if not page.get("HasMoreDeliveryStreams"):
            return
        if not names or names[-1] == after.get("ExclusiveStartDeliveryStreamName"):
            told = "AWS says that there are more delivery streams, but gives none."
            raise RefusedError("failed", "firehose:ListDeliveryStreams", "RepeatedPage", told)
        after["ExclusiveStartDeliveryStreamName"] = names[-1]


def _delivery_stream(stream: Mapping[str, Any]) -> Resource:
    encryption = stream.get("DeliveryStreamEncryptionConfiguration") or {}
    return Resource.model_validate(
        {
            "arn": stream.get("DeliveryStreamARN"),
            "kind": "delivery-stream",
            "name": stream.get("DeliveryStreamName"),
            "state": stream.get("DeliveryStreamStatus"),
            "kms_key": encryption.get("KeyARN"),
            "created_at": stream.get("CreateTimestamp"),
            "modified_at": stream.get("LastUpdateTimestamp"),
        }
    )


def _link(stream: Mapping[str, Any]) -> Link:
    return Link.model_validate(
        {
            "kind": "delivery-stream",
            "from_arn": stream.get("KinesisStreamARN"),
            "to_arn": stream.get("DeliveryStreamARN"),
            "state": stream.get("DeliveryStreamStatus"),
            "active": stream.get("DeliveryStreamStatus") == "ACTIVE",
            "role_arn": stream.get("RoleARN"),
        }
    )
