"""Deciding a pattern over a partial tree: always, sometimes or never, with what remains open in words.

The rule: never "always" when some completion of the tree fails, never "never" when some completion matches.
Over a tree that is wholly known the answer is that of the match.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple
from weakref import WeakKeyDictionary

from dashboard.flow.patterns.occurrences import Occurrence, Where, occurrences
from dashboard.flow.patterns.operators.exists import Absent
from dashboard.flow.patterns.partial import Shared, event_tree
from dashboard.flow.patterns.scalars import scalar_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, MutableMapping

    from dashboard.flow.patterns.leaf import Leaf
    from dashboard.flow.patterns.partial import Tree
    from dashboard.flow.patterns.scalars import Tri

Chosen = dict[Where, int]


class Found(dict[str, list[Occurrence]]):
    """The occurrences by path, looked for when first asked: most patterns fail at their first leaf.

    What a leaf comes to by itself is kept too: patterns of one estate ask the same things again and again.
    """

    def __init__(self, tree: Tree, opened: frozenset[str]) -> None:
        super().__init__()
        self.tree = tree
        self.opened = opened
        self._alone: MutableMapping[Leaf, _Alone] = {}

    def __missing__(self, path: str) -> list[Occurrence]:
        found = self[path] = occurrences(self.tree, path, self.opened)
        return found

    def alone(self, leaf: Leaf) -> _Alone:
        """What the leaf comes to when no other has to hold with it."""
        kept = self._alone.get(leaf)
        if kept is None:
            kept = self._alone[leaf] = _alone(leaf, self[leaf.path])
        return kept


class _Alone(NamedTuple):
    """A leaf by itself: whether it may hold, surely holds, and whether one of its values stands in a known array; its words."""

    possible: bool
    sure: bool
    placed: bool
    words: str


def _alone(leaf: Leaf, there: list[Occurrence]) -> _Alone:
    possible, sure = (next(steps(leaf, there, {}), None) is not None for steps in (_possible, _surely))
    placed = any(occurrence.place for occurrence in there)
    return _Alone(possible, sure, placed, _open_words(leaf, there) if possible or placed else "")


def _found(tree: Tree, opened: frozenset[str]) -> Found:
    if not isinstance(tree, Shared) or opened:
        return Found(tree, opened)
    kept: Found = tree.looked_up.setdefault("found", Found(tree, opened))
    return kept


class _OfType(Found):
    """An event of which only the type is known: the same for all estates, kept while their patterns are."""

    def __init__(self) -> None:
        super().__init__(event_tree("", ""), frozenset())
        self._alone = WeakKeyDictionary()

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
    alone = [found.alone(leaf) for leaf in branch]
    if not any(one.placed for one in alone):
        return all(one.possible for one in alone)
    return _reach(branch, found, _possible)


def _must(branch: tuple[Leaf, ...], found: Found) -> bool:
    """Whether every completion matches the branch."""
    alone = [found.alone(leaf) for leaf in branch]
    if not any(one.placed for one in alone):
        return all(one.sure for one in alone)
    return _reach(branch, found, _surely)


def _reach(
    branch: tuple[Leaf, ...],
    found: Found,
    steps: Callable[[Leaf, list[Occurrence], Chosen], Iterator[Chosen]],
) -> bool:
    """Whether the leaves can be gone through one after the other, choosing array elements that agree."""
    later = _LaterArrays(branch, found)
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
        leaf = branch[index]
        stack.extend((index + 1, later.kept(after, index)) for after in steps(leaf, found[leaf.path], chosen))
    return False


class _LaterArrays:
    """Forgets choices in arrays where no later leaf has a value, which keeps the states few."""

    def __init__(self, branch: tuple[Leaf, ...], found: Found) -> None:
        self.branch = branch
        self.found = found

    def kept(self, chosen: Chosen, index: int) -> Chosen:
        if not chosen:
            return chosen
        arrays = {
            array
            for leaf in self.branch[index + 1 :]
            for occurrence in self.found[leaf.path]
            for array, _ in occurrence.place
        }
        return {array: element for array, element in chosen.items() if array in arrays}


def _agrees(occurrence: Occurrence, chosen: Chosen) -> bool:
    return all(chosen.get(array, element) == element for array, element in occurrence.place)


def _possible(leaf: Leaf, found: list[Occurrence], chosen: Chosen) -> Iterator[Chosen]:
    """The choices that some completion offers."""
    near = [occurrence for occurrence in found if _agrees(occurrence, chosen)]
    for occurrence in near:
        if occurrence.meets(leaf) != "never":
            yield {**chosen, **dict(occurrence.place)}
    if leaf.absent and not any(occurrence.certain for occurrence in near):
        yield chosen


def _surely(leaf: Leaf, found: list[Occurrence], chosen: Chosen) -> Iterator[Chosen]:
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
    """The leaf in words, without the alternatives that cannot hold here."""
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
    ways = [way for way in ways if not any(set(other) < set(way) for other in ways)]
    common = [text for text in ways[0] if all(text in way for way in ways)]
    if len(ways) == 1:
        return tuple(common)
    rests = [" and ".join(text for text in way if text not in common) for way in ways]
    return (*common, "either " + " or ".join(f"({rest})" if " and " in rest else rest for rest in rests))


def _needs(branch: tuple[Leaf, ...], found: Found) -> list[str]:
    alone = [found.alone(leaf) for leaf in branch]
    needs = [one.words for one in alone if not one.sure]
    together = [one.words for one in alone if one.placed]
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
