"""The main job in a real browser: ask, read, filter, click, share a link. What is expected is read from the estate's data."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open, settled

pytestmark = pytest.mark.browser

# collectors/sample/estate/orders.py, hub.py and fulfilment.py, followed by hand
CONSUMERS = {
    "allocate-stock",
    "send-order-email",
    "fraud-review",
    "invoice-writer",
    "/aws/events/orders-audit",
    "event-lake",
}
SWITCHED_OFF = "legacy-exporter"
ORDER_PLACED = {"source": "com.acme.orders", "type": "OrderPlaced"}
QUEUE = "arn:aws:sqs:eu-west-1:333333333333:fulfilment-orders"
INVOICES = "arn:aws:lambda:eu-west-1:222222222222:function:invoice-writer"


def column(page: Page, table: str, title: str) -> list[str]:
    """Cells of one column of a table, as a screen reader reads them."""
    grid = page.locator(f"[aria-label='Table of {table}']")
    header = grid.get_by_role("columnheader", name=title, exact=True, include_hidden=True)
    header.wait_for(state="attached")
    number = header.get_attribute("aria-colindex")
    return grid.locator(f"[role=gridcell][aria-colindex='{number}']").all_inner_texts()


def test_the_question_is_answered_in_a_sentence_on_the_landing_page(sample: Open) -> None:
    page = sample()
    page.get_by_placeholder("OrderPlaced, orders").fill("who consumes OrderPlaced?")
    expect(page.locator(".st-key-sentence")).to_contain_text(
        re.compile("consumed by 6 . 4 always, 2 depending on the payload")
    )
    named = page.locator(".st-key-answer [class*=st-key-result-taker] a")
    expect(named).to_have_count(len(CONSUMERS) + 1)
    assert set(named.all_inner_texts()) == CONSUMERS | {SWITCHED_OFF}
    headings = page.locator(".st-key-answer [class*=st-key-group-]").all_inner_texts()
    assert [text.split(" · ")[0] for text in headings] == ["fulfilment", "orders", "platform"]


def test_a_name_of_a_domain_and_two_buses_is_answered_of_the_domain_and_offers_the_buses(
    sample: Open,
) -> None:
    page = sample(q="what flows from orders to fulfilment?")
    expect(page.locator(".st-key-sentence")).to_have_text("From domain orders to domain fulfilment:")
    expect(page.get_by_text("Yes, there is a path")).to_be_visible()
    page.get_by_role("button", name="bus orders · 222222222222 · eu-west-1").click()
    expect(page.locator(".st-key-sentence")).to_contain_text(
        "From bus orders · 222222222222 · eu-west-1 to domain"
    )
    expect(page.get_by_text("Yes, there is a path")).to_be_visible()


def test_the_landing_page_says_how_the_estate_stands_with_the_way_to_each(sample: Open) -> None:
    page = sample()
    line = page.locator(".st-key-standing")
    expect(line.get_by_role("link")).to_have_count(3)
    line.get_by_role("link", name="faults now").click()
    expect(page.get_by_role("heading", name="Failing paths")).to_be_visible()


def test_from_the_landing_page_a_hit_leads_to_the_answer(sample: Open) -> None:
    page = sample()
    page.get_by_placeholder("OrderPlaced, orders").fill("orderplac")
    expect(page.get_by_role("heading", name="Matches")).to_be_visible()
    page.locator(".st-key-result-0").get_by_role("link", name="OrderPlaced").click()
    expect(page).to_have_url(re.compile(r"/event\?"))
    settled(page)
    told = dict(zip(column(page, "consumers", "Consumer"), column(page, "consumers", "Health"), strict=True))
    assert {name for name, health in told.items() if "not active" not in health} == CONSUMERS
    assert "not active" in told[SWITCHED_OFF]


def test_an_unknown_name_offers_the_nearest(sample: Open) -> None:
    page = sample(q="OrderPlacd")
    expect(page.get_by_role("link", name="OrderPlaced", exact=True).first).to_be_visible()


def test_the_domain_filter_narrows_the_answer_says_so_and_can_be_reset(sample: Open) -> None:
    page = sample("event", **ORDER_PLACED)
    page.get_by_label("Domain").click()
    page.get_by_role("option", name="fulfilment").click()
    expect(
        page.get_by_text(re.compile("1 of 7 consumer rows shown. Filter: domain fulfilment"))
    ).to_be_visible()
    expect(page).to_have_url(re.compile("domain=fulfilment"))
    settled(page)
    assert column(page, "consumers", "Consumer") == ["allocate-stock"]
    page.locator(".st-key-reset-consumers button").click()
    expect(page.get_by_text("consumer rows shown")).to_have_count(0)


def test_filters_go_along_to_another_page(sample: Open) -> None:
    page = sample("event", **ORDER_PLACED, domain="payments")
    page.locator("[data-testid=stSidebar]").get_by_role("link", name="Catalogue").click()
    expect(page).to_have_url(re.compile(r"/catalogue\?domain=payments"))
    settled(page)
    assert set(column(page, "catalogue", "Domain")) == {"payments"}


def spot(page: Page, wanted: str) -> dict[str, Any]:
    """Where on the screen the picture's point with this customdata is."""
    page.locator(".st-key-graph .js-plotly-plot").scroll_into_view_if_needed()
    found: dict[str, Any] = page.locator(".st-key-graph .js-plotly-plot").evaluate(
        """(plot, wanted) => {
            const box = plot.getBoundingClientRect(), {xaxis, yaxis} = plot._fullLayout;
            for (const trace of plot._fullData) for (const [i, data] of (trace.customdata || []).entries())
                if (data.join(" ") === wanted)
                    return {x: box.x + xaxis._offset + xaxis.l2p(trace.x[i]), y: box.y + yaxis._offset + yaxis.l2p(trace.y[i])};
        }""",
        wanted,
    )
    return found


def test_a_click_on_a_node_opens_what_it_is_and_the_link_keeps_it(sample: Open) -> None:
    page = sample("event", **ORDER_PLACED)
    page.mouse.click(**spot(page, f"node {INVOICES}"))
    panel = page.locator(".st-key-panel")
    expect(panel).to_contain_text(INVOICES)
    expect(panel).to_contain_text("Kind: function")
    expect(page).to_have_url(re.compile("sel=arn"))


def test_a_click_on_an_edge_opens_what_carries(sample: Open) -> None:
    page = sample("event", **ORDER_PLACED, domain="fulfilment", hops="all")
    page.locator(".st-key-graph .js-plotly-plot").wait_for()
    names = page.locator(".st-key-graph .js-plotly-plot").evaluate(
        "plot => plot._fullData.flatMap(t => t.customdata || []).filter(d => d[0] === 'edge').length"
    )
    page.mouse.click(**spot(page, f"edge {names - 2}"))
    expect(page.locator(".st-key-panel")).to_contain_text("Kind: rule")


def drawn(page: Page) -> int:
    """How many nodes the picture has, once it is drawn."""
    settled(page)
    expect(page.locator(".st-key-graph .js-plotly-plot")).to_have_count(1)
    found: int = page.locator(".st-key-graph .js-plotly-plot").evaluate(
        "plot => plot._fullData.flatMap(t => t.customdata || []).filter(d => d[0] === 'node').length"
    )
    return found


def test_the_picture_goes_one_hop_and_a_node_is_expanded_and_folded_again(sample: Open) -> None:
    page = sample("event", **ORDER_PLACED)
    page.locator(".st-key-graph .js-plotly-plot").wait_for()
    before = drawn(page)
    page.mouse.click(**spot(page, f"node {QUEUE}"))
    page.get_by_role("button", name="Expand fulfilment-orders (+1)").click()
    expect(page.get_by_role("button", name="Fold fulfilment-orders")).to_be_visible()
    assert drawn(page) == before + 1
    expect(page).to_have_url(re.compile("open=arn"))
    page.get_by_role("button", name="Fold fulfilment-orders").click()
    expect(page.get_by_role("button", name="Expand fulfilment-orders (+1)")).to_be_visible()
    assert drawn(page) == before


def test_what_is_drawn_can_be_taken_along(sample: Open) -> None:
    page = sample("event", **ORDER_PLACED, group="domain", hops="all")
    with page.expect_download() as told:
        page.get_by_role("button", name="Mermaid").click()
    text = Path(told.value.path()).read_text()
    assert text.startswith("flowchart LR")
    assert '"fulfilment (domain, ' in text


def test_a_link_shows_the_same_view_to_another_person(sample: Open) -> None:
    shared = {"domain": ["orders", "fulfilment"], "sel": INVOICES, **ORDER_PLACED}
    page = sample("event", **shared, view="Throughput", range="3h")
    expect(page.locator(".st-key-panel")).to_contain_text(INVOICES)
    expect(page.get_by_text("Last 3 hours of the snapshot").first).to_be_visible()
    page = sample("event", **shared)
    expect(page.locator(".st-key-panel")).to_contain_text(INVOICES)
    assert "event-lake" not in column(page, "consumers", "Consumer")


def test_junk_in_a_link_is_dropped_with_a_note(sample: Open) -> None:
    page = sample(
        "throughput", domain=["orders", "<b>no</b>"], range="9y", sel="arn:x", show="all", other="1"
    )
    expect(page.get_by_text("domain “<b>no</b>” in the link is not known here")).to_be_visible()
    expect(page.get_by_text("range “9y” in the link is not known here")).to_be_visible()
    expect(page.get_by_text("What the link selects is not in the snapshot")).to_be_visible()
    expect(page).to_have_url(re.compile(r"domain=orders"))
    expect(page).not_to_have_url(re.compile(r"9y|<b>|arn:x|%3Cb"))


def test_an_event_type_that_nothing_knows_still_tells_who_would_get_it(sample: Open) -> None:
    page = sample("event", source="com.acme.orders", type="OrderPlacedd")
    expect(page.get_by_text("Nothing in the snapshot knows this event type")).to_be_visible()
    assert "/aws/events/orders-audit" in column(page, "consumers", "Consumer")
    page.get_by_role("button", name=re.compile("Did you mean OrderPlaced ")).click()
    page.get_by_role("heading", name="OrderPlaced", exact=True).wait_for()


def test_the_incident_shows_on_throughput(sample: Open) -> None:
    page = sample("throughput", show="Queues", range="3h")
    failing = dict(zip(column(page, "queues", "Name"), column(page, "queues", "Health"), strict=True))
    assert "failing" in failing["shipping-notices"]
    page.mouse.wheel(0, 10)
    expect(page.get_by_text("Fullest")).to_be_visible()


def test_coverage_names_the_denied_call_and_what_would_allow_it(sample: Open) -> None:
    page = sample("coverage")
    expect(page.locator(".st-key-sentence")).to_contain_text("scopes read whole")
    assert "schemas:ListSchemas" in column(page, "gaps", "Call")
    expect(page.locator("code", has_text='"Action": ["schemas:ListSchemas"]')).to_be_visible()


def test_a_badge_says_that_this_is_the_sample_estate(sample: Open) -> None:
    expect(sample().get_by_text("Sample estate")).to_be_visible()
