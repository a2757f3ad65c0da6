"""Earlier rows of `traces` and new readings → the rows as they are now. Columns, never records: a year has millions of hours."""

import itertools
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from collectors.evidence.reading import KEY, TRACES, Reading

ORDER = ("source", "detail_type", "principal")
"""How the frame is sorted: what a page asks for then lies together in the file."""
AT_A_TIME = 300_000
"""Hours that are merged at a time."""
_SUMS = ("events", "failed")
_BITS, _HOUR = 24, 3_600_000_000
"""Hours since 1970 fit into so many bits; an hour in µs."""
_SPAN = ("first_seen", "last_seen")
_LONGEST, _SHORTEST = np.iinfo(np.int64).max, np.iinfo(np.int64).min


def merge(
    earlier: pa.Table,
    readings: Sequence[Reading],
    since: datetime | None = None,
    begin_of_way: datetime | None = None,
    kept: Sequence[datetime] = (),
) -> pa.Table:
    """The rows of one scope as TRACES. Hours before `since` are dropped, and rows that have no hour left.

    `earlier` is the scope's part of the frame. Rows of a version that knew no lists of hours are left out.
    Readings say nothing of hours before `begin_of_way` (takes_over): those stay as they were read in another way. So do `kept`
    ones (less_than_known).
    """
    known = np.array([_micro(hour) for hour in kept], np.int64)
    old = _with_hours(earlier)
    tables = [old, *(reading.rows for reading in readings)]
    keys = pa.concat_tables([table.select([*KEY, *_SPAN]) for table in tables])
    group, row_of = _groups(keys)
    first, last = np.full(len(row_of), _LONGEST), np.full(len(row_of), _SHORTEST)
    np.minimum.at(first, group, _micros(keys["first_seen"]))
    np.maximum.at(last, group, _micros(keys["last_seen"]))
    keys = keys.select(KEY).take(pa.array(row_of))
    parts = _in_order(tables, group)
    merged = [TRACES.empty_table()]
    for begin, end in _blocks(parts, len(keys)):
        columns = []
        for number, (table, of) in enumerate(parts):
            at, until = np.searchsorted(of, (begin, end)).tolist()
            part = table.slice(at, until - at)
            hours = _hours(part, of[at:until] - begin)
            stays = np.ones(len(hours[0]), bool) if since is None else hours[1] >= _micro(since)
            is_kept = np.isin(hours[1], known)
            if number == 0:
                stays &= is_kept | _unreplaced(part, hours, readings, begin_of_way)
            else:
                stays &= ~is_kept
                if begin_of_way is not None:
                    stays &= hours[1] >= _micro(begin_of_way)
            columns.append([column[stays] for column in hours[:4]])
        joined = [np.concatenate(column) for column in zip(*columns, strict=True)]
        merged.append(nested(keys.slice(begin, end - begin), (first[begin:end], last[begin:end]), joined))
    return pa.concat_tables(merged)


def takes_over(earlier: pa.Table, readings: Sequence[Reading]) -> datetime | None:
    """From which hour on readings of another way stand for what was known: as far back as they tell as much from there on.

    The same call read in two ways must not count twice, and what only the old way told must not go because of a stray record.
    None when nothing was known.
    """
    old = _with_hours(earlier)
    if not len(old):
        return None
    hours, balance = _balance(_hours(old, np.zeros(len(old), np.int64)), readings)
    lacking = np.flatnonzero(np.cumsum(balance[::-1])[::-1] < 0)
    first = hours[0] if not len(lacking) else hours[lacking[-1]] + _HOUR
    return datetime.fromtimestamp(int(first) / 1e6, UTC)


def less_than_known(
    earlier: pa.Table, readings: Sequence[Reading], begin_of_way: datetime | None
) -> list[datetime]:
    """Hours that readings of the same way would replace, and of which they tell less than was known.

    What they were read from may be gone: log groups and buckets keep no record for ever.
    """
    first = min((one.replaces[0] for one in readings if one.replaces), default=None)
    if first is None:
        return []
    # a year of hours need not be looked at for the sake of some days
    old = _with_hours(earlier.filter(pc.greater_equal(earlier["last_seen"], pa.scalar(first))))
    hours = _hours(old, np.zeros(len(old), np.int64))
    replaced = ~_unreplaced(old, hours, readings, begin_of_way)
    there, balance = _balance(tuple(column[replaced] for column in hours), readings)
    return [datetime.fromtimestamp(hour / 1e6, UTC) for hour in there[balance < 0].tolist()]


def _balance(old: tuple[Any, ...], readings: Sequence[Reading]) -> tuple[Any, Any]:
    """Hours, and how many entries more the readings tell of each than the old ones (as _hours gives them)."""
    new = [_hours(reading.rows, np.zeros(len(reading.rows), np.int64)) for reading in readings]
    change = np.concatenate([-(old[2] + old[3]), *(part[2] + part[3] for part in new)])
    hours, of = np.unique(np.concatenate([part[1] for part in (old, *new)]), return_inverse=True)
    balance = np.zeros(len(hours), np.int64)
    np.add.at(balance, of, change)
    return hours, balance


def _with_hours(earlier: pa.Table) -> pa.Table:
    known = pc.is_valid(earlier["hours"])
    return earlier if pc.all(known).as_py() else earlier.filter(known)


def _in_order(tables: Sequence[pa.Table], group: Any) -> list[tuple[pa.Table, Any]]:
    """Each table with the groups of its rows, ascending. Earlier rows are so already, and are not copied."""
    parts = []
    for table, of in zip(tables, np.split(group, np.cumsum([len(one) for one in tables])[:-1]), strict=True):
        if (of[1:] < of[:-1]).any():
            order = np.argsort(of, kind="stable")
            parts.append((table.take(pa.array(order)), of[order]))
        else:
            parts.append((table, of))
    return parts


def _blocks(parts: Sequence[tuple[pa.Table, Any]], count: int) -> Iterator[tuple[int, int]]:
    """Ranges of groups with so many hours each: what is merged at a time bounds the memory that it takes."""
    sizes = np.zeros(count, np.int64)
    for table, of in parts:
        is_nested = "hours" in table.column_names
        np.add.at(sizes, of, pc.list_value_length(table["hours"]).to_numpy() if is_nested else 1)
    edges = np.flatnonzero(np.diff(np.cumsum(sizes) // AT_A_TIME)) + 1
    yield from itertools.pairwise([0, *edges.tolist(), count])


def nested(keys: pa.Table, span: tuple[Any, Any], hours: Sequence[Any]) -> pa.Table:
    """TRACES: a row for each of `keys` that has hours, with its lists.

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
    return pa.table({field.name: columns[field.name].cast(field.type) for field in TRACES}, TRACES)


def by_hour(group: Any, hour: Any, events: Any, failed: Any) -> tuple[Any, Any, Any, Any]:
    """The same, sorted, each hour of a group once."""
    # one number for both: a stable sort of what is nearly in order, as earlier rows are, takes little more than a copy
    both = (group << _BITS) + hour // _HOUR
    order = np.argsort(both, kind="stable")
    both = both[order]
    is_first = np.r_[True, both[1:] != both[:-1]][: len(both)]
    of, again = np.cumsum(is_first) - 1, ~is_first
    sums = []
    for values in (events[order], failed[order]):
        total = values[is_first]
        np.add.at(total, of[again], values[again])
        sums.append(total)
    both = both[is_first]
    return both >> _BITS, (both & ((1 << _BITS) - 1)) * _HOUR, *sums


def _sums(values: Any, starts: Any) -> Any:
    return np.add.reduceat(values, starts) if len(starts) else values[:0]


def _groups(table: pa.Table) -> tuple[Any, Any]:
    """For each row the number of its group by KEY, and for each group one of its rows. Null is a value like any other."""
    code = np.zeros(len(table), np.int64)
    for name in KEY:
        column = table[name].combine_chunks().dictionary_encode(null_encoding="encode")
        pair = code * max(len(column.dictionary), 1) + column.indices.to_numpy()
        code = np.unique(pair, return_inverse=True)[1]
    first = np.unique(code, return_index=True)[1]
    order = np.argsort(first)  # groups are numbered as they come
    number = np.empty_like(order)
    number[order] = np.arange(len(order))
    return number[code], first[order]


def _hours(table: pa.Table, group: Any) -> tuple[Any, ...]:
    """(group, hour, events, failed, row) by hour, of a table whose rows are hours or have lists of them."""
    if "hours" not in table.column_names:
        columns = (table[name].to_numpy() for name in _SUMS)
        return group, _micros(table["hour"]), *columns, np.arange(len(table))
    row = np.repeat(np.arange(len(table)), pc.list_value_length(table["hours"]).to_numpy())
    columns = (pc.list_flatten(table[f"{name}_by_hour"]).to_numpy() for name in _SUMS)
    return group[row], _micros(pc.list_flatten(table["hours"])), *columns, row


def _unreplaced(
    old: pa.Table, hours: tuple[Any, ...], readings: Sequence[Reading], begin_of_way: datetime | None
) -> Any:
    """For each earlier hour, whether no reading takes its place."""
    _, hour, _, _, row = hours
    stays = np.ones(len(row), bool)
    for reading in readings:
        if reading.replaces:
            begin, end = (_micro(at) for at in reading.replaces)
            begin = begin if begin_of_way is None else max(begin, _micro(begin_of_way))
            of_it = np.ones(len(old), bool)
            if reading.evidence is not None:
                of_it = pc.equal(old["evidence"], reading.evidence).to_numpy()
            stays &= ~(of_it[row] & (hour >= begin) & (hour < end))
    return stays


def _micros(times: Any) -> Any:
    return times.cast(pa.int64()).to_numpy()


def _micro(at: datetime) -> int:
    return round(at.timestamp() * 1e6)
