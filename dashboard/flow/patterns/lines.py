"""Verdicts for JSON lines of patterns and events: the contract of ``python -m dashboard match``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dashboard.flow.patterns.errors import EventError, PatternError
from dashboard.flow.patterns.jsontext import Pairs, is_object, items, loads
from dashboard.flow.patterns.pattern import parse

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


def match_lines(lines: Iterable[str]) -> Iterator[str]:
    """For each line ``{"pattern": …, "event": …}`` "true", "false" or "error: why", in order; blank lines too.

    Pattern and event are JSON objects or JSON text inside a string; repeated keys and digits are kept either way.
    """
    for line in lines:
        yield _answer(line)


def _answer(line: str) -> str:
    try:
        row = loads(line)
    except ValueError as error:
        return f"error: {error}"
    if not is_object(row):
        return "error: the line is not a JSON object"
    found = dict(items(row))
    for name in ("pattern", "event"):
        if name not in found:
            return f"error: the line has no {name}"
    try:
        pattern = parse(_value(found["pattern"]))
    except PatternError as error:
        return _error("pattern", error)
    try:
        return "true" if pattern.matches(_value(found["event"])) else "false"
    except EventError as error:
        return _error("event", error)


def _value(value: Any) -> Any:
    # a string is JSON text; anything else was read with its repeated keys kept
    return value if isinstance(value, str | dict | Pairs) else [value]


def _error(what: str, error: ValueError) -> str:
    text = str(error).replace("\n", " ").replace("\r", " ")
    return f"error: {what}: {text}"
