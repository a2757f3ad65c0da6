"""Events as they are and as they would be: changes of fields as facts, laid over the tree of an event type.

Before: what is known of the type, and what the question says of today – a field that is to become optional is there.
After: the field is absent, has the value, or may be absent. All else stays as open as it is without the question.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from dashboard.flow.model import trees
from dashboard.flow.model.estate import Estate
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
from dashboard.flow.suppose.changes import FieldChange

_ABSENT = Maybe(Obj({}, open=False))
"""No value at the path nor below it; to an input path that selects it, something nobody knows."""
_SCALARS = (UNKNOWN_STRING, UNKNOWN_NUMBER, True, False, None)
_ENVELOPE = ("source", "detail-type", "resources")
Fact = Callable[[Any], Any]
"""What becomes of the tree at a field."""


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
        return self._tree([(change, _there) for change in self.changes if change.kind == "optional"])

    def after(self) -> Any:
        """Any event of the type with the changes made."""
        return self._tree([(change, self._fact(change)) for change in self.changes])

    def without(self) -> Any:
        """As after, where the fields that may be left out are left out; None where there is none."""
        if not any(change.kind == "optional" for change in self.changes):
            return None
        return self._tree(
            [(c, _absent if c.kind == "optional" else self._fact(c)) for c in self.changes],
        )

    def _fact(self, change: FieldChange) -> Fact:
        match change.kind:
            case "remove":
                return _absent
            case "optional":
                return _optional
            case "other":
                return lambda _: Present(self.named.get(change.path, frozenset()))
            case "set":
                return lambda _: change.value

    def _tree(self, facts: list[tuple[FieldChange, Fact]]) -> Any:
        if not facts:
            return self.today or trees.of_type(self.source, self.detail_type)
        known = dict((self.today or event_tree(self.source, self.detail_type)).known)
        for change, fact in facts:
            if change.path in _ENVELOPE:
                known[change.path] = fact(known[change.path])
            else:
                laid = _Laid(fact, there=change.kind != "remove", arrays=self.arrays)
                known["detail"] = laid.on(known["detail"], change.steps[1:], "detail")
        return Obj(known, open=False)


def _absent(_: Any) -> Any:
    return _ABSENT


def _there(tree: Any) -> Any:
    found = tree.tree if isinstance(tree, Maybe) else tree
    return Present() if found is UNKNOWN else found


def _optional(tree: Any) -> Any:
    return tree if tree is UNKNOWN or isinstance(tree, Maybe) else Maybe(tree)


@dataclass(frozen=True)
class _Laid:
    """A fact laid over a tree. `there`: what holds the field is surely an object; a removed field may lie in anything."""

    fact: Fact
    there: bool
    arrays: Collection[str]

    def on(self, tree: Any, steps: tuple[str, ...], path: str) -> Any:  # noqa: PLR0911 - one return for each kind of tree
        """The tree with the fact at the end of the steps."""
        if not steps:
            return self.fact(tree)
        if isinstance(tree, Maybe):
            inside = self.on(tree.tree, steps, path)
            return inside if self.there or isinstance(inside, Maybe) else Maybe(inside)
        if isinstance(tree, dict):
            tree = Obj(tree, open=False)
        if isinstance(tree, Obj):
            return self._object(tree, steps, path)
        if isinstance(tree, Items):
            return Items(self.on(tree.tree, steps, path))
        if isinstance(tree, list):
            return [self.on(item, steps, path) for item in tree]
        if isinstance(tree, OneOf):
            return self._one_of(tree, steps, path)
        if tree is UNKNOWN and not self.there:
            inside = self._object(Obj(), steps, path)
            return Maybe(OneOf((inside, Items(OneOf((inside, *_SCALARS))), *_SCALARS)))
        if tree is not UNKNOWN and not self.there:
            return tree
        inside = self._object(Obj(), steps, path)
        return Items(inside) if path in self.arrays else inside

    def _object(self, tree: Obj, steps: tuple[str, ...], path: str) -> Obj:
        # a dotted name is the same as nesting, so the field may stand under either
        ends = [end for end in range(1, len(steps) + 1) if ".".join(steps[:end]) in tree.known]
        known = dict(tree.known)
        for end in ends or [1]:
            name = ".".join(steps[:end])
            if name in known or tree.open or self.there:
                below = f"{path}.{name}"
                known[name] = self.on(known.get(name, UNKNOWN), steps[end:], below)
        return Obj(known, open=tree.open)

    def _one_of(self, tree: OneOf, steps: tuple[str, ...], path: str) -> Any:
        laid: list[Any] = []
        for option in tree.options:
            one = self.on(option, steps, path)
            if one not in laid:
                laid.append(one)
        return laid[0] if len(laid) == 1 else OneOf(tuple(laid))


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
