"""A schema of the registry as a partial tree: what an event's detail can be, so that some conditions never hold.

The tree takes in every instance of the schema; where the schema says more than a tree can, the tree is wider.
Nothing is sure about events that their producer sends against the schema.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from dashboard.flow.patterns.joining import narrower, one_of
from dashboard.flow.patterns.jsontext import Pairs, loads
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
from dashboard.flow.patterns.ranges import Between
from dashboard.flow.patterns.scalars import is_number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dashboard.flow.patterns.deciding import Decision
    from dashboard.flow.patterns.pattern import Pattern
    from dashboard.flow.patterns.scalars import Number

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
    detail = _detail(root)
    tree = reader.tree(root if detail is None else detail, 0, is_object=True) if root else Obj()
    options = tree.options if isinstance(tree, OneOf) else (tree,)
    objects = [option for option in options if isinstance(option, Obj)]
    return one_of(objects) if objects else Obj()


def _detail(root: dict[str, Any]) -> Any:
    """The detail's schema in that of a whole event; None where the root is the detail's own, {} where nobody can tell."""
    properties = root.get("properties")
    if not isinstance(properties, dict) or "detail" not in properties:
        return None
    if properties.keys() == {"detail"}:
        return {}
    return properties["detail"] if not properties.keys().isdisjoint(_ENVELOPE) else None


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

    def _is_nullable(self, node: Any) -> bool:
        """Whether null is possible by the node, or by a reference on the way to it: some write it beside ``$ref``."""
        for _ in range(MAX_DEPTH):
            if not isinstance(node, dict) or node.get("nullable") is True:
                return isinstance(node, dict)
            if not isinstance(node.get("$ref"), str):
                return False
            node = self._at(node["$ref"])
        return False

    def _at(self, reference: str) -> Any:
        found: Any = self.document
        if not reference.startswith("#"):
            return None
        for step in reference[1:].strip("/").split("/"):
            key = step.replace("~1", "/").replace("~0", "~")
            found = found.get(key) if isinstance(found, dict) else None
        return found

    def tree(
        self, node: Any, depth: int, *, is_object: bool = False, required: frozenset[str] = frozenset()
    ) -> Tree:
        """The tree of a node of the schema.

        ``is_object``: what the node stands in has told that it is an object, and which fields are ``required``.
        """
        nullable = self._is_nullable(node)
        node = self.resolve(node)
        self.nodes_left -= 1
        if depth > MAX_DEPTH or self.nodes_left < 0:
            return Obj() if is_object else UNKNOWN
        is_object = is_object or self._tells_object(node)
        required = required | self._required(node)
        found = Obj() if is_object else UNKNOWN
        for part in self._parts(node, depth, required, is_object=is_object):
            found = narrower(found, part)
        if nullable and found is not UNKNOWN:
            return OneOf((*(found.options if isinstance(found, OneOf) else (found,)), None))
        return found

    def _tells_object(self, node: dict[str, Any]) -> bool:
        """Whether the node, or a part of it that always holds, has the type object."""
        parts = node.get("allOf")
        return node.get("type") == "object" or any(
            self.resolve(part).get("type") == "object" and not self._is_nullable(part)
            for part in (parts if isinstance(parts, list) else [])
        )

    def _required(self, node: dict[str, Any]) -> frozenset[str]:
        """The fields that an object has for certain, also by the parts of the node that always hold."""
        parts = node.get("allOf")
        nodes = [node, *(self.resolve(part) for part in (parts if isinstance(parts, list) else []))]
        lists = [one["required"] for one in nodes if isinstance(one.get("required"), list)]
        return frozenset(name for names in lists for name in names if isinstance(name, str))

    def _parts(
        self, node: dict[str, Any], depth: int, required: frozenset[str], *, is_object: bool
    ) -> Iterator[Tree]:
        """What each word of the node says; all of it holds."""
        if "const" in node:
            yield _enum([node["const"]])
        if isinstance(node.get("enum"), list) and node["enum"]:
            yield _enum(node["enum"])
        kinds = node.get("type")
        if isinstance(kinds, str):
            yield self._kind(kinds, node, depth, required)
        elif isinstance(kinds, list) and kinds and all(isinstance(kind, str) for kind in kinds):
            yield one_of([self._kind(kind, node, depth, required) for kind in kinds])
        elif is_object:
            yield self._object(node, depth, required)
        for word in ("anyOf", "oneOf"):
            options = node.get(word)
            if isinstance(options, list) and options:
                yield one_of(
                    [
                        self.tree(option, depth + 1, is_object=is_object, required=required)
                        for option in options
                    ]
                )
        parts = node.get("allOf")
        for part in parts if isinstance(parts, list) else []:
            yield self.tree(part, depth + 1, is_object=is_object, required=required)

    def _kind(self, kind: str, node: dict[str, Any], depth: int, required: frozenset[str]) -> Tree:
        if kind == "object":
            return self._object(node, depth, required)
        if kind == "array":
            items = node.get("items")
            return Items(self.tree(items, depth + 1) if isinstance(items, dict) else UNKNOWN)
        if kind in ("number", "integer"):
            return _range(node, whole=kind == "integer")
        return _SIMPLE.get(kind, UNKNOWN)

    def _object(self, node: dict[str, Any], depth: int, required: frozenset[str]) -> Obj:
        properties = node.get("properties")
        properties = properties if isinstance(properties, dict) else {}
        known = {}
        for name, value in properties.items():
            tree = self.tree(value, depth + 1)
            known[name] = tree if name in required else Maybe(tree)
        closed = node.get("additionalProperties") is False and not node.get("patternProperties")
        return Obj(known, open=not closed)


def _range(node: dict[str, Any], *, whole: bool) -> Tree:
    """The numbers that minimum and maximum leave."""
    low = _bound(node, "minimum", "exclusiveMinimum", max)
    high = _bound(node, "maximum", "exclusiveMaximum", min)
    if whole:
        return Between(low and _whole(low, up=True), high and _whole(high, up=False), whole=True)
    # digits beyond a double's may round onto a bound that leaves itself out
    return Between(low and low[0], high and high[0]) if low or high else UNKNOWN_NUMBER


def _bound(node: dict[str, Any], inclusive: str, exclusive: str, tighter: Any) -> tuple[Number, bool] | None:
    """The bound, and whether it leaves itself out: draft 4's flag beside it, or later drafts' own number."""
    found = []
    if _is_finite(node.get(inclusive)):
        found.append((node[inclusive], node.get(exclusive) is True))
    if _is_finite(node.get(exclusive)):
        found.append((node[exclusive], True))
    return tighter(found, key=lambda bound: bound[0]) if found else None


def _is_finite(value: Any) -> bool:
    # a whole number of any length is finite, and may be longer than isfinite takes
    return is_number(value) and (isinstance(value, int) or math.isfinite(value))


def _whole(bound: tuple[Number, bool], *, up: bool) -> int:
    """The first whole number within a bound."""
    value, is_out = bound
    found = math.ceil(value) if up else math.floor(value)
    return found + (1 if up else -1) if is_out and found == value else found


def _enum(values: list[Any]) -> Tree:
    plain = all(not isinstance(value, dict | list | Pairs) for value in values)
    return OneOf(tuple(values)) if plain else UNKNOWN


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
