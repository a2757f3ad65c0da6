"""Whether the leaves of one branch match an event, with array consistency."""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING, Any

from dashboard.flow.patterns.places import Places

if TYPE_CHECKING:
    from dashboard.flow.patterns.events import Event, Membership
    from dashboard.flow.patterns.leaf import Leaf


def sort_key(path: str) -> bytes:
    """The order in which the reference takes fields: by UTF-16 code units. It decides what exists: false sees."""
    return path.encode("utf-16-be", "surrogatepass")


def match_branch(leaves: tuple[Leaf, ...], event: Event) -> bool:
    """Whether all leaves of one branch, sorted by ``sort_key``, match the event together."""
    places = event.places
    # array elements have to agree only where two of the fields stand in arrays
    if places and sum(leaf.path in places for leaf in leaves) > 1:
        return match_placed(leaves, event)
    return match_flat(leaves, event)


def match_flat(leaves: tuple[Leaf, ...], event: Event) -> bool:
    """Whether each leaf matches by itself."""
    fields = event.fields
    for leaf in leaves:
        values = fields.get(leaf.path)
        if values is None:
            if not leaf.absent:
                return False
            continue
        exact = leaf.exact
        for value in values:
            if value in exact:
                break
        else:
            if not _any_test(leaf, values):
                return False
    return True


def _any_test(leaf: Leaf, values: list[Any]) -> bool:
    for test in leaf.tests:
        for value in values:
            if test(value):
                return True
    return False


def match_placed(leaves: tuple[Leaf, ...], event: Event) -> bool:
    """Whether the leaves, sorted by ``sort_key``, match values none of which stand in two elements of one array.

    ``exists: false`` is held against what the fields before it have chosen, as in the reference: it then means
    "absent from this element", and "absent everywhere" where no field before it stands in an array.
    """
    # a choice matters only while a later field stands in the same array: forgetting it keeps the states few
    later = _later_arrays(leaves, event)
    found = [_judged(leaf, event) for leaf in leaves]
    seen: set[tuple[int, frozenset[tuple[int, int]]]] = set()
    stack: list[tuple[int, dict[int, int]]] = [(0, {})]
    while stack:
        index, chosen = stack.pop()
        if index == len(leaves):
            return True
        state = (index, frozenset(chosen.items()))
        if state in seen:
            continue
        seen.add(state)
        absent = leaves[index].absent
        for accepted, place in found[index].near(chosen):
            if not consistent(chosen, place):
                continue
            absent = False
            if accepted:
                stack.append((index + 1, _kept({**chosen, **dict(place)}, later[index])))
        if absent:
            stack.append((index + 1, _kept(chosen, later[index])))
    return False


def _judged(leaf: Leaf, event: Event) -> Places[tuple[bool, Membership]]:
    """The leaf's values: whether each meets it, and where it stands."""
    values = event.fields.get(leaf.path, ())
    places = event.places.get(leaf.path) or [()] * len(values)
    return Places(
        [(leaf.accepts(value), place) for value, place in zip(values, places, strict=True)], itemgetter(1)
    )


def _later_arrays(leaves: tuple[Leaf, ...], event: Event) -> list[set[int]]:
    """For each leaf the arrays in which values of the leaves after it stand."""
    later: list[set[int]] = [set()]
    for leaf in reversed(leaves[1:]):
        later.append(later[-1] | {array for place in event.places.get(leaf.path, ()) for array, _ in place})
    return later[::-1]


def _kept(chosen: dict[int, int], arrays: set[int]) -> dict[int, int]:
    return {array: element for array, element in chosen.items() if array in arrays}


def consistent(chosen: dict[int, int], place: Membership) -> bool:
    """Whether a value at ``place`` stands in no other element of an array than those chosen so far."""
    return all(chosen.get(array, element) == element for array, element in place)
