"""The values at the leaves of an event: strings, numbers, true, false and null, each kept apart from the others."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Final, Literal

Tri = Literal["always", "sometimes", "never"]
"""What is known of a condition before the value is: every value meets it, some do, or none does."""


class Constant:
    """true, false or null as a value of its own, since Python holds True equal to 1."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text

    def __repr__(self) -> str:
        return self.text


TRUE: Final = Constant("true")
FALSE: Final = Constant("false")
NULL: Final = Constant("null")
CONSTANTS: Final[dict[bool | None, Constant]] = {True: TRUE, False: FALSE, None: NULL}

Number = int | float | Decimal
Scalar = str | int | float | Decimal | Constant


def is_number(value: object) -> bool:
    """Whether ``value`` is a JSON number; true and false are none."""
    return type(value) in (int, float, Decimal)


def scalar_text(value: Scalar) -> str:
    """The value as JSON text: ``"a"``, ``300``, ``null``."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e16:
        return str(int(value))
    return str(value)


def scalar_words(value: Scalar) -> str:
    """The value as read in a sentence: strings bare, unless they could be taken for something else."""
    if not isinstance(value, str):
        return scalar_text(value)
    bare = value.strip() == value and value != "" and not set(value) & set(",;()\"'\n\r\t")
    if bare and value not in ("true", "false", "null") and not _looks_numeric(value) and " or " not in value:
        return value
    return json.dumps(value, ensure_ascii=False)


def _looks_numeric(value: str) -> bool:
    try:
        float(value)
    except ValueError:
        return False
    return True


def either(verdicts: list[Tri]) -> Tri:
    """What is known when any one of several conditions is enough."""
    if "always" in verdicts:
        return "always"
    return "sometimes" if "sometimes" in verdicts else "never"
