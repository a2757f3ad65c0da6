"""make screenshots: docs/screenshots/*.png, each page on the sample estate, taken from a real Chromium.

`--check FOLDER` writes each page light and dark, wide and narrow, to look at.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlencode

from playwright.sync_api import Browser, sync_playwright

from collectors.sample import load
from collectors.sample.server import start
from tests.browser.serving import ARGUMENTS, CHROMIUM, ROOT, serving

SHOTS: dict[str, tuple[str, dict[str, str]]] = {
    "ask": ("", {"q": "who consumes OrderPlaced?"}),
    "event-type": ("event", {"source": "com.acme.orders", "type": "OrderPlaced"}),
    "catalogue": ("catalogue", {}),
    "throughput": ("throughput", {}),
    "coverage": ("coverage", {}),
}
"""Name of the picture → the page's slug and what its URL holds."""


def main() -> None:
    """Collect the sample estate, serve the page, take the pictures."""
    parser = argparse.ArgumentParser("python -m tests.browser.screenshots")
    parser.add_argument(
        "--check", type=Path, help="a folder for all themes and widths, instead of docs/screenshots"
    )
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, start() as server:
        load.load(server.endpoint_url)
        environment = os.environ | server.environment | load.environment() | {"HEADWATER_STORE": folder}
        subprocess.run([sys.executable, "-m", "collectors", "--yes"], cwd=ROOT, env=environment, check=False)
        with serving(Path(folder), environment) as address, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
            for name, (slug, query) in SHOTS.items():
                url = f"{address}/{slug}?{urlencode(query)}"
                if asked.check:
                    for theme in ("light", "dark"):
                        for width in (1440, 390):
                            _shoot(browser, url, asked.check / f"{name}-{theme}-{width}.png", theme, width)
                else:
                    _shoot(browser, url, ROOT / "docs/screenshots" / f"{name}.png", "light", 1440)
            browser.close()


def _shoot(browser: Browser, url: str, path: Path, theme: str, width: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    page = browser.new_page(viewport={"width": width, "height": 1000}, color_scheme=theme)  # type: ignore[arg-type]
    page.goto(url)
    page.get_by_role("heading", level=1).first.wait_for()
    page.locator("[data-testid=stStatusWidget]").wait_for(state="detached")
    page.wait_for_timeout(2_500)  # plotly draws after the script has ended, without a sign of it
    page.screenshot(path=path, full_page=False)
    page.close()


if __name__ == "__main__":
    main()
