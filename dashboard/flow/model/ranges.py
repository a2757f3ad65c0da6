"""Time ranges: the points of a series over one, and over the same minutes a day or a week before.

A series lies in layers, each coarser and longer than the one before. A range is told in the points of the finest layer
that reaches back over it; where that was last read some hours ago, the points of finer ones are added up to its own. It
ends where the collected range ends, at a whole point, not now.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd

from dashboard.flow.model import metrics

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

Rows = Sequence[Mapping[str, Any]]
Points = dict[datetime, float]


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
        now = _now(rows, hours, least)
        then = _then(now, rows, timedelta(hours=back))
        if then is not None:
            found.append(then)
    return found


def _by_series(frame: pd.DataFrame) -> list[Rows]:
    """Of each series its rows, the finest first."""
    found: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
    rows: list[dict[Any, Any]] = frame.to_dict("records")
    for row in rows:
        plain = {**row, "times": [_time(at) for at in row["times"]]}
        plain |= {"start": _time(row["start"]), "end": _time(row["end"])}
        found.setdefault((row["arn"], row["metric"], row["statistic"]), []).append(plain)
    return [sorted(rows, key=lambda row: row["period_seconds"]) for rows in found.values()]


def _now(rows: Rows, hours: int, least: int) -> Line:
    """The range in points of the finest layer that reaches back over it, else of the one that reaches back longest."""
    length = timedelta(hours=hours)
    periods = [max(int(row["period_seconds"]), least) for row in rows]
    spans = {period: _span(_told_by(rows, period), period) for period in periods}
    enough = [period for period, (start, end) in spans.items() if start <= end - length]
    period = min(enough) if enough else min(spans, key=lambda one: (spans[one][0], one))
    start, end = spans[period]
    return _line(rows, period, (max(start, end - length), end), _points(_told_by(rows, period), period))


def _then(now: Line, rows: Rows, back: timedelta) -> Line | None:
    start, end = now.since - back, now.until - back
    for known in dict.fromkeys(max(int(row["period_seconds"]), now.period) for row in rows):
        telling = _told_by(rows, known)
        first, last = _span(telling, known)
        if first <= start and end <= last:
            points = _points(telling, known)
            if known > now.period:
                share = now.period / known if now.statistic == "Sum" else 1
                points = _spread(points, known, now.period, share)
            shifted = {at + back: value for at, value in points.items()}
            return _line(rows, now.period, (now.since, now.until), shifted, known)
    return None


def _line(rows: Rows, period: int, span: tuple[datetime, datetime], points: Points, known: int = 0) -> Line:
    row = rows[0]
    inside = sorted((at, value) for at, value in points.items() if span[0] <= at < span[1])
    return Line(
        *(row["arn"], row["namespace"], row["metric"], row["statistic"], period, *span),
        tuple(at for at, _ in inside),
        tuple(value for _, value in inside),
        known or period,
        row["end"],
    )


def _told_by(rows: Rows, period: int) -> Rows:
    """The layers of which points of this length can be made."""
    return [row for row in rows if row["period_seconds"] <= period]


def _span(rows: Rows, period: int) -> tuple[datetime, datetime]:
    """The whole windows that these layers tell of: where the first begins and the last ends."""
    start = min(_up(row["start"], period) for row in rows)
    return start, max(start, *(_down(row["end"], period) for row in rows))


def _points(rows: Rows, period: int) -> Points:
    """Points of this length: the coarsest layer's, and after its end those of finer ones added up."""
    found: Points = {}
    told: datetime | None = None
    for row in reversed(rows):
        first, last = _up(row["start"], period), _down(row["end"], period)
        first = first if told is None else max(first, told)
        together: dict[datetime, list[float]] = {}
        for at, value in metrics.drawn(row):
            if first <= at < last:
                together.setdefault(_down(at, period), []).append(float(value))
        found |= {at: _as_one(values, row["statistic"]) for at, values in together.items()}
        told = last if told is None else max(told, last)
    return found


def _as_one(values: Sequence[float], statistic: str) -> float:
    """A sum adds up, a mean is that of the points; of any other the highest is the nearest that can be known."""
    if statistic == "Sum":
        return sum(values)
    return sum(values) / len(values) if statistic == "Average" else max(values)


def _spread(points: Points, known: int, period: int, share: float) -> Points:
    """Each point over the windows that it covers."""
    steps = [timedelta(seconds=second) for second in range(0, known, period)]
    return {at + step: value * share for at, value in points.items() for step in steps}


def _down(at: datetime, period: int) -> datetime:
    return datetime.fromtimestamp(int(at.timestamp()) // period * period, UTC)


def _up(at: datetime, period: int) -> datetime:
    return datetime.fromtimestamp(-(-int(at.timestamp()) // period) * period, UTC)


def _time(at: Any) -> datetime:
    """Arrow hands out pandas timestamps; comparisons and pictures want plain ones."""
    plain: datetime = at.to_pydatetime() if isinstance(at, pd.Timestamp) else at
    return plain
