"""The series of things that seem to be in trouble, read again point by point: as arrays, the finest layer first."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from dashboard.flow.model.estate import Estate
from dashboard.flow.model.measured import ZERO_WHEN_MISSING

Values = NDArray[np.float64]


@dataclass(frozen=True)
class Line:
    """One layer of one series: a value for each window from `start` (seconds since 1970) on, nan where nothing is known."""

    start: int
    period: int
    values: Values

    @property
    def end(self) -> int:
        """Where its last window ends."""
        return self.start + self.period * len(self.values)


Lines = dict[tuple[str, str], list[Line]]
"""(ARN, metric) → its layers, the finest first."""


def read(estate: Estate, arns: Iterable[str]) -> Lines:
    """The series of these things. A missing point is zero only where the metric's own rule says so."""
    table = estate.snapshot.metrics_table(sorted(set(arns)))
    found: dict[tuple[str, str], list[Line]] = defaultdict(list)
    names = ("arn", "namespace", "metric", "period_seconds", "start", "end", "times", "values")
    for row in zip(*(_column(table, name) for name in names), strict=True):
        arn, namespace, metric, period, start, end, times, values = row
        zero = (namespace, metric) in ZERO_WHEN_MISSING
        found[arn, metric].append(_line(int(period), (start, end), times, values, zero=zero))
    for lines in found.values():
        lines.sort(key=lambda line: line.period)
    return dict(found)


def _column(table: Any, name: str) -> list[Any]:
    column = table[name]
    if name in ("start", "end"):
        return [int(value.timestamp()) for value in column.to_pylist()]
    if name == "times":
        return [_seconds(one) for one in column]
    if name == "values":
        return [np.asarray(one.values.to_numpy(zero_copy_only=False), np.float64) for one in column]
    return list(column.to_pylist())


def _seconds(times: Any) -> NDArray[np.int64]:
    micros = times.values.cast(pa.timestamp("us", "UTC")).cast(pa.int64()).to_numpy(zero_copy_only=False)
    return np.asarray(micros // 1_000_000, np.int64)


def _line(
    period: int, span: tuple[int, int], times: NDArray[np.int64], values: Values, *, zero: bool
) -> Line:
    start, end = span
    whole = np.full(max((end - start) // period, 1), 0.0 if zero else np.nan)
    at = (times - start) // period
    inside = (at >= 0) & (at < len(whole))
    whole[at[inside]] = values[inside]
    return Line(start, period, whole)
