"""The page measured in a real Chromium: navigation, question to answer, memory of the server."""

import os
import statistics
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

from playwright.sync_api import Page, sync_playwright

from collectors import settings, snapshot
from dashboard.flow.model.estate import Estate
from dashboard.flow.who import catalogue
from tests.bench import using
from tests.browser.serving import ARGUMENTS, CHROMIUM, running

QUESTIONS = 12
TYPES = 200


def measure(store: Path) -> Iterator[tuple[str, str]]:
    """Rows for the table: navigation and question times, and the server's memory after."""
    events = catalogue.events(Estate.of(snapshot.load(store), settings.Settings())).events
    asked = [(row.source, row.detail_type) for row in events[:: max(1, len(events) // QUESTIONS)]][:QUESTIONS]
    with running(store) as (address, server), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield from using.bare(browser)
        yield from _landing(browser.new_page(), address)
        yield "page: server at rest after its start, all made ready", f"{_rest(server.pid):.0f} s more"
        yield from using.bare(browser)
        yield from _landing(browser.new_page(), address)
        yield from _answers(browser.new_page(), address, asked)
        yield "server memory after the questions", f"{_resident(server.pid):.0f} MB"
        browser.close()


def use(store: Path) -> Iterator[tuple[str, str]]:
    """Rows for the table: one person's questions, filters and clicks, twenty people at once, memory over many interactions."""
    events = catalogue.events(Estate.of(snapshot.load(store), settings.Settings())).events
    consumed = [(row.source, row.detail_type) for row in events if row.consumers]
    types = consumed[:: max(1, len(consumed) // TYPES)][:TYPES]
    domains = sorted({row.domain for row in events if row.domain})[:10]
    with running(store) as (address, server), sync_playwright() as playwright:
        yield "page: server at rest after its start, all made ready", f"{_rest(server.pid):.0f} s"
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield from using.interactions(browser, address, types[:40], domains)
        yield from using.together(browser, address, types[:100], pause=3)
        yield from using.together(browser, address, types[100:], pause=0)
        browser.close()
        yield from using.lasting(address, lambda: _resident(server.pid), types)


def _landing(page: Page, address: str) -> Iterator[tuple[str, str]]:
    times = []
    for _ in range(5):
        began = time.perf_counter()
        page.goto(f"{address}/")
        page.get_by_role("heading", level=1).first.wait_for()
        times.append(time.perf_counter() - began)
    yield (
        "page: landing page usable, first / median of the next",
        f"{times[0]:.2f} s / {statistics.median(times[1:]):.2f} s",
    )


def _answers(page: Page, address: str, asked: list[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    times = []
    for source, detail_type in asked:
        query = urlencode({"source": source, "type": detail_type})
        began = time.perf_counter()
        page.goto(f"{address}/event?{query}")
        page.get_by_text("consumed by").first.wait_for()
        times.append(time.perf_counter() - began)
    yield (
        f"page: deep link to the answer, new page load, {len(times)} types",
        f"median {statistics.median(times):.2f} s, max {max(times):.2f} s",
    )


def _rest(pid: int) -> float:
    """Seconds until the process has done next to nothing for two."""
    began = time.perf_counter()
    while True:
        before = _busy(pid)
        time.sleep(2)
        if _busy(pid) - before < 0.1:
            return time.perf_counter() - began - 2


def _busy(pid: int) -> float:
    """Seconds of processor time that the process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _resident(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS"))) / 1024
