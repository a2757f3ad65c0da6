"""The page measured in a real Chromium: navigation, question to answer, memory of the server."""

import os
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

from playwright.sync_api import Page, sync_playwright

from collectors import settings, snapshot
from dashboard.flow import catalogue
from dashboard.flow.estate import Estate
from tests.browser.serving import ARGUMENTS, CHROMIUM, free_port

ROOT = Path(__file__).parents[2]
QUESTIONS = 12


def measure(store: Path) -> Iterator[tuple[str, str]]:
    """Rows for the table: navigation and question times, and the server's memory after."""
    events = catalogue.events(Estate.of(snapshot.load(store), settings.Settings())).events
    asked = [(row.source, row.detail_type) for row in events[:: max(1, len(events) // QUESTIONS)]][:QUESTIONS]
    port = free_port()
    server = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "streamlit",
            "run",
            "streamlit_app.py",
            "--server.port",
            str(port),
            "--server.headless",
            "true",
        ],
        cwd=ROOT,
        env=os.environ | {"HEADWATER_STORE": str(store)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait(f"http://127.0.0.1:{port}/_stcore/health")
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
            yield from _landing(browser.new_page(), port)
            yield from _answers(browser.new_page(), port, asked)
            browser.close()
        yield "server memory after the questions", f"{_resident(server.pid):.0f} MB"
    finally:
        server.terminate()
        server.wait(timeout=10)


def _landing(page: Page, port: int) -> Iterator[tuple[str, str]]:
    times = []
    for _ in range(5):
        began = time.perf_counter()
        page.goto(f"http://127.0.0.1:{port}/")
        page.get_by_role("heading", level=1).first.wait_for()
        times.append(time.perf_counter() - began)
    yield (
        "page: landing page usable, first (snapshot loads) / median of the next",
        f"{times[0]:.2f} s / {statistics.median(times[1:]):.2f} s",
    )


def _answers(page: Page, port: int, asked: list[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    times = []
    for source, detail_type in asked:
        query = urlencode({"source": source, "type": detail_type})
        began = time.perf_counter()
        page.goto(f"http://127.0.0.1:{port}/event?{query}")
        page.get_by_text("consumed by").first.wait_for()
        times.append(time.perf_counter() - began)
    yield (
        f"page: deep link to the answer, new page load, {len(times)} types",
        f"median {statistics.median(times):.2f} s, max {max(times):.2f} s",
    )


def _wait(url: str) -> None:
    for _ in range(200):
        try:
            with urllib.request.urlopen(url, timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"{url} did not answer within 20 s")


def _resident(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS"))) / 1024
