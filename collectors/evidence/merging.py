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
_LONGEST, _SHORTEST = np.iinfo(np.int64).max, np.iinfo(np.int64).min


def merge(earlier: pa.Table, readings: Sequence[Reading], since: datetime | None = None) -> pa.Table:
    """The rows of one scope as TRACES, by ORDER. Hours before `since` are dropped, and rows that have no hour left.

    `earlier` is the scope's part of the frame. Rows of a version that knew no lists of hours are left out.
    """
    old = earlier.filter(pc.is_valid(earlier["hours"]))
    tables = [old, *(reading.rows for reading in readings)]
    keys = pa.concat_tables([table.select([*KEY, *_SPAN]) for table in tables])
    group, row_of = _groups(keys)
    parts, at = [], 0
    for table in tables:
        parts.append(_hours(table, group[at : at + len(table)]))
        at += len(table)
    stays = _unreplaced(old, parts[0], readings)
    parts[0] = tuple(column[stays] for column in parts[0][:4])
    columns = [np.concatenate([part[n] for part in parts]) for n in range(4)]
    if since:
        columns = [column[columns[1] >= _micro(since)] for column in columns]
    first, last = np.full(len(row_of), _LONGEST), np.full(len(row_of), _SHORTEST)
    np.minimum.at(first, group, _micros(keys["first_seen"]))
    np.maximum.at(last, group, _micros(keys["last_seen"]))
    return nested(keys.select(KEY).take(pa.array(row_of)), (first, last), columns)


def nested(keys: pa.Table, span: tuple[Any, Any], hours: Sequence[Any]) -> pa.Table:
    """TRACES, sorted: a row for each of `keys` that has hours, with its lists.

    `span` is when each key was first and last seen. `hours` are columns, in any order: which row of `keys`, the hour, events,
    failed. Times are µs since 1970.
    """
    group, hour, events, failed = by_hour(*hours)
    first, last = span
    there, starts = np.unique(group, return_index=True)
    offsets = pa.array(np.r_[starts, len(group)], pa.int32())
    of_key = keys.take(pa.array(there))
    of_hour = {"hours": hour, "events_by_hour": events, "failed_by_hour": failed}
    columns = {name: of_key[name] for name in KEY} | {
        "events": pa.array(_sums(events, starts)),
        "failed": pa.array(_sums(failed, starts)),
        "first_seen": pa.array(first[there]),
        "last_seen": pa.array(last[there]),
    }
    for name, values in of_hour.items():
        typed = pa.array(values).cast(TRACES.field(name).type.value_type)
        columns[name] = pa.ListArray.from_arrays(offsets, typed)
    table = pa.table({field.name: columns[field.name].cast(field.type) for field in TRACES}, TRACES)
    return table.sort_by([(name, "ascending") for name in ORDER])


def by_hour(group: Any, hour: Any, events: Any, failed: Any) -> tuple[Any, Any, Any, Any]:
    """The same, sorted, each hour of a group once."""
    order = np.lexsort((hour, group))
    group, hour = group[order], hour[order]
    changes = (group[1:] != group[:-1]) | (hour[1:] != hour[:-1])
    starts = np.flatnonzero(np.r_[True, changes][: len(group)])
    return group[starts], hour[starts], _sums(events[order], starts), _sums(failed[order], starts)


def _sums(values: Any, starts: Any) -> Any:
    return np.add.reduceat(values, starts) if len(starts) else values[:0]


def _groups(table: pa.Table) -> tuple[Any, Any]:
    """For each row the number of its group by KEY, and for each group one of its rows. Null is a value like any other."""
    code = np.zeros(len(table), np.int64)
    for name in KEY:
        column = table[name].combine_chunks().dictionary_encode(null_encoding="encode")
        pair = code * max(len(column.dictionary), 1) + column.indices.to_numpy()
        code = np.unique(pair, return_inverse=True)[1]
    return code, np.unique(code, return_index=True)[1]


def _hours(table: pa.Table, group: Any) -> tuple[Any, ...]:
    """(group, hour, events, failed, row) by hour, of a table whose rows are hours or have lists of them."""
    if "hours" not in table.column_names:
        columns = (table[name].to_numpy() for name in _SUMS)
        return group, _micros(table["hour"]), *columns, np.arange(len(table))
    row = np.repeat(np.arange(len(table)), pc.list_value_length(table["hours"]).to_numpy())
    columns = (pc.list_flatten(table[f"{name}_by_hour"]).to_numpy() for name in _SUMS)
    return group[row], _micros(pc.list_flatten(table["hours"])), *columns, row


def _unreplaced(old: pa.Table, hours: tuple[Any, ...], readings: Sequence[Reading]) -> Any:
    """For each earlier hour, whether no reading takes its place."""
    _, hour, _, _, row = hours
    stays = np.ones(len(row), bool)
    for reading in readings:
        if reading.replaces:
            begin, end = (_micro(at) for at in reading.replaces)
            of_it = np.ones(len(old), bool)
            if reading.evidence is not None:
                of_it = pc.equal(old["evidence"], reading.evidence).to_numpy()
            stays &= ~(of_it[row] & (hour >= begin) & (hour < end))
    return stays


def _micros(times: Any) -> Any:
    return times.cast(pa.int64()).to_numpy()


def _micro(at: datetime) -> int:
    return round(at.timestamp() * 1e6)
