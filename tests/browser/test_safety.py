"""Names that mean harm are shown as text on every page, in the picture, and in what is downloaded. Nothing leaves the machine.

That no other host was asked and no dialog opened is asserted by the page fixture, after each test.
"""

import csv
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from playwright.sync_api import Page, expect

from dashboard.escape import clean
from dashboard.pages import PAGES
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


def of(service: str, resource: str) -> str:
    return f"arn:aws:{service}:eu-west-1:111111111111:{resource}"


def typed(number: int, **more: str) -> dict[str, str]:
    return {"source": NAMES[number][:400], "type": NAMES[number][:400], **more}


VIEWS: list[tuple[str, dict[str, str]]] = [
    *((page.slug, {}) for page in PAGES),
    *(("event", typed(number, view=view)) for number in (0, 3) for view in ("Flow", "Throughput", "Payload")),
    *(("resource", {"of": of("events", f"event-bus/b{number}")}) for number in (0, 6, 8)),
    *(("resource", {"of": of("events", f"rule/b{number}/r{number}")}) for number in (0, 6, 8)),
    *(("resource", {"of": f"owner:{NAMES[number]}"}) for number in (1, 3)),
    ("producer", {"of": of("lambda", "function:f3")}),
    ("producer", {"of": NAMES[3]}),
    ("try", typed(0)),
    ("what-if", typed(3, remove=f"detail.{NAMES[3]}")),
    ("catalogue", {"domain": NAMES[0], "find": NAMES[1]}),
    ("throughput", {"sel": of("events", "rule/b0/r0"), "range": NAMES[2], "compare": NAMES[2]}),
    ("map", {"kind": NAMES[0], "sel": f"{NAMES[0]} to {NAMES[0]}"}),
    ("failing", {"sel": NAMES[1]}),
    ("nosuchpage", {"q": NAMES[0]}),
]
"""Every page as it opens, and what it shows of hostile names."""


@pytest.mark.parametrize(("slug", "asked"), VIEWS)
def test_hostile_names_are_text_on_every_page(hostile_app: Open, slug: str, asked: dict[str, str]) -> None:
    page = hostile_app(slug, **asked)
    expect(page.get_by_role("heading", name="That did not work")).to_have_count(0)
    harmless(page)


def test_two_hostile_versions_of_a_schema_are_compared_as_text(hostile_app: Open) -> None:
    page = hostile_app("event", **typed(0, view="Payload"))
    expect(page.get_by_text("is gone").first).to_be_attached()  # in a grid, which draws on a canvas
    harmless(page)


def test_a_narrow_page_is_as_harmless(hostile_app: Open) -> None:
    page = hostile_app("map")
    page.set_viewport_size({"width": 390, "height": 900})
    for slug, asked in (
        ("map", {}),
        ("resource", {"of": of("events", "event-bus/b3"), "sel": of("sqs", "q3")}),
    ):
        page = hostile_app(slug, **asked)
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


@pytest.mark.parametrize(
    ("slug", "asked", "table"),
    [
        ("catalogue", {}, "catalogue"),
        ("resource", {"of": of("events", "event-bus/b7")}, "rules"),
        ("resource", {"of": of("events", "rule/b7/r7")}, "targets"),
        ("resource", {"of": f"domain:{NAMES[7]}"}, "resources"),
        ("throughput", {}, "rules"),
        ("event", typed(7), "neighbourhood"),
        ("map", {}, "map"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_downloaded_as_a_table_escapes_formulas(
    hostile_app: Open, tmp_path: Path, slug: str, asked: dict[str, str], table: str
) -> None:
    page = hostile_app(slug, **asked)
    with page.expect_download() as download:
        page.locator(f".st-key-csv-{table} button").click()
    download.value.save_as(tmp_path / "table.csv")
    with (tmp_path / "table.csv").open(newline="") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    assert any("=HYPERLINK" in cell for cell in cells)
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in cells)


@pytest.mark.parametrize("number", [0, 3, 8])
def test_an_exported_picture_holds_names_as_text_alone(
    hostile_app: Open, tmp_path: Path, number: int
) -> None:
    page = hostile_app("resource", of=of("events", f"event-bus/b{number}"))
    with page.expect_download() as download:
        page.locator(".st-key-svg-around button").click()
    download.value.save_as(tmp_path / "picture.svg")
    picture = ET.parse(tmp_path / "picture.svg")  # noqa: S314 - our own file, written a moment ago
    tags = {element.tag.rpartition("}")[2] for element in picture.iter()}
    assert not tags & {"script", "image", "a", "foreignObject", "img", "use"}
    attributes = {name.lower() for element in picture.iter() for name in element.attrib}
    assert not any(name.startswith("on") or name.endswith("href") for name in attributes)
    with page.expect_download() as download:
        page.locator(".st-key-mmd-around button").click()
    download.value.save_as(tmp_path / "picture.mmd")
    drawn = (tmp_path / "picture.mmd").read_text()
    assert "<img" not in drawn
    assert "<a href" not in drawn
    assert "click " not in drawn


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
