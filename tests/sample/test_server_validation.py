"""What AWS refuses, the stand-ins refuse: boto3 itself checks neither enums nor patterns nor upper bounds."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from collectors.sample.server import Server
from collectors.sample.server.stand_ins import STAND_INS
from collectors.sample.server.validate import CODES
from collectors.sample.server.wire import operation_model

Client = Callable[..., Any]
BUS = "arn:aws:events:eu-west-1:111111111111:event-bus/"
NOW = datetime(2026, 11, 25, tzinfo=UTC)


def data(**changed: Any) -> dict[str, Any]:
    """A question for metric data, with something wrong in it."""
    metric = {"Namespace": "AWS/SQS", "MetricName": "Sent"}
    query = {"Id": "a", "MetricStat": {"Metric": metric, "Period": 60, "Stat": "Sum"}}
    whole = {"MetricDataQueries": [query], "StartTime": NOW - timedelta(hours=1), "EndTime": NOW}
    return whole | changed


QUERY = data()["MetricDataQueries"][0]
BOGUS = [{"AttributeKey": "Bogus", "AttributeValue": "x"}]

REFUSED = [
    # service, call, arguments, code, what the message names
    (
        "cloudtrail",
        "lookup_events",
        {"LookupAttributes": BOGUS},
        "InvalidLookupAttributesException",
        "enum value set",
    ),
    ("cloudtrail", "lookup_events", {"EventCategory": "bogus"}, "InvalidEventCategoryException", "insight"),
    ("cloudtrail", "lookup_events", {"MaxResults": 51}, "InvalidMaxResultsException", "equal to 50"),
    ("cloudwatch", "list_metrics", {"RecentlyActive": "PT4H"}, "ValidationError", "PT3H"),
    ("cloudwatch", "list_metrics", {"Namespace": ":x"}, "ValidationError", "Namespace"),
    ("cloudwatch", "list_metrics", {"MetricName": "x" * 256}, "ValidationError", "equal to 255"),
    ("cloudwatch", "get_metric_data", data(ScanBy="Bogus"), "ValidationError", "TimestampAscending"),
    (
        "cloudwatch",
        "get_metric_data",
        data(MetricDataQueries=[QUERY | {"Id": "Upper"}]),
        "ValidationError",
        "MetricDataQueries.member.1.Id is not matching",
    ),
    ("events", "list_event_sources", {"Limit": 101}, "ValidationException", "equal to 100"),
    ("events", "list_event_sources", {"NamePrefix": "a b"}, "ValidationException", "NamePrefix"),
    ("events", "describe_event_source", {"Name": "mine"}, "ValidationException", "regular expression"),
    ("events", "list_rules", {"EventBusName": "a b", "Limit": 1}, "ValidationException", "EventBusName"),
    ("events", "put_events", {"Entries": [{"Source": "a"}] * 11}, "ValidationException", "equal to 10"),
    ("sqs", "list_queues", {"MaxResults": 5000}, "InvalidParameterValue", "1 to 1000"),
    ("sqs", "list_queues", {"MaxResults": 0}, "InvalidParameterValue", "1 to 1000"),
    ("kinesis", "list_streams", {"Limit": 10001}, "InvalidArgumentException", "equal to 10000"),
    ("lambda", "list_functions", {"MaxItems": 10001}, "InvalidParameterValueException", "equal to 10000"),
    ("schemas", "list_registries", {"Scope": "XX"}, "BadRequestException", "Scope"),
    ("schemas", "create_registry", {"RegistryName": "a b"}, "BadRequestException", "registry name"),
    ("schemas", "create_registry", {"RegistryName": "a" * 65}, "BadRequestException", "registry name"),
    (
        "schemas",
        "create_registry",
        {"RegistryName": "a", "Description": "x" * 257},
        "BadRequestException",
        "256",
    ),
    ("schemas", "delete_registry", {"RegistryName": "aws.events"}, "ForbiddenException", "aws.events"),
    ("schemas", "create_discoverer", {"SourceArn": f"{BUS}none"}, "BadRequestException", "does not exist"),
    (
        "schemas",
        "create_discoverer",
        {"SourceArn": "arn:aws:events:us-east-1:111111111111:event-bus/default"},
        "BadRequestException",
        "does not exist",
    ),
    (
        "schemas",
        "create_schema",
        {"RegistryName": "discovered-schemas", "SchemaName": "a/b", "Type": "OpenApi3", "Content": "{}"},
        "BadRequestException",
        "schema name",
    ),
    ("eventbridgev2", "list_event_buses", {"MaxResults": 101}, "InvalidInputException", "MaxResults"),
    (
        "resourcegroupstaggingapi",
        "get_resources",
        {"TagFilters": [{"Key": "k" * 129}]},
        "InvalidParameterException",
        "equal to 128",
    ),
]


@pytest.mark.parametrize(("service", "call", "arguments", "code", "named"), REFUSED)
def test_input_that_aws_refuses_is_refused_in_the_services_own_words(
    client: Client, service: str, call: str, arguments: dict[str, Any], code: str, named: str
) -> None:
    with pytest.raises(ClientError, match=named) as refused:
        getattr(client(service), call)(**arguments)
    assert refused.value.response["Error"]["Code"] == code
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] in {400, 403}


def test_awss_own_registry_is_still_there_after_one_tried_to_delete_it(client: Client) -> None:
    with pytest.raises(ClientError):
        client("schemas").delete_registry(RegistryName="aws.events")
    assert "aws.events" in [row["RegistryName"] for row in client("schemas").list_registries()["Registries"]]


def test_several_problems_are_told_together_each_with_its_member(client: Client) -> None:
    with pytest.raises(ClientError, match="2 validation errors detected") as refused:
        client("events").list_event_sources(Limit=101, NamePrefix="a b")
    message = refused.value.response["Error"]["Message"]
    assert "Value '101' at 'Limit' failed to satisfy constraint" in message
    assert "Value 'a b' at 'NamePrefix' failed to satisfy constraint" in message


@pytest.mark.parametrize(
    ("service", "call", "arguments"),
    [
        ("schemas", "list_registries", {"Scope": "Local"}),
        ("schemas", "create_registry", {"RegistryName": "a" * 64}),
        ("schemas", "create_discoverer", {"SourceArn": f"{BUS}default"}),
        ("sqs", "list_queues", {"MaxResults": 1000}),
        ("cloudwatch", "list_metrics", {"RecentlyActive": "PT3H"}),
        ("cloudwatch", "get_metric_data", data(ScanBy="TimestampDescending")),
        ("cloudtrail", "lookup_events", {"EventCategory": "insight", "MaxResults": 50}),
        ("events", "list_event_sources", {"Limit": 100}),
    ],
)
def test_what_aws_takes_at_its_bounds_is_taken(
    client: Client, server: Server, service: str, call: str, arguments: dict[str, Any]
) -> None:
    getattr(client(service), call)(**arguments)
    assert server.control("GET", "crashes")["crashes"] == []


def test_every_code_for_broken_constraints_is_of_a_service_that_is_answered_here() -> None:
    assert set(CODES) <= {service for service, _ in STAND_INS}
    for service, operation in STAND_INS:
        assert operation_model(service, operation), (service, operation)
