"""How many events an hour pass each thing of the estate: what the day's metrics are drawn from.

It begins with what is put on each bus (`producing.py`); rules, subscribers, subscriptions, mappings and pipes carry it
on, as far as they let it through. Nothing is written down that the estate itself can tell.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cache

from collectors.sample.estate import GONE, every
from collectors.sample.estate.matching import passes
from collectors.sample.estate.places import CORE_EU, OPS_EU, SHOP_EU
from collectors.sample.estate.producing import PUTS
from collectors.sample.estate.shapes import (
    EventSourceMapping,
    Function,
    Pattern,
    Pipe,
    Rule,
    Subscriber,
    Target,
    TopicSubscription,
)

EventType = tuple[str, str]

PASSES_A_CONDITION = 0.2
ONCE_A_DAY = 1 / 24
ZENDESK = "aws.partner/zendesk.com/acme/support"
# What AWS and a partner put: (bus ARN, source, detail type) → events an hour. CloudTrail records none of it.
PUT_BY_OTHERS: Mapping[tuple[str, str, str], float] = {
    (SHOP_EU.bus("default"), "aws.s3", "Object Created"): 25,
    (OPS_EU.bus("default"), "aws.ecs", "ECS Task State Change"): 5,
    (CORE_EU.bus(ZENDESK), ZENDESK, "Support Ticket: Comment Created"): 9,
}
# What lies on a stream that no event feeds.
FED_BY_OTHERS: Mapping[str, float] = {SHOP_EU.stream("orders-outbox"): 20}
# (where it comes from, rule, subscriber or function) → the share that its condition lets through, where it is not the usual one.
SHARES: Mapping[tuple[str, str], float] = {
    (SHOP_EU.bus("orders"), "kiosk-orders"): 0,  # no order has that channel
    (OPS_EU.bus("payments"), "sandbox-payments"): 0.03,
    (CORE_EU.new_bus("engagement"), "reviews-to-catalogue"): 1,  # a review has a star at least
    (CORE_EU.queue("refund-ledger"), "refund-bookkeeper"): 1,  # a refund is more than nothing
    (OPS_EU.stream("stock"), "stock-projector"): 0.7,  # two warehouses of three
}


@cache
def on_bus() -> Mapping[str, Mapping[EventType, float]]:
    """Bus ARN → event type → events an hour that are put on it or forwarded to it.

    What goes round is counted once a bus: the estate's loop would never end.
    """
    flows: dict[str, dict[EventType, float]] = defaultdict(lambda: defaultdict(float))
    put: dict[tuple[str, str, str], float] = defaultdict(float, PUT_BY_OTHERS)
    for each in PUTS:
        if each.by.role != "forward-events":  # forwarding is told by the rules
            bus = each.bus or each.at.bus("default")
            put[bus, each.source, each.detail_type] += each.calls * each.entries
    for (bus, source, detail_type), rate in put.items():
        for reached in _reached(bus, (source, detail_type)):
            flows[reached][source, detail_type] += rate
    return flows


def _reached(bus: str, event_type: EventType) -> set[str]:
    """The bus itself, and those that rules forward the type to. No rule that forwards tests the payload."""
    reached: set[str] = set()
    waiting = [bus]
    while waiting:
        here = waiting.pop()
        if here not in reached:
            reached.add(here)
            waiting += [
                target.arn
                for rule in _rules_on().get(here, [])
                if rule.enabled and passes(rule.pattern, event_type)
                for target in rule.targets
                if ":event-bus/" in target.arn
            ]
    return reached


@cache
def _rules_on() -> Mapping[str, list[Rule]]:
    rules: dict[str, list[Rule]] = defaultdict(list)
    for _, rule in every(Rule):
        rules[rule.at.bus(rule.bus)].append(rule)
    return rules


def rate_of_bus(bus: str) -> float:
    """Events an hour that come onto a bus."""
    return sum(on_bus().get(bus, {}).values())


def rate_of_rule(rule: Rule) -> float:
    """Events an hour that a rule matches on its bus; a disabled one matches nothing."""
    if not rule.enabled:
        return 0
    if rule.schedule:
        return ONCE_A_DAY
    return _let_through(rule.at.bus(rule.bus), rule.name, [rule.pattern or {}])


def rate_of_subscriber(subscriber: Subscriber) -> float:
    """Events an hour that a subscriber of a new bus takes."""
    if not subscriber.running:
        return 0
    return _let_through(subscriber.bus, subscriber.name, subscriber.filters.values())


def share_of(thing: Rule | Subscriber) -> float:
    """The share of the event types it names that a rule or subscriber takes: 1 where it asks for nothing of the payload."""
    bus = thing.at.bus(thing.bus) if isinstance(thing, Rule) else thing.bus
    patterns = [thing.pattern or {}] if isinstance(thing, Rule) else list(thing.filters.values())
    tested = any("detail" in pattern or "$or" in pattern for pattern in patterns)
    return _share(bus, thing.name, tested=tested)


def _let_through(bus: str, name: str, patterns: Iterable[Pattern]) -> float:
    patterns = list(patterns)
    total = sum(
        rate
        for event_type, rate in on_bus().get(bus, {}).items()
        if all(passes(pattern, event_type) for pattern in patterns)
    )
    tested = any("detail" in pattern or "$or" in pattern for pattern in patterns)
    return total * _share(bus, name, tested=tested)


def _share(source: str, name: str, *, tested: bool) -> float:
    return SHARES.get((source, name), PASSES_A_CONDITION if tested else 1)


def fails(rule: Rule, target: Target) -> bool:
    """Whether nothing sent to a target arrives: it was deleted, or the function's policy refuses the rule."""
    return target.arn in GONE or (not rule.granted and ":function:" in target.arn)


def arriving() -> dict[str, float]:
    """ARN without version or alias → events an hour that arrive there."""
    rates: dict[str, float] = defaultdict(float, FED_BY_OTHERS)
    for _, rule in every(Rule):
        for target in rule.targets:
            # a refusal is not tried again: the event goes to the dead-letter queue, where there is one
            end = target.dead_letter if fails(rule, target) else _plain(target.arn)
            if end:
                rates[end] += rate_of_rule(rule)
    for _, subscriber in every(Subscriber):
        rates[subscriber.target] += rate_of_subscriber(subscriber)
    for _, subscription in every(TopicSubscription):
        rates[subscription.endpoint] += rates[subscription.topic] * passed_on(subscription)
    for _, pipe in every(Pipe):
        _through(pipe, rates)
    for _, mapping in every(EventSourceMapping):
        if mapping.enabled:
            share = _share(mapping.source, mapping.function, tested=bool(mapping.filters))
            rates[mapping.at.function(mapping.function)] += rates[mapping.source] * share
    for _, function in every(Function):
        arn = function.at.function(function.name)
        rates[arn] = rates[arn] or _called_from_outside(function)
    return rates


def _called_from_outside(function: Function) -> float:
    """Calls an hour of a function that nothing of the estate calls: as many as the calls that it makes itself."""
    return sum(put.calls for put in PUTS if (put.at, put.by.session) == (function.at, function.name))


def passed_on(subscription: TopicSubscription) -> float:
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
