"""Buckets that send their events to EventBridge: S3 puts them on the default bus of the bucket's own account and region."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from collectors.missing import as_far_as_read, call_or_nothing
from collectors.records import Link, Record, Resource
from collectors.scope import Scope
from collectors.unread import Unread, rows_of

LIST, NOTIFICATION = "s3:ListAllMyBuckets", "s3:GetBucketNotification"


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
    """The buckets of this region: S3 itself leaves the others out, and then tells each one's region too."""
    lost = (rows_of("links", kind="notification"), rows_of("resources", kind="bucket"))
    pages = scope.pages("s3", "list_buckets", "Buckets", BucketRegion=scope.region, MaxBuckets=1000)
    for bucket in scope.with_key(as_far_as_read(scope, pages, None, *lost), "Name", LIST):
        if bucket.get("BucketRegion") in (None, scope.region):
            yield bucket


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
