"""Each dialect by itself: what it has and has not, what it is matched against, and how much of it a service takes."""

import json
from typing import Any

import pytest

from dashboard.flow.patterns import PatternError, parse
from dashboard.flow.patterns.dialects import DIALECTS
from dashboard.flow.patterns.limits import LIMITS, over_limits

ANY_BUT = "anything-but with an operator"
ANY_CASE = "prefix and suffix with equals-ignore-case"
LEAVES: dict[str, list[Any]] = {
    "literal": ["x", 1, True, None],
    "prefix": [{"prefix": "x"}],
    "suffix": [{"suffix": "x"}],
    ANY_CASE: [{"prefix": {"equals-ignore-case": "x"}}],
    "equals-ignore-case": [{"equals-ignore-case": "x"}],
    "anything-but": [{"anything-but": ["x", "y"]}],
    ANY_BUT: [{"anything-but": {"prefix": "x"}}],
    "numeric": [{"numeric": [">", 0, "<=", 5]}],
    "exists": [{"exists": True}],
    "cidr": [{"cidr": "10.0.0.0/24"}],
    "wildcard": [{"wildcard": "x*"}],
}
LACKS = {
    "rule": set(),
    "new-bus-data": {"wildcard"},
    "new-bus-metadata": set(LEAVES) - {"literal"},
    "new-bus-system": {"wildcard"},
    "pipes": {"wildcard", ANY_BUT},
    "lambda": {"wildcard", "cidr", ANY_BUT, ANY_CASE},
    "sns-body": set(),
    "sns-attributes": set(),
}
TABLE = [(dialect, what) for dialect in LACKS for what in LEAVES]


def test_the_table_has_every_dialect() -> None:
    assert {dialect.name for dialect in DIALECTS} == set(LACKS) == set(LIMITS)


@pytest.mark.parametrize(("dialect", "what"), TABLE)
def test_an_operator_is_taken_or_reported(dialect: str, what: str) -> None:
    text = json.dumps({"field": LEAVES[what]})
    if what not in LACKS[dialect]:
        assert parse(text, dialect=dialect).fields() == ("field",)
        return
    with pytest.raises(PatternError) as error:
        parse(text, dialect=dialect)
    assert error.value.kind == "unsupported in dialect"
    assert str(error.value).startswith("At $.field: expected what ")


SHAPES = [
    ("$or", {"$or": [{"a": ["x"]}, {"b": ["y"]}]}, {"new-bus-metadata"}),
    ("nested", {"a": {"b": ["x"]}}, {"sns-attributes"}),
]


@pytest.mark.parametrize(("what", "pattern", "lacking"), SHAPES)
@pytest.mark.parametrize("dialect", list(LACKS))
def test_a_shape_is_taken_or_reported(what: str, pattern: Any, lacking: set[str], dialect: str) -> None:
    if dialect not in lacking:
        assert parse(json.dumps(pattern), dialect=dialect).fields(), what
        return
    with pytest.raises(PatternError) as error:
        parse(json.dumps(pattern), dialect=dialect)
    assert error.value.kind == "unsupported in dialect"


@pytest.mark.parametrize("dialect", [name for name in LACKS if name != "rule"])
def test_an_empty_filter_takes_everything(dialect: str) -> None:
    assert parse("{}", dialect=dialect).matches({"a": 1})


def test_an_empty_rule_is_an_error() -> None:
    with pytest.raises(PatternError):
        parse("{}", dialect="rule")


JSON_BODY, TEXT_BODY, LIST_BODY = '{"total": 5, "kind": "a"}', "total 5", "[5]"
RECORDS = [
    # what reads it, the record, the filter, and whether it passes
    ("lambda", {"body": JSON_BODY}, {"body": {"total": [5]}}, True),
    ("lambda", {"body": JSON_BODY}, {"body": {"total": [6]}}, False),
    ("lambda", {"body": JSON_BODY}, {"body": [JSON_BODY]}, False),
    ("lambda", {"body": JSON_BODY}, {"body": [{"prefix": "{"}]}, False),
    ("lambda", {"body": TEXT_BODY}, {"body": {"total": [5]}}, False),
    ("lambda", {"body": TEXT_BODY}, {"body": [TEXT_BODY]}, True),
    ("lambda", {"body": TEXT_BODY}, {"body": [{"prefix": "total"}]}, True),
    ("lambda", {"body": TEXT_BODY}, {"eventSource": ["aws:sqs"]}, False),
    ("lambda", {"body": JSON_BODY, "eventSource": "aws:sqs"}, {"eventSource": ["aws:sqs"]}, True),
    ("lambda", {"data": JSON_BODY}, {"data": {"kind": ["a"]}}, True),
    ("lambda", {"data": TEXT_BODY}, {"data": {"kind": ["a"]}}, False),
    (
        "lambda",
        {"data": JSON_BODY, "partitionKey": "p"},
        {"data": {"kind": ["a"]}, "partitionKey": ["q"]},
        False,
    ),
    ("pipes", {"body": JSON_BODY}, {"body": {"total": [{"numeric": [">", 4]}]}}, True),
    ("pipes", {"body": TEXT_BODY}, {"body": {"total": [5]}}, False),
    ("pipes", {"body": LIST_BODY}, {"body": {"total": [5]}}, False),
    ("pipes", {"data": JSON_BODY, "partitionKey": "p"}, {"partitionKey": ["p"]}, True),
    ("sns-body", {"total": 5}, {"total": [5]}, True),
    ("sns-body", {"body": JSON_BODY}, {"body": {"total": [5]}}, False),
    ("sns-attributes", {"kind": ["a", "b"]}, {"kind": ["b"]}, True),
    ("sns-attributes", {"total": 5}, {"total": [{"numeric": ["=", 5]}]}, True),
    ("sns-attributes", {"total": 5}, {"total": ["5"]}, False),
    ("sns-attributes", {}, {"total": [{"exists": False}]}, True),
    (
        "new-bus-data",
        {"source": "s", "detail": {"total": 5}},
        {"source": ["s"], "detail": {"total": [5]}},
        True,
    ),
    ("new-bus-data", {"total": 5}, {"total": [5]}, True),
    ("new-bus-metadata", {"tenant": "a"}, {"tenant": ["a", "b"]}, True),
    ("new-bus-metadata", {"tenant": "c"}, {"tenant": ["a", "b"]}, False),
    ("new-bus-system", {"aws:Source": "s"}, {"aws:Source": [{"prefix": "s"}]}, True),
]


@pytest.mark.parametrize(("dialect", "record", "pattern", "passes"), RECORDS)
def test_a_filter_decides_over_the_record_of_its_source(
    dialect: str,
    record: Any,
    pattern: Any,
    passes: bool,  # noqa: FBT001 - a case
) -> None:
    assert parse(json.dumps(pattern), dialect=dialect).matches(record) is passes


CHANGE = {
    "eventName": "INSERT",
    "dynamodb": {"Keys": {"id": {"S": "o-1"}}, "NewImage": {"id": {"S": "o-1"}, "total": {"N": "5"}}},
}
TABLES = [
    ({"dynamodb": {"NewImage": {"id": {"S": [{"prefix": "o-"}]}}}}, True),
    ({"dynamodb": {"NewImage": {"total": {"N": ["5"]}}}}, True),
    ({"dynamodb": {"NewImage": {"total": {"N": [5]}}}}, False),
    ({"dynamodb": {"NewImage": {"total": {"N": [{"numeric": [">", 1]}]}}}}, False),
    ({"dynamodb": {"OldImage": {"id": {"S": [{"exists": False}]}}}}, True),
    ({"eventName": ["INSERT"], "dynamodb": {"Keys": {"id": {"S": ["o-1"]}}}}, True),
    ({"eventName": ["REMOVE"]}, False),
]


@pytest.mark.parametrize(("pattern", "passes"), TABLES)
@pytest.mark.parametrize("dialect", ["lambda", "pipes"])
def test_a_table_writes_numbers_as_text(
    dialect: str,
    pattern: Any,
    passes: bool,  # noqa: FBT001 - a case
) -> None:
    assert parse(json.dumps(pattern), dialect=dialect).matches(CHANGE) is passes


SMALL = '{"a": ["x"]}'
TOO_MUCH = [
    ("rule", [json.dumps({"a": ["x" * 4100]})], "4,111 characters, at most 4,096"),
    ("pipes", [SMALL] * 6, "6 filters, at most 5"),
    ("lambda", [SMALL] * 11, "11 filters, at most 10"),
    ("pipes", [json.dumps({"a": ["x" * 4100]})], "4,111 characters, at most 4,096"),
    ("new-bus-data", [json.dumps({"a": ["x" * 4100]})], "4,111 characters, at most 4,096"),
    ("new-bus-metadata", [SMALL, SMALL], "2 filters, at most 1"),
    ("sns-attributes", [json.dumps({k: ["x"] for k in "abcdef"})], "6 fields, at most 5"),
    ("sns-body", [json.dumps({k: ["x"] for k in "abcdef"})], "6 fields, at most 5"),
    (
        "sns-body",
        [json.dumps({"a": list(range(16)), "b": {"c": list(range(10))}})],
        "160 combinations of values",
    ),
    ("sns-attributes", ['{"a": [{"numeric": [">", 2000000000]}]}'], "the number 2000000000"),
    ("sns-attributes", ['{"a": [0.1234567]}'], "the number 0.1234567"),
]


@pytest.mark.parametrize(("dialect", "filters", "told"), TOO_MUCH)
def test_what_is_over_a_limit_is_told(dialect: str, filters: list[str], told: str) -> None:
    assert [what for what in over_limits(filters, dialect) if told in what]


def test_the_combinations_of_or_are_limited() -> None:
    forks = [{"$or": [{f"{level}{n}": ["x"]} for n in range(11)]} for level in "abc"]
    nested = {"a": forks[0], "b": forks[1], "c": forks[2]}
    (told,) = over_limits([json.dumps(nested)], "rule")
    assert told == "Over a limit of rule: 1,331 combinations of $or, at most 1,000."


ENOUGH = [
    ("sns-body", [json.dumps({"detail": {k: ["x"] for k in "abcdef"}})]),
    ("sns-attributes", [json.dumps({"a": list(range(15)), "b": list(range(10))})]),
    ("sns-attributes", ['{"a": [1000000000, -0.12345, true, null]}']),
    ("pipes", [SMALL] * 5),
    ("lambda", [SMALL] * 10),
    ("rule", ["{"]),
]


@pytest.mark.parametrize(("dialect", "filters"), ENOUGH)
def test_what_is_within_the_limits_is_not_told(dialect: str, filters: list[str]) -> None:
    assert over_limits(filters, dialect) == ()
