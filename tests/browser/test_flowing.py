"""Ranges and what fails, in a real browser: the link keeps the range, and the failing page shows the incident untold."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Open, settled
from tests.browser.test_asking import ORDER_PLACED, column

pytestmark = pytest.mark.browser


def test_a_range_chosen_on_one_page_stays_in_the_link_and_on_the_next_page(sample: Open) -> None:
    page = sample("event", **ORDER_PLACED)
    page.get_by_role("tab", name="Throughput").click()
    expect(page).to_have_url(re.compile("view=Throughput"))
    page.get_by_role("combobox", name="Time range").click()
    page.get_by_role("option", name="7d").click()
    expect(page).to_have_url(re.compile("range=7d"))
    expect(page.get_by_text("Last 7 days of the snapshot").first).to_be_visible()
    page.get_by_role("tab", name="Payload").click()
    expect(page.get_by_text("changed").first).to_be_visible()
    page.get_by_role("tab", name="Throughput").click()
    expect(page.get_by_text("Last 7 days of the snapshot").first).to_be_visible()
    page.get_by_role("link", name="Failing paths").click()
    page.get_by_role("heading", name="Failing paths").wait_for()
    settled(page)
    expect(page).to_have_url(re.compile("/failing.*range=7d"))
    expect(page.get_by_text("Last 7 days of the snapshot").first).to_be_visible()
    page = sample("throughput", show="Rules", range="90d", compare="yesterday")
    expect(page.get_by_text("Last 90 days of the snapshot").first).to_be_visible()
    expect(page.get_by_text("one point each 6 hours").first).to_be_visible()
    expect(page).to_have_url(re.compile("range=90d"))


def test_the_failing_page_shows_the_incident_without_being_told_where_it_is(sample: Open) -> None:
    page = sample("failing")
    since = dict(zip(column(page, "failing", "What"), column(page, "failing", "Since, UTC"), strict=True))
    assert since["order-cancelled-refund"] == "always"
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d", since["shipping-notices"])
    page = sample("failing", sel="arn:aws:lambda:eu-west-1:111111111111:function:notify-customer")
    settled(page)
    expect(page.get_by_role("heading", name="Queue shipping-notices")).to_be_visible()
    expect(page.get_by_text("times as long as usual").first).to_be_visible()
    expect(
        page.get_by_text(
            "bus hub → rule shipping-notices → queue shipping-notices → function notify-customer"
        )
    ).to_be_visible()
