"""Strings that hold JSON: the body of a queue's message, the data of a stream's record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard.flow.patterns.jsontext import Json, Pairs, is_object, items, loads

if TYPE_CHECKING:
    from collections.abc import Container


def opened_text(text: str) -> Json:
    """The object whose JSON text this is, or the string itself where it is no object."""
    if text.lstrip()[:1] != "{":
        return text
    try:
        return loads(text)
    except ValueError:
        return text


def opened_fields(event: Json, names: Container[str]) -> Json:
    """The event with the strings at the top-level fields ``names`` replaced by the objects they hold."""
    if not is_object(event):
        return event
    pairs = [
        (key, opened_text(value) if key in names and isinstance(value, str) else value)
        for key, value in items(event)
    ]
    return Pairs(pairs) if isinstance(event, Pairs) else dict(pairs)
