"""CloudTrail's event history and CloudWatch's computed metrics."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from collectors.sample.server import Server

Client = Callable[..., Any]
PLACE = {"account": "111111111111", "region": "eu-west-1"}
NOW = datetime.now(UTC).replace(second=0, microsecond=0)


def record(number: int, name: str = "PutRule", hours_ago: float = 1, **more: Any) -> dict[str, Any]:
    return {
        "eventID": f"id-{number}",
        "eventName": name,
        "eventSource": "events.amazonaws.com",
        "eventTime": (NOW - timedelta(hours=hours_ago)).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "userIdentity": {
            "principalId": "AROA:ana",
            "sessionContext": {"sessionIssuer": {"userName": "deploy"}},
        },
        **more,
    }


def test_events_come_newest_first_50_a_page_for_90_days_and_never_data_events(
    client: Client, server: Server
) -> None:
    records = [record(number, hours_ago=number + 1) for number in range(51)]
    records += [
        record(98, hours_ago=91 * 24),
        record(99, "PutEvents", eventCategory="Data", managementEvent=False),
    ]
    server.control("POST", "cloudtrail", PLACE | {"records": records})
    pages = list(client("cloudtrail").get_paginator("lookup_events").paginate())
    assert [len(page["Events"]) for page in pages] == [50, 1]
    seen = [event["EventId"] for page in pages for event in page["Events"]]
    assert seen == [f"id-{number}" for number in range(51)]
    assert pages[0]["Events"][0]["Username"] == "ana"
    assert client("cloudtrail", region="us-east-1").lookup_events()["Events"] == []


def test_one_attribute_and_a_time_range_narrow_the_history(client: Client, server: Server) -> None:
    bus = {"type": "AWS::Events::EventBus", "ARN": "arn:aws:events:eu-west-1:111111111111:event-bus/a"}
    records = [record(1), record(2, "PutTargets"), record(3, hours_ago=30, resources=[bus])]
    server.control("POST", "cloudtrail", PLACE | {"records": records})
    api = client("cloudtrail")

    def found(**asked: Any) -> list[str]:
        return [event["EventId"] for event in api.lookup_events(**asked)["Events"]]

    assert found(LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": "PutTargets"}]) == ["id-2"]
    assert found(LookupAttributes=[{"AttributeKey": "ResourceName", "AttributeValue": bus["ARN"]}]) == [
        "id-3"
    ]
    assert found(EndTime=NOW - timedelta(hours=20)) == ["id-3"]


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        (
            {"LookupAttributes": [{"AttributeKey": "EventName", "AttributeValue": "a"}] * 2},
            "InvalidLookupAttributesException",
        ),
        ({"MaxResults": 51}, "InvalidMaxResultsException"),
        ({"StartTime": NOW, "EndTime": NOW - timedelta(hours=1)}, "InvalidTimeRangeException"),
    ],
)
def test_lookup_events_refuses_what_aws_refuses(client: Client, asked: dict[str, Any], code: str) -> None:
    with pytest.raises(ClientError) as refused:
        client("cloudtrail").lookup_events(**asked)
    assert refused.value.response["Error"]["Code"] == code


def series(queue: str, **more: Any) -> dict[str, Any]:
    return {"namespace": "AWS/SQS", "metric": "Sent", "dimensions": {"QueueName": queue}, "base": 10, **more}


def query(queue: str, stat: str = "Sum", period: int = 300, number: int = 0) -> dict[str, Any]:
    metric = {
        "Namespace": "AWS/SQS",
        "MetricName": "Sent",
        "Dimensions": [{"Name": "QueueName", "Value": queue}],
    }
    return {"Id": f"q{number}", "MetricStat": {"Metric": metric, "Period": period, "Stat": stat}}


def values(client: Client, *queries: dict[str, Any], hours: float = 24, **more: Any) -> list[list[float]]:
    answer = client("cloudwatch").get_metric_data(
        MetricDataQueries=list(queries), StartTime=NOW - timedelta(hours=hours), EndTime=NOW, **more
    )
    return [result["Values"] for result in answer["MetricDataResults"]]


def post(server: Server, *made: dict[str, Any]) -> None:
    server.control("POST", "metrics", PLACE | {"series": list(made)})


def test_statistics_of_a_steady_series(client: Client, server: Server) -> None:
    post(server, series("orders"))
    stats = ["Sum", "Average", "Maximum", "Minimum", "SampleCount", "p99"]
    queries = [query("orders", stat, 3600, number) for number, stat in enumerate(stats)]
    start = NOW.replace(minute=0) - timedelta(hours=2)
    answer = client("cloudwatch").get_metric_data(
        MetricDataQueries=queries, StartTime=start, EndTime=start + timedelta(hours=2)
    )
    seen = {row["Id"]: row["Values"] for row in answer["MetricDataResults"]}
    assert list(seen.values()) == [[600, 600], [10, 10], [10, 10], [10, 10], [60, 60], [10, 10]]


def test_values_follow_the_day_and_are_the_same_when_asked_again(client: Client, server: Server) -> None:
    post(server, series("orders", amplitude=0.5, noise=0.2, seed=1))
    [day] = values(client, query("orders", period=3600))
    assert max(day) > 2 * min(day[1:-1])
    assert values(client, query("orders", period=3600)) == [day]
    assert values(client, query("orders", period=3600), ScanBy="TimestampAscending") == [day[::-1]]


def test_a_series_sent_only_when_not_zero_has_missing_points(client: Client, server: Server) -> None:
    post(
        server,
        series("rare", base=0.05, whole=True, sparse_zero=True),
        series("never", base=0, sparse_zero=True),
    )
    [rare, never] = values(client, query("rare", period=60), query("never", number=1))
    assert 20 < len(rare) < 160
    assert set(rare) == {1.0}
    assert never == []


def test_series_that_stray_together_agree_and_others_do_not(client: Client, server: Server) -> None:
    noisy: dict[str, Any] = {"base": 0.3, "noise": 0.5, "whole": True}
    post(
        server,
        series("sent", together="orders", **noisy),
        series("received", together="orders", **noisy),
        series("other", **noisy),
    )
    sent, received, other = values(
        client, *[query(name, number=number) for number, name in enumerate(("sent", "received", "other"))]
    )
    assert sent == received != other


def test_an_incident_grows_and_ends(client: Client, server: Server) -> None:
    incident = {"start_hours_ago": 6, "hours": 2, "ramp": 600}
    post(server, series("orders", base=1, incidents=[incident]))
    [points] = values(client, query("orders", "Maximum"), ScanBy="TimestampAscending")
    assert 550 < max(points) <= 601
    assert points[-1] == points[0] == 1


def test_answers_are_cut_at_the_limits_of_the_api(client: Client, server: Server) -> None:
    post(server, series("orders"), series("stock"))
    [first, second] = values(client, query("orders"), query("stock", number=1), MaxDatapoints=300)
    assert (len(first), len(first) + len(second)) == (len(first), 300)
    with pytest.raises(ClientError, match="size greater than 500"):
        values(client, *[query("orders", number=number) for number in range(501)])
    with pytest.raises(ClientError, match="multiple of 60"):
        values(client, query("orders", period=90))


def test_every_point_comes_once_however_the_answer_is_cut(client: Client, server: Server) -> None:
    post(server, series("orders"), series("stock", base=20))
    asked = {
        "MetricDataQueries": [query("orders", period=3600), query("stock", period=3600, number=1)],
        "StartTime": NOW - timedelta(hours=10),
        "EndTime": NOW,
    }
    api = client("cloudwatch")
    pages = list(api.get_paginator("get_metric_data").paginate(**asked, PaginationConfig={"PageSize": 7}))
    assert len(pages) > 2
    whole = {row["Id"]: row["Values"] for row in api.get_metric_data(**asked)["MetricDataResults"]}
    joined: dict[str, list[float]] = {}
    for page in pages:
        for row in page["MetricDataResults"]:
            joined[row["Id"]] = joined.get(row["Id"], []) + row["Values"]
    assert joined == whole


def test_series_come_one_a_page_and_whole_when_lists_come_one_by_one(client: Client, server: Server) -> None:
    post(server, series("orders"), series("stock", base=20))
    asked: dict[str, Any] = {
        "MetricDataQueries": [query("orders"), query("none", number=1), query("stock", number=2)],
        "StartTime": NOW - timedelta(hours=10),
        "EndTime": NOW,
    }
    api = client("cloudwatch")
    whole = [(row["Id"], row["Values"]) for row in api.get_metric_data(**asked)["MetricDataResults"]]
    server.misbehave({"service": "cloudwatch", "one_item_pages": True, "odd_tokens": True})
    pages = [page["MetricDataResults"] for page in api.get_paginator("get_metric_data").paginate(**asked)]
    assert [len(page) for page in pages] == [1, 1, 1]
    assert [(row["Id"], row["Values"]) for page in pages for row in page] == whole
    assert {row["StatusCode"] for page in pages for row in page} == {"Complete"}


def test_metrics_are_listed_by_dimension_and_by_recent_life(client: Client, server: Server) -> None:
    post(server, series("orders"), series("never", base=0, sparse_zero=True))
    api = client("cloudwatch")

    def listed(**asked: Any) -> list[str]:
        return [row["Dimensions"][0]["Value"] for row in api.list_metrics(**asked)["Metrics"]]

    assert listed(Namespace="AWS/SQS", MetricName="Sent") == ["orders", "never"]
    assert listed(Dimensions=[{"Name": "QueueName", "Value": "never"}]) == ["never"]
    assert listed(Dimensions=[{"Name": "TopicName"}]) == []
    assert listed(RecentlyActive="PT3H") == ["orders"]


def test_one_minute_points_are_kept_15_days(client: Client, server: Server) -> None:
    post(server, series("orders"))
    answer = client("cloudwatch").get_metric_data(
        MetricDataQueries=[query("orders", period=60), query("orders", period=3600, number=1)],
        StartTime=NOW - timedelta(days=20),
        EndTime=NOW - timedelta(days=19),
    )
    assert [len(row["Values"]) > 0 for row in answer["MetricDataResults"]] == [False, True]


def test_a_series_with_a_member_that_none_has_is_refused(server: Server) -> None:
    with pytest.raises(ValueError, match="amplitud"):
        post(server, series("orders", amplitud=1))
