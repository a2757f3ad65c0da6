"""The picture and the panel in a real browser: what is selected is in view, names stay, and all of it answers to a click or a key."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open, settled
from tests.browser.test_asking import INVOICES, ORDER_PLACED, spot

pytestmark = pytest.mark.browser

MAKER = "arn:aws:lambda:eu-west-1:222222222222:function:checkout-api"
PHONE = {"width": 390, "height": 844}


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
    page.set_viewport_size(PHONE)
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
