"""SNS topics and what is subscribed to them. Filter policies are told for one subscription at a time only."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from collectors import roles
from collectors.missing import as_far_as_read, call_or_nothing
from collectors.queues import customer_key
from collectors.records import Link, Record, Resource
from collectors.redrive import redrive
from collectors.scope import Scope
from collectors.unread import Unread, rows_of

Subscription = Mapping[str, Any]

NOT_THERE = "Deleted"
PENDING = "PendingConfirmation"
OF_PEOPLE = {"email", "email-json", "sms"}


def collect(scope: Scope) -> Iterator[Record]:
    """Rows of `resources` (topic), `links` (sns-subscription) and `policies`.

    sns:ListTopics, GetTopicAttributes, ListSubscriptions, ListSubscriptionsByTopic, GetSubscriptionAttributes.
    """
    pages = scope.pages("sns", "list_topics", "Topics")
    lost = (rows_of("resources", kind="topic"), _of_topic(scope.arn("sns", "*")), roles.POLICIES)
    topics = as_far_as_read(scope, pages, None, *lost)
    arns = [topic["TopicArn"] for topic in scope.with_key(topics, "TopicArn", "sns:ListTopics")]
    for arn, told in scope.each(arns, lambda arn: _topic(scope, arn), str):
        if told is None or told:
            yield from scope.rows(_resource, [{"TopicArn": arn} | (told or {})], "sns:GetTopicAttributes")
    delivering: set[str | None] = set()
    called: set[str | None] = set()
    listed = _subscriptions(scope, arns)
    for subscription, told in scope.each(listed, lambda s: _attributes(scope, s), _name):
        if told is None or told:
            merged = dict(subscription) | (told or {"hidden": True})
            for row in scope.rows(_link, [merged], "sns:GetSubscriptionAttributes"):
                delivering.add(row.role_arn)
                called.add(row.to_arn)
                yield row
    yield from roles.of_roles(scope, delivering)
    yield from roles.of_functions(scope, called)


def _topic(scope: Scope, arn: str) -> dict[str, Any]:
    answer = call_or_nothing(scope, "sns", "get_topic_attributes", needs="Attributes", TopicArn=arn)
    return {**(answer.get("Attributes") or {}), "TopicArn": arn} if answer else {}


def _resource(topic: Mapping[str, Any]) -> Resource:
    return Resource(
        arn=topic["TopicArn"],
        kind="topic",
        name=topic["TopicArn"].rpartition(":")[2],
        description=topic.get("DisplayName"),
        policy=topic.get("Policy"),
        kms_key=customer_key(topic.get("KmsMasterKeyId")),
    )


def _of_topic(arn: str) -> Unread:
    return rows_of("links", kind="sns-subscription", from_arn=arn)


def _subscriptions(scope: Scope, topics: list[str]) -> Iterator[Subscription]:
    """Every subscription once.

    The account's own list has those to topics of other accounts; only a topic's own list has those that others made.
    """
    seen: set[tuple[str | None, ...]] = set()

    def fresh(found: Iterable[Subscription]) -> Iterator[Subscription]:
        for one in found:
            key = (one.get("TopicArn"), one.get("Protocol"), one.get("Endpoint"), one.get("SubscriptionArn"))
            if key not in seen and one.get("SubscriptionArn") != NOT_THERE:
                seen.add(key)
                yield one

    def of_topic(arn: str) -> list[Subscription]:
        return list(scope.pages("sns", "list_subscriptions_by_topic", "Subscriptions", TopicArn=arn))

    own = scope.pages("sns", "list_subscriptions", "Subscriptions")
    # those to this account's own topics are told by the topics too
    lost = rows_of("links", kind="sns-subscription").without("from_arn", scope.arn("sns", "*"))
    yield from fresh(as_far_as_read(scope, own, "subscriptions of this account", lost, roles.POLICIES))
    for _, found in scope.each(topics, of_topic, str, lambda arn: (_of_topic(arn), roles.POLICIES)):
        yield from fresh(found or [])


def _name(subscription: Subscription) -> str:
    arn = subscription.get("SubscriptionArn") or "?"
    return arn if arn.startswith("arn:") else f"{arn} on {subscription.get('TopicArn')}"


def _attributes(scope: Scope, subscription: Subscription) -> dict[str, Any]:
    arn = subscription.get("SubscriptionArn") or ""
    if not arn.startswith("arn:"):
        return {"PendingConfirmation": "true"}  # it has no ARN yet that could be asked about
    answer = call_or_nothing(
        scope, "sns", "get_subscription_attributes", needs="Attributes", SubscriptionArn=arn
    )
    return {**(answer.get("Attributes") or {}), "SubscriptionArn": arn} if answer else {}


def _link(told: Subscription) -> Link:
    arn = told.get("SubscriptionArn") or ""
    pending = told.get("PendingConfirmation") == "true" or arn == PENDING
    policy = told.get("FilterPolicy")
    return Link.model_validate(
        {
            "arn": arn if arn.startswith("arn:") else None,
            "kind": "sns-subscription",
            "from_arn": told.get("TopicArn"),
            "to_arn": address(told.get("Protocol"), told.get("Endpoint")),
            "state": PENDING if pending else None,
            "active": not pending,
            "dialect": "sns-body" if told.get("FilterPolicyScope") == "MessageBody" else "sns-attributes",
            "filters": (policy,) if policy and policy.strip() != "{}" else (),
            "filters_hidden": bool(told.get("hidden")),
            "condition": told.get("Protocol"),
            "raw_delivery": None if told.get("hidden") else told.get("RawMessageDelivery") == "true",
            "dead_letter_arn": redrive(told.get("RedrivePolicy")).get("deadLetterTargetArn"),
            "role_arn": told.get("SubscriptionRoleArn"),
        }
    )


def address(protocol: str | None, endpoint: str | None) -> str | None:
    """Where a subscription delivers: an ARN as it is; a URL without credentials and query; people's addresses shortened.

    >>> address("email", "jo@example.com")
    'email:…@example.com'
    """
    if protocol in OF_PEOPLE:
        _, at, domain = (endpoint or "").partition("@")
        return f"{protocol}:…{at}{domain}"
    if endpoint is None or "://" not in endpoint:
        return endpoint
    parts = urlsplit(endpoint)
    host = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{host}{parts.path}"
