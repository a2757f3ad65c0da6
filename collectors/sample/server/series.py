"""CloudWatch metrics as formulas: every value is computed from a series' description, none is stored.

A series is JSON:

    namespace, metric      as CloudWatch names them
    dimensions             {"QueueName": "orders"}
    base                   the value of one minute, at the mean of the day (a count, a length, an age, milliseconds)
    amplitude              0..1: how far the daily wave swings about base (default 0)
    peak_hour              hour of the day (UTC) at which the wave is highest (default 14)
    noise                  0..1: how far a minute strays, evenly, from the wave (default 0)
    seed                   makes the straying of one series differ from another's (default: of its name)
    together               a text: series of the same text stray alike (default: of its name, alone)
    whole                  true: values are whole numbers, and 0.3 is one in three minutes out of ten (default false)
    sparse_zero            true: minutes with value 0 send nothing, as Invocations do (default false)
    unit                   answered as the unit filter (default null: any)
    incidents              [{"start_hours_ago": 6, "hours": 2, "factor": 3, "add": 10, "ramp": 500}]
                           while it lasts the value is multiplied by factor, raised by add, and raised by ramp
                           growing evenly from 0 to ramp; "stays": true keeps what was reached until now

Hours ago count from when the series was posted, so that an incident stands still. One minute is one sample.
"""

from __future__ import annotations

import math
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]
_DAY = 1440
_TABLE = 131_101  # minutes, 91 days: a prime, so that a series' day never meets the same piece again
_MASK = 0xFFFFFFFFFFFFFFFF
_MEMBERS = {
    "namespace",
    "metric",
    "dimensions",
    "base",
    "amplitude",
    "peak_hour",
    "noise",
    "seed",
    "together",
    "whole",
    "sparse_zero",
    "unit",
    "incidents",
}


@dataclass(frozen=True)
class Incident:
    """A time in which a series is not its usual self. start and end are in minutes since 1970."""

    start: float
    end: float
    factor: float = 1.0
    add: float = 0.0
    ramp: float = 0.0
    stays: bool = False


@dataclass(frozen=True)
class Series:
    """One metric with its dimensions; see the module's text for the members."""

    namespace: str
    metric: str
    dimensions: tuple[tuple[str, str], ...]
    base: float
    amplitude: float = 0.0
    peak_hour: float = 14.0
    noise: float = 0.0
    seed: int = 0
    whole: bool = False
    sparse_zero: bool = False
    unit: str | None = None
    incidents: list[Incident] = field(default_factory=list)

    @property
    def key(self) -> tuple[str, str, tuple[tuple[str, str], ...]]:
        """What names a metric in CloudWatch."""
        return self.namespace, self.metric, self.dimensions


def series_of(spec: dict[str, Any]) -> Series:
    """A series of its JSON. Raises ValueError for an unknown member, KeyError or TypeError for a missing one."""
    unknown = sorted(set(spec) - _MEMBERS)
    if unknown:
        raise ValueError(f"unknown members in a metric series: {', '.join(unknown)}")
    dimensions = tuple(sorted((str(k), str(v)) for k, v in spec.get("dimensions", {}).items()))
    name = spec.get("together") or f"{spec['namespace']} {spec['metric']} {dimensions}"
    return Series(
        namespace=spec["namespace"],
        metric=spec["metric"],
        dimensions=dimensions,
        base=float(spec.get("base", 0)),
        amplitude=float(spec.get("amplitude", 0)),
        peak_hour=float(spec.get("peak_hour", 14)),
        noise=float(spec.get("noise", 0)),
        seed=int(spec.get("seed", 0)) ^ zlib.crc32(str(name).encode()),
        whole=bool(spec.get("whole", False)),
        sparse_zero=bool(spec.get("sparse_zero", False)),
        unit=spec.get("unit"),
        incidents=[_incident(each) for each in spec.get("incidents", [])],
    )


def _incident(spec: dict[str, Any]) -> Incident:
    start = time.time() / 60 - float(spec["start_hours_ago"]) * 60
    return Incident(
        start=start,
        end=start + float(spec["hours"]) * 60,
        factor=float(spec.get("factor", 1)),
        add=float(spec.get("add", 0)),
        ramp=float(spec.get("ramp", 0)),
        stays=bool(spec.get("stays", False)),
    )


def minutes(series: Series, first: int, last: int) -> Values:
    """The values of the minutes first..last-1 (since 1970); nan where nothing was sent."""
    if not series.base and not series.incidents:  # two in five series of an estate that is well
        return np.full(last - first, np.nan if series.sparse_zero else 0.0)
    value = series.amplitude * _wave(series.peak_hour, first, last)
    value += 1
    value *= series.base
    if series.noise:
        stray = (2 * series.noise) * _random(first, last, series.seed)
        stray += 1 - series.noise
        value *= stray
    if series.incidents:
        at = np.arange(first, last, dtype=np.int64)
        for incident in series.incidents:
            value = _disturbed(value, at, incident)
    np.maximum(value, 0.0, out=value)
    if series.whole:
        value += _random(first, last, series.seed + 1)
        np.floor(value, out=value)
    if series.sparse_zero:
        value = np.where(value == 0, np.nan, value)
    return value


def _wave(peak_hour: float, first: int, last: int) -> Values:
    """The day's wave, -1..1: a day computed once, and repeated."""
    start = first % _DAY
    return _waves(peak_hour, -(-(start + last - first) // _DAY))[start : start + last - first]


@lru_cache(maxsize=32)
def _waves(peak_hour: float, days: int) -> Values:
    day = np.cos(2 * math.pi * (np.arange(_DAY) / 60.0 - peak_hour) / 24.0)
    return np.tile(day, days)


def _disturbed(value: Values, at: NDArray[np.int64], incident: Incident) -> Values:
    during = (at >= incident.start) & ((at < incident.end) | incident.stays)
    progress = np.clip((at - incident.start) / max(incident.end - incident.start, 1.0), 0.0, 1.0)
    return np.where(during, value * incident.factor + incident.add + incident.ramp * progress, value)


def _random(first: int, last: int, seed: int) -> Values:
    """An even number in [0, 1) for each minute, always the same for the same seed: a piece of one table.

    Ninety days of a series are then copied, not computed. The table is longer than that: nothing repeats within.
    """
    start = (first + _place(seed)) % _TABLE
    return _table(1 + (start + last - first) // _TABLE)[start : start + last - first]


@lru_cache(maxsize=65_536)
def _place(seed: int) -> int:
    """Where in the table a series begins."""
    return int(_hashed(np.array([seed & _MASK], dtype=np.uint64))[0] % np.uint64(_TABLE))


@lru_cache(maxsize=8)
def _table(times: int) -> Values:
    even: Values = (_hashed(np.arange(_TABLE, dtype=np.uint64)) >> np.uint64(11)).astype(np.float64)
    return np.tile(even / float(1 << 53), times)


def _hashed(x: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """splitmix64."""
    with np.errstate(over="ignore"):
        x = x + np.uint64(0x9E3779B97F4A7C15)
        x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return x ^ (x >> np.uint64(31))


_WHOLE: dict[str, Callable[[Values], Any]] = {
    "Sum": lambda samples: samples.sum(axis=1),
    "Average": lambda samples: samples.mean(axis=1),
    "Maximum": lambda samples: samples.max(axis=1),
}
"""The usual ones where nothing is missing: three times as fast."""


def statistic(samples: Values, stat: str) -> Values:
    """One statistic of each row of samples (nan: not sent). Raises ValueError for a statistic that is not known."""
    sent = ~np.isnan(samples)
    if sent.all():
        if stat in _WHOLE:
            return np.asarray(_WHOLE[stat](samples))
        if _is_percentile(stat):
            return _percentile(samples, float(stat[1:]))
    filled = np.where(sent, samples, 0.0)
    count = sent.sum(axis=1).astype(np.float64)
    known: dict[str, Callable[[], Any]] = {
        "SampleCount": lambda: count,
        "Sum": lambda: filled.sum(axis=1),
        "Average": lambda: filled.sum(axis=1) / np.maximum(count, 1.0),
        "Maximum": lambda: np.where(sent, samples, -np.inf).max(axis=1),
        "Minimum": lambda: np.where(sent, samples, np.inf).min(axis=1),
    }
    if stat in known:
        return np.asarray(known[stat]())
    if _is_percentile(stat):
        present = np.where(sent.any(axis=1, keepdims=True), samples, 0.0)
        return np.asarray(np.nanpercentile(present, float(stat[1:]), axis=1))
    raise ValueError(stat)


def _is_percentile(stat: str) -> bool:
    return stat.startswith("p") and 0 <= float(stat[1:]) <= 100


def _percentile(samples: Values, share: float) -> Values:
    """As numpy's, between the two nearest samples; it sorts along the other axis, and takes ten times as long."""
    rank = share / 100 * (samples.shape[1] - 1)
    low = math.floor(rank)
    high = min(low + 1, samples.shape[1] - 1)
    parted = np.sort(samples, axis=1)  # faster than a partition, of so few
    found: Values = parted[:, low] + (parted[:, high] - parted[:, low]) * (rank - low)
    return found
