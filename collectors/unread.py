"""What a refused listing would have given: the rows of the last snapshot that then stay."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Unread:
    """Rows of a frame whose columns have all of `where` and not `but`. A value may end in "*": any that begins so."""

    frame: str
    where: tuple[tuple[str, str], ...] = ()
    but: tuple[str, str] | None = None

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
        return Unread(self.frame, self.where, (column, value))


def rows_of(frame: str, **where: str) -> Unread:
    """Rows of a frame with these values.

    >>> rows_of("links", kind="archive").holds({"kind": "replay"})
    False
    """
    return Unread(frame, tuple(where.items()))


def _is(value: Any, wanted: str) -> bool:
    if wanted.endswith("*"):
        return isinstance(value, str) and value.startswith(wanted[:-1])
    return bool(value == wanted)
