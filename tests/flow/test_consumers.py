"""Who is a consumer, how sure that is, and whether it gets it now."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from collectors.records import Record, Resource, Schema
from dashboard.flow.answers import Question
from tests.flow.building import (
    ACCOUNT,
    OTHER,
    REGION,
    SOURCE,
    TYPE,
    Build,
    arn,
    ask,
    bus,
    function,
    link,
    new_bus,
    only,
    pipe,
    queue,
    rule,
    subscriber,
    told,
    topic,
)

ASKED = Question(SOURCE, TYPE)
BUS, BILL = bus(), function()


PATTERNS = [
    ({"source": [SOURCE]}, "always", ()),
    ({"detail-type": [TYPE]}, "always", ()),
    ({"source": [{"prefix": "com.acme."}]}, "always", ()),
    ({"source": [{"prefix": "com.other."}]}, None, ()),
    ({"source": [{"anything-but": [SOURCE]}]}, None, ()),
    (
        {"source": [SOURCE], "detail": {"total": [{"numeric": [">", 100]}]}},
        "sometimes",
        ("detail.total > 100",),
    ),
    ({"account": [ACCOUNT]}, "sometimes", (f'account is "{ACCOUNT}"',)),
    ({"region": [REGION]}, "sometimes", (f"region is {REGION}",)),
    ({"source": ["com.other"], "detail": {"total": [1]}}, None, ()),
    ({"$or": [{"source": [SOURCE]}, {"detail-type": ["Nothing"]}]}, "always", ()),
]


@pytest.mark.parametrize(("pattern", "delivery", "when"), PATTERNS)
def test_a_type_is_delivered_always_sometimes_or_never(
    build: Build, pattern: Any, delivery: str | None, when: tuple[str, ...]
) -> None:
    answer = ask(build(BUS, BILL, rule(BUS, "r", BILL.arn, json.dumps(pattern))), BUS.name)
    assert [(row.delivery, row.when) for row in answer.consumers] == ([(delivery, when)] if delivery else [])


SCHEMAS = [
    ({"a": {"type": "string"}}, "never"),
    ({"total": {"type": "number", "enum": [500]}}, "always"),
    ({"total": {"type": "number"}}, None),
]


@pytest.mark.parametrize(("properties", "says"), SCHEMAS)
def test_a_schema_says_when_a_condition_can_never_hold_and_the_row_stays(
    build: Build, properties: Any, says: str | None
) -> None:
    shape = {
        "type": "object",
        "properties": properties,
        "required": [*properties],
        "additionalProperties": False,
    }
    schema = Schema(
        arn=arn("schemas", "schema/acme/o"),
        registry="acme",
        name="o",
        type="JSONSchemaDraft4",
        source=SOURCE,
        detail_type=TYPE,
        content=json.dumps(shape),
    )
    costly = json.dumps({"source": [SOURCE], "detail": {"total": [{"numeric": [">", 100]}]}})
    row = only(ask(build(BUS, BILL, schema, rule(BUS, "r", BILL.arn, costly)), "orders"))
    assert row.delivery == "sometimes"
    assert (says or "") in (row.note or "")
    assert (row.note is None) == (says is None)


def test_a_malformed_pattern_may_match_and_hides_no_other_rule(build: Build) -> None:
    pay = function("pay")
    answer = ask(
        build(BUS, BILL, pay, rule(BUS, "bad", BILL.arn, '{"source": "x"}'), rule(BUS, "good", pay.arn))
    )
    assert told(answer) == [("bill", "sometimes", True), ("pay", "always", True)]
    assert "cannot be read" in answer.consumers[0].when[0]


def test_a_scheduled_rule_matches_no_event(build: Build) -> None:
    scheduled = rule(BUS, "nightly", BILL.arn).model_copy(update={"pattern": None, "schedule": "rate(1 day)"})
    assert ask(build(BUS, BILL, scheduled), BUS.name).consumers == ()


def test_a_subscriber_whose_filters_could_not_be_read_may_get_it(build: Build) -> None:
    fresh = new_bus()
    estate = build(fresh, BILL, subscriber(fresh, "s", BILL.arn, filters_hidden=True))
    row = only(ask(estate))
    assert (row.name, row.delivery, row.when) == ("bill", "sometimes", ("its filters could not be read",))


def test_a_subscriber_without_filter_gets_everything(build: Build) -> None:
    fresh = new_bus()
    assert told(ask(build(fresh, BILL, subscriber(fresh, "all", BILL.arn)), "fresh")) == [
        ("bill", "always", True)
    ]


SYSTEM = [(SOURCE, "always"), ("com.other", None)]


@pytest.mark.parametrize(("source", "delivery"), SYSTEM)
def test_a_subscribers_filters_are_anded_over_their_scopes(
    build: Build, source: str, delivery: str | None
) -> None:
    fresh = new_bus()
    filters = {
        "pattern": json.dumps({"detail-type": [TYPE]}),
        "system_pattern": json.dumps({"aws:Source": [source]}),
    }
    answer = ask(build(fresh, BILL, subscriber(fresh, "some", BILL.arn, **filters)), "fresh")
    assert [row.delivery for row in answer.consumers] == ([delivery] if delivery else [])


INACTIVE = [
    (lambda: [rule(BUS, "r", BILL.arn, state="DISABLED"), BILL], "Rule r is disabled."),
    (
        lambda: [rule(BUS, "r", arn("lambda", "function:gone"))],
        "The function gone does not exist: target missing.",
    ),
    (
        lambda: [
            rule(BUS, "r", queue().arn),
            queue(),
            BILL,
            link("event-source-mapping", queue(), BILL, active=False, state="Disabled"),
        ],
        "The event source mapping to bill is disabled.",
    ),
    (
        lambda: [
            rule(BUS, "r", topic().arn),
            topic(),
            queue(),
            link("sns-subscription", topic(), queue(), active=False, state="PendingConfirmation"),
        ],
        "The sns-subscription to inbox is not confirmed.",
    ),
    (
        lambda: [
            rule(BUS, "r", queue().arn),
            queue(),
            BILL,
            pipe(state="STOPPED"),
            link("pipe-source", queue(), pipe(), active=False, state="STOPPED"),
            link("pipe-target", pipe(), BILL),
        ],
        "The pipe to tube is stopped.",
    ),
]


@pytest.mark.parametrize(("records", "why"), INACTIVE)
def test_a_path_through_something_off_is_shown_and_not_active(
    build: Build, records: Callable[[], list[Record]], why: str
) -> None:
    answer = ask(build(BUS, *records()))
    row = only(answer)
    assert (row.active, row.why, answer.count) == (False, why.replace("sns-subscription", "subscription"), 0)


STOPPED = [
    ({"state": "STOPPED"}, "Subscriber s is stopped."),
    ({"revoked": True}, "Subscriber s is revoked by the bus's owner."),
]


@pytest.mark.parametrize(("state", "why"), STOPPED)
def test_a_stopped_or_revoked_subscriber_is_not_active(build: Build, state: dict[str, Any], why: str) -> None:
    fresh = new_bus()
    row = only(ask(build(fresh, BILL, subscriber(fresh, "s", BILL.arn, **state)), "fresh"))
    assert (row.active, row.why) == (False, why)


def test_a_target_is_missing_only_where_its_scope_was_read(build: Build) -> None:
    estate = build(BUS, rule(BUS, "r", arn("lambda", "function:gone")), read=("buses", "rules"))
    answer = ask(estate)
    row = only(answer)
    assert (row.active, row.deliverable, answer.complete) == (True, "unknown", False)
    assert "could not be looked up" in (row.why or "")


def test_an_account_that_was_not_collected_ends_the_path_and_makes_the_answer_incomplete(
    build: Build,
) -> None:
    far = arn("sqs", "far", OTHER)
    answer = ask(build(BUS, rule(BUS, "r", far)))
    row = only(answer)
    assert (row.arn, row.kind, row.active, row.deliverable) == (far, "queue", True, "unknown")
    assert (answer.complete, [g.account for g in answer.gaps]) == (False, [OTHER])


def test_a_queue_that_somebody_reads_is_a_hop_and_one_that_nobody_reads_a_consumer(build: Build) -> None:
    read = build(BUS, queue(), BILL, rule(BUS, "r", queue().arn), link("event-source-mapping", queue(), BILL))
    assert [(h.kind, h.via) for h in only(ask(read)).path] == [
        ("queue", "rule"),
        ("function", "event-source-mapping"),
    ]


def test_a_queue_that_nobody_reads_is_reported_as_such(build: Build) -> None:
    row = only(ask(build(BUS, queue(), rule(BUS, "r", queue().arn))))
    assert (row.kind, row.note) == ("queue", "Nothing collected reads this queue.")


def test_a_bus_on_which_nothing_matches_is_no_consumer(build: Build) -> None:
    assert ask(build(BUS, bus("next"), rule(BUS, "r", bus("next").arn))).consumers == ()


def test_a_bus_outside_what_was_collected_is_a_consumer(build: Build) -> None:
    row = only(ask(build(BUS, rule(BUS, "r", bus("far", OTHER).arn))))
    assert (row.kind, row.note) == ("bus", "The bus lies outside what was collected.")


def test_a_topic_outside_what_was_collected_is_a_consumer_and_one_without_subscriptions_is_not(
    build: Build,
) -> None:
    assert ask(build(BUS, topic(), rule(BUS, "r", topic().arn))).consumers == ()


def test_archives_replays_and_dead_letter_queues_are_no_consumers(build: Build) -> None:
    archive = Resource(arn=arn("events", "archive/all"), kind="archive", name="all", parent_arn=BUS.arn)
    managed = rule(BUS, "Events-Archive-all", f"arn:aws:events:{REGION}:::", '{"source":[{"prefix":""}]}')
    dead = queue("dead")
    estate = build(
        BUS,
        BILL,
        archive,
        dead,
        managed,
        link("archive", BUS, archive),
        rule(BUS, "r", BILL.arn, dead_letter_arn=dead.arn),
    )
    assert told(ask(estate)) == [("bill", "always", True)]


def test_a_function_stays_the_consumer_though_it_has_destinations(build: Build) -> None:
    estate = build(BUS, BILL, queue(), rule(BUS, "r", BILL.arn), link("async-destination", BILL, queue()))
    assert [row.name for row in ask(estate).consumers] == ["bill"]


def test_aliases_and_versions_are_the_same_function(build: Build) -> None:
    assert only(ask(build(BUS, BILL, rule(BUS, "r", f"{BILL.arn}:live")))).arn == BILL.arn


def test_a_function_used_by_two_rules_is_two_rows_and_one_consumer(build: Build) -> None:
    answer = ask(build(BUS, BILL, rule(BUS, "one", BILL.arn), rule(BUS, "two", BILL.arn)))
    assert (len(answer.consumers), answer.count) == (2, 1)
