"""Two versions of a contract: what changed, and whether it can break who reads the events."""

import json
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.flow.model import contract
from dashboard.flow.model.contract import Change
from tests.laws import LAW, TIMES

TEXT = {"type": "string"}


def schema(required: tuple[str, ...] = (), **properties: Any) -> str:
    return json.dumps({"type": "object", "required": list(required), "properties": properties})


def told(old: str | None, new: str | None) -> list[tuple[str, str, bool]]:
    return [(change.path, change.says, change.breaking) for change in contract.compare(old, new)]


CASES = {
    "nothing changed": (schema(a=TEXT), schema(a=TEXT), []),
    "a field is gone": (schema(a=TEXT), schema(), [("a", "is gone", True)]),
    "a field is new": (schema(), schema(a=TEXT), [("a", "is new (string)", False)]),
    "what is below a field that is gone goes without saying": (
        schema(a={"type": "object", "properties": {"b": TEXT}}),
        schema(),
        [("a", "is gone", True)],
    ),
    "another type": (
        schema(a={"type": "number"}),
        schema(a=TEXT),
        [("a", "was number, is string", True)],
    ),
    "a whole number is a number": (
        schema(a={"type": "number"}),
        schema(a={"type": "integer"}),
        [("a", "was number, is integer", False)],
    ),
    "a number is not always whole": (
        schema(a={"type": "integer"}),
        schema(a={"type": "number"}),
        [("a", "was integer, is number", True)],
    ),
    "one type of two is left": (
        schema(a={"type": ["string", "integer"]}),
        schema(a=TEXT),
        [("a", "was string or integer, is string", False)],
    ),
    "an array says what is in it": (
        schema(a={"type": "array"}),
        schema(a={"type": "array", "items": TEXT}),
        [("a", "was array, is array of string", False)],
    ),
    "arrays within arrays": (
        schema(a={"type": "array", "items": {"type": "array", "items": {"type": "number"}}}),
        schema(a={"type": "array", "items": {"type": "array", "items": {"type": "integer"}}}),
        [("a", "was array of array of number, is array of array of integer", False)],
    ),
    "a type that was not told": (schema(a={}), schema(a=TEXT), [("a", "was any, is string", False)]),
    "a type that is no longer told": (schema(a=TEXT), schema(a={}), [("a", "was string, is any", True)]),
    "null is possible": (
        schema(a=TEXT),
        schema(a={"type": ["string", "null"]}),
        [("a", "may be null now", True)],
    ),
    "null is possible, as OpenAPI says it": (
        schema(a=TEXT),
        schema(a={"type": "string", "nullable": True}),
        [("a", "may be null now", True)],
    ),
    "null is no longer possible": (
        schema(a={"type": ["null", "string"]}),
        schema(a=TEXT),
        [("a", "is never null any more", False)],
    ),
    "required no more": (schema(("a",), a=TEXT), schema(a=TEXT), [("a", "may be absent now", True)]),
    "required now": (schema(a=TEXT), schema(("a",), a=TEXT), [("a", "is in every event now", False)]),
    "one more value": (
        schema(a={"enum": ["x"]}),
        schema(a={"enum": ["x", "y"]}),
        [("a", "may also be y now", True)],
    ),
    "one value less, and one more": (
        schema(a={"enum": ["x", "z"]}),
        schema(a={"enum": ["x", "y"]}),
        [("a", "may also be y now", True), ("a", "is never z any more", False)],
    ),
    "any value now": (
        schema(a=TEXT | {"enum": ["x"]}),
        schema(a=TEXT),
        [("a", "may have any value now, not only a listed one", True)],
    ),
    "only some values now": (
        schema(a=TEXT),
        schema(a=TEXT | {"enum": ["x", "y"]}),
        [("a", "is one of x, y now", False)],
    ),
    "another format": (
        schema(a=TEXT | {"format": "date"}),
        schema(a=TEXT | {"format": "date-time"}),
        [("a", "was date, is date-time", True)],
    ),
    "a format where there was none": (
        schema(a=TEXT),
        schema(a=TEXT | {"format": "uuid"}),
        [("a", "was of no format, is uuid", False)],
    ),
    "breaking changes come first": (
        schema(z=TEXT),
        schema(a=TEXT),
        [("z", "is gone", True), ("a", "is new (string)", False)],
    ),
    "only a description": (schema(a=TEXT), schema(a=TEXT | {"description": "…"}), []),
    "no JSON on either side": ("<xml/>", None, []),
}


@pytest.mark.parametrize("name", CASES)
def test_every_change_is_told_with_whether_it_breaks(name: str) -> None:
    old, new, expected = CASES[name]
    assert told(old, new) == expected


def test_alternatives_that_differ_are_told_as_what_is_not_listed() -> None:
    old, new = schema(a={"oneOf": [TEXT]}), schema(a={"oneOf": [TEXT, {"type": "null"}]})
    assert contract.compare(old, new) == ()
    assert contract.unlisted(old, new) == ("oneOf",)
    assert contract.unlisted(old, old) == ()


def test_nothing_is_told_of_alternatives_where_only_texts_differ() -> None:
    old = json.dumps({"oneOf": [], "description": "one"})
    assert contract.unlisted(old, json.dumps({"oneOf": [], "description": "two"})) == ()


def test_a_contract_as_lines() -> None:
    text = schema(("a",), a=TEXT | {"format": "uuid"}, b={"enum": ["x", 1], "nullable": True})
    assert contract.lines(text) == ["a: string, uuid, required", "b: any, null, one of x, 1"]


KINDS = st.sampled_from(["string", "number", "integer", "boolean", "null"])
FIELD = st.fixed_dictionaries(
    {"type": st.one_of(KINDS, st.lists(KINDS, min_size=1, max_size=2, unique=True))}
)
SCHEMA = st.builds(
    lambda properties, required: schema(tuple(name for name in properties if name in required), **properties),
    st.dictionaries(st.sampled_from("ab"), FIELD, max_size=2),
    st.sets(st.sampled_from("ab")),
)
VALUE = st.one_of(st.integers(-2, 2), st.sampled_from(["", "x", 0.5, True, None]))


@settings(LAW, max_examples=100 * TIMES)
@given(SCHEMA, SCHEMA, st.dictionaries(st.sampled_from("ab"), VALUE, max_size=2))
def test_where_nothing_breaks_every_newer_event_keeps_to_the_older_contract(
    old: str, new: str, event: dict[str, Any]
) -> None:
    changes = contract.compare(old, new)
    fits = [jsonschema.Draft4Validator(json.loads(text)).is_valid(event) for text in (old, new)]
    added = {change.path for change in changes if change.kind == "new"}
    if not any(change.breaking for change in changes) and not added & event.keys():
        assert fits[0] or not fits[1]


def test_the_change_of_a_path_is_data() -> None:
    assert contract.compare(schema(a=TEXT), schema()) == (Change("a", "gone", breaking=True, says="is gone"),)
