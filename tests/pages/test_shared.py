"""What all pages share: filters that say where they do nothing, one time range, and links whose junk is dropped with a note."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from collectors.records import Gap, Resource, ScopeRun
from dashboard.pages import PAGES
from tests.pages.conftest import Run, write
from tests.pages.estate import AUDIT, BILL, NOW, arn, records
from tests.pages.test_pages import rows, said

SOLD = {"source": "com.shop", "type": "Sold"}
ALL = {
    "domain": "selling",
    "owner": "team-money",
    "account": "111111111111",
    "region": "eu-west-1",
    "bus": "shop",
    "kind": "function",
    "range": "7d",
    "compare": "yesterday",
}
TIMES = {"range", "compare"}
IDLE: dict[str, set[str]] = {
    "ask": {*ALL} - {"domain"},
    "event": {*ALL},
    "producer": {"bus", *TIMES},
    "resource": {*ALL},
    "try": TIMES,
    "what-if": TIMES,
    "map": {*ALL} - {"domain"},
    "catalogue": {"kind", *TIMES},
    "loose-ends": {"kind", *TIMES},
    "failing": set(),
    "throughput": set(),
    "coverage": {*ALL} - {"account", "region", "bus"},
}
"""By page, what of ALL does nothing there. Without anything chosen, an event type or resource shows a choice of all."""
SAYS = {
    "domain": "domain selling",
    "owner": "owner team-money",
    "account": "account 111111111111",
    "region": "region eu-west-1",
    "bus": "bus shop",
    "kind": "kind function",
    "range": "time range 7d",
    "compare": "comparison with yesterday",
}


def beside(app: AppTest) -> str:
    return next((line for line in said(app).splitlines() if line.startswith("Does not apply here: ")), "")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.slug)
def test_every_page_says_which_filters_do_nothing_there(run: Run, page: object) -> None:
    slug: str = page.slug  # type: ignore[attr-defined]
    told = beside(run(slug, **ALL))
    assert {name for name, says in SAYS.items() if says in told} == IDLE[slug]


def test_nothing_is_said_of_filters_that_are_not_set(run: Run) -> None:
    assert not beside(run("map"))


def test_on_an_answer_every_filter_applies(run: Run) -> None:
    assert not beside(run("event", **SOLD, **ALL))
    assert "kind function" in beside(run("resource", of=BILL, **ALL))


def test_the_time_range_is_one_control_in_the_sidebar_on_every_page(run: Run) -> None:
    for slug in ("catalogue", "throughput", "event"):
        app = run(slug, range="7d", compare="yesterday")
        assert app.sidebar.selectbox(key="range").value == "7d"
        assert app.sidebar.selectbox(key="compare").value == "yesterday"
        assert app.query_params["range"] in ("7d", ["7d"])


def test_open_subscriptions_are_filtered_as_event_types_are(store: Path, run_bare: Run) -> None:
    from tests.pages.estate import rule  # noqa: PLC0415 - of this test only

    write(store, [*records(), rule("all", BILL, {"source": [{"prefix": "com."}]})])
    app = run_bare("catalogue", domain="selling")
    assert "0 of 1 open subscriptions shown. Filter: domain selling." in said(app)


def test_coverage_speaks_of_the_whole_estate_whatever_the_filters(store: Path, run_bare: Run) -> None:
    refused = Gap(
        action="sqs:ListQueues", status="denied", error="AccessDenied", message="AWS said no.", at=NOW
    )
    write(
        store,
        [*[one for one in records() if not isinstance(one, Gap | ScopeRun)], refused, _scope("partial")],
    )
    other = Resource(arn=arn("sqs", "far").replace("111111111111", "222222222222"), kind="queue", name="far")
    write(store, [*records(), other])
    app = run_bare("coverage", account="222222222222")
    told = said(app)
    assert "0 of 1 scope read whole" in told
    assert "1 gap." in told
    assert "0 of 1 gaps shown. Filter: account 222222222222." in told
    assert "every call that was made was answered" not in told
    app.button(key="reset-gaps").click().run()
    assert rows(app, "Call") == ["sqs:ListQueues"]


def _scope(status: str) -> ScopeRun:
    return ScopeRun.model_validate(
        {
            "status": status,
            "rows": 1,
            "calls": 1,
            "throttles": 0,
            "seconds": 1,
            "tried_at": NOW,
            "read_at": NOW,
        }
    )


def test_what_is_selected_opens_the_table_that_holds_it(run: Run) -> None:
    app = run("throughput", sel=AUDIT)
    assert app.segmented_control(key="show").value == "Consumers"
    assert "audit" in rows(app, "Name")
    app.segmented_control(key="show").set_value("Rules").run()
    assert "sel" not in app.query_params
    assert "to-bill" in rows(app, "Name")


@pytest.mark.parametrize("slug", ["event", "resource", "throughput", "failing"])
def test_a_selection_that_nothing_knows_is_dropped_with_a_note(run: Run, slug: str) -> None:
    more = {"event": SOLD, "resource": {"of": BILL}}.get(slug, {})
    app = run(slug, **more, sel="junk")
    assert "it was left out" in said(app)
    assert "sel" not in app.query_params


def test_a_field_that_nothing_knows_is_dropped_with_a_note(run: Run) -> None:
    app = run("event", **SOLD, view="Payload", without="detail.nosuch")
    assert "The field that the link leaves out is in no schema of the type" in said(app)
    assert "without" not in app.query_params


def test_where_the_filters_leave_no_fault_nothing_is_offered_to_be_selected(run: Run) -> None:
    assert "What is selected is told here." not in said(run("failing", domain="control"))
