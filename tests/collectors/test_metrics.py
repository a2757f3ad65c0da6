"""Metrics over HTTP: which series, of what, over which range, in how many calls."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from collectors import metrics, snapshot
from collectors.metric_arns import Owners
from collectors.metric_estimate import sweeps
from collectors.metric_layers import Layer, layers, period_of, recent
from collectors.metric_list import METRICS, NAMESPACES
from collectors.metric_table import short
from collectors.run import save
from collectors.sample.server import Server
from collectors.settings import Settings
from tests.clock import meanwhile, whole_hour

HOME = "eu-west-1:111111111111"


def post(aws: Server, namespace: str, metric: str, *dimensions: dict[str, str]) -> None:
    series = [{"namespace": namespace, "metric": metric, "dimensions": one, "base": 6} for one in dimensions]
    aws.control("POST", "metrics", {"account": "111111111111", "region": "eu-west-1", "series": series})


def calls(aws: Server, operation: str) -> int:
    return sum(row["calls"] for row in aws.calls()["calls"] if row["operation"] == operation)


def rows(outcome: Any, layer: str = "recent") -> list[SimpleNamespace]:
    """The rows of a layer that a scope gave."""
    found = outcome.tables["metrics"].table.to_pylist() if outcome.tables else []
    return [SimpleNamespace(**row) for row in found if row["layer"] == layer]


def test_a_series_of_a_day_in_five_minutes(aws: Server, collect: Callable[..., Any]) -> None:
    post(aws, "AWS/SQS", "NumberOfMessagesSent", {"QueueName": "orders"})
    (outcome,) = collect("metrics")
    (row,) = rows(outcome)
    assert (outcome.status, row.arn) == ("ok", f"arn:aws:sqs:{HOME}:orders")
    assert (row.namespace, row.metric, row.statistic) == ("AWS/SQS", "NumberOfMessagesSent", "Sum")
    assert (row.period_seconds, len(row.times), set(row.values)) == (300, 288, {30.0})
    assert list(row.times) == sorted(row.times)
    assert (row.times[0], row.end - row.start) == (row.start, row.end - row.start)
    assert (row.end - row.start).total_seconds() == 86400


@pytest.mark.parametrize(
    ("namespace", "metric", "dimensions", "arn"),
    [
        ("AWS/Events", "TriggeredRules", {"RuleName": "r"}, "events:{}:rule/r"),
        ("AWS/Events", "TriggeredRules", {"EventBusName": "b", "RuleName": "r"}, "events:{}:rule/b/r"),
        ("AWS/Events", "TriggeredRules", {"EventBusName": "default", "RuleName": "r"}, "events:{}:rule/r"),
        (
            "AWS/Events",
            "TriggeredRules",
            {"EventBusName": "aws.partner/x.com/1", "RuleName": "r"},
            "events:{}:rule/aws.partner/x.com/1/r",
        ),
        ("AWS/Lambda", "Errors", {"FunctionName": "f"}, "lambda:{}:function:f"),
        ("AWS/SNS", "NumberOfMessagesPublished", {"TopicName": "t"}, "sns:{}:t"),
        ("AWS/EventBridge/Pipes", "EventCount", {"PipeName": "p"}, "pipes:{}:pipe/p"),
        ("AWS/Scheduler", "TargetErrorCount", {"ScheduleGroup": "g"}, "scheduler:{}:schedule-group/g"),
    ],
)
def test_a_series_belongs_to_the_arn_its_dimensions_name(
    aws: Server,
    collect: Callable[..., Any],
    namespace: str,
    metric: str,
    dimensions: dict[str, str],
    arn: str,
) -> None:
    post(aws, namespace, metric, dimensions)
    (outcome,) = collect("metrics", metric_hours=1, metric_history=False)
    assert [row.arn for row in rows(outcome)] == [f"arn:aws:{arn.format(HOME)}"]


@pytest.mark.parametrize(
    ("namespace", "metric", "dimensions"),
    [
        ("AWS/Events", "PutEventsEntriesCount", {}),
        ("AWS/Events", "Invocations", {}),
        ("AWS/Events", "TriggeredRules", {"EventBusName": "orders"}),
        ("AWS/Lambda", "Errors", {"FunctionName": "f", "Resource": "f:live"}),
        ("AWS/SQS", "SomethingNew", {"QueueName": "orders"}),
    ],
)
def test_counts_of_the_whole_account_and_of_parts_are_not_read(
    aws: Server, collect: Callable[..., Any], namespace: str, metric: str, dimensions: dict[str, str]
) -> None:
    post(aws, namespace, metric, dimensions)
    (outcome,) = collect("metrics", metric_hours=1, metric_history=False)
    assert (outcome.status, rows(outcome), calls(aws, "GetMetricData")) == ("ok", [], 0)


def test_a_latency_has_one_name_however_it_is_spelled(aws: Server, collect: Callable[..., Any]) -> None:
    post(aws, "AWS/Events", "IngestiontoInvocationStartLatency", {"RuleName": "r"})
    (outcome,) = collect("metrics", metric_hours=1, metric_history=False)
    assert [(row.metric, len(row.values)) for row in rows(outcome)] == [
        ("IngestionToInvocationStartLatency", 12)
    ]


def test_all_pages_are_read_in_both_calls(aws: Server, collect: Callable[..., Any]) -> None:
    for number in range(3):
        post(aws, "AWS/SQS", "NumberOfMessagesSent", {"QueueName": f"queue-{number}"})
    aws.misbehave({"service": "cloudwatch", "one_item_pages": True, "odd_tokens": True})
    (outcome,) = collect("metrics", metric_hours=1, metric_history=False)
    assert sorted(len(row.values) for row in rows(outcome)) == [12, 12, 12]
    assert outcome.scope.gaps == []


def test_batches_are_full(aws: Server, collect: Callable[..., Any]) -> None:
    post(aws, "AWS/SQS", "NumberOfMessagesSent", *({"QueueName": f"queue-{n}"} for n in range(501)))
    (outcome,) = collect("metrics", metric_hours=1, metric_history=False)
    assert (len(rows(outcome)), calls(aws, "GetMetricData")) == (501, 2)


@pytest.mark.parametrize(("operation", "status"), [("ListMetrics", "denied"), ("GetMetricData", "denied")])
def test_denied_is_denied(aws: Server, collect: Callable[..., Any], operation: str, status: str) -> None:
    post(aws, "AWS/SQS", "NumberOfMessagesSent", {"QueueName": "orders"})
    aws.misbehave({"service": "cloudwatch", "operation": operation, "deny": True})
    (outcome,) = collect("metrics", metric_hours=1, metric_history=False)
    assert (outcome.status, {gap.action for gap in outcome.scope.gaps}) == (
        status,
        {f"cloudwatch:{operation}"},
    )


def test_values_that_do_not_fit_their_times_are_a_gap(aws: Server, collect: Callable[..., Any]) -> None:
    post(aws, "AWS/SQS", "NumberOfMessagesSent", {"QueueName": "orders"})
    aws.misbehave({"service": "cloudwatch", "operation": "GetMetricData", "nulls": ["Values"]})
    (outcome,) = collect("metrics", metric_hours=1, metric_history=False)
    assert (outcome.status, [gap.error for gap in outcome.scope.gaps]) == ("failed", ["UnexpectedShape"])


def test_a_series_without_points_is_a_row_without_points(aws: Server, collect: Callable[..., Any]) -> None:
    series = {"namespace": "AWS/Events", "metric": "FailedInvocations", "dimensions": {"RuleName": "r"}}
    posted = {"account": "111111111111", "region": "eu-west-1", "series": [series | {"sparse_zero": True}]}
    aws.control("POST", "metrics", posted)
    (outcome,) = collect("metrics", metric_hours=1, metric_history=False)
    assert [(row.times, row.values) for row in rows(outcome)] == [([], [])]


@pytest.mark.parametrize("by", ["arn", "name", "path"])
def test_a_subscriber_is_found_by_name_and_by_arn(
    aws: Server, client: Callable[..., Any], collect: Callable[..., Any], by: str
) -> None:
    v2 = client("eventbridgev2")
    bus = v2.create_event_bus(Name="orders")["EventBusArn"]
    queue = client("sqs").create_queue(QueueName="orders")["QueueUrl"]
    target = f"arn:aws:sqs:{HOME}:{queue.rpartition('/')[2]}"
    subscriber = v2.create_subscriber(
        Name="ship",
        EventBusArn=bus,
        Type="UNORDERED",
        InvokeConfiguration={"TargetArn": target, "RoleArn": "arn:aws:iam::111111111111:role/ship"},
    )["SubscriberArn"]
    path = bus.rpartition("event-busv2/")[2]
    named = {"arn": (bus, subscriber), "name": ("orders", "ship"), "path": (path, subscriber)}[by]
    post(aws, "AWS/EventsV2", "EventsDelivered", {"EventBus": named[0], "Subscriber": named[1]})
    post(aws, "AWS/EventsV2", "PublishEventsEntryCount", {"EventBus": named[0]})
    post(aws, "AWS/EventsV2", "EventsDelivered", {"EventBus": "orders", "Subscriber": "deleted"})
    (outcome,) = collect("metrics", metric_hours=1, metric_history=False)
    assert {row.metric: row.arn for row in rows(outcome)} == {
        "EventsDelivered": subscriber,
        "PublishEventsEntryCount": bus,
    }
    assert outcome.scope.gaps == []


def test_a_name_that_two_things_share_is_a_gap_told_once() -> None:
    buses = [{"EventBusArn": f"arn:aws:events:{HOME}:event-busv2/orders/{number}"} for number in (1, 2)]
    gaps: list[Any] = []
    scope: Any = SimpleNamespace(
        pages=lambda _, operation, *__, **___: buses if operation == "list_event_buses" else [],
        gap=lambda *told: gaps.append(told),
    )
    owners = Owners(scope)
    assert [owners.arn_of("AWS/EventsV2", {"EventBus": "orders"}) for _ in range(2)] == [None, None]
    assert [gap[:3] for gap in gaps] == [("partial", "cloudwatch:ListMetrics", "AmbiguousName")]


@pytest.mark.parametrize(
    ("hours", "period"), [(1, 300), (24, 300), (25, 1800), (168, 1800), (169, 3600), (2160, 3600)]
)
def test_the_period_still_exists_at_the_start_of_the_range(hours: int, period: int) -> None:
    """CloudWatch keeps 60 s points 15 days, 300 s points 63 days, 3,600 s points 455 days."""
    assert period_of(hours) == period
    assert period % (60 if hours <= 15 * 24 else 300 if hours <= 63 * 24 else 3600) == 0


def test_a_range_ends_with_the_last_whole_period() -> None:
    span = recent(24).window(datetime(2026, 11, 25, 12, 7, 31, tzinfo=UTC).timestamp())
    assert (span.start, span.end) == (
        datetime(2026, 11, 24, 12, 5, tzinfo=UTC),
        datetime(2026, 11, 25, 12, 5, tzinfo=UTC),
    )
    assert span.points == 288


@pytest.mark.parametrize(
    ("hours", "period", "size"),
    [(1, 300, 500), (24, 300, 350), (360, 3600, 280), (2160, 21600, 280), (2160, 60, 1)],
)
def test_a_batch_holds_what_one_answer_can(hours: int, period: int, size: int) -> None:
    assert Layer("days", hours, period, 0).size == size


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, [("recent", 300), ("days", 3600), ("months", 21600)]),
        ({"metric_history": False}, [("recent", 300)]),
        ({"metric_hours": 168}, [("recent", 1800), ("days", 3600), ("months", 21600)]),
        ({"metric_hours": 14 * 24}, [("recent", 3600), ("months", 21600)]),
        ({"metric_hours": 90 * 24}, [("recent", 3600)]),
        *(
            ({"metric_hours": hours}, [("recent", 300), ("days", 3600), ("months", 21600)])
            for hours in (1, 3, 6)
        ),
    ],
)
def test_history_lies_behind_the_recent_range_and_is_coarser(
    settings: dict[str, Any], expected: list[tuple[str, int]]
) -> None:
    found = layers(Settings(**settings))
    assert [(layer.name, layer.period) for layer in found] == expected
    # what was asked longest ago must reach to where the next finer range begins
    for finer, coarser in pairwise(found):
        assert coarser.due_hours < finer.hours


def test_a_layer_is_asked_when_it_is_due_and_else_stays_as_it_is(
    aws: Server, collect: Callable[..., Any], tmp_path: Path
) -> None:
    post(aws, "AWS/SQS", "NumberOfMessagesSent", {"QueueName": "orders"})
    (first,) = collect("metrics")
    assert {layer: len(rows(first, layer)[0].times) for layer in ("recent", "days", "months")} == {
        "recent": 288,
        "days": 360,
        "months": 360,
    }
    assert (calls(aws, "GetMetricData"), first.scope.tally.usd) == (3, pytest.approx(0.00003))
    assert (
        "1 series x 3 ranges (24 h in 300 s, 360 h in 3600 s, 2160 h in 21600 s)" in first.scope.tally.asked
    )
    before = save(tmp_path, [first], first.scope.run.aws, first.scope.settings)
    (kept,) = before.rows("scopes")
    assert (kept["asked"], kept["usd"]) == (first.scope.tally.asked, first.scope.tally.usd)
    post(aws, "AWS/SQS", "NumberOfMessagesSent", {"QueueName": "new"})
    (second,) = collect("metrics", before=before)
    assert (calls(aws, "GetMetricData"), len(rows(second))) == (4, 2)
    for layer in ("days", "months"):
        assert rows(second, layer) == rows(first, layer)


def test_a_namespace_whose_rows_are_old_makes_no_other_due_with_it(
    aws: Server, collect: Callable[..., Any], tmp_path: Path
) -> None:
    post(aws, "AWS/SQS", "NumberOfMessagesSent", {"QueueName": "orders"})
    post(aws, "AWS/Lambda", "Errors", {"FunctionName": "bill"})
    (first,) = collect("metrics")
    table = save(tmp_path, [first], first.scope.run.aws, first.scope.settings).table("metrics")
    aged = [
        row | {"end": row["end"] - timedelta(days=3)} if row["namespace"] == "AWS/Lambda" else row
        for row in table.to_pylist()
    ]
    before = snapshot.write(tmp_path, {"metrics": pa.Table.from_pylist(aged, table.schema)}, "local AWS")
    with meanwhile() as moments:
        (second,) = collect("metrics", before=before)
    assert second.scope.tally.usd == pytest.approx(4 * 0.00001)
    assert "360 h in 3600 s of 1 of them" in second.scope.tally.asked
    found = {row.namespace: row for row in rows(second, "days")}
    assert found["AWS/SQS"] == next(row for row in rows(first, "days") if row.namespace == "AWS/SQS")
    assert found["AWS/Lambda"].end in {whole_hour(at) for at in moments}
    place = (table["account"][0].as_py(), table["region"][0].as_py())
    scopes = [{"collector": "metrics", "account": place[0], "region": place[1], "rows": 6}]
    told = sweeps(before, scopes, first.scope.settings, datetime.now(UTC).timestamp())[place]
    assert (told.series, told.metrics) == (2, 4)


def test_a_refused_series_keeps_its_rows_in_every_layer(
    aws: Server, collect: Callable[..., Any], tmp_path: Path
) -> None:
    post(aws, "AWS/SQS", "NumberOfMessagesSent", {"QueueName": "orders"})
    (first,) = collect("metrics")
    before = save(tmp_path, [first], first.scope.run.aws, first.scope.settings)
    aws.misbehave({"service": "cloudwatch", "operation": "GetMetricData", "deny": True})
    (second,) = collect("metrics", before=before)
    assert (second.status, second.count) == ("denied", 0)
    after = save(tmp_path, [second], second.scope.run.aws, second.scope.settings)
    assert sorted(after.table("metrics")["layer"].to_pylist()) == ["days", "months", "recent"]
    assert after.table("metrics").sort_by("layer") == before.table("metrics").sort_by("layer")


def test_a_series_that_is_not_whole_and_sent_only_when_not_zero_is_left_out(
    aws: Server, collect: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its holes would read as zeros."""
    for metric in ("MatchedEvents", "FailedInvocations"):
        post(aws, "AWS/Events", metric, {"RuleName": "r"})
    asked = metrics._data

    def cut(*given: Any) -> Any:
        return [{**part, "StatusCode": "InternalError"} for part in asked(*given)]

    monkeypatch.setattr(metrics, "_data", cut)
    (outcome,) = collect("metrics")
    assert [row.metric for row in rows(outcome)] == ["MatchedEvents"]
    assert {found.error for found in outcome.scope.gaps} == {"InternalError"}


@pytest.mark.parametrize("name", ["Values", "Timestamps"])
@pytest.mark.parametrize("odd", [None, float("nan"), float("inf")])
def test_a_point_that_is_no_number_is_a_gap_and_no_point(
    aws: Server, collect: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, name: str, odd: Any
) -> None:
    post(aws, "AWS/Events", "MatchedEvents", {"RuleName": "r"})
    asked = metrics._data

    def spoilt(*given: Any) -> Any:
        return [{**part, name: [odd, *part[name][1:]]} for part in asked(*given)]

    monkeypatch.setattr(metrics, "_data", spoilt)
    (outcome,) = collect("metrics")
    assert (outcome.status, {found.error for found in outcome.scope.gaps}) == ("failed", {"UnexpectedShape"})


def test_means_are_kept_to_five_digits_and_counts_whole() -> None:
    given = np.array([0.0, 12.0, 345_123.0, 219.371234, 0.00123456789, 1e15])
    assert list(short(given)) == [0.0, 12.0, 345_123.0, 219.37, 0.0012346, 1e15]


@pytest.mark.parametrize(
    ("ago", "asked"), [(0, []), (5.9, []), (6, ["days"]), (23, ["days"]), (24, ["days", "months"])]
)
def test_history_is_due_by_its_age(ago: float, asked: list[str]) -> None:
    now = datetime(2026, 11, 25, 12, tzinfo=UTC)
    ends = dict.fromkeys(("days", "months"), now - timedelta(hours=ago))
    found = [
        layer.name for layer in layers(Settings()) if layer.is_due(ends.get(layer.name), now.timestamp())
    ]
    assert found == ["recent", *asked]


def test_the_list_names_each_metric_once_with_its_dimensions_in_order() -> None:
    keys = [(row.namespace, row.dimensions, row.metric) for row in METRICS]
    assert len(set(keys)) == len(keys)
    assert all(tuple(sorted(row.dimensions)) == row.dimensions and row.dimensions for row in METRICS)
    assert set(NAMESPACES) == {row.namespace for row in METRICS}
