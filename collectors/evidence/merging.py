"""Earlier rows of `traces` and new readings → the rows as they are now. Columns, never records: a year has millions of hours."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from collectors.evidence.reading import KEY, TRACES, Reading

ORDER = ("source", "detail_type", "principal")
"""How the frame is sorted: what a page asks for then lies together in the file."""
_SUMS = ("events", "failed")
_SPAN = ("first_seen", "last_seen")


def merge(earlier: pa.Table, readings: Sequence[Reading], since: datetime | None = None) -> pa.Table:
    """The rows of one scope as TRACES, by ORDER. Hours before `since` are dropped, and rows that have no hour left.

    `earlier` is the scope's part of the frame. Rows of a version that knew no lists of hours are left out.
    """
    old = earlier.filter(pc.is_valid(earlier["hours"])).combine_chunks()
    new = [reading.rows for reading in readings]
    spans = pa.concat_tables([part.select([*KEY, *_SPAN]) for part in (old, *new)])
    group, first_row = _groups(spans, KEY)
    parts = [_old_hours(old, group[: len(old)], readings, since)]
    at = len(old)
    for rows in new:
        hours = (_micros(rows["hour"]), *(rows[name].to_numpy() for name in _SUMS))
        parts.append((group[at : at + len(rows)], *hours))
        at += len(rows)
    columns = [np.concatenate([part[n] for part in parts]) for n in range(4)]
    if since:
        columns = [column[columns[1] >= _micro(since)] for column in columns]
    return _rows(spans, group, first_row, _by_hour(*columns))


def _groups(table: pa.Table, names: Sequence[str]) -> tuple[Any, Any]:
    """For each row the number of its group, and for each group one of its rows. Null is a value like any other."""
    code = np.zeros(len(table), np.int64)
    for name in names:
        column = table[name].combine_chunks().dictionary_encode(null_encoding="encode")
        column = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
        pair = code * max(len(column.dictionary), 1) + column.indices.to_numpy()
        code = np.unique(pair, return_inverse=True)[1]
    first = np.unique(code, return_index=True)[1]
    return code, first


def _old_hours(
    old: pa.Table, group: Any, readings: Sequence[Reading], since: datetime | None
) -> tuple[Any, ...]:
    """(group, hour, events, failed) of the earlier rows' lists, without those that a reading replaces."""
    counts = pc.list_value_length(old["hours"]).to_numpy()
    row = np.repeat(np.arange(len(old)), counts)
    hour = _micros(pc.list_flatten(old["hours"]))
    sums = [pc.list_flatten(old[f"{name}_by_hour"]).to_numpy() for name in _SUMS]
    stays = np.ones(len(row), bool) if since is None else hour >= _micro(since)
    for reading in readings:
        if reading.replaces:
            begin, end = (_micro(at) for at in reading.replaces)
            same = pc.equal(old["evidence"], reading.evidence).to_numpy()
            stays &= ~(same[row] & (hour >= begin) & (hour < end))
    return (group[row][stays], hour[stays], *(one[stays] for one in sums))


def _by_hour(group: Any, hour: Any, events: Any, failed: Any) -> tuple[Any, ...]:
    """The same, sorted, each hour of a group once. A stable sort of what is nearly sorted takes little more than a copy."""
    order = np.lexsort((hour, group))
    group, hour = group[order], hour[order]
    starts = np.flatnonzero(np.r_[True, (group[1:] != group[:-1]) | (hour[1:] != hour[:-1])][: len(group)])
    if not len(starts):
        return group, hour, events, failed
    return (
        *(one[starts] for one in (group, hour)),
        *(np.add.reduceat(one[order], starts) for one in (events, failed)),
    )


def _rows(spans: pa.Table, group: Any, first_row: Any, hours: tuple[Any, ...]) -> pa.Table:
    of, hour, events, failed = hours
    there, starts = np.unique(of, return_index=True)
    offsets = pa.array(np.r_[starts, len(of)], pa.int32())
    found = spans.select(KEY).take(pa.array(first_row[there]))
    begin, end = (_micros(spans[name]) for name in _SPAN)
    first = np.full(len(first_row), np.iinfo(np.int64).max)
    last = np.full(len(first_row), np.iinfo(np.int64).min)
    np.minimum.at(first, group, begin)
    np.maximum.at(last, group, end)
    columns = {name: found[name] for name in KEY} | {
        "events": np.add.reduceat(events, starts) if len(starts) else events,
        "failed": np.add.reduceat(failed, starts) if len(starts) else failed,
        "first_seen": pa.array(first[there]),
        "last_seen": pa.array(last[there]),
        "hours": pa.ListArray.from_arrays(
            offsets, pa.array(hour).cast(TRACES.field("hours").type.value_type)
        ),
        "events_by_hour": pa.ListArray.from_arrays(offsets, pa.array(events)),
        "failed_by_hour": pa.ListArray.from_arrays(offsets, pa.array(failed)),
    }
    arrays = [
        pa.chunked_array([pa.array(c) if isinstance(c, np.ndarray) else c])
        if not isinstance(c, pa.ChunkedArray)
        else c
        for c in (columns[name] for name in TRACES.names)
    ]
    table = pa.table(
        [array.cast(field.type) for array, field in zip(arrays, TRACES, strict=True)], schema=TRACES
    )
    return table.sort_by([(name, "ascending") for name in ORDER])


def _micros(times: Any) -> Any:
    return times.cast(pa.int64()).to_numpy()


def _micro(at: datetime) -> int:
    return round(at.timestamp() * 1e6)
