"""What is wrong with what is called: a function, topic or pipe that fails, loses what it was given, is slow, or far behind."""

from typing import NamedTuple

from dashboard.flow.health import beginning, queues, slow
from dashboard.flow.health.symptom import Symptom, judged_by, lasting, layers, symptom_of
from dashboard.flow.health.things import Thing, events, length, number

SHARE = 0.05
"""Part of its calls that a function, topic or pipe may fail."""
FEW = 3
"""Failures that are chance, where fewer than half of the calls fail."""
SOME = 10
"""Calls without which a time says nothing, and failures that half an hour tells of."""


class Calls(NamedTuple):
    """How a kind counts calls and what failed of them."""

    calls: str
    failures: tuple[str, ...]
    tried: tuple[str, ...]
    lost: tuple[str, ...] = ()
    delivered: str = ""


CALLS = {
    "function": Calls(
        "Invocations",
        ("Errors", "Throttles", "DeadLetterErrors", "AsyncEventsDropped"),
        ("Invocations", "Throttles"),
        ("AsyncEventsDropped", "DeadLetterErrors"),
    ),
    "topic": Calls(
        "NumberOfMessagesPublished",
        ("NumberOfNotificationsFailed",),
        ("NumberOfNotificationsDelivered", "NumberOfNotificationsFailed"),
        ("NumberOfNotificationsFailed",),
        "NumberOfNotificationsDelivered",
    ),
    "pipe": Calls("EventCount", ("ExecutionFailed", "ExecutionTimeout"), ("EventCount",)),
}


def fail(thing: Thing) -> Symptom | None:
    """By the last 3 hours, or the last half one where many fail; where nothing was called in them by the last 24."""
    how = CALLS[thing.kind]
    hours = judged_by(thing, how.calls)
    failed, tried = _failed(thing, how, hours)
    lately, of = _failed(thing, how, 0.5)
    if not _too_many(failed, tried) and not (lately >= SOME and lately >= 2 * SHARE * of):
        return None
    throttled = thing.count("Throttles", hours=hours)
    most = "throttles" if throttled * 2 > failed else "failures"
    word = "deliveries" if thing.kind == "topic" else "calls"
    return symptom_of(
        *(
            thing,
            "handled",
            f"had {number(failed)} {most} in the last {hours} hours, of {number(tried)} {word}",
        ),
        lambda lines: beginning.share(layers(lines, thing, *how.failures), layers(lines, thing, *how.tried)),
        lost=thing.count(*how.lost, hours=24),
        holds=lasting(thing, hours, how.calls, *how.failures),
    )


def _failed(thing: Thing, how: Calls, hours: float) -> tuple[float, float]:
    """How many failed, of how many tries: throttled calls are not among the invocations, a topic delivers to each of its endpoints."""
    failed = thing.count(*how.failures, hours=hours)
    if how.delivered:
        delivered = thing.sum(how.delivered, hours)
        return failed, max(
            failed, thing.count(how.calls, hours=hours)
        ) if delivered is None else delivered + failed
    return failed, max(failed, thing.count(*how.tried, hours=hours))


def _too_many(failed: float, tried: float) -> bool:
    return failed > 0 and failed >= SHARE * tried and (failed >= FEW or failed * 2 >= tried)


def events_lost(thing: Thing) -> Symptom | None:
    """What a function was given asynchronously, and gave up after up to six hours of trying: lost for good, whatever works since."""
    lost = thing.count(*CALLS["function"].lost, hours=24)
    if lost < FEW or fail(thing) is not None:
        return None
    return symptom_of(
        *(thing, "handled", f"lost {events(lost)} in the last 24 hours that it was given asynchronously"),
        lambda lines: beginning.share(
            layers(lines, thing, *CALLS["function"].lost), layers(lines, thing, "Invocations")
        ),
        lost=lost,
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
