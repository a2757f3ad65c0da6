"""The values that a partial tree can have at a path: what they are, where they stand, whether they are surely there."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from dashboard.flow.patterns.jsontext import Pairs
from dashboard.flow.patterns.opening import opened_text
from dashboard.flow.patterns.operators.anything_but import AnythingBut
from dashboard.flow.patterns.operators.exact import Exact
from dashboard.flow.patterns.partial import (
    UNKNOWN,
    Items,
    Json,
    Maybe,
    Obj,
    OneOf,
    Present,
    Tree,
    Unknown,
    UnknownNumber,
    UnknownString,
)
from dashboard.flow.patterns.ranges import Between
from dashboard.flow.patterns.scalars import CONSTANTS, FALSE, NULL, TRUE, Scalar, Tri, either

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dashboard.flow.patterns.conditions import Condition
    from dashboard.flow.patterns.leaf import Leaf

Where = tuple[int | str, ...]
Place = tuple[tuple[Where, int], ...]
"""The array elements a value is known to stand in, as (where the array is, index)."""


class Occurrence(NamedTuple):
    """A value that may be there: one of ``values``, or any string or number where it says so.

    ``certain``: it is there in every completion. ``place`` holds only the arrays known one by one.
    ``but``: values that an unknown string or number is known not to be.
    """

    values: tuple[Scalar, ...]
    strings: bool
    numbers: bool
    certain: bool
    place: Place
    but: frozenset[Scalar] = frozenset()
    between: Between | None = None

    def meets(self, leaf: Leaf) -> Tri:
        """Whether such a value meets the leaf."""
        verdicts: list[Tri] = ["always" if leaf.accepts(value) else "never" for value in self.values]
        if self.strings:
            verdicts.append(either([self._but(c, c.over_strings) for c in leaf.conditions]))
        if self.numbers:
            verdicts.append(either([self._over(c, c.over_numbers) for c in leaf.conditions]))
        return _every(verdicts)

    def _over(self, condition: Condition, verdict: Tri) -> Tri:
        """The verdict on an unknown number, knowing where it lies and what it is not."""
        return self._but(condition, verdict) if self.between is None else self.between.meets(condition)

    def _but(self, condition: Condition, verdict: Tri) -> Tri:
        """The verdict on an unknown value, knowing what it is not."""
        if self.but and isinstance(condition, Exact) and condition.value in self.but:
            return "never"
        if self.but and isinstance(condition, AnythingBut) and condition.refused <= self.but:
            return "always"
        return verdict

    def may_meet(self, condition: Condition) -> bool:
        """Whether some such value meets one condition."""
        return (
            any(condition.test(value) for value in self.values)
            or (self.strings and self._but(condition, condition.over_strings) != "never")
            or (self.numbers and self._over(condition, condition.over_numbers) != "never")
        )


def _every(verdicts: list[Tri]) -> Tri:
    kinds = set(verdicts)
    return "sometimes" if len(kinds) > 1 else kinds.pop()


class Spot(NamedTuple):
    """Where a walk through the tree stands: what was passed, and the rest of the path, "" at its end.

    Both are named tuples because many are made: a frozen dataclass takes several times as long.
    """

    rest: str
    place: Place = ()
    certain: bool = True
    where: Where = ()
    path: str = ""


def occurrences(tree: Tree, path: str, opened: frozenset[str]) -> list[Occurrence]:
    """The values that completions of ``tree`` can have at ``path``; strings at ``opened`` paths are read as JSON."""
    if (
        isinstance(tree, Obj)
        and not opened
        and isinstance(known := tree.known.get(path), str)
        and "." not in path
    ):
        # source and detail type: asked for by every pattern, for every type
        return [Occurrence((known,), strings=False, numbers=False, certain=True, place=())]
    found = list(_walk(tree, Spot(path), opened))
    return list(dict.fromkeys(found)) if len(found) > 1 else found


def _walk(tree: Tree, spot: Spot, opened: frozenset[str]) -> Iterator[Occurrence]:
    if isinstance(tree, Obj):
        yield from _fields(tree.known, spot, opened, is_open=tree.open)
    elif isinstance(tree, Maybe):
        yield from _walk(tree.tree, spot._replace(certain=False), opened)
    elif isinstance(tree, OneOf):
        yield from _one_of(tree, spot, opened)
    elif isinstance(tree, Unknown):
        yield _anything(spot)
    elif isinstance(tree, dict):
        yield from _fields(tree, spot, opened, is_open=False)
    elif isinstance(tree, Pairs):
        yield from _repeated(tree, spot, opened)
    elif isinstance(tree, Items):
        yield from _walk(tree.tree, spot._replace(certain=False, where=(*spot.where, "*")), opened)
    elif isinstance(tree, list):
        for index, element in enumerate(tree):
            yield from _element(element, index, spot, opened)
    else:
        yield from _scalar(tree, spot, opened)


def _scalar(tree: Tree, spot: Spot, opened: frozenset[str]) -> Iterator[Occurrence]:
    if spot.path in opened:
        inner = _inside(tree)
        if inner is not tree:
            yield from _walk(inner, spot._replace(where=(*spot.where, "json")), opened - {spot.path})
            return
        if isinstance(tree, UnknownString):
            # the text may be JSON: then what it holds takes the string's place
            yield _anything(spot)
            return
    if isinstance(tree, Present):
        yield _present(tree, spot)
        return
    if spot.rest:
        return
    if isinstance(tree, UnknownString | Json):
        yield Occurrence((), strings=True, numbers=False, certain=spot.certain, place=spot.place)
    elif isinstance(tree, UnknownNumber):
        between = tree if isinstance(tree, Between) else None
        yield Occurrence((), False, True, spot.certain, spot.place, between=between)
    else:
        value = CONSTANTS[tree] if tree is None or isinstance(tree, bool) else tree
        yield Occurrence((value,), strings=False, numbers=False, certain=spot.certain, place=spot.place)


def _inside(tree: Tree) -> Tree:
    """What a string at an opened path stands for: the object in it, or the string itself where it holds none."""
    if isinstance(tree, Json):
        return tree.tree if isinstance(tree.tree, Obj | dict | Pairs) else UNKNOWN
    return opened_text(tree) if isinstance(tree, str) else tree


def _anything(spot: Spot) -> Occurrence:
    return Occurrence((TRUE, FALSE, NULL), strings=True, numbers=True, certain=False, place=spot.place)


def _present(tree: Present, spot: Spot) -> Occurrence:
    if spot.rest:
        return _anything(spot)
    constants = tuple(value for value in (TRUE, FALSE, NULL) if value not in tree.but)
    return Occurrence(
        constants, strings=True, numbers=True, certain=spot.certain, place=spot.place, but=tree.but
    )


def _one_of(tree: OneOf, spot: Spot, opened: frozenset[str]) -> Iterator[Occurrence]:
    if not spot.rest and _plain(tree) and spot.path not in opened:
        values = tuple(CONSTANTS[o] if o is None or isinstance(o, bool) else o for o in tree.options)
        yield Occurrence(values, strings=False, numbers=False, certain=spot.certain, place=spot.place)
        return
    if not spot.rest and spot.path not in opened and all(_is_scalar(option) for option in tree.options):
        yield _some_scalar(tree, spot)
        return
    for number, option in enumerate(tree.options):
        certain = spot.certain and len(tree.options) == 1
        yield from _walk(option, spot._replace(certain=certain, where=(*spot.where, f"?{number}")), opened)


def _plain(tree: OneOf) -> bool:
    return all(_is_value(option) for option in tree.options)


def _is_value(tree: Tree) -> bool:
    return isinstance(tree, str | int | float | Decimal | bool | None)


def _is_scalar(tree: Tree) -> bool:
    return _is_value(tree) or isinstance(tree, UnknownString | UnknownNumber)


def _some_scalar(tree: OneOf, spot: Spot) -> Occurrence:
    """One value of several kinds: there for certain where the field is."""
    values = tuple(
        CONSTANTS[o] if o is None or isinstance(o, bool) else o for o in tree.options if _is_value(o)
    )
    ranges = [option for option in tree.options if isinstance(option, UnknownNumber)]
    between = ranges[0] if len(ranges) == 1 and isinstance(ranges[0], Between) else None
    strings = any(isinstance(option, UnknownString) for option in tree.options)
    return Occurrence(values, strings, bool(ranges), spot.certain, spot.place, between=between)


def _fields(
    known: dict[str, Tree], spot: Spot, opened: frozenset[str], *, is_open: bool
) -> Iterator[Occurrence]:
    if not spot.rest:
        return
    beginnings = _beginnings(spot.rest)
    keys = [key for key in beginnings if key in known]
    if len(keys) > 1:  # a dotted name beside nesting: in the object's order
        keys = [key for key in known if key in keys]
    for key in keys:
        yield from _walk(known[key], _below(spot, key, (*spot.where, key)), opened)
    if is_open and beginnings[0] not in known:
        yield _anything(spot)


def _repeated(pairs: Pairs, spot: Spot, opened: frozenset[str]) -> Iterator[Occurrence]:
    """As ``_fields``, of an object in which a key stands more than once."""
    beginnings = _beginnings(spot.rest) if spot.rest else ()
    for number, (key, value) in enumerate(pairs):
        if key in beginnings:
            yield from _walk(value, _below(spot, key, (*spot.where, number, key)), opened)


@lru_cache(maxsize=20_000)
def _beginnings(path: str) -> tuple[str, ...]:
    """The names that the path may begin with: a dotted name is the same as nesting."""
    steps = path.split(".")
    return tuple(".".join(steps[:end]) for end in range(1, len(steps) + 1))


def _below(spot: Spot, key: str, where: Where) -> Spot:
    path = f"{spot.path}.{key}" if spot.path else key
    return Spot(spot.rest[len(key) + 1 :], spot.place, spot.certain, where, path)


def _element(element: Tree, index: int, spot: Spot, opened: frozenset[str]) -> Iterator[Occurrence]:
    inside = spot._replace(place=(*spot.place, (spot.where, index)), where=(*spot.where, index))
    if isinstance(element, Obj | dict | Pairs | list | Items):
        yield from _walk(element, inside, opened)
        return
    if isinstance(element, Unknown | Maybe) or (isinstance(element, OneOf) and not _plain(element)):
        # the element itself may be a value, or a container whose values stand in this element of the array
        yield from (o._replace(certain=False) for o in _walk(element, inside, opened))
    if not spot.rest:
        yield from _walk(element, spot._replace(where=(*spot.where, index)), opened)
