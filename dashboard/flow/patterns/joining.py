"""Two trees at once: what both allow, and what either does. Wider where a tree cannot say it, never narrower."""

from __future__ import annotations

from dashboard.flow.patterns.partial import (
    UNKNOWN,
    Items,
    Maybe,
    Obj,
    OneOf,
    Tree,
    UnknownNumber,
    UnknownString,
)
from dashboard.flow.patterns.ranges import Between
from dashboard.flow.patterns.scalars import CONSTANTS, is_number


def one_of(trees: list[Tree]) -> Tree:
    """What any of the trees allows. Objects become one, whose fields are sure where they are in all."""
    if any(tree is UNKNOWN for tree in trees):
        return UNKNOWN
    flat = [option for tree in trees for option in (tree.options if isinstance(tree, OneOf) else (tree,))]
    objects = [option for option in flat if isinstance(option, Obj)]
    if len(objects) < 2:
        return flat[0] if len(flat) == 1 else OneOf(tuple(flat))
    joined = objects[0]
    for other in objects[1:]:
        joined = _joined(joined, other)
    rest = tuple(option for option in flat if not isinstance(option, Obj))
    return OneOf((joined, *rest)) if rest else joined


def _joined(a: Obj, b: Obj) -> Obj:
    known: dict[str, Tree] = {}
    for name in dict.fromkeys([*a.known, *b.known]):
        if name in a.known and name in b.known:
            tree = one_of([_bare(a.known[name]), _bare(b.known[name])])
            known[name] = tree if _is_sure(a.known[name]) and _is_sure(b.known[name]) else _maybe(tree)
        elif not (b if name in a.known else a).open:
            known[name] = _maybe(_bare((a if name in a.known else b).known[name]))
        else:
            known[name] = UNKNOWN
    return Obj(known, open=a.open or b.open)


def narrower(a: Tree, b: Tree) -> Tree:
    """What both trees allow. Where they allow nothing together, one of them."""
    if a is UNKNOWN or b is UNKNOWN:
        return b if a is UNKNOWN else a
    if isinstance(a, OneOf) or isinstance(b, OneOf):
        one, other = (a, b) if isinstance(a, OneOf) else (b, a)
        kept = [narrower(option, other) for option in one.options if _overlap(option, other)]
        return one_of(kept) if kept else one
    if isinstance(a, Obj) and isinstance(b, Obj):
        return _merged(a, b)
    if isinstance(a, Items) and isinstance(b, Items):
        return Items(narrower(a.tree, b.tree))
    if isinstance(a, Between) and isinstance(b, Between):
        return _between(a, b)
    return b if isinstance(a, UnknownString | UnknownNumber) and not isinstance(a, Between) else a


def _merged(a: Obj, b: Obj) -> Obj:
    known: dict[str, Tree] = {}
    for name in dict.fromkeys([*a.known, *b.known]):
        if name in a.known and name in b.known:
            tree = narrower(_bare(a.known[name]), _bare(b.known[name]))
            known[name] = tree if _is_sure(a.known[name]) or _is_sure(b.known[name]) else _maybe(tree)
        elif (b if name in a.known else a).open:
            known[name] = (a if name in a.known else b).known[name]
    return Obj(known, open=a.open and b.open)


def _between(a: Between, b: Between) -> Between:
    lows = [one.low for one in (a, b) if one.low is not None]
    highs = [one.high for one in (a, b) if one.high is not None]
    return Between(max(lows, default=None), min(highs, default=None), whole=a.whole or b.whole)


def _overlap(a: Tree, b: Tree) -> bool:
    """Whether some value may be allowed by both."""
    if isinstance(b, OneOf):
        return any(_overlap(a, option) for option in b.options)
    kinds = _kind(a), _kind(b)
    if kinds[0] != kinds[1]:
        return False
    plain = [_is_plain(a), _is_plain(b)]
    if all(plain):
        return bool(_value(a) == _value(b))
    if any(plain):
        value, other = (a, b) if plain[0] else (b, a)
        return other.holds(value) if isinstance(other, Between) else True
    return True


def _kind(tree: Tree) -> str:
    if isinstance(tree, str | UnknownString):
        return "string"
    if isinstance(tree, UnknownNumber) or is_number(tree):
        return "number"
    if isinstance(tree, Obj | Items):
        return "object" if isinstance(tree, Obj) else "array"
    return "constant"


def _is_plain(tree: Tree) -> bool:
    return isinstance(tree, str | bool | None) or is_number(tree)


def _value(tree: Tree) -> Tree:
    return CONSTANTS[tree] if tree is None or isinstance(tree, bool) else tree


def _bare(tree: Tree) -> Tree:
    return tree.tree if isinstance(tree, Maybe) else tree


def _maybe(tree: Tree) -> Tree:
    return UNKNOWN if tree is UNKNOWN else Maybe(tree)


def _is_sure(tree: Tree) -> bool:
    """Whether the field is there; an unknown one may be absent."""
    return not isinstance(tree, Maybe) and tree is not UNKNOWN
