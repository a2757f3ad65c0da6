"""Lists come in AWS's pages, and may be told to come in odd ones."""

import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from collectors.sample.server import Server

Client = Callable[..., Any]
PATTERN = '{"source": ["orders"]}'
QUEUE = "arn:aws:sqs:eu-west-1:111111111111:orders"


def make_rules(events: Any, count: int) -> list[str]:
    names = [f"rule-{number:03}" for number in range(count)]
    for name in names:
        events.put_rule(Name=name, EventPattern=PATTERN)
    return names


def make_functions(client: Client, count: int) -> list[str]:
    role = client("iam").create_role(RoleName="run", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("main.py", "x")
    names = [f"function-{number:03}" for number in range(count)]
    for name in names:
        code = {"ZipFile": archive.getvalue()}
        client("lambda").create_function(
            FunctionName=name, Runtime="python3.12", Role=role, Handler="a.b", Code=code
        )
    return names


def test_rules_come_in_pages_of_100(client: Client) -> None:
    events = client("events")
    names = make_rules(events, 101)
    first = events.list_rules()
    assert len(first["Rules"]) == 100
    second = events.list_rules(NextToken=first["NextToken"])
    assert [rule["Name"] for rule in first["Rules"] + second["Rules"]] == names
    assert "NextToken" not in second


def test_functions_come_in_pages_of_50_whatever_is_asked(client: Client) -> None:
    names = make_functions(client, 51)
    first = client("lambda").list_functions(MaxItems=1000)
    assert len(first["Functions"]) == 50
    pages = client("lambda").get_paginator("list_functions").paginate()
    assert [one["FunctionName"] for page in pages for one in page["Functions"]] == names


def test_list_queues_stops_silently_at_1000_without_max_results(client: Client, server: Server) -> None:
    sqs = client("sqs")
    names = [f"queue-{number}" for number in range(1001)]
    server.control("POST", "queues", {"account": "111111111111", "region": "eu-west-1", "names": names})
    silent = sqs.list_queues()
    assert (len(silent["QueueUrls"]), silent.get("NextToken")) == (1000, None)
    pages = list(sqs.get_paginator("list_queues").paginate(PaginationConfig={"PageSize": 1000}))
    assert [len(page["QueueUrls"]) for page in pages] == [1000, 1]


def test_streams_go_on_by_name_and_by_token(client: Client, server: Server) -> None:
    kinesis = client("kinesis")
    for name in ("a", "b", "c"):
        kinesis.create_stream(StreamName=name, ShardCount=1)
    first = kinesis.list_streams(Limit=2)
    assert (first["StreamNames"], first["HasMoreStreams"]) == (["a", "b"], True)
    assert [each["StreamName"] for each in first["StreamSummaries"]] == ["a", "b"]
    assert kinesis.list_streams(ExclusiveStartStreamName="b")["StreamNames"] == ["c"]
    server.misbehave({"service": "kinesis", "one_item_pages": True})
    pages = kinesis.get_paginator("list_streams").paginate()
    assert [page["StreamNames"] for page in pages] == [["a"], ["b"], ["c"]]


LISTS = [
    ("events", "list_rules", {}, "Rules"),
    ("events", "list_event_buses", {}, "EventBuses"),
    ("sns", "list_topics", {}, "Topics"),
    ("schemas", "list_registries", {}, "Registries"),
    ("eventbridgev2", "list_event_buses", {}, "EventBuses"),
    ("scheduler", "list_schedule_groups", {}, "ScheduleGroups"),
    ("sqs", "list_queues", {"MaxResults": 10}, "QueueUrls"),
    ("cloudtrail", "lookup_events", {}, "Events"),
    ("cloudwatch", "list_metrics", {}, "Metrics"),
    ("events", "list_endpoints", {}, "Endpoints"),
]


def fill(client: Client, server: Server) -> None:
    """Two of each thing of LISTS, where the server does not already have one."""
    place = {"account": "111111111111", "region": "eu-west-1"}
    for name in ("one", "two"):
        client("events").put_rule(Name=name, EventPattern=PATTERN)
        client("events").create_event_bus(Name=name)
        client("sns").create_topic(Name=name)
        client("sqs").create_queue(QueueName=name)
        client("eventbridgev2").create_event_bus(Name=name)
        client("scheduler").create_schedule_group(Name=name)
        record = {"eventID": name, "eventName": "PutRule", "eventSource": "events.amazonaws.com"}
        server.control(
            "POST", "cloudtrail", place | {"records": [record | {"eventTime": "2026-11-20T10:00:00Z"}]}
        )
        series = {"namespace": "AWS/SQS", "metric": "Sent", "dimensions": {"QueueName": name}, "base": 1}
        server.control("POST", "metrics", place | {"series": [series]})
        buses = [
            {"EventBusArn": f"arn:aws:events:{region}:111111111111:event-bus/default"}
            for region in ("eu-west-1", "us-east-1")
        ]
        check = "arn:aws:route53:::healthcheck/11111111-1111-1111-1111-111111111111"
        failover = {"Primary": {"HealthCheck": check}, "Secondary": {"Route": "us-east-1"}}
        client("events").create_endpoint(
            Name=name, RoutingConfig={"FailoverConfig": failover}, EventBuses=buses
        )


def walk(api: Any, call: str, arguments: dict[str, Any], key: str) -> list[list[Any]]:
    """Every page of a list, by hand: some calls have no paginator."""
    pages, token = [], {}
    while True:
        page = getattr(api, call)(**arguments, **token)
        pages.append(page.get(key, []))
        if not page.get("NextToken"):
            return pages
        token = {"NextToken": page["NextToken"]}


def test_every_list_can_come_one_by_one_with_odd_tokens_and_empty_pages(
    client: Client, server: Server
) -> None:
    fill(client, server)
    usual = {(service, call): walk(client(service), call, more, key) for service, call, more, key in LISTS}
    server.misbehave({"one_item_pages": True, "odd_tokens": True, "empty_pages": True})
    for service, call, more, key in LISTS:
        pages = walk(client(service), call, more, key)
        whole = [item for page in usual[service, call] for item in page]
        assert [item for page in pages for item in page] == whole, call
        assert [len(page) for page in pages] == [0, 1] * len(whole), call
        assert len(whole) >= 2, call


@pytest.mark.parametrize(
    ("service", "call", "arguments", "code"),
    [
        ("events", "list_rules", {"NextToken": "no such token"}, "ValidationException"),
        ("events", "list_endpoints", {"NextToken": "no such token"}, "ValidationException"),
        ("events", "list_rules", {"Limit": 101}, "ValidationException"),
        ("eventbridgev2", "list_event_buses", {"NextToken": "no such token"}, "InvalidInputException"),
        ("eventbridgev2", "list_event_buses", {"MaxResults": 101}, "InvalidInputException"),
        ("schemas", "list_registries", {"NextToken": "no such token"}, "BadRequestException"),
        ("cloudtrail", "lookup_events", {"NextToken": "no such token"}, "InvalidNextTokenException"),
        ("lambda", "list_functions", {"Marker": "no such token"}, "InvalidParameterValueException"),
        ("stepfunctions", "list_state_machines", {"nextToken": "no such token"}, "InvalidToken"),
        ("sns", "list_topics", {"NextToken": "no such token"}, "InvalidParameter"),
        ("pipes", "list_pipes", {"NextToken": "no such token"}, "ValidationException"),
        (
            "resourcegroupstaggingapi",
            "get_resources",
            {"PaginationToken": "x"},
            "PaginationTokenExpiredException",
        ),
    ],
)
def test_a_token_or_limit_that_aws_refuses_is_refused(
    client: Client, service: str, call: str, arguments: dict[str, Any], code: str
) -> None:
    with pytest.raises(ClientError) as refused:
        getattr(client(service), call)(**arguments)
    assert refused.value.response["Error"]["Code"] == code


def test_a_token_of_one_question_does_not_answer_another(client: Client) -> None:
    events = client("events")
    make_rules(events, 3)
    token = events.list_rules(Limit=1)["NextToken"]
    with pytest.raises(ClientError, match="another question"):
        events.list_rules(NamePrefix="rule", NextToken=token)


def test_nulls_and_absent_members_are_seen_by_the_client_as_absent(client: Client, server: Server) -> None:
    client("events").put_rule(Name="orders", EventPattern=PATTERN, Description="all orders")
    client("events").put_targets(Rule="orders", Targets=[{"Id": "1", "Arn": QUEUE}])
    server.misbehave({"operation": ["ListRules"], "nulls": ["EventPattern"], "drop": ["Description"]})
    [rule] = client("events").list_rules()["Rules"]
    assert rule.keys() == {"Name", "Arn", "State", "EventBusName"}
    server.behave()
    [rule] = client("events").list_rules()["Rules"]
    assert json.loads(rule["EventPattern"]) == {"source": ["orders"]}
