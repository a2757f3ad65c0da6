"""What was usual at these minutes: the points of things that seem to be in trouble, beside those of the same hours of earlier days.

Hours of history hardly ever begin where a window of now does: of earlier days all hours are looked at that the window touches.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from dashboard.flow.health.lines import Line, Values

HOUR = 3600
DAY = 24 * HOUR
DAYS = 7
FORTNIGHT = range(1, 15)
ALIKE = 1.5
"""How much more than at the same hours of other days is still as usual."""
SOME_DAYS = 3
"""Of the last seven, that make it usual; or the same day of last week does."""
FALLS = 0.3
"""To which part of itself a level falls where a batch was taken from it."""
MONTH = range(27, 33)
"""Days before that may be the same day of the last month, or its last working day."""
STRAY = 0.1
"""Part of a burst's highest window below which failures are none of it."""
DILUTED = 2.0
"""How much lower a mean of six hours may be than that of three in it."""


def hourly(lines: Sequence[Line]) -> Line | None:
    """The history by the hour; of settings that collect a longer fine layer that one."""
    return next((line for line in lines if line.period == HOUR), None)


def earlier(lines: Sequence[Line], start: int, end: int, days: Sequence[int]) -> Iterator[Values]:
    """For each of these days before the hours that the window touches; empty where history does not reach."""
    line = hourly(lines)
    for day in days:
        yield np.empty(0) if line is None else part(line, start - day * DAY, end - day * DAY)


def part(line: Line, start: int, end: int) -> Values:
    """The points whose windows touch a range; empty where the line does not reach back to its start."""
    first, last = (start - line.start) // line.period, -((line.start - end) // line.period)
    return line.values[first:last] if first >= 0 else np.empty(0)


def is_usual(alike: Sequence[bool]) -> bool:
    """`alike`: by day, yesterday first. Whether it was so on the same day of last week, or on several of the last seven."""
    return sum(alike[:DAYS]) >= SOME_DAYS or alike[DAYS - 1]


def is_monthly(lines: Sequence[Line]) -> bool:
    """Whether a time was about as long at these hours a month ago, by the points of six hours."""
    coarse = next((line for line in lines if line.period > HOUR), None)
    known = lines[0].values[~np.isnan(lines[0].values)] if lines else np.empty(0)
    if coarse is None or not len(known):
        return False
    end = lines[0].end
    days = [part(coarse, end - 3 * HOUR - day * DAY, end - day * DAY) for day in MONTH]
    return any(np.nan_to_num(there).max(initial=0) * DILUTED * ALIKE >= known[-1] for there in days)


def is_habit(lines: Sequence[Line]) -> bool:
    """Whether a time was about as long at whatever hour on some days of the last fourteen, as where a heavy job runs now and then."""
    known = lines[0].values[~np.isnan(lines[0].values)] if lines else np.empty(0)
    if not len(known):
        return False
    end = lines[0].end
    days = earlier(lines, end - DAY, end, FORTNIGHT)
    alike = [bool(np.nan_to_num(there).max(initial=0) * DILUTED >= known[-1]) for there in days]
    return sum(alike) >= SOME_DAYS


def is_taken_in_batches(lines: Sequence[Line], low: float) -> bool:
    """Whether a level is what it was at these hours of other days, and falls from above `low` now and then, as if read in batches."""
    if not lines:
        return False
    fine, known = lines[0], lines[0].values[~np.isnan(lines[0].values)]
    if not len(known):
        return False
    days = earlier(lines, fine.end - 3 * HOUR, fine.end, range(1, DAYS + 1))
    alike = [bool(len(there) and np.nan_to_num(there).max() * ALIKE >= known[-1]) for there in days]
    history = hourly(lines)
    week = () if history is None else (part(history, fine.end - DAYS * DAY, fine.end),)
    return is_usual(alike) and any(_falls(values, low) for values in (fine.values, *week))


def _falls(values: Values, low: float) -> bool:
    known = values[~np.isnan(values)]
    return bool(((known[:-1] > low) & (known[1:] < FALLS * known[:-1])).any())


def comes_again(lines: Sequence[Line]) -> bool:
    """Whether failures of the last three hours are a burst of several alike, between which it paused for as long as it does now."""
    counts = np.nan_to_num(lines[0].values) if lines else np.zeros(0)
    recent = len(counts) - 3 * HOUR // lines[0].period if lines else 0
    peak = counts[max(recent, 0) :].max(initial=0)
    if peak <= 0:
        return False
    failing = np.flatnonzero(counts > STRAY * peak)
    pause = len(counts) - 1 - int(failing[-1])
    starts = np.flatnonzero(np.diff(failing, prepend=-len(counts) - 1) > pause)
    bursts = np.add.reduceat(counts[failing], starts)
    ends = failing[np.append(starts[1:], len(failing)) - 1]
    return bool((bursts * 2 >= bursts[ends >= recent].max()).sum() > 1)


def still(bad: Sequence[Line], total: Sequence[Line]) -> bool:
    """Whether some were bad in the three hours before the last that were tried, or after: else it has recovered since."""
    if not bad:
        return False
    tried = np.flatnonzero(np.nan_to_num(total[0].values if total else np.empty(0)) > 0)
    last = total[0].start + int(tried[-1] + 1) * total[0].period if len(tried) else bad[0].end
    return bool(np.nan_to_num(part(bad[0], max(last - 3 * HOUR, bad[0].start), bad[0].end)).any())
