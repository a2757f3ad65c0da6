"""JSON text read without losing what patterns can tell apart: repeated keys and every digit of a number."""

from __future__ import annotations

import json
import math
from decimal import Decimal, DecimalException
from typing import Any, NoReturn

Json = Any
"""A JSON value: dict or Pairs, list, str, int, float, Decimal (outside the range of a double), bool or None."""

MAX_DEPTH = 400
"""Deepest nesting that is read, in levels; the reference stops at 1,000, the service long before at 2,048 characters."""

_INT_DIGITS = 4000  # Python refuses to read longer integers


class Pairs(tuple[tuple[str, Json], ...]):
    """A JSON object in which a key stands more than once, as (key, value) pairs in the order of the text."""

    __slots__ = ()


def is_object(value: Json) -> bool:
    """Whether ``value`` is a JSON object, with or without repeated keys."""
    return isinstance(value, dict | Pairs)


def items(value: Json) -> Any:
    """The (key, value) pairs of a JSON object, repeated keys included."""
    return value if isinstance(value, Pairs) else value.items()


def _object(pairs: list[tuple[str, Json]]) -> Json:
    plain = dict(pairs)
    return plain if len(plain) == len(pairs) else Pairs(pairs)


def _decimal(text: str) -> Json:
    try:
        return Decimal(text)
    except DecimalException:
        return Decimal("-Infinity" if text.startswith("-") else "Infinity")


def _float(text: str) -> Json:
    number = float(text)
    return number if math.isfinite(number) else _decimal(text)


def _int(text: str) -> Json:
    return int(text) if len(text) <= _INT_DIGITS else _decimal(text)


def _constant(text: str) -> NoReturn:
    message = f"{text} is no JSON value"
    raise ValueError(message)


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_float=_float, parse_int=_int, parse_constant=_constant
)


def loads(text: str) -> Json:
    """The JSON value in ``text``.

    Raises ValueError with one sentence when it is not JSON or is nested too deeply.
    """
    try:
        return _DECODER.decode(text)
    except RecursionError:
        message = "the text is nested too deeply"
        raise ValueError(message) from None
    except json.JSONDecodeError as error:
        message = f"the text is not JSON: {error.msg} at character {error.pos}"
        raise ValueError(message) from None
