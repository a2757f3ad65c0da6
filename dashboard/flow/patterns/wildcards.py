r"""Wildcards: ``*`` stands for any characters, also none; ``\*`` and ``\\`` stand for themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def segments(text: str) -> list[str]:
    """The literal parts between the wildcards of ``text``.

    Raises ValueError saying what was expected when ``text`` is no wildcard: ``**``, or a backslash
    before anything but ``*`` and a backslash.
    """
    parts, current = [], ""
    position = 0
    while position < len(text):
        character = text[position]
        if character == "*":
            if text[position + 1 : position + 2] == "*":
                message = "a wildcard without two * in a row"
                raise ValueError(message)
            parts.append(current)
            current = ""
        elif character == "\\":
            position += 1
            if text[position : position + 1] not in ("*", "\\"):
                message = "a wildcard whose backslash stands before * or a backslash"
                raise ValueError(message)
            current += text[position]
        else:
            current += character
        position += 1
    return [*parts, current]


def wild_match(parts: Sequence[str], value: str) -> bool:
    """Whether ``value`` is the ``parts`` with anything between them.

    Each part is taken at its earliest place, so the time grows with the length and not with the choices.
    """
    if len(parts) == 1:
        return value == parts[0]
    first, last = parts[0], parts[-1]
    if len(value) < len(first) + len(last) or not value.startswith(first) or not value.endswith(last):
        return False
    position, end = len(first), len(value) - len(last)
    for part in parts[1:-1]:
        found = value.find(part, position, end)
        if found < 0:
            return False
        position = found + len(part)
    return True
