"""Generated schemas, and events that keep to them: drawn by the schema's own words, then judged by jsonschema.

Nothing here knows how schemas become trees.
"""

from typing import Any

from hypothesis import strategies as st
from jsonschema import Draft4Validator

NAMES = ["a", "b", "c"]
STRINGS = ["", "a", "ab", "B"]
NUMBERS = [-1, 0, 1, 2, 2.5, 3, 300]
ANY = st.one_of(
    st.sampled_from([*STRINGS, *NUMBERS, True, False, None]),
    st.lists(st.sampled_from(["a", 1, None]), max_size=2),
    st.dictionaries(st.sampled_from(NAMES), st.sampled_from(["a", 1, None, [1]]), max_size=2),
)
DEFINITIONS = {
    "name": {"type": "string", "enum": ["a", "ab"]},
    "node": {"type": "object", "properties": {"a": {"$ref": "#/definitions/node"}, "b": {"type": "integer"}}},
    "kept": {"type": "object", "required": ["a"], "properties": {"a": {"type": "string"}}},
}


def _numbers(kind: str) -> st.SearchStrategy[Any]:
    bounds = st.fixed_dictionaries(
        {"type": st.just(kind)},
        optional={
            "minimum": st.sampled_from([0, 1, 2.5]),
            "maximum": st.sampled_from([2, 3, 300]),
            "exclusiveMinimum": st.booleans(),
            "exclusiveMaximum": st.booleans(),
        },
    )
    # draft 4 knows the flags beside a bound only
    return bounds.map(
        lambda one: {
            key: value
            for key, value in one.items()
            if not key.startswith("exclusive") or key.removeprefix("exclusive").lower() in one
        }
    )


LEAVES = st.one_of(
    st.sampled_from(
        [
            {"type": "string"},
            {"type": "string", "minLength": 1, "format": "date"},
            {"type": "boolean"},
            {"type": "null"},
            {"type": ["string", "null"]},
            {"type": ["integer", "string"]},
            {"type": "string", "nullable": True},
            {"enum": ["a"]},
            {"enum": ["a", 1, None]},
            {"type": "string", "enum": ["a", "ab", 1]},
            {"const": "a"},
            {"const": 2, "type": "integer"},
            {"type": "number", "nullable": True, "minimum": 1},
            {"$ref": "#/definitions/name"},
            {"$ref": "#/definitions/node"},
            {"$ref": "#/nowhere"},
            {},
        ]
    ),
    _numbers("number"),
    _numbers("integer"),
)


def schemas(depth: int = 2) -> st.SearchStrategy[Any]:
    """Schemas of values, with objects, arrays, choices and parts inside each other."""
    if depth == 0:
        return LEAVES
    inner = schemas(depth - 1)
    arrays = st.fixed_dictionaries({"type": st.just("array")}, optional={"items": inner})
    choice = st.builds(
        lambda word, options, more: {word: options, **more},
        st.sampled_from(["anyOf", "oneOf", "allOf"]),
        st.lists(st.one_of(inner, objects(depth - 1)), min_size=1, max_size=2),
        st.sampled_from([{}, {}, {"nullable": True}, {"type": "object"}, {"enum": ["a", 1]}]),
    )
    return st.one_of(LEAVES, arrays, choice, objects(depth))


def objects(depth: int) -> st.SearchStrategy[Any]:
    """Schemas of objects, some closed, some with parts that hold beside their own fields."""
    inner = LEAVES if depth == 0 else schemas(depth - 1)
    fields = st.dictionaries(st.sampled_from(NAMES), inner, max_size=3)
    parts = st.lists(
        st.just({"$ref": "#/definitions/kept"}) if depth == 0 else objects(depth - 1), max_size=1
    )
    return st.builds(
        _an_object,
        fields,
        st.sets(st.sampled_from(NAMES), max_size=2),
        st.sampled_from(["open", "closed", "typed"]),
        parts,
        st.sampled_from(["allOf", "anyOf", "oneOf"]),
    )


def _an_object(fields: Any, required: Any, rest: str, parts: Any, word: str) -> Any:
    schema: dict[str, Any] = {"type": "object", "properties": fields}
    if required:
        schema["required"] = sorted(required)
    if rest != "open":
        schema["additionalProperties"] = False if rest == "closed" else {"type": "string"}
    return {**schema, word: parts} if parts else schema


def details(schema: Any, depth: int = 4) -> st.SearchStrategy[Any]:
    """Values that are likely to keep to the schema; `keeps` tells those that do."""
    schema = DEFINITIONS.get(schema["$ref"].rpartition("/")[2], {}) if "$ref" in schema else schema
    if depth == 0 or not schema:
        return ANY
    ways = [details(option, depth - 1) for word in ("anyOf", "oneOf") for option in schema.get(word, ())]
    if "const" in schema or "enum" in schema:
        ways.append(st.sampled_from(schema.get("enum") or [schema["const"]]))
    kinds = schema.get("type", [])
    ways += [_of_kind(kind, schema, depth) for kind in ([kinds] if isinstance(kinds, str) else kinds)]
    ways += [details(part, depth - 1) for part in schema.get("allOf", ())]
    if schema.get("nullable"):
        ways.append(st.none())
    several = [way for way in ways if way is not None]
    whole = _merged(schema, depth) if any(word in schema for word in ("allOf", "anyOf", "oneOf")) else None
    return st.one_of([*several, whole] if whole is not None else several) if several else ANY


def _of_kind(kind: str, schema: Any, depth: int) -> st.SearchStrategy[Any]:
    simple = {
        "string": st.sampled_from(STRINGS),
        "number": st.sampled_from(NUMBERS),
        "integer": st.sampled_from([n for n in NUMBERS if isinstance(n, int)]),
        "boolean": st.booleans(),
        "null": st.none(),
    }
    if kind in simple:
        return simple[kind]
    if kind == "array":
        return st.lists(details(schema.get("items", {}), depth - 1), max_size=2)
    return _fields(schema.get("properties", {}), schema, depth)


def _fields(properties: Any, schema: Any, depth: int) -> st.SearchStrategy[Any]:
    known = {name: details(one, depth - 1) for name, one in properties.items()}
    extra = {name: ANY for name in NAMES if name not in known}
    if schema.get("additionalProperties") is False:
        extra = {}
    required = {
        name: {**extra, **known}[name] for name in schema.get("required", ()) if name in {**extra, **known}
    }
    optional = {name: way for name, way in {**extra, **known}.items() if name not in required}
    return st.fixed_dictionaries(required, optional=optional)


def _merged(schema: Any, depth: int) -> st.SearchStrategy[Any]:
    """Objects with the fields of all parts, of which some keep to all of them."""
    parts = [schema, *(one for word in ("allOf", "anyOf", "oneOf") for one in schema.get(word, ()))]
    parts = [DEFINITIONS.get(one["$ref"].rpartition("/")[2], {}) if "$ref" in one else one for one in parts]
    fields = {name: one for part in parts for name, one in part.get("properties", {}).items()}
    required = [name for part in parts for name in part.get("required", ())]
    return _fields(fields, {"required": required}, depth)


def keeps(detail: Any, schema: Any) -> bool:
    """Whether the detail keeps to the schema, by jsonschema."""
    whole = {**_draft_4(schema), "definitions": DEFINITIONS}
    return bool(Draft4Validator(whole).is_valid(detail))


def _draft_4(node: Any) -> Any:
    """The schema without what draft 4 has not: const and nullable; a reference that leads nowhere says nothing."""
    if isinstance(node, list):
        return [_draft_4(one) for one in node]
    if not isinstance(node, dict):
        return node
    if node.get("$ref") == "#/nowhere":
        return {}
    found = {key: _draft_4(value) for key, value in node.items() if key not in ("const", "nullable")}
    if "const" in node:
        found = {"allOf": [found, {"enum": [node["const"]]}]}
    return {"anyOf": [found, {"type": "null"}]} if node.get("nullable") else found
