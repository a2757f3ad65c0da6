"""Try an event: what every subscription of the buses makes of it, and where it would arrive.

The verdict is the evaluator's, over the event as far as it is known; a field that only EventBridge can fill in (id, time)
never decides a miss. The reasons come from the matcher, field by field.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from dashboard.flow import patterns
from dashboard.flow.answers import Consumer, FieldVerdict
from dashboard.flow.model import asking, completeness, trees
from dashboard.flow.model.estate import Estate
from dashboard.flow.model.known import known
from dashboard.flow.model.matching import Filter, Verdict
from dashboard.flow.model.subscriptions import Subscription
from dashboard.flow.patterns.matching import match_branch, match_flat
from dashboard.flow.suppose.reasons import Traced, stops
from dashboard.flow.suppose.trials import ORDER, Result, Trial, Tried, sentence
from dashboard.flow.walk import again, paths
from dashboard.flow.who import explaining
from dashboard.flow.who.consumers import question_of, row_of

MOST_MISSES = 50
MOST_SHOWN = 200
MOST_VALUES = 20
_TOLD = 3
_FILLED = frozenset({"id", "time"})


def try_event(
    estate: Estate, event: Mapping[str, Any], bus: str | None = None, most_misses: int = MOST_MISSES
) -> Trial:
    """Every subscription of the buses against the event; of those that do not match the `most_misses` nearest.

    Raises UsageError for a bus that nobody knows, and for an event without source or detail type.
    """
    asked = question_of(event, bus)
    buses = asking.entry_buses(estate, asked)
    found: list[Tried] = []
    missed: list[tuple[_OnBus, _Miss]] = []
    walk = Traced(estate)
    for one in buses:
        on_bus = _OnBus(estate, one, event, walk)
        found += on_bus.taken()
        missed += [(on_bus, miss) for miss in on_bus.missed]
    missed.sort(key=lambda entry: entry[1].nearness)
    gaps = completeness.gaps_on(estate, walk.touched)
    taken = sorted(found, key=lambda t: (ORDER.index(t.result), not t.active, t.name, t.subscription))
    counts = {result: sum(t.result == result for t in taken) for result in ORDER}
    counts["does not match"] = len(missed)
    active = [c for t in taken if t.result != "malformed" for c in t.consumers if c.active]
    ends = {c.arn for c in active if c.deliverable != "no"}
    refused = {c.arn for c in active} - ends
    return Trial(
        event=asked,
        snapshot=estate.snapshot.id,
        known=(asked.source, asked.detail_type) in known(estate),
        complete=not gaps and again.is_whole(walk),
        gaps=gaps,
        counts=counts,
        consumers=len(ends),
        refused=len(refused),
        tried=(*taken, *(on_bus.told(miss) for on_bus, miss in missed[:most_misses])),
        buses=buses,
        notes=again.notes(walk),
        sentence=sentence(
            asked,
            counts,
            (len(ends), len(refused)),
            sum(t.result == "matches" and not t.active for t in taken),
        ),
    )


@dataclass(frozen=True, slots=True)
class _Miss:
    """A subscription that does not match, and how near it came."""

    sub: Subscription
    missed: int
    asked: int

    @property
    def nearness(self) -> tuple[Any, ...]:
        return not self.asked, self.missed, self.missed - self.asked, self.sub.name, self.sub.order


def _verdict(found: Any) -> FieldVerdict:
    """A verdict of the pattern language, with long values cut: an event may be a megabyte of one text."""
    cut = tuple(v if len(v) <= MOST_SHOWN else f"{v[:MOST_SHOWN]}…" for v in found.values[:MOST_VALUES])
    short = replace(found, values=(*cut, "…") if len(found.values) > MOST_VALUES else cut)
    return FieldVerdict(found.path, found.condition, ", ".join(short.values), found.ok, short.sentence())


def _depends(sub: Subscription, verdict: Verdict) -> str:
    """What it depends on that the event does not tell."""
    if sub.row["filters_hidden"]:
        return "Its filters could not be read: it may take anything."
    on = "the publisher's metadata: " if any(one.scope == "metadata" for one in sub.filters) else ""
    return f"Depends on {on}{'; '.join(verdict.when)}."


@dataclass
class _OnBus:
    """The event on one bus."""

    estate: Estate
    bus: str
    event: Mapping[str, Any]
    walk: Traced
    missed: list[_Miss] = field(default_factory=list)

    def __post_init__(self) -> None:
        filled = explaining.filled(self.estate, self.event, self.bus)
        self.unsaid = _FILLED - self.event.keys()
        system = {"aws:Source": self.event["source"], "aws:DetailType": self.event["detail-type"]}
        self.seen = {"data": patterns.prepare(filled), "system": patterns.prepare(system)}
        self.tree = trees.of_event(
            self.event, self.estate.account_of(self.bus), self.estate.region_of(self.bus)
        )

    def taken(self) -> Iterator[Tried]:
        """Subscriptions that match or may; the others are then in `missed`."""
        arrives = self._arrivals()
        candidates = {
            sub.arn
            for sub in self.estate.candidates(self.bus, self.event["source"], self.event["detail-type"])
        }
        every = {sub.arn: sub for sub in self.estate.subscriptions_of(self.bus)}
        for arn, sub in every.items():
            verdict = sub.decide(self.tree) if arn in candidates or sub.problem else None
            if verdict is None or verdict.delivery == "never":
                self.missed.append(_Miss(sub, *self._distance(sub)))
            else:
                yield self._tried(sub, verdict, tuple(arrives.pop(arn, ())))
        for arn, rows in arrives.items():
            yield self._handed_on(arn, tuple(rows))

    def _arrivals(self) -> dict[str, list[Consumer]]:
        """Where the event arrives, by the subscription or link that takes it off this bus."""
        before = len(self.walk.paths)
        paths.walk(self.estate, self.bus, self.tree, self.walk)
        found: dict[str, list[Consumer]] = {}
        for path in self.walk.paths[before:]:
            row = row_of(self.estate, path)
            if row not in found.setdefault(row.subscription, []):
                found[row.subscription].append(row)
        return found

    def _tried(self, sub: Subscription, verdict: Verdict, rows: tuple[Consumer, ...]) -> Tried:
        result: Result = (
            "malformed" if sub.problem else "matches" if verdict.delivery == "always" else "may match"
        )
        if result == "malformed":
            reason = f"Its pattern cannot be read, so nobody can tell. {sub.problem}"
        elif result == "may match":
            reason = _depends(sub, verdict)
        else:
            reason = "Every condition holds." if sub.filters else "It has no filter: every event matches."
        if not rows and sub.target is None:
            reason += f" The {sub.kind} has no target."
        elif not rows:
            reason += f" {stops(self.walk, self.bus, sub.arn)}"
        verdicts = self._verdicts(sub)
        return self._said(sub, result, reason, (0, len(verdicts)), verdicts, rows)

    def _handed_on(self, arn: str, rows: tuple[Consumer, ...]) -> Tried:
        """What a bus hands on without a subscription: to an event source, through a global endpoint."""
        hop = rows[0].path[0]
        return Tried(
            subscription=arn,
            name=self.estate.name_of(arn),
            kind=hop.via,
            bus=self.bus,
            result="matches",
            active=hop.active,
            why=None if hop.active else hop.why,
            reason="The bus hands on every event.",
            missed=0,
            asked=0,
            consumers=rows,
        )

    def told(self, miss: _Miss) -> Tried:
        """A miss with its reasons."""
        sub = miss.sub
        verdicts = self._verdicts(sub)
        failing = [v for v in verdicts if not v.matched]
        if sub.matches_nothing:
            reason = "It has no event pattern: a schedule starts it, and no event."
        elif failing:
            more = f" And {len(failing) - _TOLD} more." if len(failing) > _TOLD else ""
            reason = " ".join(v.sentence for v in failing[:_TOLD]) + more
        elif kept_out := sub.why_kept_out(self.tree):
            reason = kept_out
        else:
            reason = "Each field is met, but not within one element of an array."
        return self._said(sub, "does not match", reason, (miss.missed, miss.asked), verdicts, ())

    @staticmethod
    def _said(
        sub: Subscription,
        result: Result,
        reason: str,
        nearness: tuple[int, int],
        fields: tuple[FieldVerdict, ...],
        rows: tuple[Consumer, ...],
    ) -> Tried:
        return Tried(
            subscription=sub.arn,
            name=sub.name,
            kind=sub.kind,
            bus=sub.bus,
            result=result,
            active=sub.active,
            why=sub.why,
            reason=reason,
            missed=nearness[0],
            asked=nearness[1],
            fields=fields,
            consumers=rows,
        )

    def _distance(self, sub: Subscription) -> tuple[int, int]:
        """How many fields are not met and how many are asked for, in the alternative that comes nearest."""
        found = [self._nearest(one) for one in sub.filters if one.scope in self.seen and one.pattern]
        return sum(missed for missed, _ in found), sum(asked for _, asked in found)

    def _nearest(self, one: Filter) -> tuple[int, int]:
        event = self.seen[one.scope]
        ways = []
        for branch in one.pattern.branches:
            judged = [leaf for leaf in branch if not self._cannot_tell(one.scope, leaf.path)]
            missed = sum(not match_flat((leaf,), event) for leaf in judged)
            # all met and no match: not within one element of an array
            ways.append((missed or int(not match_branch(branch, event)), -len(judged)))
        missed, asked = min(ways)
        return missed, -asked

    def _cannot_tell(self, scope: str, path: str) -> bool:
        """Whether the field is one that the event leaves to EventBridge."""
        return path in self.unsaid if scope == "data" else path not in self.seen["system"].fields

    def _verdicts(self, sub: Subscription) -> tuple[FieldVerdict, ...]:
        """Field by field, what failed first; metadata is not judged, since nobody knows it here."""
        found = [
            _verdict(v)
            for one in sub.filters
            if one.scope in self.seen and one.pattern
            for v in self._explained(one)
            if v.alternative == 0 and not self._cannot_tell(one.scope, v.path)
        ]
        return tuple(sorted(found, key=lambda v: v.matched))

    def _explained(self, one: Filter) -> Sequence[Any]:
        found: Sequence[Any] = one.pattern.explain(self.seen[one.scope]).fields
        return found
