"""Events as they are and as they would be: changes of fields as facts, laid over the tree of an event type.

Before: what is known of the type, and what the question says of today – a field that is to become optional is there.
After: the field is absent, has the value, or may be absent. All else stays as open as it is without the question.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from dashboard.flow.model import laying, trees
from dashboard.flow.model.estate import Estate
from dashboard.flow.patterns.operators.anything_but import AnythingBut
from dashboard.flow.patterns.operators.exact import Exact
from dashboard.flow.patterns.partial import Obj, Present, event_tree
from dashboard.flow.suppose.changes import FieldChange

_ENVELOPE = ("source", "detail-type", "resources")


@dataclass(frozen=True)
class Supposed:
    """A type as it is and as it would be.

    `today`: any event of the type, where a schema says what is in it; null: only source and detail type are known. `arrays`:
    paths that a schema says are arrays, of use where it does not settle the rest. `named`: by path, values that patterns name.
    """

    source: str
    detail_type: str
    changes: tuple[FieldChange, ...]
    today: Any = None
    arrays: Collection[str] = frozenset()
    named: Mapping[str, frozenset[Any]] = field(default_factory=dict)

    def before(self) -> Any:
        """Any event of the type today."""
        return self._tree([(change, laying.there) for change in self.changes if change.kind == "optional"])

    def after(self) -> Any:
        """Any event of the type with the changes made."""
        return self._tree([(change, self._fact(change)) for change in self.changes])

    def without(self) -> Any:
        """As after, where the fields that may be left out are left out; None where there is none."""
        if not any(change.kind == "optional" for change in self.changes):
            return None
        return self._tree(
            [(c, laying.absent if c.kind == "optional" else self._fact(c)) for c in self.changes],
        )

    def _fact(self, change: FieldChange) -> laying.Fact:
        match change.kind:
            case "remove":
                return laying.absent
            case "optional":
                return laying.optional
            case "other":
                return lambda _: Present(self.named.get(change.path, frozenset()))
            case "set":
                return lambda _: change.value

    def _tree(self, facts: list[tuple[FieldChange, laying.Fact]]) -> Any:
        if not facts:
            return self.today or trees.of_type(self.source, self.detail_type)
        known = dict((self.today or event_tree(self.source, self.detail_type)).known)
        for change, fact in facts:
            if change.path in _ENVELOPE:
                known[change.path] = fact(known[change.path])
            else:
                laid = laying.Laid(fact, there=change.kind != "remove", arrays=self.arrays)
                known["detail"] = laid.on(known["detail"], change.steps[1:], "detail")
        return Obj(known, open=False)


def named_values(estate: Estate, path: str) -> frozenset[Any]:
    """Every value that a pattern of the estate names for a field of this name, wherever it stands.

    By name and not by path: on its way an event is wrapped, and the field is then `body.detail.total` or `total`.
    """
    name = path.rpartition(".")[2]
    patterns = {id(f.pattern): f.pattern for sub in estate.subscriptions for f in sub.filters if f.pattern}
    texts = {(text, link["dialect"] or "data") for link in estate.links for text in link["filters"]}
    patterns |= {id(f.pattern): f.pattern for f in (estate.filter_of(*text) for text in texts) if f.pattern}
    return frozenset(
        value
        for pattern in patterns.values()
        for branch in pattern.branches
        for leaf in branch
        if leaf.path.rpartition(".")[2] == name
        for condition in leaf.conditions
        for value in _values(condition)
    )


def _values(condition: Any) -> Iterable[Any]:
    if isinstance(condition, Exact):
        return (condition.value,)
    return condition.values if isinstance(condition, AnythingBut) else ()
