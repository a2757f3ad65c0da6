"""What an event becomes on its way: buses, topics, queues, streams and pipes."""

import json
from typing import Any

import pytest

from collectors.records import Resource
from dashboard.flow import paths
from dashboard.flow.answers import Question
from tests.flow.building import (
    ACCOUNT,
    OTHER,
    SOURCE,
    THIRD,
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
