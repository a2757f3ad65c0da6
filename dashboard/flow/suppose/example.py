"""A made-up event of a type, from its schema: required fields, enums and formats kept to, so that one can begin to try."""

import json
import math
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from dashboard.flow.model.asking import enters
from dashboard.flow.model.estate import Estate
from dashboard.flow.model.fields import payload, resolve, schema_of

_DEEPEST = 8
_FRACTIONS_BELOW = 10**300
"""Longer numbers are made whole: a double may not hold them."""
_TEXT = "example"
_FORMATS = {
    "date-time": "2026-01-01T12:00:00Z",
    "date": "2026-01-01",
    "time": "12:00:00Z",
    "duration": "PT1H",
    "email": "someone@example.com",
    "hostname": "example.com",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "uri": "https://example.com/",
    "uuid": "00000000-0000-4000-8000-000000000000",
    "byte": "ZXhhbXBsZQ==",
}
Node = Mapping[str, Any]
Seen = tuple[str, ...]


def of_type(estate: Estate, source: str, detail_type: str, bus: str | None = None) -> dict[str, Any]:
    """A whole event of the type, as EventBridge would deliver it. Every value in it is made up.

    Account and region are those of the bus, or of those where the type enters; where these differ they are left out, for each bus to
    fill in. Without a schema its detail is empty. Nothing makes sure that a text keeps to a regular expression of the schema.
    """
    schema = schema_of(estate, source, detail_type)
    buses = (bus,) if bus else enters(estate, source, detail_type)
    place = {(estate.account_of(one), estate.region_of(one)) for one in buses}
    account, region = place.pop() if len(place) == 1 else (None, None)
    made: dict[str, Any] = {
        "version": "0",
        "id": _FORMATS["uuid"],
        "detail-type": detail_type,
        "source": source,
        "account": account,
        "time": _FORMATS["date-time"],
        "region": region,
        "resources": [],
        "detail": of_schema(schema["content"] if schema else None),
    }
    return {name: value for name, value in made.items() if value is not None}


def of_schema(content: str | None) -> dict[str, Any]:
    """A made-up payload that keeps to the schema; {} where there is none, or it is none of an object."""
    try:
        document = json.loads(content or "")
    except (ValueError, RecursionError):
        return {}
    if not isinstance(document, dict):
        return {}
    found = _Maker(document).value(payload(document)[1], 0, ())
    return found if isinstance(found, dict) else {}


class _Maker:
    """Makes values for the nodes of one schema document."""

    def __init__(self, document: Node) -> None:
        self.document = document

    def value(self, node: Any, depth: int, seen: Seen) -> Any:
        """A value that keeps to the node."""
        node, seen = self._whole(node, seen)
        if "const" in node:
            return node["const"]
        if isinstance(node.get("enum"), list) and node["enum"]:
            return next((value for value in node["enum"] if value is not None), None)
        kind = _kind(node)
        if kind == "object":
            return self._object(node, depth, seen)
        if kind == "array":
            return self._array(node, depth, seen)
        return _SIMPLE[kind](node) if kind in _SIMPLE else _TEXT

    def _whole(self, node: Any, seen: Seen) -> tuple[Node, Seen]:
        """The node with its reference followed, the parts of allOf joined, and the first choice of anyOf and oneOf taken."""
        node, seen = resolve(self.document, node, seen)
        parts = list(_list(node.get("allOf")))
        parts += [choice for word in ("anyOf", "oneOf") for choice in _list(node.get(word))[:1]]
        for part in parts:
            inside, seen = self._whole(part, seen)
            node = _joined({k: v for k, v in node.items() if k not in ("allOf", "anyOf", "oneOf")}, inside)
        return node, seen

    def _object(self, node: Node, depth: int, seen: Seen) -> dict[str, Any]:
        properties = node.get("properties")
        properties = properties if isinstance(properties, dict) else {}
        required = [name for name in _list(node.get("required")) if isinstance(name, str)]
        names = [
            name for name in properties if name in required or self._optional(properties[name], depth, seen)
        ]
        others = node.get("additionalProperties")
        made = {name: self.value(properties[name], depth + 1, seen) for name in names}
        for name in required:
            if name not in made:
                made[name] = self.value(others if isinstance(others, dict) else {}, depth + 1, seen)
        return made

    def _optional(self, child: Any, depth: int, seen: Seen) -> bool:
        """Whether a field that may be left out is put in: not where it comes round again, nor too deep."""
        return depth < _DEEPEST and not (isinstance(child, dict) and child.get("$ref") in seen)

    def _array(self, node: Node, depth: int, seen: Seen) -> list[Any]:
        least, most = _number(node.get("minItems")) or 0, _number(node.get("maxItems"))
        items = node.get("items")
        if isinstance(items, list):
            return [self.value(item, depth + 1, seen) for item in items]
        count = int(least) or (1 if items and self._optional(items, depth, seen) and most != 0 else 0)
        made = [self.value(items or {}, depth + 1, seen) for _ in range(min(count, 20))]
        return [_varied(value, at) for at, value in enumerate(made)] if node.get("uniqueItems") else made


def _varied(value: Any, at: int) -> Any:
    """The same kind of value, another for each place of an array whose items must differ."""
    if isinstance(value, bool) or at == 0:
        return value
    return (
        f"{value}-{at}" if isinstance(value, str) else value + at if isinstance(value, int | float) else value
    )


def _joined(one: Node, other: Node) -> Node:
    """Two nodes that both hold."""
    found = {**other, **one}
    for name, empty in (("properties", {}), ("required", [])):
        values = [node[name] for node in (one, other) if isinstance(node.get(name), type(empty))]
        if len(values) == 2:
            found[name] = {**values[1], **values[0]} if name == "properties" else [*values[0], *values[1]]
    return found


def _kind(node: Node) -> str:
    kind = node.get("type")
    if isinstance(kind, list):
        kind = next((k for k in kind if k != "null"), "null")
    if isinstance(kind, str):
        return kind
    words = {
        "properties": "object",
        "required": "object",
        "items": "array",
        "minimum": "number",
        "maximum": "number",
    }
    return next((kind for word, kind in words.items() if word in node), "string")


def _string(node: Node) -> str:
    made = _FORMATS.get(str(node.get("format")), _TEXT)
    least, most = _number(node.get("minLength")) or 0, _number(node.get("maxLength"))
    made += "x" * min(int(least) - len(made), 10_000) if least > len(made) else ""
    return made[: int(most)] if most is not None else made


def _numeric(node: Node) -> float | int:
    """The first number that the bounds and steps allow; exact, since bounds may be longer than a double holds."""
    least, most = _number(node.get("minimum")), _number(node.get("maximum"))
    above, below = node.get("exclusiveMinimum"), node.get("exclusiveMaximum")
    least = max((v for v in (least, _number(above)) if v is not None), default=None)
    most = min((v for v in (most, _number(below)) if v is not None), default=None)
    step = _number(node.get("multipleOf")) or Fraction(1)
    if least is None:
        start = Fraction(1) if most is None or most > 1 else most - (1 if below else 0)
        return _plain(
            math.floor(start / step) * step or (step if most is None or most >= step else Fraction())
        )
    open_below = above is True or least == _number(above)
    found = math.ceil(least / step) * step
    found += step if open_below and found == least else 0
    return _plain(
        found if most is None or found < most or (found == most and not below) else (least + most) / 2
    )


def _plain(value: Fraction) -> float | int:
    is_whole = value.denominator == 1 or abs(value) > _FRACTIONS_BELOW
    return int(value) if is_whole else float(value)


def _number(value: Any) -> Fraction | None:
    """A number of the schema, as its text has it; null for anything else, and for what is not finite."""
    if type(value) is int:
        return Fraction(value)
    return Fraction(str(value)) if isinstance(value, float) and math.isfinite(value) else None


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


_SIMPLE: dict[str, Any] = {
    "string": _string,
    "integer": _numeric,
    "number": _numeric,
    "boolean": lambda _: True,
    "null": lambda _: None,
}
