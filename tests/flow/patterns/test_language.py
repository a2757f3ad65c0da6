"""Each operator and the structure of patterns, as tables: pattern, event, verdict; and what is refused, where."""

import pytest

from dashboard.flow.patterns import EventError, PatternError, parse, prepare

CASES = [
    # literals keep their kind
    ('{"a": ["300"]}', '{"a": 300}', False),
    ('{"a": [300]}', '{"a": 300.0}', True),
    ('{"a": [3e2]}', '{"a": 300}', True),
    ('{"a": [1]}', '{"a": true}', False),
    ('{"a": [0]}', '{"a": false}', False),
    ('{"a": [false]}', '{"a": false}', True),
    ('{"a": [null]}', '{"a": null}', True),
    ('{"a": [null]}', '{"a": ""}', False),
    ('{"a": [null]}', "{}", False),
    ('{"a": [12345678901234567]}', '{"a": 12345678901234567}', True),
    ('{"a": [12345678901234567]}', '{"a": 12345678901234568}', False),
    ('{"a": [1e400]}', '{"a": 1e400}', True),
    ('{"a": [1e400]}', '{"a": 1e401}', False),
    ('{"a": ["2001:db8::1"]}', '{"a": "2001:0DB8:0:0:0:0:0:1"}', True),
    ('{"a": ["::ffff:a00:1"]}', '{"a": "10.0.0.1"}', True),
    ('{"a": ["300.0.0.1"]}', '{"a": "300.0.0.1"}', True),
    # arrays
    ('{"a": ["x"]}', '{"a": ["y", "x"]}', True),
    ('{"a": ["x"]}', '{"a": [["x"]]}', True),
    ('{"a": ["x"]}', '{"a": []}', False),
    ('{"a": ["x"]}', '{"a": {"b": "x"}}', False),
    ('{"a": {"b": [1], "c": [2]}}', '{"a": [{"b": 1}, {"c": 2}]}', False),
    ('{"a": {"b": [1], "c": [2]}}', '{"a": [{"b": 1}, {"b": 1, "c": 2}]}', True),
    ('{"a": {"b": {"c": [1], "d": [2]}}}', '{"a": [{"b": [{"c": 1}, {"d": 2}]}]}', False),
    ('{"a": {"b": {"c": [1]}, "e": [3]}}', '{"a": [{"b": [{"c": 0}, {"c": 1}], "e": 3}]}', True),
    ('{"a": {"b": [1]}, "x": {"b": [2]}}', '{"a": [{"b": 1}], "x": [{"b": 0}, {"b": 2}]}', True),
    ('{"a": {"b": [1], "c": [{"exists": false}]}}', '{"a": [{"b": 1}, {"c": 2}]}', True),
    ('{"a": {"b": [1], "c": [{"exists": false}]}}', '{"a": [{"b": 1, "c": 2}]}', False),
    # what exists: false is held against was matched before it, and c comes after b
    ('{"a": {"b": [{"exists": false}], "c": [2]}}', '{"a": [{"b": 1}, {"c": 2}]}', False),
    # paths
    ('{"a.b": [1]}', '{"a": {"b": 1}}', True),
    ('{"a": {"b": [1]}}', '{"a.b": 1}', True),
    # repeated keys
    ('{"a": [1], "a": [2]}', '{"a": 1}', False),
    ('{"a": {"b": [1]}, "a": {"c": [2]}}', '{"a": {"b": 1}}', False),
    ('{"a": {"b": [1]}, "a": {"c": [2]}}', '{"a": {"b": 1, "c": 2}}', True),
    ('{"a": [1]}', '{"a": 1, "a": 2}', True),
    ('{"a": [2]}', '{"a": 1, "a": 2}', True),
    # prefix, suffix, case
    ('{"a": [{"prefix": ""}]}', '{"a": ""}', True),
    ('{"a": [{"prefix": "1"}]}', '{"a": 10}', False),
    ('{"a": [{"prefix": {"equals-ignore-case": "ÄB"}}]}', '{"a": "äbc"}', True),
    ('{"a": [{"suffix": {"equals-ignore-case": "cd"}}]}', '{"a": "abCD"}', True),
    ('{"a": [{"suffix": {"equals-ignore-case": "cd"}}]}', '{"a": "d"}', False),
    ('{"a": [{"equals-ignore-case": "straße"}]}', '{"a": "STRASSE"}', True),
    ('{"a": [{"equals-ignore-case": "k"}]}', '{"a": "\u212a"}', False),
    # wildcards
    ('{"a": [{"wildcard": "*"}]}', '{"a": ""}', True),
    ('{"a": [{"wildcard": "a*b*c"}]}', '{"a": "abbc"}', True),
    ('{"a": [{"wildcard": "ab*ba"}]}', '{"a": "aba"}', False),
    ('{"a": [{"wildcard": "*a\\n*"}]}', '{"a": "xa\\ny"}', True),
    ('{"a": [{"wildcard": "a\\\\*"}]}', '{"a": "ab"}', False),
    # anything-but
    ('{"a": [{"anything-but": "x"}]}', '{"a": null}', True),
    ('{"a": [{"anything-but": 1}]}', '{"a": true}', True),
    ('{"a": [{"anything-but": 1}]}', '{"a": 1.0}', False),
    ('{"a": [{"anything-but": "x"}]}', '{"a": []}', False),
    ('{"a": [{"anything-but": {"prefix": "x"}}]}', '{"a": 1}', True),
    ('{"a": [{"anything-but": {"suffix": ["x", "y"]}}]}', '{"a": "ay"}', False),
    ('{"a": [{"anything-but": {"equals-ignore-case": "x"}}]}', '{"a": "X"}', False),
    ('{"a": [{"anything-but": {"wildcard": "*x*"}}]}', '{"a": "axb"}', False),
    # numbers
    ('{"a": [{"numeric": [">", 1, "<", 2]}]}', '{"a": 2}', False),
    ('{"a": [{"numeric": [">=", -6e9]}]}', '{"a": -6000000000}', True),
    ('{"a": [{"numeric": ["=", 1]}]}', '{"a": true}', False),
    ('{"a": [{"numeric": ["<", 1e300]}]}', '{"a": 1e299}', True),
    # addresses
    ('{"a": [{"cidr": "10.0.0.0/24"}]}', '{"a": "10.0.1.0"}', False),
    ('{"a": [{"cidr": "10.0.0.5/24"}]}', '{"a": "10.0.0.1"}', False),
    ('{"a": [{"cidr": "0.0.0.0/0"}]}', '{"a": "::1"}', False),
    ('{"a": [{"cidr": "0.0.0.0/0"}]}', '{"a": "10"}', False),
    # $or
    ('{"$or": [{"a": [1]}, {"b": [2]}]}', '{"b": 2}', True),
    ('{"c": [0], "$or": [{"a": [1]}, {"b": [2]}]}', '{"b": 2}', False),
    ('{"$or": [{"a": [1]}, {"$or": [{"b": [2]}, {"c": [3]}]}]}', '{"c": 3}', True),
    ('{"d": {"a": [1], "$or": [{"a": [2]}, {"b": [3]}]}}', '{"d": {"a": 2}}', True),
    ('{"$or": ["x"]}', '{"$or": "x"}', True),
    ('{"$or": [{"prefix": "x"}, {"suffix": "y"}]}', '{"$or": "xa"}', True),
    ('{"$or": {"a": [1]}}', '{"$or": {"a": 1}}', True),
]


@pytest.mark.parametrize(("pattern", "event", "expected"), CASES)
def test_a_pattern_matches_an_event_or_does_not(pattern: str, event: str, *, expected: bool) -> None:
    assert parse(pattern).matches(event) is expected
    assert parse(pattern).matches(prepare(event)) is expected


REFUSED = [
    ("{", "$", "JSON"),
    ("[]", "$", "an object"),
    ("null", "$", "an object"),
    ("{}", "$", "at least one field"),
    ('{"a": 1}', "$.a", "an object or an array"),
    ('{"a": []}', "$.a", "at least one value"),
    ('{"a": {"b": {}}}', "$.a.b", "at least one field"),
    ('{"a": [["x"]]}', "$.a[0]", "an operator"),
    ('{"a": [{}]}', "$.a[0]", "exactly one key"),
    ('{"a": [{"prefix": "x", "suffix": "y"}]}', "$.a[0]", "exactly one key"),
    ('{"a": [{"prefix": "x", "prefix": "y"}]}', "$.a[0]", "exactly one key"),
    ('{"a b": ["x", {"like": "x"}]}', '$["a b"][1].like', "one of the operators"),
    ('{"a": [{"prefix": 1}]}', "$.a[0].prefix", "equals-ignore-case"),
    ('{"a": [{"suffix": {"prefix": "x"}}]}', "$.a[0].suffix", "equals-ignore-case"),
    ('{"a": [{"equals-ignore-case": ["x"]}]}', "$.a[0].equals-ignore-case", "a string"),
    ('{"a": [{"wildcard": "a**"}]}', "$.a[0].wildcard", "two * in a row"),
    ('{"a": [{"wildcard": "a\\\\b"}]}', "$.a[0].wildcard", "backslash"),
    ('{"a": [{"anything-but": []}]}', "$.a[0].anything-but", "at least one"),
    ('{"a": [{"anything-but": ["x", 1]}]}', "$.a[0].anything-but", "strings, or one of numbers"),
    ('{"a": [{"anything-but": true}]}', "$.a[0].anything-but", "one key"),
    ('{"a": [{"anything-but": {"prefix": ""}}]}', "$.a[0].anything-but.prefix", "not empty"),
    ('{"a": [{"anything-but": {"suffix": ["x", 1]}}]}', "$.a[0].anything-but.suffix[1]", "a string"),
    ('{"a": [{"anything-but": {"exists": true}}]}', "$.a[0].anything-but", "one key"),
    ('{"a": [{"numeric": 5}]}', "$.a[0].numeric", "an array"),
    ('{"a": [{"numeric": ["==", 5]}]}', "$.a[0].numeric[0]", "one of ="),
    ('{"a": [{"numeric": ["=", true]}]}', "$.a[0].numeric[1]", "a number"),
    ('{"a": [{"numeric": ["<", 1, ">", 0]}]}', "$.a[0].numeric", "a lower bound"),
    ('{"a": [{"numeric": [">", 1, "<", 1]}]}', "$.a[0].numeric", "below the upper bound"),
    ('{"a": [{"numeric": [">", 1e400]}]}', "$.a[0].numeric[1]", "IEEE double"),
    ('{"a": [{"cidr": "10.0.0.0"}]}', "$.a[0].cidr", "an address block"),
    ('{"a": [{"cidr": "10.0.0.0/32"}]}', "$.a[0].cidr", "0 to 31 bits"),
    ('{"a": [{"cidr": "2001:db8::/128"}]}', "$.a[0].cidr", "0 to 127 bits"),
    ('{"a": [{"exists": "true"}]}', "$.a[0].exists", "true or false"),
    ('{"a": [{"exactly": 1}]}', "$.a[0].exactly", "a string"),
    ('{"a": [1], "$or": [{"b": [1]}]}', '$["$or"]', "two objects"),
    ('{"a": [NaN]}', "$", "no JSON value"),
]


@pytest.mark.parametrize(("pattern", "path", "expected"), REFUSED)
def test_what_is_no_pattern_is_refused_with_its_place(pattern: str, path: str, expected: str) -> None:
    with pytest.raises(PatternError) as error:
        parse(pattern)
    assert error.value.path == path
    assert expected in error.value.expected
    assert str(error.value).startswith(f"At {path}: expected ")


@pytest.mark.parametrize("depth", [450, 5_000, 100_000])
def test_a_pattern_nested_too_deeply_is_refused(depth: int) -> None:
    with pytest.raises(PatternError):
        parse('{"a":' * depth + "[1]" + "}" * depth)
    with pytest.raises(PatternError):
        parse('{"a": ' + "[" * depth + "]" * depth + "}")


@pytest.mark.parametrize("event", ["", "[]", "3", '{"a": ', '{"a":' * 100_000])
def test_what_is_no_event_is_refused(event: str) -> None:
    with pytest.raises(EventError):
        parse('{"a": [1]}').matches(event)


def test_ors_that_multiply_without_end_are_refused() -> None:
    choice = '"$or": [{"a": [1]}, {"b": [2]}]'
    text = "{" + ", ".join(f'"f{number}": {{{choice}}}' for number in range(20)) + "}"
    with pytest.raises(PatternError, match="combinations"):
        parse(text)


def test_many_wildcards_do_not_take_exponential_time() -> None:
    pattern = parse({"a": [{"wildcard": "*".join("a" * 200) + "*b"}]})
    assert not pattern.matches({"a": "a" * 20_000})


def test_many_arrays_do_not_multiply() -> None:
    names = [f"f{number}" for number in range(8)]
    event = {name: [{"a": number, "b": -1} for number in range(60)] for name in names}
    pattern = {name: {"a": [{"numeric": [">=", 0]}]} for name in names}
    assert parse(pattern).matches(event)
    pattern["f9"] = {"a": [1]}
    assert not parse(pattern).matches(event)
    assert parse(pattern).decide(event).delivery == "never"
