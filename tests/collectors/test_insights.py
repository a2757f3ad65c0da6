"""The reader by Logs Insights: its two queries together give what the log files give, and nothing is cut without a word."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors import log_queries
from collectors.evidence.counting import counted
from collectors.evidence.insights_text import SINGLES, TOTALS, text_of
from collectors.evidence.put_events import UNTOLD
from collectors.log_queries import Row
from collectors.run import save
from collectors.sample.server import Server, insights_ql
from tests.collectors.logged import ACCOUNT, BUS, NOW, OTHER, REGION, ROLE, packed, put, traces
from tests.collectors.test_athena_sql import SINCE, UNTIL, Sums, by_files, records, told_once
from tests.laws import LAW

Call = Callable[..., Any]
GROUP = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:trail"
READER = {"trail_reader": "insights"}


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_queries, "FIRST_PAUSE", 0.01)
    monkeypatch.setattr("collectors.pace.LONGEST_PAUSE", 0.01)


@pytest.fixture
def trail(client: Call) -> Call:
    """A trail that delivers to a log group too; the function puts records into a log file of it."""
    s3, cloudtrail = client("s3"), client("cloudtrail")
    s3.create_bucket(Bucket="logs", CreateBucketConfiguration={"LocationConstraint": REGION})
    client("logs").create_log_group(logGroupName="trail")
    role = f"arn:aws:iam::{ACCOUNT}:role/cloudtrail"
    cloudtrail.create_trail(
        Name="trail", S3BucketName="logs", CloudWatchLogsLogGroupArn=f"{GROUP}:*", CloudWatchLogsRoleArn=role
    )

    def add(name: str, *found: Any) -> None:
        key = f"AWSLogs/{ACCOUNT}/CloudTrail/{REGION}/{NOW:%Y/%m/%d}/{name}.json.gz"
        s3.put_object(Bucket="logs", Key=key, Body=packed(*found))

    return add


def test_the_sums_come_from_the_log_group_of_the_trail(aws: Server, trail: Call, collect: Call) -> None:
    half = {
        "responseElements": {"failedEntryCount": 1, "entries": [{"errorCode": "Internal"}, {"eventId": "x"}]}
    }
    two = ({"source": "s", "detailType": "a"}, {"source": "s", "detailType": "b"})
    trail("a", put("1"), put("2"), put("2"), put("3", *two, **half), put("3", *two, **half))
    trail("b", put("2"), put("4", errorCode="AccessDenied", responseElements=None))
    (outcome,) = collect("traces", **READER)
    found = sorted((row.source, row.detail_type, row.events, row.failed) for row in traces(outcome))
    assert found == [("com.acme.shop", "Sold", 2, 1), ("s", "a", 0, 1), ("s", "b", 1, 0)]
    assert {(row.principal, row.bus_arn, row.evidence) for row in traces(outcome)} == {
        (ROLE, f"{BUS}default", f"insights:{GROUP}")
    }
    assert {row.hours for row in traces(outcome)} == {(NOW.replace(minute=0),)}
    assert (outcome.status, outcome.scope.gaps) == ("ok", [])
    assert outcome.scope.tally.scanned > 0
    asked = {call["operation"] for call in aws.calls()["calls"] if call["service"] == "logs"}
    assert asked == {"CreateLogGroup", "StartQuery", "GetQueryResults"}


def test_each_scope_takes_its_own_and_the_queries_are_asked_once(
    aws: Server, trail: Call, collect: Call
) -> None:
    trail("a", put("1"), put("2", recipientAccountId=OTHER), put("3", recipientAccountId="999999999999"))
    mine, other = collect("traces", (ACCOUNT, OTHER), **READER)
    assert (sorted(row.bus_arn.split(":")[4] for row in traces(mine)), len(traces(other))) == (
        [ACCOUNT, "999999999999"],
        1,
    )
    started = [call["calls"] for call in aws.calls()["calls"] if call["operation"] == "StartQuery"]
    assert started == [2]


@pytest.mark.parametrize("name", ["trail", GROUP])
def test_a_named_log_group_is_read_without_looking_for_trails(
    aws: Server, trail: Call, collect: Call, name: str
) -> None:
    trail("a", put("1"))
    (outcome,) = collect("traces", trail_log_group=name, **READER)
    assert [row.events for row in traces(outcome)] == [1]
    assert "DescribeTrails" not in {call["operation"] for call in aws.calls()["calls"]}


def test_the_trails_of_each_region_are_asked_for(
    trail: Call, client: Call, aws: Server, collect: Call
) -> None:
    trail("a", put("1"))
    east = "us-east-1"
    group = f"arn:aws:logs:{east}:{ACCOUNT}:log-group:east"
    client("logs", region=east).create_log_group(logGroupName="east")
    client("cloudtrail", region=east).create_trail(
        Name="east",
        S3BucketName="logs",
        S3KeyPrefix="east",
        CloudWatchLogsLogGroupArn=f"{group}:*",
        CloudWatchLogsRoleArn=f"arn:aws:iam::{ACCOUNT}:role/cloudtrail",
    )
    collect("traces", regions=(REGION, east), **READER)
    started = {
        one["region"]: one["calls"] for one in aws.calls()["calls"] if one["operation"] == "StartQuery"
    }
    assert started == {REGION: 2, east: 2}


def test_of_several_groups_with_the_same_calls_one_is_taken(trail: Call, client: Call, collect: Call) -> None:
    trail("a", put("1"), put("2"))
    client("logs").create_log_group(logGroupName="second")
    second = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:second"
    client("cloudtrail").create_trail(
        Name="second",
        S3BucketName="logs",
        CloudWatchLogsLogGroupArn=f"{second}:*",
        CloudWatchLogsRoleArn=f"arn:aws:iam::{ACCOUNT}:role/cloudtrail",
    )
    (outcome,) = collect("traces", **READER)
    assert [row.events for row in traces(outcome)] == [2]
    assert [(gap.status, gap.error) for gap in outcome.scope.gaps] == [("partial", "SeveralGroups")]


def test_without_any_log_group_it_is_told_what_to_do(client: Call, collect: Call) -> None:
    s3 = client("s3")
    s3.create_bucket(Bucket="logs", CreateBucketConfiguration={"LocationConstraint": REGION})
    client("cloudtrail").create_trail(Name="trail", S3BucketName="logs")
    (outcome,) = collect("traces", **READER)
    (gap,) = outcome.scope.gaps
    assert (outcome.status, gap.error, "trail_log_group" in gap.message) == ("failed", "NoLogGroup", True)


def test_an_account_whose_trail_delivers_to_no_log_group_is_a_gap_and_others_are_read(
    trail: Call, client: Call, collect: Call
) -> None:
    trail("a", put("1"))
    theirs = client("cloudtrail", OTHER)
    client("s3", OTHER).create_bucket(
        Bucket="theirs", CreateBucketConfiguration={"LocationConstraint": REGION}
    )
    theirs.create_trail(Name="theirs", S3BucketName="theirs")
    mine, other = collect("traces", (ACCOUNT, OTHER), **READER)
    assert (mine.scope.gaps, other.scope.gaps) == ([], []), "it logs no PutEvents"
    fields = [("eventCategory", "Data"), ("resources.type", "AWS::Events::EventBus")]
    selectors = [{"FieldSelectors": [{"Field": name, "Equals": [value]} for name, value in fields]}]
    theirs.put_event_selectors(TrailName="theirs", AdvancedEventSelectors=selectors)
    mine, other = collect("traces", (ACCOUNT, OTHER), **READER)
    assert (mine.scope.gaps, len(traces(mine))) == ([], 1)
    assert [(gap.status, gap.error) for gap in other.scope.gaps] == [("partial", "NoLogGroup")]


def test_a_range_with_more_rows_than_a_query_gives_is_halved(
    aws: Server, trail: Call, collect: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_queries, "MOST_ROWS", 4)
    hours = [f"{NOW - timedelta(hours=n):%Y-%m-%dT%H:%M:%SZ}" for n in range(9)]
    trail("a", *(put(f"{n}-{m}", eventTime=at) for n, at in enumerate(hours) for m in range(2)))
    (outcome,) = collect("traces", **READER)
    (row,) = traces(outcome)
    assert (row.events, row.events_by_hour, outcome.scope.gaps) == (18, (2,) * 9, [])
    started = [call["calls"] for call in aws.calls()["calls"] if call["operation"] == "StartQuery"]
    assert started[0] > 2


def test_an_hour_with_more_rows_than_a_query_gives_is_a_gap_and_the_others_stay(
    trail: Call, collect: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_queries, "MOST_ROWS", 4)
    earlier = f"{NOW - timedelta(hours=3):%Y-%m-%dT%H:%M:%SZ}"
    kinds = [{"source": "s", "detailType": f"t{n}"} for n in range(6)]
    trail("a", put("1", eventTime=earlier), *(put(str(n), kind) for n, kind in enumerate(kinds, 2)))
    (outcome,) = collect("traces", **READER)
    assert [(row.detail_type, row.events) for row in traces(outcome)] == [("Sold", 1)]
    (gap,) = outcome.scope.gaps
    assert (outcome.status, gap.status, gap.error) == ("partial", "failed", "TooMany")
    assert f"{NOW:%Y-%m-%d %H}:00 UTC" in gap.message


@pytest.mark.parametrize(
    ("rule", "status", "error"),
    [
        ({"operation": "StartQuery", "deny": True}, "denied", "AccessDeniedException"),
        ({"operation": "GetQueryResults", "deny": True}, "denied", "AccessDeniedException"),
        ({"operation": "GetQueryResults", "query": {"state": "Failed"}}, "failed", "Failed"),
        ({"operation": "GetQueryResults", "query": {"state": "Timeout"}}, "failed", "Timeout"),
        ({"operation": "GetQueryResults", "query": {"state": "Cancelled"}}, "failed", "Cancelled"),
        ({"operation": "GetQueryResults", "drop": ["status"]}, "failed", "UnexpectedShape"),
    ],
)
def test_a_query_that_ends_badly_is_a_gap(
    aws: Server, trail: Call, collect: Call, rule: dict[str, Any], status: str, error: str
) -> None:
    trail("a", put("1"))
    aws.misbehave({"service": "logs"} | rule)
    (outcome,) = collect("traces", **READER)
    assert [(gap.status, gap.error) for gap in outcome.scope.gaps] == [(status, error)]
    assert (outcome.status, outcome.tables) == (status, {})


@pytest.mark.usefixtures("trail")
def test_a_query_that_takes_too_long_is_stopped(
    aws: Server, collect: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_queries, "MOST_SECONDS", 0.05)
    aws.misbehave({"service": "logs", "operation": "GetQueryResults", "query": {"state": "Scheduled"}})
    (outcome,) = collect("traces", **READER)
    assert [(gap.status, gap.error) for gap in outcome.scope.gaps] == [("failed", "Timeout")]
    assert "StopQuery" in {call["operation"] for call in aws.calls()["calls"]}


def test_entries_without_a_type_are_told(trail: Call, collect: Call) -> None:
    trail("a", put("1", {"source": "s"}, {"source": "s", "detailType": "t"}))
    (outcome,) = collect("traces", **READER)
    assert [row.events for row in traces(outcome)] == [1]
    assert [gap.message.split(";")[0] for gap in outcome.scope.gaps] == [
        "1 entries have no source or no detail type"
    ]


def test_a_call_that_does_not_say_which_entries_failed_is_told_and_an_odd_time_costs_no_other(
    trail: Call, collect: Call
) -> None:
    two = ({"source": "s", "detailType": "a"}, {"source": "s", "detailType": "b"})
    untold = {"responseElements": {"failedEntryCount": 1, "entries": [{"eventId": "x"}, {"eventId": "y"}]}}
    missing = {"responseElements": {"failedEntryCount": 1, "entries": [{"eventId": "x"}, {}]}}
    at = f"{NOW:%Y-%m-%dT%H}:61:00Z"
    trail("a", put("1", *two, **untold), put("2", *two, **missing), put("3", eventTime=at), put("4"))
    (outcome,) = collect("traces", **READER)
    found = sorted((row.detail_type, row.events, row.failed) for row in traces(outcome))
    assert found == [("Sold", 1, 0), ("a", 2, 0), ("b", 1, 1)]
    assert [gap.message.split(";")[0] for gap in outcome.scope.gaps] == [f"1 {UNTOLD.split(';')[0]}"]


def as_aws_answers(record: dict[str, Any]) -> dict[str, Any]:
    """An errorCode is absent where there is none."""
    return record | {"errorCode": record["errorCode"] or None}


def asked(query: tuple[str, ...], found: list[dict[str, Any]]) -> list[Row]:
    """What Logs Insights would answer, values as texts."""
    told = [{name: value for name, value in one.items() if value is not None} for one in found]
    logged = [one | {"@timestamp": 0, "@message": json.dumps(one)} for one in told]
    rows = insights_ql.run(text_of(query, SINCE, UNTIL), logged)
    return [{name: str(value) for name, value in row.items() if value is not None} for row in rows]


@LAW
@given(st.lists(records(), max_size=25).map(told_once), st.randoms(use_true_random=False))
def test_both_queries_together_give_the_sums_of_the_log_files(
    found: list[dict[str, Any]], chosen: Any
) -> None:
    told = [as_aws_answers(one) for one in found if one["eventID"]]
    again = [*told, *chosen.choices(told, k=len(told))] if told else []
    rows, _ = counted(asked(TOTALS, again), asked(SINGLES, again), "e", "aws")
    sums: Sums = Sums()
    for row in rows.to_pylist():
        where = tuple(row[name] for name in ("hour", "account", "region"))
        who = tuple(
            row[name] for name in ("principal", "principal_kind", "principal_account", "via", "action")
        )
        what = tuple(row[name] for name in ("bus_arn", "source", "detail_type"))
        sums[*where, *who, *what, "events"] += row["events"]
        sums[*where, *who, *what, "failed"] += row["failed"]
    assert +sums == by_files(told)[0]


def test_a_range_that_failed_is_asked_about_again_and_keeps_what_was_known(
    aws: Server, trail: Call, collect: Call, tmp_path: Path
) -> None:
    trail("a", put("1"))
    first = collect("traces", **READER)
    before = save(tmp_path, first, first[0].scope.run.aws, first[0].scope.settings)
    trail("b", put("2"))
    aws.misbehave({"service": "logs", "operation": "GetQueryResults", "query": {"state": "Failed"}})
    failed = collect("traces", before=before, **READER)
    after = save(tmp_path, failed, failed[0].scope.run.aws, failed[0].scope.settings)
    assert [row["events"] for row in after.rows("traces")] == [1]
    aws.behave()
    (outcome,) = collect("traces", before=after, **READER)
    assert [row.events for row in traces(outcome)] == [2]


def test_what_is_known_stays_when_the_retention_of_the_group_has_passed(
    trail: Call, client: Call, collect: Call, tmp_path: Path
) -> None:
    trail("a", put("1"))
    first = collect("traces", **READER)
    before = save(tmp_path, first, first[0].scope.run.aws, first[0].scope.settings)
    for key in [one["Key"] for one in client("s3").list_objects_v2(Bucket="logs")["Contents"]]:
        client("s3").delete_object(Bucket="logs", Key=key)
    (outcome,) = collect("traces", before=before, **READER)
    assert [row.events for row in traces(outcome)] == [1]
    assert [gap.error for gap in outcome.scope.gaps] == ["LessThanKnown"]
    assert outcome.scope.gaps[0].message.startswith("Less was found by insights than was known of ")


def test_too_many_queries_at_a_time_are_asked_again(aws: Server, trail: Call, collect: Call) -> None:
    trail("a", put("1"))
    too_many = {"status": 400, "code": "LimitExceededException", "message": "too many concurrent queries"}
    aws.misbehave({"service": "logs", "operation": "StartQuery", "fail": too_many, "times": 3})
    (outcome,) = collect("traces", **READER)
    assert (outcome.status, [row.events for row in traces(outcome)]) == ("ok", [1])
    assert outcome.scope.tally.throttles == 3
