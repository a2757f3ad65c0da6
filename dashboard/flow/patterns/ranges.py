"""Numbers of which a schema tells the range: what a condition says of all of them at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dashboard.flow.patterns.operators.anything_but import AnythingBut
from dashboard.flow.patterns.operators.exact import Exact
from dashboard.flow.patterns.operators.numeric import NumericEquals, NumericRange
from dashboard.flow.patterns.partial import UnknownNumber
from dashboard.flow.patterns.scalars import is_number

if TYPE_CHECKING:
    from dashboard.flow.patterns.conditions import Condition
    from dashboard.flow.patterns.scalars import Number, Scalar, Tri


@dataclass(frozen=True)
class Between(UnknownNumber):
    """Some number from ``low`` to ``high``, both included; None does not bind. ``whole``: no fraction."""

    low: Number | None = None
    high: Number | None = None
    whole: bool = False

    def holds(self, value: Scalar) -> bool:
        """Whether the value may be such a number."""
        if isinstance(value, str) or not is_number(value):
            return False
        whole = not self.whole or not isinstance(value, float) or value.is_integer()
        above = self.low is None or value >= self.low  # type: ignore[operator]
        below = self.high is None or value <= self.high  # type: ignore[operator]
        return bool(whole and above and below)

    def meets(self, condition: Condition) -> Tri:
        """Whether every, some or no such number meets the condition."""
        verdict = condition.over_numbers
        if verdict != "sometimes":
            return verdict
        if isinstance(condition, Exact):
            return "sometimes" if self.holds(condition.value) else "never"
        if isinstance(condition, NumericEquals):
            return "sometimes" if self.holds(condition.bound) else "never"
        if isinstance(condition, AnythingBut):
            return "sometimes" if any(self.holds(value) for value in condition.values) else "always"
        return self._within(condition) if isinstance(condition, NumericRange) else verdict

    def _within(self, asked: NumericRange) -> Tri:
        below = (
            self.high is not None
            and asked.low is not None
            and _is_below(self.high, asked.low, asked.low_open)
        )
        above = (
            self.low is not None
            and asked.high is not None
            and _is_below(asked.high, self.low, asked.high_open)
        )
        if below or above:
            return "never"
        low_met = asked.low is None or (
            self.low is not None and not _is_below(self.low, asked.low, asked.low_open)
        )
        high_met = asked.high is None or (
            self.high is not None and not _is_below(asked.high, self.high, asked.high_open)
        )
        return "always" if low_met and high_met else "sometimes"


def _is_below(value: Number, bound: Number, strictly: bool) -> bool:  # noqa: FBT001 - a fact of the bound
    """Whether the value is too low for a lower bound, which leaves itself out where it is strict."""
    return value < bound or (strictly and value == bound)
