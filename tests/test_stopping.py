"""Ctrl-C before a command has begun, and a stdout that nobody reads."""

import subprocess
import sys
from pathlib import Path

import pytest

from collectors import snapshot
from collectors.sample.server import Server
from tests.commanding import ROOT, clean

STOPS = "import os, signal, time\nos.kill(os.getpid(), signal.SIGINT)\ntime.sleep(20)\n"
"""A module that is as slow to import as one likes, and during whose import someone presses Ctrl-C."""


@pytest.mark.parametrize("module", ["collectors", "dashboard"])
def test_ctrl_c_while_modules_are_imported_ends_quietly(module: str, tmp_path: Path) -> None:
    (tmp_path / "pyarrow.py").write_text(STOPS)
    done = subprocess.run(
        [sys.executable, "-m", module],
        env=clean() | {"PYTHONPATH": str(tmp_path)},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")


@pytest.mark.parametrize(("where", "says"), [(">&-", "closed"), ("> /dev/full", "No space left")])
def test_a_document_that_cannot_be_written_is_told_and_the_snapshot_kept(
    where: str, says: str, shared_aws: Server, tmp_path: Path
) -> None:
    shared_aws.reset()
    command = f"{sys.executable} -m collectors --only queues --json --store {tmp_path} {where}"
    done = subprocess.run(
        ["/bin/sh", "-c", command],
        env=clean() | shared_aws.environment | {"HEADWATER_REGIONS": "eu-west-1"},
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        timeout=60,
    )
    kept = snapshot.load(tmp_path).id
    told = " ".join(done.stderr.split())
    assert (done.returncode, f"Snapshot {kept} is written" in told, says in told) == (1, True, True)
    assert "Traceback" not in done.stderr
