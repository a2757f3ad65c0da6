"""Loose ends: each kind, and that nobody is accused where the evidence is off."""

from typing import Any

import pytest

from collectors.records import Delivery, Schema, Trail
from dashboard.flow.who.loose_ends import LooseEnds, loose_ends
from tests.flow.building import (
    ACCOUNT,
    COLLECTORS,
    NOW,
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
)


def schema(detail_type: str = TYPE, source: str = SOURCE, registry: str = "acme") -> Schema:
    where = arn("schemas", f"schema/{registry}/{source}@{detail_type}")
    return Schema(arn=where, registry=registry, name=detail_type, source=source, detail_type=detail_type)


def received(events: int = 5, unmatched: int = 0) -> Delivery:
    return Delivery(
        hour=NOW,
        bus_arn=BUS.arn,
        source=SOURCE,
        detail_type=TYPE,
        caller_account=ACCOUNT,
        level="INFO",
        received=events,
        unmatched=unmatched,
        first_seen=NOW,
        last_seen=NOW,
        evidence="log-group:x",
    )


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
]


@pytest.mark.parametrize(("records", "expected"), CASES)
def test_what_is_missing_of_a_type(build: Build, records: list[Any], expected: list[str]) -> None:
    assert kinds(loose_ends(build(BUS, BILL, ON, *records, read=READ))) == expected


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
    assert kinds(found) == ["no sender"]
    assert "may be sent unseen" in found.ends[0].evidence
    assert any("1 event type is in a schema and not seen" in note for note in found.notes)


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
    assert any("1 of 1 do not" in note for note in found.notes)
