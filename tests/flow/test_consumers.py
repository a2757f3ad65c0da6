"""Every rule of "what the words mean" that concerns consumers, as small estates."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from collectors.errors import UsageError
from collectors.records import Record, Resource, Schema, Trace
from dashboard.flow import paths
from dashboard.flow.answers import Consumer, Consumers, Question
from dashboard.flow.consumers import consumers
from dashboard.flow.estate import Estate
from tests.flow.building import (
    ACCOUNT,
    NOW,
    OTHER,
    REGION,
    SOURCE,
    THIRD,
    TYPE,
    Build,
    arn,
    bus,
    function,
    gap,
    link,
    new_bus,
    pipe,
    queue,
    rule,
    subscriber,
    topic,
)

ASKED = Question(SOURCE, TYPE)
BUS, BILL = bus(), function()


def ask(estate: Estate, on: str | None = None, event: dict[str, Any] | None = None) -> Consumers:
    return consumers(estate, Question(SOURCE, TYPE, on), event)


def told(answer: Consumers) -> list[tuple[str, str, bool]]:
    return [(row.name, row.delivery, row.active) for row in answer.consumers]


def only(answer: Consumers) -> Consumer:
    (row,) = answer.consumers
    return row


def trace(on: Record, source: str = SOURCE, detail_type: str = TYPE, **more: Any) -> Trace:
    values = {
        "hour": NOW,
        "principal": f"arn:aws:iam::{ACCOUNT}:role/shop",
        "principal_kind": "role",
        "events": 3,
    }
    values |= {"failed": 1, "first_seen": NOW, "last_seen": NOW, "evidence": "s3://trail"}
    return Trace(bus_arn=on.arn, source=source, detail_type=detail_type, **(values | more))  # type: ignore[attr-defined]


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


def test_a_forwarded_event_keeps_its_type_and_is_told_once_by_its_longest_path(build: Build) -> None:
    next_bus = bus("next")
    estate = build(BUS, next_bus, BILL, rule(BUS, "forward", next_bus.arn), rule(next_bus, "r", BILL.arn))
    row = only(ask(estate))
    assert (row.bus, [hop.kind for hop in row.path]) == (BUS.arn, ["bus", "function"])


def test_a_direct_way_stays_where_forwarding_is_off(build: Build) -> None:
    next_bus = bus("next")
    off = rule(BUS, "forward", next_bus.arn, state="DISABLED")
    answer = ask(build(BUS, next_bus, BILL, off, rule(next_bus, "r", BILL.arn)))
    assert sorted((row.bus, row.active) for row in answer.consumers) == [
        (next_bus.arn, True),
        (BUS.arn, False),
    ]


def test_the_account_and_region_of_a_forwarded_event_stay_the_original_ones(build: Build) -> None:
    far = bus("far", OTHER)
    picky = rule(far, "r", function("f", OTHER).arn, json.dumps({"account": [ACCOUNT]}))
    estate = build(
        BUS, far, function("f", OTHER), rule(BUS, "forward", far.arn), picky, accounts=(ACCOUNT, OTHER)
    )
    event = {"source": SOURCE, "detail-type": TYPE, "detail": {}}
    assert told(ask(estate, BUS.arn, event)) == [("f", "always", True)]


def test_no_event_goes_on_to_a_third_account(build: Build) -> None:
    second, third = bus("second", OTHER), bus("third", THIRD)
    rules = [
        rule(BUS, "a", second.arn),
        rule(second, "b", third.arn),
        rule(third, "c", function("f", THIRD).arn),
    ]
    estate = build(BUS, second, third, function("f", THIRD), *rules, accounts=(ACCOUNT, OTHER, THIRD))
    answer = ask(estate, BUS.arn)
    assert (answer.consumers, answer.notes) == (
        (),
        ("EventBridge does not forward to a third account: orders → second → third.",),
    )


def test_a_loop_is_cut_and_reported(build: Build) -> None:
    other = bus("other")
    estate = build(
        BUS, other, BILL, rule(BUS, "to", other.arn), rule(other, "back", BUS.arn), rule(other, "r", BILL.arn)
    )
    answer = ask(estate, BUS.arn)
    assert told(answer) == [("bill", "always", True)]
    assert answer.notes == ("Loop cut: orders → other → orders.",)


def test_buses_that_all_forward_to_all_end_the_walk_and_make_the_answer_incomplete(
    build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paths, "MAX_STEPS", 100)
    mesh = [bus(f"b{n}") for n in range(6)]
    rules = [rule(a, f"to-{b.name}", b.arn) for a in mesh for b in mesh if a is not b]
    answer = ask(build(*mesh, BILL, *rules, rule(mesh[5], "end", BILL.arn)), "b0")
    assert (answer.complete, any("the rest is left out" in note for note in answer.notes)) == (False, True)


SNS = [
    ("sns-body", {"detail": {"total": [{"numeric": [">", 9]}]}}, "sometimes"),
    ("sns-body", {"source": [SOURCE]}, "always"),
    ("sns-body", {"source": ["com.other"]}, None),
    ("sns-attributes", {"kind": ["a"]}, None),  # EventBridge sends no message attributes
    ("sns-attributes", {"kind": [{"exists": False}]}, "always"),
]


@pytest.mark.parametrize(("dialect", "policy", "delivery"), SNS)
def test_sns_filter_policies_decide_in_both_scopes(
    build: Build, dialect: str, policy: Any, delivery: str | None
) -> None:
    news = topic()
    via = link("sns-subscription", news, BILL, dialect=dialect, filters=(json.dumps(policy),))
    answer = ask(build(BUS, news, BILL, rule(BUS, "r", news.arn), via))
    assert [row.delivery for row in answer.consumers] == ([delivery] if delivery else [])


RAW = [
    (True, {"body": {"source": [SOURCE]}}, "always"),
    (False, {"body": {"source": [SOURCE]}}, None),
    (False, {"body": {"Type": ["Notification"]}}, "always"),
    (True, {"body": {"source": ["com.other"]}}, None),
]


@pytest.mark.parametrize(("raw", "criteria", "delivery"), RAW)
def test_snss_envelope_hides_the_event_from_a_mapping_unless_delivery_is_raw(
    build: Build,
    raw: bool,  # noqa: FBT001 - a case
    criteria: Any,
    delivery: str | None,
) -> None:
    news, inbox = topic(), queue()
    estate = build(
        *(BUS, news, inbox, BILL, rule(BUS, "r", news.arn)),
        link("sns-subscription", news, inbox, raw_delivery=raw),
        link("event-source-mapping", inbox, BILL, dialect="lambda", filters=(json.dumps(criteria),)),
    )
    assert [row.delivery for row in ask(estate).consumers] == ([delivery] if delivery else [])


def test_filter_criteria_are_ored_and_hidden_ones_leave_it_open(build: Build) -> None:
    inbox = queue()
    ored = tuple(json.dumps({"body": {"source": [s]}}) for s in ("com.other", SOURCE))
    mapping = link("event-source-mapping", inbox, BILL, dialect="lambda", filters=ored)
    hidden = link("event-source-mapping", inbox, function("pay"), filters_hidden=True)
    answer = ask(build(BUS, inbox, BILL, function("pay"), rule(BUS, "r", inbox.arn), mapping, hidden))
    assert told(answer) == [("bill", "always", True), ("pay", "sometimes", True)]
    assert answer.consumers[1].when == ("the filter criteria could not be read",)


def test_a_pipe_filters_enriches_and_ends_in_its_target(build: Build) -> None:
    inbox, tube, enrich = queue(), pipe(), function("enrich")
    estate = build(
        *(BUS, inbox, tube, enrich, BILL, rule(BUS, "r", inbox.arn)),
        link(
            "pipe-source",
            inbox,
            tube,
            dialect="pipes",
            filters=(json.dumps({"body": {"detail": {"total": [1]}}}),),
        ),
        link("pipe-enrichment", tube, enrich),
        link("pipe-target", tube, BILL),
    )
    answer = ask(estate)
    assert told(answer) == [("bill", "sometimes", True), ("enrich", "sometimes", True)]
    assert [hop.via for hop in answer.consumers[0].path] == [
        "rule",
        "pipe-source",
        "pipe-enrichment",
        "pipe-target",
    ]


def test_a_pipe_onto_a_bus_puts_an_event_with_its_own_source(build: Build) -> None:
    inbox, tube, other, stranger = queue(), pipe(), bus("other"), function("stranger")
    estate = build(
        *(BUS, inbox, tube, other, BILL, stranger, rule(BUS, "r", inbox.arn)),
        link("pipe-source", inbox, tube),
        link("pipe-target", tube, other, source="com.acme.piped", detail_type="Piped"),
        rule(other, "piped", BILL.arn, json.dumps({"source": ["com.acme.piped"]})),
        rule(other, "orders", stranger.arn),
    )
    assert [row.name for row in ask(estate, "orders").consumers] == ["bill"]


def test_a_stream_is_read_by_mappings_on_its_data(build: Build) -> None:
    flow = Resource(arn=arn("kinesis", "stream/flow"), kind="stream", name="flow")
    yes, no = ({"data": {"source": [s]}} for s in (SOURCE, "com.other"))
    estate = build(
        *(BUS, flow, BILL, function("pay"), rule(BUS, "r", flow.arn)),
        link("event-source-mapping", flow, BILL, dialect="lambda", filters=(json.dumps(yes),)),
        link("event-source-mapping", flow, function("pay"), dialect="lambda", filters=(json.dumps(no),)),
    )
    assert told(ask(estate)) == [("bill", "always", True)]


INPUTS = [
    ("event", (), "always"),
    ("path", ("$.detail",), "sometimes"),
    ("constant", (), "sometimes"),
    ("template", ("$.detail.id",), "sometimes"),
]


@pytest.mark.parametrize(("kind", "paths", "delivery"), INPUTS)
def test_an_input_that_drops_the_event_leaves_later_filters_open(
    build: Build, kind: str, paths: tuple[str, ...], delivery: str
) -> None:
    inbox = queue()
    criteria = json.dumps({"body": {"source": [SOURCE]}})
    estate = build(
        *(BUS, inbox, BILL, rule(BUS, "r", inbox.arn, input_kind=kind, input_paths=paths)),
        link("event-source-mapping", inbox, BILL, dialect="lambda", filters=(criteria,)),
    )
    assert only(ask(estate)).delivery == delivery


def test_an_event_source_feeds_a_new_bus_from_a_classic_one(build: Build) -> None:
    fresh = new_bus()
    estate = build(BUS, fresh, BILL, link("event-source", BUS, fresh), subscriber(fresh, "s", BILL.arn))
    assert [hop.via for hop in only(ask(estate, "orders")).path] == ["event-source", "subscriber"]


def test_a_concrete_event_is_matched_itself(build: Build) -> None:
    pattern = json.dumps({"source": [SOURCE], "detail": {"total": [{"numeric": [">", 100]}]}})
    estate = build(BUS, BILL, rule(BUS, "r", BILL.arn, pattern))
    verdicts = [
        told(ask(estate, "orders", {"source": SOURCE, "detail-type": TYPE, "detail": {"total": total}}))
        for total in (101, 100)
    ]
    assert verdicts == [[("bill", "always", True)], []]


def test_account_and_region_of_a_concrete_event_are_filled_in_from_the_bus(build: Build) -> None:
    pattern = json.dumps({"account": [ACCOUNT], "region": [REGION]})
    estate = build(BUS, BILL, rule(BUS, "r", BILL.arn, pattern))
    assert told(ask(estate, "orders", {"source": SOURCE, "detail-type": TYPE})) == [("bill", "always", True)]


@pytest.mark.parametrize("event", [{}, {"source": SOURCE}, {"source": 1, "detail-type": TYPE}])
def test_an_event_without_source_or_detail_type_is_bad_usage(build: Build, event: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="needs"):
        ask(build(BUS), None, event)


def test_a_bus_name_means_every_bus_of_that_name(build: Build) -> None:
    here, there = bus("orders"), bus("orders", OTHER)
    f = function("f", OTHER)
    estate = build(
        here, there, BILL, f, rule(here, "r", BILL.arn), rule(there, "r", f.arn), accounts=(ACCOUNT, OTHER)
    )
    assert {row.bus for row in ask(estate, "orders").consumers} == {here.arn, there.arn}
    assert {row.bus for row in ask(estate, there.arn).consumers} == {there.arn}


def test_an_unknown_bus_is_bad_usage_with_the_nearest_names(build: Build) -> None:
    with pytest.raises(UsageError, match=r"There is no bus ordres\. The nearest: orders"):
        ask(build(BUS), "ordres")


def test_without_a_bus_the_buses_are_asked_where_the_type_enters(build: Build) -> None:
    other = bus("other")
    catch_all = rule(other, "all", function("all").arn, '{"source": [{"prefix": ""}]}')
    estate = build(BUS, other, BILL, function("all"), rule(BUS, "r", BILL.arn), catch_all)
    assert [row.name for row in ask(estate).consumers] == ["bill"]


def test_a_type_enters_where_it_was_observed(build: Build) -> None:
    other = bus("other")
    estate = build(
        BUS, other, BILL, rule(other, "all", BILL.arn, '{"source": [{"prefix": ""}]}'), trace(other)
    )
    assert ask(estate).buses == (other.arn,)


def test_a_type_enters_where_its_schema_was_discovered(build: Build) -> None:
    schema = Schema(
        arn=arn("schemas", "schema/discovered-schemas/x"),
        registry="discovered-schemas",
        name="x",
        source=SOURCE,
        detail_type=TYPE,
    )
    discoverer = link("discoverer", bus("other"), arn("schemas", "discoverer/d"))
    assert ask(build(BUS, bus("other"), schema, discoverer)).buses == (bus("other").arn,)


def test_a_type_that_nothing_knows_is_asked_on_all_buses_and_has_near_names(build: Build) -> None:
    catch_all = rule(BUS, "all", BILL.arn, '{"source": [{"prefix": ""}]}')
    answer = consumers(build(BUS, BILL, catch_all, trace(bus("other"))), Question(SOURCE, "OrderPlacd"))
    assert (answer.known, told(answer), answer.nearest) == (
        False,
        [("bill", "always", True)],
        ((SOURCE, TYPE),),
    )


def test_aws_events_enter_on_the_default_buses(build: Build) -> None:
    default = bus("default")
    every = rule(default, "s3", BILL.arn, json.dumps({"source": [{"prefix": "aws."}]}))
    estate = build(BUS, default, BILL, every)
    assert consumers(estate, Question("aws.s3", "Object Created")).buses == (default.arn,)


GAPS = [
    ((ACCOUNT, REGION, "rules"), {}, False),
    ((ACCOUNT, REGION, "queues"), {}, True),
    ((ACCOUNT, REGION, "schemas"), {}, True),
    ((OTHER, REGION, "rules"), {}, True),
    ((ACCOUNT, REGION, "functions"), {"subject": arn("lambda", "function:else")}, True),
    ((ACCOUNT, REGION, "functions"), {"subject": BILL.arn}, False),
    ((ACCOUNT, REGION, "rules"), {"subject": arn("events", "rule/elsewhere/r")}, True),
    ((ACCOUNT, REGION, "rules"), {"subject": arn("events", "rule/orders/x")}, False),
]


@pytest.mark.parametrize(("scope", "more", "complete"), GAPS)
def test_an_answer_is_complete_unless_a_gap_touches_its_paths(
    build: Build,
    scope: tuple[str, str, str],
    more: dict[str, Any],
    complete: bool,  # noqa: FBT001 - a case
) -> None:
    answer = ask(build(BUS, BILL, rule(BUS, "r", BILL.arn), gaps={scope: [gap(**more)]}))
    assert (answer.complete, len(answer.gaps)) == (complete, int(not complete))
