"""Steps of single events held as numbers, in columns: some 80 bytes each with their ids, and 200 while they are joined and summed up."""

from array import array
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import numpy as np

from collectors.delivered.steps import BAD, Step, Type

HOUR = timedelta(hours=1)
MASK = (1 << 64) - 1
STAGE_NAMES = (
    *("received", "rejected", "unmatched", "matched", "tried", "retried", "throttled", "refused"),
    *("succeeded", "failed", "dead_lettered"),
)
_AT = {name: number for number, name in enumerate(STAGE_NAMES)}
_ENDS = [_AT[name] for name in ("succeeded", "failed", "dead_lettered")]
_DONE = [*_ENDS, _AT["unmatched"], _AT["rejected"]]
_TRIES = [_AT[name] for name in ("retried", "throttled")]
MOST_OPEN = 500_000
"""Events of one location whose type is remembered for the next run; the oldest are forgotten first."""

UNKNOWN: Type = (None, None, None)


class Place(NamedTuple):
    """Where and when something became of an event."""

    hour: datetime
    resource: str
    rule: str | None
    target: str | None


class Open(NamedTuple):
    """Events of one type that came in one hour and whose end was not seen: hashes of their ids, ascending."""

    type: Type
    hour: datetime
    events: Any


@dataclass
class Sum:
    """Counts of one key; `stages` as in steps.STAGES."""

    first: datetime
    last: datetime
    stages: Counter[str] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)
    latency: int = 0
    latency_count: int = 0
    latency_max: int = 0
    duration: int = 0
    duration_count: int = 0

    def add(self, other: "Sum") -> None:
        """Put another one of the same key to it."""
        self.first, self.last = min(self.first, other.first), max(self.last, other.last)
        self.stages.update(other.stages)
        self.codes.update(other.codes)
        self.latency += other.latency
        self.latency_count += other.latency_count
        self.latency_max = max(self.latency_max, other.latency_max)
        self.duration += other.duration
        self.duration_count += other.duration_count


class Held:
    """The steps, and what their numbers stand for. `known` are types that an earlier run saw."""

    def __init__(self, known: Sequence[Open] = ()) -> None:
        self._places: dict[Place, int] = {}
        self._types: dict[Type, int] = {}
        self._told: dict[tuple[tuple[int, ...], str | None], int] = {}
        """Counts by stage, and the code."""
        self._known = [(self._number(self._types, one.type), one.hour, one.events) for one in known]
        self._columns = [array(kind) for kind in "QIiIqQqq"]

    def add(self, step: Step) -> None:
        """Hold one more."""
        place = Place(hour_of(step.at), step.resource, step.rule, step.target)
        counts = tuple(step.counts.get(name, 0) for name in STAGE_NAMES)
        values = (
            step.event & MASK,
            self._number(self._places, place),
            self._number(self._types, step.type) if step.is_typed else -1,
            self._number(self._told, (counts, step.code)),
            round(step.at.timestamp() * 1e6),
            (step.invocation or 0) & MASK,
            step.latency[0] if step.latency else -1,
            step.duration[0] if step.duration else -1,
        )
        for column, value in zip(self._columns, values, strict=True):
            column.append(value)

    @staticmethod
    def _number(numbers: dict[Any, int], one: Any) -> int:
        return numbers.setdefault(one, len(numbers))

    def sums(self) -> list[tuple[Place, Type, Sum]]:
        """What they add up to, by place and by the type of their events."""
        event, place, kind, told, at, invocation, latency, duration = self._arrays()
        if not len(event):
            return []
        counts = self._counts()
        types = [*self._types, UNKNOWN]
        kind = self._types_of(event, kind)
        counting = np.flatnonzero(counts.any(axis=1)[told])
        pairs = place.astype(np.int64) * len(types) + kind % len(types)  # -1 is the last: not known
        keys, group = np.unique(pairs[counting], return_inverse=True)
        failed = self._failed(counts, event, place, told, at, invocation)[counting]
        told, at = told[counting], at[counting]
        first, last = np.full(len(keys), at.max(initial=0)), np.full(len(keys), at.min(initial=0))
        np.minimum.at(first, group, at)
        np.maximum.at(last, group, at)
        places = list(self._places)
        made = [
            Sum(_time(begin), _time(end)) for begin, end in zip(first.tolist(), last.tolist(), strict=True)
        ]
        for number, name in enumerate(STAGE_NAMES):
            of_stage = failed if name == "failed" else counts[told, number]
            if of_stage.any():
                totals = np.bincount(group, of_stage, len(keys)).astype(np.int64)
                for at_key in np.flatnonzero(totals).tolist():
                    made[at_key].stages[name] = int(totals[at_key])
        self._add_codes(made, counts, group, told)
        _add_times(made, group, latency[counting], duration[counting])
        named = zip(keys.tolist(), made, strict=True)
        return [(places[key // len(types)], types[key % len(types)], one) for key, one in named]

    def _arrays(self) -> tuple[Any, ...]:
        return tuple(np.frombuffer(column, column.typecode) for column in self._columns)

    def _counts(self) -> Any:
        return np.array([counts for counts, _ in self._told], np.int64).reshape(-1, len(STAGE_NAMES))

    def _types_of(self, event: Any, kind: Any) -> Any:
        """For each step the number of its event's type; -1 where nothing told it."""
        typed = kind >= 0
        parts = [(np.full(len(events), number), events) for number, _, events in self._known]
        kinds = np.concatenate([*(part[0] for part in parts), kind[typed]])
        events, first = np.unique(
            np.concatenate([*(part[1] for part in parts), event[typed]]), return_index=True
        )
        if not len(events):
            return np.full(len(event), -1)
        where = np.minimum(np.searchsorted(events, event), len(events) - 1)
        return np.where(events[where] == event, kinds[first][where], -1).astype(np.int64)

    def _failed(self, counts: Any, event: Any, place: Any, told: Any, at: Any, invocation: Any) -> Any:
        """How many failed by each step: whether an event that was dead-lettered is also told as failed, the guide does not say.

        It failed once, when the first of both was told.
        """
        worst = np.maximum(counts[:, _AT["failed"]], counts[:, _AT["dead_lettered"]])[told]
        ways: dict[tuple[str, str | None, str | None], int] = {}
        of_place = np.array([self._number(ways, one[1:]) for one in self._places], np.int64)
        ends = np.flatnonzero(worst)
        columns = (of_place[place[ends]], event[ends], invocation[ends])
        order = np.lexsort((at[ends], *columns))
        again = np.ones(len(order), bool)
        again[:1] = False
        for column in columns:
            again[1:] &= column[order][1:] == column[order][:-1]
        worst[ends[order[again]]] = 0
        return worst

    def _add_codes(self, made: Sequence[Sum], counts: Any, group: Any, told: Any) -> None:
        codes = [code for _, code in self._told]
        bad = counts[:, [_AT[name] for name in BAD]].sum(axis=1)
        coded = (bad > 0) & np.array([code is not None for code in codes], bool)
        there = coded[told]
        pairs, times = np.unique(group[there] * len(codes) + told[there], return_counts=True)
        for pair, count in zip(pairs.tolist(), times.tolist(), strict=True):
            of, number = divmod(pair, len(codes))
            made[of].codes[codes[number] or ""] += count * int(bad[number])

    def open(self, since: datetime) -> list[Open]:
        """Events that came to a bus since then, and whose end was not seen: how they ended may be told by the next run only."""
        event, place, kind, told, _, invocation, *_ = self._arrays()
        counts = self._counts()
        at_bus = np.array([one.rule is None for one in self._places], bool)
        hours = np.array([_number_of(one.hour) for one in self._places], np.int64)
        came = np.flatnonzero((kind >= 0) & at_bus[place]) if len(event) else np.zeros(0, np.int64)
        parts = [(events, number, _number_of(hour)) for number, hour, events in self._known]
        known = [(one, np.full(len(one), number), np.full(len(one), hour)) for one, number, hour in parts]
        columns = zip(*known, (event[came], kind[came], hours[place[came]]), strict=True)
        events, kinds, at = (np.concatenate(column) for column in columns)
        events, first = np.unique(events, return_index=True)
        kinds, at = kinds[first], at[first]
        stays = (at >= _number_of(since)) & ~np.isin(events, event[counts[:, _DONE].any(axis=1)[told]])
        stays |= (at >= _number_of(since)) & np.isin(events, _under_way(counts, event, told, invocation))
        newest = np.argsort(-at[stays], kind="stable")[:MOST_OPEN]
        events, kinds, at = (column[stays][newest] for column in (events, kinds, at))
        types, found = list(self._types), []
        for hour, number in sorted(set(zip(at.tolist(), kinds.tolist(), strict=True))):
            mine = np.sort(events[(at == hour) & (kinds == number)])
            found.append(Open(types[number], datetime.fromtimestamp(hour * 3600, UTC), mine))
        return found


def _under_way(counts: Any, event: Any, told: Any, invocation: Any) -> Any:
    """Events of which a delivery was tried again, and not ended."""
    one = event ^ (invocation * np.uint64(0x9E3779B97F4A7C15))
    tried, ended = (counts[:, stages].any(axis=1)[told] for stages in (_TRIES, _ENDS))
    return event[tried & ~np.isin(one, one[ended])]


def _add_times(made: Sequence[Sum], group: Any, latency: Any, duration: Any) -> None:
    """Latency and duration of the steps that tell them (those that do not have -1)."""
    for name, values in (("latency", latency), ("duration", duration)):
        there = values >= 0
        total, longest = np.zeros(len(made), np.int64), np.zeros(len(made), np.int64)
        np.add.at(total, group[there], values[there])
        np.maximum.at(longest, group[there], values[there])
        count = np.bincount(group[there], minlength=len(made))
        for at in np.flatnonzero(count).tolist():
            setattr(made[at], name, int(total[at]))
            setattr(made[at], f"{name}_count", int(count[at]))
            if name == "latency":
                made[at].latency_max = int(longest[at])


def hour_of(at: datetime) -> datetime:
    """The hour that a time lies in."""
    return at.replace(minute=0, second=0, microsecond=0)


def _number_of(hour: datetime) -> int:
    return int(hour.timestamp()) // 3600


def _time(micros: int) -> datetime:
    return datetime.fromtimestamp(0, UTC) + timedelta(microseconds=micros)
