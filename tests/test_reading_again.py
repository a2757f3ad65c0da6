"""The command that collects, run again on the sample estate: nothing is read twice, nothing counts twice."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from collectors import snapshot


@pytest.fixture
def store(collected: Any, tmp_path: Path) -> Path:
    """A store of one's own."""
    shutil.copytree(collected.store, tmp_path / "store")
    return tmp_path / "store"


def rows(store: Path, frame: str) -> list[str]:
    return sorted(map(repr, snapshot.load(store).rows(frame)))


def test_a_second_run_reads_no_log_file_and_changes_no_trace(collected: Any, store: Path) -> None:
    before = rows(store, "traces")
    collected.server.control("DELETE", "calls")
    done = collected.collect("--store", str(store), "--only", "traces", "--json")
    assert done.returncode in (0, 3), done.stderr
    asked = {call["operation"]: call["calls"] for call in collected.server.calls()["calls"]}
    assert asked.get("GetObject", 0) == 0
    assert asked["ListObjectsV2"] > 0
    assert rows(store, "traces") == before
    remembered = [row["kind"] for row in snapshot.load(store).rows("seen") if row["collector"] == "traces"]
    assert {"way", "since", "files", "ids"} == set(remembered)
