"""Sums over log files in any order: a record that comes twice counts once. Memory grows with the rows of the answer, not the input."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa

from collectors.evidence.merging import by_hour, nested
from collectors.evidence.put_events import Group, Parsed
from collectors.evidence.reading import KEY, TRACES
from collectors.evidence.remembered import Ids

HOUR = 3_600_000_000
"""µs."""
MANY = 1_000_000
"""Sums of an hour that are held before those of the same hour are added up."""

Place = tuple[str, str]
"""(account, region) that a record belongs to: the caller's."""


class Census:
    """Who put what, by the hour, over all files that were taken."""

    def __init__(self, ids: Ids) -> None:
        self.ids = ids
        self.records = 0
        self.too_old = 0
        """Records that were not counted since nothing tells whether they were before."""
        self._groups: dict[tuple[Group, str], int] = {}
        self._first = np.zeros(0, np.int64)
        self._last = np.zeros(0, np.int64)
        self._sums: list[tuple[Any, ...]] = []
        self._held = 0

    def take(self, parsed: Parsed, evidence: str, since: int | None = None) -> None:
        """Add the records of some files of one trail, those aside that were counted before; with `since` only those of that hour on."""
        self.records += len(parsed.call)
        hours = parsed.at // HOUR
        new = np.ones(len(hours), bool) if since is None else hours >= since
        self.too_old += int(np.count_nonzero(~new))
        new[new] = self.ids.new(hours[new], parsed.hashes[new])
        call, at = parsed.call[new], parsed.at[new]
        if not len(call):
            return
        group = self._numbers(parsed.groups, evidence)[parsed.group]
        self._span(parsed.of_call, group, call, at)
        calls = int(parsed.of_call[-1]) + 1
        # how often each call came in each hour, then each kind of entry of those calls
        pairs, times = np.unique(at // HOUR * calls + call, return_counts=True)
        begin, end = (np.searchsorted(parsed.of_call, pairs % calls, side) for side in ("left", "right"))
        count = end - begin
        kind = np.repeat(begin - np.cumsum(count) + count, count) + np.arange(count.sum())
        times, hour = np.repeat(times, count), np.repeat(pairs // calls, count) * HOUR
        self._add(group[kind], hour, parsed.accepted[kind] * times, parsed.failed[kind] * times)

    def table(self, wanted: Callable[[Place], bool]) -> pa.Table:
        """Rows of `traces` (TRACES) of the places that are wanted."""
        self._settle()
        group, hour, events, failed = self._sums[0] if self._sums else (np.zeros(0, np.int64),) * 4
        there = list(self._groups)
        ours = np.array([wanted((one.account, one.region)) for one, _ in there], bool)
        stays = ours[group]
        keys = [dict(zip(KEY, (*one[2:], evidence), strict=True)) for one, evidence in there]
        table = pa.Table.from_pylist(keys, pa.schema([TRACES.field(name) for name in KEY]))
        hours = [column[stays] for column in (group, hour, events, failed)]
        return nested(table, (self._first, self._last), hours)

    def _numbers(self, groups: list[Group], evidence: str) -> Any:
        known = self._groups
        numbers = np.array([known.setdefault((one, evidence), len(known)) for one in groups], np.int64)
        more = len(known) - len(self._first)
        self._first = np.r_[self._first, np.full(more, np.iinfo(np.int64).max)]
        self._last = np.r_[self._last, np.full(more, np.iinfo(np.int64).min)]
        return numbers

    def _span(self, of_call: Any, group: Any, call: Any, at: Any) -> None:
        """First and last time of each group."""
        calls = int(of_call[-1]) + 1
        first = np.full(calls, np.iinfo(np.int64).max)
        last = np.full(calls, np.iinfo(np.int64).min)
        np.minimum.at(first, call, at)
        np.maximum.at(last, call, at)
        np.minimum.at(self._first, group, first[of_call])
        np.maximum.at(self._last, group, last[of_call])

    def _add(self, *columns: Any) -> None:
        self._sums.append(columns)
        self._held += len(columns[0])
        if self._held > MANY + 2 * len(self._sums[0][0]):
            self._settle()

    def _settle(self) -> None:
        if self._sums:
            self._sums = [by_hour(*(np.concatenate(column) for column in zip(*self._sums, strict=True)))]
            self._held = len(self._sums[0][0])
