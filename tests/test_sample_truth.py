"""The sample estate's answers equal what was written down by hand from the estate's data: front door to last hop."""

import json
from pathlib import Path
from typing import Any

import pytest

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
        tuple(row["path_kinds"]),
    )


@pytest.mark.parametrize("case", CONSUMERS, ids=_key)
def test_consumers_equal_the_list_written_by_hand(case: dict[str, Any], collected: Any) -> None:
    done = collected.run("dashboard", "consumers", case["source"], case["detail_type"], "--format", "json")
    answer = json.loads(done.stdout)
    found = [row | {"path_kinds": [hop["kind"] for hop in row["path"]]} for row in answer["consumers"]]
    assert sorted(map(_consumer, case["consumers"])) == sorted(map(_consumer, found))


@pytest.mark.parametrize("case", PRODUCERS, ids=_key)
def test_producers_equal_the_list_written_by_hand(case: dict[str, Any], collected: Any) -> None:
    done = collected.run("dashboard", "producers", case["source"], case["detail_type"], "--format", "json")
    found = {(row["evidence"], row["name"], row["kind"]) for row in json.loads(done.stdout)["producers"]}
    expected = {(row["evidence"], row["name"], row["kind"]) for row in case["producers"]}
    assert expected == {row for row in found if row[0] in ("observed", "declared")} | (expected & found)


def test_the_account_that_denies_one_call_is_told_and_costs_nothing_else(collected: Any) -> None:
    statuses = {scope["status"] for scope in collected.document["scopes"]}
    assert collected.exit_code == 3
    assert statuses & {"denied", "partial"}
    assert "failed" not in statuses
