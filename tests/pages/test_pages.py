"""Each page through Streamlit's AppTest: what it says on a small estate, and in each of its states."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from collectors.records import Link, Resource, Schema
from dashboard.pages import PAGES, Page
from tests.pages.conftest import Run, write
from tests.pages.estate import BILL, SHOP, records

SOLD = {"source": "com.shop", "type": "Sold"}


def said(app: AppTest) -> str:
    """All text of the page, in order."""
    assert not app.exception
    return "\n".join(str(element.value) for element in [*app.title, *app.header, *app.text, *app.code])


def rows(app: AppTest, column: str) -> list[object]:
    """Values of a column of the first table that has it."""
    table = next(frame.value for frame in app.dataframe if column in frame.value.columns)
    return list(table[column])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.slug)
def test_every_page_draws(run: Run, page: Page) -> None:
    assert said(run(page.slug))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.slug)
def test_every_page_says_how_to_make_the_first_snapshot(run_bare: Run, page: Page) -> None:
    told = said(run_bare(page.slug))
    assert "No snapshot yet" in told
    assert "python -m collectors" in told


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.slug)
def test_every_page_draws_an_empty_snapshot(store: Path, run_bare: Run, page: Page) -> None:
    write(store, [])
    assert said(run_bare(page.slug))


def test_the_sentence_names_producers_and_consumers(run: Run) -> None:
    told = said(run("event", **SOLD))
    assert "Sold (com.shop) is produced by 1 service and consumed by 2" in told
    assert "1 always, 1 depending on the payload" in told


def test_consumers_say_what_they_depend_on(run: Run) -> None:
    app = run("event", **SOLD)
    told = dict(zip(rows(app, "Consumer"), rows(app, "Delivery"), strict=True))
    assert told["bill"] == "always"
    assert "detail.total > 100" in str(told["audit"])


def test_what_is_never_reached_by_the_schema_and_what_is_kept_stand_below_the_consumers(
    store: Path, run_bare: Run
) -> None:
    shape = {"type": "object", "properties": {"a": {"type": "string"}}, "additionalProperties": False}
    closed = next(one for one in records() if isinstance(one, Schema) and one.name == "Sold")
    kept = Resource(arn=SHOP.replace("event-bus/shop", "archive/all"), kind="archive", name="all")
    keeps = Link(kind="archive", from_arn=SHOP, to_arn=kept.arn)
    others = [one for one in records() if one is not closed and getattr(one, "name", "") != "Sold"]
    write(store, [*others, closed.model_copy(update={"content": json.dumps(shape)}), kept, keeps])
    told = said(run_bare("event", **SOLD))
    assert "Not reached: function audit. Never by its schema Sold: detail.total > 100 cannot hold" in told
    assert "Kept by archive all." in told


def test_gaps_that_touch_the_answer_are_named_with_what_would_allow_them(run: Run) -> None:
    told = said(run("coverage"))
    assert '"Action": ["sqs:ListQueues"]' in told


def test_the_schema_is_a_tree_of_fields(run: Run) -> None:
    app = run("event", **SOLD, view="Payload")
    assert [str(name).strip() for name in rows(app, "Field")] == ["total", "lines", "sku", "channel"]
    assert rows(app, "Type") == ["number", "array of object", "string", "string"]
    assert rows(app, "Path")[2] == "detail.lines.sku"


def test_the_filter_narrows_and_the_page_says_what_it_hides(run: Run) -> None:
    app = run("event", **SOLD, domain="control")
    assert rows(app, "Consumer") == ["audit"]
    assert "1 of 2 consumer rows shown. Filter: domain control." in said(app)


def test_a_filter_that_leaves_nothing_offers_to_show_all(run: Run) -> None:
    app = run("catalogue", domain="control")
    assert "Nothing matches domain control" in said(app)
    app.button(key="reset-catalogue").click().run()
    assert rows(app, "Event type") == ["Lost", "Sold"]


def test_unknown_values_in_a_link_are_dropped_with_a_note(run: Run) -> None:
    app = run("throughput", domain=["control", "nobody"], range="9y", sel="arn:nothing")
    told = said(app)
    assert "domain “nobody” in the link is not known here" in told
    assert "range “9y” in the link is not known here" in told
    assert "What the link selects is not in the snapshot" in told
    assert app.multiselect(key="domain").value == ["control"]


def test_nodes_that_the_picture_does_not_have_are_dropped_from_the_link_with_a_note(run: Run) -> None:
    app = run("event", **SOLD, open=["x:y", SHOP], fold="[[")
    told = said(app)
    assert "open “x:y” in the link is not known here; it was left out." in told
    assert "fold “[[” in the link is not known here; it was left out." in told
    assert app.query_params["open"] in (SHOP, [SHOP])
    assert "fold" not in app.query_params


def test_an_event_nobody_consumes_says_so(run: Run) -> None:
    assert "consumed by nobody" in said(run("event", source="com.shop", type="Lost"))


def test_an_unknown_event_type_offers_the_nearest(run: Run) -> None:
    assert "Nothing in the snapshot knows this event type" in said(
        run("event", source="com.shop", type="Solt")
    )


def test_an_unknown_bus_in_a_link_is_dropped(run: Run) -> None:
    assert "on “nowhere” in the link is not known here" in said(run("event", **SOLD, on="nowhere"))


def test_the_panel_shows_what_the_link_selects(run: Run) -> None:
    told = said(run("event", **SOLD, sel=BILL))
    assert "Owner: team-money" in told
    assert BILL in told


def test_asking_answers_in_a_sentence(run: Run) -> None:
    told = said(run("ask", q="who consumes Sold?"))
    assert "Sold (com.shop) is produced by" in told
    assert "control · no owner" in told


def test_asking_for_what_is_not_there_says_so(run: Run) -> None:
    assert "Nothing here is called “zzzzzzzz”" in said(run("ask", q="zzzzzzzz"))


def test_a_local_estate_has_a_badge(run: Run) -> None:
    assert any("Sample estate" in element.value for element in run().markdown)


def test_a_real_estate_has_no_badge(store: Path, run_bare: Run) -> None:
    write(store, records(), estate="aws")
    assert not any("Sample estate" in element.value for element in run_bare().markdown)


def test_a_stale_snapshot_is_called_stale(small: Path, run: Run) -> None:
    manifest = next(small.glob("snapshots/*/manifest.json"))
    told = json.loads(manifest.read_text())
    told["at"] = (datetime.now(UTC) - timedelta(days=3)).isoformat()
    manifest.write_text(json.dumps(told))
    app = run()
    assert "stale" in app.warning[0].value
    assert "3 days ago" in said(app)


def test_a_broken_snapshot_is_a_sentence_and_no_traceback(small: Path, run: Run) -> None:
    next(small.glob("snapshots/*/buses.parquet")).write_bytes(b"not parquet")
    told = said(run())
    assert "That did not work" in told
    assert "buses.parquet cannot be read" in told


def test_a_bug_is_logged_and_the_reader_gets_a_sentence(
    run: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("dashboard.flow.who.catalogue.events", lambda *_: 1 / 0)
    told = said(run("catalogue"))
    assert "could not be drawn" in told
    assert "ZeroDivision" not in told
    assert "ZeroDivisionError" in capsys.readouterr().err


def test_another_address_than_loopback_is_refused(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dashboard.pages.frame.st.get_option", lambda _: "0.0.0.0")  # noqa: S104 - what must be refused
    told = said(run())
    assert "Headwater serves this machine only" in told
    assert "Who consumes this?" not in told
