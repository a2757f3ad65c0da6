"""Faults seeded into a drawn estate: what breaks, since when, and what its metrics then show. The truth is for tests only."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from collectors.sample.drawn import Drawn
from collectors.sample.drawn_breaking import BUSY, Breaking, Fault
from collectors.sample.drawn_metrics import NEVER, Incidents
from collectors.sample.drawn_rates import arn_of, dead_letter_queues, every
from collectors.sample.estate.shapes import (
    EventSourceMapping,
    Function,
    Queue,
    Rule,
    Target,
    Topic,
)

AT_ONCE = 6
BACKLOG = 0.4
"""Hours that the oldest message must have waited for, for a queue to be behind."""


@dataclass(frozen=True)
class Broken:
    """An estate with faults: its things as they are now, what happened to its metrics, and the truth."""

    drawn: Drawn
    incidents: Incidents
    faults: tuple[Fault, ...]


def break_some(drawn: Drawn, seed: int, metrics_seed: int, kinds: Iterable[str] | None = None) -> Broken:
    """The estate with up to six faults of different kinds, drawn from the seed, or with these.

    `metrics_seed` is the seed of its metrics: a fault takes what is busy there.
    """
    breaking = Breaking(drawn, metrics_seed)
    breaking.chosen.seed(f"faults {seed}")
    order = list(kinds) if kinds else breaking.chosen.sample(sorted(KINDS), AT_ONCE)
    for kind in order:
        KINDS[kind](breaking, kind)
    domains = tuple(
        replace(domain, things=tuple(breaking.replaced.get(id(thing), thing) for thing in domain.things))
        for domain in drawn.domains
    )
    return Broken(replace(drawn, domains=domains), breaking.incidents, tuple(breaking.faults))


def _rules(breaking: Breaking, busy: float, service: str | None = None) -> Iterator[Rule]:
    """Busy rules with one target, that is fed by nothing else."""
    for rule in every(breaking.drawn, Rule):
        target = rule.targets[0].arn
        if rule.name == "to-hub" or breaking.rates[arn_of(rule)] < busy or breaking.feeders[target] != 1:
            continue
        if service is None or f":{service}:" in target:
            yield rule


def _names(rule: Rule) -> list[str | None]:
    return [arn_of(rule), rule.targets[0].arn, rule.targets[0].dead_letter]


def _refused(breaking: Breaking, kind: str, *, gone: bool) -> None:
    hours = breaking.hours()
    rule = breaking.take(_rules(breaking, breaking.busy(hours), "lambda"), _names)
    if rule is None:
        return
    target, rate = rule.targets[0], breaking.rates[arn_of(rule)]
    arn = arn_of(rule)
    for metric in ("FailedInvocations", *(["InvocationsSentToDlq"] if target.dead_letter else [])):
        breaking.happens(arn, metric, hours, factor=1 / NEVER)
    _starves(breaking, target.arn, hours)
    if target.dead_letter:
        _fills(breaking, target.dead_letter, hours, rate * hours)
    if gone:
        elsewhere = Target(rule.at.function(f"{rule.bus}-gone"), target.dead_letter, target.id, target.extra)
        breaking.replaced[id(rule)] = replace(rule, targets=(elsewhere,))
    else:
        breaking.replaced[id(rule)] = replace(rule, granted=False)
    breaking.tell(kind, hours, arn, *filter(None, [target.dead_letter]))


def _fills(breaking: Breaking, arn: str, hours: float, count: float) -> None:
    breaking.happens(arn, "ApproximateNumberOfMessagesVisible", hours, ramp=max(count, 5))
    breaking.happens(arn, "ApproximateAgeOfOldestMessage", hours, ramp=hours * 3600)


def _starves(breaking: Breaking, arn: str, hours: float, left: float = 0) -> None:
    """Nothing gets to a target any more, or hardly anything."""
    for metric in _INTAKE.get(arn.split(":")[2], ()):
        breaking.happens(arn, metric, hours, factor=left)


_INTAKE = {
    "lambda": ("Invocations", "Errors"),
    "sqs": ("NumberOfMessagesSent", "NumberOfMessagesReceived", "NumberOfMessagesDeleted"),
    "sns": ("NumberOfMessagesPublished",),
}


def _dead_target(breaking: Breaking, kind: str) -> None:
    _refused(breaking, kind, gone=True)


def _refusing_policy(breaking: Breaking, kind: str) -> None:
    _refused(breaking, kind, gone=False)


def _read_queues(breaking: Breaking) -> Iterator[tuple[Queue, EventSourceMapping]]:
    """Busy queues with one reader, a function that does nothing else."""
    dead = dead_letter_queues(breaking.drawn)
    for queue in every(breaking.drawn, Queue):
        arn = arn_of(queue)
        mappings = breaking.readers[arn]
        if (
            arn in dead | breaking.piped
            or len(mappings) != 1
            or breaking.rates.get(arn, 0) < BUSY
            or mappings[0].filters
        ):
            continue
        yield queue, mappings[0]


def _queue_names(pair: tuple[Queue, EventSourceMapping]) -> list[str | None]:
    queue, mapping = pair
    dead = queue.at.queue(queue.dead_letter) if queue.dead_letter else None
    return [arn_of(queue), mapping.at.function(mapping.function), dead]


def _backs_up(breaking: Breaking, arn: str, hours: float, share: float) -> None:
    """A queue of which only a share is read from now on."""
    for metric in ("NumberOfMessagesReceived", "NumberOfMessagesDeleted"):
        breaking.happens(arn, metric, hours, factor=share)
    waiting = breaking.rates[arn] * hours * (1 - share)
    breaking.happens(arn, "ApproximateNumberOfMessagesVisible", hours, ramp=waiting)
    breaking.happens(arn, "ApproximateAgeOfOldestMessage", hours, ramp=hours * 3600 * (1 - share))


def _disabled_reader(breaking: Breaking, kind: str) -> None:
    pair = breaking.take(_read_queues(breaking), _queue_names)
    if pair is None:
        return
    queue, mapping = pair
    hours = breaking.hours()
    _backs_up(breaking, arn_of(queue), hours, 0)
    breaking.replaced[id(mapping)] = replace(mapping, enabled=False)
    breaking.tell(kind, hours, arn_of(queue), mapping.at.function(mapping.function))


def _growing_queue(breaking: Breaking, kind: str) -> None:
    pair = breaking.take(_read_queues(breaking), _queue_names)
    if pair is None:
        return
    hours = breaking.hours(BACKLOG / 0.5)
    _backs_up(breaking, arn_of(pair[0]), hours, 0.5)
    breaking.tell(kind, hours, arn_of(pair[0]))


def _slow_consumer(breaking: Breaking, kind: str) -> None:
    pair = breaking.take(_read_queues(breaking), _queue_names)
    if pair is None:
        return
    queue, mapping = pair
    hours, reader = breaking.hours(BACKLOG / 0.7), mapping.at.function(mapping.function)
    _backs_up(breaking, arn_of(queue), hours, 0.3)
    breaking.happens(reader, "Duration", hours, factor=12)
    breaking.tell(kind, hours, arn_of(queue), reader)


def _functions(breaking: Breaking, busy: float) -> Iterator[str]:
    """Busy functions that rules call and no queue feeds."""
    reading = {one.at.function(one.function) for one in every(breaking.drawn, EventSourceMapping)}
    for function in every(breaking.drawn, Function):
        arn = arn_of(function)
        if arn not in reading and breaking.rates.get(arn, 0) >= busy and breaking.feeders[arn]:
            yield arn


def _throttled_function(breaking: Breaking, kind: str) -> None:
    _function_fails(breaking, kind, "Throttles", NEVER)


def _failing_function(breaking: Breaking, kind: str) -> None:
    _function_fails(breaking, kind, "Errors", 0.001)


def _function_fails(breaking: Breaking, kind: str, metric: str, usually: float) -> None:
    hours, share = breaking.hours(), breaking.part(0.2, 0.5)
    arn = breaking.take(_functions(breaking, breaking.busy(hours, share)), lambda one: [one])
    if arn is None:
        return
    breaking.happens(arn, metric, hours, factor=share / usually)
    breaking.tell(kind, hours, arn)


def _filling_dead_letters(breaking: Breaking, kind: str) -> None:
    arn = breaking.take(sorted(dead_letter_queues(breaking.drawn)), lambda one: [one])
    if arn is None:
        return
    hours = breaking.hours()
    _fills(breaking, arn, hours, 40)
    breaking.tell(kind, hours, arn)


def _stopped_matching(breaking: Breaking, kind: str) -> None:
    hours, lost = breaking.hours(), breaking.part(0.95, 1)
    rule = breaking.take(_rules(breaking, breaking.busy(hours, 1 if lost == 1 else 0.25)), _names)
    if rule is None:
        return
    for metric in ("MatchedEvents", "Invocations"):
        breaking.happens(arn_of(rule), metric, hours, factor=1 - lost)
    _starves(breaking, rule.targets[0].arn, hours, 1 - lost)
    breaking.tell(kind, hours, arn_of(rule))


def _silent_target(breaking: Breaking, kind: str) -> None:
    hours, lost = breaking.hours(), breaking.part(0.7, 1)
    rule = breaking.take(_rules(breaking, breaking.busy(hours, lost)), _names)
    if rule is None:
        return
    breaking.happens(arn_of(rule), "Invocations", hours, factor=1 - lost)
    _starves(breaking, rule.targets[0].arn, hours, 1 - lost)
    breaking.tell(kind, hours, arn_of(rule))


def _late_delivery(breaking: Breaking, kind: str) -> None:
    hours = breaking.hours()
    rule = breaking.take(_rules(breaking, breaking.busy(hours)), _names)
    if rule is None:
        return
    times = breaking.part(30, 300)
    breaking.happens(arn_of(rule), "IngestionToInvocationSuccessLatency", hours, factor=times)
    breaking.happens(arn_of(rule), "RetryInvocationAttempts", hours, factor=2 / NEVER)
    breaking.tell(kind, hours, arn_of(rule))


def _failing_topic(breaking: Breaking, kind: str) -> None:
    there = [arn_of(one) for one in every(breaking.drawn, Topic)]
    hours, share = breaking.hours(), breaking.part(0.2, 0.5)
    busy = [arn for arn in there if breaking.rates.get(arn, 0) >= breaking.busy(hours, share)]
    arn = breaking.take(busy, lambda one: [one])
    if arn is None:
        return
    breaking.happens(arn, "NumberOfNotificationsFailed", hours, factor=share / NEVER)
    breaking.tell(kind, hours, arn)


KINDS: dict[str, Callable[[Breaking, str], None]] = {
    "dead target": _dead_target,
    "refusing policy": _refusing_policy,
    "disabled reader": _disabled_reader,
    "growing queue": _growing_queue,
    "slow consumer": _slow_consumer,
    "throttled function": _throttled_function,
    "failing function": _failing_function,
    "filling dead letters": _filling_dead_letters,
    "stopped matching": _stopped_matching,
    "silent target": _silent_target,
    "late delivery": _late_delivery,
    "failing topic": _failing_topic,
}
