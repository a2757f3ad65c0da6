"""Whether a rule or subscriber takes fewer events than it should: none or hardly any, where on earlier days it had them at these minutes."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from dashboard.flow.health import beginning, usual
from dashboard.flow.health.beginning import Since
from dashboard.flow.health.lines import Line, Lines, Values
from dashboard.flow.health.symptom import Symptom
from dashboard.flow.health.things import Thing, events, is_on, measured, number
from dashboard.flow.model.estate import Estate
from dashboard.flow.model.measured import Usual

SOME = 10
"""Events that were to be expected, without which silence says nothing."""
FEW = 0.1
"""Part of the lowest usual that is as good as none."""
LOW = 0.25
"""Part of what is usual in a window below which it counts as silent, whatever strays in."""
SO_FAR = 0.75
"""Part of what the quietest day had in these hours: who has had that much today has merely ended early."""
A_DAY = 24
"""Hours of a day: over so many of silence SOME were to be expected of what is rarer than that in three."""
PAUSES = 2
"""Days of a fortnight with a pause that make pausing a habit."""
YOUNG = 1800
"""Seconds of silence that may be told as a fault."""


def metric_of(thing: Thing) -> str:
    """What counts the events it takes: of a rule that matches none, since a schedule starts it, how often it was."""
    if thing.kind == "subscriber":
        return "FilterMatched"
    counts = ("MatchedEvents", "TriggeredRules", "Invocations")
    return next((name for name in counts if name in thing.series), "MatchedEvents")


def stopped(thing: Thing) -> Symptom | None:
    """It took events at these hours on each of the last seven days and takes hardly any now, while others of its bus do."""
    metric = metric_of(thing)
    had, matched = thing.usual(metric), thing.sum(metric)
    silent = matched == 0 or (matched is None and thing.sum("Invocations") == 0)
    if had is None or had.last_week is None or had.busiest * A_DAY < SOME or not is_on(thing):
        return None
    sure = had.low * 3 >= SOME  # else it may be a day without any, or have stopped days ago
    few = matched is not None and 0 < matched <= FEW * had.low * 3
    fewer = matched is not None and had.busiest >= SOME and 0 < matched <= FEW * had.busiest * 3
    if not silent and not few and not fewer:
        return _fell_silent(thing)
    if not _bus_gets_events(thing, metric, 3):
        return None
    sure = sure and (silent or few)
    usually = f"{number(had.mean if sure else had.busiest)} an hour {'are usual at this time' if sure else 'came before'}"
    what = "nothing" if silent else events(matched or 0.0)

    def began(lines: Lines) -> Since | None:
        there = lines.get((thing.arn, metric), [])
        if not sure:
            # it may also have begun within these three hours, if they were measured
            young = None if matched is None else _since(there)
            few_an_hour, lasts = (0.0, 0) if silent else (FEW * had.busiest, usual.DAY)
            since = beginning.broke_off(there, few_an_hour, lasts, SOME)
            return since if since is not None and _has_some_on_this_day(there, since) else young
        return _fell_below(there) if few else beginning.stopped(there)

    says = f"{thing.title} matched {what} in the last 3 hours, though its bus gets events and {usually}"
    return Symptom(
        *(thing.arn, "matched", says, began),
        missing=_missing(thing, metric, had),
        sure=sure,
        holds=is_no_chance(thing, metric) if sure else None,
    )


def _missing(thing: Thing, metric: str, had: Usual) -> float:
    """Roughly how many of a day did not come: what the same hours of other days had, for as long as it is silent, a day at most."""
    silent = thing.series[metric].silent
    hours = A_DAY if silent is None else min(max(silent / usual.HOUR, 0.0), A_DAY)
    return (had.mean or had.busiest) * hours


def _has_some_on_this_day(lines: Sequence[Line], since: Since) -> bool:
    """Whether the last day of the week like this one had some, as other days do: a weekend with little is none with nothing."""
    history = usual.hourly(lines)
    if history is None or since.at is None:
        return True
    begun, end = int(since.at.timestamp()), lines[0].end
    before = np.nan_to_num(history.values[: max((begun - history.start) // history.period, 0)])
    for week in (7, 14):
        first, last = end - (week + 1) * usual.DAY, end - week * usual.DAY
        if last <= begun and first >= history.start:
            return bool(np.nansum(usual.part(history, first, last)) >= LOW * before.mean() * 24)
    return True


def is_no_chance(thing: Thing, metric: str) -> Callable[[Lines], bool]:
    """Whether hours like these are never all without any, and it does not pause for half as long now and then."""

    def told(lines: Lines) -> bool:
        there = lines.get((thing.arn, metric), [])
        end = there[0].end if there else 0
        days = [one for one in usual.earlier(there, end - 3 * usual.HOUR, end, usual.FORTNIGHT) if len(one)]
        # of a young one the days before its first event say nothing
        while days and not (days[-1] > 0).any() and not _came_before(there, end - len(days) * usual.DAY):
            days.pop()
        if not days or any(not (day > 0).any() for day in days):
            return False
        return not _pauses_like_that(there) and not _pauses_now_and_then(there)

    return told


def _came_before(lines: Sequence[Line], at: int) -> bool:
    return any(
        (np.nan_to_num(line.values[: max((at - line.start) // line.period, 0)]) > 0).any() for line in lines
    )


def _pauses_like_that(lines: Sequence[Line]) -> bool:
    """Whether it paused for half as long earlier today, in hours in which other days had some."""
    history = usual.hourly(lines)
    if history is None:
        return False
    came, expected, _ = _by_half_hours(lines[0], history)
    loud, windows = np.flatnonzero((came > LOW * expected) & (came > 0)), np.cumsum(expected > 0)
    pauses = np.diff(windows[loud])
    return bool(len(pauses) and windows[-1] - windows[loud[-1]] <= 2 * int(pauses.max()))


def _pauses_now_and_then(lines: Sequence[Line]) -> bool:
    """Whether on some days of the last fourteen, at whatever hours, half as many were left out at a stretch as now.

    Days on which hardly anything came are no pauses: weekends and holidays.
    """
    history = usual.hourly(lines)
    if history is None:
        return False
    fine, end = lines[0], lines[0].end
    came, hoped, width = _by_half_hours(fine, history)
    loud = np.flatnonzero((came > LOW * hoped) & (came > 0))
    silent = hoped[int(loud[-1]) + 1 if len(loud) else 0 :].sum() / width
    days = [
        np.nan_to_num(one[:A_DAY])
        for one in usual.earlier(lines, end - usual.DAY, end, usual.FORTNIGHT)
        if len(one) >= A_DAY
    ]
    if not days:
        return False
    by_day = np.stack(days)
    expected = np.median(by_day, axis=0)
    worked = by_day[by_day.sum(axis=1) >= LOW * expected.sum()]
    alike = [day for day in worked if 2 * _left_out(day, expected) >= silent]
    return len(alike) >= PAUSES


def _left_out(came: Values, expected: Values) -> float:
    """The most that a day left out at a stretch of what was expected of it."""
    most = so_far = 0.0
    for some, usually in zip(came, expected, strict=True):
        so_far = so_far + usually if some <= LOW * usually else 0.0
        most = max(most, so_far)
    return most


def _fell_below(lines: Sequence[Line]) -> Since | None:
    """Since when it takes less than half of what is usual at each hour: a window of five minutes alone may have what strayed in."""
    history = usual.hourly(lines)
    if history is None:
        return None
    for line in lines[:2]:
        came, expected, width = _by_half_hours(line, history)
        loud = np.flatnonzero((came >= expected / 2) & (came > 0))
        if len(loud):
            return beginning.at(line, max(int(loud[-1]) - width // 2, 0) + 1)
    return None


def _by_half_hours(line: Line, history: Line) -> tuple[Values, Values, int]:
    """For each window what came in the half hour that it ends, what is usual then, and the windows of half an hour."""
    starts = line.start + line.period * np.arange(len(line.values))
    days = np.stack([_values_at(history, starts - day * usual.DAY) for day in range(1, usual.DAYS + 1)])
    width = max(YOUNG // line.period, 1)
    came, expected = (
        np.convolve(one, np.ones(width))[: len(starts)]
        for one in (np.nan_to_num(line.values), np.median(days, axis=0) * line.period / usual.HOUR)
    )
    for one in (came, expected):
        one[: width - 1] = one[min(width, len(one)) - 1]  # no half hour yet
    return came, expected, width


def _values_at(line: Line, times: NDArray[np.int64]) -> Values:
    """The values of the windows that hold these times; 0 for what is not known."""
    at = (times - line.start) // line.period
    inside = (at >= 0) & (at < len(line.values))
    return np.where(inside, np.nan_to_num(line.values[np.clip(at, 0, len(line.values) - 1)]), 0.0)


def _falls_silent(thing: Thing) -> bool:
    """Hardly any in the last half hour, all of it measured."""
    series = thing.series.get(metric_of(thing))
    if series is None or series.period > YOUNG or series.points[0.5] * series.period < YOUNG:
        return False
    day = series.sum(24) or 0.0
    return day >= 48 and (series.sum(0.5) or 0.0) < LOW * day / 48


def _fell_silent(thing: Thing) -> Symptom | None:
    """The same within the last three hours: judged by what came so far, beside the same hours of earlier days."""
    metric = metric_of(thing)
    if not _falls_silent(thing) or not _bus_gets_events(thing, metric, 0.5):
        return None
    had = thing.usual(metric)
    hourly = number(had.mean if had else 0.0)
    says = f"{thing.title} matches hardly anything, though its bus gets events and {hourly} an hour are usual at this time"
    return Symptom(
        *(thing.arn, "matched", says),
        lambda lines: _since(lines.get((thing.arn, metric), [])),
        missing=_missing(thing, metric, had) if had else 0.0,
        sure=False,
    )


def _since(lines: Sequence[Line]) -> Since | None:
    """Since when it is silent; null where that may be chance, a pause like others today, or what other days bring too."""
    history = usual.hourly(lines)
    if not lines or history is None:
        return None
    fine, end = lines[0], lines[0].end
    sums, expected, width = _by_half_hours(fine, history)
    loud = np.flatnonzero(sums > LOW * expected)
    if not len(loud):
        return None
    quiet = len(sums) - 1 - int(loud[-1])
    pauses = np.diff(loud, prepend=-1) - 1
    first = max(int(loud[-1]) - width * 3 // 4 + 1, 0)  # the half hour is quiet when a quarter of it is left
    silent = len(sums) - first
    start = fine.start + first * fine.period
    if silent * fine.period < YOUNG or quiet <= 2 * int(pauses.max()):
        return None
    least = _least(lines, start, end)
    came = float(np.nansum(usual.part(fine, start // usual.HOUR * usual.HOUR, end)))
    hours = -(-end // usual.HOUR) - start // usual.HOUR
    if least * silent * fine.period / usual.HOUR < SOME or came >= SO_FAR * least * hours:
        return None
    return beginning.at(fine, first)


def _least(lines: Sequence[Line], start: int, end: int) -> float:
    """An hour's average of the hours that a range touches, on the quietest of the last seven days; 0 where one is not known."""
    days = usual.earlier(lines, start, end, range(1, usual.DAYS + 1))
    return min(float(np.nan_to_num(there).mean()) if len(there) else 0.0 for there in days)


def _bus_gets_events(thing: Thing, metric: str, hours: float) -> bool:
    alive: dict[tuple[str, str, float], bool] = thing.estate.memory.setdefault("alive buses", {})
    key = (thing.estate.rules[thing.arn][0].bus, metric, hours)
    if key not in alive:
        alive[key] = any(
            _matches(thing.estate, sub.arn, metric, hours) for sub in thing.estate.by_bus[key[0]]
        )
    return alive[key]


def _matches(estate: Estate, arn: str, metric: str, hours: float) -> bool:
    return any((row.sum(hours) or 0) > 0 for row in measured(estate).of(arn) if row.metric == metric)
