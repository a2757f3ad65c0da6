"""exists: whether the event has a value at the path, whatever it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from typing_extensions import override

from dashboard.flow.patterns.conditions import Condition
from dashboard.flow.patterns.operators.argument import refuse

if TYPE_CHECKING:
    from dashboard.flow.patterns.errors import Step
    from dashboard.flow.patterns.jsontext import Json
    from dashboard.flow.patterns.scalars import Scalar, Tri

NAME = "exists"


@dataclass(frozen=True)
class Present(Condition):
    """There is a value; null is one, an empty array or an object is none."""

    operator: ClassVar[str] = NAME

    @override
    def test(self, value: Scalar) -> bool:
        return True

    @override
    def words(self) -> str:
        return "is present"

    @property
    @override
    def over_strings(self) -> Tri:
        return "always"

    @property
    @override
    def over_numbers(self) -> Tri:
        return "always"


@dataclass(frozen=True)
class Absent(Condition):
    """There is no value. The leaf sees to it: no value can meet this."""

    operator: ClassVar[str] = NAME

    @override
    def test(self, value: Scalar) -> bool:
        return False

    @override
    def words(self) -> str:
        return "is absent"

    @property
    @override
    def over_strings(self) -> Tri:
        return "never"


def parse(argument: Json, path: tuple[Step, ...]) -> Present | Absent:
    """``{"exists": true}`` or ``{"exists": false}``."""
    if argument is True:
        return Present()
    if argument is False:
        return Absent()
    raise refuse(path, "true or false")
