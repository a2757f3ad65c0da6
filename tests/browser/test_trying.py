"""Try an event and What if, in a real browser: paste, answer, suppose, share."""

import json
import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open, settled
from tests.browser.hostile import NAMES
from tests.browser.test_asking import column
from tests.browser.test_safety import harmless

pytestmark = pytest.mark.browser

ORDER_PLACED = {"source": "com.acme.orders", "type": "OrderPlaced"}
EVENT = {
    "source": "com.acme.orders",
    "detail-type": "OrderPlaced",
    "detail": {"total": 4321, "note": "hunter2"},
}


def typed(page: Page, text: str) -> None:
    page.get_by_label("Event, as JSON").fill(text)
    page.get_by_role("button", name="Try it").click()
    settled(page)


def test_a_pasted_event_is_answered_and_stays_out_of_the_link(sample: Open) -> None:
    page = sample("try")
    typed(page, json.dumps(EVENT))
    expect(page.locator(".st-key-sentence")).to_contain_text("OrderPlaced (com.acme.orders) matches")
    assert "large-orders" in column(page, "matches", "Subscription")
    assert "fraud-review" in column(page, "arrives", "Consumer")
    assert "hunter2" not in page.url
    page.get_by_role("link", name="Coverage").click()
    page.get_by_role("heading", name="Coverage").wait_for()
    page.get_by_role("link", name="Try an event").click()
    expect(page.get_by_label("Event, as JSON")).to_have_value(re.compile("hunter2"))
    assert "hunter2" not in page.url


def test_what_is_no_json_is_told_with_its_line(sample: Open) -> None:
    page = sample("try")
    typed(page, '{\n "source": "a"\n "b": 1}')
    expect(page.get_by_text("line 3, column 2: a comma or a closing bracket is missing")).to_be_visible()


def test_a_type_fills_the_box_and_the_nearest_miss_says_why(sample: Open) -> None:
    page = sample("try", **ORDER_PLACED)
    expect(page.get_by_text("made up from the schema: no value in it is real")).to_be_visible()
    assert column(page, "misses", "Subscription")[0] == "large-orders"
    assert column(page, "misses", "It asks that")[0] == "detail.total > 1000"


@pytest.mark.parametrize(
    ("link", "heading", "said"),
    [
        ("Try an event of this type", "Try an event", "matches 7 of"),
        ("What if it changes?", "What if?", "OrderPlaced (com.acme.orders)"),
    ],
)
def test_the_page_of_an_event_type_leads_to_both(sample: Open, link: str, heading: str, said: str) -> None:
    page = sample("event", **ORDER_PLACED)
    page.get_by_role("link", name=link).click()
    page.get_by_role("heading", name=heading).wait_for()
    expect(page.get_by_text(said).first).to_be_visible()


def test_a_field_is_removed_by_hand_and_the_link_shows_the_same(sample: Open, page: Page) -> None:
    sample("what-if", **ORDER_PLACED)
    page.get_by_label("Field").click()
    page.get_by_role("option", name="detail.total", exact=True).click()
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.locator(".st-key-sentence")).to_contain_text("no longer gets it: fraud-review")
    expect(page).to_have_url(re.compile(r"remove=detail\.total"))
    page.goto(page.url)
    settled(page)
    assert column(page, "what-if", "Consumer") == ["fraud-review"]
    page.get_by_role("button", name="detail.total is removed").click()
    expect(page.locator(".st-key-sentence")).to_contain_text("Nothing is changed yet")
    expect(page).not_to_have_url(re.compile("remove="))


@pytest.mark.parametrize("number", [0, 3, 6, 8])
def test_hostile_names_are_text_in_both_tools(hostile_app: Open, number: int) -> None:
    asked = {"source": NAMES[number][:400], "type": NAMES[number][:400]}
    page = hostile_app("try", **asked)
    expect(page.locator(".st-key-sentence")).to_contain_text("subscription")
    harmless(page)
    page = hostile_app("what-if", **asked, remove=f"detail.{NAMES[number][:80]}", drop=NAMES[number][:80])
    expect(page.locator(".st-key-sentence")).to_be_visible()
    harmless(page)
