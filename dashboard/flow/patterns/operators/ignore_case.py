"""equals-ignore-case: the whole string, upper and lower case being the same."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from typing_extensions import override

from dashboard.flow.patterns.conditions import Condition
from dashboard.flow.patterns.folding import folded_equal
from dashboard.flow.patterns.operators.argument import text_argument
from dashboard.flow.patterns.scalars import Scalar, scalar_words

if TYPE_CHECKING:
    from collections.abc import Callable

    from dashboard.flow.patterns.errors import Step
    from dashboard.flow.patterns.jsontext import Json

NAME = "equals-ignore-case"


@dataclass(frozen=True)
class EqualsIgnoreCase(Condition):
    """The value is the string ``text`` in any case."""

    operator: ClassVar[str] = NAME
    text: str
    matches: Callable[[str], bool] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "matches", folded_equal(self.text))

    @override
    def test(self, value: Scalar) -> bool:
        return isinstance(value, str) and self.matches(value)

    @override
    def words(self) -> str:
        return f"is {scalar_words(self.text)} (any case)"


def parse(argument: Json, path: tuple[Step, ...]) -> EqualsIgnoreCase:
    """``{"equals-ignore-case": "a"}``."""
    return EqualsIgnoreCase(text_argument(argument, path))
