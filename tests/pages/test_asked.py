"""Sentences of the Ask box: what flows from A to B, who reads a field."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from collectors.errors import UsageError
from collectors.records import Bus, Tag
from dashboard import state
from dashboard.pages import behind
from tests.pages.conftest import Run, write
from tests.pages.estate import ACCOUNT, SHOP, records
from tests.pages.test_pages import rows, said


def test_what_flows_from_an_event_to_a_function_is_answered_as_a_path(run: Run) -> None:
    app = run("ask", q="what flows from Sold to audit?")
    assert "From event type Sold (com.shop) to function audit · 111111111111 · eu-west-1:" in said(app)
    assert "It cannot be ruled out." in said(app)
    assert rows(app, "Path") == ["function audit"]


def test_a_name_that_nothing_bears_offers_the_nearest(run: Run) -> None:
    app = run("ask", q="from Sold to audti")
    assert "Nothing here is called “audti”. The nearest: audit" in said(app)


def test_a_path_to_an_event_type_is_refused_in_a_sentence(run: Run) -> None:
    assert "Sold is an event type: a path ends in" in said(run("ask", q="from shop to Sold"))


def test_who_reads_a_field_names_the_types_that_have_it(run: Run) -> None:
    app = run("ask", q="who reads detail.total?")
    assert "detail.total is a field of 2 event types by their schemas." in said(app)
    told = zip(rows(app, "Event type"), rows(app, "Read on the way for"), rows(app, "Where"), strict=True)
    assert list(told) == [("Lost", 0, ""), ("Sold", 1, "rule pattern of to-audit")]


def test_a_field_that_no_schema_has(run: Run) -> None:
    assert "detail.nothing is a field of 0 event types" in said(run("ask", q="who reads detail.nothing"))


def test_what_is_failing_is_told_with_how_much_was_judged(run: Run) -> None:
    told = said(run("ask", q="what is failing in selling?"))
    assert "in selling." in told
    assert "is not known." in told or "are not judged." in told


def test_what_nothing_is_called_offers_the_nearest(run: Run) -> None:
    assert "Nothing here is called “seling”. The nearest: selling" in said(run("ask", q="failures in seling"))


@pytest.mark.parametrize("text", ["who reads total?", "total", "who breaks without Total", "who needs TOTAL"])
def test_a_field_needs_no_detail_and_no_case(run: Run, text: str) -> None:
    assert "detail.total is a field of 2 event types by their schemas." in said(run("ask", q=text))


def test_a_field_that_no_schema_has_offers_the_nearest(run: Run) -> None:
    app = run("ask", q="who reads detail.totl?")
    app.button(key="field-detail.total").click().run()
    assert app.query_params["q"] in ("who reads detail.total?", ["who reads detail.total?"])
    assert "detail.total is a field of 2 event types" in said(app)


def test_what_is_failing_takes_owners_buses_resources_and_event_types_in_any_case(run: Run) -> None:
    for text in ("Selling", "team-money", "SHOP", "bill", "sold", "to-bill"):
        assert "Nothing is seen to fail in " in said(run("ask", q=f"what is failing in {text}?"))


def test_who_depends_on_a_domain_is_answered_first_and_what_it_consumes_after(run: Run) -> None:
    told = said(run("ask", q="who depends on Selling?"))
    first, second = (
        "1 domain depends on selling, by 1 event type: control (Sold).",
        "selling consumes no event type",
    )
    assert told.index(first) < told.index(second)
    told = said(run("ask", q="what does control consume?"))
    assert "control consumes 1 event type of others: Sold (selling)." in told
    assert "Nobody else consumes an event type of control." in told


def test_a_name_that_several_bear_says_which_was_taken_and_asks_of_the_others(
    store: Path, run_bare: Run
) -> None:
    there = SHOP.replace(ACCOUNT, "222222222222")
    more = [Bus(arn=there, name="shop", kind="classic"), Tag(arn=there, key="domain", value="Shop")]
    write(store, [*records(), *more])
    app = run_bare("ask", q="who consumes shop?")
    told = said(app)
    assert "Taken: bus shop · 111111111111 · eu-west-1. Or is it meant to be" in told
    labels = [
        button.label.replace("\\", "") for button in app.button if str(button.key).startswith("meant-what")
    ]
    assert labels == ["bus shop · 222222222222 · eu-west-1", "domain Shop"]
    app.button(key="meant-what-1").click().run()
    assert app.query_params["q"] in ("who consumes domain:Shop?", ["who consumes domain:Shop?"])
    assert "Nobody else consumes an event type of Shop." in said(app)


def test_where_no_pair_of_meanings_has_a_path_it_is_said_of_all_of_them(store: Path, run_bare: Run) -> None:
    buses = [
        Bus(arn=SHOP.replace(ACCOUNT, account).replace("/shop", f"/{name}"), name=name, kind="classic")
        for name, account in (("here", ACCOUNT), ("there", ACCOUNT), ("there", "222222222222"))
    ]
    write(store, [*records(), *buses])
    app = run_bare("ask", q="what flows from here to there?")
    told = said(app)
    assert "From here to there, whatever is meant by them:" in told
    assert "Asked of all that is called so. Only" in told
    app.button(key="meant-end-1").click().run()
    assert "to bus there · 222222222222 · eu-west-1:" in said(app)


def test_an_answer_names_its_consumers_by_domain_and_owner_with_how_it_is_known(run: Run) -> None:
    told = said(run("ask", q="who consumes Sold?"))
    control, selling = "control · no owner", "selling · team-money"
    audit = "function · depends on detail.total > 100 · ■ not known · declared by rule · last seen -"
    # the rule's last point is of 11:00 to 11:05
    bill = "function · always · ■ not known · counted by CloudWatch · last seen 2026-11-25 11:05"
    places = [told.index(text) for text in (control, audit, selling, bill)]
    assert places == sorted(places)


def test_consumers_of_the_event_types_page_stand_by_domain_with_the_same_facts(run: Run) -> None:
    app = run("event", source="com.shop", type="Sold")
    assert rows(app, "Domain") == ["control", "selling"]
    assert rows(app, "Consumer") == ["audit", "bill"]
    assert rows(app, "Evidence") == ["declared by rule", "counted by CloudWatch"]
    assert rows(app, "Last seen, UTC")[1] == "2026-11-25 11:05"
    assert pd.isna(rows(app, "Last seen, UTC")[0])


def test_an_empty_box_tells_how_the_estate_stands_and_what_to_begin_with(run: Run) -> None:
    app = run("ask")
    told = said(app)
    assert [header.value for header in app.header] == ["Busiest", "Failing now", "Loose ends"]
    assert "Nothing is seen to fail." in told
    assert "never seen: A schema has it" not in told  # the trail of its bus was not read: nobody is accused


def test_a_large_estate_is_looked_at_in_the_background(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(behind, "AT_ONCE", 0)
    told = said(run("ask"))
    assert "What fails and what hangs loose is being looked for …" in told
    assert {"failings", "loose-ends"}.isdisjoint(state.estate().memory)


def test_a_team_of_a_large_estate_is_followed_beside_the_page(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(behind, "AT_ONCE", 0)
    started: list[Callable[[], None]] = []
    monkeypatch.setattr(behind, "_start", started.append)
    app = run("ask", q="who depends on selling?")
    assert "Following the events of domain selling …" in said(app)
    assert len(started) == 1
    started[0]()
    assert "1 domain depends on selling, by 1 event type: control (Sold)." in said(app.run())
    assert len(started) == 1


def test_what_goes_wrong_beside_the_page_is_told_to_who_asks(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(behind, "AT_ONCE", 0)
    monkeypatch.setattr(behind, "_start", lambda make: make())
    run("ask")

    def broken() -> None:
        raise UsageError("There is no such domain.")

    with pytest.raises(UsageError, match="no such domain"):
        behind.made(state.estate(), "x", broken)


def test_nothing_far_fetched_is_offered(run: Run) -> None:
    assert "The nearest: none." in said(run("ask", q="what is failing in nosuch"))


def test_an_unknown_type_is_not_said_to_be_consumed(run: Run) -> None:
    told = said(run("event", source="com.shop", type="Solt"))
    assert "Nothing knows Solt (com.shop); if it were sent, it would be consumed by nobody." in told
