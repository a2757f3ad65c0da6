"""A schema of the registry as a partial tree: what an event's detail can be, so that some conditions never hold.

The tree takes in every instance of the schema; where the schema says more than a tree can, the tree is wider.
Nothing is sure about events that their producer sends against the schema.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from dashboard.flow.patterns.jsontext import loads
from dashboard.flow.patterns.partial import (
    UNKNOWN,
    UNKNOWN_NUMBER,
    UNKNOWN_STRING,
    Items,
    Maybe,
    Obj,
    OneOf,
    Tree,
    event_tree,
)

if TYPE_CHECKING:
    from dashboard.flow.patterns.deciding import Decision
    from dashboard.flow.patterns.pattern import Pattern

MAX_DEPTH = 12
"""Levels of a schema that are followed; below, and in references that go round, everything is unknown."""

MAX_NODES = 5000
"""Nodes that are followed in all: references that go round along several ways would multiply."""

_SIMPLE: dict[str, Tree] = {
    "string": UNKNOWN_STRING,
    "number": UNKNOWN_NUMBER,
    "integer": UNKNOWN_NUMBER,
    "boolean": OneOf((True, False)),
    "null": None,
}


def tree_from_schema(content: str, type: str) -> Tree:  # noqa: A002 - the registry's own name for it
    """The tree of an event's ``detail`` under a schema of type "OpenApi3" or "JSONSchemaDraft4".

    A schema of the whole event is told by its ``detail``; any other is taken as one of the detail. What cannot be
    read, another type or a document that is no JSON, gives an object of unknown fields.
    """
    try:
        document = loads(content)
    except ValueError:
        return Obj()
    if not isinstance(document, dict):
        return Obj()
    root = _openapi_root(document) if type.startswith("OpenApi") else document
    reader = _Reader(document)
    root = reader.resolve(root)
    properties = root.get("properties")
    envelope = (
        isinstance(properties, dict)
        and "detail" in properties
        and not properties.keys().isdisjoint(_ENVELOPE)
    )
    tree = reader.tree(properties["detail"] if envelope else root, 0)  # type: ignore[index]
    return Obj() if tree is UNKNOWN else tree


_ENVELOPE = {"source", "detail-type", "time", "account", "region", "resources"}


def _openapi_root(document: dict[str, Any]) -> dict[str, Any]:
    components = document.get("components")
    schemas = components.get("schemas") if isinstance(components, dict) else None
    if not isinstance(schemas, dict):
        return {}
    if "AWSEvent" in schemas:
        found = schemas["AWSEvent"]
    else:
        found = next(iter(schemas.values())) if len(schemas) == 1 else {}
    return found if isinstance(found, dict) else {}


class _Reader:
    """Reads the nodes of one schema document, following its references."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document
        self.nodes_left = MAX_NODES

    def resolve(self, node: Any) -> dict[str, Any]:
        """The node that a chain of local references leads to; {} (which says nothing) where it leads nowhere."""
        for _ in range(MAX_DEPTH):
            if not isinstance(node, dict):
                return {}
            reference = node.get("$ref")
            if not isinstance(reference, str):
                return node
            node = self._at(reference)
        return {}

    def _at(self, reference: str) -> Any:
        found: Any = self.document
        if not reference.startswith("#"):
            return None
        for step in reference[1:].strip("/").split("/"):
            key = step.replace("~1", "/").replace("~0", "~")
            found = found.get(key) if isinstance(found, dict) else None
        return found

    def tree(self, node: Any, depth: int) -> Tree:
        """The tree of a node of the schema."""
        node = self.resolve(node)
        self.nodes_left -= 1
        if depth > MAX_DEPTH or self.nodes_left < 0:
            return UNKNOWN
        found = self._choice(node, depth)
        return OneOf((found, None)) if node.get("nullable") is True and found is not UNKNOWN else found

    def _choice(self, node: dict[str, Any], depth: int) -> Tree:
        if isinstance(node.get("enum"), list) and node["enum"]:
            return _enum(node["enum"])
        kinds = node.get("type")
        if isinstance(kinds, str):
            return self._kind(kinds, node, depth)
        if isinstance(kinds, list) and kinds and all(isinstance(kind, str) for kind in kinds):
            return _one_of([self._kind(kind, node, depth) for kind in kinds])
        for word in ("anyOf", "oneOf"):
            if isinstance(node.get(word), list) and node[word]:
                return _one_of([self.tree(option, depth + 1) for option in node[word]])
        # each part of allOf holds, so any one of them is wide enough
        parts = node.get("allOf")
        trees = [self.tree(part, depth + 1) for part in parts] if isinstance(parts, list) else []
        return next((tree for tree in trees if tree is not UNKNOWN), UNKNOWN)

    def _kind(self, kind: str, node: dict[str, Any], depth: int) -> Tree:
        if kind == "object":
            return self._object(node, depth)
        if kind == "array":
            items = node.get("items")
            return Items(self.tree(items, depth + 1) if isinstance(items, dict) else UNKNOWN)
        return _SIMPLE.get(kind, UNKNOWN)

    def _object(self, node: dict[str, Any], depth: int) -> Obj:
        properties = node.get("properties")
        properties = properties if isinstance(properties, dict) else {}
        required = node.get("required")
        required = required if isinstance(required, list) else []
        known = {}
        for name, value in properties.items():
            tree = self.tree(value, depth + 1)
            known[name] = tree if name in required else Maybe(tree)
        closed = node.get("additionalProperties") is False and not node.get("patternProperties")
        return Obj(known, open=not closed)


def _enum(values: list[Any]) -> Tree:
    plain = all(not isinstance(value, dict | list) for value in values)
    return OneOf(tuple(values)) if plain else UNKNOWN


def _one_of(trees: list[Tree]) -> Tree:
    return UNKNOWN if any(tree is UNKNOWN for tree in trees) else OneOf(tuple(trees))


def decide_for_type(
    pattern: Pattern,
    source: str,
    detail_type: str,
    schema: tuple[str, str] | None = None,
    **known: str | None,
) -> Decision:
    """The decision for events of a type; ``schema`` is (content, type), ``known`` account and region.

    A condition that the schema settles drops out of ``when``; where it makes the answer "never", ``why`` says so.
    """
    plain = pattern.decide(event_tree(source, detail_type, **known))
    if schema is None or plain.delivery != "sometimes":
        return plain
    decision = pattern.decide(event_tree(source, detail_type, **known, detail=tree_from_schema(*schema)))
    return replace(decision, why=tuple(f"by schema, {text}" for text in decision.why))
