"""Since when: where a series left what was usual, found in the series itself. The finest layer that shows it tells."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

import numpy as np

from dashboard.flow.health.lines import Line, Values

OFTEN = 20
"""Windows with events that a series must have had for its silence to say something."""
EARLY = 0.25
"""Part of a layer in which there has to be trouble already, for it to have been there all the time."""
TIMES = 3.0
"""What counts as another rate or level than before."""
LONG = 10 * 24 * 3600
"""Seconds that something must have come for, for its end to be odd."""
SURE = 6.0
"""Gain in log-likelihood that a change of rate must bring: chance brings that much in one of four hundred."""


class Since(NamedTuple):
    """When it began. `at` null: it was so all the time that the metrics tell of, which is `hours`. `period`: seconds it is exact to."""

    at: datetime | None
    period: int
    hours: int

    def says(self, end: datetime | None) -> str:
        """How a sentence goes on: since 13:05 UTC, with the day where it is not that of the window's end."""
        if self.at is None:
            length = f"{self.hours // 24} days" if self.hours >= 48 else f"{self.hours} hours"
            return f", all of the {length} that were collected"
        about = "since" if self.period <= 300 else "since about"
        if end is not None and self.at.date() == end.astimezone(UTC).date():
            return f", {about} {self.at:%H:%M} UTC"
        return f", {about} {self.at:%d %b %H:%M} UTC"


def above(lines: Sequence[Line], low: float) -> Since | None:
    """Since when a level is above `low`: from the window after the last one that was not."""
    for line in lines:
        known = np.flatnonzero(~np.isnan(line.values))
        lows = known[line.values[known] <= low]
        if len(lows):
            return at(line, int(lows[-1]) + 1)
    return _always(lines)


def stopped(lines: Sequence[Line]) -> Since | None:
    """Since when a count is zero: from the window after the last one that had any. Null where none ever had."""
    for line in lines:
        with np.errstate(invalid="ignore"):
            some = np.flatnonzero(line.values > 0)
        if len(some):
            return at(line, int(some[-1]) + 1)
    return None


def broke_off(lines: Sequence[Line], per_hour: float = 0, lasts: int = 0, least: float = 0) -> Since | None:
    """The same for a count that stopped days ago: only when it came for ten days, and for as long as it is silent now, and never paused for half as long.

    `per_hour`: so many an hour and fewer count as none; `lasts`: seconds that it must be silent for; `least`: so many were
    to be expected in that time, by what came before. Nights and weekends are pauses;
    what came for some days only, a load test or a month's end, has merely ended.
    """
    found = None
    for line in history(lines):
        some = np.flatnonzero(np.nan_to_num(line.values) > per_hour * line.period / 3600)
        if len(some) < OFTEN:
            continue
        silent = len(line.values) - 1 - int(some[-1])
        if silent <= 2 * int(np.diff(some).max()) or silent * line.period < lasts:
            return None
        came = np.nan_to_num(line.values[some[0] : some[-1] + 1])
        if came.mean() * silent < least:
            return None
        found = found or at(line, int(some[-1]) + 1)
        if some[-1] - some[0] + 1 >= max(silent, LONG // line.period):
            return found
    return None


def history(lines: Sequence[Line]) -> list[Line]:
    """The layers of hours and more: a day alone cannot tell a change from what every day brings."""
    return [line for line in lines if line.period >= 3600]


def share(bad: Sequence[Line], total: Sequence[Line]) -> Since | None:
    """Since when more of the events fail: where one rate before and a higher one after explain the series best.

    Without a total the rate is one of time.
    """
    of = {(line.period, line.start, len(line.values)): line.values for line in total}
    for line in bad:
        among = of.get((line.period, line.start, len(line.values)))
        counts = np.nan_to_num(line.values)
        found = _change(counts, np.ones(len(counts)) if among is None else _among(among))
        first = int(np.flatnonzero(counts)[0]) if counts.any() else 0
        if found is None and first > len(counts) * EARLY and not np.isnan(line.values[:first]).any():
            found = first  # too few to tell one rate from another: but there were none, and it was counted
        if found is not None:
            return at(line, found)
    from_early = [
        line for line in bad if np.nan_to_num(line.values[: int(len(line.values) * EARLY) + 1]).any()
    ]
    return _always(from_early)


def level(lines: Sequence[Line], lasts: int = 0) -> Since | None:
    """Since when a latency or duration is several times what it was, for at least so many seconds."""
    for line in lines:
        known = np.flatnonzero(~np.isnan(line.values))
        if len(known) < 4:
            continue
        logs = np.log(np.maximum(line.values[known], 1e-9))
        counts = np.arange(1, len(logs))
        before = np.cumsum(logs)[:-1] / counts
        after = (logs.sum() - np.cumsum(logs)[:-1]) / (len(logs) - counts)
        gain = counts * (len(logs) - counts) / len(logs) * (after - before) ** 2
        long = (len(line.values) - known[1:]) * line.period >= lasts
        best = int(np.argmax(np.where((after > before) & long, gain, -1)))
        if long[best] and after[best] - before[best] >= np.log(TIMES):
            return at(line, int(known[best + 1]))
    return _always(lines)


def together(found: Sequence[Sequence[Line]]) -> list[Line]:
    """Layers of several metrics added up; what is not known of one counts as none beside what is known of another."""
    if len(found) <= 1:
        return list(found[0]) if found else []
    layers: dict[tuple[int, int, int], list[Values]] = {}
    for lines in found:
        for line in lines:
            layers.setdefault((line.period, line.start, len(line.values)), []).append(line.values)
    summed = []
    for (period, start, _), values in layers.items():
        stacked = np.stack(values)
        total = np.where(np.isnan(stacked).all(axis=0), np.nan, np.nansum(stacked, axis=0))
        summed.append(Line(start, period, total))
    return sorted(summed, key=lambda line: line.period)


def _among(total: Values) -> Values:
    return np.maximum(np.nan_to_num(total), 0.0)


def _change(bad: Values, among: Values) -> int | None:
    """The window where the rate of bad ones among all rose, or None."""
    among = np.maximum(among, bad)  # throttled calls are not among the invocations
    bads, all_ = np.cumsum(bad)[:-1], np.cumsum(among)[:-1]
    total_bad, total = float(bad.sum()), float(among.sum())
    if total_bad <= 0 or not len(bads):
        return None
    after_bad, after = total_bad - bads, total - all_
    usable = (all_ > 0) & (after > 0)
    usable &= after_bad / np.maximum(after, 1e-9) >= TIMES * (bads + 0.5) / np.maximum(all_, 1e-9)
    gain = _likelihood(bads, all_) + _likelihood(after_bad, after)
    gain = np.where(usable, gain - _likelihood(np.array([total_bad]), np.array([total]))[0], -np.inf)
    best = int(np.argmax(gain))
    if not usable[best]:
        return None
    clean = bads[best] == 0 and all_[best] >= after[best]
    return best + 1 if gain[best] >= SURE or clean else None


def _likelihood(bad: Values, among: Values) -> Values:
    rate = np.where(bad > 0, bad / np.maximum(among, 1e-9), 1.0)
    logs: Values = bad * np.log(rate)
    return logs


def at(line: Line, window: int) -> Since:
    """At the start of this window. What had ended by the end of a coarser layer has begun there, at the latest."""
    at = datetime.fromtimestamp(line.start + window * line.period, UTC)
    return Since(at, line.period, 0)


def _always(lines: Sequence[Line]) -> Since | None:
    """All the time: only where at least half of the windows are known, so that a lone point says nothing."""
    told = [line for line in lines if (~np.isnan(line.values)).sum() * 2 >= len(line.values)]
    if not told:
        return None
    longest = max(told, key=lambda line: line.period * len(line.values))
    return Since(None, longest.period, longest.period * len(longest.values) // 3600)
