"""The reader by Athena: the calls in their order, and each way in which a question may come to no good end."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.config import Config

from collectors import command
from collectors.aws import _CONFIG
from collectors.evidence import athena
from collectors.evidence.athena_sql import create_table
from collectors.run import save
from collectors.sample.server import Server
from tests.collectors.logged import ACCOUNT, BUS, NOW, OTHER, REGION, ROLE, packed, put, traces
from tests.commanding import ROOT, called, clean

Call = Callable[..., Any]
LOCATION = "s3://logs/all/AWSLogs/"
READER = {"trail_reader": "athena", "athena_output": "s3://logs/answers/"}


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(athena, "FIRST_PAUSE", 0.01)
    monkeypatch.setattr("collectors.pace.LONGEST_PAUSE", 0.01)


@pytest.fixture
def table(trail: Call, client: Call) -> Call:
    """Log files of a trail and the documented table over them; the function adds a log file."""
    make_table(client)
    return trail


def make_table(client: Call, *accounts: str, location: str = LOCATION) -> None:
    """As a person does it in Athena's editor."""
    api = client("athena")
    since = date.fromisoformat("2026-01-01")
    made = create_table("headwater", "cloudtrail", location, accounts or (ACCOUNT, OTHER), (REGION,), since)
    for statement in ("CREATE DATABASE IF NOT EXISTS `headwater`", made):
        begun = api.start_query_execution(
            QueryString=statement, ResultConfiguration={"OutputLocation": "s3://logs/answers/"}
        )
        told = api.get_query_execution(QueryExecutionId=begun["QueryExecutionId"])["QueryExecution"]
        assert told["Status"]["State"] == "SUCCEEDED", told["Status"]


def test_the_sums_of_the_log_files_come_from_athena(aws: Server, table: Call, collect: Call) -> None:
    failed = {"responseElements": {"failedEntryCount": 1, "entries": [{"errorCode": "InternalFailure"}]}}
    table("a", packed(put("1"), put("2"), put("3", **failed)))
    table("b", packed(put("2"), {"eventSource": "sqs.amazonaws.com", "eventName": "SendMessage"}))
    aws.control("DELETE", "calls")
    (outcome,) = collect("traces", **READER)
    (row,) = traces(outcome)
    assert (row.principal, row.principal_kind, row.principal_account) == (ROLE, "role", ACCOUNT)
    assert (row.bus_arn, row.source, row.detail_type) == (f"{BUS}default", "com.acme.shop", "Sold")
    assert (row.events, row.failed, row.evidence) == (2, 1, "athena:headwater.cloudtrail")
    assert (row.hours, row.first_seen) == ((NOW.replace(minute=0),), NOW)
    assert (outcome.status, outcome.scope.gaps) == ("ok", [])
    assert "ann@" not in repr(traces(outcome))
    asked = {call["operation"] for call in aws.calls()["calls"] if call["service"] == "athena"}
    assert asked == {
        *("GetTableMetadata", "GetWorkGroup", "StartQueryExecution", "GetQueryExecution", "GetQueryResults"),
    }


def test_one_question_is_asked_for_all_accounts_and_regions(aws: Server, table: Call, collect: Call) -> None:
    table("a", packed(put("1")))
    table("b", packed(put("2", recipientAccountId=OTHER)), account=OTHER)
    outcomes = collect("traces", (ACCOUNT, OTHER), **READER)
    assert [(o.scope.account, [row.events for row in traces(o)]) for o in outcomes] == [
        (ACCOUNT, [1]),
        (OTHER, [1]),
    ]
    calls = {call["operation"]: call["calls"] for call in aws.calls()["calls"] if call["service"] == "athena"}
    assert calls["StartQueryExecution"] == 1 + 2  # the table's two statements


def test_all_pages_of_an_answer_are_read(aws: Server, table: Call, collect: Call) -> None:
    table("a", packed(*(put(str(n), {"source": "s", "detailType": f"t{n}"}) for n in range(5))))
    aws.misbehave({"service": "athena", "one_item_pages": True, "odd_tokens": True, "empty_pages": True})
    (outcome,) = collect("traces", **READER)
    assert (sorted(row.detail_type for row in traces(outcome)), outcome.scope.gaps) == (
        [f"t{n}" for n in range(5)],
        [],
    )


def test_only_the_days_asked_about_are_scanned_and_what_was_is_told(
    table: Call, client: Call, collect: Call
) -> None:
    table("a", packed(put("1")))
    (first,) = collect("traces", **READER)
    old = NOW - timedelta(days=9)
    key = f"all/AWSLogs/{ACCOUNT}/CloudTrail/{REGION}/{old:%Y/%m/%d}/old.json.gz"
    client("s3").put_object(Bucket="logs", Key=key, Body=packed(*(put(str(n)) for n in range(500))))
    (second,) = collect("traces", **READER)
    assert first.scope.tally.scanned == second.scope.tally.scanned == len(packed(put("1")))


@pytest.mark.parametrize(
    ("rule", "error", "says"),
    [
        ({"state": "FAILED", "reason": "COLUMN_NOT_FOUND: x"}, "FAILED", "COLUMN_NOT_FOUND: x"),
        ({"state": "FAILED", "reason": "HIVE_BAD_DATA: field value 's3cr3t'"}, "FAILED", "HIVE_BAD_DATA"),
        ({"state": "FAILED", "reason": "INVALID_CAST_ARGUMENT: no 's3cr3t'"}, "FAILED", "INVALID_CAST"),
        ({"state": "FAILED", "reason": "Cannot read s3cr3t: no number"}, "FAILED", "see the question"),
        (
            {"state": "FAILED", "reason": "Access denied: User: assumed-role/A/s3cr3t may not"},
            "FAILED",
            "/A may",
        ),
        ({"state": "CANCELLED", "reason": "by an administrator"}, "CANCELLED", "by an administrator"),
        ({"state": "RUNNING", "scanned": 2_000_000_000_000}, "TooMuch", "the setting athena_most_gb"),
    ],
)
def test_a_question_that_ends_badly_is_a_gap_that_says_why(
    aws: Server, table: Call, collect: Call, rule: dict[str, Any], error: str, says: str
) -> None:
    table("a", packed(put("1")))
    aws.misbehave({"service": "athena", "operation": "GetQueryExecution", "query": rule})
    (outcome,) = collect("traces", **READER)
    (gap,) = outcome.scope.gaps
    assert (outcome.status, outcome.tables, gap.status, gap.error) == ("failed", {}, "failed", error)
    assert says in gap.message
    assert "s3cr3t" not in gap.message
    assert outcome.scope.tally.scanned == rule.get("scanned", 0)
    stopped = any(call["operation"] == "StopQueryExecution" for call in aws.calls()["calls"])
    assert stopped == (error == "TooMuch")


@pytest.mark.usefixtures("table")
def test_a_question_that_takes_too_long_is_stopped(
    aws: Server, collect: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(athena, "LONGEST", 0.05)
    aws.misbehave({"service": "athena", "operation": "GetQueryExecution", "query": {"state": "RUNNING"}})
    (outcome,) = collect("traces", **READER)
    (gap,) = outcome.scope.gaps
    assert (gap.error, "and was stopped" in gap.message) == ("Timeout", True)
    assert any(call["operation"] == "StopQueryExecution" for call in aws.calls()["calls"])


@pytest.mark.usefixtures("table")
def test_one_that_may_not_be_stopped_is_told_to_run_on(aws: Server, collect: Call) -> None:
    query = {"state": "RUNNING", "scanned": 10**15}
    aws.misbehave(
        {"service": "athena", "operation": "GetQueryExecution", "query": query},
        {"service": "athena", "operation": "StopQueryExecution", "deny": True},
    )
    (outcome,) = collect("traces", **READER)
    assert [(gap.status, gap.action, gap.error) for gap in outcome.scope.gaps] == [
        ("denied", "athena:StopQueryExecution", "AccessDeniedException"),
        ("failed", "athena:StartQueryExecution", "TooMuch"),
    ]
    assert "it runs on" in outcome.scope.gaps[1].message


@pytest.mark.usefixtures("table")
def test_the_lower_limit_of_a_workgroup_is_kept(aws: Server, client: Call, collect: Call) -> None:
    client("athena").update_work_group(
        WorkGroup="primary", ConfigurationUpdates={"BytesScannedCutoffPerQuery": 10_000_000}
    )
    query = {"state": "RUNNING", "scanned": 11_000_000}
    aws.misbehave({"service": "athena", "operation": "GetQueryExecution", "query": query})
    (outcome,) = collect("traces", **READER)
    (gap,) = outcome.scope.gaps
    assert (gap.error, "the limit of workgroup primary" in gap.message) == ("TooMuch", True)


@pytest.mark.usefixtures("table")
def test_a_workgroup_without_a_place_for_answers_is_told_before_anything_is_asked(
    aws: Server, collect: Call
) -> None:
    aws.control("DELETE", "calls")
    (outcome,) = collect("traces", **READER | {"athena_output": None})
    (gap,) = outcome.scope.gaps
    assert (gap.action, gap.error, "athena_output" in gap.message) == (
        "athena:GetWorkGroup",
        "NoOutput",
        True,
    )
    assert not any(call["operation"] == "StartQueryExecution" for call in aws.calls()["calls"])


def test_the_workgroups_own_place_for_answers_will_do(table: Call, client: Call, collect: Call) -> None:
    table("a", packed(put("1")))
    client("athena").update_work_group(
        WorkGroup="primary",
        ConfigurationUpdates={"ResultConfigurationUpdates": {"OutputLocation": "s3://logs/answers/"}},
    )
    (outcome,) = collect("traces", **READER | {"athena_output": None})
    assert ([row.events for row in traces(outcome)], outcome.scope.gaps) == ([1], [])


def test_a_missing_table_is_a_gap_that_names_the_statement(trail: Call, collect: Call) -> None:
    trail("a", packed(put("1")))
    (outcome,) = collect("traces", **READER)
    (gap,) = outcome.scope.gaps
    assert (outcome.status, gap.action, gap.error) == ("failed", "athena:GetTableMetadata", "NoTable")
    assert athena.STATEMENT in gap.message


def test_accounts_that_the_table_leaves_out_are_told(trail: Call, client: Call, collect: Call) -> None:
    make_table(client, ACCOUNT)
    trail("a", packed(put("1")))
    mine, other = collect("traces", (ACCOUNT, OTHER), **READER)
    assert (mine.status, [row.events for row in traces(mine)]) == ("ok", [1])
    assert [(gap.error, OTHER in gap.message) for gap in other.scope.gaps] == [("NotInTable", True)]
    assert other.tables == {}


def test_what_cannot_be_counted_is_told(table: Call, collect: Call) -> None:
    table(
        "a",
        packed(put("1"), put("2", requestParameters=None), put("3", {"source": "s"}), put("", eventID=None)),
    )
    (outcome,) = collect("traces", **READER)
    assert [row.events for row in traces(outcome)] == [1]
    assert [gap.message.split(";")[0].split(" ", 1) for gap in outcome.scope.gaps] == [
        [
            "1",
            "records are not what a CloudTrail record is (eventID, eventTime, awsRegion, recipientAccountId)",
        ],
        ["1", "PutEvents records have no entries"],
        ["1", "entries have no source or no detail type"],
    ]


@pytest.mark.parametrize(
    "operation", ["GetTableMetadata", "StartQueryExecution", "GetQueryExecution", "GetQueryResults"]
)
def test_a_call_that_is_denied_is_named_and_nothing_is_counted(
    aws: Server, table: Call, collect: Call, operation: str
) -> None:
    table("a", packed(put("1")))
    aws.misbehave({"service": "athena", "operation": operation, "deny": True})
    (outcome,) = collect("traces", **READER)
    assert [(gap.status, gap.action) for gap in outcome.scope.gaps] == [("denied", f"athena:{operation}")]
    assert (outcome.status, outcome.tables) == ("denied", {})


def test_a_workgroup_that_may_not_be_seen_costs_only_its_limit(
    aws: Server, table: Call, collect: Call
) -> None:
    table("a", packed(put("1")))
    aws.misbehave({"service": "athena", "operation": "GetWorkGroup", "deny": True})
    (outcome,) = collect("traces", **READER)
    assert (outcome.status, [row.events for row in traces(outcome)]) == ("partial", [1])
    assert [gap.action for gap in outcome.scope.gaps] == ["athena:GetWorkGroup"]


@pytest.mark.parametrize(
    ("operation", "member"),
    [
        ("StartQueryExecution", "QueryExecutionId"),
        ("GetQueryExecution", "State"),
        ("GetQueryExecution", "Status"),
        ("GetQueryResults", "ResultSet"),
        ("GetQueryResults", "Rows"),
        ("GetQueryResults", "VarCharValue"),
        ("GetTableMetadata", "Columns"),
        ("GetTableMetadata", "Parameters"),
        ("GetTableMetadata", "PartitionKeys"),
    ],
)
def test_an_answer_without_a_member_ends_as_a_gap_and_no_bug(
    aws: Server, table: Call, collect: Call, operation: str, member: str
) -> None:
    table("a", packed(put("1")))
    aws.misbehave({"service": "athena", "operation": operation, "drop": [member]})
    (outcome,) = collect("traces", **READER)
    assert {gap.status for gap in outcome.scope.gaps} <= {"failed"}
    assert not any(gap.action.startswith("headwater:") for gap in outcome.scope.gaps)
    assert outcome.scope.gaps or (member == "Parameters" and traces(outcome))


def test_throttled_calls_are_tried_again(aws: Server, table: Call, collect: Call) -> None:
    table("a", packed(put("1")))
    aws.misbehave({"service": "athena", "throttle": 20, "burst": 1})
    (outcome,) = collect("traces", **READER)
    assert (outcome.status, [row.events for row in traces(outcome)]) == ("ok", [1])
    assert outcome.scope.tally.throttles > 0


@pytest.mark.usefixtures("table")
def test_a_run_that_is_stopped_stops_the_question(aws: Server, tmp_path: Path) -> None:
    aws.misbehave({"service": "athena", "operation": "GetQueryExecution", "query": {"state": "RUNNING"}})
    reader = {f"HEADWATER_{name.upper()}": value for name, value in READER.items() if isinstance(value, str)}
    process = subprocess.Popen(
        [sys.executable, "-m", "collectors", "--store", str(tmp_path), "--only", "traces"],
        env=clean() | aws.environment | reader | {"HEADWATER_REGIONS": REGION},
        cwd=ROOT,
        stderr=subprocess.DEVNULL,
    )
    while not any(call["operation"] == "GetQueryExecution" for call in since_table(aws)):
        assert process.poll() is None
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=10) == 130
    assert any(call["operation"] == "StopQueryExecution" for call in aws.calls()["calls"])


def since_table(aws: Server) -> list[dict[str, Any]]:
    """Calls by more than the two statements that made the table."""
    return [call for call in aws.calls()["calls"] if call["calls"] > 2]


def test_the_next_run_asks_from_the_last_one_less_the_late_days_and_counts_nothing_twice(
    table: Call, client: Call, collect: Call, tmp_path: Path
) -> None:
    table("a", packed(put("1")))
    first = collect("traces", **READER)
    before = save(tmp_path, first, first[0].scope.run.aws, first[0].scope.settings)
    late = NOW - timedelta(hours=40)
    key = f"all/AWSLogs/{ACCOUNT}/CloudTrail/{REGION}/{late:%Y/%m/%d}/late.json.gz"
    record = put("2", eventTime=f"{late:%Y-%m-%dT%H:%M:%SZ}")
    client("s3").put_object(Bucket="logs", Key=key, Body=packed(record))
    for days, hours in ((1, [NOW]), (2, [late, NOW])):
        (outcome,) = collect("traces", before=before, late_days=days, **READER)
        (row,) = traces(outcome)
        assert (row.events, row.events_by_hour) == (len(hours), (1,) * len(hours))
        assert row.hours == tuple(at.replace(minute=0) for at in hours)


def test_hours_that_are_read_again_take_the_place_of_what_was_known_of_them_unless_more_was_known(
    table: Call, client: Call, collect: Call, tmp_path: Path
) -> None:
    where = table("a", packed(put("1"), put("2")))
    first = collect("traces", **READER)
    before = save(tmp_path, first, first[0].scope.run.aws, first[0].scope.settings)
    table("b", packed(put("3"), put("4")))
    for gone, events, gaps in ((None, 4, []), ("a", 2, []), ("b", 2, ["LessThanKnown"])):
        if gone:
            key = where.removeprefix("s3://logs/").replace("/a.json", f"/{gone}.json")
            client("s3").delete_object(Bucket="logs", Key=key)
        (outcome,) = collect("traces", before=before, **READER)
        (row,) = traces(outcome)
        assert (row.events, [gap.error for gap in outcome.scope.gaps]) == (events, gaps)


def test_what_a_question_may_cost_is_told_before_it_is_asked(aws: Server, tmp_path: Path) -> None:
    reader = {
        "HEADWATER_TRAIL_READER": "athena",
        "HEADWATER_ATHENA_MOST_GB": "300",
        "HEADWATER_REGIONS": REGION,
    }
    done = called(
        command.main,
        *("--store", str(tmp_path), "--only", "traces", "--yes"),
        environment=aws.environment | reader,
    )
    assert "stopped at 300 GB ($1.50)" in " ".join(done.stderr.split())


def test_named_trails_are_read_as_files_only(aws: Server, tmp_path: Path) -> None:
    words = ("--store", str(tmp_path), "--trail", "s3://logs/AWSLogs")
    done = called(command.main, *words, environment=aws.environment | {"HEADWATER_TRAIL_READER": "athena"})
    assert (done.returncode, "read as files only" in " ".join(done.stderr.split())) == (2, True)


def test_a_failure_that_passes_costs_nothing_and_a_call_that_hangs_is_a_gap(
    aws: Server, table: Call, collect: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    table("a", packed(put("1")))
    aws.misbehave({"service": "athena", "fail": True, "times": 3})
    (outcome,) = collect("traces", **READER)
    assert (outcome.status, [row.events for row in traces(outcome)]) == ("ok", [1])
    monkeypatch.setattr("collectors.aws._CONFIG", _CONFIG.merge(Config(read_timeout=1)))
    monkeypatch.setattr("collectors.pace.FAILURE_TRIES", 2)
    aws.misbehave({"service": "athena", "operation": "GetQueryResults", "hang": 5})
    (outcome,) = collect("traces", fresh=True, **READER)
    assert [(gap.action, gap.error) for gap in outcome.scope.gaps] == [
        ("athena:GetQueryResults", "ReadTimeoutError")
    ]
