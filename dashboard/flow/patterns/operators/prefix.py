"""prefix: strings that begin with the argument, in any case where it says so."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from typing_extensions import override

from dashboard.flow.patterns.conditions import Condition
from dashboard.flow.patterns.folding import folded_prefix
from dashboard.flow.patterns.operators.argument import single, text_argument
from dashboard.flow.patterns.scalars import Scalar, Tri, scalar_words

if TYPE_CHECKING:
    from collections.abc import Callable

    from dashboard.flow.patterns.errors import Step
    from dashboard.flow.patterns.jsontext import Json

NAME = "prefix"


@dataclass(frozen=True)
class Prefix(Condition):
    """The value is a string that begins with ``text``."""

    operator: ClassVar[str] = NAME
    text: str

    @override
    def test(self, value: Scalar) -> bool:
        return isinstance(value, str) and value.startswith(self.text)

    @override
    def words(self) -> str:
        return f"begins with {scalar_words(self.text)}"

    @property
    @override
    def over_strings(self) -> Tri:
        return "sometimes" if self.text else "always"


@dataclass(frozen=True)
class PrefixAnyCase(Prefix):
    """The value is a string that begins with ``text``, upper and lower case being the same."""

    matches: Callable[[str], bool] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "matches", folded_prefix(self.text))

    @override
    def test(self, value: Scalar) -> bool:
        return isinstance(value, str) and self.matches(value)

    @override
    def words(self) -> str:
        return f"begins with {scalar_words(self.text)} (any case)"


def parse(argument: Json, path: tuple[Step, ...]) -> Prefix:
    """``{"prefix": "a"}`` or ``{"prefix": {"equals-ignore-case": "a"}}``."""
    if isinstance(argument, str):
        return Prefix(argument)
    name, value = single(argument, path, ["equals-ignore-case"])
    return PrefixAnyCase(text_argument(value, (*path, name)))
