"""What is wrong with what is called: a function, topic or pipe that fails, loses what it was given, is slow, or far behind."""

from collections.abc import Callable
from typing import NamedTuple

from dashboard.flow.health import beginning, queues, slow, usual
from dashboard.flow.health.lines import Lines
from dashboard.flow.health.symptom import Symptom, judged_by, lasting, layers, symptom_of
from dashboard.flow.health.things import Thing, events, length

SHARE = 0.05
"""Part of its calls that a function, topic or pipe may fail."""
FEW = 3
"""Failures that are chance, where fewer than half of the calls fail."""
SURE = 5
"""Failures that were to be expected of what is said to have recovered: chance leaves out as many in one of 150."""
SOME = 10
"""Calls without which a time says nothing, and failures that half an hour tells of."""


class Calls(NamedTuple):
    """How a kind counts calls, what of them failed and at which parts, and of how many tries; what failed for good is lost."""

    calls: str
    failures: tuple[str, ...]
    tried: tuple[str, ...]
    word: str = "call"
    lost: str = ""
    delivered: str = ""
    parts: tuple[str, ...] = ()


CALLS = {
    # of a call that failed, the event may be dropped later, and its dead letter not be put: the same event
    "function": Calls("Invocations", ("Errors", "Throttles"), ("Invocations", "Throttles")),
    "topic": Calls(
        "NumberOfMessagesPublished",
        ("NumberOfNotificationsFailed",),
        ("NumberOfNotificationsDelivered", "NumberOfNotificationsFailed"),
        *("delivery", "NumberOfNotificationsFailed", "NumberOfNotificationsDelivered"),
    ),
    # an execution takes a batch of events, and fails as one
    "pipe": Calls(
        *("Invocations", ("ExecutionFailed", "ExecutionTimeout"), ("Invocations",), "execution"),
        parts=("EnrichmentStageFailed", "TargetStageFailed"),
    ),
}
DROPPED = ("AsyncEventsDropped", "DeadLetterErrors")
"""Events that a function was given asynchronously and gave up, and those of them that no dead-letter queue took."""


def fail(thing: Thing) -> Symptom | None:
    """By the last 3 hours, or the last half one where many fail; where nothing was called in them by the last 24."""
    how = _counted(thing)
    hours = judged_by(thing, how.calls)
    failed, tried = _failed(thing, how, hours)
    lately, of = _failed(thing, how, 0.5)
    if not _too_many(failed, tried) and not (lately >= SOME and lately >= 2 * SHARE * of):
        return None
    # as many calls of the last half hour were well as would hardly be by chance
    recovered = lately == 0 and failed * of >= SURE * tried and _is_tried_again(thing, how)
    bad = how.parts if _by_parts(thing, how, hours) else how.failures
    throttled = thing.count("Throttles", hours=hours)
    most = "throttle" if throttled * 2 > failed else "failure"
    said = f"had {events(failed, most)} in the last {hours} hours, of {events(tried, how.word)}"
    return symptom_of(
        *(thing, "handled", said),
        lambda lines: beginning.share(layers(lines, thing, *bad), layers(lines, thing, *how.tried)),
        lost=lost_of(thing, how),
        failed=_failed(thing, how, 24)[0],
        more=_where(thing, how, hours),
        holds=_comes_again(thing, bad) if recovered else lasting(thing, hours, how.calls, *bad),
    )


def _is_tried_again(thing: Thing, how: Calls) -> bool:
    """Only a function's calls are, and not those that it gave up: what a topic or a pipe failed with is gone, whatever works since."""
    return thing.kind == "function" and lost_of(thing, how) <= 0


def _comes_again(thing: Thing, bad: tuple[str, ...]) -> Callable[[Lines], bool]:
    return lambda lines: usual.comes_again(layers(lines, thing, *bad))


def _counted(thing: Thing) -> Calls:
    """How its calls are counted: a pipe's executions, or where those are not known its events, of which they are as many or fewer."""
    how = CALLS[thing.kind]
    if thing.kind != "pipe" or counts_executions(thing):
        return how
    return how._replace(calls="EventCount", tried=("EventCount",), word="event")


def counts_executions(pipe: Thing) -> bool:
    """Whether a pipe's executions are known over the hours that it is judged by: of an estate that was collected before they were read they begin later."""
    calls = CALLS["pipe"].calls
    return pipe.sum(calls, judged_by(pipe, "EventCount")) is not None


def _failed(thing: Thing, how: Calls, hours: float) -> tuple[float, float]:
    """How many failed, of how many tries: throttled calls are not among the invocations, a topic delivers to each of its endpoints."""
    failed = max(thing.count(*how.failures, hours=hours), thing.count(*how.parts, hours=hours))
    if how.delivered:
        delivered = thing.sum(how.delivered, hours)
        return failed, max(
            failed, thing.count(how.calls, hours=hours)
        ) if delivered is None else delivered + failed
    return failed, max(failed, thing.count(*how.tried, hours=hours))


def _by_parts(thing: Thing, how: Calls, hours: float) -> bool:
    return thing.count(*how.parts, hours=hours) > thing.count(*how.failures, hours=hours)


def _where(thing: Thing, how: Calls, hours: float) -> str:
    """At which part of a pipe it fails, with the name of what is called there."""
    found = {part: thing.count(part, hours=hours) for part in how.parts}
    worst = max(found, key=lambda part: found[part], default="")
    if not worst or not found[worst]:
        return ""
    part = "enrichment" if worst == "EnrichmentStageFailed" else "target"
    links = thing.estate.links_from(thing.arn, f"pipe-{part}")
    names = ", ".join(
        dict.fromkeys(
            f"{thing.estate.kind_of(link['to_arn'])} {thing.estate.name_of(link['to_arn'])}" for link in links
        )
    )
    return f"It fails at its {part}{f', {names}' if names else ''}."


def lost_of(thing: Thing, how: Calls) -> float:
    """Events of a day that were lost for good: what a function gave up is told by one count, and its dead letters that were not put by another."""
    if how.lost:
        return thing.count(how.lost, hours=24)
    return max(thing.count(name, hours=24) for name in DROPPED) if thing.kind == "function" else 0.0


def _too_many(failed: float, tried: float) -> bool:
    return failed > 0 and failed >= SHARE * tried and (failed >= FEW or failed * 2 > tried)


def events_lost(thing: Thing) -> Symptom | None:
    """What a function was given asynchronously, and gave up after up to six hours of trying: lost for good, whatever works since."""
    lost, told = lost_of(thing, CALLS["function"]), fail(thing)
    if lost <= 0 or (told is not None and told.holds is None):
        return None
    failing = told.holds if told is not None else None
    worst = max(DROPPED, key=lambda name: thing.count(name, hours=24))
    return symptom_of(
        *(thing, "handled", f"lost {events(lost)} in the last 24 hours that it was given asynchronously"),
        lambda lines: beginning.share(layers(lines, thing, worst), layers(lines, thing, "Invocations")),
        lost=lost,
        holds=None if failing is None else lambda lines: not failing(lines),
    )


def take_long(thing: Thing) -> Symptom | None:
    """A function whose calls take several times as long as usual."""
    if thing.count("Invocations") < SOME:
        return None
    return slow.slow(thing, "Duration", "handled", "takes", "a call")


def is_behind(thing: Thing) -> Symptom | None:
    """A function that is far behind the stream it reads."""
    series = thing.series.get("IteratorAge")
    age = (thing.last("IteratorAge") or 0) / 1000
    # there is a point only when a batch runs: who is behind runs all the time
    if series is None or not series.points[0.5] or age <= queues.OLD_SECONDS:
        return None
    return symptom_of(
        *(thing, "read", f"is {length(age)} behind the stream it reads"),
        lambda lines: beginning.above(layers(lines, thing, "IteratorAge"), 60_000),
        age_seconds=age,
    )
