"""Time ranges: which layer of a series tells of one, its points there, and the same hours a day or a week before.

A range ends where the collected one ends, not now. Of a series the finest layer is taken that reaches back far enough.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
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


@dataclass(frozen=True)
class Line:
    """The points of one series over a range: starts of windows of `period` seconds, ascending, and values.

    A point that the metric sends only when it is not zero is there as zero where it is missing; else what is missing is
    missing. `since` and `until` are the range that its layer tells of. `scale`: values of longer windows were made those
    of the period's length, an hour's sum a twelfth for five minutes.
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
    scale: float = 1.0

    @property
    def total(self) -> float | None:
        """The sum of its values; null without a point, and for what is no sum."""
        return sum(self.values) if self.values and self.statistic == "Sum" else None

    @property
    def highest(self) -> float | None:
        """The highest value; null without a point."""
        return max(self.values, default=None)


def lines(frame: pd.DataFrame, hours: int) -> list[Line]:
    """The series of a metrics frame over the last hours, in the order of the frame, each once."""
    return [_line(row, hours) for row in _chosen(frame, hours)]


def before(frame: pd.DataFrame, hours: int, back: int) -> list[Line]:
    """The same hours `back` hours before, put under those of now; a series whose layers do not reach there is left out.

    Where only a coarser layer has them, sums are brought to the length of the windows of now, and each point keeps its own.
    """
    found = []
    for row, others in zip(_chosen(frame, hours), _by_series(frame).values(), strict=True):
        now = _line(row, hours)
        start, end = now.since - timedelta(hours=back), now.until - timedelta(hours=back)
        there = [one for one in others if _time(one["start"]) <= start and _time(one["end"]) >= end]
        if there:
            finest = min(there, key=lambda one: one["period_seconds"])
            found.append(_shifted(now, finest, back, (start, end)))
    return found


def _shifted(now: Line, row: Mapping[str, Any], back: int, span: tuple[datetime, datetime]) -> Line:
    period = int(row["period_seconds"])
    scale = now.period / period if now.statistic == "Sum" else 1.0
    points = [(at, value) for at, value in _points(row) if span[0] <= at < span[1]]
    return Line(
        *(now.arn, now.namespace, now.metric, now.statistic, period, now.since, now.until),
        tuple(at + timedelta(hours=back) for at, _ in points),
        tuple(value * scale for _, value in points),
        scale,
    )


def _by_series(frame: pd.DataFrame) -> dict[tuple[str, str, str], list[Mapping[str, Any]]]:
    found: dict[tuple[str, str, str], list[Mapping[str, Any]]] = {}
    rows: list[dict[Any, Any]] = frame.to_dict("records")
    for row in rows:
        found.setdefault((row["arn"], row["metric"], row["statistic"]), []).append(row)
    return found


def _chosen(frame: pd.DataFrame, hours: int) -> Iterable[Mapping[str, Any]]:
    """Of each series the finest row that reaches back over the range, else the longest."""
    for rows in _by_series(frame).values():
        enough = [row for row in rows if _hours(row) >= hours]
        if enough:
            yield min(enough, key=lambda row: row["period_seconds"])
        else:
            yield max(rows, key=_hours)


def _hours(row: Mapping[str, Any]) -> float:
    length: timedelta = _time(row["end"]) - _time(row["start"])
    return length.total_seconds() / 3600


def _line(row: Mapping[str, Any], hours: int) -> Line:
    until = _time(row["end"])
    since = max(until - timedelta(hours=hours), _time(row["start"]))
    points = [(at, value) for at, value in _points(row) if at >= since]
    return Line(
        *(row["arn"], row["namespace"], row["metric"], row["statistic"], int(row["period_seconds"])),
        *(since, until),
        tuple(at for at, _ in points),
        tuple(value for _, value in points),
    )


def _points(row: Mapping[str, Any]) -> list[tuple[datetime, float]]:
    plain = {
        **row,
        "times": [_time(at) for at in row["times"]],
        "start": _time(row["start"]),
        "end": _time(row["end"]),
    }
    return [(at, float(value)) for at, value in metrics.drawn(plain)]


def _time(at: Any) -> datetime:
    """Arrow hands out pandas timestamps; comparisons and pictures want plain ones."""
    plain: datetime = at.to_pydatetime() if isinstance(at, pd.Timestamp) else at
    return plain
