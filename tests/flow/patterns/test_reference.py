"""The verdicts of the reference engine, measured once and kept in tests/data."""

import json
from pathlib import Path

from dashboard.flow.patterns import PatternError, parse

VERDICTS = Path(__file__).parents[2] / "data" / "reference-verdicts.jsonl"


def verdict(pattern: str, event: str) -> bool | str:
    try:
        return parse(pattern).matches(event)
    except PatternError:
        return "error"


def test_every_verdict_of_the_reference_engine_is_ours() -> None:
    rows = [json.loads(line) for line in VERDICTS.read_text(encoding="utf-8").splitlines()]
    assert len(rows) == 3980
    wrong = [
        row for row in rows if verdict(json.dumps(row["pattern"]), json.dumps(row["event"])) != row["match"]
    ]
    assert wrong == []
