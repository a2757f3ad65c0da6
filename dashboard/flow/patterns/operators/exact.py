"""A literal in a leaf: the event has the same value, of the same kind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from typing_extensions import override

from dashboard.flow.patterns.addresses import Address, address
from dashboard.flow.patterns.conditions import Condition
from dashboard.flow.patterns.scalars import CONSTANTS, Scalar, Tri, is_number, scalar_words

if TYPE_CHECKING:
    from dashboard.flow.patterns.jsontext import Json


@dataclass(frozen=True)
class Exact(Condition):
    """``"a"``, ``300``, ``true``, ``null``; 300, 3e2 and 300.0 are one number, integers of any length are told apart."""

    operator: ClassVar[str] = ""
    value: Scalar

    @override
    def test(self, value: Scalar) -> bool:
        return value == self.value

    @override
    def words(self) -> str:
        return f"is {scalar_words(self.value)}"

    @property
    @override
    def over_strings(self) -> Tri:
        return "sometimes" if isinstance(self.value, str) else "never"

    @property
    @override
    def over_numbers(self) -> Tri:
        return "sometimes" if is_number(self.value) else "never"


@dataclass(frozen=True)
class ExactAddress(Condition):
    """An IP address literal, which equals the same address written in another way."""

    operator: ClassVar[str] = ""
    value: str
    number: Address

    @override
    def test(self, value: Scalar) -> bool:
        return isinstance(value, str) and (value == self.value or address(value) == self.number)

    @override
    def words(self) -> str:
        return f"is {scalar_words(self.value)}"


def literal(value: Json) -> Condition:
    """The condition that a literal in a leaf stands for; ``value`` is a JSON scalar."""
    if value is True or value is False or value is None:
        return Exact(CONSTANTS[value])
    if isinstance(value, str):
        number = address(value)
        if number is not None:
            return ExactAddress(value, number)
    return Exact(value)
