"""An estate with some rules changed: a thin layer over the estate, which stays as it is and is shared, indices and all."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from functools import cached_property

from collectors.errors import UsageError
from dashboard.flow.model import asking, matching, near
from dashboard.flow.model.estate import Estate
from dashboard.flow.model.known import known
from dashboard.flow.model.subscriptions import RULE_RUNS, Subscription, of_row
from dashboard.flow.suppose.changes import RuleChange

_SHARED = ("known", "hops", "places", "schema-trees")
"""What an estate has worked out that no rule's state or pattern changes: judged hops are kept by their state."""
_OFF = {"rule": "DISABLED", "subscriber": "STOPPED"}
_ON = {"rule": "ENABLED", "subscriber": "RUNNING"}


@dataclass(frozen=True)
class Overlay(Estate):
    """`base` with other subscriptions in the place of some, by the ARN of the rule or subscriber; none: it is removed."""

    base: Estate
    instead: Mapping[str, tuple[Subscription, ...]]

    def candidates(self, bus_arn: str, source: str | None, detail_type: str | None) -> list[Subscription]:
        """Those of the base, and of the changed ones all: one by one they decide for themselves."""
        found = self.base.candidates(bus_arn, source, detail_type)
        changed = [
            s for subs in self.instead.values() for s in subs if s.bus == bus_arn and not s.matches_nothing
        ]
        kept = [sub for sub in found if sub.arn not in self.instead]
        return sorted([*kept, *changed], key=lambda sub: sub.order) if changed else kept

    @cached_property
    def rules(self) -> dict[str, list[Subscription]]:
        """As the base's, with the changes; a rule that is removed is not there."""
        every = {**self.base.rules, **{arn: list(subs) for arn, subs in self.instead.items()}}
        return {arn: subs for arn, subs in every.items() if subs}


def changed(estate: Estate, changes: Iterable[RuleChange]) -> Overlay:
    """The estate with these changes made, several of one rule in their order. Raises UsageError as `located` and for a pattern that is none."""
    instead: dict[str, tuple[Subscription, ...]] = {}
    for change in changes:
        now = instead.get(change.rule, tuple(estate.rules[change.rule]))
        instead[change.rule] = () if change.kind == "drop" else tuple(_one(sub, change) for sub in now)
    known(estate)
    values = {one.name: getattr(estate, one.name) for one in fields(estate)}
    for bus in {sub.bus for arn in instead for sub in estate.rules[arn]}:
        others = [sub for sub in estate.subscriptions_of(bus) if sub.arn not in instead]
        mine = [sub for subs in instead.values() for sub in subs if sub.bus == bus]
        values["by_bus"] = {**values["by_bus"], bus: sorted([*others, *mine], key=lambda sub: sub.order)}
    made = Overlay(**values, base=estate, instead=instead)
    made.memory.update((name, estate.memory[name]) for name in _SHARED if name in estate.memory)
    return made


def _one(sub: Subscription, change: RuleChange) -> Subscription:
    row = dict(sub.row)
    if change.kind == "pattern":
        row["pattern"] = change.pattern
    elif change.kind == "disable":
        row["state"] = _OFF[sub.kind]
    elif row["state"] not in RULE_RUNS:  # EnableRule gives ENABLED; what runs already keeps its state
        row["state"] = _ON[sub.kind]
    # a parser of its own: what people try is not kept for the estate's life
    found = of_row(row, matching.Parser())
    if change.kind == "pattern" and found.problem:
        says = found.problem.removeprefix("At $: expected JSON, but ")
        raise UsageError(
            f"The new pattern of {sub.kind} {sub.name} cannot be read. {says[0].upper()}{says[1:]}"
        )
    return found


def located(estate: Estate, change: RuleChange, bus: str | None = None) -> RuleChange:
    """The change with its rule's ARN and name. A name will do where one rule alone has it, on the bus where one is given.

    Raises UsageError with the nearest for a rule that nobody knows, and with the ARNs where several have the name.
    """
    found = [change.rule] if change.rule in estate.rules else _named(estate, change.rule, bus)
    if len(found) == 1:
        sub = estate.rules[found[0]][0]
        return RuleChange(change.kind, sub.arn, change.pattern, f"{sub.kind} {sub.name}")
    if found:
        raise UsageError(
            f"{len(found)} rules are called {change.rule}. Say which, by ARN: {', '.join(found[:5])}."
        )
    named = near.nearest(change.rule, {*estate.rules, *(subs[0].name for subs in estate.rules.values())}, 3)
    raise UsageError(f"There is no rule {change.rule}. The nearest: {', '.join(named) or 'none'}.")


def _named(estate: Estate, name: str, bus: str | None) -> list[str]:
    buses = set(asking.named_buses(estate, bus)) if bus else None
    same = [arn for arn, subs in sorted(estate.rules.items()) if subs[0].name == name]
    near_by = [arn for arn in same if buses and estate.rules[arn][0].bus in buses]
    return near_by or same
