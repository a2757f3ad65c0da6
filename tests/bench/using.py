"""The page in use, measured in a real Chromium: question to answer, filter, click, twenty people at once, memory over time."""

import re
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlencode

from playwright.sync_api import Browser, Page, expect

from tests.bench.clients import Client
from tests.browser.serving import running

Row = tuple[str, str]
Type = tuple[str, str]
BARE = 'import streamlit as st\n\nst.title("Bare")\nst.text_input("Anything")\n'
PEOPLE = 20
TURNS = 5
CLICKS = 15
INTERACTIONS = 1_000


def bare(browser: Browser) -> Iterator[Row]:
    """A Streamlit page with one text input, for comparison: what any page costs in this Chromium."""
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "bare.py"
        script.write_text(BARE)
        with running(Path(folder), script=script) as (address, _):
            times = _seconds(browser, f"{address}/", 5)
    yield (
        "page: a bare Streamlit page, first / median of the next",
        f"{times[0]:.2f} s / {statistics.median(times[1:]):.2f} s",
    )


def _seconds(browser: Browser, address: str, count: int) -> list[float]:
    page, times = browser.new_page(), []
    for _ in range(count):
        began = time.perf_counter()
        page.goto(address)
        page.get_by_role("heading", level=1).first.wait_for()
        times.append(time.perf_counter() - began)
    return times


def interactions(
    browser: Browser, address: str, asked: Sequence[Type], domains: Sequence[str]
) -> Iterator[Row]:
    """From a person's last key or click until what it asked for stands there."""
    page = browser.new_page(viewport={"width": 1440, "height": 1000})
    yield "page: question typed to answer", _told(_questions(page, address, asked))
    yield "page: filter chosen to catalogue narrowed", _told(_filters(page, address, domains))
    yield "page: row clicked to panel", _told(_clicks(page, address, asked[:CLICKS]))


def _questions(page: Page, address: str, asked: Sequence[Type]) -> Iterator[float]:
    page.goto(f"{address}/")
    box = page.get_by_role("searchbox").or_(page.get_by_placeholder("OrderPlaced, orders")).first
    for source, detail_type in asked:
        began = time.perf_counter()
        box.fill(f"who consumes {source} {detail_type}?")
        expect(page.locator(".st-key-answer")).to_contain_text(
            f"{detail_type} ({source}) is produced by", timeout=60_000
        )
        yield time.perf_counter() - began


def _filters(page: Page, address: str, domains: Sequence[str]) -> Iterator[float]:
    narrowed = re.compile(r"of [\d,]+ event types shown")
    for name in domains:
        page.goto(f"{address}/catalogue")
        page.get_by_role("heading", level=1).first.wait_for()
        page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for(timeout=90_000)
        page.get_by_role("combobox", name="Domain").first.fill(name)
        option = page.get_by_role("option", name=name, exact=True).first
        option.wait_for()
        began = time.perf_counter()
        option.click()
        page.get_by_text(narrowed).first.wait_for()
        yield time.perf_counter() - began


def _clicks(page: Page, address: str, asked: Sequence[Type]) -> Iterator[float]:
    """A row and not a node: where a node lies on the screen is not known without asking the picture."""
    for source, detail_type in asked:
        page.goto(f"{address}/event?{urlencode({'source': source, 'type': detail_type})}")
        page.get_by_test_id("stDataFrame").first.wait_for(state="attached")
        page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()
        expect(page.locator("[data-testid=stSkeleton]")).to_have_count(0)
        page.wait_for_timeout(500)  # the grid takes no click at once after it stands there
        box = page.get_by_test_id("stDataFrame").first.bounding_box()
        assert box
        began = time.perf_counter()
        page.mouse.click(box["x"] + 18, box["y"] + 52)
        expect(page.locator(".st-key-panel")).to_contain_text("Kind: ", timeout=30_000)
        yield time.perf_counter() - began


def together(browser: Browser, address: str, asked: Sequence[Type], pause: float) -> Iterator[Row]:
    """Twenty people who each ask something else at the same time, a real browser among them, and look at it for so many seconds."""
    answered: list[float] = []
    drawn: list[float] = []

    def person(client: Client, number: int) -> None:
        for turn in range(TURNS):
            source, detail_type = asked[(number * TURNS + turn) % len(asked)]
            seconds = client.ask("event", source=source, type=detail_type)
            answered.append(seconds[0])
            drawn.append(seconds[1])
            time.sleep(pause)

    page = browser.new_page()
    with ExitStack() as stack:
        clients = [stack.enter_context(Client.at(address)) for _ in range(PEOPLE - 1)]
        threads = [
            threading.Thread(target=person, args=(client, number)) for number, client in enumerate(clients)
        ]
        for thread in threads:
            thread.start()
        seen = list(_questions(page, address, asked[:TURNS]))
        for thread in threads:
            thread.join()
    people = f"page: {PEOPLE} people at once, {pause:.0f} s between"
    yield f"{people}: the answer's sentence", _told(answered)
    yield f"{people}: the whole page", _told(drawn)
    yield f"{people}: in the real browser", _told(seen)


def lasting(address: str, resident: Callable[[], float], asked: Sequence[Type]) -> Iterator[Row]:
    """The server's memory after a hundred interactions, and after a thousand."""
    with Client.at(address) as client:
        for number in range(INTERACTIONS):
            source, detail_type = asked[number % len(asked)]
            client.ask("event", source=source, type=detail_type)
            if number == INTERACTIONS // 10:
                early = resident()
    yield (
        f"server memory after {INTERACTIONS // 10} and {INTERACTIONS:,} interactions",
        f"{early:.0f} / {resident():.0f} MB",
    )


def _told(times: Iterator[float] | Sequence[float]) -> str:
    found = sorted(times)
    return (
        f"median {statistics.median(found):.2f} s, p95 {found[int(len(found) * 0.95)]:.2f} s, of {len(found)}"
    )
