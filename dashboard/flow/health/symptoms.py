"""What is wrong with one thing, judged on the last 3 hours of the window that was collected, and what is usual then.

Each check is a function in CHECKS, by kind. None alarms where a point is missing that the metric sends also when it is
zero, nor where "usual" would be needed and history does not tell.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from dashboard.flow.health import beginning, calls, handing, queues, slow, starving, taking, usual
from dashboard.flow.health.symptom import Symptom, judged_by, lasting, layers, symptom_of
from dashboard.flow.health.things import Thing, events, length, number

SOME = 10
"""Tries again in three hours without which nothing is said."""
BAD = ("FailedInvocations",)
BACKLOG_AGE = "ApproximateBacklogAge"
LATENCY = "IngestionToInvocationSuccessLatency"


def symptoms(thing: Thing) -> Iterator[Symptom]:
    """Everything that is wrong with it."""
    for check in CHECKS.get(thing.kind, ()):
        found = check(thing)
        if found is not None:
            yield found


def is_odd(thing: Thing) -> bool:
    """Whether it has to be known what is usual: of all that takes events, and of what is slow, or where something waits."""
    if not thing.series:
        return False
    if thing.kind in ("rule", "subscriber"):
        return True
    if starving.seems_to(thing):
        return True
    late = any(slow.lately(thing, name) >= slow.LATE_MS for name in (LATENCY, "Duration"))
    return late or (thing.last(queues.VISIBLE) or 0) >= queues.GROWN or (thing.last(queues.AGE) or 0) > 60


class _Lost(NamedTuple):
    """Of what a rule could not deliver: what is lost, and what lies in a dead-letter queue."""

    lost: float
    dead: float


def _lost(thing: Thing, hours: float) -> _Lost:
    """An invocation that failed is dead-lettered, or could not be, or had no queue to go to: never two of them."""
    failed = thing.count("FailedInvocations", hours=hours)
    dead = thing.count("InvocationsSentToDlq", hours=hours)
    lost = max(failed - dead, thing.count("InvocationsFailedToBeSentToDlq", hours=hours))
    return _Lost(lost, min(dead, failed - lost) if failed > lost else 0.0 if failed else dead)


def _rule_fails(thing: Thing) -> Symptom | None:
    """By the last 3 hours; of a rule that matched nothing in them by the last 24."""
    taken = taking.metric_of(thing)
    hours = judged_by(thing, taken)
    lost, dead = _lost(thing, hours)
    if lost <= 0 and dead <= 0:
        return None
    told = [f"lost {events(lost)}"] if lost > 0 else []
    told += [f"dead-lettered {number(dead) if told else events(dead)}"] if dead > 0 else []
    bad = BAD if thing.count(*BAD, hours=hours) > 0 else ("InvocationsSentToDlq",)
    a_day = _lost(thing, 24)
    return symptom_of(
        thing,
        "failed" if lost > 0 else "dead-lettered",
        f"{' and '.join(told)} in the last {hours} hours",
        lambda lines: beginning.share(layers(lines, thing, *bad), layers(lines, thing, taken)),
        lost=a_day.lost,
        dead_lettered=a_day.dead,
        holds=lasting(thing, hours, taken, *bad, "InvocationsFailedToBeSentToDlq"),
    )


def _rule_late(thing: Thing) -> Symptom | None:
    return slow.slow(thing, LATENCY, "delivered", "delivers", "after the event came (p99)")


def _rule_retries(thing: Thing) -> Symptom | None:
    retried = thing.count("RetryInvocationAttempts")
    # what failed is counted among the invocations
    invoked = max(thing.count("Invocations"), thing.count("FailedInvocations"))
    if retried < max(SOME, 0.2 * invoked):
        return None
    return symptom_of(
        *(
            thing,
            "retried",
            f"tried {number(retried)} times again in the last 3 hours, for {events(invoked, 'invocation')}",
        ),
        lambda lines: beginning.share(
            layers(lines, thing, "RetryInvocationAttempts"), layers(lines, thing, "MatchedEvents")
        ),
        sure=False,  # an end that is called too often is tried again all the time
    )


def _rule_throttled(thing: Thing) -> Symptom | None:
    """Nothing is lost by that: AWS tries again for a day. What then is lost counts as failed."""
    throttled = thing.count("ThrottledRules")
    if throttled < max(SOME, 0.2 * thing.count("MatchedEvents")):
        return None
    return symptom_of(
        *(
            thing,
            "retried",
            f"was throttled {number(throttled)} times in the last 3 hours, and delivers later",
        ),
        lambda lines: beginning.share(
            layers(lines, thing, "ThrottledRules"), layers(lines, thing, "MatchedEvents")
        ),
        sure=False,
    )


def _subscriber_fails(thing: Thing) -> Symptom | None:
    hours = judged_by(thing, "FilterMatched")
    dropped, dead = (
        thing.count(one, hours=hours) for one in ("EventsDropped", "OnFailureDestinationDelivered")
    )
    if dropped <= 0 and dead <= 0:
        return None
    told = [f"lost {events(dropped)}"] if dropped > 0 else []
    told += [f"dead-lettered {number(dead) if told else events(dead)}"] if dead > 0 else []
    bad = "EventsDropped" if dropped > 0 else "OnFailureDestinationDelivered"
    return symptom_of(
        *(
            thing,
            "failed" if dropped > 0 else "dead-lettered",
            f"{' and '.join(told)} in the last {hours} hours",
        ),
        lambda lines: beginning.share(layers(lines, thing, bad), layers(lines, thing, "FilterMatched")),
        lost=thing.count("EventsDropped", hours=24),
        dead_lettered=thing.count("OnFailureDestinationDelivered", hours=24),
        holds=lasting(thing, hours, "FilterMatched", bad),
    )


def _subscriber_behind(thing: Thing) -> Symptom | None:
    age = thing.last(BACKLOG_AGE) or 0
    if age <= queues.OLD_SECONDS:
        return None
    return symptom_of(
        *(thing, "delivered", f"has events waiting for {length(age)} to be delivered"),
        lambda lines: beginning.above(layers(lines, thing, BACKLOG_AGE), 60),
        age_seconds=age,
        holds=lambda lines: (
            not usual.is_taken_in_batches(layers(lines, thing, BACKLOG_AGE), queues.OLD_SECONDS)
        ),
    )


Check = Callable[[Thing], Symptom | None]
CHECKS: dict[str, tuple[Check, ...]] = {
    "rule": (
        taking.stopped,
        handing.hands_nothing_on,
        handing.leaves_a_target_out,
        _rule_late,
        _rule_fails,
        _rule_retries,
        _rule_throttled,
    ),
    "subscriber": (taking.stopped, handing.hands_nothing_on, _subscriber_fails, _subscriber_behind),
    "queue": (starving.gets_nothing, queues.holds_dead_letters, queues.is_behind),
    "function": (starving.gets_nothing, calls.fail, calls.events_lost, calls.take_long, calls.is_behind),
    "topic": (starving.gets_nothing, starving.filters_all_out, calls.fail),
    "pipe": (starving.gets_nothing, calls.fail),
}
"""Kind → its checks, in the order of the stages."""
