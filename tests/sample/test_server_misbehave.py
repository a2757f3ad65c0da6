"""The local AWS denies, throttles, fails and hangs on demand, in each service's own words, and counts calls."""

import time
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from collectors.sample.server import Server

Client = Callable[..., Any]


@pytest.fixture
def once(server: Server) -> Client:
    """Clients that never try again."""

    def make(service: str) -> Any:
        config = Config(retries={"total_max_attempts": 1}, read_timeout=5)
        return boto3.client(
            service,
            endpoint_url=server.endpoint_url,
            region_name="eu-west-1",
            config=config,
            **server.keys(),
        )

    return make


DENIED = [
    ("events", "list_rules", "AccessDeniedException", "events:ListRules"),
    ("eventbridgev2", "list_subscribers", "AccessDeniedException", "events:ListSubscribers"),
    ("schemas", "list_registries", "AccessDeniedException", "schemas:ListRegistries"),
    ("cloudtrail", "lookup_events", "AccessDeniedException", "cloudtrail:LookupEvents"),
    ("cloudwatch", "list_metrics", "AccessDenied", "cloudwatch:ListMetrics"),
    ("sqs", "list_queues", "AccessDenied", "sqs:ListQueues"),
    ("sns", "list_topics", "AuthorizationError", "sns:ListTopics"),
    ("lambda", "list_functions", "AccessDeniedException", "lambda:ListFunctions"),
    ("stepfunctions", "list_state_machines", "AccessDeniedException", "states:ListStateMachines"),
    ("pipes", "list_pipes", "AccessDeniedException", "pipes:ListPipes"),
    ("scheduler", "list_schedules", "AccessDeniedException", "scheduler:ListSchedules"),
    ("s3", "list_buckets", "AccessDenied", "s3:ListAllMyBuckets"),
    ("iam", "list_roles", "AccessDenied", "iam:ListRoles"),
    ("resourcegroupstaggingapi", "get_resources", "AccessDeniedException", "tag:GetResources"),
]


@pytest.mark.parametrize(("service", "call", "code", "action"), DENIED)
def test_a_denial_speaks_the_protocol_of_its_service_and_names_the_action(
    server: Server, once: Client, service: str, call: str, code: str, action: str
) -> None:
    server.misbehave({"service": service, "deny": True})
    with pytest.raises(ClientError) as denied:
        getattr(once(service), call)()
    assert denied.value.response["Error"]["Code"] == code
    assert f"is not authorized to perform: {action} " in denied.value.response["Error"]["Message"]


def test_a_rule_binds_only_the_calls_it_names(server: Server, client: Client) -> None:
    server.misbehave({"account": "222222222222", "region": "us-east-1", "service": "events", "deny": True})
    assert client("events", "222222222222", "eu-west-1").list_rules()["Rules"] == []
    assert client("events", "111111111111", "us-east-1").list_rules()["Rules"] == []
    with pytest.raises(ClientError):
        client("events", "222222222222", "us-east-1").list_rules()


def test_contains_picks_calls_by_what_they_ask_for(server: Server, client: Client) -> None:
    for name in ("open", "closed"):
        client("events").create_event_bus(Name=name)
    server.misbehave({"operation": "ListRules", "contains": "closed", "deny": True})
    assert client("events").list_rules(EventBusName="open")["Rules"] == []
    with pytest.raises(ClientError):
        client("events").list_rules(EventBusName="closed")


THROTTLED = [
    ("events", "list_rules", "ThrottlingException"),
    ("eventbridgev2", "list_event_buses", "ThrottlingException"),
    ("lambda", "list_functions", "TooManyRequestsException"),
    ("sns", "list_topics", "Throttling"),
    ("sqs", "list_queues", "RequestThrottled"),
    ("cloudtrail", "lookup_events", "ThrottlingException"),
]


@pytest.mark.parametrize(("service", "call", "code"), THROTTLED)
def test_calls_above_the_quota_are_throttled_and_counted(
    server: Server, once: Client, service: str, call: str, code: str
) -> None:
    server.misbehave({"service": service, "throttle": 0.01, "burst": 2})
    api = once(service)
    for _ in range(2):
        getattr(api, call)()
    with pytest.raises(ClientError) as throttled:
        getattr(api, call)()
    assert throttled.value.response["Error"]["Code"] == code
    assert (server.calls()["total"], server.calls()["throttled"]) == (3, 1)


def test_each_account_and_region_has_a_quota_of_its_own(server: Server, client: Client) -> None:
    server.misbehave({"throttle": 0.01, "burst": 1})
    for account in ("111111111111", "222222222222"):
        for region in ("eu-west-1", "us-east-1"):
            assert client("events", account, region).list_rules()["Rules"] == []


def test_a_failure_that_passes_is_survived_by_the_retries_of_boto3(server: Server, client: Client) -> None:
    server.misbehave({"service": "events", "fail": True, "times": 1})
    assert client("events").list_rules()["Rules"] == []
    assert server.calls()["total"] == 2


def test_a_failure_may_be_any_error(server: Server, once: Client) -> None:
    gone = {"status": 400, "code": "ResourceNotFoundException", "message": "gone"}
    server.misbehave({"service": "events", "fail": gone})
    with pytest.raises(once("events").exceptions.ResourceNotFoundException, match="gone"):
        once("events").list_rules()


def test_a_hanging_call_answers_late(server: Server, once: Client) -> None:
    server.misbehave({"service": "events", "hang": 0.3})
    begun = time.monotonic()
    once("events").list_rules()
    assert time.monotonic() - begun >= 0.3


def test_an_unsupported_service_answers_that_it_does_not_know_the_operation(
    server: Server, once: Client
) -> None:
    server.misbehave({"service": "eventbridgev2", "unsupported": True})
    with pytest.raises(ClientError) as unsupported:
        once("eventbridgev2").list_event_buses()
    assert unsupported.value.response["Error"]["Code"] == "UnknownOperationException"
    assert once("events").list_event_buses()["EventBuses"]


def test_calls_are_counted_by_account_region_service_and_operation(server: Server, client: Client) -> None:
    client("events", "222222222222", "us-east-1").list_rules()
    client("stepfunctions").list_state_machines()
    counted = [
        (row["account"], row["region"], row["action"], row["calls"]) for row in server.calls()["calls"]
    ]
    assert counted == [
        ("111111111111", "eu-west-1", "states:ListStateMachines", 1),
        ("222222222222", "us-east-1", "events:ListRules", 1),
    ]


def test_a_rule_with_a_member_that_no_rule_has_is_refused(server: Server) -> None:
    with pytest.raises(ValueError, match="denied"):
        server.misbehave({"denied": True})


@pytest.mark.parametrize("header", [{"Host": "evil.example"}, {"Origin": "http://evil.example"}])
def test_the_control_endpoint_refuses_what_a_foreign_web_page_sends(
    server: Server, header: dict[str, str]
) -> None:
    request = urllib.request.Request(f"{server.endpoint_url}/_headwater/calls", headers=header)
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request)
    assert refused.value.code == 403


UNKNOWN = [
    ("events", "test_event_pattern", {"EventPattern": "{}", "Event": "{}"}),
    ("lambda", "get_account_settings", {}),
    ("cloudwatch", "list_metric_streams", {}),
    ("sqs", "list_message_move_tasks", {"SourceArn": "arn:aws:sqs:eu-west-1:111111111111:q"}),
    ("sns", "list_origination_numbers", {}),
    ("account", "list_regions", {}),
]


@pytest.mark.parametrize(("service", "call", "arguments"), UNKNOWN)
def test_what_is_not_there_answers_with_an_error_of_aws_that_is_not_retried(
    server: Server, client: Client, service: str, call: str, arguments: dict[str, Any]
) -> None:
    with pytest.raises(ClientError) as unknown:
        getattr(client(service), call)(**arguments)
    assert unknown.value.response["Error"]["Code"] == "UnknownOperationException"
    assert server.calls()["total"] == 1
    assert server.control("GET", "crashes") == {"crashes": []}
