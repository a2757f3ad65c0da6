"""All series of a snapshot as numbers: sums, peaks and last points of each, and what is usual at these hours. No point is kept."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from collectors.metric_list import METRICS
from dashboard.flow.model.adding import NUMBERS, WINDOWS, history, numbers

ZERO_WHEN_MISSING = frozenset((row.namespace, row.metric) for row in METRICS if row.zero_when_missing)
"""Metrics that AWS sends only when they are not zero: the collectors' list says which."""


class Usual(NamedTuple):
    """What a series had in the same three hours of the last seven days, to the minute, from its history by the hour.

    Of a sum: an hour's average of those hours of each day, a missing point counted as none. The three hours hardly ever lie on whole
    ones: `low` counts only the hours wholly in them, `high` all that they touch, the others a part of each. Of any other statistic: its
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

    `peak` is the highest point of the last 3 hours; null without one, as `last` is. `grown`: how much it rose over the last 24 hours, falls
    left out. `silent`: seconds since the window after its last point above zero; null where there is none. `hours`: how long its range is.
    """

    namespace: str
    metric: str
    statistic: str
    period: int
    end: datetime
    hours: float
    sums: Mapping[float, float]
    points: Mapping[float, int]
    peak: float | None
    last: float | None
    before: float | None
    grown: float
    silent: float | None
    usual: Usual | None

    @property
    def sent_when_zero(self) -> bool:
        """Whether AWS sends it also when it is zero, so that a missing point is not known."""
        return (self.namespace, self.metric) not in ZERO_WHEN_MISSING

    def sum(self, hours: float) -> float | None:
        """The sum over a window; null when it is longer than what was collected, or none of its points lies there and that may be a hole."""
        if hours > self.hours:
            return None
        return self.sums[hours] if self.points[hours] or not self.sent_when_zero else None

    def mean(self, hours: float) -> float | None:
        """The mean of the points in a window."""
        return self.sums[hours] / self.points[hours] if self.points[hours] else None


class _Row(NamedTuple):
    """Where a series' numbers stand, and what names it."""

    namespace: str
    metric: str
    statistic: str
    period: int
    start: datetime
    end: datetime


class Measured:
    """All series of a snapshot as a table of numbers: tens of thousands fit into a few megabytes."""

    def __init__(
        self, recent: Iterable[pa.RecordBatch], history: Iterable[pa.RecordBatch] | None = None
    ) -> None:
        self._at: dict[str, list[int]] = defaultdict(list)
        self._rows: list[_Row] = []
        parts = [self._read(batch) for batch in recent if len(batch)]
        self._numbers = np.concatenate(parts) if parts else np.empty((0, NUMBERS))
        self._usual = np.full((len(self._rows), 7), np.nan)
        self._learnt: set[str] | None = set()
        if history is not None:
            self.learn(history, None)

    def arns(self) -> list[str]:
        """What has series."""
        return list(self._at)

    @cached_property
    def end(self) -> datetime | None:
        """Where the latest of the ranges ends."""
        return max((row.end for row in self._rows), default=None)

    @cached_property
    def is_by_the_hour(self) -> bool:
        """Whether the first layer is history itself: settings that read more than a week finely have no other by the hour."""
        return any(row.period == 3600 for row in self._rows)

    def of(self, arn: str) -> list[Series]:
        """The series of one thing, in the order of the frame."""
        return [self._series(row) for row in self._at.get(arn, ())]

    def _series(self, at: int) -> Series:
        told = self._numbers[at].tolist()
        sums, points, (peak, last, before, grown, silent) = told[:3], told[3:6], told[6:]
        usual = self._usual[at].tolist()
        row = self._rows[at]
        return Series(
            namespace=row.namespace,
            metric=row.metric,
            statistic=row.statistic,
            period=row.period,
            end=row.end,
            hours=(row.end - row.start).total_seconds() / 3600,
            sums=dict(zip(WINDOWS, sums, strict=True)),
            points=dict(zip(WINDOWS, map(int, points), strict=True)),
            peak=_or_none(peak),
            last=_or_none(last),
            before=_or_none(before),
            grown=grown,
            silent=_or_none(silent),
            usual=None if np.isnan(usual[0]) else _usual(usual),
        )

    def _read(self, batch: pa.RecordBatch) -> Any:
        names = ("namespace", "metric", "statistic", "period_seconds", "start", "end")
        first = len(self._rows)
        self._rows += map(_Row, *(_interned(batch[name].to_pylist()) for name in names))
        for number, arn in enumerate(batch["arn"].to_pylist()):
            self._at[arn].append(first + number)
        return numbers(batch)

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
                picked, rows = (list(part) for part in zip(*found, strict=True))
                ends = [self._rows[at].end for at in rows]
                self._usual[rows] = history(batch.take(pa.array(picked)), ends)


def _interned(values: list[Any]) -> list[Any]:
    """The same object for the same value: the words and times of tens of thousands of series are few."""
    known: dict[Any, Any] = {}
    return [known.setdefault(value, value) for value in values]


def _or_none(value: float) -> float | None:
    return None if np.isnan(value) else value


def _usual(numbers: Sequence[float]) -> Usual:
    days, low, mean, high, yesterday, week, busiest = numbers
    return Usual(int(days), low, mean, high, _or_none(yesterday), _or_none(week), busiest)
