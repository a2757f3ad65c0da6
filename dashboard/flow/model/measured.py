"""All series of a snapshot as numbers: sums, peaks and last points of each, and what is usual at these hours. No point is kept."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from collectors.metric_list import METRICS

WINDOWS = (3, 24)
"""Hours before the end of the collected range over which points are added up."""
USUAL_DAYS = 7
_HOUR = 3_600_000_000  # microseconds

ZERO_WHEN_MISSING = frozenset((row.namespace, row.metric) for row in METRICS if row.zero_when_missing)
"""Metrics that AWS sends only when they are not zero: the collectors' list says which."""


class Usual(NamedTuple):
    """What a series had in the same three hours of the last seven days, from its history by the hour.

    Of a sum: an hour's average of those hours of each day, a missing point counted as none. Of any other statistic: its
    points. `busiest` is its highest point at any hour. `days`: days that history reaches back and, but for sums, has points of; `low` and `high` over them; `yesterday`
    and `last_week` are null when history has no such day.
    """

    days: int
    low: float
    mean: float
    high: float
    yesterday: float | None
    last_week: float | None
    busiest: float


class Series(NamedTuple):
    """What figures need of one row of the metrics frame: per window the sum and the number of its points; last and last but one.

    `peak` is the highest point of the last 3 hours; null without one.
    """

    namespace: str
    metric: str
    statistic: str
    period: int
    end: datetime
    sums: Mapping[int, float]
    points: Mapping[int, int]
    peak: float | None
    last: float | None
    before: float | None
    usual: Usual | None

    @property
    def sent_when_zero(self) -> bool:
        """Whether AWS sends it also when it is zero, so that a missing point is not known."""
        return (self.namespace, self.metric) not in ZERO_WHEN_MISSING

    def sum(self, hours: int) -> float | None:
        """The sum over a window; null when none of its points lies there and that may be a hole."""
        return self.sums[hours] if self.points[hours] or not self.sent_when_zero else None

    def mean(self, hours: int) -> float | None:
        """The mean of the points in a window."""
        return self.sums[hours] / self.points[hours] if self.points[hours] else None


class _Row(NamedTuple):
    """Where a series' numbers stand, and what names it."""

    namespace: str
    metric: str
    statistic: str
    period: int
    end: datetime


_NUMBERS = 7  # sums over 3 and 24 hours, their points, peak, last, last but one


class Measured:
    """All series of a snapshot as a table of numbers: tens of thousands fit into a few megabytes."""

    def __init__(
        self, recent: Iterable[pa.RecordBatch], history: Iterable[pa.RecordBatch] | None = None
    ) -> None:
        self._at: dict[str, list[int]] = defaultdict(list)
        self._rows: list[_Row] = []
        parts = [self._read(batch) for batch in recent if len(batch)]
        self._numbers = np.concatenate(parts) if parts else np.empty((0, _NUMBERS))
        self._usual = np.full((len(self._rows), 7), np.nan)
        self._learnt: set[str] | None = set()
        if history is not None:
            self.learn(history, None)

    def arns(self) -> list[str]:
        """What has series."""
        return list(self._at)

    @property
    def end(self) -> datetime | None:
        """Where the latest of the ranges ends."""
        return max((row.end for row in self._rows), default=None)

    def of(self, arn: str) -> list[Series]:
        """The series of one thing, in the order of the frame."""
        return [self._series(row) for row in self._at.get(arn, ())]

    def _series(self, at: int) -> Series:
        three, day, points_three, points_day, peak, last, before = self._numbers[at].tolist()
        usual = self._usual[at].tolist()
        row = self._rows[at]
        return Series(
            namespace=row.namespace,
            metric=row.metric,
            statistic=row.statistic,
            period=row.period,
            end=row.end,
            sums={3: three, 24: day},
            points={3: int(points_three), 24: int(points_day)},
            peak=_or_none(peak),
            last=_or_none(last),
            before=_or_none(before),
            usual=None if np.isnan(usual[0]) else _usual(usual),
        )

    def _read(self, batch: pa.RecordBatch) -> Any:
        names = ("namespace", "metric", "statistic", "period_seconds", "end")
        first = len(self._rows)
        self._rows += map(_Row, *(_interned(batch[name].to_pylist()) for name in names))
        for number, arn in enumerate(batch["arn"].to_pylist()):
            self._at[arn].append(first + number)
        return _numbers(batch)

    def has(self, arn: str) -> bool:
        """Whether it has series."""
        return arn in self._at

    def knows(self, arn: str) -> bool:
        """Whether it was learnt what is usual for this thing, as far as its history tells."""
        return self._learnt is None or arn in self._learnt

    def learn(self, batches: Iterable[pa.RecordBatch], arns: Collection[str] | None) -> None:
        """Take what is usual from the layer by the hour: of these things, or with None of all."""
        keys = {
            (arn, self._rows[at].metric, self._rows[at].statistic): at
            for arn in (self._at if arns is None else arns)
            for at in self._at.get(arn, ())
        }
        if arns is None:
            self._learnt = None
        elif self._learnt is not None:
            self._learnt.update(arns)
        for batch in batches:
            names = zip(*(batch[name].to_pylist() for name in ("arn", "metric", "statistic")), strict=True)
            found = [(number, keys[key]) for number, key in enumerate(names) if key in keys]
            if found:
                numbers, rows = (list(part) for part in zip(*found, strict=True))
                ends = [self._rows[at].end for at in rows]
                self._usual[rows] = _history(batch.take(pa.array(numbers)), ends)


def _interned(values: list[Any]) -> list[Any]:
    """The same object for the same value: the words and times of tens of thousands of series are few."""
    known: dict[Any, Any] = {}
    return [known.setdefault(value, value) for value in values]


def _or_none(value: float) -> float | None:
    return None if np.isnan(value) else value


def _usual(numbers: Sequence[float]) -> Usual:
    days, low, mean, high, yesterday, week, busiest = numbers
    return Usual(int(days), low, mean, high, _or_none(yesterday), _or_none(week), busiest)


def _numbers(batch: pa.RecordBatch) -> Any:
    """A row a series: sums over 3 and 24 hours, their points, the highest of 3 hours, the last, the last but one."""
    ends = _microseconds(batch["end"])
    begins, lengths, times = _flat(batch["times"])
    values = _flat(batch["values"])[2].to_numpy(zero_copy_only=False)
    before_end = np.repeat(ends, lengths) - _microseconds(times)
    inside = [before_end <= hours * _HOUR for hours in WINDOWS]
    columns = [_added(np.where(there, values, 0.0), begins, lengths) for there in inside]
    columns += [_added(there.astype(np.float64), begins, lengths) for there in inside]
    peaks = np.full(len(lengths), -np.inf)
    full = lengths > 0
    if full.any():
        peaks[full] = np.maximum.reduceat(np.where(inside[0], values, -np.inf), begins[full])
    columns.append(np.where(np.isinf(peaks), np.nan, peaks))
    for back in (1, 2):
        at = np.clip(begins + lengths - back, 0, max(len(values) - 1, 0))
        there = values[at] if len(values) else np.zeros(len(lengths))
        columns.append(np.where(lengths >= back, there, np.nan))
    return np.stack(columns, axis=1)


def _history(batch: pa.RecordBatch, ends: Sequence[datetime]) -> Any:
    """A row a series: the numbers of Usual."""
    reference = np.array([int(end.timestamp()) // 3600 for end in ends], np.int64)
    starts = _microseconds(batch["start"]) // _HOUR
    _, lengths, times = _flat(batch["times"])
    values = _flat(batch["values"])[2].to_numpy(zero_copy_only=False)
    count = len(lengths)
    row = np.repeat(np.arange(count), lengths)
    day, hour = np.divmod(reference[row] - _microseconds(times) // _HOUR - 1, 24)
    same = (hour < 3) & (day >= 1) & (day <= USUAL_DAYS)
    cell = (row * USUAL_DAYS + day - 1)[same]
    shape = (count, USUAL_DAYS)
    sums = np.bincount(cell, values[same], count * USUAL_DAYS).reshape(shape)
    points = np.bincount(cell, minlength=count * USUAL_DAYS).reshape(shape)
    covered = (reference[:, None] - 24 * np.arange(1, USUAL_DAYS + 1) - 3) >= starts[:, None]
    counts = np.array([name == "Sum" for name in batch["statistic"].to_pylist()])[:, None]
    each = np.where(counts, sums / 3, sums / np.maximum(points, 1))
    known = np.where(counts, covered, points > 0)
    highs, lows = (np.full(count * USUAL_DAYS, worst) for worst in (-np.inf, np.inf))
    np.maximum.at(highs, cell, values[same])
    np.minimum.at(lows, cell, values[same])
    high = np.where(counts, each, highs.reshape(shape))
    low = np.where(counts, each, lows.reshape(shape))
    days = known.sum(axis=1)
    told = np.stack(
        [
            days.astype(np.float64),
            np.where(known, low, np.inf).min(axis=1),
            np.where(known, each, 0).sum(axis=1) / np.maximum(days, 1),
            np.where(known, high, -np.inf).max(axis=1),
            np.where(known[:, 0], each[:, 0], np.nan),
            np.where(known[:, -1], each[:, -1], np.nan),
            _highest(values, lengths),
        ],
        axis=1,
    )
    told[days == 0] = np.nan
    return told


def _highest(values: Any, lengths: Any) -> Any:
    """The highest element of each row; 0 of an empty one."""
    found = np.zeros(len(lengths))
    full = lengths > 0
    if full.any():
        found[full] = np.maximum.reduceat(values, (np.cumsum(lengths) - lengths)[full])
    return found


def _flat(lists: pa.Array) -> tuple[Any, Any, pa.Array]:
    """Where each row's list begins among all elements, how long it is, and the elements."""
    offsets = lists.offsets.to_numpy()
    first, last = int(offsets[0]), int(offsets[-1])
    return offsets[:-1] - first, np.diff(offsets), lists.values.slice(first, last - first)


def _microseconds(times: pa.Array) -> Any:
    return times.cast(pa.timestamp("us", "UTC")).cast(pa.int64()).to_numpy(zero_copy_only=False)


def _added(values: Any, begins: Any, lengths: Any) -> Any:
    """The sum of each row's elements; rows may be empty."""
    sums = np.zeros(len(lengths), values.dtype)
    full = lengths > 0
    if full.any():
        sums[full] = np.add.reduceat(values, begins[full])
    return sums
