"""What nobody looked at is not nothing: the answer is then not complete, and no path is denied."""

import pytest

from collectors.records import Gap, Record
from dashboard.flow.answers import Question
from dashboard.flow.backwards import between, reverse
from dashboard.flow.who import catalogue
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
    arn,
    ask,
    bus,
    function,
    gap,
    link,
    new_bus,
    only,
    queue,
    rule,
    subscriber,
    topic,
    trace,
)

ASKED = Question(SOURCE, TYPE)
BUS, BILL, INBOX = bus(), function(), queue()
TO_INBOX, TO_NEWS, TO_BILL = (rule(BUS, "r", end.arn) for end in (INBOX, topic(), BILL))
ON_BUS = ["archives", "buses", "rules", "sources", "subscribers"]


def without(*left_out: str) -> list[str]:
    return [one for one in COLLECTORS if one not in left_out]


NEVER_RUN = [
    ([BUS], ["buses"], [one for one in ON_BUS if one != "buses"]),
    ([BUS], [], ON_BUS),
    ([], ["queues"], ["buses"]),
    ([BUS, INBOX, TO_INBOX], without("functions", "pipes"), ["functions", "pipes"]),
    ([BUS, INBOX, TO_INBOX], without("pipes"), ["pipes"]),
    ([BUS, topic(), TO_NEWS], without("topics"), ["topics"]),
    ([BUS, BILL, TO_BILL], without("queues", "topics", "pipes", "streams"), []),
    ([BUS, INBOX, TO_INBOX], COLLECTORS, []),
]


@pytest.mark.parametrize(("records", "read", "missing"), NEVER_RUN)
def test_what_was_never_collected_makes_the_answers_that_need_it_incomplete(
    build: Build, records: list[Record], read: list[str], missing: list[str]
) -> None:
    answer = ask(build(*records, read=read))
    assert ([one.collector for one in answer.gaps], answer.complete) == (missing, not missing)
    assert {(one.account, one.region) for one in answer.gaps} <= {(ACCOUNT, REGION)}


def test_what_a_region_does_not_offer_is_no_gap_in_any_answer(build: Build) -> None:
    """The run that met it ends as complete, and so do the answers; the page of coverage still tells it."""
    lacks = gap(action="events:ListEventBuses", status="unsupported")
    gaps = {(ACCOUNT, REGION, one): [lacks] for one in ("buses", "subscribers", "sources")}
    estate = build(BUS, BILL, TO_BILL, trace(BUS), gaps=gaps)
    answers = [ask(estate).gaps, reverse.gaps_before(estate, [BILL.arn]), catalogue.events(estate).gaps]
    answers += [between.ask(estate, f"{SOURCE}/{TYPE}", "bill")[0].gaps, producers(estate, ASKED).gaps]
    assert answers == [()] * 5
    assert (ask(estate).complete, catalogue.events(estate).complete) == (True, True)
    assert [note.status for note in estate.unsupported] == ["unsupported"] * 3


def test_the_gap_says_what_was_not_collected_and_where(build: Build) -> None:
    (note,) = ask(build(BUS, INBOX, TO_INBOX, read=without("functions"))).gaps
    assert (note.action, note.status) == ("not collected", "partial")
    assert note.message == f"Functions of {ACCOUNT} {REGION} were not collected."


def test_a_scope_that_was_refused_is_told_once_as_what_it_is(build: Build) -> None:
    denied = {(ACCOUNT, REGION, "functions"): [gap(action="lambda:ListFunctions")]}
    (note,) = ask(build(BUS, INBOX, TO_INBOX, read=without("functions"), gaps=denied)).gaps
    assert note.action == "lambda:ListFunctions"


BEFORE = [
    (COLLECTORS, []),
    (without("rules", "traces"), ["rules", "traces"]),
    (without("topics"), ["topics"]),
    (without("archives", "state-machines"), []),
]


@pytest.mark.parametrize(("read", "missing"), BEFORE)
def test_what_was_never_collected_may_hide_a_way_to_a_resource(
    build: Build, read: list[str], missing: list[str]
) -> None:
    gaps = reverse.gaps_before(build(INBOX, read=read), [INBOX.arn])
    assert [one.collector for one in gaps] == missing


def test_producers_are_not_complete_where_traces_were_never_collected(build: Build) -> None:
    answers = [
        producers(build(BUS, read=read), Question(SOURCE, TYPE)) for read in (COLLECTORS, without("traces"))
    ]
    assert [one.complete for one in answers] == [True, False]


def test_a_producers_path_is_not_denied_where_traces_were_never_collected(build: Build) -> None:
    role = f"arn:aws:iam::{ACCOUNT}:role/shop"
    records = [BUS, bus("hub"), function("shop", role_arn=role), BILL, trace(bus("hub")), TO_BILL]
    answers = [
        between.ask(build(*records, read=read), "shop", "bill")[0].answer
        for read in (COLLECTORS, without("traces"))
    ]
    assert answers == ["no", "unknown"]


PATHS = [
    (["buses", "rules", "queues"], "unknown"),
    (without("functions"), "unknown"),
    (without("archives", "queues", "state-machines"), "no"),  # they do not tell where events go
    (COLLECTORS, "no"),
]


@pytest.mark.parametrize(("read", "expected"), PATHS)
def test_a_path_is_denied_only_where_all_that_may_lead_on_was_collected(
    build: Build, read: list[str], expected: str
) -> None:
    estate = build(BUS, INBOX, TO_INBOX, BILL, read=read)
    (answer,) = between.ask(estate, f"{SOURCE}/{TYPE}", "bill")
    assert answer.answer == expected


def refused(action: str, subject: str | None = None, status: str = "denied") -> Gap:
    return gap(action=action, subject=subject, status=status, at=NOW)


FAR = bus("two", OTHER)
STREAM, STREAM_TARGET = "streams", arn("kinesis", "stream/flow", OTHER)
LISTINGS = [
    (FAR.arn, "buses", None, False),
    (FAR.arn, "buses", refused("events:ListEventBuses"), True),
    (FAR.arn, "buses", refused("events:ListEventBuses", status="unsupported"), False),
    (FAR.arn, "buses", refused("events:DescribeEventBus", bus("other", OTHER).arn), False),
    (STREAM_TARGET, STREAM, None, False),
    (STREAM_TARGET, STREAM, refused("kinesis:ListStreams", "Kinesis streams"), True),
    (STREAM_TARGET, STREAM, refused("firehose:ListDeliveryStreams", "Firehose delivery streams"), False),
    (arn("lambda", "function:f", OTHER), "functions", refused("lambda:ListFunctions"), True),
]


@pytest.mark.parametrize(("target", "collector", "told", "expected"), LISTINGS)
def test_a_target_is_missing_only_where_what_lists_its_kind_was_answered(
    build: Build, target: str, collector: str, told: Gap | None, *, expected: bool
) -> None:
    gaps = {(OTHER, REGION, collector): [told]} if told else {}
    row = only(ask(build(BUS, rule(BUS, "r", target), gaps=gaps, accounts=(ACCOUNT, OTHER))))
    assert row.active is expected
    assert ("does not exist" in (row.why or "")) is not expected


def test_a_new_bus_and_its_reader_are_complete_where_all_was_read(build: Build) -> None:
    fresh = new_bus()
    mapping = link("event-source-mapping", INBOX, BILL)
    assert ask(build(fresh, INBOX, BILL, subscriber(fresh, "s", INBOX.arn), mapping), "fresh").complete
