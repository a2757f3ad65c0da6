"""Steps summed up: by hour, bus, event type, calling account, rule and target. Rows of the frame `deliveries`."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from collectors.delivered.steps import BAD, LEVELS, Level, Step
from collectors.records import Delivery

HOUR = timedelta(hours=1)
MOST_WAITING = 1_000_000
"""Steps that wait for the record that tells their event's type; beyond it the oldest are counted without."""


class Key(NamedTuple):
    """What tells a row from all others of its evidence."""

    hour: datetime
    resource: str
    source: str | None
    detail_type: str | None
    caller: str | None
    rule: str | None
    target: str | None


Type = tuple[str | None, str | None, str | None]
_UNKNOWN: Type = (None, None, None)


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


@dataclass
class Census:
    """Sums over the records of one location, in any order. Takes some 200 bytes for each record."""

    sums: dict[Key, Sum] = field(default_factory=dict)
    levels: dict[tuple[str, datetime], Level] = field(default_factory=dict)
    _seen: set[int] = field(default_factory=set)
    _types: dict[int, Type] = field(default_factory=dict)
    _waiting: dict[int, list[Step]] = field(default_factory=lambda: defaultdict(list))
    _ended: set[tuple[Key, int, int | None]] = field(default_factory=set)

    def take(self, steps: Iterable[Step]) -> None:
        """Add steps; one that was seen before counts nothing."""
        for step in steps:
            if step.id in self._seen:
                continue
            self._seen.add(step.id)
            self._note_level(step)
            if step.is_sum:
                self._add(step, (step.source, step.detail_type, step.caller))
                continue
            if step.is_typed:
                known = self._types.setdefault(step.event, (step.source, step.detail_type, step.caller))
                for waiting in self._waiting.pop(step.event, ()):
                    self._add(waiting, known)
            if step.event in self._types:
                self._add(step, self._types[step.event])
            else:
                self._waiting[step.event].append(step)
                if len(self._waiting) > MOST_WAITING:
                    self._settle(next(iter(self._waiting)))

    def _note_level(self, step: Step) -> None:
        place = (step.resource, _hour(step.at))
        if place not in self.levels or LEVELS.index(step.level) > LEVELS.index(self.levels[place]):
            self.levels[place] = step.level

    def _settle(self, event: int) -> None:
        for step in self._waiting.pop(event):
            self._add(step, _UNKNOWN)

    def _add(self, step: Step, known: Type) -> None:
        if not step.counts:
            return
        key = Key(_hour(step.at), step.resource, *known, step.rule, step.target)
        total = self.sums.setdefault(key, Sum(step.at, step.at))
        total.first, total.last = min(total.first, step.at), max(total.last, step.at)
        counts = dict(step.counts)
        # whether an event that was dead-lettered is also told as failed, the guide does not say: it failed once
        if counts.keys() & {"failed", "dead_lettered"}:
            worst = max(counts.get("failed", 0), counts.get("dead_lettered", 0))
            counts["failed"] = worst if step.is_sum or not self._ended_before(key, step) else 0
        total.stages.update(counts)
        bad = sum(counts.get(stage, 0) for stage in BAD)
        if step.code and bad:
            total.codes[step.code] += bad
        if step.latency:
            total.latency += step.latency[0]
            total.latency_count += step.latency[1]
            total.latency_max = max(total.latency_max, step.latency[2])
        if step.duration:
            total.duration += step.duration[0]
            total.duration_count += step.duration[1]

    def _ended_before(self, key: Key, step: Step) -> bool:
        ended = (key, step.event, step.invocation)
        known = ended in self._ended
        self._ended.add(ended)
        return known

    def rows(
        self, evidence: str, buses: Mapping[str, str | None], since: datetime
    ) -> Iterator[tuple[str, Delivery]]:
        """(ARN of what logged, row) for each key from the hour `since` on. `buses`: subscriber → its bus, where that is known."""
        for event in list(self._waiting):
            self._settle(event)
        for key, total in self.sums.items():
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


def _hour(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)
