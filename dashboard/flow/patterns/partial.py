"""Events of which only a part is known, as trees: the values a pattern can be decided over without an event.

A tree stands for a set of JSON values, its completions. Plain Python values stand for themselves; a dict or list may
hold further trees. An unknown field of an open object may have any name that the object does not know, without a dot.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from dashboard.flow.patterns.scalars import Scalar

Tree = Any
"""A JSON value, or any of the classes below; containers may hold trees."""


class Unknown:
    """Any JSON value; as a field of an object it may also be absent."""

    def __repr__(self) -> str:
        return "UNKNOWN"


class UnknownString:
    """Some string."""

    def __repr__(self) -> str:
        return "UNKNOWN_STRING"


class UnknownNumber:
    """Some number."""

    def __repr__(self) -> str:
        return "UNKNOWN_NUMBER"


UNKNOWN: Final = Unknown()
UNKNOWN_STRING: Final = UnknownString()
UNKNOWN_NUMBER: Final = UnknownNumber()


@dataclass(frozen=True)
class Obj:
    """An object with the ``known`` fields; ``open`` says that it may have others, of which nothing is known."""

    known: dict[str, Tree] = field(default_factory=dict)
    open: bool = True


@dataclass(frozen=True)
class Shared(Obj):
    """An object that many patterns are decided over: what one of them looked up in it is kept for the next."""

    looked_up: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True)
class OneOf:
    """One of several trees."""

    options: tuple[Tree, ...]


@dataclass(frozen=True)
class Maybe:
    """A field that may be absent; where it is present it is ``tree``."""

    tree: Tree


@dataclass(frozen=True)
class Present:
    """A field that is there: some string, number, true, false or null, but none of ``but``. What is below it is unknown."""

    but: frozenset[Scalar] = frozenset()


@dataclass(frozen=True)
class Items:
    """An array of any length, each element being a completion of ``tree``."""

    tree: Tree


@dataclass(frozen=True)
class Json:
    """A string that holds the JSON text of a completion of ``tree``, such as the body of a queue's message."""

    tree: Tree


def event_tree(
    source: str,
    detail_type: str,
    account: str | None = None,
    region: str | None = None,
    bus: str | None = None,  # noqa: ARG001 - the bus is no field of the envelope; callers have it at hand
    detail: Tree = None,
) -> Obj:
    """The envelope of an event of the type, with nothing known but source, detail type and what is given.

    ``detail`` is a tree; without it detail is an object of unknown fields. An event as EventBridge delivers it has
    exactly nine fields, and one that is replayed from an archive ``replay-name`` besides.
    """
    return Obj(
        {
            "version": "0",
            "id": UNKNOWN_STRING,
            "detail-type": detail_type,
            "source": source,
            "account": UNKNOWN_STRING if account is None else account,
            "time": UNKNOWN_STRING,
            "region": UNKNOWN_STRING if region is None else region,
            "resources": Items(UNKNOWN_STRING),
            "detail": Obj() if detail is None else detail,
            "replay-name": Maybe(UNKNOWN_STRING),
        },
        open=False,
    )
