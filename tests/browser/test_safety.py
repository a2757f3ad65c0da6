"""Names that mean harm are shown as text on every page, in the picture, and in what is downloaded. Nothing leaves the machine.

That no other host was asked and no dialog opened is asserted by the page fixture, after each test.
"""

import csv
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from dashboard.escape import clean
from tests.browser.conftest import Open, settled
from tests.browser.hostile import HOST, NAMES
from tests.browser.serving import serving

pytestmark = pytest.mark.browser


def harmless(page: Page) -> None:
    """No element on the page was made by a name."""
    main = page.locator("[data-testid=stApp]")
    expect(main.locator(f"img, iframe, a[href*='//{HOST}'], a[href^='mailto:'], [onerror]")).to_have_count(0)
    expect(main.locator("strong, em, b, .katex", has_text=re.compile("bold|italic|x"))).to_have_count(0)
    expect(main.locator(".js-plotly-plot a, .js-plotly-plot image")).to_have_count(0)


@pytest.mark.parametrize("slug", ["", "catalogue", "throughput", "coverage", "resource"])
def test_hostile_names_are_text_on_every_page(hostile_app: Open, slug: str) -> None:
    page = hostile_app(slug)
    harmless(page)


@pytest.mark.parametrize("number", [0, 3, 6, 8])
def test_a_hostile_event_type_is_answered_as_any_other(hostile_app: Open, number: int) -> None:
    name = NAMES[number]
    page = hostile_app("event", source=name[:400], type=name[:400])
    shown = page.locator("[data-testid=stMain] h1").inner_text().replace("\u2060", "")
    assert shown.startswith(clean(name, 120)[:40])
    harmless(page)


def test_a_hostile_question_is_only_searched_for(hostile_app: Open) -> None:
    page = hostile_app(q=NAMES[0])
    expect(page.get_by_role("heading", name="Matches")).to_be_visible()
    harmless(page)
    page = hostile_app(q=f"who consumes {NAMES[5]}?")
    harmless(page)


def test_a_panel_and_its_hover_box_show_a_hostile_resource_as_text(hostile_app: Open) -> None:
    page = hostile_app(
        "throughput", show="Consumers", sel="arn:aws:lambda:eu-west-1:111111111111:function:f3"
    )
    expect(page.locator(".st-key-panel")).to_contain_text(f'<a href="http://{HOST}/d">anchor</a>')
    harmless(page)


@pytest.mark.parametrize("number", [0, 1, 3, 8])
def test_a_hostile_resource_and_its_team_are_text(hostile_app: Open, number: int) -> None:
    function = f"arn:aws:lambda:eu-west-1:111111111111:function:f{number}"
    page = hostile_app("resource", of=function, **{"with": f"domain:{NAMES[number][:390]}"})
    expect(page.get_by_role("heading", name="Neighbours")).to_be_visible()
    harmless(page)
    page = hostile_app("resource", of=f"domain:{NAMES[number][:390]}")
    harmless(page)


def test_the_download_escapes_formulas(hostile_app: Open, tmp_path: Path) -> None:
    page = hostile_app("catalogue")
    with page.expect_download() as download:
        page.locator(".st-key-csv-catalogue button").click()
    download.value.save_as(tmp_path / "catalogue.csv")
    with (tmp_path / "catalogue.csv").open(newline="") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    assert any(cell.startswith("'=HYPERLINK") for cell in cells)
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in cells)


def test_without_a_snapshot_the_page_says_how_to_make_one(page: Page, tmp_path: Path) -> None:
    with serving(tmp_path / "none") as address:
        page.goto(address)
        settled(page)
        expect(page.get_by_role("heading", name="No snapshot yet")).to_be_visible()
        expect(page.locator("code", has_text="make run")).to_be_visible()
        expect(page.locator("code", has_text="python -m collectors")).to_be_visible()
        page.goto(f"{address}/catalogue")
        settled(page)
        expect(page.get_by_role("heading", name="No snapshot yet")).to_be_visible()
