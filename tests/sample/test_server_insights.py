"""The local AWS's reading of Logs Insights' language, and a query's way from start to end."""

import time
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from collectors.sample.server import Server, insights_ql

HOUR = 3_600_000
RECORDS = [
    {"@timestamp": 10, "kind": "a", "details": {"ms": 5, "who": {"id": "x"}}},
    {"@timestamp": HOUR - 1, "kind": "ab", "details": {"ms": 7}},
    {"@timestamp": HOUR, "kind": "b", "details": {}, "aws:Odd": "yes"},
]

ANSWERS: list[tuple[str, list[dict[str, Any]]]] = [
    ('filter kind in ["a", "b"] | stats count(*) as n', [{"n": 2}]),
    ("filter kind like /^a/ | stats count(*) as n", [{"n": 2}]),
    ("filter kind not like /^a/ and ispresent(`aws:Odd`) | stats max(`aws:Odd`) as odd", [{"odd": "yes"}]),
    ('filter (kind = "a" or details.ms > 6) and not kind = "b" | stats sum(details.ms) as ms', [{"ms": 12}]),
    ("stats count(*) as n, count(details.ms) as told by bin(1h) as hour", [
        {"hour": "1970-01-01 00:00:00.000", "n": 2, "told": 2},
        {"hour": "1970-01-01 01:00:00.000", "n": 1, "told": 0},
    ]),
    ('stats sum(strcontains(kind, "a")) as a, avg(details.ms) as mean', [{"a": 2, "mean": 6}]),
    ("stats sortsLast(details.who.id) as id by kind | sort kind desc | limit 1", [{"kind": "b", "id": None}]),
    ("stats max(details.ms) as ms by kind | stats sum(ms) as total", [{"total": 12}]),
    ("stats min(@timestamp) as first, max(@timestamp) as last", [{"first": 10, "last": HOUR}]),
]  # fmt: skip


@pytest.mark.parametrize(("query", "rows"), ANSWERS)
def test_a_query_gives(query: str, rows: list[dict[str, Any]]) -> None:
    assert insights_ql.run(query, RECORDS) == rows


@pytest.mark.parametrize(
    "query",
    [
        "",
        "select 1",
        "stats kind",
        "filter kind ~ 3",
        "stats frobnicate(kind)",
        "filter kind in [a]",
        "fields kind |",
    ],
)
def test_what_is_no_query_is_malformed(query: str) -> None:
    with pytest.raises(insights_ql.MalformedError):
        insights_ql.run(query, RECORDS)


@pytest.fixture
def logs(shared_aws: Server) -> Any:
    shared_aws.reset()
    records = [{"message_timestamp_ms": 1_700_000_000_000 + n, "kind": "k"} for n in range(3)]
    shared_aws.control(
        "POST", "logs", {"account": "111111111111", "region": "eu-west-1", "group": "g", "records": records}
    )
    keys = shared_aws.keys("111111111111")
    return boto3.client("logs", endpoint_url=shared_aws.endpoint_url, region_name="eu-west-1", **keys)


def asked(logs: Any, **more: Any) -> str:
    values = {
        "logGroupName": "g",
        "startTime": 1_700_000_000,
        "endTime": 1_700_000_001,
        "queryString": "stats count(*) as n",
    }
    identifier: str = logs.start_query(**(values | more))["queryId"]
    return identifier


def test_a_query_runs_a_while_then_is_complete_with_texts_and_what_was_scanned(logs: Any) -> None:
    query = asked(logs)
    while (answer := logs.get_query_results(queryId=query))["status"] == "Running":
        time.sleep(0.02)
    assert (answer["status"], answer["results"]) == ("Complete", [[{"field": "n", "value": "3"}]])
    assert answer["statistics"]["bytesScanned"] > 0
    with pytest.raises(ClientError, match="not running"):
        logs.stop_query(queryId=query)


def test_a_query_that_is_stopped_is_cancelled(logs: Any) -> None:
    query = asked(logs)
    assert logs.stop_query(queryId=query)["success"]
    assert logs.get_query_results(queryId=query)["status"] == "Cancelled"


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"logGroupName": "none"}, "ResourceNotFoundException"),
        ({"queryString": "select 1"}, "MalformedQueryException"),
    ],
)
def test_a_query_is_refused(logs: Any, given: dict[str, str], code: str) -> None:
    with pytest.raises(ClientError) as refused:
        asked(logs, **given)
    assert refused.value.response["Error"]["Code"] == code


def test_the_arn_of_a_log_group_must_not_end_in_a_star(logs: Any) -> None:
    arn = "arn:aws:logs:eu-west-1:111111111111:log-group:g"
    asked_of = {"startTime": 1, "endTime": 2, "queryString": "stats count(*)"}
    assert logs.start_query(logGroupIdentifiers=[arn], **asked_of)["queryId"]
    with pytest.raises(ClientError, match="logGroupIdentifiers"):
        logs.start_query(logGroupIdentifiers=[f"{arn}:*"], **asked_of)
