"""wildcard: strings in which * stands for any characters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from typing_extensions import override

from dashboard.flow.patterns.conditions import Condition
from dashboard.flow.patterns.operators.argument import refuse, text_argument
from dashboard.flow.patterns.scalars import Scalar, Tri, scalar_words
from dashboard.flow.patterns.wildcards import segments, wild_match

if TYPE_CHECKING:
    from dashboard.flow.patterns.errors import Step
    from dashboard.flow.patterns.jsontext import Json

NAME = "wildcard"


@dataclass(frozen=True)
class Wildcard(Condition):
    """The value is a string like ``text``; ``parts`` are the literal pieces between its wildcards."""

    operator: ClassVar[str] = NAME
    text: str
    parts: tuple[str, ...]

    @override
    def test(self, value: Scalar) -> bool:
        return isinstance(value, str) and wild_match(self.parts, value)

    @override
    def words(self) -> str:
        return f"is like {scalar_words(self.text)}"

    @property
    @override
    def over_strings(self) -> Tri:
        return "always" if self.parts == ("", "") else "sometimes"


def parse(argument: Json, path: tuple[Step, ...]) -> Wildcard:
    """``{"wildcard": "a*b"}``."""
    text = text_argument(argument, path)
    try:
        return Wildcard(text, tuple(segments(text)))
    except ValueError as error:
        raise refuse(path, str(error)) from None
