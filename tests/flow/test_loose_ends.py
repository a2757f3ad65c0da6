"""Loose ends: each kind, and that nobody is accused where the evidence is off."""

import json
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from collectors.records import Bus, Delivery, Record, Schema, Trail
from dashboard.flow.who.loose_ends import LooseEnds, loose_ends
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
    bus,
    function,
    gap,
    link,
    pipe,
    rule,
    trace,
)

BUS = bus(log_level="INFO")
BILL = function()
TO_BILL = rule(BUS, "billing", BILL.arn)
READ = (*COLLECTORS, "schemas", "trails", "bus-logs")
ON = Trail(
    arn=f"arn:aws:cloudtrail:{REGION}:{ACCOUNT}:trail/main",
    name="main",
    home_region=REGION,
    is_logging=True,
    selectors_read=True,
    puts="all",
    bucket="trail",
)
LOGS = "s3://trail/AWSLogs/"


@pytest.fixture
def build(build: Build) -> Build:
    """Of an estate whose log files the last run read where the trail writes them, unless told otherwise."""
    return partial(build, seen={ACCOUNT: LOGS})


def schema(detail_type: str = TYPE, source: str = SOURCE, registry: str = "acme") -> Schema:
    where = arn("schemas", f"schema/{registry}/{source}@{detail_type}")
    return Schema(arn=where, registry=registry, name=detail_type, source=source, detail_type=detail_type)


def received(events: int = 5, unmatched: int = 0, detail_type: str = TYPE) -> Delivery:
    return Delivery(
        hour=NOW,
        bus_arn=BUS.arn,
        source=SOURCE,
        detail_type=detail_type,
        caller_account=ACCOUNT,
        level="INFO",
        received=events,
        unmatched=unmatched,
        first_seen=NOW,
        last_seen=NOW,
        evidence="log-group:x",
    )


def another(on: Bus) -> list[Record]:
    """A type of which nothing is missing: that it was seen proves that others would have been."""
    pattern = json.dumps({"source": [SOURCE], "detail-type": ["Paid"]})
    return [schema("Paid"), trace(on, detail_type="Paid"), rule(on, "paid", BILL.arn, pattern)]


SEEN = [*another(BUS), received(detail_type="Paid")]


def kinds(found: LooseEnds) -> list[str]:
    return [end.kind for end in found.ends]


CASES = [
    ([schema(), trace(BUS), TO_BILL], []),
    ([trace(BUS), TO_BILL], ["no schema"]),
    ([received(), TO_BILL], ["no schema"]),
    ([schema(), trace(BUS)], ["no consumer"]),
    ([trace(BUS)], ["no schema", "no consumer"]),
    ([schema(), TO_BILL], ["never seen", "no sender"]),
    (
        [schema(), TO_BILL, pipe(), link("pipe-target", pipe(), BUS, source=SOURCE, detail_type=TYPE)],
        ["never seen"],
    ),
    ([schema(), trace(BUS), received(unmatched=3), TO_BILL], ["matches nothing"]),
    ([schema("Object Created", "aws.s3", "aws.events")], []),
    ([schema("Ticket", "aws.partner/x.example/1/a")], []),
    ([schema(), trace(BUS), rule(BUS, "off", BILL.arn, state="DISABLED")], ["no consumer"]),
    ([TO_BILL], ["no sender"]),
    ([schema(), TO_BILL, trace(BUS, events=0, failed=5)], []),
    ([schema(), trace(BUS, events=0, failed=5)], ["no consumer"]),
]


@pytest.mark.parametrize(("records", "expected"), CASES)
def test_what_is_missing_of_a_type(build: Build, records: list[Any], expected: list[str]) -> None:
    assert kinds(loose_ends(build(BUS, BILL, ON, *SEEN, *records, read=READ))) == expected


def test_each_says_what_is_missing_and_how_that_is_known(build: Build) -> None:
    (schemaless, matchless) = loose_ends(
        build(BUS, BILL, ON, trace(BUS), received(9, 4), TO_BILL, read=READ)
    ).ends
    assert schemaless.says == "3 were seen, and no registry that was read has a schema of it."
    assert schemaless.evidence == "CloudTrail's records of PutEvents: s3://trail."
    assert (matchless.events, matchless.says) == (4, "4 of them matched no rule on orders.")
    assert "NO_STANDARD_RULES_MATCHED" in matchless.evidence


QUIET = bus()
DARK = ON.model_copy(update={"puts": "none"})


def test_a_schema_that_could_not_have_been_seen_accuses_nobody(build: Build) -> None:
    found = loose_ends(build(QUIET, BILL, DARK, schema(), rule(QUIET, "billing", BILL.arn), read=READ))
    assert (kinds(found), found.complete) == ([], False)
    assert any("1 event type is in a schema and not seen" in note for note in found.notes)
    assert any(
        "1 event type is consumed, and neither seen nor known to be sent" in note for note in found.notes
    )


def test_trails_that_were_not_read_could_not_have_seen_it_either(build: Build) -> None:
    assert kinds(loose_ends(build(QUIET, schema(), read=[*COLLECTORS, "schemas"]))) == []


@pytest.mark.parametrize("read", [READ, tuple(name for name in READ if name != "schemas")])
def test_schemas_that_were_not_read_are_not_missing(build: Build, read: tuple[str, ...]) -> None:
    denied = {(ACCOUNT, REGION, "schemas"): [gap(action="schemas:ListSchemas")]} if "schemas" in read else {}
    estate = build(BUS, BILL, ON, trace(BUS), TO_BILL, read=read, gaps=denied)
    if denied:
        estate.scopes[ACCOUNT, REGION, "schemas"] = {
            **estate.scopes[ACCOUNT, REGION, "schemas"],
            "status": "partial",
        }
    found = loose_ends(estate)
    assert kinds(found) == []
    assert any("in no schema that was read" in note for note in found.notes)


def test_only_those_of_a_domain_are_shown(build: Build) -> None:
    estate = build(BUS, trace(BUS), read=READ)
    assert loose_ends(estate, "billing").ends == ()


def test_buses_whose_logs_are_off_are_told(build: Build) -> None:
    found = loose_ends(build(QUIET, trace(QUIET), ON, read=READ))
    assert any("only of buses that log: 1 off." in note for note in found.notes)


def told(*collectors: str) -> dict[tuple[str, str, str], list[Any]]:
    return {(ACCOUNT, REGION, name): [gap(action="x:Get")] for name in collectors}


def without(name: str) -> tuple[str, ...]:
    return tuple(one for one in READ if one != name)


def letting_in(principal: str, **more: Any) -> Bus:
    statement = {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "events:PutEvents"}
    return bus(policy=json.dumps({"Statement": [statement | {"Resource": QUIET.arn} | more]}))


PIPES = told("pipes")
DOUBTS: list[tuple[Bus, Trail, dict[str, Any], list[str]]] = [
    (QUIET, ON, {}, ["never seen", "no sender"]),
    (QUIET, ON, {"gaps": told("traces")}, []),
    (QUIET, ON, {"read": without("traces")}, []),
    (QUIET, ON, {"read": without("trails")}, []),
    (QUIET, ON.model_copy(update={"is_logging": None}), {}, []),
    (QUIET, ON.model_copy(update={"is_logging": False}), {}, []),
    (QUIET, DARK, {}, []),
    (BUS, DARK, {}, ["never seen", "no sender"]),
    (BUS, DARK, {"gaps": told("bus-logs")}, []),
    (BUS, DARK, {"read": without("bus-logs")}, []),
    (BUS, DARK, {"gaps": told("buses")}, []),
    (QUIET, ON, {"gaps": told("buses")}, []),
    (QUIET, ON, {"gaps": PIPES}, ["never seen"]),
    (BUS, ON, {"gaps": told("traces", "trails")}, ["never seen", "no sender"]),
    (letting_in(OTHER), ON, {}, []),
    (letting_in("*"), ON, {}, []),
    (letting_in(OTHER, Action="events:PutRule"), ON, {}, ["never seen", "no sender"]),
    (BUS.model_copy(update={"policy": letting_in(OTHER).policy}), DARK, {}, ["never seen", "no sender"]),
]


@pytest.mark.parametrize(("on", "trail", "more", "expected"), DOUBTS)
def test_nobody_is_accused_unless_all_that_could_show_the_opposite_is_on_and_was_read(
    build: Build, on: Bus, trail: Trail, more: dict[str, Any], expected: list[str]
) -> None:
    seen = [*another(on), received(detail_type="Paid")]
    estate = build(on, BILL, trail, *seen, schema(), rule(on, "billing", BILL.arn), **({"read": READ} | more))
    found = loose_ends(estate)
    assert kinds(found) == expected
    if len(expected) < 2:
        assert not found.complete
        assert any(note.endswith("nothing follows.") for note in found.notes)


def test_a_trail_that_has_shown_nothing_yet_accuses_nobody(build: Build) -> None:
    found = loose_ends(build(QUIET, BILL, ON, schema(), rule(QUIET, "billing", BILL.arn), read=READ))
    assert kinds(found) == []
    assert "nothing tells since when it is seen" in " ".join(found.notes)


def test_calls_of_another_account_do_not_tell_since_when_this_one_is_seen(build: Build) -> None:
    """A year of the other's calls says nothing of an account whose trail was turned on today."""
    old = trace(bus("far", OTHER), principal_account=OTHER, first_seen=NOW - timedelta(days=365))
    records = [QUIET, BILL, ON, schema("New"), rule(QUIET, "new", BILL.arn, '{"detail-type": ["New"]}'), old]
    found = loose_ends(build(*records, read=READ, accounts=(ACCOUNT, OTHER)))
    assert "never seen" not in kinds(found)
    assert not any("2025" in end.says + end.evidence for end in found.ends)


def test_an_accusation_says_what_covers_it(build: Build) -> None:
    found = loose_ends(
        build(QUIET, BILL, ON, *another(QUIET), schema(), rule(QUIET, "billing", BILL.arn), read=READ)
    )
    (unseen, unsent) = found.ends
    covers = (
        f"Trail main logs PutEvents. Calls of {ACCOUNT} {REGION} were found "
        "from 2026-11-25 12:00 to 2026-11-25 12:00 UTC."
    )
    assert (unseen.says, unseen.evidence) == (
        "A schema has it, and nobody was seen to put it on orders.",
        covers,
    )
    assert unsent.says == "1 consumer waits for it, and nobody was seen or is declared to put it on orders."
    assert unsent.evidence.endswith(covers)


GROUP = "insights:arn:aws:logs:eu-west-1:111111111111:log-group:trail"
TABLE = "athena:headwater.cloudtrail"
WAYS: list[tuple[Trail, dict[str, str], list[str]]] = [
    (ON, {ACCOUNT: LOGS}, ["never seen", "no sender"]),
    (ON, {ACCOUNT: "s3://trail/else/AWSLogs/"}, []),
    (ON, {}, []),
    (ON, {ACCOUNT: GROUP}, []),
    (
        ON.model_copy(update={"log_group": GROUP.removeprefix("insights:") + ":*"}),
        {ACCOUNT: GROUP},
        ["never seen", "no sender"],
    ),
    (ON, {ACCOUNT: TABLE}, ["never seen", "no sender"]),
]


@pytest.mark.parametrize(("trail", "seen", "expected"), WAYS)
def test_nobody_is_accused_where_something_else_was_read_than_what_the_trail_writes(
    build: Build, trail: Trail, seen: dict[str, str], expected: list[str]
) -> None:
    estate = build(QUIET, BILL, trail, *another(QUIET), schema(), TO_BILL, read=READ, seen=seen)
    found = loose_ends(estate)
    assert (kinds(found), found.complete) == (expected, bool(expected))
    assert any("what was read is not known to be what it writes" in note for note in found.notes) != bool(
        expected
    )


def test_a_table_of_athena_accuses_nobody_of_an_account_of_which_it_holds_no_call(build: Build) -> None:
    theirs = ON.model_copy(update={"arn": ON.arn.replace(ACCOUNT, OTHER), "name": "two", "bucket": "else"})
    on = letting_in(f"arn:aws:iam::{OTHER}:root")
    records = [on, BILL, ON, theirs, *another(on), schema(), rule(on, "billing", BILL.arn)]
    seen = dict.fromkeys((ACCOUNT, OTHER), TABLE)
    found = loose_ends(build(*records, read=READ, accounts=(ACCOUNT, OTHER), seen=seen))
    assert kinds(found) == []
    assert any(f"{TABLE} holds none of them" in note for note in found.notes)
    both = {ACCOUNT: LOGS, OTHER: "s3://else/AWSLogs/"}
    told = loose_ends(build(*records, read=READ, accounts=(ACCOUNT, OTHER), seen=both))
    assert kinds(told) == ["never seen", "no sender"]


def test_calls_of_places_outside_the_run_are_no_calls_of_its_first_place(build: Build) -> None:
    """Records of other regions and accounts in the log files stand in the scope that read them."""
    far = bus("far").arn.replace(REGION, "us-west-2")
    seen = trace(QUIET, detail_type="Paid").model_copy(update={"bus_arn": far})
    found = loose_ends(build(QUIET, BILL, ON, seen, schema(), TO_BILL, read=READ))
    assert "never seen" not in kinds(found)
    assert "nothing tells since when it is seen" in " ".join(found.notes)


FAR = bus("far", "999999999999")
TAKERS: list[tuple[Bus, dict[str, Any], list[str]]] = [
    (QUIET, {}, ["no consumer"]),
    (QUIET, {"gaps": {(ACCOUNT, REGION, "rules"): [gap(action="events:ListRules", subject=QUIET.arn)]}}, []),
    (QUIET, {"read": without("rules")}, []),
    (FAR, {}, []),
]


@pytest.mark.parametrize(("on", "more", "expected"), TAKERS)
def test_a_consumer_is_missing_only_where_all_that_takes_events_was_read(
    build: Build, on: Bus, more: dict[str, Any], expected: list[str]
) -> None:
    found = loose_ends(build(QUIET, ON, schema(), trace(on), **({"read": READ} | more)))
    assert kinds(found) == expected
    if not expected:
        assert not found.complete
        assert found.gaps
