"""The sample estate's answers equal what was written down by hand from the estate's data: front door to last hop."""

import json
from pathlib import Path
from typing import Any

import pytest

from dashboard.__main__ import main
from dashboard.flow import documents
from dashboard.flow.answers import Question
from dashboard.flow.model.estate import Estate
from dashboard.flow.who.consumers import consumers
from dashboard.flow.who.producers import producers
from tests.commanding import called

DATA = Path(__file__).parent / "data"
CONSUMERS = json.loads((DATA / "expected_consumers.json").read_text())
PRODUCERS = json.loads((DATA / "expected_producers.json").read_text())


def _key(case: dict[str, Any]) -> str:
    return f"{case['source']}/{case['detail_type']}"


def _consumer(row: dict[str, Any]) -> tuple[Any, ...]:
    return (
        row["kind"],
        row["name"],
        row["account"],
        row["region"],
        row["delivery"],
        row["active"],
        row["deliverable"],
        tuple(row["path_kinds"]),
    )


def _question(case: dict[str, Any]) -> Question:
    return Question(case["source"], case["detail_type"], None)


@pytest.mark.parametrize("case", CONSUMERS, ids=_key)
def test_consumers_equal_the_list_written_by_hand(case: dict[str, Any], sample_estate: Estate) -> None:
    answer = documents.of_consumers(consumers(sample_estate, _question(case)))
    found = [row | {"path_kinds": [hop["kind"] for hop in row["path"]]} for row in answer["consumers"]]
    assert sorted(map(_consumer, case["consumers"])) == sorted(map(_consumer, found))
    assert [row["name"] for row in answer["excluded"]] == case.get("excluded", [])


@pytest.mark.parametrize("case", PRODUCERS, ids=_key)
def test_producers_equal_the_list_written_by_hand(case: dict[str, Any], sample_estate: Estate) -> None:
    answer = documents.of_producers(producers(sample_estate, _question(case)))
    found = {(row["evidence"], row["name"], row["kind"]) for row in answer["producers"]}
    expected = {(row["evidence"], row["name"], row["kind"]) for row in case["producers"]}
    assert expected == {row for row in found if row[0] in ("observed", "declared")} | (expected & found)


@pytest.mark.parametrize(
    ("asked", "case", "answer"),
    [
        ("consumers", CONSUMERS[0], lambda *of: documents.of_consumers(consumers(*of))),
        ("producers", PRODUCERS[0], lambda *of: documents.of_producers(producers(*of))),
    ],
)
def test_the_command_prints_that_very_answer(
    asked: str, case: dict[str, Any], answer: Any, sample_estate: Estate, collected: Any
) -> None:
    words = (asked, case["source"], case["detail_type"], "--format", "json", "--store", str(collected.store))
    printed = json.loads(called(main, *words).stdout)
    assert printed == json.loads(json.dumps(answer(sample_estate, _question(case))))


def test_the_account_that_denies_one_call_is_told_and_costs_nothing_else(collected: Any) -> None:
    statuses = {scope["status"] for scope in collected.document["scopes"]}
    assert collected.exit_code == 3
    assert statuses & {"denied", "partial"}
    assert "failed" not in statuses
