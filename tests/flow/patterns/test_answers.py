"""What a pattern tells of itself: words, fields, literals, explanations, verdicts for lines, dialects."""

import pytest

from dashboard.flow.patterns import Json, Obj, PatternError, match_lines, parse

WORDS = [
    ('{"source": ["a", "b"]}', ("source is one of a, b",)),
    ('{"detail": {"total": [{"numeric": [">", 100]}]}}', ("detail.total > 100",)),
    ('{"detail-type": [{"prefix": "Order"}]}', ("detail-type begins with Order",)),
    ('{"a": ["300", 300, null]}', ('a is one of "300", 300, null',)),
    ('{"a": [{"exists": false}, "x"]}', ("a is absent or is x",)),
    ('{"a": [{"anything-but": ["x", "y"]}]}', ("a is none of x, y",)),
    (
        '{"a": [{"anything-but": {"suffix": ["x", "y"]}}]}',
        ("a is present but not one that ends with x or ends with y",),
    ),
    (
        '{"a": [{"numeric": [">", 0, "<=", 5.5]}, {"cidr": "10.0.0.0/8"}]}',
        ("a > 0 and <= 5.5 or lies in 10.0.0.0/8",),
    ),
    ('{"s": ["x"], "$or": [{"a": [1]}, {"b": [2]}]}', ("s is x", "either a is 1 or b is 2")),
]


@pytest.mark.parametrize(("pattern", "expected"), WORDS)
def test_a_pattern_is_told_in_words(pattern: str, expected: tuple[str, ...]) -> None:
    assert parse(pattern).words() == expected


def test_the_fields_read_are_paths() -> None:
    pattern = parse('{"source": ["a"], "$or": [{"detail": {"a": [1]}}, {"detail": {"b": {"c": [2]}}}]}')
    assert set(pattern.fields()) == {"source", "detail.a", "detail.b.c"}


PAIRS = [
    ('{"source": ["a"], "detail-type": ["X", "Y"]}', {("a", "X"), ("a", "Y")}),
    ('{"source": ["a", "b"], "detail-type": ["X"]}', {("a", "X"), ("b", "X")}),
    ('{"source": ["a", "b"], "detail-type": ["X", "Y"]}', set()),
    ('{"source": ["a"]}', set()),
    ('{"source": [{"prefix": "a"}], "detail-type": ["X"]}', set()),
    ('{"source": ["a"], "detail-type": ["X", {"prefix": "Y"}]}', {("a", "X")}),
    ('{"source": ["a"], "$or": [{"detail-type": ["X"]}, {"detail": {"n": [1]}}]}', {("a", "X")}),
    (
        '{"$or": [{"source": ["a"], "detail-type": ["X"]}, {"source": ["b"], "detail-type": ["Y"]}]}',
        {("a", "X"), ("b", "Y")},
    ),
]


@pytest.mark.parametrize(("pattern", "expected"), PAIRS)
def test_a_pattern_makes_known_only_the_pairs_it_names(pattern: str, expected: set[tuple[str, str]]) -> None:
    assert parse(pattern).pairs() == expected


OPEN: list[tuple[str, bool, str]] = [
    ('{"source": ["a"], "detail-type": ["X", "Y"]}', False, "source is a; detail type is one of X, Y"),
    ('{"source": ["a"]}', True, "source is a; any detail type"),
    (
        '{"source": ["a", "b"], "detail-type": ["X", "Y"]}',
        True,
        "source is one of a, b; detail type is one of X, Y",
    ),
    (
        '{"source": ["x", {"prefix": "aws."}], "detail-type": [{"wildcard": "Order*"}]}',
        True,
        "source is x or begins with aws.; detail type is like Order*",
    ),
    (
        '{"$or": [{"source": ["a"]}, {"source": ["b"], "detail-type": ["X"]}]}',
        True,
        "source is a; any detail type or source is b; detail type is X",
    ),
]


@pytest.mark.parametrize(("pattern", "expected", "words"), OPEN)
def test_a_pattern_that_takes_types_which_it_does_not_list_is_open(
    pattern: str,
    expected: bool,  # noqa: FBT001 - a column of the table
    words: str,
) -> None:
    assert parse(pattern).is_open is expected
    assert parse(pattern).family() == words


def test_an_explanation_names_what_failed_first() -> None:
    explanation = parse(
        '{"source": ["a"], "detail": {"total": [{"numeric": [">", 100]}], "x": [1]}}'
    ).explain({"source": "a", "detail": {"total": 42}})
    assert not explanation.matched
    assert [field.path for field in explanation.fields] == ["detail.total", "detail.x", "source"]
    assert explanation.sentences()[:2] == (
        "detail.total > 100: no, the event has 42.",
        "detail.x is 1: no, the event has no detail.x.",
    )


def test_the_nearest_of_several_branches_is_explained_first() -> None:
    explanation = parse('{"$or": [{"a": [1], "b": [1]}, {"a": [1], "c": [1]}]}').explain(
        {"a": 1, "b": 2, "c": [1, 3]}
    )
    assert explanation.matched
    assert {field.path for field in explanation.fields if field.alternative == 0} == {"a", "c"}
    missed = parse('{"$or": [{"x": [1], "y": [1]}, {"a": [1], "c": [1]}]}').explain({"a": 1})
    assert [field.path for field in missed.fields][:2] == ["c", "a"]


def test_fields_met_in_different_elements_are_called_scattered() -> None:
    explanation = parse('{"a": {"b": [1], "c": [2]}}').explain({"a": [{"b": 1}, {"c": 2}]})
    assert explanation.scattered
    assert not explanation.matched
    assert "within one element" in explanation.sentences()[0]


LINES = [
    ('{"pattern": {"a": [1]}, "event": {"a": 1}}', "true"),
    ('{"pattern": {"a": [1]}, "event": {"a": 2}}', "false"),
    ('{"pattern": "{\\"a\\": [1], \\"a\\": [2]}", "event": "{\\"a\\": 1, \\"a\\": 2}"}', "true"),
    ('{"pattern": {"a": [1]}, "event": {"a": 1, "a": 2}}', "true"),
    ('{"pattern": {"a": [1], "a": [2]}, "event": {"a": 1}}', "false"),
    ('{"pattern": {"a": [12345678901234567]}, "event": {"a": 12345678901234568}}', "false"),
    ('{"pattern": {"a": [{"like": 1}]}, "event": {}}', "error: "),
    ('{"pattern": {"a": [1]}, "event": [1]}', "error: "),
    ('{"pattern": {"a": [1]}, "event": "nonsense"}', "error: "),
    ('{"pattern": 3, "event": {}}', "error: "),
    ('{"event": {}}', "error: "),
    ('{"pattern": {"a": [1]}}', "error: "),
    ("not json", "error: "),
    ("", "error: "),
    ("[" * 50_000, "error: "),
]


def test_each_line_is_answered_in_order() -> None:
    answers = list(match_lines(line for line, _ in LINES))
    assert len(answers) == len(LINES)
    for answer, (line, expected) in zip(answers, LINES, strict=True):
        assert answer == expected or (expected == "error: " and answer.startswith(expected)), line
        assert "\n" not in answer


UNSUPPORTED = [
    ("new-bus-data", '{"a": [{"wildcard": "x*"}]}'),
    ("new-bus-metadata", '{"a": [{"prefix": "x"}]}'),
    ("new-bus-metadata", '{"$or": [{"a": ["x"]}, {"b": ["y"]}]}'),
    ("new-bus-system", '{"aws:Source": [{"wildcard": "x*"}]}'),
    ("pipes", '{"body": {"a": [{"wildcard": "x*"}]}}'),
    ("pipes", '{"body": {"a": [{"anything-but": {"prefix": "x"}}]}}'),
    ("lambda", '{"body": {"a": [{"cidr": "10.0.0.0/8"}]}}'),
    ("lambda", '{"body": {"a": [{"suffix": {"equals-ignore-case": "x"}}]}}'),
    ("sns-attributes", '{"a": {"b": ["x"]}}'),
]


@pytest.mark.parametrize(("dialect", "pattern"), UNSUPPORTED)
def test_a_dialect_reports_what_its_service_lacks(dialect: str, pattern: str) -> None:
    with pytest.raises(PatternError) as error:
        parse(pattern, dialect=dialect)
    assert error.value.kind == "unsupported in dialect"
    assert parse(pattern).fields()


SUPPORTED = [
    ("new-bus-data", '{"detail": {"a": [{"numeric": [">", 5]}]}}', '{"detail": {"a": 6}}', True),
    ("new-bus-metadata", '{"tenant": ["acme"]}', '{"tenant": "acme"}', True),
    ("new-bus-system", '{"aws:Source": ["shop"]}', '{"aws:Source": "shop"}', True),
    ("pipes", '{"body": {"a": [{"suffix": "x"}]}}', '{"body": "{\\"a\\": \\"ax\\"}"}', True),
    ("pipes", '{"data": {"a": [1]}}', '{"data": {"a": 1}}', True),
    ("lambda", '{"body": {"a": [1]}}', '{"body": "{\\"a\\": 1, \\"a\\": 2}"}', True),
    ("lambda", '{"body": ["hello"]}', '{"body": "hello"}', True),
    ("lambda", '{"body": ["{}"]}', '{"body": "{}"}', False),
    ("lambda", '{"body": {"m": {"a": [1]}}}', '{"body": "{\\"m\\": \\"{\\\\\\"a\\\\\\": 1}\\"}"}', False),
    ("rule", '{"body": {"a": [1]}}', '{"body": "{\\"a\\": 1}"}', False),
    ("sns-body", '{"a": {"b": ["x"]}}', '{"a": {"b": "x"}}', True),
    ("sns-attributes", '{"a": ["x"], "n": [{"numeric": [">", 1]}]}', '{"a": ["y", "x"], "n": 2}', True),
    ("sns-attributes", "{}", '{"a": 1}', True),
    ("lambda", "{}", "{}", True),
]


@pytest.mark.parametrize(("dialect", "pattern", "event", "expected"), SUPPORTED)
def test_a_dialect_matches_what_its_service_hands_it(
    dialect: str, pattern: str, event: str, *, expected: bool
) -> None:
    assert parse(pattern, dialect=dialect).matches(event) is expected


def test_an_absent_filter_lets_everything_pass_but_is_no_rule() -> None:
    assert parse(None, dialect="sns-body").matches({})
    with pytest.raises(PatternError):
        parse(None)


def test_a_dialect_that_there_is_not_is_named() -> None:
    with pytest.raises(ValueError, match="no dialect kafka"):
        parse("{}", dialect="kafka")


def test_text_that_holds_json_is_decided_inside() -> None:
    record = Obj({"body": Json(Obj({"source": "a", "detail": Obj()}, open=False))})
    assert parse('{"body": {"source": ["a"]}}', dialect="lambda").decide(record).delivery == "always"
    assert parse('{"body": {"source": ["b"]}}', dialect="lambda").decide(record).delivery == "never"
    assert parse('{"body": {"detail": {"x": [1]}}}', dialect="lambda").decide(record).when == (
        "body.detail.x is 1",
    )
    assert parse('{"body": {"source": ["a"]}}').decide(record).delivery == "never"


def test_attributes_are_decided_over_a_flat_tree() -> None:
    policy = parse('{"kind": ["order"], "n": [{"numeric": [">", 1]}]}', dialect="sns-attributes")
    assert policy.decide(Obj({"kind": ["note", "order"], "n": 5}, open=False)).delivery == "always"
    assert policy.decide(Obj({"kind": "order"}, open=False)).delivery == "never"
    assert policy.decide(Obj({"kind": "order"})).when == ("n > 1",)
