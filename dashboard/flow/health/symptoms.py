"""What is wrong with one thing, judged on the last 3 hours of the window that was collected, and what is usual then.

Each check is a function in CHECKS, by kind. None alarms where a point is missing that the metric sends also when it is
zero, nor where "usual" would be needed and history does not tell.
"""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from dashboard.flow.answers import Stage
from dashboard.flow.health import beginning, queues
from dashboard.flow.health.beginning import Since
from dashboard.flow.health.lines import Line, Lines
from dashboard.flow.health.symptom import Symptom
from dashboard.flow.health.things import Thing, events, length, measured, number
from dashboard.flow.model.estate import Estate

SHARE = 0.05
"""Part of its calls that a function, topic or pipe may fail."""
FEW = 3
"""Failures that are chance, where fewer than half of the calls fail."""
SOME = 10
"""Events in three hours without which silence says nothing."""
MANY_TIMES = 5.0
"""Of the highest usual latency or duration."""
LATE_MS = 1_000.0
BAD = ("FailedInvocations", "ThrottledRules")
LATENCY = "IngestionToInvocationSuccessLatency"


class Calls(NamedTuple):
    """How a kind counts calls and what failed of them."""

    calls: str
    failures: tuple[str, ...]
    lost: tuple[str, ...] = ()


CALLS = {
    "function": Calls(
        "Invocations",
        ("Errors", "Throttles", "DeadLetterErrors", "AsyncEventsDropped"),
        ("AsyncEventsDropped", "DeadLetterErrors"),
    ),
    "topic": Calls(
        "NumberOfMessagesPublished", ("NumberOfNotificationsFailed",), ("NumberOfNotificationsFailed",)
    ),
    "pipe": Calls("EventCount", ("ExecutionFailed", "ExecutionTimeout")),
}


def symptoms(thing: Thing) -> Iterator[Symptom]:
    """Everything that is wrong with it."""
    for check in CHECKS.get(thing.kind, ()):
        found = check(thing)
        if found is not None:
            yield found


def is_odd(thing: Thing) -> bool:
    """Whether it has to be known what is usual: it is silent, slow, or something waits. Of most things it need not be."""
    if not thing.series:
        return False
    if thing.kind in ("rule", "subscriber") and not thing.count("MatchedEvents", "FilterMatched"):
        return True
    slow = any(
        (thing.series[name].mean(3) or 0) >= LATE_MS for name in (LATENCY, "Duration") if name in thing.series
    )
    return slow or (thing.last(queues.VISIBLE) or 0) >= queues.GROWN or (thing.last(queues.AGE) or 0) > 60


def _symptom(
    thing: Thing, stage: Stage, says: str, began: Callable[[Lines], Since | None], **more: Any
) -> Symptom:
    return Symptom(thing.arn, stage, f"{thing.title} {says}", began, **more)


def _of(lines: Lines, thing: Thing, *metrics: str) -> list[Line]:
    """Layers of one metric, or of several added up."""
    found = [lines[thing.arn, metric] for metric in metrics if (thing.arn, metric) in lines]
    return beginning.together(found)


def _rule_fails(thing: Thing) -> Symptom | None:
    """By the last 3 hours; of a rule that matched nothing in them, and before mostly failed, by the last 24."""
    hours = 24 if _fails_rarely(thing) else 3
    failed, dead = (thing.count(*metrics, hours=hours) for metrics in (BAD, ("InvocationsSentToDlq",)))
    undelivered = thing.count("InvocationsFailedToBeSentToDlq", hours=hours)
    if failed <= 0 and dead <= 0 and undelivered <= 0:
        return None
    lost = max(failed - dead, 0.0) + undelivered
    told = [f"lost {events(lost)}"] if lost > 0 else []
    told += [f"dead-lettered {number(dead) if told else events(dead)}"] if dead > 0 else []
    dead_day = thing.count("InvocationsSentToDlq", hours=24)
    bad = BAD if failed > 0 else ("InvocationsSentToDlq",)
    return _symptom(
        thing,
        "failed" if lost > 0 else "dead-lettered",
        f"{' and '.join(told)} in the last {hours} hours",
        lambda lines: beginning.share(_of(lines, thing, *bad), _of(lines, thing, "MatchedEvents")),
        lost=max(thing.count("FailedInvocations", hours=24) - dead_day, 0.0)
        + thing.count("InvocationsFailedToBeSentToDlq", hours=24),
        dead_lettered=dead_day,
    )


def _fails_rarely(thing: Thing) -> bool:
    day = thing.count("MatchedEvents", hours=24)
    return thing.sum("MatchedEvents") == 0 and thing.count(*BAD, hours=24) * 2 > day > 0


def _rule_hands_nothing_on(thing: Thing) -> Symptom | None:
    matched, invoked = thing.sum("MatchedEvents"), thing.sum("Invocations")
    if matched is None or matched < SOME or invoked is None or invoked > 0 or not _is_on(thing):
        return None
    if thing.count("FailedInvocations", "ThrottledRules", "InvocationsSentToDlq") > 0:
        return None
    return _symptom(
        *(
            thing,
            "invoked",
            f"matched {number(matched)} events in the last 3 hours, and its target got none of them",
        ),
        lambda lines: beginning.stopped(_of(lines, thing, "Invocations")),
        lost=thing.count("MatchedEvents", hours=24) - thing.count("Invocations", hours=24),
    )


def _is_on(thing: Thing) -> bool:
    subs = thing.estate.rules.get(thing.arn, [])
    return any(sub.active and sub.target for sub in subs)


def _rule_stopped(thing: Thing) -> Symptom | None:
    """It took events at these hours on each of the last seven days and takes none now, while others of its bus do."""
    metric = "FilterMatched" if thing.kind == "subscriber" else "MatchedEvents"
    usual, matched = thing.usual(metric), thing.sum(metric)
    invoked = thing.sum("Invocations")
    silent = matched == 0 or (matched is None and invoked == 0)
    if not silent or usual is None or usual.last_week is None or usual.busiest < SOME:
        return None
    if not _is_on(thing) or not _bus_gets_events(thing, metric):
        return None
    sure = usual.low * 3 >= SOME  # else it may be a day without any, or have stopped days ago
    usually = f"{number(usual.mean if sure else usual.busiest)} an hour {'are usual at this time' if sure else 'came before'}"
    return _symptom(
        *(thing, "matched", f"matched nothing in the last 3 hours, though its bus gets events and {usually}"),
        lambda lines: (beginning.stopped if sure else beginning.broke_off)(_of(lines, thing, metric)),
        sure=sure,
    )


def _bus_gets_events(thing: Thing, metric: str) -> bool:
    alive: dict[tuple[str, str], bool] = thing.estate.memory.setdefault("alive buses", {})
    bus = thing.estate.rules[thing.arn][0].bus
    if (bus, metric) not in alive:
        alive[bus, metric] = any(_matches(thing.estate, sub.arn, metric) for sub in thing.estate.by_bus[bus])
    return alive[bus, metric]


def _matches(estate: Estate, arn: str, metric: str) -> bool:
    return any((row.sum(3) or 0) > 0 for row in measured(estate).of(arn) if row.metric == metric)


def _rule_late(thing: Thing) -> Symptom | None:
    return _slow(thing, LATENCY, "delivered", "delivers", "after the event came (p99)")


def _slow(thing: Thing, metric: str, stage: Stage, does: str, what: str) -> Symptom | None:
    series, usual = thing.series.get(metric), thing.usual(metric)
    if series is None or usual is None or usual.days < 3 or series.points[3] < FEW:
        return None
    now = series.mean(3) or 0.0
    if now < LATE_MS or now < MANY_TIMES * usual.low:
        return None
    sure = now >= MANY_TIMES * usual.high  # else it has been slow for days, or is on some
    before = usual.mean if sure else usual.low
    times = (
        f"{number(round(now / max(before, 1)))} times as {'late' if does == 'delivers' else 'long'} as usual"
    )
    return _symptom(
        *(thing, stage, f"{does} {times}, {length(now / 1000)} {what}"),
        lambda lines: beginning.level(
            _of(lines, thing, metric) if sure else beginning.history(_of(lines, thing, metric))
        ),
        sure=sure,
    )


def _rule_retries(thing: Thing) -> Symptom | None:
    retried = thing.count("RetryInvocationAttempts")
    invoked = thing.count("Invocations", "FailedInvocations")
    if retried < max(SOME, 0.2 * invoked):
        return None
    return _symptom(
        *(
            thing,
            "retried",
            f"tried {number(retried)} times again in the last 3 hours, for {number(invoked)} invocations",
        ),
        lambda lines: beginning.share(
            _of(lines, thing, "RetryInvocationAttempts"), _of(lines, thing, "MatchedEvents")
        ),
        sure=False,  # an end that is called too often is tried again all the time
    )


def _subscriber_fails(thing: Thing) -> Symptom | None:
    dropped, dead = thing.count("EventsDropped"), thing.count("OnFailureDestinationDelivered")
    if dropped <= 0 and dead <= 0:
        return None
    told = [f"lost {events(dropped)}"] if dropped > 0 else []
    told += [f"dead-lettered {number(dead) if told else events(dead)}"] if dead > 0 else []
    bad = "EventsDropped" if dropped > 0 else "OnFailureDestinationDelivered"
    return _symptom(
        *(thing, "failed" if dropped > 0 else "dead-lettered", f"{' and '.join(told)} in the last 3 hours"),
        lambda lines: beginning.share(_of(lines, thing, bad), _of(lines, thing, "FilterMatched")),
        lost=thing.count("EventsDropped", hours=24),
        dead_lettered=thing.count("OnFailureDestinationDelivered", hours=24),
    )


def _subscriber_hands_nothing_on(thing: Thing) -> Symptom | None:
    matched, delivered = thing.sum("FilterMatched"), thing.sum("EventsDelivered")
    if matched is None or matched < SOME or delivered is None or delivered > 0 or not _is_on(thing):
        return None
    if thing.count("EventsDropped", "OnFailureDestinationDelivered") > 0:
        return None
    return _symptom(
        *(
            thing,
            "delivered",
            f"matched {number(matched)} events in the last 3 hours, and delivered none of them",
        ),
        lambda lines: beginning.stopped(_of(lines, thing, "EventsDelivered")),
    )


def _calls_fail(thing: Thing) -> Symptom | None:
    how = CALLS[thing.kind]
    failed, calls = thing.count(*how.failures), thing.count(how.calls)
    tried = calls + thing.count("Throttles")
    if failed <= 0 or failed < SHARE * calls or (failed < FEW and failed * 2 < calls):
        return None
    throttled = thing.count("Throttles")
    most = "throttles" if throttled * 2 > failed else "failures"
    return _symptom(
        *(thing, "handled", f"had {number(failed)} {most} in the last 3 hours, of {number(tried)} calls"),
        lambda lines: beginning.share(_of(lines, thing, *how.failures), _of(lines, thing, how.calls)),
        lost=thing.count(*how.lost, hours=24),
    )


def _function_slow(thing: Thing) -> Symptom | None:
    if thing.count("Invocations") < SOME:
        return None
    return _slow(thing, "Duration", "handled", "takes", "a call")


def _function_behind(thing: Thing) -> Symptom | None:
    age = (thing.last("IteratorAge") or 0) / 1000
    if age <= queues.OLD_SECONDS:
        return None
    return _symptom(
        *(thing, "read", f"is {length(age)} behind the stream it reads"),
        lambda lines: beginning.above(_of(lines, thing, "IteratorAge"), 60_000),
        age_seconds=age,
    )


Check = Callable[[Thing], Symptom | None]
CHECKS: dict[str, tuple[Check, ...]] = {
    "rule": (_rule_stopped, _rule_hands_nothing_on, _rule_late, _rule_fails, _rule_retries),
    "subscriber": (_rule_stopped, _subscriber_hands_nothing_on, _subscriber_fails),
    "queue": (queues.holds_dead_letters, queues.is_behind),
    "function": (_calls_fail, _function_slow, _function_behind),
    "topic": (_calls_fail,),
    "pipe": (_calls_fail,),
}
"""Kind → its checks, in the order of the stages."""
