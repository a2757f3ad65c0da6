"""Subscriptions: a rule's target or a subscriber, with its filters parsed once and its state judged once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from dashboard.flow.model import arns, matching, readonly, trees
from dashboard.flow.model.carriers import Carrier
from dashboard.flow.model.matching import Filter

_HIDDEN = matching.Verdict("sometimes", ("its filters could not be read",))
RULE_RUNS = (readonly.WITHOUT, readonly.WITH)


@dataclass(frozen=True)
class Subscription:
    """One row of the subscriptions frame. `filters` are ANDed; none on a rule means a schedule, which matches nothing.

    `target` is the target's identity (without alias or version), `target_arn` as configured. `why` tells why it is not
    active. `problem` is one sentence when a filter is malformed: then it may match or not, and nobody can tell.
    """

    arn: str
    target_id: str | None
    kind: str
    name: str
    bus: str
    account: str
    region: str
    target: str | None
    target_arn: str | None
    active: bool
    why: str | None
    filters: tuple[Filter, ...]
    matches_nothing: bool
    row: Mapping[str, Any]

    @cached_property
    def problem(self) -> str | None:
        """What is wrong with its filters, one sentence; null when nothing is."""
        return next((f.problem for f in self.filters if f.problem), None)

    @cached_property
    def order(self) -> tuple[str, str]:
        """A stable order."""
        return self.arn, self.target_id or ""

    @cached_property
    def carrier(self) -> Carrier:
        """What it is to the policies of its target."""
        found, row = arns.parts(self.arn), self.row
        return Carrier(
            *(self.kind, self.arn, self.arn, (found and found.account) or self.account, row["role_arn"]),
            *(self.why, self.target_arn, (row["dead_letter_arn"], row["runs"])),
        )

    @property
    def makes_another(self) -> bool:
        """Whether what it hands a bus is, or where it could not be described may be, an event of its own making."""
        return self.kind == "subscriber" and (self.row["input_kind"] != "event" or self.row["filters_hidden"])

    def decide(self, tree: Any) -> matching.Verdict:
        """Whether this event reaches the target: all filters must let it through."""
        if self.matches_nothing or self.is_kept_out:
            return matching.NEVER
        decided = [f.decide(_view(f, tree)) for f in self.filters]
        if self.row["filters_hidden"]:
            decided.append(_HIDDEN)
        if readonly.is_call(tree) and self._reads_matter(decided, tree):
            decided.append(self.state_lets_through(tree))
        return decided[0] if len(decided) == 1 else matching.all_of(decided)

    def _reads_matter(self, decided: list[matching.Verdict], tree: Any) -> bool:
        """Whether its filters leave it to its state that no read-only call comes through."""
        return all(v.delivery == "always" for v in decided) or self.asks_for(readonly.read_only(tree))

    @cached_property
    def is_kept_out(self) -> bool:
        """Whether it names nothing but read-only API calls, which its state keeps out: then it gets no event, of whatever type."""
        if not any(readonly.CALL in one.text for one in self.filters) or any(f.is_open for f in self.filters):
            return False
        named = [trees.of_type(*pair) for one in self.filters for pair in one.pairs]
        return bool(named) and all(self.state_lets_through(tree) == matching.NEVER for tree in named)

    def state_lets_through(self, tree: Any) -> matching.Verdict:
        """Whether its state, when it is on, lets the event through: in ENABLED a rule gets no read-only management event."""
        if self.kind != "rule" or self.row["state"] != readonly.WITHOUT or not readonly.is_call(tree):
            return matching.ALWAYS
        return readonly.lets_through(tree, self.asks_for)

    def why_kept_out(self, tree: Any) -> str:
        """Why its state keeps such an event out, or may; "" where it does not."""
        return readonly.says(self.name, self.state_lets_through(tree), tree)

    def may_take(self, tree: Any) -> bool:
        """Whether some such event reaches the target: `decide` without the words, where only "never" matters."""
        return (
            not self.matches_nothing
            and self.asks_for(tree)
            and self.state_lets_through(tree) != matching.NEVER
        )

    def asks_for(self, tree: Any) -> bool:
        """Whether its filters may take such an event, whatever its state."""
        return all(one.pattern is None or one.pattern.may_match(_view(one, tree)) for one in self.filters)


def _view(one: Filter, tree: Any) -> Any:
    if one.scope == "data":
        return tree
    return trees.system_metadata(tree) if one.scope == "system" else matching.UNKNOWN


def of_row(row: Mapping[str, Any], parse: Callable[[str, str], Filter]) -> Subscription:
    """The subscription of a row; `parse(text, scope)` gives filters, the same text always the same one."""
    data = "data" if row["kind"] == "rule" else "new-data"
    texts = (("pattern", data), ("metadata_pattern", "metadata"), ("system_pattern", "system"))
    filters = tuple(parse(row[column], scope) for column, scope in texts if row[column] is not None)
    why = _why_not(row)
    return Subscription(
        arn=row["arn"],
        target_id=row["target_id"],
        kind=row["kind"],
        name=row["name"],
        bus=row["bus_arn"],
        account=row["account"],
        region=row["region"],
        target=arns.plain(row["target_arn"]) if row["target_arn"] else None,
        target_arn=row["target_arn"],
        active=why is None,
        why=why,
        filters=filters,
        matches_nothing=row["kind"] == "rule" and not filters and not row["filters_hidden"],
        row=row,
    )


def _why_not(row: Mapping[str, Any]) -> str | None:
    if row["revoked"]:
        return f"Subscriber {row['name']} is revoked by the bus's owner."
    if row["kind"] == "rule" and row["state"] not in RULE_RUNS:
        return f"Rule {row['name']} is {row['state'].lower()}."
    if row["kind"] == "subscriber" and row["state"] != "RUNNING":
        return f"Subscriber {row['name']} is {row['state'].lower()}."
    return None
