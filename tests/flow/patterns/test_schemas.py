"""What a schema settles: "never" has no matching event, "always" no failing one, and as much as can be is settled."""

import json
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from dashboard.flow.patterns import decide_for_type, event_tree, parse, tree_from_schema
from tests.flow.patterns import schema_strategies as drawn
from tests.laws import LAW

PATHS = st.sampled_from(["a", "b", "c", "a.a", "a.b", "b.a", "a.a.b", "b.b"])
CONDITIONS = st.sampled_from(
    [
        *("", "a", "ab", "x", 1, 2, 2.5, 300, True, None),
        *(
            {"exists": True},
            {"exists": False},
            {"prefix": "a"},
            {"anything-but": ["a", "ab"]},
            {"anything-but": 1},
        ),
        *(
            {"numeric": [">", 0]},
            {"numeric": [">=", 1, "<", 3]},
            {"numeric": ["=", 2]},
            {"numeric": ["<=", 300]},
        ),
        *({"anything-but": {"prefix": "x"}}, {"equals-ignore-case": "A"}),
    ]
)
DETAIL = st.dictionaries(PATHS, st.lists(CONDITIONS, min_size=1, max_size=2), min_size=1, max_size=2)


@LAW
@given(drawn.objects(2), DETAIL, st.data())
def test_no_event_that_keeps_to_the_schema_contradicts_what_it_settles(
    schema: Any, leaves: Any, data: Any
) -> None:
    detail = data.draw(drawn.details(schema))
    assume(isinstance(detail, dict) and drawn.keeps(detail, schema))
    pattern = parse({"detail": leaves})
    text = json.dumps({**schema, "definitions": drawn.DEFINITIONS})
    tree = tree_from_schema(text, "JSONSchemaDraft4")
    decision = pattern.decide(event_tree("shop", "OrderPlaced", detail=tree))
    matched = pattern.matches({"source": "shop", "detail-type": "OrderPlaced", "detail": detail})
    assert not (decision.delivery == "never" and matched)
    assert not (decision.delivery == "always" and not matched)


def closed(required: tuple[str, ...] = (), **properties: Any) -> dict[str, Any]:
    """An object with these fields and no others."""
    schema: dict[str, Any] = {"type": "object", "properties": properties, "additionalProperties": False}
    return {**schema, "required": list(required)} if required else schema


STRING, NUMBER, INTEGER = {"type": "string"}, {"type": "number"}, {"type": "integer"}
ABOVE = {"numeric": [">", 100]}
SETTLED = [
    # the schema of the detail, a leaf of the pattern, and what is settled
    (closed(a=STRING), {"total": [1]}, "never"),
    (closed(a=STRING), {"total": [{"exists": False}]}, "always"),
    (closed(a=STRING), {"a": [1]}, "never"),
    (closed(a=STRING), {"a": [ABOVE]}, "never"),
    (closed(a=STRING), {"a": ["x"]}, "sometimes"),
    (closed(a={"type": "string", "pattern": "^x", "format": "date"}), {"a": ["y"]}, "sometimes"),
    (closed(a={"type": "boolean"}), {"a": ["true"]}, "never"),
    (closed(("a",), a={"type": "boolean"}), {"a": [True, False]}, "always"),
    (closed(a={"enum": ["x", "y"]}), {"a": ["z", 1]}, "never"),
    (closed(("a",), a={"enum": ["x", "y"]}), {"a": ["x", "y", "z"]}, "always"),
    (closed(("a",), a={"enum": ["x"]}), {"a": ["x"]}, "always"),
    (closed(a={"enum": ["x"]}), {"a": ["x"]}, "sometimes"),
    (closed(("a",), a={"const": "x"}), {"a": ["x"]}, "always"),
    (closed(("a",), a={"const": 5}), {"a": ["5"]}, "never"),
    (closed(("a",), a={"enum": ["Xy"]}), {"a": [{"prefix": "y"}]}, "never"),
    (closed(("a",), a=STRING), {"a": [{"exists": True}]}, "always"),
    (closed(("a",), a={"type": "object"}), {"a": [{"exists": True}]}, "never"),
    (closed(("a",), a={"type": "array", "items": STRING}), {"a": [{"exists": True}]}, "sometimes"),
    (closed(("a",), a={"type": "array", "items": STRING}), {"a": [5]}, "never"),
    (closed(a={"type": "array", "items": {"enum": ["x"]}}), {"a": ["y"]}, "never"),
    (closed(("a",), a={"type": "string", "nullable": True}), {"a": [{"exists": True}]}, "always"),
    (closed(("a",), a={"type": "string", "nullable": True}), {"a": [None]}, "sometimes"),
    (closed(("a",), a=STRING), {"a": [None]}, "never"),
    (closed(("a",), a={"type": ["string", "null"]}), {"a": [5]}, "never"),
    # numbers
    (closed(a={**NUMBER, "maximum": 100}), {"a": [ABOVE]}, "never"),
    (closed(a={**NUMBER, "maximum": 101}), {"a": [ABOVE]}, "sometimes"),
    (closed(("a",), a={**NUMBER, "minimum": 101}), {"a": [ABOVE]}, "always"),
    (closed(("a",), a={**NUMBER, "minimum": 100}), {"a": [ABOVE]}, "sometimes"),
    (closed(("a",), a={**NUMBER, "minimum": 100}), {"a": [{"numeric": [">=", 100]}]}, "always"),
    (closed(("a",), a={**INTEGER, "minimum": 100, "exclusiveMinimum": True}), {"a": [ABOVE]}, "always"),
    (closed(("a",), a={**INTEGER, "exclusiveMinimum": 100}), {"a": [ABOVE]}, "always"),
    (
        closed(("a",), a={**NUMBER, "minimum": 0, "maximum": 9}),
        {"a": [{"numeric": [">=", 0, "<", 10]}]},
        "always",
    ),
    (closed(a={**NUMBER, "minimum": 5}), {"a": [3]}, "never"),
    (closed(a={**NUMBER, "minimum": 5}), {"a": [{"numeric": ["=", 3]}]}, "never"),
    (closed(a={**NUMBER, "minimum": 5}), {"a": [{"numeric": [">", 1, "<=", 4]}]}, "never"),
    (closed(("a",), a={**NUMBER, "minimum": 5}), {"a": [{"anything-but": [3, 4]}]}, "always"),
    # bounds longer than any double
    (closed(a={**NUMBER, "minimum": 10**400}), {"a": [3]}, "never"),
    (closed(a={**INTEGER, "maximum": -(10**400)}), {"a": [ABOVE]}, "never"),
    (closed(("a",), a={**INTEGER, "exclusiveMinimum": 10**400}), {"a": [ABOVE]}, "always"),
    (closed(a=INTEGER), {"a": [1.5]}, "never"),
    (closed(a=INTEGER), {"a": [{"numeric": ["=", 1.5]}]}, "never"),
    (closed(("a",), a={"type": ["number", "null"], "minimum": 5}), {"a": [3]}, "never"),
    # nested, parts and choices
    (closed(a=closed(b=STRING)), {"a": {"c": ["x"]}}, "never"),
    ({"type": "object", "properties": {"a": STRING}}, {"b": ["x"]}, "sometimes"),
    (
        {"type": "object", "patternProperties": {"^b": STRING}, "additionalProperties": False},
        {"b": ["x"]},
        "sometimes",
    ),
    ({"allOf": [closed(a=STRING)]}, {"b": ["x"]}, "never"),
    (
        {"type": "object", "allOf": [{"properties": {"a": {"enum": ["x"]}}}, {"required": ["a"]}]},
        {"a": ["x"]},
        "always",
    ),
    (
        {"allOf": [{"properties": {"a": STRING}}, {"properties": {"a": {"enum": ["x", 1]}}}]},
        {"a": [1]},
        "never",
    ),
    (closed(a={"allOf": [{**NUMBER, "minimum": 5}, {**NUMBER, "maximum": 9}]}), {"a": [10]}, "never"),
    ({"oneOf": [closed(a=STRING), closed(b=STRING)]}, {"c": ["x"]}, "never"),
    ({"oneOf": [closed(a=STRING), closed(b=STRING)]}, {"b": ["x"]}, "sometimes"),
    (
        {"anyOf": [closed(("a",), a={"enum": ["x"]}), closed(("a",), a={"enum": ["y"]})]},
        {"a": ["x", "y"]},
        "always",
    ),
    (
        {"anyOf": [closed(("a",), a={"enum": ["x"]}), closed(("a",), a={"enum": ["y"]})]},
        {"a": ["z"]},
        "never",
    ),
    (closed(a={"anyOf": [STRING, NUMBER]}), {"a": [True]}, "never"),
    (closed(a={"anyOf": [STRING, {}]}), {"a": [True]}, "sometimes"),
    (
        {"properties": {"a": STRING}, "additionalProperties": False},
        {"b": ["x"]},
        "never",
    ),  # a detail is an object
    (closed(a={"properties": {"b": STRING}, "additionalProperties": False}), {"a": {"c": [1]}}, "sometimes"),
    (closed(a={"$ref": "#/definitions/name"}), {"a": ["z"]}, "never"),
    (closed(a={"$ref": "#/definitions/node"}), {"a": {"a": {"b": ["x"]}}}, "never"),
    (closed(a={"$ref": "other.json#/x"}), {"a": ["z"]}, "sometimes"),
    (closed(a={"$ref": "#/definitions/name"}), {"a": [None]}, "never"),
    (closed(a={"$ref": "#/definitions/name", "nullable": True}), {"a": [None]}, "sometimes"),
    (closed(a={"$ref": "#/definitions/name", "nullable": True}), {"a": ["z"]}, "never"),
    (closed(a={"allOf": [{"$ref": "#/definitions/node", "nullable": True}]}), {"a": [None]}, "sometimes"),
    ({"type": "string"}, {"a": ["x"]}, "sometimes"),
]


@pytest.mark.parametrize(("schema", "leaf", "settled"), SETTLED)
@pytest.mark.parametrize("kind", ["JSONSchemaDraft4", "OpenApi3", "event"])
def test_a_schema_settles_a_leaf(schema: Any, leaf: Any, settled: str, kind: str) -> None:
    pattern = parse({"source": ["shop"], "detail": leaf})
    decision = decide_for_type(pattern, "shop", "OrderPlaced", written(schema, kind))
    assert decision.delivery == settled
    assert all(text.startswith("by schema, ") for text in decision.why)
    assert bool(decision.why) == (settled == "never")


def written(schema: Any, kind: str) -> tuple[str, str]:
    """The schema of a detail as a registry holds it: alone, or inside that of the event."""
    if kind == "JSONSchemaDraft4":
        return json.dumps({**schema, "definitions": drawn.DEFINITIONS}), kind
    event = {"type": "object", "properties": {"source": STRING, "detail": schema}}
    if kind == "event":
        return json.dumps({**event, "definitions": drawn.DEFINITIONS}), "JSONSchemaDraft4"
    document = {"components": {"schemas": {"AWSEvent": event}}, "definitions": drawn.DEFINITIONS}
    return json.dumps(document), "OpenApi3"


def test_of_several_conditions_those_that_always_hold_are_dropped() -> None:
    schema = closed(("a", "b"), a={"enum": ["x"]}, b=STRING, c=NUMBER)
    pattern = parse({"detail": {"a": ["x"], "b": [{"exists": True}], "c": [ABOVE]}})
    decision = decide_for_type(pattern, "shop", "OrderPlaced", written(schema, "JSONSchemaDraft4"))
    assert (decision.delivery, decision.when) == ("sometimes", ("detail.c > 100",))


def test_of_several_alternatives_those_that_can_never_hold_are_dropped() -> None:
    schema = closed(("a",), a={"enum": ["x", "y"]})
    pattern = parse({"detail": {"a": ["x", "z", 5, ABOVE]}})
    decision = decide_for_type(pattern, "shop", "OrderPlaced", written(schema, "JSONSchemaDraft4"))
    assert decision.when == ("detail.a is x",)


def test_a_schema_with_a_field_called_detail_alone_may_be_of_the_event_or_of_the_detail() -> None:
    content = json.dumps(closed(detail=closed(a=STRING)))
    for leaf in ({"b": ["x"]}, {"detail": {"b": ["x"]}}):
        decision = decide_for_type(parse({"detail": leaf}), "s", "T", (content, "JSONSchemaDraft4"))
        assert decision.delivery == "sometimes"
