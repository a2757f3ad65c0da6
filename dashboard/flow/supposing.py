"""Events as they are and as they would be: changes of fields as facts in the partial tree of an event type.

Before: what the question says of today – a field that is to become optional is there. After: the field is absent, has
the value, or may be absent. All else stays as open as it is without the question, so nothing is claimed that it does not say.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from dashboard.flow import trees
from dashboard.flow.changes import FieldChange
from dashboard.flow.estate import Estate
from dashboard.flow.patterns.operators.anything_but import AnythingBut
from dashboard.flow.patterns.operators.exact import Exact
from dashboard.flow.patterns.partial import (
    UNKNOWN,
    UNKNOWN_NUMBER,
    UNKNOWN_STRING,
    Items,
    Maybe,
    Obj,
    OneOf,
    Present,
    event_tree,
)

_ABSENT = Maybe(Obj({}, open=False))
"""No value at the path nor below it; to an input path that selects it, something nobody knows."""
_SCALARS = (UNKNOWN_STRING, UNKNOWN_NUMBER, True, False, None)
_ENVELOPE = ("source", "detail-type", "resources")


@dataclass
class _Node:
    """A field on the way to the changed ones: what is below it, or the fact about itself. `there`: it is surely an object."""

    below: dict[str, "_Node"] = field(default_factory=dict)
    fact: Any = None
    there: bool = False


@dataclass(frozen=True)
class Supposed:
    """A type as it is and as it would be. `arrays`: paths that the type's schema says are arrays. `named`: values that patterns name."""

    source: str
    detail_type: str
    changes: tuple[FieldChange, ...]
    arrays: Collection[str] = frozenset()
    named: Mapping[str, frozenset[Any]] = field(default_factory=dict)

    def before(self) -> Any:
        """Any event of the type today."""
        present = [(c, Present()) for c in self.changes if c.kind == "optional"]
        return self._tree(present) if present else trees.of_type(self.source, self.detail_type)

    def after(self) -> Any:
        """Any event of the type with the changes made."""
        if not self.changes:
            return trees.of_type(self.source, self.detail_type)
        return self._tree([(change, self._fact(change)) for change in self.changes])

    def without(self) -> Any:
        """As after, where the fields that may be left out are left out; None where there is none."""
        if not any(change.kind == "optional" for change in self.changes):
            return None
        return self._tree([(c, _ABSENT if c.kind == "optional" else self._fact(c)) for c in self.changes])

    def _fact(self, change: FieldChange) -> Any:
        match change.kind:
            case "remove":
                return _ABSENT
            case "optional":
                return UNKNOWN
            case "other":
                return Present(self.named.get(change.path, frozenset()))
            case "set":
                return change.value

    def _tree(self, facts: Iterable[tuple[FieldChange, Any]]) -> Obj:
        root = _Node(there=True)
        envelope = {}
        for change, fact in facts:
            if change.path in _ENVELOPE:
                envelope[change.path] = fact
            else:
                _put(root, change, fact)
        detail = root.below.get("detail", root)
        plain = event_tree(self.source, self.detail_type, detail=self._object(detail, "detail"))
        return Obj(plain.known | envelope, open=False)

    def _object(self, node: _Node, path: str) -> Obj:
        return Obj({name: self._field(child, f"{path}.{name}") for name, child in node.below.items()})

    def _field(self, node: _Node, path: str) -> Any:
        if not node.below:
            return node.fact
        inside = self._object(node, path)
        if not node.there:
            return Maybe(OneOf((inside, Items(OneOf((inside, *_SCALARS))), *_SCALARS)))
        return Items(inside) if path in self.arrays else inside


def _put(root: _Node, change: FieldChange, fact: Any) -> None:
    """The fact at its path. Where the field is or was there, what it lies in is an object; a removed one lies in anything."""
    node = root
    for step in change.steps:
        node = node.below.setdefault(step, _Node())
        node.there = node.there or change.kind != "remove"
    node.fact = fact


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
