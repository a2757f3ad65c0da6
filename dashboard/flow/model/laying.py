"""A fact laid over a tree: that a field is absent, is there, or has a value, wherever in objects and arrays it may stand."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from dashboard.flow.patterns.partial import (
    UNKNOWN,
    UNKNOWN_NUMBER,
    UNKNOWN_STRING,
    Items,
    Maybe,
    Obj,
    OneOf,
    Present,
)

_ABSENT = Maybe(Obj({}, open=False))
"""No value at the path nor below it; to an input path that selects it, something nobody knows."""
_SCALARS = (UNKNOWN_STRING, UNKNOWN_NUMBER, True, False, None)
Fact = Callable[[Any], Any]
"""What becomes of the tree at a field."""


def absent(_: Any) -> Any:
    """No value at the path nor below it."""
    return _ABSENT


def there(tree: Any) -> Any:
    """The field is there, with what else is known of it."""
    found = tree.tree if isinstance(tree, Maybe) else tree
    return Present() if found is UNKNOWN else found


def optional(tree: Any) -> Any:
    """The field may be left out."""
    return tree if tree is UNKNOWN or isinstance(tree, Maybe) else Maybe(tree)


@dataclass(frozen=True)
class Laid:
    """A fact laid over a tree. `there`: what holds the field is surely an object; a removed field may lie in anything."""

    fact: Fact
    there: bool
    arrays: Collection[str] = frozenset()

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
