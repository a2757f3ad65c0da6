"""A made-up event keeps to its schema."""

import json
from typing import Any

import jsonschema
import pytest

from collectors.records import Schema
from dashboard.flow.model.estate import Estate
from dashboard.flow.model.fields import payload
from dashboard.flow.suppose import example
from tests.flow.building import ACCOUNT, OTHER, REGION, SOURCE, TYPE, Build, arn, bus, rule

TEXT, NUMBER = {"type": "string"}, {"type": "number"}


def of(**node: Any) -> dict[str, Any]:
    return {
        "definitions": {"Line": {"type": "object", "required": ["sku"], "properties": {"sku": TEXT}}},
        "properties": {"detail": node},
    }


def keeps(made: Any, content: dict[str, Any]) -> bool:
    """Whether a payload keeps to the schema, by a validator that is not ours."""
    named = {name: content[name] for name in ("components", "definitions") if name in content}
    whole = {**named, "allOf": [payload(content)[1]]}
    checker = jsonschema.Draft4Validator(whole, format_checker=jsonschema.FormatChecker())
    return not list(checker.iter_errors(made))


PROPERTIES: dict[str, dict[str, Any]] = {
    "text": TEXT,
    "long text": {"type": "string", "minLength": 20},
    "short text": {"type": "string", "maxLength": 3},
    "enum": {"type": "string", "enum": ["web", "shop"]},
    "enum with null": {"enum": [None, "web"]},
    "date-time": {"type": "string", "format": "date-time"},
    "e-mail": {"type": "string", "format": "email"},
    "address": {"type": "string", "format": "ipv4"},
    "address of six": {"type": "string", "format": "ipv6"},
    "integer": {"type": "integer"},
    "at least": {"type": "number", "minimum": 5},
    "above": {"type": "number", "minimum": 5, "exclusiveMinimum": True},
    "at most": {"type": "integer", "maximum": -3},
    "below": {"type": "number", "maximum": 0, "exclusiveMaximum": True},
    "between": {"type": "number", "minimum": 0.2, "maximum": 0.4},
    "many of": {"type": "integer", "multipleOf": 7, "minimum": 8},
    "at least what no double holds": {"type": "integer", "minimum": 10**400},
    "at most what no double holds": {"type": "number", "maximum": -(10**400)},
    "steps of a tenth": {"type": "number", "multipleOf": 0.1},
    "boolean": {"type": "boolean"},
    "null": {"type": "null"},
    "text or null": {"type": ["null", "string"]},
    "array": {"type": "array", "items": {"$ref": "#/definitions/Line"}},
    "three": {"type": "array", "items": TEXT, "minItems": 3, "uniqueItems": True},
    "none": {"type": "array", "items": TEXT, "maxItems": 0},
    "places": {"type": "array", "items": [TEXT, NUMBER], "additionalItems": False},
    "object": {"type": "object", "required": ["unnamed"], "additionalProperties": NUMBER},
    "closed": {"type": "object", "properties": {"a": TEXT}, "additionalProperties": False},
    "all of": {"allOf": [{"$ref": "#/definitions/Line"}, {"required": ["n"], "properties": {"n": NUMBER}}]},
    "one of": {"oneOf": [{"type": "integer"}, {"type": "string"}]},
    "any of": {"anyOf": [{"$ref": "#/definitions/Line"}]},
    "odd": {"required": 7, "properties": "x", "enum": []},
}


@pytest.mark.parametrize("name", PROPERTIES)
def test_a_payload_keeps_to_its_schema(name: str) -> None:
    content = of(type="object", required=["x"], properties={"x": PROPERTIES[name]})
    if name == "odd":
        assert "x" in example.of_schema(json.dumps(content))
        return
    made = example.of_schema(json.dumps(content))
    assert "x" in made
    assert keeps(made, content)


def test_a_reference_that_comes_round_ends() -> None:
    node = {
        "type": "object",
        "required": ["name"],
        "properties": {"name": TEXT, "next": {"$ref": "#/definitions/Node"}},
    }
    content = {"definitions": {"Node": node}, "properties": {"detail": {"$ref": "#/definitions/Node"}}}
    assert keeps(example.of_schema(json.dumps(content)), content)


@pytest.mark.parametrize("odd", [{"minimum": 1e999}, {"minimum": 1e308, "multipleOf": 1e-10}])
def test_bounds_that_no_number_of_json_keeps_still_give_a_payload(odd: dict[str, float]) -> None:
    content = of(type="object", required=["x"], properties={"x": {"type": "number", **odd}})
    assert isinstance(example.of_schema(json.dumps(content))["x"], int | float)


@pytest.mark.parametrize(
    "content", [None, "", "{", "[1]", "7", '{"properties": {"detail": {"type": "string"}}}', "[" * 100_000]
)
def test_what_says_nothing_of_an_object_gives_an_empty_payload(content: str | None) -> None:
    assert example.of_schema(content) == {}


def test_the_envelope_is_that_of_the_bus(build: Build) -> None:
    content = json.dumps(of(type="object", required=["total"], properties={"total": NUMBER}))
    schema = Schema(
        arn=arn("schemas", "schema/a/b"),
        registry="a",
        name="b",
        type="JSONSchemaDraft4",
        source=SOURCE,
        detail_type=TYPE,
        content=content,
    )
    made = example.of_type(build(bus(), schema), SOURCE, TYPE, bus().arn)
    assert (made["source"], made["detail-type"], made["account"], made["region"]) == (
        SOURCE,
        TYPE,
        ACCOUNT,
        REGION,
    )
    assert made["detail"] == {"total": 1}


def test_account_and_region_are_left_to_the_bus_where_it_enters_in_several(build: Build) -> None:
    here, there = bus(), bus(account=OTHER)
    built = build(here, there, rule(here, "a", None), rule(there, "b", None))
    assert not {"account", "region"} & example.of_type(built, SOURCE, TYPE).keys()
    assert example.of_type(built, SOURCE, TYPE, there.arn)["account"] == OTHER


def test_a_type_without_schema_has_an_empty_payload(build: Build) -> None:
    assert example.of_type(build(bus()), SOURCE, TYPE)["detail"] == {}


def test_every_schema_of_the_sample_estate_is_kept_to(sample_estate: Estate) -> None:
    estate = sample_estate
    broken = [
        row["name"]
        for row in estate.schemas
        if row["content"] and not keeps(example.of_schema(row["content"]), json.loads(row["content"]))
    ]
    assert estate.schemas
    assert broken == []
