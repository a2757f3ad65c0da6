"""What a refused listing would have given: the rows of the last snapshot that then stay."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar


@dataclass(frozen=True)
class Unread:
    """Rows of a frame whose columns have all of `where` and not `but`. A value may end in "*": any that begins so."""

    frame: str
    where: tuple[tuple[str, str], ...] = ()
    but: tuple[str, str] | None = None
    instead: bool = False
    """Whether the old rows take the place of new ones that are told less of."""

    def holds(self, row: Mapping[str, Any]) -> bool:
        """Whether this row is one of them."""
        if self.but and _is(row[self.but[0]], self.but[1]):
            return False
        return all(_is(row[column], value) for column, value in self.where)

    @property
    def columns(self) -> set[str]:
        """The columns it looks at."""
        return {column for column, _ in self.where} | ({self.but[0]} if self.but else set())

    def without(self, column: str, value: str) -> "Unread":
        """The same rows but those that were read by another way."""
        return replace(self, but=(column, value))

    def in_place_of_new(self) -> "Unread":
        """The same rows, also where they were read anew in part: what was read of them is put into the old ones."""
        return replace(self, instead=True)


def rows_of(frame: str, **where: str) -> Unread:
    """Rows of a frame with these values.

    >>> rows_of("links", kind="archive").holds({"kind": "replay"})
    False
    """
    return Unread(frame, tuple(where.items()))


Told = TypeVar("Told")


class Sought(Generic[Told]):
    """Which of many Unreads, each with what is told of it, holds a row: asked once a row, however many there are."""

    def __init__(self, pairs: Iterable[tuple[Unread, Told]]) -> None:
        self._exact: dict[tuple[str, str], list[tuple[Unread, Told]]] = {}
        self._open: dict[Unread, Told] = {}
        for unread, told in pairs:
            arn = next((one for one in unread.where if "arn" in one[0] and not one[1].endswith("*")), None)
            if arn:
                self._exact.setdefault(arn, []).append((unread, told))
            else:
                self._open.setdefault(unread, told)
        self._columns = sorted({column for column, _ in self._exact})

    def find(self, row: Mapping[str, Any]) -> tuple[Unread, Told] | None:
        """The first that holds it."""
        exact = (pair for column in self._columns for pair in self._exact.get((column, row[column]), ()))
        return next((pair for pair in (*exact, *self._open.items()) if pair[0].holds(row)), None)


def _is(value: Any, wanted: str) -> bool:
    if wanted.endswith("*"):
        return isinstance(value, str) and value.startswith(wanted[:-1])
    return bool(value == wanted)
