"""The specification and the code name the same things."""

import re
from pathlib import Path

import pytest

from dashboard.flow.patterns import parse
from dashboard.flow.patterns.dialects import DIALECTS
from dashboard.flow.patterns.operators import OPERATORS

TEXT = (Path(__file__).parents[3] / "docs" / "patterns.md").read_text(encoding="utf-8")
EXAMPLE = re.compile(r"^    pattern +(\{.*?\}) +event +(\{.*?\}) +(matches|does not)", re.MULTILINE)
EXAMPLES = EXAMPLE.findall(TEXT)


@pytest.mark.parametrize("name", [*(operator.name for operator in OPERATORS), "$or"])
def test_each_operator_has_a_section(name: str) -> None:
    assert f"\n### {name}\n" in TEXT


@pytest.mark.parametrize("name", [dialect.name for dialect in DIALECTS])
def test_each_dialect_has_a_row(name: str) -> None:
    assert f"\n| `{name}` |" in TEXT


def test_the_examples_are_found() -> None:
    assert len(EXAMPLES) > 30


@pytest.mark.parametrize(("pattern", "event", "verdict"), EXAMPLES)
def test_each_example_is_true(pattern: str, event: str, verdict: str) -> None:
    assert parse(pattern).matches(event) == (verdict == "matches")
