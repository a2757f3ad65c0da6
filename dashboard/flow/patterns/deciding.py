"""Deciding a pattern over a partial tree: always, sometimes or never, with what remains open in words.

The rule: never "always" when some completion of the tree fails, never "never" when some completion matches.
Over a tree that is wholly known the answer is that of the match.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from operator import attrgetter
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from dashboard.flow.patterns.occurrences import Occurrence, Where, occurrences
from dashboard.flow.patterns.operators.exists import Absent
from dashboard.flow.patterns.partial import Shared, event_tree
from dashboard.flow.patterns.places import Places
from dashboard.flow.patterns.scalars import scalar_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, MutableMapping, Sequence

    from dashboard.flow.patterns.leaf import Leaf
    from dashboard.flow.patterns.partial import Tree
    from dashboard.flow.patterns.scalars import Tri

Chosen = dict[Where, int]


@dataclass(slots=True)
class Alone:
    """What one leaf comes to when no other has to hold with it: whether it may hold, and whether it does for certain.

    ``placed``: one of its values stands in an array whose elements are known one by one. ``words``: it in words, without
    the alternatives that cannot hold; null until they are asked for.
    """

    placed: bool
    possible: bool
    sure: bool
    words: str | None = None


class Found(dict[str, list[Occurrence]]):
    """The occurrences by path, looked for when first asked: most patterns fail at their first leaf.

    What a leaf comes to by itself is kept too: patterns of one estate ask the same things again and again.
    """

    def __init__(self, tree: Tree, opened: frozenset[str]) -> None:
        super().__init__()
        self.tree = tree
        self.opened = opened
        self._kept: MutableMapping[Leaf, Alone] = {}

    def __missing__(self, path: str) -> list[Occurrence]:
        found = self[path] = occurrences(self.tree, path, self.opened)
        return found

    def alone(self, leaf: Leaf) -> Alone:
        """What the leaf comes to by itself."""
        kept = self._kept.get(leaf)
        if kept is None:
            there = self[leaf.path]
            possible = next(_possible(leaf, there, {}), None) is not None
            sure = possible and next(_surely(leaf, there, {}), None) is not None
            kept = self._kept[leaf] = Alone(any(one.place for one in there), possible, sure)
        return kept

    def words(self, leaf: Leaf) -> str:
        """The leaf in words, without the alternatives that cannot hold here."""
        alone = self.alone(leaf)
        if alone.words is None:
            alone.words = _open_words(leaf, self[leaf.path])
        return alone.words


def _found(tree: Tree, opened: frozenset[str]) -> Found:
    if not isinstance(tree, Shared) or opened:
        return Found(tree, opened)
    kept: Found = tree.looked_up.setdefault("found", Found(tree, opened))
    return kept


class _OfType(Found):
    """An event of which only the type is known: the same for all estates, kept while their patterns are."""

    def __init__(self) -> None:
        super().__init__(event_tree("", ""), frozenset())
        self._kept = WeakKeyDictionary()

    def __missing__(self, path: str) -> list[Occurrence]:
        return _in_any_event(path)


@lru_cache(maxsize=20_000)
def _in_any_event(path: str) -> list[Occurrence]:
    return occurrences(event_tree("", ""), path, frozenset())


_OF_TYPE = _OfType()


@dataclass(frozen=True)
class Decision:
    """The answer. ``when``: the conditions that have to hold for "sometimes", all of them. ``why``: for "never"."""

    delivery: Tri
    when: tuple[str, ...] = ()
    why: tuple[str, ...] = ()


def decide(branches: tuple[tuple[Leaf, ...], ...], tree: Tree, opened: frozenset[str]) -> Decision:
    """Whether every, some or no completion of ``tree`` matches one of the branches."""
    found = _found(tree, opened)
    delivery, alive = _delivery(branches, found)
    if delivery == "never":
        return Decision("never", why=_why(branches, found))
    return Decision(delivery, when=_when(alive, found) if delivery == "sometimes" else ())


def may_match(branches: tuple[tuple[Leaf, ...], ...], tree: Tree, opened: frozenset[str]) -> bool:
    """Whether some completion of ``tree`` matches: ``decide`` without the words, where only "never" matters."""
    found = _found(tree, opened)
    return any(_may(branch, found) for branch in branches)


def decide_of_type(branches: tuple[tuple[Leaf, ...], ...]) -> Decision:
    """``decide`` over any event of a type, for branches whose leaves on source and detail type were taken off as met.

    What is left reads fields of which the type says nothing, so that the answer is the same for every type.
    """
    delivery, alive = _delivery(branches, _OF_TYPE)
    return Decision(delivery, when=_when(alive, _OF_TYPE) if delivery == "sometimes" else ())


def _delivery(branches: tuple[tuple[Leaf, ...], ...], found: Found) -> tuple[Tri, list[tuple[Leaf, ...]]]:
    """The answer, and the branches that some completion matches."""
    alive = [branch for branch in branches if _may(branch, found)]
    if not alive:
        return "never", alive
    return "always" if any(_must(branch, found) for branch in alive) else "sometimes", alive


def _may(branch: tuple[Leaf, ...], found: Found) -> bool:
    """Whether some completion matches the branch."""
    holds = True
    for leaf in branch:
        alone = found.alone(leaf)
        if alone.placed:
            return _reach(branch, found, _possible)
        if not alone.possible:
            if not leaf.absent:  # what has to be absent may be so in one element, and not in all
                return False
            holds = False
    return holds


def _must(branch: tuple[Leaf, ...], found: Found) -> bool:
    """Whether every completion matches the branch."""
    alone = [found.alone(leaf) for leaf in branch]
    if any(one.placed for one in alone):
        return _reach(branch, found, _surely)
    return all(one.sure for one in alone)


def _reach(
    branch: tuple[Leaf, ...],
    found: Found,
    steps: Callable[[Leaf, Sequence[Occurrence], Chosen], Iterator[Chosen]],
) -> bool:
    """Whether the leaves can be gone through one after the other, choosing array elements that agree."""
    later = _later_arrays(branch, found)
    places = [Places(found[leaf.path], attrgetter("place")) for leaf in branch]
    seen = set()
    stack: list[tuple[int, Chosen]] = [(0, {})]
    while stack:
        index, chosen = stack.pop()
        if index == len(branch):
            return True
        state = (index, frozenset(chosen.items()))
        if state in seen:
            continue
        seen.add(state)
        for after in steps(branch[index], places[index].near(chosen), chosen):
            kept = {array: element for array, element in after.items() if array in later[index]}
            stack.append((index + 1, kept))
    return False


def _later_arrays(branch: tuple[Leaf, ...], found: Found) -> list[set[Where]]:
    """For each leaf the arrays in which values of the leaves after it stand: choices in others may be forgotten."""
    later: list[set[Where]] = [set()]
    for leaf in reversed(branch[1:]):
        later.append(later[-1] | {array for one in found[leaf.path] for array, _ in one.place})
    return later[::-1]


def _agrees(occurrence: Occurrence, chosen: Chosen) -> bool:
    return all(chosen.get(array, element) == element for array, element in occurrence.place)


def _possible(leaf: Leaf, found: Sequence[Occurrence], chosen: Chosen) -> Iterator[Chosen]:
    """The choices that some completion offers."""
    near = [occurrence for occurrence in found if _agrees(occurrence, chosen)]
    for occurrence in near:
        if occurrence.meets(leaf) != "never":
            yield {**chosen, **dict(occurrence.place)}
    if leaf.absent and not any(occurrence.certain for occurrence in near):
        yield chosen


def _surely(leaf: Leaf, found: Sequence[Occurrence], chosen: Chosen) -> Iterator[Chosen]:
    """The choices that every completion offers."""
    near = [occurrence for occurrence in found if _agrees(occurrence, chosen)]
    for occurrence in near:
        if occurrence.certain and occurrence.meets(leaf) == "always":
            yield {**chosen, **dict(occurrence.place)}
    # present or absent, it is right either way, as long as it brings no new choice of an array's element
    if leaf.absent and all(
        occurrence.meets(leaf) == "always" and not dict(occurrence.place).keys() - chosen.keys()
        for occurrence in near
    ):
        yield chosen


def _open_words(leaf: Leaf, there: list[Occurrence]) -> str:
    certain = any(occurrence.certain for occurrence in there)
    conditions = [
        condition
        for condition in leaf.conditions
        if any(occurrence.may_meet(condition) for occurrence in there)
        or (isinstance(condition, Absent) and not certain)
    ]
    return leaf.words(conditions or leaf.conditions)


def _when(alive: list[tuple[Leaf, ...]], found: Found) -> tuple[str, ...]:
    """What has to hold: the conditions common to all branches, and the rest as one choice."""
    ways = list(dict.fromkeys(tuple(_needs(branch, found)) for branch in alive))
    if len(ways) == 1:
        return ways[0]
    ways = [way for way in ways if not any(set(other) < set(way) for other in ways)]
    common = [text for text in ways[0] if all(text in way for way in ways)]
    if len(ways) == 1:
        return tuple(common)
    rests = [" and ".join(text for text in way if text not in common) for way in ways]
    return (*common, "either " + " or ".join(f"({rest})" if " and " in rest else rest for rest in rests))


def _needs(branch: tuple[Leaf, ...], found: Found) -> list[str]:
    needs = [found.words(leaf) for leaf in branch if not found.alone(leaf).sure]
    together = [found.words(leaf) for leaf in branch if found.alone(leaf).placed]
    if needs and len(together) < 2:
        return needs
    return [*needs, f"in one element of an array: {', '.join(together)}"]


def _why(branches: tuple[tuple[Leaf, ...], ...], found: Found) -> tuple[str, ...]:
    """Why the branch that comes nearest cannot match."""
    impossible = [[leaf for leaf in branch if not found.alone(leaf).possible] for branch in branches]
    nearest = min(impossible, key=len)
    if not nearest:
        return ("its conditions cannot hold in one element of an array",)
    return tuple(f"{leaf.words()} cannot hold{_here(found[leaf.path])}" for leaf in nearest)


def _here(there: list[Occurrence]) -> str:
    if not there:
        return ": there is no such field"
    if all(occurrence.values and not occurrence.strings and not occurrence.numbers for occurrence in there):
        values = dict.fromkeys(scalar_words(value) for occurrence in there for value in occurrence.values)
        return f": it is {' or '.join(values)}"
    return ""
