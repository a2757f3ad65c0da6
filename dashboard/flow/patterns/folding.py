"""Ignoring case the way the reference does: each character of the pattern may stand in its lower or its upper form.

This is not Unicode case folding. The Kelvin sign in an event is not a "k" of the pattern, and a pattern's "ß"
also takes "SS". Characters outside the basic plane are compared as they are.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_LAST_OF_BASIC_PLANE = "\uffff"


def _forms(character: str) -> str:
    if character > _LAST_OF_BASIC_PLANE:
        return re.escape(character)
    forms = sorted({character.lower(), character.upper()}, key=len, reverse=True)
    return "(?:" + "|".join(re.escape(form) for form in forms) + ")"


def expression(text: str) -> re.Pattern[str]:
    """A regular expression that matches ``text`` in any case."""
    return re.compile("".join(_forms(character) for character in text), re.DOTALL)


def folded_equal(text: str) -> Callable[[str], bool]:
    """A test for strings equal to ``text`` but for case."""
    if text.isascii():
        low = text.lower()
        return lambda value: len(value) == len(low) and value.isascii() and value.lower() == low
    pattern = expression(text)
    return lambda value: pattern.fullmatch(value) is not None


def folded_prefix(text: str) -> Callable[[str], bool]:
    """A test for strings that begin with ``text`` but for case."""
    if text.isascii():
        low, size = text.lower(), len(text)
        return lambda value: (head := value[:size]).isascii() and head.lower() == low
    pattern = expression(text)
    return lambda value: pattern.match(value) is not None


def folded_suffix(text: str) -> Callable[[str], bool]:
    """A test for strings that end with ``text`` but for case."""
    if text.isascii():
        low, size = text.lower(), len(text)
        return lambda value: (
            len(value) >= size and (tail := value[len(value) - size :]).isascii() and tail.lower() == low
        )
    pattern = re.compile(f"(?:{expression(text).pattern})\\Z", re.DOTALL)
    return lambda value: pattern.search(value) is not None
