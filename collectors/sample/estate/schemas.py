"""Event types as the schema registry holds them: OpenAPI 3 as AWS's discovery writes it, and JSON Schema draft 4."""

import json
from collections.abc import Mapping
from typing import Any

from collectors.sample.estate.shapes import EventType

_ENVELOPE = ("detail-type", "resources", "detail", "id", "source", "time", "region", "version", "account")


def schema_name(event: EventType) -> str:
    """`source@DetailTypeInPascalCase`, as AWS names what it discovers."""
    words = "".join(c if c.isalnum() or c in "_-." else " " for c in event.detail_type).split()
    name = "".join(word[0].upper() + word[1:] for word in words) if len(words) > 1 else words[0]
    return f"{event.source.replace('/', '-')}@{name}"


def content(event: EventType, version: int) -> str:
    """Content of one version, counted from 0, as JSON text."""
    detail = shape(event.versions[version])
    document = _openapi(event, detail) if event.kind == "OpenApi3" else _draft4(event, detail)
    return json.dumps(document)


def _marks(event: EventType) -> dict[str, str]:
    return {"x-amazon-events-detail-type": event.detail_type, "x-amazon-events-source": event.source}


def _envelope(detail: Mapping[str, Any]) -> dict[str, Any]:
    text = {"type": "string"}
    properties: dict[str, Any] = dict.fromkeys(_ENVELOPE, text)
    properties["resources"] = {"type": "array", "items": text}
    properties["time"] = {"type": "string", "format": "date-time"}
    properties["detail"] = detail
    return {"type": "object", "required": list(_ENVELOPE), "properties": properties}


def _openapi(event: EventType, detail: Mapping[str, Any]) -> dict[str, Any]:
    name = schema_name(event).split("@", 1)[1]
    envelope = _envelope({"$ref": f"#/components/schemas/{name}"}) | _marks(event)
    return {
        "openapi": "3.0.0",
        "info": {"version": "1.0.0", "title": name},
        "paths": {},
        "components": {"schemas": {"AWSEvent": envelope, name: detail}},
    }


def _draft4(event: EventType, detail: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "$schema": "http://json-schema.org/draft-04/schema#",
        "title": event.detail_type,
        **_marks(event),
        **_envelope(detail),
    }


def shape(field: Any) -> dict[str, Any]:
    """The field language of `events.py` as JSON Schema."""
    if isinstance(field, Mapping):
        properties = {name.removesuffix("?"): shape(value) for name, value in field.items()}
        required = [name for name in field if not name.endswith("?")]
        return {"type": "object", "required": required, "properties": properties}
    if isinstance(field, list):
        return {"type": "array", "items": shape(field[0])}
    if field == "null-string":
        return {"type": "string", "nullable": True}
    if "|" in field:
        return {"type": "string", "enum": field.split("|")}
    return {"type": field}
