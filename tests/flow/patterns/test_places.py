"""Large arrays: values are looked up by the element they stand in, with the same answers as by looking at all of them."""

import json
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.flow.patterns import parse
from tests.flow.patterns.pattern_strategies import EVENTS, patterns
from tests.laws import LAW

VERDICTS = Path(__file__).parents[2] / "data" / "reference-verdicts.jsonl"
ALWAYS_LOOKED_UP = "dashboard.flow.patterns.places._FEW"
LINE = st.fixed_dictionaries(
    {},
    optional={"a": st.sampled_from([0, 1, 2]), "b": st.lists(st.sampled_from([0, 1, {"c": 1}]), max_size=2)},
)


def _lines(wanted: dict[str, Any], lines: list[dict[str, Any]]) -> bool:
    """Whether one line has all that is wanted, read off the lines themselves."""
    return any(line.get("a") == wanted["a"] and wanted["b"] in line.get("b", []) for line in lines)


def test_the_reference_s_verdicts_stay_when_every_value_is_looked_up() -> None:
    rows = [json.loads(line) for line in VERDICTS.read_text(encoding="utf-8").splitlines()]
    rows = [row for row in rows if row["match"] in (True, False) and "[{" in json.dumps(row["event"])]
    with patch(ALWAYS_LOOKED_UP, 0):
        wrong = [row for row in rows if parse(row["pattern"]).matches(row["event"]) != row["match"]]
    assert (len(rows) > 50, wrong) == (True, [])


@LAW
@given(patterns(), EVENTS)
def test_deciding_over_a_known_event_is_matching_when_every_value_is_looked_up(
    pattern: Any, event: Any
) -> None:
    expected = parse(pattern).matches(event)
    with patch(ALWAYS_LOOKED_UP, 0):
        assert parse(pattern).matches(event) is expected
        assert parse(pattern).decide(event).delivery == ("always" if expected else "never")


@LAW
@given(st.lists(LINE, min_size=5, max_size=30), st.sampled_from([0, 1, 2]), st.sampled_from([0, 1]))
def test_two_fields_of_a_line_have_to_stand_in_one_line(lines: list[dict[str, Any]], a: int, b: int) -> None:
    pattern = parse({"lines": {"a": [a], "b": [b]}})
    assert pattern.matches({"lines": lines}) == _lines({"a": a, "b": b}, lines)


@pytest.mark.parametrize("wanted", [3_999, -1])
def test_an_event_with_thousands_of_lines_is_matched_and_decided(wanted: int) -> None:
    lines = [{"sku": "s", "count": number, "tags": ["x"]} for number in range(4_000)]
    pattern = parse({"lines": {"sku": ["s"], "count": [wanted], "tags": ["x"]}})
    assert pattern.matches({"lines": lines}) is (wanted >= 0)
    assert pattern.decide({"lines": lines}).delivery == ("always" if wanted >= 0 else "never")
