"""Seen producers: the window of their counts, hours, partners, and what makes the answer incomplete."""

from datetime import timedelta
from typing import Any

import pytest

from collectors.records import Delivery, PrincipalRole, Resource
from dashboard.flow import documents
from dashboard.flow.answers import Question
from dashboard.flow.backwards import making, sending
from dashboard.flow.who.producers import producers
from tests.flow.building import (
    ACCOUNT,
    COLLECTORS,
    NOW,
    OTHER,
    REGION,
    SOURCE,
    TYPE,
    Build,
    bus,
    estate_of,
    function,
    gap,
    link,
    pipe,
    rule,
    trace,
)

BUS = bus()
HOUR = timedelta(hours=1)
ASKED = Question(SOURCE, TYPE)


def hourly(*hours: tuple[int, int, int], **more: Any) -> Any:
    """A trace with (hours before NOW, accepted, rejected)."""
    ago, events, failed = zip(*hours, strict=True)
    lists = {"hours": tuple(NOW - n * HOUR for n in ago), "events_by_hour": events, "failed_by_hour": failed}
    seen = {
        "first_seen": NOW - ago[0] * HOUR + timedelta(minutes=7),
        "last_seen": NOW - ago[-1] * HOUR + timedelta(minutes=9),
    }
    return trace(BUS, **(lists | seen | {"events": sum(events), "failed": sum(failed)} | more))


ROWS = [
    hourly((30, 5, 1), (3, 2, 0), (1, 4, 2)),
    hourly((40, 7, 0), principal="arn:aws:iam::111111111111:role/old"),
]


def test_without_hours_the_counts_are_of_all_that_is_kept_and_the_window_says_so(build: Build) -> None:
    answer = producers(build(BUS, *ROWS), ASKED)
    assert [(r.name, r.events, r.failed) for r in answer.producers] == [("shop", 11, 3), ("old", 7, 0)]
    assert answer.window is not None
    assert (answer.window.start, answer.window.end) == (NOW - 40 * HOUR, NOW)


@pytest.mark.parametrize("stored", [False, True])
def test_with_hours_only_those_hours_count(build: Build, tmp_path: Any, stored: bool) -> None:  # noqa: FBT001 - a case
    estate = estate_of(tmp_path, [BUS, *ROWS]) if stored else build(BUS, *ROWS)
    answer = producers(estate, ASKED, 3)
    (row,) = answer.producers
    assert (row.events, row.failed) == (6, 2)
    assert (row.first_seen, row.last_seen) == (NOW - 3 * HOUR, NOW - HOUR + timedelta(minutes=9))
    assert answer.window is not None
    assert answer.window.start == NOW - 3 * HOUR


def test_who_was_last_seen_before_is_no_producer_of_these_hours(build: Build) -> None:
    assert producers(build(BUS, *ROWS), ASKED, 1).producers[0].events == 4
    assert producers(build(BUS, ROWS[1]), ASKED, 1).producers == ()


def test_the_window_is_in_the_document(build: Build) -> None:
    document = documents.of_producers(producers(build(BUS, *ROWS), ASKED))
    assert document["window"] == {"from": "2026-11-23T20:00:00Z", "to": "2026-11-25T12:00:00Z"}
    assert documents.of_producers(producers(build(BUS), ASKED))["window"] is None


def test_a_partners_call_counts_on_the_bus_that_its_source_feeds(build: Build) -> None:
    name = "aws.partner/zendesk.com/acme/support"
    feed = Resource(arn=f"arn:aws:events:{REGION}::event-source/{name}", kind="event-source", name=name)
    partner = bus(name, partner_source=name)
    put = trace(feed, source=name, action="PutPartnerEvents")
    estate = build(partner, feed, link("event-source", feed, partner, source=name), put)
    (row, *_) = producers(estate, Question(name, TYPE, name)).producers
    assert (row.evidence, row.bus) == ("observed", partner.arn)


@pytest.mark.parametrize(
    ("collector", "action"),
    [
        ("pipes", "pipes:ListPipes"),
        ("pipes", "pipes:DescribePipe"),
        ("schedules", "scheduler:GetSchedule"),
        ("functions", "lambda:ListFunctions"),
        ("functions", "lambda:ListFunctionEventInvokeConfigs"),
        ("state-machines", "states:DescribeStateMachine"),
        ("api-destinations", "events:ListApiDestinations"),
        ("sources", "events:ListEventSources"),
        ("buses", "events:DescribeEventBus"),
        ("traces", "s3:GetObject"),
        ("bus-logs", "logs:StartQuery"),
    ],
)
@pytest.mark.parametrize("subject", [None, "arn:aws:lambda:eu-west-1:111111111111:function:other"])
def test_evidence_that_was_denied_makes_the_answer_incomplete(
    build: Build, collector: str, action: str, subject: str | None
) -> None:
    denied = {(ACCOUNT, REGION, collector): [gap(action=action, subject=subject)]}
    answer = producers(build(BUS, trace(BUS), gaps=denied), ASKED)
    assert (answer.complete, [note.action for note in answer.gaps]) == (False, [action])


@pytest.mark.parametrize(
    "collector",
    ["pipes", "schedules", "functions", "state-machines", "api-destinations", "sources", "buses", "traces"],
)
def test_evidence_that_nobody_read_makes_the_answer_incomplete(build: Build, collector: str) -> None:
    read = [name for name in COLLECTORS if name != collector]
    answer = producers(build(BUS, trace(BUS), read=read), ASKED)
    assert (answer.complete, {note.collector for note in answer.gaps}) == (False, {collector})


HARMLESS = [
    ("functions", "lambda:GetPolicy", "denied"),
    ("traces", "cloudtrail:LookupEvents", "denied"),
    ("traces", "iam:GetRole", "denied"),
    ("sources", "events:ListEventSources", "unsupported"),
    ("queues", "sqs:GetQueueAttributes", "denied"),
    ("buckets", "s3:ListAllMyBuckets", "denied"),
]


@pytest.mark.parametrize(("collector", "action", "status"), HARMLESS)
def test_what_could_name_no_producer_leaves_it_complete(
    build: Build, collector: str, action: str, status: str
) -> None:
    subject = "arn:aws:lambda:eu-west-1:111111111111:function:other"
    told = {(ACCOUNT, REGION, collector): [gap(action=action, status=status, subject=subject)]}
    assert producers(build(BUS, trace(BUS), gaps=told), ASKED).complete


def test_buckets_that_could_not_be_asked_touch_events_of_s3(build: Build) -> None:
    told = {(ACCOUNT, REGION, "buckets"): [gap(action="s3:ListAllMyBuckets")]}
    answer = producers(build(bus("default"), gaps=told), Question("aws.s3", "Object Created"))
    assert [note.collector for note in answer.gaps] == ["buckets"]


def received(account: str | None, on: Any = BUS, **more: Any) -> Delivery:
    values: dict[str, Any] = {"hour": NOW - HOUR, "bus_arn": on.arn, "source": SOURCE, "detail_type": TYPE}
    values |= {
        "caller_account": account,
        "level": "INFO",
        "received": 5,
        "rejected": 1,
        "evidence": "log-group:x",
    }
    values |= {"first_seen": NOW - HOUR, "last_seen": NOW - HOUR}
    return Delivery(**(values | more))


def test_an_account_that_only_the_log_of_the_bus_knows_is_observed(build: Build) -> None:
    (row,) = producers(build(BUS, received(OTHER)), ASKED).producers
    assert (row.evidence, row.kind, row.name, row.events, row.failed) == ("observed", "account", OTHER, 5, 1)
    assert row.known_as == f"someone in account {OTHER}"


EXPLAINED = [
    [trace(BUS, principal=f"arn:aws:iam::{OTHER}:role/x", principal_account=OTHER)],
    [bus("theirs", OTHER), rule(bus("theirs", OTHER), "to-orders", BUS.arn)],
]


@pytest.mark.parametrize("more", EXPLAINED)
def test_an_account_that_better_evidence_explains_is_not_told_twice(build: Build, more: list[Any]) -> None:
    estate = build(BUS, received(OTHER), received(OTHER, bus("theirs", OTHER)), *more)
    answer = producers(estate, Question(SOURCE, TYPE, "orders"))
    assert [row.kind for row in answer.producers] in (["role"], ["rule"])


def test_a_record_without_a_caller_names_nobody(build: Build) -> None:
    assert producers(build(BUS, received(None)), ASKED).producers == ()


ROLE = f"arn:aws:iam::{ACCOUNT}:role/shop"
TILL, TUBE = function("till", role_arn=ROLE), pipe(role_arn=ROLE)
OF_PIPES = "pipes.amazonaws.com"
CALLS = [
    ([TILL, TUBE], [OF_PIPES], [("tube", ())]),
    ([TILL, TUBE], [None], [("shop", (TILL.arn, TUBE.arn))]),
    ([TILL, TUBE], [OF_PIPES, None], [("shop", (TILL.arn, TUBE.arn)), ("tube", ())]),
    ([TILL, TUBE, pipe("other", role_arn=ROLE)], [OF_PIPES], [("shop", (pipe("other").arn, TUBE.arn))]),
    ([TILL], [OF_PIPES], [("shop", ())]),
    ([TILL], [OF_PIPES, None], [("shop", ()), ("till", ())]),
]


@pytest.mark.parametrize(("run_as", "via", "expected"), CALLS)
def test_the_service_that_called_tells_those_apart_that_run_as_one_role(
    build: Build, run_as: list[Resource], via: list[str | None], expected: list[Any]
) -> None:
    estate = build(BUS, *run_as, *(trace(BUS, via=one) for one in via))
    rows = [row for row in producers(estate, ASKED).producers if row.evidence == "observed"]
    assert sorted((row.name, row.shared) for row in rows) == expected
    back = {
        one.row for thing in (*run_as, ROLE) for one in making.produced(estate, [getattr(thing, "arn", ROLE)])
    }
    assert back == set(rows)


@pytest.mark.parametrize(("via", "expected"), [(None, TILL.arn), (OF_PIPES, ROLE)])
def test_a_role_whose_calls_its_one_function_did_not_make_is_a_producer_by_itself(
    build: Build, via: str | None, expected: str
) -> None:
    answer = sending.sending(build(BUS, TILL, trace(BUS, via=via)), ROLE)
    assert (answer.arn, [one.detail_type for one in answer.sent]) == (expected, [TYPE])


TRUSTED = [
    (("lambda.amazonaws.com",), None),
    (("edgelambda.amazonaws.com", "lambda.amazonaws.com"), None),
    (
        ("ecs-tasks.amazonaws.com", "lambda.amazonaws.com"),
        "Its role trusts ecs-tasks.amazonaws.com too: it may be another.",
    ),
    ((OTHER, "lambda.amazonaws.com"), f"Its role trusts {OTHER} too: it may be another."),
]


@pytest.mark.parametrize(("trusted", "note"), TRUSTED)
def test_a_role_that_others_may_be_is_not_surely_the_one_function_that_runs_as_it(
    build: Build, trusted: tuple[str, ...], note: str | None
) -> None:
    role = PrincipalRole(arn=ROLE, name="shop", trusted=trusted)
    (row,) = producers(build(BUS, TILL, role, trace(BUS)), ASKED).producers
    assert (row.name, row.note) == ("till", note)


def test_trails_that_were_denied_make_the_answer_incomplete_and_it_says_what_is_not_known(
    build: Build,
) -> None:
    denied = {(ACCOUNT, REGION, "trails"): [gap(action="cloudtrail:GetTrailStatus")]}
    answer = producers(build(BUS, trace(BUS), gaps=denied), ASKED)
    assert (answer.complete, [one.collector for one in answer.gaps]) == (False, ["trails"])
    assert any(
        note.startswith(f"Whether all that is put from {ACCOUNT} {REGION} was") for note in answer.notes
    )


FAR = {"principal": f"arn:aws:iam::{OTHER}:role/far", "principal_account": OTHER}


@pytest.mark.parametrize(("logged", "expected"), [(1000, True), (3, False), (2, False)])
def test_what_the_log_counts_more_of_an_account_is_told_with_those_of_it_who_were_traced(
    build: Build,
    logged: int,
    expected: bool,  # noqa: FBT001 - a verdict
) -> None:
    (row,) = producers(build(BUS, trace(BUS, **FAR), received(OTHER, received=logged)), ASKED).producers
    told = f"The log of bus orders counts {logged:,} of account {OTHER}, and 3 of them were traced"
    assert (row.name, row.events, told in (row.note or "")) == ("far", 3, expected)


def test_what_was_traced_on_another_bus_hides_nothing_that_a_log_counts(build: Build) -> None:
    els = bus("else")
    estate = build(BUS, els, trace(BUS, **FAR), trace(els, events=500, **FAR), received(OTHER, received=400))
    (row,) = producers(estate, ASKED).producers
    assert "counts 400 of account" in (row.note or "")


HIDING: list[tuple[dict[str, Any], tuple[Any, ...]]] = [
    ({}, ()),
    ({"gaps": {(ACCOUNT, REGION, "rules"): [gap(action="events:ListRules")]}}, ("rules",)),
    ({"read": [name for name in COLLECTORS if name != "rules"]}, ("rules",)),
    ({"gaps": {(ACCOUNT, REGION, "archives"): [gap(action="events:ListArchives")]}}, ()),
]


@pytest.mark.parametrize(("more", "expected"), HIDING)
def test_what_may_hide_a_taker_is_a_gap_of_what_a_producer_sends(
    build: Build, more: dict[str, Any], expected: tuple[str, ...]
) -> None:
    answer = sending.sending(build(BUS, trace(BUS), **more), f"arn:aws:iam::{ACCOUNT}:role/shop")
    assert (answer.takers, tuple(gap.collector for gap in answer.hiding)) == ((), expected)
    assert set(answer.hiding) <= set(answer.gaps)


def test_a_bus_that_nobody_collected_may_hide_a_taker_of_what_is_put_there(build: Build) -> None:
    far = bus("far", account="999999999999")
    answer = sending.sending(build(BUS, trace(BUS), trace(far)), f"arn:aws:iam::{ACCOUNT}:role/shop")
    assert [gap.account for gap in answer.hiding] == ["999999999999"]


@pytest.mark.parametrize(("region", "expected"), [(REGION, [3, 2, 1]), ("us-west-2", [3, 1])])
def test_a_call_of_a_region_outside_the_run_makes_no_hour_known_in_its_first_place(
    build: Build, region: str, expected: list[int]
) -> None:
    far = hourly((2, 5, 0), principal="arn:aws:iam::111111111111:role/far")
    far = far.model_copy(update={"bus_arn": BUS.arn.replace(REGION, region)})
    answer = sending.sending(
        build(BUS, hourly((3, 1, 0), (1, 1, 0)), far), f"arn:aws:iam::{ACCOUNT}:role/shop"
    )
    assert [(NOW - hour) // HOUR for hour in answer.hours] == expected
