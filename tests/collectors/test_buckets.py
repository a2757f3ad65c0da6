"""Buckets whose events go to EventBridge, over HTTP: on the default bus of their own account and region."""

from collections.abc import Callable
from typing import Any

import pytest

from collectors.records import Link, Resource
from collectors.sample.server import Server

Call = Callable[..., Any]
DEFAULT = "arn:aws:events:eu-west-1:111111111111:event-bus/default"


@pytest.fixture
def buckets(client: Call) -> None:
    """Two that tell EventBridge, one that tells a queue only, and one of another region."""
    s3 = client("s3")
    for name in ("images", "invoices", "quiet"):
        s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    client("s3", region="us-east-1").create_bucket(Bucket="american")
    for name in ("images", "invoices", "american"):
        s3.put_bucket_notification_configuration(
            Bucket=name, NotificationConfiguration={"EventBridgeConfiguration": {}}
        )


def links(outcome: Any) -> list[tuple[str, str, str, str | None]]:
    return [(r.kind, r.from_arn, r.to_arn, r.source) for r in outcome.rows if isinstance(r, Link)]


BOTH = [("notification", f"arn:aws:s3:::{name}", DEFAULT, "aws.s3") for name in ("images", "invoices")]


@pytest.mark.usefixtures("buckets")
def test_a_bucket_with_notifications_on_is_a_link_to_the_default_bus_of_its_region(collect: Call) -> None:
    (outcome,) = collect("buckets")
    assert links(outcome) == BOTH
    assert [(r.kind, r.name) for r in outcome.rows if isinstance(r, Resource)] == [
        ("bucket", "images"),
        ("bucket", "invoices"),
    ]
    assert outcome.status == "ok"


@pytest.mark.usefixtures("buckets")
def test_all_pages_are_read(aws: Server, collect: Call) -> None:
    aws.misbehave({"operation": "ListBuckets", "one_item_pages": True})
    (outcome,) = collect("buckets")
    assert links(outcome) == BOTH


@pytest.mark.usefixtures("buckets")
def test_a_bucket_that_may_not_be_asked_is_a_gap_about_it(aws: Server, collect: Call) -> None:
    aws.misbehave({"operation": "GetBucketNotificationConfiguration", "contains": "images", "deny": True})
    (outcome,) = collect("buckets")
    assert links(outcome) == BOTH[1:]
    assert [(gap.status, gap.action, gap.subject) for gap in outcome.scope.gaps] == [
        ("denied", "s3:GetBucketNotification", "arn:aws:s3:::images")
    ]


def test_a_denied_list_is_a_gap_and_never_no_bucket(aws: Server, collect: Call) -> None:
    aws.misbehave({"operation": "ListBuckets", "deny": True})
    (outcome,) = collect("buckets")
    assert (outcome.status, outcome.scope.gaps[0].action) == ("denied", "s3:ListAllMyBuckets")


@pytest.mark.usefixtures("buckets")
def test_beyond_the_bound_a_gap_says_that_the_rest_was_not_asked(collect: Call) -> None:
    (outcome,) = collect("buckets", buckets_at_most=1)
    assert links(outcome) == BOTH[:1]
    assert [gap.error for gap in outcome.scope.gaps] == ["TooMany"]
