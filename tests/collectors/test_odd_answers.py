"""Answers that lack what they must have: a gap that names it, never an empty list and never the loss of other rows."""

from collections.abc import Iterator
from typing import Any

import pytest

from collectors.aws import Aws
from collectors.sample.server import Server
from tests.collectors import everything
from tests.collectors.conftest import Collect, collecting


@pytest.fixture(scope="module")
def loaded(shared_aws: Server) -> Server:
    """An estate with one of everything, and a bus more."""
    shared_aws.reset()
    everything.load(shared_aws.endpoint_url)
    return shared_aws


@pytest.fixture
def estate(loaded: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """It, well behaved again afterwards."""
    for name, value in loaded.environment.items():
        if name.startswith("AWS_"):
            monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    yield loaded
    loaded.behave()


@pytest.fixture
def collect_loaded(estate: Server, _known: dict[Any, Aws]) -> Collect:  # noqa: ARG001 - sets the environment
    """One run of a collector on that estate."""
    return collecting(_known)


UNNAMED = [
    # collector, (service, operation), the member that one item lacks, a text of that item
    ("buses", ("events", "ListEventBuses"), "Name", "orders"),
    ("rules", ("events", "ListEventBuses"), "Name", "orders"),
    ("rules", ("events", "ListRules"), "Name", "placed"),
    ("buses", ("eventbridgev2", "ListEventBuses"), "EventBusArn", "fresh"),
    ("subscribers", ("eventbridgev2", "ListEventBuses"), "EventBusArn", "fresh"),
    ("subscribers", ("eventbridgev2", "ListSubscribers"), "SubscriberArn", "fresh-orders"),
    ("sources", ("eventbridgev2", "ListEventSources"), "EventSourceArn", "webhook"),
    ("archives", ("events", "ListArchives"), "ArchiveName", "orders-week"),
    ("api-destinations", ("events", "ListApiDestinations"), "Name", "courier"),
    ("pipes", ("pipes", "ListPipes"), "Name", "clicks-to-orders"),
    ("schedules", ("scheduler", "ListSchedules"), "Name", "nightly"),
    ("schemas", ("schemas", "ListRegistries"), "RegistryName", "contracts"),
    ("schemas", ("schemas", "ListSchemas"), "SchemaName", "com.acme.orders@OrderPlaced"),
    ("functions", ("lambda", "ListFunctions"), "FunctionArn", "ship"),
    ("state-machines", ("stepfunctions", "ListStateMachines"), "stateMachineArn", "claim"),
    ("traces", ("cloudtrail", "DescribeTrails"), "TrailARN", "acme-events"),
    ("trails", ("cloudtrail", "DescribeTrails"), "TrailARN", "acme-events"),
    ("buckets", ("s3", "ListBuckets"), "Name", "acme-lake"),
    ("permitted", ("iam", "GetAccountAuthorizationDetails"), "Arn", "ship-role"),
]


def told(outcome: Any) -> set[tuple[str, str]]:
    return {(gap.status, gap.error) for gap in outcome.scope.gaps}


@pytest.mark.parametrize(("name", "call", "member", "of"), UNNAMED)
def test_one_that_comes_without_its_key_is_a_gap_and_costs_no_other_row(
    estate: Server, collect_loaded: Collect, name: str, call: tuple[str, str], member: str, of: str
) -> None:
    (whole,) = collect_loaded(name)
    estate.misbehave({"service": call[0], "operation": call[1], "drop": [member], "of": of})
    (outcome,) = collect_loaded(name)
    assert told(outcome) == {("partial", "UnexpectedShape")}
    assert all(member in gap.message for gap in outcome.scope.gaps)
    kept, before = set(map(str, outcome.rows)), set(map(str, whole.rows))
    assert {
        row for row in before - kept if of not in row and call != ("cloudtrail", "DescribeTrails")
    } == set()
    assert before > kept


LISTS = [
    ("buses", "events", "ListEventBuses", "EventBuses"),
    ("buses", "eventbridgev2", "ListEventBuses", "EventBuses"),
    ("rules", "events", "ListRules", "Rules"),
    ("rules", "events", "ListTargetsByRule", "Targets"),
    ("subscribers", "eventbridgev2", "ListSubscribers", "Subscribers"),
    ("sources", "events", "ListEventSources", "EventSources"),
    ("sources", "events", "ListEndpoints", "Endpoints"),
    ("archives", "events", "ListArchives", "Archives"),
    ("api-destinations", "events", "ListApiDestinations", "ApiDestinations"),
    ("api-destinations", "events", "ListConnections", "Connections"),
    ("pipes", "pipes", "ListPipes", "Pipes"),
    ("schedules", "scheduler", "ListSchedules", "Schedules"),
    ("schemas", "schemas", "ListSchemas", "Schemas"),
    ("schemas", "schemas", "ListDiscoverers", "Discoverers"),
    ("queues", "sqs", "GetQueueAttributes", "Attributes"),
    ("topics", "sns", "ListTopics", "Topics"),
    ("topics", "sns", "ListSubscriptions", "Subscriptions"),
    ("topics", "sns", "GetTopicAttributes", "Attributes"),
    ("topics", "sns", "GetSubscriptionAttributes", "Attributes"),
    ("functions", "lambda", "ListFunctions", "Functions"),
    ("functions", "lambda", "ListEventSourceMappings", "EventSourceMappings"),
    ("state-machines", "stepfunctions", "ListStateMachines", "stateMachines"),
    ("streams", "kinesis", "ListStreams", "StreamNames"),
    ("streams", "kinesis", "DescribeStreamSummary", "StreamDescriptionSummary"),
    ("streams", "firehose", "ListDeliveryStreams", "DeliveryStreamNames"),
    ("streams", "firehose", "DescribeDeliveryStream", "DeliveryStreamDescription"),
    ("tags", "resourcegroupstaggingapi", "GetResources", "ResourceTagMappingList"),
    ("trails", "cloudtrail", "DescribeTrails", "trailList"),
    ("task-families", "ecs", "ListTaskDefinitionFamilies", "families"),
    ("permitted", "iam", "GetAccountAuthorizationDetails", "RoleDetailList"),
    ("traces", "cloudtrail", "DescribeTrails", "trailList"),
    ("traces", "cloudtrail", "LookupEvents", "Events"),
    ("metrics", "cloudwatch", "ListMetrics", "Metrics"),
    ("pipes", "pipes", "DescribePipe", "Arn"),
    ("subscribers", "eventbridgev2", "DescribeSubscriber", "SubscriberArn"),
]


@pytest.mark.parametrize(("name", "service", "operation", "member"), LISTS)
def test_an_answer_without_what_it_was_asked_for_is_a_gap_and_not_empty(
    estate: Server, collect_loaded: Collect, name: str, service: str, operation: str, member: str
) -> None:
    estate.misbehave({"service": service, "operation": operation, "drop": [member]})
    (outcome,) = collect_loaded(name)
    assert outcome.status in ("partial", "failed")
    assert told(outcome) == {("failed", "UnexpectedShape")}
    assert {gap.action.partition(":")[2] for gap in outcome.scope.gaps} == {operation}
    assert all(member in gap.message for gap in outcome.scope.gaps)


FILTERED = {"sns-subscription", "rule", "pipe-source", "subscriber"}


def test_filters_that_did_not_come_are_hidden_and_never_none(estate: Server, collect_loaded: Collect) -> None:
    estate.misbehave(
        {"service": "sns", "operation": "GetSubscriptionAttributes", "drop": ["Attributes"]},
        {"service": "events", "operation": "ListRules", "drop": ["EventPattern"]},
        {"service": "pipes", "operation": "DescribePipe", "drop": ["Pattern"]},
        {"service": "eventbridgev2", "operation": "DescribeSubscriber", "drop": ["Pattern"]},
    )
    hidden = {}
    for name in ("topics", "rules", "pipes", "subscribers"):
        (outcome,) = collect_loaded(name)
        rows = [row for row in outcome.rows if getattr(row, "kind", "") in FILTERED]
        hidden[name] = (bool(rows), {row.filters_hidden for row in rows}, bool(outcome.scope.gaps))
    assert hidden == dict.fromkeys(("topics", "rules", "pipes", "subscribers"), (True, {True}, True))
