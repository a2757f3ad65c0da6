"""What if, through Streamlit's AppTest: changes in the URL, added and taken away, and each state."""

import json
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from collectors.records import Bus
from dashboard.pages.supposed import KINDS
from tests.pages.conftest import Run, write
from tests.pages.estate import BILL, SHOP, records, rule
from tests.pages.test_pages import rows, said

SOLD = {"source": "com.shop", "type": "Sold"}
AUDIT = f"{SHOP.replace('event-bus', 'rule')}/to-audit"


def effects(app: AppTest) -> dict[object, object]:
    return dict(zip(rows(app, "Consumer"), rows(app, "Effect"), strict=True))


def held(app: AppTest, name: str) -> list[str]:
    """What the URL holds under a name."""
    value = app.query_params[name]
    return value if isinstance(value, list) else [value]


def test_a_field_that_is_removed_takes_the_event_from_who_asks_for_it(run: Run) -> None:
    app = run("what-if", **SOLD, remove="detail.total")
    assert (
        "If detail.total is removed: of the 2 consumers of Sold (com.shop), 1 no longer gets it: audit"
        in said(app)
    )
    assert effects(app) == {"audit": "✖ loses it"}
    assert "there is no such field (rule to-audit)" in str(rows(app, "Why")[0])


def test_several_changes_at_once(run: Run) -> None:
    app = run("what-if", **SOLD, disable=[AUDIT], set=['detail.channel="web"'], drop=["to-bill"])
    assert "2 no longer get it: audit and bill" in said(app)


def test_without_a_change_today_is_shown_and_a_first_one_offered(run: Run) -> None:
    app = run("what-if", **SOLD)
    assert "Sold (com.shop) has 2 consumers today. Nothing is changed yet." in said(app)
    app.button(key="suggest-0").click().run()
    assert held(app, "remove") == ["detail.total"]
    assert effects(app) == {"audit": "✖ loses it"}


def test_a_change_is_taken_away_again(run: Run) -> None:
    app = run("what-if", **SOLD, remove="detail.total")
    app.button(key="take-0").click().run()
    assert "remove" not in app.query_params
    assert "Nothing is changed yet" in said(app)


ADDED = [
    ("Remove a field", {"change-field": "detail.total"}, {"remove": ["detail.total"]}),
    ("Make a field optional", {"change-field": "detail.total"}, {"optional": ["detail.total"]}),
    (
        "Set a field to a value that no pattern names",
        {"change-field": "detail.total"},
        {"set": ["detail.total"]},
    ),
    (
        "Set a field to a value",
        {"change-field": "detail.total", "change-value": "5"},
        {"set": ["detail.total=5"]},
    ),
    ("Disable a rule", {"change-rule": AUDIT}, {"disable": [AUDIT]}),
    ("Remove a rule", {"change-rule": AUDIT}, {"drop": [AUDIT]}),
    (
        "Change a rule's pattern",
        {"change-rule": AUDIT, "change-pattern": '{"source": ["x"]}'},
        {"pattern": [AUDIT + '={"source": ["x"]}']},
    ),
]


def filled(app: AppTest, kind: str, values: dict[str, str]) -> AppTest:
    app.selectbox(key="change-kind").set_value(kind).run()
    for key, value in values.items():
        widgets = {"change-value": app.text_input, "change-pattern": app.text_area}
        widgets.get(key, app.selectbox)(key=key).set_value(value).run()
    return app.button(key="add").click().run()


@pytest.mark.parametrize(("kind", "values", "expected"), ADDED, ids=[row[0] for row in ADDED])
def test_a_change_is_added_and_stands_in_the_url(
    run: Run, kind: str, values: dict[str, str], expected: dict[str, list[str]]
) -> None:
    app = filled(run("what-if", **SOLD), kind, values)
    assert {name: held(app, name) for name in expected} == expected
    assert "Nothing is changed yet" not in said(app)


def test_every_kind_of_change_can_be_chosen(run: Run) -> None:
    assert run("what-if", **SOLD).selectbox(key="change-kind").options == list(KINDS)


REFUSED = [
    ("Remove a field", {}, "Say which field."),
    ("Disable a rule", {}, "Say which rule."),
    ("Set a field to a value", {"change-field": "detail.total", "change-value": "EUR"}, "Text needs quotes"),
    (
        "Change a rule's pattern",
        {"change-rule": AUDIT, "change-pattern": '{"source": []}'},
        "At $.source: expected",
    ),
]


@pytest.mark.parametrize(("kind", "values", "says"), REFUSED)
def test_what_cannot_be_added_says_why(run: Run, kind: str, values: dict[str, str], says: str) -> None:
    app = filled(run("what-if", **SOLD), kind, values)
    assert says in said(app)
    assert "Nothing is changed yet" in said(app)


def test_two_changes_of_one_field_clash_with_a_sentence(run: Run) -> None:
    app = filled(
        run("what-if", **SOLD, optional="detail.total"), "Remove a field", {"change-field": "detail.total"}
    )
    assert "detail.total is changed twice" in said(app)


def test_changes_of_a_link_that_mean_nothing_are_dropped_with_a_note(run: Run) -> None:
    app = run("what-if", **SOLD, remove=["id", "detail.total"], drop="nobody", pattern=f"{AUDIT}={{")
    told = said(app)
    assert "remove “id” in the link was left out" in told
    assert "drop “nobody” in the link was left out" in told
    assert "The new pattern of rule to-audit cannot be read" in told
    assert effects(app) == {"audit": "✖ loses it"}


def test_without_a_type_the_page_says_what_to_do(run: Run) -> None:
    assert "Choose an event type" in said(run("what-if"))


def test_a_type_is_chosen_from_those_that_are_known(run: Run) -> None:
    app = run("what-if")
    app.selectbox(key="what-if-type").set_value(("com.shop", "Sold")).run()
    assert "Sold (com.shop) has 2 consumers today" in said(app)


def test_a_type_that_nothing_knows_offers_the_nearest(run: Run) -> None:
    assert "Nothing in the snapshot knows this event type" in said(
        run("what-if", source="com.shop", type="Solt")
    )


def test_a_type_that_nobody_consumes_says_so(run: Run) -> None:
    assert "Nobody consumes it" in said(run("what-if", source="com.shop", type="Lost", on=SHOP))


def test_the_filter_narrows_and_the_sentence_speaks_of_all(run: Run) -> None:
    told = said(run("what-if", **SOLD, remove="detail.total", domain="selling"))
    assert "1 of 2 rows shown" in told
    assert "1 no longer gets it: audit" in told


def test_who_loses_one_of_several_paths_is_not_said_to_lose_the_event(store: Path, run_bare: Run) -> None:
    sold: dict[str, object] = {"source": ["com.shop"], "detail-type": ["Sold"]}
    write(store, [*records(), rule("again", BILL, sold)])
    app = run_bare("what-if", **SOLD, drop="again")
    assert "1 gets it differently: bill" in said(app)
    assert effects(app) == {"bill": "◐ loses this path"}


def test_the_panel_shows_what_the_link_selects(run: Run) -> None:
    assert "Owner: team-money" in said(run("what-if", **SOLD, sel=BILL))
    assert "What the link selects is not in the snapshot" in said(run("what-if", **SOLD, sel="arn:nothing"))


def test_hostile_names_are_text(store: Path, run_bare: Run) -> None:
    name = "<img src=x onerror=alert(1)> **b**"
    sold: dict[str, object] = {"source": ["com.shop"], "detail-type": ["Sold"]}
    write(store, [*records(), rule(name, BILL, sold)])
    app = run_bare("what-if", **SOLD, drop=name, remove="detail.<b>x</b>")
    assert "**b**" in said(app)
    assert all("<b>" not in button.label.replace("\\<b\\>", "") for button in app.button)


def test_an_empty_snapshot_has_nothing_to_choose(store: Path, run_bare: Run) -> None:
    write(store, [Bus(arn=SHOP, name="shop", kind="classic")])
    assert run_bare("what-if").selectbox(key="what-if-type").disabled


def test_the_new_pattern_begins_as_the_one_the_rule_has(run: Run) -> None:
    app = run("what-if", **SOLD)
    app.selectbox(key="change-kind").set_value("Change a rule's pattern").run()
    app.selectbox(key="change-rule").set_value(AUDIT).run()
    assert json.loads(app.text_area(key="change-pattern").value)["detail"]
