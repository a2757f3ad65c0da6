"""What is wrong with a queue: it grows old, or grows, because it is read too slowly or not at all; or it holds dead letters."""

from collections.abc import Callable, Sequence

import numpy as np

from dashboard.flow.health import beginning, usual
from dashboard.flow.health.beginning import Since
from dashboard.flow.health.lines import Line, Lines
from dashboard.flow.health.symptom import Symptom
from dashboard.flow.health.things import Thing, events, is_dead_letter, length, number

OLD_SECONDS = 900
GROWN = 100
"""Messages below which a backlog is none."""
TIMES = 4.0
"""Of the highest usual backlog."""
SOME = 10
SOON = 6
"""Points in which it shows that a backlog falls."""
FALLING = 0.95
"""Part of their highest that the last of them then is."""
AT_ONCE = 2.0
"""Times their lowest that the highest of these points is, where much came at once."""
MOST_HIDDEN = 43_200
"""Seconds that AWS lets a message that was received be hidden from other readers at most."""
VISIBLE, AGE = "ApproximateNumberOfMessagesVisible", "ApproximateAgeOfOldestMessage"
IN_FLIGHT = "ApproximateNumberOfMessagesNotVisible"
SENT, RECEIVED, DELETED = "NumberOfMessagesSent", "NumberOfMessagesReceived", "NumberOfMessagesDeleted"
READERS = ("event-source-mapping", "pipe-source")


def holds_dead_letters(thing: Thing) -> Symptom | None:
    """A dead-letter queue that holds anything, and since when."""
    held = thing.last(VISIBLE) or 0
    if held <= 0 or not is_dead_letter(thing.estate, thing.arn):
        return None
    return Symptom(
        *(thing.arn, "dead-lettered", f"{thing.title} holds {events(held, 'message')}"),
        lambda lines: beginning.above(lines.get((thing.arn, VISIBLE), []), 0),
        dead_lettered=thing.series[VISIBLE].grown,
        age_seconds=thing.last(AGE),
    )


def is_behind(thing: Thing) -> Symptom | None:
    """A queue whose oldest message waits for long, that nothing takes from, or that is far longer than usual and grows."""
    waiting, age = thing.last(VISIBLE), thing.last(AGE) or 0
    if is_dead_letter(thing.estate, thing.arn) or (waiting == 0 and _is_in_work(thing, age)):
        return None
    unread, grows = _is_unread(thing), _grows(thing)
    if age <= OLD_SECONDS and not unread and not grows:
        return None
    old = f", the oldest for {length(age)}" if age > OLD_SECONDS else ""
    holds = f"holds {events(round(waiting), 'message')}{old}" if waiting else _oldest(thing, age)
    return Symptom(
        *(thing.arn, "read", f"{thing.title} {holds}", _began(thing, unread=unread)),
        waiting=waiting or 0.0,
        age_seconds=thing.last(AGE),
        more=_because(thing),
        holds=lambda lines: (
            not _is_read_in_batches(thing, lines)
            and (age > OLD_SECONDS or unread or not _is_drained(lines.get((thing.arn, VISIBLE), [])))
        ),
    )


def _is_in_work(thing: Thing, age: float) -> bool:
    """Whether the oldest message may be one that is worked on, while nothing waits: not for longer than one is hidden from other readers.

    With nothing in flight either its age is of another moment.
    """
    row = thing.estate.row_of(thing.arn) or {}
    hidden = row.get("visibility_timeout_seconds")
    return not thing.last(IN_FLIGHT) or age <= OLD_SECONDS + (MOST_HIDDEN if hidden is None else hidden)


def _oldest(thing: Thing, age: float) -> str:
    told = f"has a message that is {length(age)} old"
    in_flight = thing.last(IN_FLIGHT)
    return f"{told}, with none waiting and {number(in_flight)} in flight" if in_flight else told


def _is_drained(lines: Sequence[Line]) -> bool:
    """Whether it gets shorter: it fell over the half hour, or falls since much was put into it at once."""
    known = lines[0].values[~np.isnan(lines[0].values)][-SOON:] if lines else np.empty(0)
    if len(known) < 2 or known[-1] >= FALLING * known.max():
        return False
    before, after = np.median(known[: len(known) // 2]), np.median(known[len(known) // 2 :])
    return bool(after < before or known.max() >= AT_ONCE * known.min())


def _is_read_in_batches(thing: Thing, lines: Lines) -> bool:
    """By its age; where that is not told by what it holds."""
    ages, waiting = (lines.get((thing.arn, metric), []) for metric in (AGE, VISIBLE))
    if thing.last(AGE) is None:
        return usual.is_taken_in_batches(waiting, SOME)
    return usual.is_taken_in_batches(ages, OLD_SECONDS)


def _is_unread(thing: Thing) -> bool:
    """It is sent to, messages wait, and nothing has been taken from it: all of it measured."""
    received, sent = thing.sum(RECEIVED), thing.sum(SENT)
    return received == 0 and (sent or 0) >= SOME and (thing.last(VISIBLE) or 0) >= SOME


def _grows(thing: Thing) -> bool:
    waiting, usual = thing.last(VISIBLE) or 0, thing.usual(VISIBLE)
    sent, deleted = thing.sum(SENT), thing.sum(DELETED)
    if usual is None or usual.days < 3 or sent is None or deleted is None:
        return False
    return waiting >= max(GROWN, TIMES * usual.high) and deleted < 0.9 * sent


def _began(thing: Thing, *, unread: bool) -> Callable[[Lines], Since | None]:
    """From the moment nothing was received any more; else when it got longer or older than is usual."""

    def found(lines: Lines) -> Since | None:
        if unread:
            since = beginning.stopped(lines.get((thing.arn, RECEIVED), []))
            if since is not None:
                return since
        usual = thing.usual(AGE)
        low = min(float(OLD_SECONDS), max(60.0, 2 * usual.high)) if usual else 60.0
        if (thing.last(AGE) or 0) > low:
            return beginning.above(lines.get((thing.arn, AGE), []), low)
        usual = thing.usual(VISIBLE)
        return beginning.above(lines.get((thing.arn, VISIBLE), []), 1.5 * usual.high if usual else 0.0)

    return found


def _because(thing: Thing) -> str:
    """What the wiring and the counts say of its readers."""
    links = thing.estate.links_from(thing.arn, *READERS)
    names = ", ".join(dict.fromkeys(thing.estate.name_of(link["to_arn"]) for link in links))
    received, sent, deleted = (thing.sum(metric) for metric in (RECEIVED, SENT, DELETED))
    if links and not any(link["active"] for link in links):
        return f"Its only reader, {names}, is switched off."
    if received == 0 and sent:
        return (
            "Nothing took messages from it in the last 3 hours."
            if links
            else "Nothing that was collected reads it."
        )
    if sent and deleted is not None and deleted < 0.9 * sent:
        return f"In the last 3 hours {events(sent, 'message')} came and {number(deleted)} were done."
    return "" if links else "Nothing that was collected reads it."
