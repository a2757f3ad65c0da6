"""What every condition of a leaf answers, whichever operator made it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from dashboard.flow.patterns.scalars import Scalar, Tri


@dataclass(frozen=True)
class Condition(ABC):
    """One alternative in the array of a leaf.

    A condition tests one value of the event; that an array matches when any element does is the leaf's affair.
    """

    operator: ClassVar[str]

    @abstractmethod
    def test(self, value: Scalar) -> bool:
        """Whether a value of the event meets the condition."""

    def compiled(self) -> Callable[[Scalar], bool]:
        """``test`` in its fastest form, for matching many events."""
        return self.test

    @abstractmethod
    def words(self) -> str:
        """The condition as it follows a field's name in a sentence: "begins with Order"."""

    @property
    def over_strings(self) -> Tri:
        """What is known when the value is some string."""
        return "sometimes"

    @property
    def over_numbers(self) -> Tri:
        """What is known when the value is some number."""
        return "never"
