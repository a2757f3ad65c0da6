"""The keys, in a real browser: "/" to the box, arrows through the hits, Enter opens."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open

pytestmark = pytest.mark.browser


def box(page: Page) -> None:
    """Waits until the box of Ask has the focus."""
    expect(page.get_by_placeholder("OrderPlaced, orders")).to_be_focused()


@pytest.mark.parametrize("slug", ["ask", "catalogue", "event", "coverage"])
def test_a_slash_goes_to_the_box_from_any_page_and_the_filters_come_along(sample: Open, slug: str) -> None:
    page = sample("" if slug == "ask" else slug, domain="payments")
    page.keyboard.press("/")
    box(page)
    expect(page).to_have_url(re.compile(r"/\?.*domain=payments"))
    page.keyboard.type("paym")  # and the slash itself was not typed
    expect(page.get_by_placeholder("OrderPlaced, orders")).to_have_value("paym")


def test_a_slash_that_is_typed_into_a_field_is_a_letter(sample: Open) -> None:
    page = sample("catalogue")
    field = page.get_by_placeholder("Part of a name")
    field.press_sequentially("aws/s3")
    expect(field).to_be_focused()
    expect(field).to_have_value("aws/s3")


def test_enter_opens_the_best_hit_though_it_is_pressed_before_there_is_one(sample: Open) -> None:
    page = sample()
    page.keyboard.press("/")
    box(page)
    page.keyboard.type("OrderPlaced")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/event\?source=com\.acme\.orders&type=OrderPlaced$"))


def test_arrows_move_through_the_hits_and_enter_opens_the_one_that_is_focused(sample: Open) -> None:
    page = sample(q="shipping-not")
    hits = page.locator("[class*=st-key-result-] a")
    expect(hits).not_to_have_count(0)
    page.keyboard.press("/")
    box(page)
    page.keyboard.press("ArrowDown")
    expect(hits.nth(0)).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(hits.nth(1)).to_be_focused()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowUp")
    box(page)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    wanted = hits.nth(1).inner_text()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=wanted, level=1)).to_be_visible()
