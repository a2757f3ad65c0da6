"""Time ranges: the points of a series over one, and over the same minutes a day or a week before.

A series lies in layers, each coarser and longer than the one before. A range is told in the points of the finest layer
that reaches back over it; where that was last read some hours ago, the points of finer ones are added up to its own. It
ends where the collected range ends, at a whole point, not now.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from dashboard.flow.model.adding import flat, microseconds
from dashboard.flow.model.measured import ZERO_WHEN_MISSING

RANGES = {
    "1h": 1,
    "3h": 3,
    "12h": 12,
    "24h": 24,
    "3d": 72,
    "7d": 168,
    "14d": 336,
    "30d": 720,
    "90d": 2160,
}
"""Name in the URL and on the command line → hours."""
DEFAULT = "24h"
COMPARED = {"yesterday": 24, "last week": 168}
"""What a range can be compared with → how many hours before."""

Seconds = NDArray[np.int64]
"""Times as seconds since 1970: a time of each point would cost more than all else."""


class Points(NamedTuple):
    """Starts of windows, ascending, and what is told of each."""

    times: Seconds
    numbers: NDArray[np.float64]

    def part(self, start: int, end: int) -> "Points":
        """Those that begin in a range."""
        inside = (self.times >= start) & (self.times < end)
        return Points(self.times[inside], self.numbers[inside])


class Layer(NamedTuple):
    """A row of the metrics frame: one series in points of `period` seconds over one range."""

    arn: str
    namespace: str
    metric: str
    statistic: str
    period: int
    start: int
    end: int
    points: Points


Rows = Sequence[Layer]


@dataclass(frozen=True)
class Line:
    """The points of one series over a range: starts of windows of `period` seconds, ascending, and values.

    A point that the metric sends only when it is not zero is there as zero where it is missing; else what is missing is
    missing. `since` and `until` are the range that was collected of it, in whole windows. `known` is the length, in seconds,
    of the points that tell: where it is longer than `period`, each was spread over the windows that it covers – a sum by
    the share of time, all else as it is. `collected`: where the finest points end; what lies after `until` is no whole
    window yet.
    """

    arn: str
    namespace: str
    metric: str
    statistic: str
    period: int
    since: datetime
    until: datetime
    times: tuple[datetime, ...]
    values: tuple[float, ...]
    known: int
    collected: datetime

    @property
    def total(self) -> float | None:
        """The sum of its values; null without a point, and for what is no sum."""
        return sum(self.values) if self.values and self.statistic == "Sum" else None

    @property
    def highest(self) -> float | None:
        """The highest of the points that tell, each of `known` seconds; null without a point."""
        spread = self.known / self.period if self.statistic == "Sum" else 1
        return max(self.values) * spread if self.values else None


def lines(frame: pd.DataFrame, hours: int, least: int = 0) -> list[Line]:
    """The series of a metrics frame over the last hours, in the order of the frame, each once. `least`: seconds of a point, at least."""
    return [_now(rows, hours, least) for rows in _by_series(frame)]


def before(frame: pd.DataFrame, hours: int, back: int, least: int = 0) -> list[Line]:
    """The same minutes `back` hours before, put under those of now, over exactly the same length.

    A series whose layers do not reach there is left out. Where only a coarser layer does, its points are spread.
    """
    found = []
    for rows in _by_series(frame):
        then = _then(_now(rows, hours, least), rows, back * 3600)
        if then is not None:
            found.append(then)
    return found


def _by_series(frame: pd.DataFrame) -> list[Rows]:
    """Of each series its layers, the finest first."""
    names = ("arn", "namespace", "metric", "statistic", "period_seconds")
    columns = [frame[name].tolist() for name in names]
    spans = [(frame[name].map(_second)).tolist() for name in ("start", "end")]
    found: dict[tuple[str, str, str], list[Layer]] = {}
    for values in zip(*columns, *spans, _points_of(frame), strict=True):
        row = Layer(*values)
        found.setdefault((row.arn, row.metric, row.statistic), []).append(row)
    return [sorted(rows, key=lambda row: row.period) for rows in found.values()]


def _second(at: datetime) -> int:
    return int(at.timestamp())


def _points_of(frame: pd.DataFrame) -> list[Points]:
    """The points of each row, as slices of the column that holds them all."""
    begins, lengths, times = flat(_arrow(frame["times"], pa.timestamp("us", "UTC")))
    seconds = microseconds(times) // 1_000_000
    values = flat(_arrow(frame["values"], pa.float64()))[2].to_numpy(zero_copy_only=False)
    return [
        Points(seconds[first : first + count], values[first : first + count])
        for first, count in zip(begins.tolist(), lengths.tolist(), strict=True)
    ]


def _arrow(column: "pd.Series[Any]", of: pa.DataType) -> pa.Array:
    made = pa.array(column, pa.list_(of))
    return made.combine_chunks() if isinstance(made, pa.ChunkedArray) else made


def _now(rows: Rows, hours: int, least: int) -> Line:
    """The range in points of the finest layer that reaches back over it, else of the one that reaches back longest."""
    length = hours * 3600
    periods = [max(row.period, least) for row in rows]
    spans = {period: _span(_told_by(rows, period), period) for period in periods}
    enough = [period for period, (start, end) in spans.items() if start <= end - length]
    period = min(enough) if enough else min(spans, key=lambda one: (spans[one][0], one))
    start, end = spans[period]
    return _line(rows, period, (max(start, end - length), end), _points(_told_by(rows, period), period))


def _then(now: Line, rows: Rows, back: int) -> Line | None:
    since, until = _second(now.since), _second(now.until)
    start, end = since - back, until - back
    for known in dict.fromkeys(max(row.period, now.period) for row in rows):
        telling = _told_by(rows, known)
        first, last = _span(telling, known)
        if first <= start and end <= last:
            points = _points(telling, known)
            if known > now.period:
                share = now.period / known if now.statistic == "Sum" else 1.0
                points = _spread(points, known, now.period, share)
            shifted = Points(points.times + back, points.numbers)
            return _line(rows, now.period, (since, until), shifted, known)
    return None


def _line(rows: Rows, period: int, span: tuple[int, int], points: Points, known: int = 0) -> Line:
    row, inside = rows[0], points.part(*span)
    return Line(
        *(row.arn, row.namespace, row.metric, row.statistic, period),
        _time(span[0]),
        _time(span[1]),
        tuple(_time(second) for second in inside.times.tolist()),
        tuple(inside.numbers.tolist()),
        known or period,
        _time(row.end),
    )


def _told_by(rows: Rows, period: int) -> Rows:
    """The layers of which points of this length can be made."""
    return [row for row in rows if row.period <= period]


def _span(rows: Rows, period: int) -> tuple[int, int]:
    """The whole windows that these layers tell of: where the first begins and the last ends."""
    start = min(_up(row.start, period) for row in rows)
    return start, max(start, *(_down(row.end, period) for row in rows))


def _points(rows: Rows, period: int) -> Points:
    """Points of this length: the coarsest layer's, and after its end those of finer ones added up."""
    found: list[Points] = []
    told: int | None = None
    for row in reversed(rows):
        first, last = _up(row.start, period), _down(row.end, period)
        first = first if told is None else max(first, told)
        found.append(_together(_drawn(row).part(first, last), period, row.statistic))
        told = last if told is None else max(told, last)
    return Points(*(np.concatenate(part) for part in zip(*found, strict=True)))


def _drawn(row: Layer) -> Points:
    """The points of a layer, with zero where a missing one means zero and nothing where it means nothing."""
    if (row.namespace, row.metric) not in ZERO_WHEN_MISSING:
        return row.points
    times = np.arange(row.start, row.end, row.period, dtype=np.int64)
    at, beside = np.divmod(row.points.times - row.start, row.period)
    there = (beside == 0) & (at >= 0) & (at < len(times))
    values = np.zeros(len(times))
    values[at[there]] = row.points.numbers[there]
    return Points(times, values)


def _together(points: Points, period: int, statistic: str) -> Points:
    """One point a window. A sum adds up, a mean is that of the points; of any other the highest is the nearest that can be known."""
    times, window = np.unique(points.times // period * period, return_inverse=True)
    if statistic in ("Sum", "Average"):
        sums = np.bincount(window, points.numbers, len(times)).astype(np.float64)
        return Points(times, sums if statistic == "Sum" else sums / np.bincount(window, minlength=len(times)))
    highest = np.full(len(times), -np.inf)
    np.maximum.at(highest, window, points.numbers)
    return Points(times, highest)


def _spread(points: Points, known: int, period: int, share: float) -> Points:
    """Each point over the windows that it covers."""
    steps = np.arange(0, known, period, dtype=np.int64)
    times = (points.times[:, None] + steps).ravel()
    return Points(times, np.repeat(points.numbers * share, len(steps)))


def _down(at: int, period: int) -> int:
    return at // period * period


def _up(at: int, period: int) -> int:
    return -(-at // period) * period


def _time(second: int) -> datetime:
    return datetime.fromtimestamp(second, UTC)
