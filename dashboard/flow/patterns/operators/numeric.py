"""numeric: numbers compared with one number, or lying between two."""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from operator import ge, gt, le, lt
from typing import TYPE_CHECKING, ClassVar

from typing_extensions import override

from dashboard.flow.patterns.conditions import Condition
from dashboard.flow.patterns.operators.argument import refuse
from dashboard.flow.patterns.scalars import Number, Scalar, Tri, is_number, scalar_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from dashboard.flow.patterns.errors import Step
    from dashboard.flow.patterns.jsontext import Json

NAME = "numeric"

_LOWER = (">", ">=")
_UPPER = ("<", "<=")


@dataclass(frozen=True)
class NumericEquals(Condition):
    """The value is a number equal to ``bound``."""

    operator: ClassVar[str] = NAME
    bound: Number

    @override
    def test(self, value: Scalar) -> bool:
        return value == self.bound

    @override
    def words(self) -> str:
        return f"= {scalar_text(self.bound)}"

    @property
    @override
    def over_strings(self) -> Tri:
        return "never"

    @property
    @override
    def over_numbers(self) -> Tri:
        return "sometimes"


@dataclass(frozen=True)
class NumericRange(Condition):
    """The value is a number above ``low`` and below ``high``; a bound that is None does not bind."""

    operator: ClassVar[str] = NAME
    low: Number | None
    low_open: bool
    high: Number | None
    high_open: bool

    @override
    def test(self, value: Scalar) -> bool:
        return self.compiled()(value)

    @override
    def compiled(self) -> Callable[[Scalar], bool]:
        above = gt if self.low_open else ge
        below = lt if self.high_open else le
        low, high = self.low, self.high

        def test(value: Scalar) -> bool:
            kind = type(value)
            if kind is not int and kind is not float and kind is not Decimal:
                return False
            return (low is None or above(value, low)) and (high is None or below(value, high))  # type: ignore[arg-type]

        return test

    @override
    def words(self) -> str:
        parts = []
        if self.low is not None:
            parts.append(f"{'>' if self.low_open else '>='} {scalar_text(self.low)}")
        if self.high is not None:
            parts.append(f"{'<' if self.high_open else '<='} {scalar_text(self.high)}")
        return " and ".join(parts)

    @property
    @override
    def over_strings(self) -> Tri:
        return "never"

    @property
    @override
    def over_numbers(self) -> Tri:
        return "sometimes"


def parse(argument: Json, path: tuple[Step, ...]) -> NumericEquals | NumericRange:
    """``{"numeric": ["=", 5]}``, or a lower bound, an upper bound, or both in this order."""
    if not isinstance(argument, list) or len(argument) not in (2, 4):
        raise refuse(path, 'an array such as ["=", 5], [">", 0] or [">", 0, "<=", 5]')
    first = argument[0]
    if first not in ("=", *_LOWER, *_UPPER):
        raise refuse((*path, 0), "one of =, >, >=, <, <=")
    bound = _bound(argument, 1, path)
    if len(argument) == 2:
        if first == "=":
            return NumericEquals(bound)
        if first in _LOWER:
            return NumericRange(bound, first == ">", None, high_open=False)
        return NumericRange(None, low_open=False, high=bound, high_open=first == "<")
    if first not in _LOWER or argument[2] not in _UPPER:
        raise refuse(path, "a lower bound (> or >=) before an upper bound (< or <=)")
    high = _bound(argument, 3, path)
    if bound >= high:
        raise refuse(path, "a lower bound below the upper bound")
    return NumericRange(bound, first == ">", high, argument[2] == "<")


def _bound(argument: Json, index: int, path: tuple[Step, ...]) -> Number:
    value = argument[index]
    if not is_number(value):
        raise refuse((*path, index), "a number")
    if not isinstance(value, int) and not math.isfinite(value):
        raise refuse((*path, index), "a number within the range of an IEEE double")
    number: Number = value
    return number
