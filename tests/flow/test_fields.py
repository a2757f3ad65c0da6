"""A schema as the list of its fields."""

import json
from typing import Any

import pytest

from dashboard.flow.model import fields


def told(content: Any) -> list[tuple[str, str, bool]]:
    text = content if isinstance(content, str) else json.dumps(content)
    return [(field.path, field.type, field.required) for field in fields.of_schema(text)]


def openapi(detail: dict[str, Any], **more: Any) -> dict[str, Any]:
    event = {"properties": {"detail": {"$ref": "#/components/schemas/Detail"}, "source": {"type": "string"}}}
    return {"openapi": "3.0.0", "components": {"schemas": {"AWSEvent": event, "Detail": detail, **more}}}


TEXT = {"type": "string"}
TREE = {"type": "object", "properties": {"left": {"$ref": "#/components/schemas/Tree"}, "name": TEXT}}
CASES = {
    "an event's payload begins at detail": (
        openapi({"required": ["id"], "properties": {"id": TEXT, "n": {"type": "number"}}}),
        [("detail.id", "string", True), ("detail.n", "number", False)],
    ),
    "arrays show what is in them": (
        openapi({"properties": {"lines": {"type": "array", "items": {"properties": {"sku": TEXT}}}}}),
        [("detail.lines", "array of object", False), ("detail.lines.sku", "string", False)],
    ),
    "a reference that comes round is cut": (
        openapi({"properties": {"root": {"$ref": "#/components/schemas/Tree"}}}, Tree=TREE),
        [
            ("detail.root", "object", False),
            ("detail.root.left", "any", False),
            ("detail.root.name", "string", False),
        ],
    ),
    "a reference to nowhere is any": (
        openapi({"properties": {"x": {"$ref": "https://elsewhere.example/s"}}}),
        [("detail.x", "any", False)],
    ),
    "allOf's parts are joined": (
        openapi({"allOf": [{"properties": {"a": TEXT}}, {"properties": {"b": TEXT}}]}),
        [("detail.a", "string", False), ("detail.b", "string", False)],
    ),
    "JSON Schema without detail begins at its root": (
        {"properties": {"a": {"type": ["string", "null"]}}},
        [("a", "string or null", False)],
    ),
    "an array of itself ends": (
        openapi(
            {"properties": {"a": {"$ref": "#/components/schemas/A"}}},
            A={"type": "array", "items": {"$ref": "#/components/schemas/A"}},
        ),
        [("detail.a", "array", False)],
    ),
    "odd shapes are passed over": (
        {"properties": {"detail": {"required": 7, "properties": {"a": True, "b": None, "c": {"enum": 3}}}}},
        [("detail.a", "any", False), ("detail.b", "any", False), ("detail.c", "any", False)],
    ),
    "what is no JSON has no fields": ("{", []),
    "what is no object has no fields": ("[1]", []),
    "nesting without end is no crash": ("[" * 100_000, []),
}


@pytest.mark.parametrize(("content", "expected"), CASES.values(), ids=CASES.keys())
def test_fields_of_a_schema(content: Any, expected: list[tuple[str, str, bool]]) -> None:
    assert told(content) == expected


def test_a_field_has_its_format_values_and_description() -> None:
    field = {"type": "string", "format": "date-time", "enum": ["a", 1], "description": "when"}
    found = fields.of_schema(json.dumps(openapi({"properties": {"at": field}})))[0]
    assert (found.format, found.enum, found.description) == ("date-time", ("a", "1"), "when")
