"""An event made ready for matching: its leaves by path, and which element of which array each leaf stands in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dashboard.flow.patterns.errors import EventError
from dashboard.flow.patterns.jsontext import Json, Pairs, is_object, items, loads
from dashboard.flow.patterns.scalars import CONSTANTS, Scalar

if TYPE_CHECKING:
    from collections.abc import Container

Membership = tuple[tuple[int, int], ...]
"""The array elements a value stands in, outermost first, as (number of the array, index of its element)."""


class Event:
    """A prepared event, to be used with any number of patterns; never changed after it was made.

    ``fields`` maps a path such as ``detail.total`` to its values. ``places`` does so only for paths with a
    value inside an element (object or array) of an array, and gives one membership for each value.
    """

    __slots__ = ("fields", "places")

    def __init__(self, fields: dict[str, list[Scalar]], places: dict[str, list[Membership]]) -> None:
        self.fields = fields
        self.places = places


def prepare(event: str | dict[str, Any] | Event, steps: Container[str] | None = None) -> Event:
    """The event as an ``Event``; text keeps the values of repeated keys, a dict is taken as it is.

    ``steps``, when given, are the keys that are of interest; other parts of the event are left out.
    Raises EventError when it is not a JSON object.
    """
    return event if isinstance(event, Event) else _flatten(read_event(event), steps)


def read_event(event: str | dict[str, Any]) -> Json:
    """The event as a JSON object; raises EventError when it is none."""
    document: Json = event
    if isinstance(event, str):
        try:
            document = loads(event)
        except ValueError as error:
            message = f"The event cannot be read: {error}."
            raise EventError(message) from None
    if not is_object(document):
        message = "The event is not a JSON object."
        raise EventError(message)
    return document


def _flatten(document: Json, steps: Container[str] | None) -> Event:
    fields: dict[str, list[Scalar]] = {}
    places: dict[str, list[Membership]] = {}
    # a stack, not recursion: an event may be nested more deeply than Python calls may
    stack: list[tuple[str, Json, Membership]] = [("", document, ())]
    arrays = 0
    while stack:
        prefix, node, place = stack.pop()
        later: list[tuple[str, Json, Membership]] = []
        if isinstance(node, dict | Pairs):
            for key, value in items(node):
                if steps is not None and key not in steps and key and "." not in key:
                    continue
                path = f"{prefix}.{key}" if prefix else key
                kind = type(value)
                if kind is str or kind is int or kind is float:
                    _add(fields, places, path, value, place)
                else:
                    later.append((path, value, place))
        elif isinstance(node, list):
            for index, value in enumerate(node):
                if isinstance(value, dict | Pairs | list):
                    later.append((prefix, value, (*place, (arrays, index))))
                else:
                    _add(fields, places, prefix, value, place)
            arrays += 1
        else:
            _add(fields, places, prefix, node, place)
        stack.extend(reversed(later))
    return Event(fields, places)


def _add(
    fields: dict[str, list[Scalar]],
    places: dict[str, list[Membership]],
    path: str,
    value: Any,
    place: Membership,
) -> None:
    if value is True or value is False or value is None:
        value = CONSTANTS[value]
    values = fields.get(path)
    if values is None:
        fields[path] = [value]
        if place:
            places[path] = [place]
        return
    values.append(value)
    known = places.get(path)
    if known is not None:
        known.append(place)
    elif place:
        places[path] = [()] * (len(values) - 1) + [place]
