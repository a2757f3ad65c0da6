"""The sources and detail types that a pattern names, without inventing pairs that it does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard.flow.patterns.leaf import conditions_words
from dashboard.flow.patterns.operators.exact import Exact, ExactAddress

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dashboard.flow.patterns.leaf import Leaf

Branch = tuple["Leaf", ...]
Head = tuple["Leaf | None", "Leaf | None"]
"""The leaves of a branch on source and on detail type."""


def heads(branches: Iterable[Branch], keys: tuple[str, str]) -> Iterator[Head]:
    """The head of each branch; ``keys`` are the paths of source and detail type."""
    for branch in branches:
        source, detail_type = (next((leaf for leaf in branch if leaf.path == key), None) for key in keys)
        yield source, detail_type


def named(leaf: Leaf | None) -> list[str]:
    """The strings among the conditions of a leaf."""
    if leaf is None:
        return []
    values = [c.value for c in leaf.conditions if isinstance(c, Exact | ExactAddress)]
    return [value for value in dict.fromkeys(values) if isinstance(value, str)]


def only_named(leaf: Leaf | None) -> list[str] | None:
    """The strings that a leaf asks for; None where it may be met by anything else."""
    names = named(leaf)
    return names if leaf is not None and len(names) == len(set(leaf.conditions)) else None


def pairs(found: Iterable[Head]) -> frozenset[tuple[str, str]]:
    """The (source, detail type) pairs that are literal: one source with its types, or one type with its sources.

    Several of each would be a product nobody wrote down, and names nothing.
    """
    return frozenset(
        (source, detail_type)
        for by_source, by_type in found
        if len(only_named(by_source) or ()) == 1 or len(only_named(by_type) or ()) == 1
        for source in named(by_source)
        for detail_type in named(by_type)
    )


def is_open(found: Iterable[Head]) -> bool:
    """Whether it takes types that ``pairs`` does not list."""
    for head in found:
        sources, types = map(only_named, head)
        if not sources or not types or (len(sources) > 1 and len(types) > 1):
            return True
    return False


def family(found: Iterable[Head]) -> str:
    """The types that it takes, in words: "source is a; any detail type"."""
    ways = [
        "; ".join(
            f"{name} {conditions_words(leaf.conditions)}" if leaf else f"any {name}"
            for name, leaf in zip(("source", "detail type"), head, strict=True)
        )
        for head in found
    ]
    return " or ".join(dict.fromkeys(ways))
