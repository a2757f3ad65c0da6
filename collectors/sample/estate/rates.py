"""How many events an hour pass each thing of the estate: what the day's metrics are drawn from.

A rule's rate comes from what is put of the types that it names; onward it is carried by targets, subscriptions,
mappings and pipes. Where the pattern names no type, the rate is written down here.
"""

from collections import defaultdict
from collections.abc import Mapping

from collectors.sample.estate import every
from collectors.sample.estate.places import CORE_EU, CORE_US, OPS_EU, SHOP_EU, SHOP_US
from collectors.sample.estate.producing import PUTS
from collectors.sample.estate.shapes import (
    EventSourceMapping,
    Pattern,
    Pipe,
    Rule,
    Subscriber,
    TopicSubscription,
)

PASSES_A_CONDITION = 0.2
# (bus ARN, rule) → events an hour, where the pattern has no literal detail type.
WRITTEN: Mapping[tuple[str, str], float] = {
    (SHOP_EU.bus("orders"), "orders-audit"): 380,
    (SHOP_EU.bus("orders"), "to-hub"): 260,
    (SHOP_EU.bus("orders"), "amendments"): 2,
    (SHOP_EU.bus("orders"), "legacy-updates"): 3,
    (SHOP_US.bus("orders"), "to-orders-eu"): 30,
    (SHOP_EU.bus("customers"), "to-analytics"): 45,
    (SHOP_EU.bus("catalogue"), "price-history"): 50,
    (OPS_EU.bus("payments"), "to-hub"): 100,
    (OPS_EU.bus("payments"), "sandbox-payments"): 6,
    (CORE_EU.bus("hub"), "order-facts-to-lake"): 260,
    (CORE_EU.bus("hub"), "all-failures"): 3,
    (CORE_EU.bus("aws.partner/zendesk.com/acme/support"), "support-tickets"): 9,
    (CORE_US.bus("analytics"), "customer-facts"): 45,
    (SHOP_EU.bus("orders"), "basket-reminder"): 4,
    (CORE_EU.bus("hub"), "lost-parcels"): 2,
    (SHOP_EU.bus("default"), "s3-image-uploaded"): 5,
    (OPS_EU.bus("default"), "ecs-task-stopped"): 1,
    (CORE_EU.bus("default"), "nightly-close"): 1 / 24,
}


def rate_of_type(source: str, detail_type: str) -> float:
    """Events of a type put an hour, on the day's mean; what is forwarded counts once."""
    return sum(
        put.calls * put.entries
        for put in PUTS
        if (put.source, put.detail_type) == (source, detail_type) and put.by.role != "forward-events"
    )


def rate_of_pattern(pattern: Pattern) -> float:
    """Events an hour that a pattern with literal types lets through."""
    sources = pattern.get("source", [])
    total = sum(
        rate_of_type(source, detail_type)
        for source in sources
        for detail_type in pattern.get("detail-type", [])
        if isinstance(source, str) and isinstance(detail_type, str)
    )
    return total * (PASSES_A_CONDITION if "detail" in pattern or "$or" in pattern else 1)


def rate_of_rule(rule: Rule) -> float:
    """Events an hour that a rule matches; a disabled one matches nothing."""
    if not rule.enabled:
        return 0
    return WRITTEN.get((rule.at.bus(rule.bus), rule.name), rate_of_pattern(rule.pattern or {}))


def rate_of_subscriber(subscriber: Subscriber) -> float:
    """Events an hour that a subscriber of a new bus takes."""
    if not subscriber.running:
        return 0
    if not subscriber.filters:
        return 12
    (pattern,) = subscriber.filters.values()
    named = {"source": pattern.get("aws:Source"), "detail-type": pattern.get("aws:DetailType")}
    return rate_of_pattern(named if "aws:Source" in pattern else pattern)


def arriving() -> dict[str, float]:
    """ARN without version or alias → events an hour that arrive there."""
    rates: dict[str, float] = defaultdict(float)
    for _, rule in every(Rule):
        for target in rule.targets:
            rates[_plain(target.arn)] += rate_of_rule(rule)
    for _, subscriber in every(Subscriber):
        rates[subscriber.target] += rate_of_subscriber(subscriber)
    for _, subscription in every(TopicSubscription):
        rates[subscription.endpoint] += rates[subscription.topic] * _passes(subscription)
    for _, pipe in every(Pipe):
        _through(pipe, rates)
    for _, mapping in every(EventSourceMapping):
        if mapping.enabled:
            rates[mapping.at.function(mapping.function)] += rates[mapping.source]
    return rates


def _passes(subscription: TopicSubscription) -> float:
    """The share that a filter policy lets through; EventBridge sets no attributes, so a policy on them none."""
    if not subscription.policy:
        return 1
    return 0 if subscription.scope == "MessageAttributes" else PASSES_A_CONDITION


def _through(pipe: Pipe, rates: dict[str, float]) -> None:
    carried = rates[pipe.source] * (PASSES_A_CONDITION if pipe.filters else 1)
    for arn in (pipe.enrichment, pipe.target):
        if arn and pipe.running:
            rates[arn] += carried


def _plain(arn: str) -> str:
    pieces = arn.split(":")
    return ":".join(pieces[:7]) if pieces[2] == "lambda" else arn
