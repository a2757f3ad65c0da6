"""Buckets that send their events to EventBridge: S3 puts them on the default bus of the bucket's own account and region."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from collectors.missing import as_far_as_read, call_or_nothing
from collectors.records import Link, Record, Resource
from collectors.scope import Scope
from collectors.unread import Unread, rows_of

LIST, NOTIFICATION = "s3:ListAllMyBuckets", "s3:GetBucketNotification"
_NAMELESS = {None: "us-east-1", "EU": "eu-west-1"}
"""How GetBucketLocation spells the first two regions of S3."""


def collect(scope: Scope) -> Iterator[Record]:
    """Rows of `resources` and `links` (notification), of buckets with EventBridge notifications on and no others.

    s3:ListBuckets of the region, GetBucketNotificationConfiguration of at most `buckets_at_most`. Of a configuration only
    whether EventBridge is on is kept. One that may not be read is a gap.
    """
    most = scope.settings.buckets_at_most
    found = list(islice(_listed(scope), most + 1))
    if len(found) > most:
        told = f"There are more than {most} buckets here; the others were not asked: raise buckets_at_most in headwater.toml for all."
        scope.gap("partial", NOTIFICATION, "TooMany", told, "buckets")
        scope.lose(rows_of("links", kind="notification"), rows_of("resources", kind="bucket"))

    def fetch(bucket: dict[str, Any]) -> dict[str, Any]:
        name = bucket["Name"]
        return dict(call_or_nothing(scope, "s3", "get_bucket_notification_configuration", Bucket=name))

    for bucket, told_of in scope.each(found[:most], fetch, lambda one: _arn(scope, one), _lost(scope)):
        if told_of and told_of.get("EventBridgeConfiguration") is not None:
            yield from scope.rows(lambda one: _bucket(scope, one), [bucket], LIST)
            yield from scope.rows(lambda one: _link(scope, one), [bucket], NOTIFICATION)


def _listed(scope: Scope) -> Iterator[dict[str, Any]]:
    """The buckets of this region. S3 filters them; one whose region it does not tell is asked for it."""
    lost = (rows_of("links", kind="notification"), rows_of("resources", kind="bucket"))
    pages = scope.pages("s3", "list_buckets", "Buckets", BucketRegion=scope.region, MaxBuckets=1000)
    for bucket in scope.with_key(as_far_as_read(scope, pages, None, *lost), "Name", LIST):
        region = bucket.get("BucketRegion")
        if region is None:
            region = _region(scope, bucket["Name"])
        if region == scope.region:
            yield bucket


def _region(scope: Scope, name: str) -> str | None:
    """Where a bucket lies; the region asked about where it may not be told: S3 was asked for buckets of that one."""
    told = scope.attempt(
        lambda: call_or_nothing(scope, "s3", "get_bucket_location", Bucket=name),
        f"arn:{scope.run.aws.partition}:s3:::{name}",
    )
    if told is None:
        return scope.region
    found: str | None = told.get("LocationConstraint")
    return _NAMELESS.get(found, found)


def _arn(scope: Scope, bucket: dict[str, Any]) -> str:
    return f"arn:{scope.run.aws.partition}:s3:::{bucket['Name']}"


def _lost(scope: Scope) -> Any:
    def lost(bucket: dict[str, Any]) -> Iterator[Unread]:
        yield rows_of("links", kind="notification", from_arn=_arn(scope, bucket))
        yield rows_of("resources", kind="bucket", arn=_arn(scope, bucket))

    return lost


def _bucket(scope: Scope, bucket: dict[str, Any]) -> Resource:
    return Resource(
        arn=_arn(scope, bucket), kind="bucket", name=bucket["Name"], created_at=bucket.get("CreationDate")
    )


def _link(scope: Scope, bucket: dict[str, Any]) -> Link:
    return Link(
        kind="notification",
        from_arn=_arn(scope, bucket),
        to_arn=scope.arn("events", "event-bus/default"),
        source="aws.s3",
    )
