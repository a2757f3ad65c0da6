"""Whichever way CloudTrail's records are read – log files, Athena, Logs Insights – the sample estate's answers are the same."""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from collectors import snapshot
from collectors.__main__ import main as collect
from dashboard.flow import documents
from dashboard.flow.answers import Question
from dashboard.flow.model.estate import Estate
from dashboard.flow.who.producers import producers
from tests.commanding import called
from tests.conftest import estate_in

PRODUCERS = json.loads((Path(__file__).parent / "data" / "expected_producers.json").read_text())
KEY = (
    "principal",
    "principal_kind",
    "principal_account",
    "via",
    "action",
    "bus_arn",
    "source",
    "detail_type",
)
SUMS = ("events", "failed", "first_seen", "last_seen", "hours", "events_by_hour", "failed_by_hour")


@dataclass(frozen=True)
class Read:
    """A store whose traces were read by this reader, and what the command said."""

    reader: str
    store: Path
    document: dict[str, Any]
    estate: Estate


@pytest.fixture(scope="module", params=["athena", "insights"])
def read(request: pytest.FixtureRequest, collected: Any, tmp_path_factory: pytest.TempPathFactory) -> Read:
    """The sample estate as it was collected, with the traces read anew."""
    store = tmp_path_factory.mktemp(request.param) / "store"
    shutil.copytree(collected.store, store)
    done = called(
        collect,
        *("--store", str(store), "--only", "traces", "--json"),
        environment=collected.environment
        | {"HEADWATER_PACE": "100", "HEADWATER_TRAIL_READER": request.param},
    )
    assert done.stdout, done.stderr
    return Read(request.param, store, json.loads(done.stdout), estate_in(store))


def traces(store: Path) -> list[tuple[Any, ...]]:
    rows = snapshot.load(store).rows("traces")
    return sorted(
        (row["account"], row["region"], *(row[name] for name in KEY), *(str(row[name]) for name in SUMS))
        for row in rows
    )


def test_the_traces_are_those_of_the_log_files(read: Read, collected: Any) -> None:
    assert {scope["status"] for scope in read.document["scopes"]} == {"ok"}
    assert traces(read.store) == traces(collected.store)
    assert {row["evidence"].split(":")[0] for row in snapshot.load(read.store).rows("traces")} == {
        read.reader
    }


def test_what_was_scanned_is_told_and_priced_once(read: Read) -> None:
    scanned = [scope["scanned"] for scope in read.document["scopes"]]
    assert len([one for one in scanned if one]) == 1
    assert sum(scope["usd"] or 0 for scope in read.document["scopes"]) > 0


@pytest.mark.parametrize("case", PRODUCERS, ids=lambda case: f"{case['source']}/{case['detail_type']}")
def test_producers_are_those_of_the_log_files(
    read: Read, sample_estate: Estate, case: dict[str, Any]
) -> None:
    def told(estate: Estate) -> list[dict[str, Any]]:
        answer = producers(estate, Question(case["source"], case["detail_type"], None))
        return [
            row | {"read": None} for row in documents.of_producers(answer)["producers"]
        ]  # where it was read differs

    found = told(read.estate)
    assert {(row["evidence"], row["name"]) for row in case["producers"] if row["evidence"] == "observed"} == {
        (row["evidence"], row["name"]) for row in found if row["evidence"] == "observed"
    }
    assert found == told(sample_estate)
