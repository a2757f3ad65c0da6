"""A real Chromium, and the app as a user starts it: on the sample estate, on hostile names, on nothing."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser import hostile
from tests.browser.serving import ARGUMENTS, BROKEN_POLICY, CHROMIUM, serving
from tests.conftest import Collected

expect.set_options(timeout=15_000)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for the session. In CI a missing one is a failure; elsewhere these tests are skipped."""
    if not Path(CHROMIUM).exists():
        if os.environ.get("CI") == "true":
            pytest.fail("There is no chromium; .ci/run installs it.")
        pytest.skip("There is no chromium on this machine.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def sample_address(collected: Collected) -> Iterator[str]:
    """The app on the sample estate."""
    with serving(collected.store, collected.environment) as address:
        yield address


@pytest.fixture(scope="session")
def hostile_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app on an estate full of hostile names."""
    store = tmp_path_factory.mktemp("hostile")
    hostile.write(store)
    with serving(store) as address:
        yield address


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A new browser profile. At the end: it asked no other host, no script of a name ran, and no policy was broken."""
    context = chromium.new_context(viewport={"width": 1440, "height": 1000})
    page = context.new_page()
    asked: list[str] = []
    dialogs: list[str] = []
    broken: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: broken.append(message.text) if BROKEN_POLICY in message.text else None)
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    yield page
    context.close()
    others = [url for url in asked if not url.startswith(("http://127.0.0.1:", "data:", "blob:"))]
    assert not others
    assert not dialogs
    assert not broken


Open = Callable[..., Page]


@pytest.fixture
def sample(page: Page, sample_address: str) -> Open:
    """What opens a page of the app on the sample estate, by its slug and the URL's parameters."""
    return _opener(page, sample_address)


@pytest.fixture
def hostile_app(page: Page, hostile_address: str) -> Open:
    """The same on the estate full of hostile names."""
    return _opener(page, hostile_address)


def _opener(page: Page, address: str) -> Open:
    def opened(path: str = "", **query: str | list[str]) -> Page:
        page.goto(f"{address}/{path}?{urlencode(query, doseq=True)}")
        settled(page)
        return page

    return opened


def settled(page: Page) -> None:
    """Waits until the app has drawn: a title stands, nothing runs, no placeholder is left."""
    page.locator("[data-testid=stMain] h1").first.wait_for()
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()
    expect(page.locator("[data-testid=stSkeleton]")).to_have_count(0)
