"""The sources and detail types that a pattern names, without inventing pairs that it does not."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dashboard.flow.patterns.leaf import conditions_words
from dashboard.flow.patterns.operators.exact import Exact, ExactAddress

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dashboard.flow.patterns.leaf import Leaf


class Literals(NamedTuple):
    """What a pattern names exactly. None: in some branch the field is free, or has a condition that is no literal.

    ``exact``: both are known, so that no other source and no other detail type can match.
    """

    sources: tuple[str, ...] | None
    detail_types: tuple[str, ...] | None
    exact: bool


def named(leaf: Leaf | None) -> list[str]:
    """The strings among the conditions of a leaf."""
    if leaf is None:
        return []
    values = [c.value for c in leaf.conditions if isinstance(c, Exact | ExactAddress)]
    return [value for value in dict.fromkeys(values) if isinstance(value, str)]


def _only_named(leaves: list[Leaf | None]) -> tuple[str, ...] | None:
    found: dict[str, None] = {}
    for leaf in leaves:
        names = named(leaf)
        if leaf is None or len(names) != len(set(leaf.conditions)):
            return None
        found.update(dict.fromkeys(names))
    return tuple(found)


def _leaves(branches: Iterable[tuple[Leaf, ...]], path: str) -> list[Leaf | None]:
    return [next((leaf for leaf in branch if leaf.path == path), None) for branch in branches]


def literals(branches: tuple[tuple[Leaf, ...], ...], keys: tuple[str, str]) -> Literals:
    """The literals of all branches; ``keys`` are the paths of source and detail type."""
    sources, types = (_only_named(_leaves(branches, key)) for key in keys)
    return Literals(sources, types, sources is not None and types is not None)


def pairs(branches: tuple[tuple[Leaf, ...], ...], keys: tuple[str, str]) -> frozenset[tuple[str, str]]:
    """The (source, detail type) pairs that are literal: one source with its types, or one type with its sources.

    Several of each would be a product nobody wrote down, and names nothing.
    """
    found: set[tuple[str, str]] = set()
    for source, detail_type in zip(*(_leaves(branches, key) for key in keys), strict=True):
        if source is None or detail_type is None:
            continue
        sources, types = named(source), named(detail_type)
        one_source = len(sources) == len(set(source.conditions)) == 1
        one_type = len(types) == len(set(detail_type.conditions)) == 1
        if one_source or one_type:
            found |= {(s, t) for s in sources for t in types}
    return frozenset(found)


def families(branches: tuple[tuple[Leaf, ...], ...], keys: tuple[str, str]) -> tuple[str, ...]:
    """The conditions on source and detail type that are no literals, in words: "source begins with aws."."""
    found: dict[str, None] = {}
    for branch in branches:
        for leaf in branch:
            open_ended = [c for c in leaf.conditions if not isinstance(c, Exact | ExactAddress)]
            if leaf.path in keys and open_ended:
                found[f"{leaf.path} {conditions_words(open_ended)}"] = None
    return tuple(found)
