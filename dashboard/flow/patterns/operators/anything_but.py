"""anything-but: there is a value, and it is none of those named."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from typing_extensions import override

from dashboard.flow.patterns.conditions import Condition
from dashboard.flow.patterns.operators import ignore_case, prefix, suffix, wildcard
from dashboard.flow.patterns.operators.argument import refuse, single
from dashboard.flow.patterns.scalars import Scalar, Tri, is_number, scalar_words

if TYPE_CHECKING:
    from collections.abc import Callable

    from dashboard.flow.patterns.errors import Step
    from dashboard.flow.patterns.jsontext import Json

NAME = "anything-but"

_INNER: dict[str, Callable[[Json, tuple[Step, ...]], Condition]] = {
    prefix.NAME: prefix.parse,
    suffix.NAME: suffix.parse,
    ignore_case.NAME: ignore_case.parse,
    wildcard.NAME: wildcard.parse,
}


@dataclass(frozen=True)
class AnythingBut(Condition):
    """The value is none of ``values``, which are all strings or all numbers."""

    operator: ClassVar[str] = NAME
    values: tuple[Scalar, ...]
    refused: frozenset[Scalar] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "refused", frozenset(self.values))

    @override
    def test(self, value: Scalar) -> bool:
        return value not in self.refused

    @override
    def words(self) -> str:
        names = ", ".join(scalar_words(value) for value in self.values)
        return f"is not {names}" if len(self.values) == 1 else f"is none of {names}"

    @property
    @override
    def over_strings(self) -> Tri:
        return "sometimes" if isinstance(self.values[0], str) else "always"

    @property
    @override
    def over_numbers(self) -> Tri:
        return "sometimes" if is_number(self.values[0]) else "always"


@dataclass(frozen=True)
class NoneOf(Condition):
    """The value meets none of ``inner``, which only strings can meet."""

    operator: ClassVar[str] = NAME
    inner: tuple[Condition, ...]

    @override
    def test(self, value: Scalar) -> bool:
        return not any(condition.test(value) for condition in self.inner)

    @override
    def words(self) -> str:
        return "is present but not one that " + " or ".join(condition.words() for condition in self.inner)

    @property
    @override
    def over_strings(self) -> Tri:
        return "never" if any(c.over_strings == "always" for c in self.inner) else "sometimes"

    @property
    @override
    def over_numbers(self) -> Tri:
        return "always"


def parse(argument: Json, path: tuple[Step, ...]) -> AnythingBut | NoneOf:
    """A string, a number, an array of one of these kinds, or an operator on strings with one or several arguments."""
    if isinstance(argument, str) or is_number(argument):
        return AnythingBut((argument,))
    if isinstance(argument, list):
        return AnythingBut(_one_kind(argument, path))
    name, value = single(argument, path, list(_INNER))
    path = (*path, name)
    texts = value if isinstance(value, list) else [value]
    if not texts:
        raise refuse(path, "a string or an array with at least one string")
    conditions = []
    for index, text in enumerate(texts):
        place = (*path, index) if isinstance(value, list) else path
        if not isinstance(text, str):
            raise refuse(place, "a string" if isinstance(value, list) else "a string or an array of strings")
        if not text and name in (prefix.NAME, suffix.NAME):
            raise refuse(place, "a string that is not empty")
        conditions.append(_INNER[name](text, place))
    return NoneOf(tuple(conditions))


def _one_kind(values: list[Json], path: tuple[Step, ...]) -> tuple[Scalar, ...]:
    strings = all(isinstance(value, str) for value in values)
    numbers = all(is_number(value) for value in values)
    if not values or not (strings or numbers):
        raise refuse(path, "an array of strings, or one of numbers, with at least one of them")
    return tuple(values)
