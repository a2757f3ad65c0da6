"""The page of a resource in a real browser: from Ask to it, from its rows and nodes on, and who breaks without a field."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open, settled
from tests.browser.test_asking import column, spot

pytestmark = pytest.mark.browser

# collectors/sample/estate/fulfilment.py
FUNCTION = "arn:aws:lambda:eu-west-1:333333333333:function:allocate-stock"
QUEUE = "arn:aws:sqs:eu-west-1:333333333333:fulfilment-orders"


def choose(page: Page, label: str, words: str) -> None:
    """Type into a select box and take what it offers."""
    page.get_by_label(label).click()
    page.get_by_label(label).fill(words)
    page.get_by_role("option").first.click()
    settled(page)


def test_a_name_on_ask_leads_to_what_it_consumes_and_produces(sample: Open) -> None:
    page = sample()
    page.get_by_placeholder("OrderPlaced, orders").fill("what does allocate-stock consume?")
    expect(page.locator(".st-key-sentence")).to_contain_text(
        "allocate-stock (function) consumes 1 event type"
    )
    page.get_by_role("link", name="All about allocate-stock").click()
    expect(page).to_have_url(re.compile(r"/resource\?of=arn"))
    settled(page)
    assert column(page, "consumes", "Event type") == ["OrderPlaced"]
    assert "StockReserved" in column(page, "produces", "Event type")


def test_a_row_opens_the_event_type(sample: Open) -> None:
    page = sample("resource", of=FUNCTION)
    page.locator("[aria-label='Table of consumes']").scroll_into_view_if_needed()
    box = page.locator("[data-testid=stDataFrame]").first.bounding_box()
    assert box
    page.mouse.click(box["x"] + 18, box["y"] + 52)  # the box before the first row
    expect(page).to_have_url(re.compile(r"/event\?source=com\.acme\.orders&type=OrderPlaced"))


def test_a_node_opens_what_it_is_and_an_event_type_its_page(sample: Open) -> None:
    page = sample("resource", of=FUNCTION)
    page.mouse.click(**spot(page, f"node {QUEUE}"))
    expect(page.locator(".st-key-panel")).to_contain_text(QUEUE)
    settled(page)
    page.mouse.click(**spot(page, "node in:com.acme.orders/OrderPlaced"))
    expect(page).to_have_url(re.compile(r"/event\?source=com\.acme\.orders&type=OrderPlaced"))


def test_a_path_is_asked_for_and_the_link_keeps_it(sample: Open) -> None:
    page = sample("resource", of=FUNCTION)
    choose(page, "Is there a path?", "platform")
    expect(page.locator(".st-key-path-answer")).to_contain_text("Yes, there is a path")
    expect(page).to_have_url(re.compile("with=domain%3Aplatform"))


def test_who_breaks_without_a_field(sample: Open) -> None:
    page = sample("event", source="com.acme.fulfilment", type="StockAdjusted", view="Payload")
    choose(page, "Who breaks if this field is dropped?", "onHand")
    expect(page.locator(".st-key-dropped")).to_contain_text("2 of 3 consumers break for certain")
    expect(page).to_have_url(re.compile(r"without=detail\.onHand"))


def test_a_name_of_several_leads_to_each(sample: Open) -> None:
    page = sample("resource", of="orders")
    page.locator(".st-key-result-0").get_by_role("button", name="orders").click()
    expect(page).to_have_url(re.compile(r"of=arn.*event-bus"))
    settled(page)
    expect(page.locator(".st-key-sentence")).to_contain_text("orders (classic bus) has 12 event types")


def test_a_resource_is_chosen_from_all(sample: Open) -> None:
    page = sample("resource")
    choose(page, "Which one?", "allocate")
    expect(page).to_have_url(re.compile(r"/resource\?of=arn.*allocate-stock"))
    expect(page.locator(".st-key-sentence")).to_contain_text("allocate-stock (function) consumes")
