"""Values by the array elements they stand in, so that those of one element are found without looking at all others."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence

T = TypeVar("T")
_FEW = 8


class Places(Generic[T]):
    """Items with their places, each a list of (array, index of the element)."""

    def __init__(self, items: Sequence[T], place_of: Callable[[T], Iterable[tuple[Hashable, int]]]) -> None:
        self._items = items
        self._inside: dict[Hashable, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
        self._outside: dict[Hashable, list[int]] = {}
        if len(items) <= _FEW:  # looking at all of them costs less
            return
        places = [dict(place_of(item)) for item in items]
        for number, place in enumerate(places):
            for array, element in place.items():
                self._inside[array][element].append(number)
        shared = [array for array, elements in self._inside.items() if len(elements) > _FEW]
        for array in shared:
            self._outside[array] = [number for number, place in enumerate(places) if array not in place]

    def near(self, chosen: Mapping[Any, int]) -> Sequence[T]:
        """In their order all items that stand in no other element of an array than those chosen; others may be among them."""
        known = [array for array in chosen if array in self._outside]
        if not known:
            return self._items
        array = min(known, key=lambda one: len(self._outside[one]))
        numbers = [*self._inside[array].get(chosen[array], ()), *self._outside[array]]
        return [self._items[number] for number in sorted(numbers)]
