"""A row opens by its box and by any of its cells, also after another."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open, settled
from tests.browser.test_asking import ORDER_PLACED

pytestmark = pytest.mark.browser


def click(page: Page, row: int, x: int) -> None:
    box = page.get_by_test_id("stDataFrame").first.bounding_box()
    assert box
    page.mouse.click(box["x"] + x, box["y"] + 18 + 34 * row)


def test_a_click_on_a_name_opens_it_and_then_another(sample: Open) -> None:
    page = sample("event", **ORDER_PLACED)
    settled(page)
    page.wait_for_timeout(500)
    panel = page.locator(".st-key-panel")
    click(page, 1, 80)
    expect(panel).to_contain_text("allocate-stock")
    settled(page)
    click(page, 2, 18)  # the box before the second row
    expect(panel).to_contain_text("orders-audit")
    settled(page)
    click(page, 3, 80)
    expect(panel).to_contain_text("fraud-review")


def test_where_a_row_leaves_the_page_arrow_keys_go_through_the_rows(sample: Open) -> None:
    page = sample("catalogue", find="Order")
    settled(page)
    page.wait_for_timeout(500)
    click(page, 1, 80)
    page.keyboard.press("ArrowDown")
    page.wait_for_timeout(500)
    expect(page).to_have_url(re.compile(r"/catalogue"))
    page.keyboard.press("Shift+Space")
    expect(page).to_have_url(re.compile(r"/event\?source="))
