"""Points of many series added up at once: batches of the metrics frame in, a row of numbers a series out."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa

WINDOWS = (0.5, 3, 24)
"""Hours before the end of the collected range over which points are added up."""
VALID_HOURS = 3
"""How old a last point may be to tell of now."""
USUAL_DAYS = 7
_HOUR = 3_600_000_000  # microseconds
NUMBERS = 11
"""Sums over each of WINDOWS, their points, peak, last, last but one, grown, silent: as Series tells them."""


def numbers(batch: pa.RecordBatch) -> Any:
    """A row a series: the numbers of Series, in their order."""
    ends = microseconds(batch["end"])
    begins, lengths, times = flat(batch["times"])
    values = flat(batch["values"])[2].to_numpy(zero_copy_only=False)
    before_end = np.repeat(ends, lengths) - microseconds(times)
    inside = [before_end <= hours * _HOUR for hours in WINDOWS]
    columns = [_added(np.where(there, values, 0.0), begins, lengths) for there in inside]
    columns += [_added(there.astype(np.float64), begins, lengths) for there in inside]
    peaks = np.full(len(lengths), -np.inf)
    full = lengths > 0
    if full.any():
        peaks[full] = np.maximum.reduceat(np.where(inside[1], values, -np.inf), begins[full])
    columns.append(np.where(np.isinf(peaks), np.nan, peaks))
    for back in (1, 2):
        at = np.clip(begins + lengths - back, 0, max(len(values) - 1, 0))
        there, ages = (
            one[at] if len(values) else np.zeros(len(lengths)) for one in (values, before_end / _HOUR)
        )
        # up to three hours and a window before the end; the one before it may be older
        columns.append(np.where((lengths >= back) & (ages <= VALID_HOURS + back - 1), there, np.nan))
    columns += [_grown(values, begins, lengths, inside[2]), _silent(values, begins, lengths, before_end)]
    columns[-1] -= np.array(batch["period_seconds"].to_pylist())
    return np.stack(columns, axis=1)


def _grown(values: Any, begins: Any, lengths: Any, inside: Any) -> Any:
    """How much each row rose in all, from point to point of those inside."""
    rises = np.zeros(len(values))
    if len(values):
        rises[1:] = np.maximum(np.diff(values), 0.0) * (inside[1:] & inside[:-1])
        rises[begins[lengths > 0]] = 0.0
    return _added(rises, begins, lengths)


def _silent(values: Any, begins: Any, lengths: Any, before_end: Any) -> Any:
    """Seconds from the start of each row's last point above zero to the end; nan where there is none."""
    found = np.full(len(lengths), np.inf)
    full = lengths > 0
    if full.any():
        since = np.where(values > 0, before_end / 1_000_000, np.inf)
        found[full] = np.minimum.reduceat(since, begins[full])
    return np.where(np.isinf(found), np.nan, found)


def history(batch: pa.RecordBatch, ends: Sequence[datetime]) -> Any:
    """A row a series: the numbers of Usual."""
    starts, until = (
        microseconds(batch["start"]),
        np.array([int(end.timestamp()) for end in ends]) * 1_000_000,
    )
    _, lengths, times = flat(batch["times"])
    values = flat(batch["values"])[2].to_numpy(zero_copy_only=False)
    count = len(lengths)
    row = np.repeat(np.arange(count), lengths)
    back = (until[row] - microseconds(times)) / _HOUR  # from the end to where the point's hour begins
    day = np.ceil(back / 24).astype(np.int64) - 1
    into = back - 24 * day
    same = (into < 4) & (day >= 1) & (day <= USUAL_DAYS)  # the hour lies in those three, or on their edge
    cell, same_values = (row * USUAL_DAYS + day - 1)[same], values[same]
    part = np.minimum(into[same], 3) - np.maximum(into[same] - 1, 0)
    size, shape = count * USUAL_DAYS, (count, USUAL_DAYS)
    each, least, most = (
        np.bincount(cell, same_values * weight, size).reshape(shape) / 3
        for weight in (part, part >= 1 - 1e-9, np.ones(len(part)))
    )
    points, sums = np.bincount(cell, minlength=size).reshape(shape), most * 3
    covered = (until[:, None] - (24 * np.arange(1, USUAL_DAYS + 1) + 3) * _HOUR) >= starts[:, None]
    counts = np.array([name == "Sum" for name in batch["statistic"].to_pylist()])[:, None]
    each = np.where(counts, each, sums / np.maximum(points, 1))
    known = np.where(counts, covered, points > 0)
    highs, lows = (np.full(size, worst) for worst in (-np.inf, np.inf))
    np.maximum.at(highs, cell, same_values)
    np.minimum.at(lows, cell, same_values)
    high = np.where(counts, most, highs.reshape(shape))
    low = np.where(counts, least, lows.reshape(shape))
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


def flat(lists: pa.Array) -> tuple[Any, Any, pa.Array]:
    """Where each row's list begins among all elements, how long it is, and the elements."""
    offsets = lists.offsets.to_numpy()
    first, last = int(offsets[0]), int(offsets[-1])
    return offsets[:-1] - first, np.diff(offsets), lists.values.slice(first, last - first)


def microseconds(times: pa.Array) -> Any:
    """Times as numbers: microseconds since 1970."""
    return times.cast(pa.timestamp("us", "UTC")).cast(pa.int64()).to_numpy(zero_copy_only=False)


def _added(values: Any, begins: Any, lengths: Any) -> Any:
    """The sum of each row's elements; rows may be empty."""
    sums = np.zeros(len(lengths), values.dtype)
    full = lengths > 0
    if full.any():
        sums[full] = np.add.reduceat(values, begins[full])
    return sums
