"""Topics and subscriptions over HTTP."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from collectors.records import Link, Resource
from collectors.sample.server import Server
from collectors.topics import _link, address

ARN = "arn:aws:sns:eu-west-1:111111111111:"
QUEUE = "arn:aws:sqs:eu-west-1:111111111111:orders"


def links(outcome: Any) -> list[Link]:
    return [row for row in outcome.rows if isinstance(row, Link)]


def subscribed(sns: Any, protocol: str = "sqs", endpoint: str = QUEUE, **attributes: str) -> str:
    topic = sns.create_topic(Name="orders")["TopicArn"]
    arn: str = sns.subscribe(
        TopicArn=topic,
        Protocol=protocol,
        Endpoint=endpoint,
        Attributes=attributes,
        ReturnSubscriptionArn=True,
    )["SubscriptionArn"]
    return arn


def test_a_topic_and_a_subscription_with_a_filter(
    client: Callable[..., Any], collect: Callable[..., Any]
) -> None:
    policy = json.dumps({"detail": {"total": [{"numeric": [">", 100]}]}})
    dead = json.dumps({"deadLetterTargetArn": f"{QUEUE}-dlq"})
    arn = subscribed(
        client("sns"),
        FilterPolicy=policy,
        FilterPolicyScope="MessageBody",
        RawMessageDelivery="true",
        RedrivePolicy=dead,
    )
    (outcome,) = collect("topics")
    (topic,) = [row for row in outcome.rows if isinstance(row, Resource)]
    assert (outcome.status, topic.arn, topic.kind) == ("ok", f"{ARN}orders", "topic")
    assert json.loads(topic.policy)["Statement"]
    (link,) = links(outcome)
    assert (link.arn, link.kind, link.from_arn, link.to_arn) == (arn, "sns-subscription", topic.arn, QUEUE)
    assert (link.dialect, link.filters, link.condition) == ("sns-body", (policy,), "sqs")
    assert (link.raw_delivery, link.active, link.dead_letter_arn) == (True, True, f"{QUEUE}-dlq")


@pytest.mark.parametrize(
    ("attributes", "dialect", "filters"),
    [
        ({}, "sns-attributes", ()),
        ({"FilterPolicy": '{"kind": ["big"]}'}, "sns-attributes", ('{"kind": ["big"]}',)),
    ],
)
def test_the_scope_of_a_filter_is_message_attributes_unless_told(
    client: Callable[..., Any],
    collect: Callable[..., Any],
    attributes: dict[str, str],
    dialect: str,
    filters: tuple[str, ...],
) -> None:
    subscribed(client("sns"), **attributes)
    (link,) = links(collect("topics")[0])
    assert (link.dialect, link.filters) == (dialect, filters)


def test_all_pages_are_read(aws: Server, client: Callable[..., Any], collect: Callable[..., Any]) -> None:
    sns = client("sns")
    for number in range(4):
        topic = sns.create_topic(Name=f"topic-{number}")["TopicArn"]
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=f"{QUEUE}-{number}")
    aws.misbehave({"service": "sns", "one_item_pages": True, "odd_tokens": True})
    (outcome,) = collect("topics")
    assert sorted(link.to_arn for link in links(outcome)) == [f"{QUEUE}-{number}" for number in range(4)]
    assert len(outcome.rows) == 8


def test_a_subscription_whose_attributes_are_denied_has_hidden_filters_and_an_unknown_delivery(
    aws: Server, client: Callable[..., Any], collect: Callable[..., Any]
) -> None:
    subscribed(client("sns"))
    aws.misbehave({"service": "sns", "operation": "GetSubscriptionAttributes", "deny": True})
    (outcome,) = collect("topics")
    told = [(link.to_arn, link.filters_hidden, link.raw_delivery) for link in links(outcome)]
    assert told == [(QUEUE, True, None)]
    assert [(gap.status, gap.action) for gap in outcome.scope.gaps] == [
        ("denied", "sns:GetSubscriptionAttributes")
    ]


def test_subscriptions_listed_by_topic_only_are_seen_too(
    aws: Server, client: Callable[..., Any], collect: Callable[..., Any]
) -> None:
    """What another account subscribed is missing in the account's own list: here that list is refused altogether."""
    subscribed(client("sns"))
    aws.misbehave({"service": "sns", "operation": "ListSubscriptions", "deny": True})
    (outcome,) = collect("topics")
    assert [link.to_arn for link in links(outcome)] == [QUEUE]
    assert [gap.action for gap in outcome.scope.gaps] == ["sns:ListSubscriptions"]


def test_nulls_are_nulls(aws: Server, client: Callable[..., Any], collect: Callable[..., Any]) -> None:
    subscribed(client("sns"))
    aws.misbehave({"service": "sns", "nulls": ["Attributes"]})
    (outcome,) = collect("topics")
    assert [(link.to_arn, link.filters) for link in links(outcome)] == [(QUEUE, ())]
    assert [row.policy for row in outcome.rows if isinstance(row, Resource)] == [None]


def test_a_subscription_without_an_endpoint_is_a_gap_that_names_the_field(
    aws: Server, client: Callable[..., Any], collect: Callable[..., Any]
) -> None:
    subscribed(client("sns"))
    aws.misbehave({"service": "sns", "nulls": ["Endpoint", "Attributes"]})
    (outcome,) = collect("topics")
    assert (outcome.status, links(outcome)) == ("partial", [])
    assert any("Link.to_arn" in gap.message for gap in outcome.scope.gaps)


@pytest.mark.parametrize(
    ("protocol", "endpoint", "shown"),
    [
        ("sqs", QUEUE, QUEUE),
        (
            "https",
            "https://jo:secret@hooks.example.com:8443/in?token=1#x",
            "https://hooks.example.com:8443/in",
        ),
        ("http", "http://example.com", "http://example.com"),
        ("email", "jo.doe@example.com", "email:…@example.com"),
        ("email-json", "jo@example.com", "email-json:…@example.com"),
        ("sms", "+491711234567", "sms:…"),
        ("sqs", None, None),
    ],
)
def test_addresses_of_people_and_credentials_are_not_kept(
    protocol: str, endpoint: str | None, shown: str | None
) -> None:
    assert address(protocol, endpoint) == shown


def test_an_unconfirmed_subscription_is_there_but_not_active(
    client: Callable[..., Any], collect: Callable[..., Any]
) -> None:
    subscribed(client("sns"), protocol="https", endpoint="https://hooks.example.com/in?token=1")
    (link,) = links(collect("topics")[0])
    assert (link.to_arn, link.condition) == ("https://hooks.example.com/in", "https")


@pytest.mark.parametrize(
    ("told", "arn", "active"),
    [
        ({"SubscriptionArn": "PendingConfirmation"}, None, False),
        ({"SubscriptionArn": f"{ARN}orders:1", "PendingConfirmation": "true"}, f"{ARN}orders:1", False),
        ({"SubscriptionArn": f"{ARN}orders:1", "PendingConfirmation": "false"}, f"{ARN}orders:1", True),
    ],
)
def test_what_is_not_confirmed_gets_nothing(told: dict[str, str], arn: str | None, *, active: bool) -> None:
    link = _link({"TopicArn": f"{ARN}orders", "Protocol": "https", "Endpoint": "https://example.com"} | told)
    assert (link.arn, link.active) == (arn, active)
