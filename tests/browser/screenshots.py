"""python -m tests.browser.screenshots: a picture of each page into docs/screenshots, from the sample estate.

Light and wide for all pages; the answer also dark and on a phone.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode

from playwright.sync_api import Browser, Page, expect, sync_playwright

from collectors.sample import load
from collectors.sample.server import start
from tests.browser.serving import ARGUMENTS, CHROMIUM, ROOT, serving

FOLDER = ROOT / "docs" / "screenshots"
ORDER_PLACED = {"source": "com.acme.orders", "type": "OrderPlaced"}
CHANGES = {"remove": "detail.total", "enable": "order-placed-legacy"}
QUEUE = "arn:aws:sqs:eu-west-1:111111111111:shipping-notices"

BUS = "arn:aws:events:eu-west-1:222222222222:event-bus/orders"
CHECKOUT = "arn:aws:lambda:eu-west-1:222222222222:function:checkout-api"
FUNCTION = "arn:aws:lambda:eu-west-1:333333333333:function:allocate-stock"


class Shot(NamedTuple):
    """One picture."""

    name: str
    slug: str
    query: dict[str, str]
    scheme: str = "light"
    width: int = 1440
    height: int = 900


SHOTS = (
    Shot("ask", "", {}),
    Shot("ask-answer", "", {"q": "who consumes OrderPlaced?"}),
    Shot("event-type", "event", ORDER_PLACED, height=1750),
    Shot("event-type-dark", "event", ORDER_PLACED, "dark", height=1750),
    Shot("event-type-phone", "event", ORDER_PLACED, width=390, height=1400),
    Shot(
        "payload",
        "event",
        {**ORDER_PLACED, "view": "Payload"},
        height=1500,
    ),
    Shot("map", "map", {}, height=1200),
    Shot("bus", "resource", {"of": BUS}, height=1700),
    Shot("producer", "producer", {"of": CHECKOUT}, height=1250),
    Shot("resource", "resource", {"of": FUNCTION, "with": "domain:platform"}, height=1500),
    Shot("resource-domain", "resource", {"of": "domain:fulfilment"}, height=1200),
    Shot("try-event", "try", ORDER_PLACED, height=1500),
    Shot("what-if", "what-if", {**ORDER_PLACED, **CHANGES}, height=1100),
    Shot("catalogue", "catalogue", {}),
    Shot("loose-ends", "loose-ends", {}, height=1200),
    Shot("throughput", "throughput", {"show": "Queues", "range": "24h", "sel": QUEUE}, height=1500),
    Shot("failing", "failing", {"range": "24h", "compare": "yesterday", "sel": QUEUE}, height=1900),
    Shot("coverage", "coverage", {}),
)


def main() -> None:
    """Serve the sample estate, collect it, and take every picture."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, start() as server:
        load.load(server.endpoint_url)
        store = Path(folder) / "store"
        environment = {
            **os.environ,
            **server.environment,
            **load.environment(),
            "HEADWATER_STORE": str(store),
        }
        subprocess.run([sys.executable, "-m", "collectors", "--json"], env=environment, cwd=ROOT, check=False)
        with serving(store, environment) as address, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
            for shot in SHOTS:
                _take(browser, address, shot)
                print(FOLDER / f"{shot.name}.png")
            browser.close()


def _take(browser: Browser, address: str, shot: Shot) -> None:
    viewport = {"width": shot.width, "height": shot.height}
    page = browser.new_page(viewport=viewport, color_scheme=shot.scheme)
    page.goto(f"{address}/{shot.slug}?{urlencode(shot.query)}")
    _settle(page)
    page.screenshot(path=FOLDER / f"{shot.name}.png")
    page.close()


def _settle(page: Page) -> None:
    """Nothing runs and nothing waits to be drawn; then a moment for the fonts."""
    page.locator("[data-testid=stMain] h1").first.wait_for()
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()
    expect(page.locator("[data-testid=stSkeleton]")).to_have_count(0, timeout=20_000)
    page.wait_for_timeout(800)


if __name__ == "__main__":
    main()
