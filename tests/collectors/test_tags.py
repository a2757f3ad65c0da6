"""Tags over HTTP."""

from collections.abc import Callable
from typing import Any

from collectors.sample.server import Server

QUEUE = "arn:aws:sqs:eu-west-1:111111111111:"


def tagged(client: Callable[..., Any], name: str, **tags: str) -> None:
    client("sqs").create_queue(QueueName=name, tags=tags)


def as_set(outcome: Any) -> set[tuple[str, str, str]]:
    return {(row.arn, row.key, row.value) for row in outcome.rows}


def test_tags_of_queues_rules_and_new_buses(client: Callable[..., Any], collect: Callable[..., Any]) -> None:
    tagged(client, "orders", domain="orders", note="")
    rule = client("events").put_rule(
        Name="r", EventPattern='{"source": ["a"]}', Tags=[{"Key": "owner", "Value": "team-a"}]
    )["RuleArn"]
    bus = client("eventbridgev2").create_event_bus(Name="orders", Tags={"domain": "new"})["EventBusArn"]
    (outcome,) = collect("tags")
    assert outcome.status == "ok"
    assert as_set(outcome) == {
        (f"{QUEUE}orders", "domain", "orders"),
        (f"{QUEUE}orders", "note", ""),
        (rule, "owner", "team-a"),
        (bus, "domain", "new"),
    }


def test_all_pages_are_read(aws: Server, client: Callable[..., Any], collect: Callable[..., Any]) -> None:
    for number in range(4):
        tagged(client, f"queue-{number}", domain="orders")
    page = {"service": "resourcegroupstaggingapi", "one_item_pages": True, "odd_tokens": True}
    aws.misbehave(page)
    (outcome,) = collect("tags")
    assert {arn for arn, _, _ in as_set(outcome)} == {f"{QUEUE}queue-{number}" for number in range(4)}


def test_denied_is_denied_and_not_empty(aws: Server, collect: Callable[..., Any]) -> None:
    aws.misbehave({"service": "resourcegroupstaggingapi", "deny": True})
    (outcome,) = collect("tags")
    assert (outcome.status, [gap.action for gap in outcome.scope.gaps]) == ("denied", ["tag:GetResources"])


def test_where_a_type_is_not_known_all_are_read_and_others_left_out(
    aws: Server, client: Callable[..., Any], collect: Callable[..., Any]
) -> None:
    tagged(client, "orders", domain="orders")
    client("s3").create_bucket(Bucket="files", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    client("s3").put_bucket_tagging(
        Bucket="files", Tagging={"TagSet": [{"Key": "domain", "Value": "orders"}]}
    )
    told = client("resourcegroupstaggingapi").get_resources()["ResourceTagMappingList"]
    assert "arn:aws:s3:::files" in {one["ResourceARN"] for one in told}
    refused = {"code": "InvalidParameterException", "status": 400}
    aws.misbehave({"service": "resourcegroupstaggingapi", "contains": "ResourceTypeFilters", "fail": refused})
    (outcome,) = collect("tags")
    assert (outcome.status, as_set(outcome)) == ("ok", {(f"{QUEUE}orders", "domain", "orders")})


def test_new_buses_are_asked_one_by_one_where_get_resources_does_not_know_them(
    aws: Server, client: Callable[..., Any], collect: Callable[..., Any]
) -> None:
    bus = client("eventbridgev2").create_event_bus(Name="orders", Tags={"domain": "new"})["EventBusArn"]
    aws.misbehave({"service": "resourcegroupstaggingapi", "empty": ["ResourceTagMappingList"]})
    (outcome,) = collect("tags")
    assert (outcome.status, as_set(outcome)) == ("ok", {(bus, "domain", "new")})


def test_a_region_without_new_buses_is_no_gap(
    aws: Server, client: Callable[..., Any], collect: Callable[..., Any]
) -> None:
    tagged(client, "orders", domain="orders")
    aws.misbehave({"service": "eventbridgev2", "unsupported": True})
    (outcome,) = collect("tags")
    assert (outcome.status, len(outcome.rows)) == ("ok", 1)


def test_a_tag_without_an_arn_is_a_gap_that_names_the_field(
    aws: Server, client: Callable[..., Any], collect: Callable[..., Any]
) -> None:
    tagged(client, "orders", domain="orders")
    aws.misbehave({"service": "resourcegroupstaggingapi", "nulls": ["ResourceARN"]})
    (outcome,) = collect("tags")
    assert outcome.rows == []
    assert "Tag.arn" in outcome.scope.gaps[0].message
