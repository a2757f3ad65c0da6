"""A field of which is known that it is there, and some values that it is not."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.flow.patterns import Items, Maybe, Obj, parse
from dashboard.flow.patterns.partial import Present
from dashboard.flow.patterns.scalars import CONSTANTS
from tests.flow.patterns.pattern_strategies import CONDITIONS, SCALARS
from tests.laws import LAW

NAMED = frozenset({"EUR", 5, CONSTANTS[None]})
CASES = [
    ('{"a": [{"exists": true}]}', "always"),
    ('{"a": [{"exists": false}]}', "never"),
    ('{"a": ["EUR"]}', "never"),
    ('{"a": ["EUR", 5, null]}', "never"),
    ('{"a": ["USD"]}', "sometimes"),
    ('{"a": [true]}', "sometimes"),
    ('{"a": [{"anything-but": "EUR"}]}', "always"),
    ('{"a": [{"anything-but": ["EUR", "USD"]}]}', "sometimes"),
    ('{"a": [{"prefix": "E"}]}', "sometimes"),
    ('{"a": [{"equals-ignore-case": "EUR"}]}', "sometimes"),
    ('{"a": {"b": [1]}}', "sometimes"),
    ('{"a": {"b": [{"exists": false}]}}', "sometimes"),
]


@pytest.mark.parametrize(("pattern", "delivery"), CASES)
def test_what_a_field_is_not_is_known(pattern: str, delivery: str) -> None:
    assert parse(pattern).decide(Obj({"a": Present(NAMED)}, open=False)).delivery == delivery


def test_only_alternatives_that_can_hold_are_told() -> None:
    decision = parse('{"a": ["EUR", "USD"]}').decide(Obj({"a": Present(NAMED)}, open=False))
    assert decision.when == ("a is USD",)


@pytest.mark.parametrize("tree", [Maybe(Present()), Items(Present())])
def test_a_field_that_may_be_absent_is_not_surely_there(tree: Any) -> None:
    assert parse('{"a": [{"exists": true}]}').decide(Obj({"a": tree}, open=False)).delivery == "sometimes"


@LAW
@given(st.lists(CONDITIONS, min_size=1, max_size=2), st.frozensets(SCALARS, max_size=2), SCALARS)
def test_no_value_contradicts_what_was_decided(conditions: Any, but: Any, value: Any) -> None:
    refused = frozenset(CONSTANTS[v] if v is None or isinstance(v, bool) else v for v in but)
    own = CONSTANTS[value] if value is None or isinstance(value, bool) else value
    pattern = parse({"a": conditions})
    decided = pattern.decide(Obj({"a": Present(refused)}, open=False)).delivery
    if own not in refused:
        assert decided in ("sometimes", "always" if pattern.matches({"a": value}) else "never")
