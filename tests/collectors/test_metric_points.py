"""GetMetricData's answer is read without botocore's own objects, and what is odd is left to botocore."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from collectors.metric_points import attach
from collectors.sample.server import Server

ASKED = {
    "MetricDataQueries": [
        {
            "Id": "m0",
            "MetricStat": {
                "Metric": {
                    "Namespace": "AWS/SQS",
                    "MetricName": "NumberOfMessagesSent",
                    "Dimensions": [{"Name": "QueueName", "Value": "orders"}],
                },
                "Period": 300,
                "Stat": "Sum",
            },
        }
    ],
    "StartTime": datetime(2026, 11, 20, 12, tzinfo=UTC),
    "EndTime": datetime(2026, 11, 20, 13, tzinfo=UTC),
}


def read(
    body: bytes, kind: str = "application/x-amz-json-1.0", status: int = 200
) -> tuple[bytes, dict[str, Any]]:
    """What is left for botocore, and what was read."""
    heard: list[Any] = []
    client: Any = type("Client", (), {})()
    client.meta = client.events = client
    client.register = lambda _, how: heard.append(how)
    attach(client)
    response = {"status_code": status, "headers": {"Content-Type": kind}, "body": body}
    made: dict[str, Any] = {}
    heard[0](response_dict=response, customized_response_dict=made, event_name="before-parse")
    left: Any = response["body"]
    return left, made


def test_the_same_points_come_as_botocore_would_give(aws: Server) -> None:
    import boto3  # noqa: PLC0415 - a client of its own: those that are shared stay as they are

    series = {
        "namespace": "AWS/SQS",
        "metric": "NumberOfMessagesSent",
        "dimensions": {"QueueName": "orders"},
        "base": 6,
    }
    aws.control("POST", "metrics", {"account": "111111111111", "region": "eu-west-1", "series": [series]})
    plain, quick = (
        boto3.client("cloudwatch", endpoint_url=aws.endpoint_url, region_name="eu-west-1", **aws.keys())
        for _ in range(2)
    )
    attach(quick)
    (expected,), (row,) = (client.get_metric_data(**ASKED)["MetricDataResults"] for client in (plain, quick))
    assert [datetime.fromtimestamp(at, UTC) for at in row["Timestamps"]] == expected["Timestamps"]
    assert (len(row["Values"]), row["Values"]) == (12, expected["Values"])


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"null", b'{"MetricDataResults": ['])
def test_what_is_odd_is_left_to_botocore(body: bytes) -> None:
    assert read(body) == (body, {})


@pytest.mark.parametrize(
    ("kind", "status"), [("application/cbor", 200), ("text/xml", 200), ("application/x-amz-json-1.0", 400)]
)
def test_other_protocols_and_refusals_are_left_to_botocore(kind: str, status: int) -> None:
    body = json.dumps({"MetricDataResults": []}).encode()
    assert read(body, kind, status) == (body, {})
