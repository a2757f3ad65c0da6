"""Steps summed up: by hour, bus, event type, calling account, rule and target. Rows of the frame `deliveries`.

An event's type may stand in the last record that is read: steps are held as numbers (held.py) and joined when all are there.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import compress
from typing import NamedTuple

import numpy as np

from collectors.delivered.held import HOUR, MASK, Held, Open, Sum, hour_of
from collectors.delivered.steps import BAD, LEVELS, Level, Step
from collectors.evidence.remembered import Ids
from collectors.records import Delivery

MOST_RECORDS = 5_000_000
"""Records of one location that are held at a time: 0.4 GB, and 1 GB while they are joined."""


class Key(NamedTuple):
    """What tells a row from all others of its evidence."""

    hour: datetime
    resource: str
    source: str | None
    detail_type: str | None
    caller: str | None
    rule: str | None
    target: str | None


class Census:
    """Sums over the records of one location, in any order. `known` are types of events that came before what is read."""

    def __init__(self, known: Sequence[Open] = ()) -> None:
        self.levels: dict[tuple[str, datetime], Level] = {}
        self.records = 0
        self.open: list[Open] = []
        """Events whose end was not seen; once it is settled."""
        self._ids = Ids()
        self._held = Held(known)
        self._sums: dict[Key, Sum] = {}

    @property
    def is_full(self) -> bool:
        """Whether it holds as many records as it may."""
        return self.records >= MOST_RECORDS

    def take(self, steps: Sequence[Step]) -> None:
        """Add steps; one that was seen before counts nothing."""
        hours = np.array([int(step.at.timestamp()) // 3600 for step in steps], np.int64)
        ids = np.array([step.id & MASK for step in steps], np.uint64)
        for step in compress(steps, self._ids.new(hours, ids)):
            self.records += 1
            self._note_level(step)
            if step.is_sum:
                self._add(step)
            elif step.counts or step.is_typed:
                self._held.add(step)

    def _note_level(self, step: Step) -> None:
        place = (step.resource, hour_of(step.at))
        if place not in self.levels or LEVELS.index(step.level) > LEVELS.index(self.levels[place]):
            self.levels[place] = step.level

    def _add(self, step: Step) -> None:
        """A step that is a sum itself, and tells its type."""
        if not step.counts:
            return
        counts, (latency, of, longest) = Counter(step.counts), step.latency or (0, 0, 0)
        if counts.keys() & {"failed", "dead_lettered"}:
            counts["failed"] = max(counts["failed"], counts["dead_lettered"])
        bad = sum(counts[stage] for stage in BAD)
        codes = Counter({step.code: bad} if step.code and bad else {})
        key = Key(hour_of(step.at), step.resource, *step.type, step.rule, step.target)
        one = Sum(step.at, step.at, counts, codes, latency, of, longest)
        self._put(key, one)

    def _put(self, key: Key, one: Sum) -> None:
        total = self._sums.setdefault(key, one)
        if total is not one:
            total.add(one)

    def settle(self, now: datetime) -> None:
        """All was taken: join and add up, and let go of what was held for it."""
        # EventBridge tries to deliver an event for a day
        self.open = self._held.open(hour_of(now) - 25 * HOUR)
        for place, kind, one in self._held.sums():
            key = Key(place.hour, place.resource, *kind, place.rule, place.target)
            self._put(key, one)
        self._held, self._ids = Held(), Ids()

    def rows(
        self, evidence: str, buses: Mapping[str, str | None], since: datetime
    ) -> Iterator[tuple[str, Delivery]]:
        """(ARN of what logged, row) for each key from the hour `since` on. `buses`: subscriber → its bus, where that is known."""
        for key, total in self._sums.items():
            if key.hour >= since:
                level = self.levels[key.resource, key.hour]
                yield key.resource, _row(key, total, level, evidence, buses)


def _row(key: Key, total: Sum, level: Level, evidence: str, buses: Mapping[str, str | None]) -> Delivery:
    """Stages that a log of errors alone cannot tell are null; so are those that belong to other rows."""
    stages, all_told = total.stages, level != "ERROR"
    at_bus, at_target = key.rule is None, key.target is not None
    tried = sum(stages[name] for name in ("retried", "throttled", "refused"))
    # an attempt that went well may be logged at a finer level than its success
    attempts = tried + max(stages["tried"], stages["succeeded"])
    codes = sorted(total.codes.items())
    return Delivery(
        hour=key.hour,
        bus_arn=buses.get(key.resource, key.resource if ":event-bus" in key.resource else None),
        source=key.source,
        detail_type=key.detail_type,
        caller_account=key.caller,
        rule_arn=key.rule,
        target_arn=key.target,
        level=level,
        received=stages["received"] if at_bus and all_told else None,
        rejected=stages["rejected"] if at_bus else None,
        unmatched=stages["unmatched"] if at_bus and all_told else None,
        matched=stages["matched"] if key.rule and not at_target and all_told else None,
        attempts=attempts if at_target and all_told else None,
        retried=stages["retried"] if at_target else None,
        throttled=stages["throttled"] if at_target else None,
        succeeded=stages["succeeded"] if at_target and all_told else None,
        failed=stages["failed"] if at_target else None,
        dead_lettered=stages["dead_lettered"] if at_target else None,
        latency_ms=total.latency if total.latency_count else None,
        latency_count=total.latency_count,
        latency_max_ms=total.latency_max if total.latency_count else None,
        duration_ms=total.duration if total.duration_count else None,
        duration_count=total.duration_count,
        codes=tuple(code for code, _ in codes),
        code_counts=tuple(count for _, count in codes),
        first_seen=total.first,
        last_seen=total.last,
        evidence=evidence,
    )
