"""Athena's question, translated and run over the records that the reader of log files reads: both give the same sums."""

import gzip
import json
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

import pytest
import sqlglot
from hypothesis import given
from hypothesis import strategies as st
from sqlglot import exp

from collectors.evidence import sums
from collectors.evidence.athena import PROBLEMS
from collectors.evidence.athena_question import RESULT
from collectors.evidence.athena_sql import (
    COLUMNS,
    Table,
    create_table,
    not_projected,
    question,
    table_of,
)
from collectors.evidence.put_events import UNTOLD, _micros, parse
from collectors.sample.server import sql
from tests.laws import LAW

ACCOUNTS, REGIONS = ("111111111111", "222222222222"), ("eu-west-1", "us-east-1")
SINCE, UNTIL = datetime(2026, 11, 24, 22, tzinfo=UTC), datetime(2026, 11, 25, 2, tzinfo=UTC)
TABLE = Table("headwater", "cloudtrail", "day", "%Y/%m/%d", "account", "region")
QUESTION = question(TABLE, SINCE, UNTIL, ACCOUNTS, REGIONS, "aws")

Sums = Counter[tuple[Any, ...]]


def by_files(records: Sequence[Any]) -> tuple[Sums, Counter[str]]:
    """(hour, …, accepted or failed) → entries, and what was left out, as the reader of log files tells it.

    It has no window of its own: a record that is seen again is told by its hash.
    """
    told = parse([gzip.compress(json.dumps({"Records": list(records)}).encode())], "aws")
    found: Sums = Counter()
    kinds = list(zip(told.of_call, told.group, told.accepted, told.failed, strict=True))
    for call, at, _ in {
        (a // 3_600_000_000, mark): (c, a, mark)
        for c, a, mark in zip(told.call, told.at, told.hashes, strict=True)
    }.values():
        seen = datetime.fromtimestamp(at / 1e6, UTC)
        if not SINCE <= seen < UNTIL:
            continue
        hour = seen.replace(minute=0, second=0)
        for of_call, group, accepted, failed in kinds:
            if of_call == call:
                found[hour, *told.groups[group], "events"] += int(accepted)
                found[hour, *told.groups[group], "failed"] += int(failed)
    problems: Counter[str] = Counter()
    for problem in told.problems:
        problems[problem.reason] += problem.times
    return +found, problems


def by_athena(records: Sequence[dict[str, Any]]) -> tuple[Sums, Counter[str]]:
    """The same, by the question that Athena is asked."""
    place = {"account": ACCOUNTS[0], "region": REGIONS[0], "day": "2026/11/25"}
    columns, rows = sql.run(QUESTION, "headwater", "cloudtrail", [sql.row_of(one, place) for one in records])
    assert columns == list(RESULT)
    answer = [dict(zip(columns, row, strict=True)) for row in rows]
    found: Sums = Counter()
    for row in sums.hourly(answer, "e")[0].to_pylist():
        key = tuple(row[name] for name in ("hour", "account", "region"))
        who = tuple(
            row[name] for name in ("principal", "principal_kind", "principal_account", "via", "action")
        )
        what = tuple(row[name] for name in ("bus_arn", "source", "detail_type"))
        found[*key, *who, *what, "events"] += row["events"]
        found[*key, *who, *what, "failed"] += row["failed"]
    problems = Counter({reason: sum(int(row[c]) for row in answer) for c, reason in PROBLEMS.items()})
    return +found, +problems


names = st.sampled_from(["ann@example.com", "deploy-4711", "i-0abc"])
roles = st.sampled_from(
    [
        "shop",
        "path/shop",
        "aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Admin_0a1b",
        "AWSReservedSSO_x",
    ]
)
accounts = st.sampled_from(ACCOUNTS)
services = st.sampled_from([None, "", "pipes.amazonaws.com", "scheduler.amazonaws.com"])


@st.composite
def identities(draw: st.DrawFn) -> Any:
    """Every kind of caller that CloudTrail knows, and some that it should not."""
    account, role, name = draw(accounts), draw(roles), draw(names)
    short = role.rsplit("/", 1)[-1]
    iam, sts = f"arn:aws:iam::{account}:", f"arn:aws:sts::{account}:"
    issuer = {"type": "Role", "arn": f"{iam}role/{role}", "accountId": account}
    session = {"type": "AssumedRole", "arn": f"{sts}assumed-role/{short}/{name}", "accountId": account}
    made = draw(
        st.sampled_from(
            [
                session | {"sessionContext": {"sessionIssuer": issuer}},
                session | {"sessionContext": {}},
                session | {"sessionContext": {"sessionIssuer": {"arn": ""}}},
                {"type": "AssumedRole", "arn": f"{sts}assumed-role/{short}", "accountId": account},
                {"type": "AssumedRole", "arn": f"arn:aws-cn:sts::{account}:assumed-role/{short}/{name}"},
                {
                    "type": "IAMUser",
                    "arn": f"{iam}user/team/{short}",
                    "accountId": account,
                    "userName": "ann",
                },
                {"type": "Role", "arn": f"{iam}role/{role}", "accountId": account},
                {"type": "Root", "arn": f"{iam}root", "accountId": account},
                {"type": "Root", "accountId": account},
                {"type": "AWSService", "invokedBy": "events.amazonaws.com"},
                {"type": "AWSService"},
                {"type": "AWSAccount", "accountId": "999999999999", "principalId": f"AROA:{name}"},
                {"type": "AWSAccount", "principalId": f"AROA:{name}"},
                {"type": "FederatedUser", "arn": f"{sts}federated-user/{name}", "accountId": account},
                session
                | {
                    "arn": f"{sts}federated-user/{name}",
                    "sessionContext": {"sessionIssuer": {"arn": f"{iam}user/ci"}},
                },
                {"type": "IdentityCenterUser", "accountId": account, "onBehalfOf": {"userId": name}},
                {"type": "WebIdentityUser", "userName": name},
                {"arn": "no arn"},
                {"arn": "a:b:c:d:e"},
                {},
                None,
            ]
        )
    )
    via = draw(services)
    return made | {"invokedBy": via} if made is not None and via is not None else made


entries = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            "source": st.sampled_from(["com.acme.orders", "aws.partner/x.com/1/y", "", None, "a:b'c"]),
            "detailType": st.sampled_from(["OrderPlaced", "Order\nPlaced ☃", "", None]),
            "eventBusName": st.sampled_from(
                [
                    None,
                    "",
                    "orders",
                    "aws.partner/x.com/1/y",
                    "arn:aws:events:us-east-1:3:event-bus/x",
                    "arn:a:b",
                ]
            ),
            "detail": st.just("HIDDEN_DUE_TO_SECURITY_REASONS"),
        },
    ),
    max_size=4,
)
answers = st.sampled_from(
    [
        *({"eventId": "x"}, {"errorCode": "InternalFailure"}, {"errorCode": ""}, {"errorCode": None}),
        *({}, {"eventId": None}, {"eventId": "x", "errorCode": "E"}, {"errorCode": 0}, {"eventId": 7}, None),
    ]
)
moments = st.sampled_from(
    [
        *(f"2026-11-24T2{hour}:{rest}Z" for hour in (1, 2, 3) for rest in ("00:00", "59:59")),
        *("2026-11-25T00:00:00Z", "2026-11-25T01:59:59Z", "2026-11-25T02:00:00Z", "yesterday", "", None),
        *("2026-11-24T23:00:00.25Z", "2026-11-24T23:00:00+00:00", "2026-11-24", "2026-11-24T23:61:00Z"),
        *("2026-11-24T23:00:60Z", "2026-11-31T23:00:00Z", "2026-11-24T24:00:00Z"),
    ]
)


@st.composite
def responses(draw: st.DrawFn, size: int) -> Any:
    """What was answered, in the order of the entries; or less than that."""
    told: dict[str, Any] = {}
    if draw(st.booleans()):
        told["failedEntryCount"] = draw(st.sampled_from([0, 1, 1, 2, size, size + 1, -1, None]))
    if draw(st.booleans()):
        told["entries"] = draw(
            st.lists(answers, min_size=size, max_size=size) | st.lists(answers, max_size=3)
        )
    return draw(st.sampled_from([told, told, None]))


odd_values = st.sampled_from([None, 0, 5, True, 1.0, 1.5, "1", {}, {"a": 1}, [], ["x"]])


@st.composite
def odd_records(draw: st.DrawFn) -> dict[str, Any]:
    """Records whose members may be of any type."""
    made: dict[str, Any] = draw(records())
    places = [made, *(one for one in (made["requestParameters"], made["responseElements"]) if one)]
    names = ("requestParameters", "responseElements", "entries", "failedEntryCount")
    for place in places:
        for name in [one for one in place if one in names]:
            if draw(st.integers(0, 5)) == 0:
                place[name] = draw(odd_values)
    for place in places[1:]:
        entries = place.get("entries")
        if isinstance(entries, list) and entries and draw(st.booleans()):
            one = draw(st.sampled_from(["source", "detailType", "eventBusName", "errorCode", "eventId"]))
            entries[0] = draw(st.sampled_from([draw(odd_values), {one: draw(odd_values)}]))
    return made


@st.composite
def records(draw: st.DrawFn) -> dict[str, Any]:
    """PutEvents, PutPartnerEvents, calls through a global endpoint, others; some without what a record must have."""
    given_entries = draw(entries)
    parameters: Any = {"entries": given_entries}
    if draw(st.booleans()):
        parameters["endpointId"] = "abcde.veo"
    parameters = draw(st.sampled_from([parameters, parameters, parameters, None, {}, {"entries": None}]))
    return {
        "eventVersion": draw(st.sampled_from(["1.11", "1.11", "1.08", "2.0", None])),
        "eventID": draw(st.sampled_from(["", None, *(f"id-{number}" for number in range(30))])),
        "eventTime": draw(moments),
        "eventSource": draw(st.sampled_from(["events.amazonaws.com"] * 5 + ["sqs.amazonaws.com"])),
        "eventName": draw(st.sampled_from(["PutEvents"] * 4 + ["PutPartnerEvents", "PutRule"])),
        "awsRegion": draw(st.sampled_from([*REGIONS, *REGIONS, "", None])),
        "recipientAccountId": draw(st.sampled_from([*ACCOUNTS, *ACCOUNTS, "", None])),
        "errorCode": draw(st.sampled_from([None, None, None, "", "AccessDenied"])),
        "userIdentity": draw(identities()),
        "requestParameters": parameters,
        "responseElements": draw(responses(len(given_entries))),
        "sourceIPAddress": "203.0.113.7",
    }


def told_once(found: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """A record that comes twice is the same record; one without an id is none."""
    first = {one["eventID"]: one for one in reversed(found)}
    return [first[one["eventID"]] if one["eventID"] else one for one in found]


@LAW
@given(st.lists(records() | odd_records(), max_size=25).map(told_once), st.randoms(use_true_random=False))
def test_both_readers_count_and_leave_out_the_same(found: list[dict[str, Any]], chosen: Any) -> None:
    named = [one for one in found if one["eventID"]]
    again = [*found, *chosen.choices(named, k=len(named) // 2 + 1)] if named else found
    counted, left_out = by_athena(again)
    assert counted == by_files(again)[0]
    # the reader of files has no window, and tells what it left out of a record as often as the record comes
    once = [*{one["eventID"]: one for one in named}.values(), *(one for one in found if not one["eventID"])]
    inside = [one for one in once if SINCE <= (when(one) or SINCE) < UNTIL]
    assert left_out == by_files(inside)[1]


def when(record: dict[str, Any]) -> datetime | None:
    micros = _micros(record["eventTime"])
    return None if micros is None else datetime.fromtimestamp(micros / 1e6, UTC)


def call(size: int, **more: Any) -> dict[str, Any]:
    """A call of so many entries, each of a type of its own."""
    return {
        "eventID": "a",
        "eventTime": "2026-11-24T23:00:00Z",
        "eventSource": "events.amazonaws.com",
        "eventName": "PutEvents",
        "awsRegion": REGIONS[0],
        "recipientAccountId": ACCOUNTS[0],
        "userIdentity": {"type": "Root", "accountId": ACCOUNTS[0]},
        "requestParameters": {"entries": [{"source": "s", "detailType": f"t{n}"} for n in range(size)]},
    } | more


SPOILED: list[dict[str, Any]] = [
    {"eventVersion": "2.0"},
    {"awsRegion": None},
    {"recipientAccountId": "", "userIdentity": {}},
    {"requestParameters": None},
]


@pytest.mark.parametrize("spoiled", SPOILED)
@pytest.mark.parametrize("time", ["2026-11-24T23:00:00Z", "2026-11-24T23:00:02Z"])
def test_a_spoiled_copy_hides_no_valid_one(spoiled: dict[str, Any], time: str) -> None:
    found = [call(1, eventTime=time, **spoiled), call(1, eventTime="2026-11-24T23:00:01Z")]
    assert by_athena(found)[0] == by_files(found)[0] != Counter()


NAMED, CODED, BLANK = {"eventId": "x"}, {"errorCode": "E"}, dict[str, Any]()
ANSWERS = {
    "a code tells which": ({"failedEntryCount": 1, "entries": [NAMED, CODED]}, [1], 0),
    "a missing id tells which": ({"failedEntryCount": 1, "entries": [BLANK, NAMED]}, [0], 0),
    "an id that is null is missing": ({"failedEntryCount": 1, "entries": [{"eventId": None}, NAMED]}, [0], 0),
    "codes before ids": ({"failedEntryCount": 1, "entries": [BLANK, CODED]}, [1], 0),
    "all failed, whatever else": ({"failedEntryCount": 2, "entries": [NAMED, NAMED]}, [0, 1], 0),
    "all failed, no answers": ({"failedEntryCount": 2}, [0, 1], 0),
    "none failed, whatever else": ({"failedEntryCount": 0, "entries": [CODED, BLANK]}, [], 0),
    "neither codes nor ids fit": ({"failedEntryCount": 1, "entries": [NAMED, NAMED]}, [], 1),
    "too few answers": ({"failedEntryCount": 1, "entries": [NAMED]}, [], 1),
    "a number beyond the entries": ({"failedEntryCount": 3, "entries": [CODED, CODED]}, [], 1),
    "no number, a code": ({"entries": [NAMED, CODED]}, [1], 0),
    "no number, no code": ({"entries": [NAMED, BLANK]}, [], 0),
    "a code that is no text": ({"failedEntryCount": 1, "entries": [NAMED, {"errorCode": 0}]}, [1], 0),
}


@pytest.mark.parametrize("which", ANSWERS)
def test_the_number_that_cloudtrail_tells_decides_how_many_entries_failed(which: str) -> None:
    told, failed, untold = ANSWERS[which]
    for counted, left_out in (read([call(2, responseElements=told)]) for read in (by_files, by_athena)):
        assert sorted(key[-2] for key in counted if key[-1] == "failed") == [f"t{n}" for n in failed]
        assert (sum(counted.values()), left_out[UNTOLD]) == (2, untold)


def test_the_same_id_in_another_hour_is_another_record() -> None:
    found = [call(1), call(1, eventTime="2026-11-24T23:59:59Z"), call(1, eventTime="2026-11-25T00:00:00Z")]
    assert [sum(read(found)[0].values()) for read in (by_files, by_athena)] == [2, 2]


def test_a_row_of_the_answer_that_cannot_be_read_costs_no_other() -> None:
    row = dict.fromkeys(RESULT) | {
        "hour": "2026-11-25T10",
        "events": "1",
        "failed": "0",
        "action": "PutEvents",
    }
    seen = {"first_seen": "2026-11-25T10:00:00Z", "last_seen": "2026-11-25T10:00:00Z"}
    good = row | seen
    odd = [row, good | {"hour": "2026-11-25T99"}, good | {"events": "many"}, good | {"failed": "9" * 30}]
    table, count = sums.hourly([good, *odd, good], "e")
    assert (len(table), count) == (2, len(odd))


def test_the_question_is_athenas_sql_and_reads_no_other_column_than_the_documented_ones() -> None:
    parsed = sqlglot.parse_one(QUESTION, read="athena")
    source = next(one for one in parsed.find_all(exp.Select) if one.args["from_"].find(exp.Table).db)
    made = {one.alias for one in source.expressions}
    read = {one.name for one in source.find_all(exp.Column) if not one.table} | {
        parts[0].name for one in source.find_all(exp.Dot, exp.Column) if (parts := one.parts)
    }
    assert read - made <= {*COLUMNS, "day", "account", "region"}
    assert not {"sourceipaddress", "useragent", "accesskeyid", "additionaleventdata"} & read
    assert "accesskeyid" not in QUESTION.lower()


def test_the_question_names_the_days_accounts_and_regions_that_it_needs_and_no_other() -> None:
    where = [" ".join(line.split()) for line in QUESTION.splitlines() if '"day"' in line or '" IN (' in line]
    assert where == [
        "WHERE \"day\" BETWEEN '2026/11/24' AND '2026/11/26'",
        "AND \"account\" IN ('111111111111', '222222222222')",
        "AND \"region\" IN ('eu-west-1', 'us-east-1')",
    ]


def metadata(**more: Any) -> dict[str, Any]:
    """A table as AWS's own documents make it: one account and region, partitions of a day called timestamp."""
    columns = [{"Name": name, "Type": kind} for name, kind in COLUMNS.items()]
    told = {
        "Name": "cloudtrail_logs_pp",
        "Columns": [*columns, {"Name": "sourceipaddress", "Type": "string"}],
        "PartitionKeys": [{"Name": "timestamp", "Type": "string"}],
        "Parameters": {"projection.timestamp.type": "date", "projection.timestamp.format": "yyyy/MM/dd"},
    }
    return told | more


def test_a_table_that_is_there_is_asked_by_its_own_partitions() -> None:
    table = table_of("logs", metadata())
    assert table == Table("logs", "cloudtrail_logs_pp", "timestamp", "%Y/%m/%d")
    asked = question(table, SINCE, UNTIL, ACCOUNTS, REGIONS, "aws")
    assert "WHERE \"timestamp\" BETWEEN '2026/11/24' AND '2026/11/26'" in asked
    assert '" IN (' not in asked
    other = {"projection.dt.type": "date", "projection.dt.format": "yyyy-MM-dd"}
    keys = [{"Name": "Account_Id"}, {"Name": "aws_region"}, {"Name": "dt"}]
    assert table_of("logs", metadata(PartitionKeys=keys, Parameters=other)) == Table(
        "logs", "cloudtrail_logs_pp", "dt", "%Y-%m-%d", "account_id", "aws_region"
    )


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"Columns": [{"Name": "eventtime", "Type": "string"}]}, "it has no columns useridentity"),
        ({"PartitionKeys": []}, "no partition by day"),
        ({"Parameters": {"projection.timestamp.type": "integer"}}, "no partition by day"),
        ({"Parameters": None}, "no partition by day"),
        ({"Parameters": {"projection.timestamp.type": "date", "projection.timestamp.format": "M"}}, "by day"),
    ],
)
def test_a_table_that_lacks_something_is_refused_with_what_it_lacks(more: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        table_of("logs", metadata(**more))


def test_the_statement_makes_a_table_that_can_be_asked() -> None:
    since = date.fromisoformat("2026-05-01")
    made = create_table("headwater", "cloudtrail", "s3://acme/it's/AWSLogs/o-1", ACCOUNTS, REGIONS, since)
    parsed = sqlglot.parse_one(made, read="athena")
    assert isinstance(parsed, exp.Create)
    assert "LOCATION 's3://acme/it''s/AWSLogs/o-1/'" in made
    assert "'s3://acme/it''s/AWSLogs/o-1/${account}/CloudTrail/${region}/${day}/'" in made
    assert "'projection.day.range' = '2026/05/01,NOW'" in made
    with pytest.raises(ValueError, match="is no name"):
        create_table("head`water", "cloudtrail", "s3://acme/", ACCOUNTS, REGIONS, since)


def test_accounts_and_regions_outside_the_projection_are_told() -> None:
    projected = {"projection.account.type": "enum", "projection.account.values": "111111111111, 333333333333"}
    wanted = {"accounts": ACCOUNTS, "regions": REGIONS}
    assert not_projected(TABLE, metadata(Parameters=projected), wanted) == ["222222222222"]
    assert not_projected(TABLE, metadata(Parameters={}), wanted) == []
