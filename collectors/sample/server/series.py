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
from typing import Any

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]
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
    at = np.arange(first, last, dtype=np.int64)
    wave = np.cos(2 * math.pi * (at / 60.0 - series.peak_hour) / 24.0)
    value = series.base * (1 + series.amplitude * wave)
    value = value * (1 + series.noise * (2 * _random(at, series.seed) - 1))
    for incident in series.incidents:
        value = _disturbed(value, at, incident)
    value = np.maximum(value, 0.0)
    if series.whole:
        value = np.floor(value + _random(at, series.seed + 1))
    if series.sparse_zero:
        value = np.where(value == 0, np.nan, value)
    return value


def _disturbed(value: Values, at: NDArray[np.int64], incident: Incident) -> Values:
    during = (at >= incident.start) & ((at < incident.end) | incident.stays)
    progress = np.clip((at - incident.start) / max(incident.end - incident.start, 1.0), 0.0, 1.0)
    return np.where(during, value * incident.factor + incident.add + incident.ramp * progress, value)


def _random(at: NDArray[np.int64], seed: int) -> Values:
    """An even number in [0, 1) for each minute, always the same for the same seed (splitmix64)."""
    with np.errstate(over="ignore"):
        x = at.astype(np.uint64) + np.uint64((seed * 0x9E3779B97F4A7C15) & 0xFFFFFFFFFFFFFFFF)
        x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        x = x ^ (x >> np.uint64(31))
    even: Values = (x >> np.uint64(11)).astype(np.float64) / float(1 << 53)
    return even


def statistic(samples: Values, stat: str) -> Values:
    """One statistic of each row of samples (nan: not sent). Raises ValueError for a statistic that is not known."""
    sent = ~np.isnan(samples)
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
    if stat.startswith("p") and 0 <= float(stat[1:]) <= 100:
        present = np.where(sent.any(axis=1, keepdims=True), samples, 0.0)
        return np.asarray(np.nanpercentile(present, float(stat[1:]), axis=1))
    raise ValueError(stat)
