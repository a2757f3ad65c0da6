"""What gets nothing although what stands before it hands over: a target that is not called, a topic that filters all out."""

from collections.abc import Iterator

from dashboard.flow.answers import Stage
from dashboard.flow.health import beginning, usual
from dashboard.flow.health.lines import Lines
from dashboard.flow.health.routes import by_target
from dashboard.flow.health.symptom import Symptom, layers, symptom_of
from dashboard.flow.health.taking import is_no_chance
from dashboard.flow.health.things import Thing, events, is_on, is_whole, measured, number, thing
from dashboard.flow.model.measured import Series

SOME = 10
"""Events that were handed over, and that are usual, without which it says nothing."""
INTAKE: dict[str, tuple[str, Stage, str]] = {
    "function": ("Invocations", "handled", "was not called once"),
    "topic": ("NumberOfMessagesPublished", "delivered", "got nothing"),
    "queue": ("NumberOfMessagesSent", "read", "got nothing"),
    "pipe": ("EventCount", "handled", "took nothing"),
}
"""Kind → what counts what it gets, at which stage that is, and the words for none."""
PUBLISHED, DELIVERED = "NumberOfMessagesPublished", "NumberOfNotificationsDelivered"
FILTERED = "NumberOfNotificationsFilteredOut"


def seems_to(thing: Thing) -> bool:
    """Whether it gets nothing that it was handed, so that it has to be known what is usual."""
    if thing.kind not in INTAKE:
        return False
    if thing.count(FILTERED) >= SOME and _is_silent(thing, DELIVERED):
        return True
    return _is_silent(thing, INTAKE[thing.kind][0]) and any(count >= SOME for _, count in _handed(thing))


def gets_nothing(thing: Thing) -> Symptom | None:
    """It was handed ten or more in the last three hours and counts none, though on each of seven days it had ten at these hours."""
    metric, stage, none = INTAKE[thing.kind]
    if not _is_silent(thing, metric) or not _is_usual(thing, metric) or thing.count("Throttles") > 0:
        return None
    handed = max(_handed(thing), key=lambda one: one[1], default=("", 0.0))
    if handed[1] < SOME:
        return None
    says = f"{none} in the last 3 hours, though {handed[0]} handed it {events(handed[1])}"
    return _told(thing, metric, stage, says, handed[1])


def filters_all_out(thing: Thing) -> Symptom | None:
    """A topic of whose messages the filters let none through, though on each of seven days they let ten at these hours."""
    published, filtered = thing.count(PUBLISHED), thing.count(FILTERED)
    if published < SOME or filtered < SOME or not _is_silent(thing, DELIVERED):
        return None
    if not _is_usual(thing, DELIVERED) or thing.count("NumberOfNotificationsFailed") > 0:
        return None
    says = f"delivered none of {events(published, 'message')} in the last 3 hours: its filters left out {number(filtered)}"
    return _told(thing, DELIVERED, "delivered", says, filtered)


def _told(thing: Thing, metric: str, stage: Stage, says: str, missing: float) -> Symptom:
    def began(lines: Lines) -> beginning.Since | None:
        return beginning.stopped(layers(lines, thing, metric))

    return symptom_of(thing, stage, says, began, missing=missing, holds=is_no_chance(thing, metric))


def _is_silent(thing: Thing, metric: str) -> bool:
    """None in three hours. AWS sends no zero of what is never called: there no point is none, if all metrics were read and others like it have points."""
    series = thing.series.get(metric)
    if series is None or series.hours < usual.DAY / usual.HOUR:
        return False
    return series.sum(3) == 0 or (not series.points[3] and _arrives(thing, series))


def _arrives(thing: Thing, series: Series) -> bool:
    """Whether this metric is there of others in its account and region: then CloudWatch leaves out no more than zeros."""
    estate = thing.estate
    key = (estate.account_of(thing.arn), estate.region_of(thing.arn), series.namespace, series.metric)
    known: dict[tuple[str | None, ...], bool] = estate.memory.setdefault("metrics arrive", {})
    if key not in known:
        known[key] = is_whole(estate, thing.arn) and any(
            (row.namespace, row.metric) == key[2:] and row.points[0.5]
            for arn in measured(estate).arns()
            if (estate.account_of(arn), estate.region_of(arn)) == key[:2]
            for row in measured(estate).of(arn)
        )
    return known[key]


def _is_usual(thing: Thing, metric: str) -> bool:
    had = thing.usual(metric)
    return had is not None and had.last_week is not None and had.low * 3 >= SOME


def _handed(thing: Thing) -> Iterator[tuple[str, float]]:
    """What hands over to this alone, and how many it says that it did in three hours."""
    for arn in _rules(thing):
        one = _of(thing, arn)
        count = "EventsDelivered" if one.kind == "subscriber" else "Invocations"
        yield _named(one), one.count(count) - one.count("FailedInvocations")
    for link in thing.estate.links_to(thing.arn, "sns-subscription", "pipe-source"):
        one = _of(thing, link["from_arn"])
        readers = thing.estate.links_from(one.arn, "sns-subscription", "pipe-source", "event-source-mapping")
        if link["active"] and len(readers) == 1:
            yield _named(one), one.count(DELIVERED if one.kind == "topic" else "NumberOfMessagesDeleted")


def _rules(thing: Thing) -> list[str]:
    """Rules and subscribers that are on and have it as their only target."""
    rules = thing.estate.rules
    return [
        arn
        for arn in dict.fromkeys(sub.arn for sub in by_target(thing.estate).get(thing.arn, ()) if sub.active)
        if {sub.target for sub in rules[arn]} == {thing.arn} and is_on(_of(thing, arn))
    ]


def _of(beside: Thing, arn: str) -> Thing:
    return thing(beside.estate, arn)


def _named(one: Thing) -> str:
    return f"{one.kind} {one.name}"
