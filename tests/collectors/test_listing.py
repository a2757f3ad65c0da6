"""The list of collectors, and what is written about it."""

import re
from pathlib import Path

import pytest

from collectors.listing import COLLECTORS

DOCS = Path(__file__).parents[2] / "docs" / "collectors.md"


def test_every_collector_has_its_line_in_the_docs_in_the_order_of_the_list() -> None:
    written = re.findall(r"^\| ([a-z-]+) \|", DOCS.read_text(), re.MULTILINE)
    assert written == ["collector", *(collector.name for collector in COLLECTORS)]


@pytest.mark.parametrize("collector", COLLECTORS, ids=lambda collector: collector.name)
def test_every_collector_has_a_test(collector: object) -> None:
    name = collector.name.replace("-", "_")  # type: ignore[attr-defined] # a row of the list
    assert (Path(__file__).parent / f"test_{name}.py").exists()
