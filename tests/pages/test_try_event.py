"""Try an event, through Streamlit's AppTest: each result, each state, and nothing of the event anywhere else."""

import json
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from collectors.records import Bus, Gap
from tests.pages.conftest import Run, write
from tests.pages.estate import NOW, SHOP, records, rule
from tests.pages.test_pages import rows, said

EVENT = {"source": "com.shop", "detail-type": "Sold", "detail": {"total": 42}}
SOLD: dict[str, object] = {"source": ["com.shop"], "detail-type": ["Sold"]}


def pasted(run: Run, text: str, **query: str) -> AppTest:
    app = run("try", **query)
    app.text_area(key="event-text").set_value(text)
    return app.run()


def test_matches_first_with_where_it_would_arrive_then_why_the_others_do_not(run: Run) -> None:
    app = pasted(run, json.dumps(EVENT))
    assert "Sold (com.shop) matches 1 of 2 subscriptions" in said(app)
    assert rows(app, "Arrives at") == ["bill"]
    assert rows(app, "It asks that") == ["detail.total > 100"]
    assert rows(app, "The event has") == ["42"]
    assert rows(app, "Field") == ["detail.total"]


def test_a_type_that_is_chosen_fills_the_box_with_a_made_up_event(run: Run) -> None:
    app = run("try", source="com.shop", type="Sold")
    made = json.loads(app.text_area(key="event-text").value)
    assert (made["source"], made["detail-type"], made["detail"]["channel"]) == ("com.shop", "Sold", "web")
    assert "made up from the schema: no value in it is real" in said(app)
    app.text_area(key="event-text").set_value(json.dumps(EVENT))
    assert "made up" not in said(app.run()).replace("made-up", "")


def test_choosing_a_type_keeps_it_in_the_url_and_never_the_event(run: Run) -> None:
    app = run("try")
    app.selectbox(key="try-type").set_value(("com.shop", "Sold"))
    app.run()
    app.text_area(key="event-text").set_value(json.dumps({**EVENT, "detail": {"secret": "hunter2"}}))
    app.run()
    assert dict(app.query_params) == {"source": "com.shop", "type": "Sold"}
    assert "Sold" in said(app)


BAD = [
    ("{", "line 1, column 2"),
    ("[]", "not a JSON object"),
    ('{"source": "a"}', 'needs "detail-type"'),
]


@pytest.mark.parametrize(("text", "says"), BAD)
def test_what_is_no_event_is_one_sentence(run: Run, text: str, says: str) -> None:
    app = pasted(run, text)
    assert says in said(app)
    assert not app.dataframe


def test_without_an_event_the_page_says_what_to_do(run: Run) -> None:
    assert "Paste an event" in said(run("try"))


def test_one_bus_can_be_chosen_and_one_that_is_not_known_is_dropped(run: Run) -> None:
    app = pasted(run, json.dumps(EVENT), on=SHOP)
    assert "matches 1 of 2" in said(app)
    assert "on “nowhere” in the link is not known here" in said(run("try", on="nowhere"))


def test_malformed_patterns_stand_apart(store: Path, run_bare: Run) -> None:
    write(store, [*records(), rule("odd", SHOP, SOLD).model_copy(update={"pattern": "{"})])
    app = pasted(run_bare, json.dumps(EVENT))
    assert "Patterns that cannot be read (1)" in said(app)
    assert "cannot be read" in str(rows(app, "Problem")[0])


def test_many_misses_are_told_as_so_many_of_all(store: Path, run_bare: Run) -> None:
    many = [rule(f"r{n:02}", SHOP, {"source": [f"s{n}"]}) for n in range(60)]
    write(store, [Bus(arn=SHOP, name="shop", kind="classic"), *many])
    told = said(pasted(run_bare, json.dumps({"source": "x", "detail-type": "y"})))
    assert "Does not match (60)" in told
    assert "The nearest 50 of 60 are shown." in told


def test_a_bus_without_subscriptions_says_so(store: Path, run_bare: Run) -> None:
    write(store, [Bus(arn=SHOP, name="shop", kind="classic")])
    assert "No subscription listens where" in said(pasted(run_bare, json.dumps(EVENT)))


def test_gaps_that_touch_the_answer_are_named(store: Path, run_bare: Run) -> None:
    gap = Gap(
        action="events:ListRules", status="denied", error="AccessDenied", message="AWS said no.", at=NOW
    )
    write(store, [*records(), gap])
    app = pasted(run_bare, json.dumps(EVENT))
    assert any("may hide part of this answer" in found.label for found in app.expander)


def test_a_row_that_is_selected_shows_its_conditions_one_by_one(run: Run) -> None:
    app = pasted(run, json.dumps(EVENT), sel=f"{SHOP.replace('event-bus', 'rule')}/to-audit")
    assert "✖ detail.total > 100: no, the event has 42." in said(app)


def test_hostile_names_are_text(store: Path, run_bare: Run) -> None:
    name = "<img src=x onerror=alert(1)> **b** \u202e"
    write(store, [*records(), rule(name, SHOP, SOLD)])
    app = pasted(run_bare, json.dumps({**EVENT, "detail-type": "Sold"}))
    assert any("⟦202E⟧" in str(value) for value in rows(app, "Subscription"))
    assert not any("<img" in element.value for element in app.markdown)


def test_a_bug_is_logged_without_a_word_of_the_event(
    run: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(_: object, event: object, __: object) -> None:
        raise KeyError(str(event))

    monkeypatch.setattr("dashboard.flow.suppose.trying.try_event", broken)
    told = said(pasted(run, json.dumps({**EVENT, "detail": {"secret": "hunter2"}})))
    logged = capsys.readouterr().err
    assert "This event could not be tried" in told
    assert "KeyError" in logged
    assert "hunter2" not in logged + told
