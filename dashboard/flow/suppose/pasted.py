"""An event as a person pastes it: read whole – repeated keys, every digit – or refused in one sentence that says where."""

import json
from collections.abc import Mapping
from typing import Any

from collectors.errors import UsageError
from dashboard.flow.patterns import jsontext
from dashboard.flow.patterns.jsontext import Pairs

_SAYS = {
    "Expecting ',' delimiter": "a comma or a closing bracket is missing",
    "Expecting ':' delimiter": "a colon is missing after the field's name",
    "Expecting property name enclosed in double quotes": "a field's name in double quotes is missing, or a comma is one too many",
    "Expecting value": "a value is missing",
    "Extra data": "something follows after the end of the event",
    "Unterminated string starting at": "the text that begins here has no end",
    "Invalid control character at": "a line break, tab or other control character stands inside a text",
}
_ENTRY = {"Source": "source", "DetailType": "detail-type", "Time": "time", "Resources": "resources"}


def read(text: str) -> Mapping[str, Any]:
    """The event in the text: an event as EventBridge delivers it, or an entry of PutEvents. Raises UsageError with one sentence.

    Of the envelope only source and detail-type are needed. The sentence names line and column where the text is no JSON.
    """
    found = _loads(text.removeprefix("\ufeff"), "The event")
    if not jsontext.is_object(found):
        raise UsageError("The event is not a JSON object: it has to begin with { and end with }.")
    event = _envelope(once(found))
    for name in ("source", "detail-type"):
        if not isinstance(event.get(name), str):
            have = "has none" if name not in event else "has something else there"
            raise UsageError(f'The event needs "{name}", a text; it {have}.')
    return with_object(event)


def with_object(event: dict[str, Any]) -> dict[str, Any]:
    """The event. Raises UsageError where its detail is no object: EventBridge takes nothing else."""
    if not jsontext.is_object(event.get("detail", {})):
        raise UsageError('The event\'s "detail" has to be a JSON object.')
    return event


def _loads(text: str, what: str) -> Any:
    try:
        return jsontext.loads(text)
    except ValueError as error:
        raise UsageError(f"{what} is not JSON{_where(text, error)}.") from None


def _where(text: str, error: ValueError) -> str:
    if not text.strip():
        return ": it is empty"
    try:
        json.loads(text)
    except json.JSONDecodeError as found:
        says = _SAYS.get(found.msg, found.msg[0].lower() + found.msg[1:])
        return f": line {found.lineno}, column {found.colno}: {says}"
    except (ValueError, RecursionError):
        pass
    return f": {error}"


def once(found: Any) -> dict[str, Any]:
    """The fields of the envelope, each once: EventBridge writes it, and it writes none twice. Raises UsageError for one that stands twice."""
    names = [name for name, _ in jsontext.items(found)]
    twice = next((name for at, name in enumerate(names) if name in names[:at]), None)
    if twice is not None:
        raise UsageError(
            f'The event has "{twice[:80]}" twice at its top level, which no event of EventBridge has.'
        )
    return dict(jsontext.items(found))


def _envelope(found: dict[str, Any]) -> dict[str, Any]:
    """An entry of PutEvents as the event it becomes; anything else as it is."""
    if "source" in found or not {"Source", "DetailType"} <= found.keys():
        return found
    detail = found.get("Detail", {})
    event = {name: found[key] for key, name in _ENTRY.items() if key in found}
    inside: Any | Pairs = (
        _loads(detail, 'The text in the entry\'s "Detail"') if isinstance(detail, str) else detail
    )
    return {**event, "detail": inside}
