"""The picture and the panel in a real browser: what is selected is in view, names stay, and all of it answers to a click or a key."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open, settled
from tests.browser.test_asking import INVOICES, ORDER_PLACED, QUEUE, drawn, spot

pytestmark = pytest.mark.browser

MAKER = "arn:aws:lambda:eu-west-1:222222222222:function:checkout-api"


def test_what_is_clicked_opens_beside_it_however_far_down_the_picture_is(sample: Open) -> None:
    page = sample("event", **ORDER_PLACED)
    page.mouse.click(**spot(page, f"node {INVOICES}"))
    settled(page)
    expect(page.locator(".st-key-panel")).to_contain_text(INVOICES)
    expect(page.get_by_role("button", name="Back to the event")).to_be_in_viewport()
    expect(page.locator(".st-key-graph .js-plotly-plot")).to_be_in_viewport()


@pytest.mark.parametrize(
    ("slug", "query"),
    [
        ("event", ORDER_PLACED),
        ("resource", {"of": MAKER}),
        ("resource", {"of": "domain:orders"}),
        ("throughput", {"show": "Queues"}),
    ],
)
def test_the_panel_stays_in_view_on_every_page(sample: Open, slug: str, query: dict[str, str]) -> None:
    page = sample(slug, **query, sel=INVOICES)
    page.mouse.move(700, 500)
    page.mouse.wheel(0, 900)
    expect(page.locator(".st-key-close")).to_be_in_viewport()


def test_on_a_phone_a_selection_opens_as_a_sheet_that_can_be_closed(sample: Open, page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    sample("event", **ORDER_PLACED)
    page.mouse.click(**spot(page, f"node {MAKER}"))
    settled(page)
    expect(page.get_by_text("checkout-api", exact=True).last).to_be_in_viewport()
    page.get_by_role("button", name="Back to the event").click()
    settled(page)
    expect(page.locator(".st-key-close")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_names_and_rates_stay_as_they_are_when_one_is_selected(sample: Open, page: Page, scheme: str) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    sample("event", **ORDER_PLACED)
    page.mouse.click(**spot(page, f"node {INVOICES}"))
    settled(page)
    text = page.locator(".st-key-graph .textpoint text")
    looks = text.evaluate_all(
        "all => all.map(one => getComputedStyle(one)).map(s => [s.fill === s.color, s.fillOpacity])"
    )
    assert len(looks) > 10
    assert {tuple(look) for look in looks} == {(True, "1")}


def rows_named(page: Page, table: str) -> None:
    """Waits for a table."""
    page.locator(f"[aria-label='Table of {table}']").wait_for(state="attached")


@pytest.mark.parametrize(("edge", "named"), [(0, "checkout-api"), (3, "Kind: bus")])
def test_an_edge_that_nothing_carries_opens_the_producer_or_the_bus(
    sample: Open, edge: int, named: str
) -> None:
    """Edges as drawn: those of producers first, then the one of the event to its bus (flow/who/graph.py)."""
    page = sample("event", **ORDER_PLACED)
    page.mouse.click(**spot(page, f"edge {edge}"))
    settled(page)
    expect(page.locator(".st-key-panel")).to_contain_text(named)
    expect(page).not_to_have_url(re.compile("sel=nan"))


def test_a_node_is_left_out_from_its_panel_and_drawn_again_and_the_link_keeps_it(sample: Open) -> None:
    page = sample("event", **ORDER_PLACED, sel=INVOICES)
    before = drawn(page)
    page.get_by_role("button", name="Leave it out of the picture").click()
    expect(page.get_by_text("left out: invoice-writer")).to_be_visible()
    expect(page).to_have_url(re.compile("leave=arn"))
    assert drawn(page) == before - 1
    page.get_by_role("button", name="Draw them again").click()
    expect(page.get_by_text("left out: invoice-writer")).to_have_count(0)
    assert drawn(page) == before


def test_find_reaches_behind_a_fold_and_says_when_nothing_is_called_so(sample: Open) -> None:
    page = sample("event", **ORDER_PLACED, mark="allocate-stock")
    page.locator(".st-key-graph .js-plotly-plot").wait_for()
    assert "allocate-stock" in names(page)
    page = sample("event", **ORDER_PLACED, mark="zzz")
    expect(page.get_by_text("Nothing in this picture is called “zzz”.")).to_be_visible()
    assert "allocate-stock" not in names(page)


def names(page: Page) -> str:
    """All that is written in the picture."""
    told: str = page.locator(".st-key-graph .js-plotly-plot").inner_text()
    return told


def test_a_group_without_a_page_says_so(sample: Open) -> None:
    page = sample("event", **ORDER_PLACED, group="account")
    page.mouse.click(**spot(page, "node right:333333333333"))
    expect(page.get_by_text("There is no page for account 333333333333")).to_be_visible()


def test_what_is_put_together_holds_every_domain_of_the_answer(sample: Open) -> None:
    page = sample("event", **ORDER_PLACED, group="domain")
    page.locator(".st-key-graph .js-plotly-plot").wait_for()
    assert all(f"{domain}domain" in names(page) for domain in ("orders", "fulfilment", "platform"))


@pytest.mark.parametrize(
    ("slug", "query", "key"),
    [("event", ORDER_PLACED, "neighbourhood"), ("resource", {"of": QUEUE}, "around")],
)
def test_all_of_a_picture_is_reached_by_keyboard_through_its_tables(
    sample: Open, slug: str, query: dict[str, str], key: str
) -> None:
    page = sample(slug, **query)
    page.locator("summary", has_text="As tables:").focus()
    page.keyboard.press("Enter")
    rows_named(page, f"nodes of {key}")
    rows_named(page, f"edges of {key}")
    settled(page)
    page.locator("[data-testid=data-grid-canvas]").last.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Shift+Space")
    expect(page.locator(".st-key-close")).to_be_visible()
    expect(page).not_to_have_url(re.compile("sel=nan"))


def test_the_picture_is_made_larger_moved_and_put_back(sample: Open) -> None:
    page = sample("event", **ORDER_PLACED)
    before = spot(page, f"node {MAKER}")
    page.locator(".st-key-graph .js-plotly-plot").hover()
    page.locator("[data-title='Zoom in']").click()
    page.wait_for_timeout(500)
    assert spot(page, f"node {MAKER}")["x"] < before["x"] - 50
    page.locator("[data-title^='Reset']").click()
    page.wait_for_timeout(500)
    assert spot(page, f"node {MAKER}")["x"] == pytest.approx(before["x"], abs=2)
