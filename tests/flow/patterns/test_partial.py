"""Deciding over what is known of an event, and over schemas."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.flow.patterns import (
    UNKNOWN,
    UNKNOWN_NUMBER,
    Items,
    Maybe,
    Obj,
    OneOf,
    decide_for_type,
    event_tree,
    parse,
    tree_from_schema,
)
from tests.flow.patterns.pattern_strategies import LEAVES
from tests.laws import LAW

TYPE = event_tree("shop", "OrderPlaced")

OVER_A_TYPE = [
    ('{"source": ["shop"]}', "always", ()),
    ('{"source": ["shop"], "detail-type": ["OrderPlaced", "Other"]}', "always", ()),
    ('{"source": ["other"]}', "never", ()),
    ('{"source": [{"prefix": "sh"}], "detail-type": [{"anything-but": "Other"}]}', "always", ()),
    (
        '{"source": ["shop"], "detail": {"total": [{"numeric": [">", 100]}]}}',
        "sometimes",
        ("detail.total > 100",),
    ),
    ('{"source": ["shop"], "detail": {"a": [1], "b": [2]}}', "sometimes", ("detail.a is 1", "detail.b is 2")),
    ('{"id": [{"exists": true}], "version": ["0"]}', "always", ()),
    ('{"time": [{"exists": false}]}', "never", ()),
    ('{"time": [{"numeric": [">", 1]}]}', "never", ()),
    ('{"account": ["1", {"anything-but": 5}]}', "always", ()),
    ('{"account": ["1"]}', "sometimes", ('account is "1"',)),
    ('{"resources": [{"prefix": "arn:"}]}', "sometimes", ("resources begins with arn:",)),
    ('{"resources": [5]}', "never", ()),
    ('{"detail": [{"exists": true}]}', "never", ()),
    ('{"detail": ["x"]}', "never", ()),
    ('{"unheard": [1]}', "never", ()),
    ('{"unheard": [{"exists": false}]}', "always", ()),
    ('{"detail": {"a": [{"exists": true}, {"exists": false}]}}', "always", ()),
    ('{"$or": [{"source": ["shop"]}, {"detail": {"a": [1]}}]}', "always", ()),
    ('{"$or": [{"source": ["x"]}, {"detail": {"a": [1]}}]}', "sometimes", ("detail.a is 1",)),
    (
        '{"$or": [{"detail": {"b": [2]}}, {"detail": {"a": [1]}}]}',
        "sometimes",
        ("either detail.b is 2 or detail.a is 1",),
    ),
]


@pytest.mark.parametrize(("pattern", "delivery", "when"), OVER_A_TYPE)
def test_an_event_type_is_decided_with_what_remains_open(
    pattern: str, delivery: str, when: tuple[str, ...]
) -> None:
    decision = parse(pattern).decide(TYPE)
    assert (decision.delivery, decision.when) == (delivery, when)
    assert bool(decision.why) == (delivery == "never")


def test_what_is_known_of_account_and_region_counts() -> None:
    tree = event_tree("shop", "OrderPlaced", account="1", region="eu-west-1")
    assert parse('{"account": ["1"], "region": ["eu-west-1"]}').decide(tree).delivery == "always"
    assert parse('{"account": ["2"]}').decide(tree).why == ('account is "2" cannot hold: it is "1"',)


def test_of_several_alternatives_only_those_that_can_hold_are_told() -> None:
    tree = Obj({"n": UNKNOWN_NUMBER}, open=False)
    assert parse('{"n": ["a", 5, {"prefix": "x"}]}').decide(tree).when == ("n is 5",)


OVER_TREES: list[tuple[str, Any, str]] = [
    ('{"a": [1]}', OneOf((1, 2)), "sometimes"),
    ('{"a": [1, 2]}', OneOf((1, 2)), "always"),
    ('{"a": [1, 2]}', Maybe(OneOf((1, 2))), "sometimes"),
    ('{"a": [1, {"exists": false}]}', Maybe(1), "always"),
    ('{"a": ["x"]}', ["x", UNKNOWN], "always"),
    ('{"a": ["x"]}', Items("x"), "sometimes"),
    ('{"a": ["x", {"exists": false}]}', Items("x"), "always"),
    ('{"a": ["y"]}', Items("x"), "never"),
    ('{"a": {"b": [1], "c": [2]}}', [Obj({"b": 1}, open=False), Obj({"c": 2}, open=False)], "never"),
    ('{"a": {"b": [1], "c": [2]}}', [Obj({"b": 1}, open=False), Obj({"c": 2})], "sometimes"),
    ('{"a": {"b": [1], "c": [2]}}', [{"b": 1, "c": 2}, UNKNOWN], "always"),
    ('{"a": {"b": [1], "c": [{"exists": false}]}}', [{"b": 1}, {"c": 2}], "always"),
    ('{"a": {"b": [1]}}', Items(Obj({"b": 1})), "sometimes"),
]


@pytest.mark.parametrize(("pattern", "tree", "delivery"), OVER_TREES)
def test_a_tree_is_decided_for_all_its_completions(pattern: str, tree: Any, delivery: str) -> None:
    decision = parse(pattern).decide(Obj({"a": tree}, open=False))
    assert decision.delivery == delivery
    assert bool(decision.when) == (delivery == "sometimes")


DETAIL = {
    "type": "object",
    "required": ["status", "total"],
    "additionalProperties": False,
    "properties": {
        "status": {"type": "string", "enum": ["PAID", "OPEN"]},
        "total": {"type": "number"},
        "note": {"type": "string", "nullable": True},
        "lines": {"type": "array", "items": {"$ref": "#/components/schemas/Line"}},
    },
}
OPENAPI = json.dumps(
    {
        "openapi": "3.0.0",
        "components": {
            "schemas": {
                "AWSEvent": {
                    "type": "object",
                    "properties": {
                        "detail": {"$ref": "#/components/schemas/Order"},
                        "source": {"type": "string"},
                    },
                },
                "Order": DETAIL,
                "Line": {
                    "type": "object",
                    "properties": {"sku": {"type": "string"}, "line": {"$ref": "#/components/schemas/Line"}},
                },
            }
        },
    }
)
DRAFT4 = json.dumps({**DETAIL, "components": {"schemas": {"Line": {"type": ["object", "null"]}}}})

BY_SCHEMA = [
    ('{"detail": {"status": ["LOST"]}}', "never"),
    ('{"detail": {"status": ["PAID", "OPEN"]}}', "always"),
    ('{"detail": {"status": ["PAID"]}}', "sometimes"),
    ('{"detail": {"total": ["5"]}}', "never"),
    ('{"detail": {"total": [{"exists": true}]}}', "always"),
    ('{"detail": {"note": [null]}}', "sometimes"),
    ('{"detail": {"note": [1]}}', "never"),
    ('{"detail": {"unheard": [1]}}', "never"),
    ('{"detail": {"unheard": [{"exists": false}]}}', "always"),
    ('{"detail": {"lines": {"any": [1]}}}', "sometimes"),
]


@pytest.mark.parametrize("schema", [(OPENAPI, "OpenApi3"), (DRAFT4, "JSONSchemaDraft4")])
@pytest.mark.parametrize(("pattern", "delivery"), BY_SCHEMA)
def test_a_schema_settles_what_it_can(pattern: str, delivery: str, schema: tuple[str, str]) -> None:
    decision = decide_for_type(parse(pattern), "shop", "OrderPlaced", schema)
    assert decision.delivery == delivery
    assert all(text.startswith("by schema, ") for text in decision.why)


def test_a_condition_that_the_schema_settles_is_no_longer_told() -> None:
    pattern = parse('{"detail": {"status": ["PAID"], "total": [{"exists": true}]}}')
    assert decide_for_type(pattern, "shop", "OrderPlaced", (OPENAPI, "OpenApi3")).when == (
        "detail.status is PAID",
    )


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"components": 3}', '{"$ref": "#/a", "a": {"$ref": "#"}}']
)
def test_a_schema_that_says_nothing_leaves_everything_open(content: str) -> None:
    for kind in ("OpenApi3", "JSONSchemaDraft4", "Avro"):
        assert parse('{"a": [1]}').decide(tree_from_schema(content, kind)).delivery == "sometimes"


def schemas(depth: int) -> st.SearchStrategy[Any]:
    """Small schemas, each with a strategy of its instances."""
    simple = st.sampled_from(
        [
            ({"type": "string"}, st.sampled_from(["", "a", "ab"])),
            ({"type": "number"}, st.sampled_from([0, 1, 300])),
            ({"type": "boolean"}, st.booleans()),
            ({"enum": ["a", 1, None]}, st.sampled_from(["a", 1, None])),
            ({"type": ["string", "null"]}, st.sampled_from(["a", None])),
            ({}, st.sampled_from(["a", 1, None, [], {"a": 1}])),
        ]
    )
    if depth == 0:
        return simple
    inner = schemas(depth - 1)
    arrays = inner.map(lambda one: ({"type": "array", "items": one[0]}, st.lists(one[1], max_size=2)))
    either = st.tuples(inner, inner).map(
        lambda two: ({"anyOf": [two[0][0], two[1][0]]}, two[0][1] | two[1][1])
    )
    objects = st.tuples(
        st.dictionaries(st.sampled_from("abc"), inner, max_size=3), st.booleans(), st.booleans()
    )
    return simple | arrays | either | objects.map(lambda three: an_object(*three))


def an_object(fields: dict[str, Any], required: bool, closed: bool) -> tuple[Any, Any]:  # noqa: FBT001 - drawn
    schema = {
        "type": "object",
        "properties": {name: one[0] for name, one in fields.items()},
        "required": list(fields) if required else [],
        "additionalProperties": not closed,
    }
    present = {name: one[1] for name, one in fields.items()}
    extra = (
        st.just({})
        if closed
        else st.dictionaries(st.sampled_from("xyabc"), st.sampled_from([1, "a", [1]]), max_size=2)
    )
    known = st.fixed_dictionaries(present if required else {}, optional={} if required else present)
    merged = st.builds(
        lambda more, own: {**{k: v for k, v in more.items() if k not in fields}, **own}, extra, known
    )
    return schema, merged


PATHS = st.sampled_from(["a", "b", "a.b", "a.c", "b.a", "x"])


@LAW
@given(schemas(2), st.dictionaries(PATHS, LEAVES, min_size=1, max_size=2), st.data())
def test_no_instance_of_a_schema_contradicts_what_it_decided(schema: Any, leaves: Any, data: Any) -> None:
    detail = data.draw(schema[1])
    event = {"source": "shop", "detail-type": "OrderPlaced", "detail": detail}
    pattern = parse({"detail": leaves})
    tree = tree_from_schema(json.dumps(schema[0]), "JSONSchemaDraft4")
    decision = pattern.decide(event_tree("shop", "OrderPlaced", detail=tree))
    matched = pattern.matches(event)
    assert not (decision.delivery == "never" and matched)
    assert not (decision.delivery == "always" and not matched)
