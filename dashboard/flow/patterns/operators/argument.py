"""How operators read their argument, so that each refusal is worded the same way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard.flow.patterns.errors import PatternError, Step, path_text
from dashboard.flow.patterns.jsontext import Json, is_object, items

if TYPE_CHECKING:
    from collections.abc import Sequence


def refuse(path: tuple[Step, ...], expected: str) -> PatternError:
    """The error for what stands at ``path``, saying what was expected there."""
    return PatternError(path_text(path), expected)


def text_argument(argument: Json, path: tuple[Step, ...]) -> str:
    """The argument, which has to be a string."""
    if not isinstance(argument, str):
        raise refuse(path, "a string")
    return argument


def single(argument: Json, path: tuple[Step, ...], allowed: Sequence[str]) -> tuple[str, Json]:
    """The one (operator, argument) of an object, the operator being one of ``allowed``."""
    pairs = list(items(argument)) if is_object(argument) else []
    if len(pairs) != 1 or pairs[0][0] not in allowed:
        raise refuse(path, f"an object with one key, {' or '.join(allowed)}")
    name, value = pairs[0]
    return name, value
