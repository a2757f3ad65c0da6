"""Each state of a page by its name: loading, empty, filtered-empty, denied, partial, stale, failed; and a snapshot that is passed over."""

import json
import shutil
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from collectors import snapshot
from collectors.records import Bus, Gap, ScopeRun
from dashboard import state
from dashboard.pages import PAGES, Page, frame
from tests.pages.conftest import Run, write
from tests.pages.estate import BILL, NOW, SHOP, records
from tests.pages.test_pages import rows, said
from tests.pages.test_resource import links

SOLD = {"source": "com.shop", "type": "Sold"}
ASKED: dict[str, dict[str, str]] = {"event": SOLD, "resource": {"of": BILL}, "try": SOLD, "what-if": SOLD}
"""What makes a page show an answer and not a choice."""


def damaged(store: Path, frame: str = "buses") -> Path:
    """The newest snapshot of the store, a frame of which is now no Parquet."""
    folder = store / "snapshots" / snapshot.ids(store)[-1]
    (folder / f"{frame}.parquet").write_bytes(b"not parquet")
    return folder


def aged(store: Path, days: float) -> None:
    """Every snapshot of the store is so many days old."""
    for manifest in store.glob("snapshots/*/manifest.json"):
        told = json.loads(manifest.read_text())
        told["at"] = (datetime.now(UTC) - timedelta(days=days)).isoformat()
        manifest.write_text(json.dumps(told))


def test_loading_says_what_is_loaded(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    spin = DeltaGenerator.spinner

    def heard(self: DeltaGenerator, text: str = "", **more: bool) -> object:
        told.append(text)
        return spin(self, text, **more)

    monkeypatch.setattr(DeltaGenerator, "spinner", heard)
    st.cache_resource.clear()
    run()
    assert "Loading the snapshot: buses, rules, links, schemas, traces …" in told
    run("resource", of=SHOP)
    assert "Looking at who puts events on the bus …" in told


EMPTY = {
    "ask": "The snapshot holds no event type",
    "event": "The snapshot holds no event type",
    "producer": "Nobody was seen or is declared to send events.",
    "resource": "The snapshot holds no bus, queue, topic, function or stream.",
    "try": "The snapshot holds no event type",
    "what-if": "The snapshot holds no event type",
    "map": "No event type that is known has a consumer.",
    "catalogue": "The snapshot holds no event type",
    "loose-ends": "No loose ends",
    "failing": "No metrics were collected: whether anything fails is not known.",
    "throughput": "The snapshot holds no rules.",
    "coverage": "0 of 0 scopes read whole",
}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.slug)
def test_empty_says_that_nothing_is_there(store: Path, run_bare: Run, page: Page) -> None:
    write(store, [])
    assert EMPTY[page.slug] in said(run_bare(page.slug))


@pytest.mark.parametrize(
    ("slug", "says"),
    [
        ("catalogue", "Nothing matches region us-east-9"),
        ("event", "0 of 2 consumer rows shown. Filter: region us-east-9."),
        ("resource", "0 of 1 rows shown. Filter: region us-east-9."),
        ("throughput", "0 of 2 rules shown. Filter: region us-east-9."),
        ("coverage", "0 of 1 gaps shown. Filter: region us-east-9."),
    ],
)
def test_filtered_empty_says_what_hides_it_and_offers_to_show_all(
    store: Path, run_bare: Run, slug: str, says: str
) -> None:
    far = Bus(arn=SHOP.replace("eu-west-1", "us-east-9"), name="far", kind="classic")
    write(store, [*records(), far])
    app = run_bare(slug, region="us-east-9", **ASKED.get(slug, {}))
    assert says in said(app)
    assert "Show all" in links(app)


def test_filtered_empty_is_the_same_on_every_page_that_the_filter_narrows(run: Run) -> None:
    app = run("failing", domain="control")
    assert "Nothing is seen to fail" in said(app)


def test_denied_names_the_call_and_the_policy_line_that_would_allow_it(run: Run) -> None:
    app = run("coverage")
    assert rows(app, "Status")[0] == "✖ denied"
    assert '{"Effect": "Allow", "Action": ["sqs:ListQueues"], "Resource": "*"}' in said(app)


def test_partial_says_how_many_gaps_touch_the_answer(store: Path, run_bare: Run) -> None:
    refused = Gap(action="events:ListRules", status="denied", message="AWS said no.", at=NOW)
    write(store, [*records(), refused])
    for slug in ("event", "resource"):
        app = run_bare(slug, **ASKED[slug])
        assert any("may hide part of" in one.label for one in app.expander)
        assert "2 gaps in what could be read" in said(app)


def test_partial_of_a_scope_stands_on_coverage(store: Path, run_bare: Run) -> None:
    values = {
        "status": "partial",
        "rows": 1,
        "calls": 1,
        "throttles": 0,
        "seconds": 1,
        "tried_at": NOW,
        "read_at": NOW,
    }
    write(store, [ScopeRun.model_validate(values)])
    assert rows(run_bare("coverage"), "Status") == ["◐ partial"]


def test_stale_says_how_old_the_snapshot_is(small: Path, run: Run) -> None:
    aged(small, 3)
    app = run()
    assert "stale" in app.warning[0].value
    assert "3 days ago" in said(app)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.slug)
def test_failed_is_a_sentence_with_a_button_that_collects_again(small: Path, run: Run, page: Page) -> None:
    damaged(small)
    app = run(page.slug)
    told = said(app)
    assert "That did not work" in told
    assert "buses.parquet cannot be read" in told
    assert app.button(key="collect").label == "Collect again"


def test_failed_of_a_bug_offers_no_collection(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dashboard.flow.who.catalogue.events", lambda *_: 1 / 0)
    app = run("catalogue")
    assert "could not be drawn" in said(app)
    assert [button.key for button in app.main if button.type == "button"] == ["reset-failed"]


def test_failed_shows_the_snapshot_before_with_its_age_and_why(small: Path, run: Run) -> None:
    aged(small, 0.5)
    write(small, [])
    folder = damaged(small)
    app = run("event", **SOLD)
    told = said(app)
    assert "The newest snapshot cannot be read. This is the one before it." in [
        one.value for one in app.warning
    ]
    assert "12 hours ago. Of the newest:" in told
    assert f"{folder.name}/buses.parquet cannot be read" in told
    assert sorted(map(str, rows(app, "Consumer"))) == ["audit", "bill"]
    assert "Collect again on Coverage" in links(app)
    assert state.newest() != folder.name  # or the page would draw itself anew every ten seconds


def test_failed_while_a_page_is_drawn_shows_the_snapshot_before(small: Path, run: Run) -> None:
    """Metrics are read when they are asked for, long after the snapshot was loaded."""
    before = small / "snapshots" / snapshot.ids(small)[-1]
    write(small, records())
    folder = damaged(small, "metrics")
    assert before.name != folder.name
    app = run("throughput", sel=BILL)
    assert "The newest snapshot cannot be read. This is the one before it." in [
        one.value for one in app.warning
    ]
    assert "metrics.parquet cannot be read" in said(app)


def test_failed_ends_with_the_next_whole_snapshot(small: Path, run: Run) -> None:
    damaged(small)
    assert "That did not work" in said(run())
    write(small, records())
    app = run()
    assert "Who consumes this?" in [one.value for one in app.title]
    assert not app.warning


def test_failed_everywhere_is_still_a_sentence(small: Path, run: Run) -> None:
    first = small / "snapshots" / snapshot.ids(small)[-1]
    shutil.copytree(first, small / "snapshots" / "20991231T000000000Z-aaaa")
    for folder in (small / "snapshots").iterdir():
        (folder / "buses.parquet").write_bytes(b"not parquet")
    told = said(run("coverage"))
    assert "20991231T000000000Z-aaaa/buses.parquet cannot be read" in told


def test_a_page_waits_for_its_turn_but_not_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frame, "PATIENCE", 0.05)
    entered, leave = threading.Event(), threading.Event()

    def slow() -> None:
        with frame.turn():
            entered.set()
            leave.wait(10)

    other = threading.Thread(target=slow)
    other.start()
    entered.wait(10)
    drawn: list[str] = []
    with frame.turn(), frame.turn():  # one thread may ask twice
        drawn.append("all the same")
    leave.set()
    other.join()
    assert drawn == ["all the same"]
    with frame.turn():
        pass
    assert frame._TURN.acquire(blocking=False)
    frame._TURN.release()
