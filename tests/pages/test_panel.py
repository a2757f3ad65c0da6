"""The panel of a rule, subscriber or function: what targets get, where what fails goes, what follows a call."""

from pathlib import Path

import pytest

from collectors.records import Bus, Link, Record, Resource, Subscription
from tests.pages.conftest import Run, write
from tests.pages.estate import AUDIT, BILL, REGION, arn, records, rule
from tests.pages.test_pages import SOLD, said

PATTERN: dict[str, object] = {"source": ["com.shop"], "detail-type": ["Sold"]}
UNDELIVERED, LATE = arn("sqs", "undelivered"), arn("sqs", "late")
NEW_BUS = arn("events", "event-busv2/fresh/abc123")


def told_of(store: Path, run: Run, selected: str, *more: Record) -> str:
    """What the Event type page says with this selected."""
    write(store, [*records(), *more])
    return said(run("event", **SOLD, sel=selected))


@pytest.mark.parametrize(
    ("told", "says"),
    [
        ({}, "bill gets the event; no dead-letter queue."),
        ({"dead_letter_arn": UNDELIVERED}, "bill gets the event; dead-letter queue undelivered."),
        ({"input_kind": "constant"}, "bill gets a constant, never the event;"),
        (
            {"input_kind": "path", "input_paths": ("$.detail",)},
            "bill gets a part of the event: $.detail;",
        ),
        (
            {"input_kind": "template", "input_paths": ("$.detail.id", "$.detail.total")},
            "bill gets a template: $.detail.id, $.detail.total;",
        ),
    ],
)
def test_a_rules_panel_says_what_its_target_gets_and_what_becomes_of_what_fails(
    store: Path, run_bare: Run, told: dict[str, object], says: str
) -> None:
    one = rule("one", BILL, PATTERN, **told)
    assert says in told_of(store, run_bare, one.arn, one)


def test_each_target_of_a_rule_is_told_with_its_own_queue(store: Path, run_bare: Run) -> None:
    first = rule("two", BILL, PATTERN, dead_letter_arn=UNDELIVERED)
    second = rule("two", AUDIT, PATTERN, target_id="2", dead_letter_arn=LATE, input_kind="constant")
    told = told_of(store, run_bare, first.arn, first, second)
    assert "bill gets the event; dead-letter queue undelivered." in told
    assert "audit gets a constant, never the event; dead-letter queue late." in told
    assert f"{UNDELIVERED}\n{LATE}" in told


def test_what_was_not_read_of_a_subscriber_is_not_told_as_none(store: Path, run_bare: Run) -> None:
    one = Subscription(
        arn=arn("events", "subscriber/tap/x1"),
        name="tap",
        kind="subscriber",
        state="RUNNING",
        bus_arn=NEW_BUS,
        target_arn=BILL,
        filters_hidden=True,
    )
    told = told_of(store, run_bare, one.arn, Bus(arn=NEW_BUS, name="fresh", kind="new"), one)
    assert "bill gets what is not known; dead-letter queue not known." in told
    assert "no dead-letter queue" not in told


def test_a_functions_panel_says_where_results_of_asynchronous_calls_go(store: Path, run_bare: Run) -> None:
    inbox = Resource(arn=LATE, kind="queue", name="late")
    ends = [
        Link(
            kind="async-destination",
            from_arn=BILL,
            to_arn=arn("events", "event-bus/shop"),
            condition="OnSuccess",
        ),
        Link(kind="async-destination", from_arn=BILL, to_arn=LATE, condition="OnFailure"),
    ]
    told = told_of(store, run_bare, BILL, inbox, *ends)
    assert "On success: bus shop" in told
    assert "On failure: queue late" in told


def test_a_function_without_destinations_says_nothing_of_them(store: Path, run_bare: Run) -> None:
    assert "On success" not in told_of(store, run_bare, BILL)


def test_what_is_selected_is_closed_again(run: Run) -> None:
    app = run("event", **SOLD, sel=BILL)
    app.button(key="close").click().run()
    assert "sel" not in app.query_params
    assert not [button for button in app.button if button.key == "close"]


def test_a_producers_panel_says_how_it_is_known_that_it_puts_the_event(run: Run) -> None:
    told = said(run("event", **SOLD, sel=arn("iam", "role/till").replace(f":{REGION}:", "::")))
    assert "Puts this event, by evidence: observed" in told
    assert "Puts this event" not in said(run("event", **SOLD, sel=BILL))


def test_the_panel_of_a_mapping_says_what_it_carries_and_lets_through(store: Path, run_bare: Run) -> None:
    mapping, lets = arn("lambda", "event-source-mapping:1f"), '{"body": {"a": [1]}}'
    queue = Resource(arn=arn("sqs", "inbox"), kind="queue", name="inbox")
    link = Link(kind="event-source-mapping", arn=mapping, from_arn=queue.arn, to_arn=BILL, filters=(lets,))
    write(store, [*records(), queue, link])
    app = run_bare("resource", of=BILL, sel=mapping)
    told = said(app)
    assert "Carries: event-source-mapping" in told
    assert "From: queue inbox" in told
    assert "To: function bill" in told
    assert "Not in the snapshot" not in told
    assert lets in [code.value for code in app.code]
