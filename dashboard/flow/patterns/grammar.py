"""From the JSON of a pattern to its branches: the ``$or``s multiplied out, each branch a set of leaves.

This mirrors the reference: ``$or`` is a keyword where every ``$or`` of the pattern holds at least two objects without
reserved names; if reading it so fails, the whole pattern is read again with ``$or`` as an ordinary field name.
"""

from __future__ import annotations

from dashboard.flow.patterns.conditions import Condition
from dashboard.flow.patterns.errors import PatternError, Step, path_text
from dashboard.flow.patterns.jsontext import MAX_DEPTH, Json, Pairs, is_object, items
from dashboard.flow.patterns.operators import OPERATORS
from dashboard.flow.patterns.operators.argument import refuse
from dashboard.flow.patterns.operators.exact import literal

Branch = dict[str, tuple[Condition, ...]]
"""The conditions by the path of their field; all fields have to match."""

MAX_BRANCHES = 4096
"""Most branches that ``$or``s may multiply to; the service itself stops at 1,000 combinations."""

RESERVED = frozenset(
    {operator.name for operator in OPERATORS}
    | {"=", "<", "<=", ">", ">=", "html", "regex", "not-wildcard", "not-equals-ignore-case"}
    | {"date-after", "date-on-or-after", "date-before", "date-on-or-before", "in-date-range"}
    | {"ip-address-in-range", "ip-address-not-in-range"}
)
"""Names that no field inside ``$or`` may have."""

_PARSERS = {operator.name: operator.parse for operator in OPERATORS}


def branches(document: Json) -> list[Branch]:
    """The branches of a pattern; an event matches the pattern when it matches any of them.

    Raises PatternError for what the reference refuses.
    """
    if not is_object(document):
        raise PatternError("$", "an object")
    try:
        return _Reader(or_is_keyword=True).read(document)
    except PatternError as error:
        if not _names_or(document):
            raise
        try:
            return _Reader(or_is_keyword=False).read(document)
        except PatternError:
            raise error from None


def _names_or(document: Json) -> bool:
    stack = [document]
    while stack:
        node = stack.pop()
        if is_object(node):
            for key, value in items(node):
                if key == "$or":
                    return True
                stack.append(value)
        elif isinstance(node, list):
            stack.extend(node)
    return False


class _Reader:
    """One reading of a pattern, from the top; ``inside`` tells whether a ``$or`` is above."""

    def __init__(self, *, or_is_keyword: bool) -> None:
        self.or_is_keyword = or_is_keyword

    def read(self, document: Json) -> list[Branch]:
        found: list[Branch] = []
        self._object(document, found, (), "", inside=False)
        return found

    def _object(
        self, node: Json, found: list[Branch], path: tuple[Step, ...], field: str, *, inside: bool
    ) -> None:
        if len(path) > MAX_DEPTH:
            raise refuse(path[:3], f"a pattern nested at most {MAX_DEPTH} levels deep")
        if not node:
            raise refuse(path, "an object with at least one field")
        for key, value in items(node):
            place = (*path, key)
            if key == "$or" and self.or_is_keyword:
                self._or(value, found, place, field)
                continue
            if inside and key in RESERVED:
                raise refuse(place, "a field name that is not a reserved word inside $or")
            name = f"{field}.{key}" if field else key
            if is_object(value):
                self._object(value, found, place, name, inside=inside)
            elif isinstance(value, list):
                # the last leaf of a path wins, as it does when a key stands twice
                conditions = _leaf(value, place)
                for branch in found or _first(found):
                    branch[name] = conditions
            else:
                raise refuse(place, "an object or an array")

    def _or(self, node: Json, found: list[Branch], path: tuple[Step, ...], field: str) -> None:
        if not isinstance(node, list) or len(node) < 2:
            raise refuse(path, "an array of at least two objects")
        before = [dict(branch) for branch in found] or [{}]
        found.clear()
        for index, alternative in enumerate(node):
            place = (*path, index)
            if not is_object(alternative):
                raise refuse(place, "an object")
            forked = [dict(branch) for branch in before]
            self._object(alternative, forked, place, field, inside=True)
            found.extend(forked)
            if len(found) > MAX_BRANCHES:
                raise refuse(path, f"at most {MAX_BRANCHES} combinations of $or")


def _first(found: list[Branch]) -> list[Branch]:
    found.append({})
    return found


def _leaf(values: list[Json], path: tuple[Step, ...]) -> tuple[Condition, ...]:
    if not values:
        raise refuse(path, "an array with at least one value")
    return tuple(_condition(value, (*path, index)) for index, value in enumerate(values))


def _condition(value: Json, path: tuple[Step, ...]) -> Condition:
    if isinstance(value, list):
        raise refuse(path, "a string, a number, true, false, null or an operator")
    if not isinstance(value, dict | Pairs):
        return literal(value)
    pairs = list(items(value))
    if len(pairs) != 1:
        raise refuse(path, "an operator, as an object with exactly one key")
    name, argument = pairs[0]
    if name not in _PARSERS:
        names = ", ".join(_PARSERS)
        raise PatternError(path_text((*path, name)), f"one of the operators {names}")
    return _PARSERS[name](argument, (*path, name))
