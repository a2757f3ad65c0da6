"""The README's first command, as a new user types it."""

import os
import signal
import subprocess
import time
import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.serving import ROOT, free_port

pytestmark = pytest.mark.browser
LONGEST = 90


def _answers(address: str, process: subprocess.Popen[bytes]) -> bool:
    """Whether the page answers within the longest wait; false when the command ends before."""
    for _ in range(LONGEST * 2):
        if process.poll() is not None:
            return False
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health", timeout=1):
                return True
        except OSError:
            time.sleep(0.5)
    return False


def test_make_run_ends_in_a_page_that_answers_on_the_sample_estate(page: Page, tmp_path: Path) -> None:
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "HEADWATER_"))}
    command = ["make", "run", f"PORT={port}", f"SAMPLE_STORE={tmp_path / 'store'}"]
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=log, stderr=log, start_new_session=True
        )
        try:
            assert _answers(address, process), (tmp_path / "log").read_text()[-3000:]
            page.goto(address)
            expect(page.get_by_text("Sample estate").first).to_be_visible(timeout=20_000)
        finally:
            os.killpg(process.pid, signal.SIGINT)
            process.wait(timeout=20)
