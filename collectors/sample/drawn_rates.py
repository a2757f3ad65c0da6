"""How many events an hour pass each thing of a drawn estate: drawn for each rule, carried on by what it leads to."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any, TypeVar

import numpy as np

from collectors.sample.drawn import Drawn
from collectors.sample.estate.shapes import (
    EventSourceMapping,
    Pipe,
    Queue,
    Rule,
    Subscriber,
    TopicSubscription,
)

PASSES_A_CONDITION = 0.2
MEAN = 240.0  # events an hour of a rule, of which one in seven is idle
Thing = TypeVar("Thing")


def every(drawn: Drawn, kind: type[Thing]) -> Iterator[Thing]:
    """All things of one kind, in the order drawn."""
    for domain in drawn.domains:
        yield from domain.of(kind)


def arn_of(thing: Any) -> str:
    """The ARN by which CloudWatch's series name a rule or subscriber, here also where a name alone tells it."""
    if isinstance(thing, Rule):
        bus = "" if thing.bus == "default" else f"{thing.bus}/"
        return str(thing.at.arn("events", f"rule/{bus}{thing.name}"))
    if isinstance(thing, Subscriber):
        return str(thing.at.arn("events", f"subscriber/{thing.name}"))
    return str(getattr(thing.at, type(thing).__name__.lower())(thing.name))


def rates(drawn: Drawn, seed: int) -> dict[str, float]:
    """ARN → events an hour, on the day's mean, of rules, subscribers and all that they lead to."""
    chosen = np.random.default_rng(seed)
    found: dict[str, float] = defaultdict(float)
    carriers = [
        (arn_of(rule), rule.enabled, [each.arn for each in rule.targets]) for rule in every(drawn, Rule)
    ]
    carriers += [(arn_of(one), one.running, [one.target]) for one in every(drawn, Subscriber)]
    for arn, on, targets in carriers:
        rate = float(chosen.exponential(MEAN)) * float(chosen.random() > 1 / 7)
        found[arn] = rate if on else 0.0
        for target in targets:
            found[target] += found[arn]
    for subscription in every(drawn, TopicSubscription):
        found[subscription.endpoint] += found[subscription.topic] * _share(bool(subscription.policy))
    for mapping in every(drawn, EventSourceMapping):
        if mapping.enabled:
            reader = mapping.at.function(mapping.function)
            found[reader] += found[mapping.source] * _share(bool(mapping.filters))
    for pipe in every(drawn, Pipe):
        found[pipe.target] += found[pipe.source] * _share(bool(pipe.filters))
    return dict(found)


def _share(filtered: bool) -> float:  # noqa: FBT001 - a fact of the link
    return PASSES_A_CONDITION if filtered else 1.0


def dead_letter_queues(drawn: Drawn) -> set[str]:
    """ARNs of the queues that others name as theirs for what failed."""
    found = {each.dead_letter for rule in every(drawn, Rule) for each in rule.targets}
    found |= {queue.at.queue(queue.dead_letter) for queue in every(drawn, Queue) if queue.dead_letter}
    return {arn for arn in found if arn}
