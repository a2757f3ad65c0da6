"""A schema as the list of its fields, in document order: what a reader sees of the payload.

OpenApi3 keeps an event at components.schemas.AWSEvent, whose `detail` is the payload; JSON Schema begins at the root.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from dashboard.flow.model.estate import Estate, Row

MOST_FIELDS = 2_000
DEEPEST = 20
_EVENT = "AWSEvent"


@dataclass(frozen=True, slots=True)
class SchemaField:
    """One field. `path` is dotted from the event's root, `depth` counts from 0, `type` is in words."""

    path: str
    name: str
    depth: int
    type: str
    required: bool
    format: str | None = None
    enum: tuple[str, ...] = ()
    description: str | None = None
    nullable: bool = False


def schemas_of(estate: Estate, source: str, detail_type: str) -> tuple[Row, ...]:
    """Every schema that holds the type and whose content was read, by ARN."""
    return tuple(row for row in _holding(estate, source, detail_type) if row["content"])


def unread_of(estate: Estate, source: str, detail_type: str) -> tuple[Row, ...]:
    """Every schema that holds the type and whose content was not read, by ARN."""
    return tuple(row for row in _holding(estate, source, detail_type) if not row["content"])


def _holding(estate: Estate, source: str, detail_type: str) -> list[Row]:
    if "schemas-by-type" not in estate.memory:
        found: dict[tuple[str, str], list[Row]] = {}
        for row in sorted(estate.schemas, key=lambda row: str(row["arn"])):
            found.setdefault((row["source"], row["detail_type"]), []).append(row)
        estate.memory["schemas-by-type"] = found
    by_type: dict[tuple[str, str], list[Row]] = estate.memory["schemas-by-type"]
    return by_type.get((source, detail_type), [])


def schema_of(estate: Estate, source: str, detail_type: str) -> Row | None:
    """The schema of the event type: the one changed last where several registries hold one."""
    found = schemas_of(estate, source, detail_type)
    return max(found, key=lambda row: (str(row["modified_at"] or ""), row["arn"]), default=None)


def types_with(estate: Estate, path: str) -> tuple[tuple[str, str], ...]:
    """(source, detail type) of every type whose schema has this field, `detail.total`, sorted by name."""
    return tuple(sorted(by_field(estate).get(path, ()), key=lambda key: (key[1], key[0])))


def by_field(estate: Estate) -> Mapping[str, set[tuple[str, str]]]:
    """Every field of a payload that a schema names, `detail.total` → the types that have it."""
    if "types-by-field" not in estate.memory:
        found: dict[str, set[tuple[str, str]]] = {}
        for row in estate.schemas:
            if row["source"] and row["detail_type"]:
                for field in of_schema(row["content"]):
                    whole = field.path if field.path.startswith("detail.") else f"detail.{field.path}"
                    found.setdefault(whole, set()).add((row["source"], row["detail_type"]))
        estate.memory["types-by-field"] = found
    fields: dict[str, set[tuple[str, str]]] = estate.memory["types-by-field"]
    return fields


def of_schema(content: str | None) -> tuple[SchemaField, ...]:
    """Fields of the payload; nothing when the content is no JSON object. At most MOST_FIELDS of them."""
    try:
        document = json.loads(content or "")
    except (ValueError, RecursionError):
        return ()
    if not isinstance(document, dict):
        return ()
    prefix, root = payload(document)
    fields: list[SchemaField] = []
    for field in _walk(document, root, prefix, 0, ()):
        fields.append(field)
        if len(fields) == MOST_FIELDS:
            break
    return tuple(fields)


def payload(document: Mapping[str, Any]) -> tuple[str, Any]:
    """Where the payload begins: the event's `detail`, or the whole."""
    schemas = _object(_object(document.get("components")).get("schemas"))
    event = _object(schemas.get(_EVENT)) or document
    detail = _object(event.get("properties")).get("detail")
    if detail is not None:
        return "detail", detail
    return "", event if event is not document or "properties" in document else next(
        iter(schemas.values()), {}
    )


def _walk(
    document: Mapping[str, Any], node: Any, prefix: str, depth: int, seen: tuple[str, ...]
) -> Iterator[SchemaField]:
    """Fields below a node. References are followed, and cut where they come round again."""
    node, seen = resolve(document, node, seen)
    while _is_array(node):
        node, seen = resolve(document, node.get("items"), seen)
    if depth > DEEPEST:
        return
    required = node.get("required")
    names = set(map(str, required)) if isinstance(required, list) else set()
    for name, child in _properties(document, node, seen):
        path = f"{prefix}.{name}" if prefix else name
        resolved, below = resolve(document, child, seen)
        yield SchemaField(
            path=path,
            name=name,
            depth=depth,
            type=_type(document, resolved, below),
            required=name in names,
            format=_text(resolved.get("format")),
            enum=_enum(resolved),
            description=_text(resolved.get("description")),
            nullable=resolved.get("nullable") is True
            or (isinstance(child, dict) and child.get("nullable") is True),
        )
        yield from _walk(document, child, path, depth + 1, seen)


def _properties(
    document: Mapping[str, Any], node: Mapping[str, Any], seen: tuple[str, ...]
) -> list[tuple[str, Any]]:
    """Own properties, and those of allOf's parts."""
    found = list(_object(node.get("properties")).items())
    parts = node.get("allOf")
    for part in parts if isinstance(parts, list) else []:
        resolved, _ = resolve(document, part, seen)
        found += _object(resolved.get("properties")).items()
    return found


def resolve(
    document: Mapping[str, Any], node: Any, seen: tuple[str, ...]
) -> tuple[Mapping[str, Any], tuple[str, ...]]:
    """The node that a chain of local references leads to; {} where it leads nowhere or round."""
    found = _object(node)
    while isinstance(found.get("$ref"), str):
        ref = found["$ref"]
        if ref in seen or not ref.startswith("#/"):
            return {}, seen
        seen = (*seen, ref)
        target: Any = document
        for part in ref[2:].split("/"):
            target = _object(target).get(part.replace("~1", "/").replace("~0", "~"))
        found = _object(target)
    return found, seen


def _type(document: Mapping[str, Any], node: Mapping[str, Any], seen: tuple[str, ...]) -> str:
    if _is_array(node):
        item, below = resolve(document, node.get("items"), seen)
        return f"array of {_type(document, item, below)}" if item else "array"
    kind = node.get("type")
    if isinstance(kind, list):
        return " or ".join(map(str, kind))
    if kind is None:
        return "object" if "properties" in node else "any"
    return str(kind)


def _is_array(node: Mapping[str, Any]) -> bool:
    return node.get("type") == "array"


def _enum(node: Mapping[str, Any]) -> tuple[str, ...]:
    values = node.get("enum")
    return (
        tuple(value if isinstance(value, str) else json.dumps(value) for value in values)
        if isinstance(values, list)
        else ()
    )


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
