"""Collect again in a real browser: the button, its progress, and at its end the new snapshot."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from collectors import snapshot
from collectors.__main__ import main
from collectors.sample.server import Server
from tests.browser.conftest import settled
from tests.browser.serving import serving
from tests.collectors import everything
from tests.commanding import called, clean

pytestmark = pytest.mark.browser


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "store"


@pytest.fixture
def address(shared_aws: Server, store: Path) -> Iterator[str]:
    """The app on a small estate that was collected once; from now on each call of AWS takes a while."""
    shared_aws.reset()
    everything.load(shared_aws.endpoint_url)
    environment = shared_aws.environment | {"HEADWATER_REGIONS": "eu-west-1", "HEADWATER_PACE": "100"}
    assert called(main, "--store", str(store), "--json", environment=environment).returncode == 0
    shared_aws.misbehave({"hang": 0.3})
    with serving(store, clean() | environment) as address:
        yield address


def test_collect_again_shows_its_progress_and_then_the_new_snapshot(
    page: Page, address: str, store: Path, shared_clients: Callable[..., Any]
) -> None:
    page.goto(f"{address}/coverage")
    settled(page)
    before = snapshot.ids(store)
    pattern = '{"source": ["com.acme.orders"], "detail-type": ["OrderRefunded"]}'
    shared_clients("events").put_rule(Name="refunded", EventBusName="orders", EventPattern=pattern)
    page.get_by_role("button", name="Collect again").click()
    expect(page.get_by_text(re.compile(r"Collecting: \d+ of \d+ scopes done"))).to_be_visible()
    expect(page.get_by_text(re.compile(r"\w+ in 111111111111 eu-west-1: \d+ rows?"))).to_be_visible()
    expect(page.get_by_role("button", name="Stop")).to_be_visible()
    expect(page.get_by_text("Collected, complete.")).to_be_visible(timeout=60_000)
    expect(page.get_by_role("button", name="Collect again")).to_be_visible()
    assert len(snapshot.ids(store)) == len(before) + 1
    page.locator("[data-testid=stSidebar]").get_by_role("link", name="Ask").click()
    page.get_by_placeholder("OrderPlaced, orders").fill("OrderRefunded")
    expect(page.get_by_role("link", name="OrderRefunded", exact=True).first).to_be_visible()


def test_stop_leaves_the_last_good_snapshot(page: Page, address: str, store: Path) -> None:
    page.goto(f"{address}/coverage")
    settled(page)
    before = snapshot.ids(store)
    page.get_by_role("button", name="Collect again").click()
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_text("Stopped. The last good snapshot stays.")).to_be_visible()
    assert snapshot.ids(store) == before


def test_a_snapshot_from_elsewhere_shows_by_itself_and_the_view_stays(
    page: Page, address: str, store: Path, shared_aws: Server
) -> None:
    page.goto(f"{address}/coverage?account=111111111111")
    settled(page)
    shared_aws.misbehave({})
    environment = shared_aws.environment | {"HEADWATER_REGIONS": "eu-west-1"}
    assert (
        called(main, "--store", str(store), "--json", "--only", "buses", environment=environment).returncode
        == 0
    )
    expect(page.get_by_text(f"Snapshot {snapshot.ids(store)[-1]}.")).to_be_visible(timeout=30_000)
    expect(page).to_have_url(re.compile("account=111111111111"))
    expect(
        page.get_by_text("Filter: account 111111111111.").or_(page.get_by_text("Reset filters"))
    ).to_be_visible()
