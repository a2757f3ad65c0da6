"""Where an answer goes, or cannot go: closed and full outputs, readers that had enough, domains that nobody knows."""

import subprocess
import sys
from pathlib import Path

import pytest

from dashboard.__main__ import main
from tests.commanding import ROOT, called, clean
from tests.flow.building import bus, estate_of, rule

SENTENCES = [
    (">&-", 1, "Standard output is closed: there is nowhere to write the answer.\n"),
    (">/dev/full", 1, "The answer could not be written: No space left on device.\n"),
    ("| head -c 1 >/dev/null", 0, ""),
]


@pytest.fixture
def store(tmp_path: Path) -> Path:
    on = bus("orders")
    estate_of(tmp_path, [on, rule(on, "r", None)])
    return tmp_path


@pytest.mark.parametrize(("where", "code", "sentence"), SENTENCES)
def test_an_answer_that_cannot_be_written_is_a_sentence_and_no_traceback(
    store: Path, where: str, code: int, sentence: str
) -> None:
    command = f"set -o pipefail; {sys.executable} -m dashboard events --format json --store {store} {where}"
    done = subprocess.run(
        ["/bin/bash", "-c", command], cwd=ROOT, env=clean(), capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (code, sentence)


def test_a_domain_that_nothing_names_is_told_beside_the_empty_answer(store: Path) -> None:
    done = called(main, "events", "--domain", "nope", "--format", "csv", "--store", str(store))
    assert (done.returncode, len(done.stdout.splitlines())) == (0, 1)
    assert done.stderr == "There is no domain nope. Neither settings nor tags name any.\n"
