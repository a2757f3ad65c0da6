"""Event sources and global endpoints over HTTP."""

from collections.abc import Callable
from typing import Any

import pytest

from collectors.records import Link, Resource
from collectors.sample.server import Server

PARTNER = "aws.partner/example.com/1/"
BUS = "arn:aws:events:eu-west-1:111111111111:event-bus/"
Call = Callable[..., Any]


def of(rows: list[Any], kind: type) -> list[Any]:
    return [row for row in rows if isinstance(row, kind)]


@pytest.fixture
def partners(aws: Server, client: Call) -> None:
    """Two sources of a partner: one taken up by a bus, one still pending."""
    names = [f"{PARTNER}orders", f"{PARTNER}pending"]
    aws.control("POST", "partner-sources", {"account": "111111111111", "region": "eu-west-1", "names": names})
    client("events").create_event_bus(Name=names[0], EventSourceName=names[0])


@pytest.mark.usefixtures("partners")
def test_a_partner_source_feeds_the_bus_of_its_name_once_there_is_one(collect: Call) -> None:
    (outcome,) = collect("sources")
    states = {row.name: (row.kind, row.state) for row in of(outcome.rows, Resource)}
    assert states == {
        f"{PARTNER}orders": ("event-source", "ACTIVE"),
        f"{PARTNER}pending": ("event-source", "PENDING"),
    }
    assert [(row.to_arn, row.active, row.source) for row in of(outcome.rows, Link)] == [
        (f"{BUS}{PARTNER}orders", True, f"{PARTNER}orders")
    ]


def test_a_webhook_feeds_its_new_bus_and_its_secret_is_not_kept(client: Call, collect: Call) -> None:
    api = client("eventbridgev2")
    bus = api.create_event_bus(Name="core", StorageConfiguration={"RetentionPeriodInDays": 1})["EventBusArn"]
    token = {"TokenHttpHeader": "x-token", "SecretValue": "s3cr3t"}
    arn = api.create_event_source(
        Name="hook",
        EventBusArn=bus,
        Configuration={
            "WebhookEventsConfiguration": {
                "AuthConfiguration": {"StaticTokenAuthConfiguration": token},
                "RoleArn": "arn:aws:iam::111111111111:role/hook",
            }
        },
    )["EventSourceArn"]
    (outcome,) = collect("sources")
    assert [(row.from_arn, row.to_arn) for row in of(outcome.rows, Link)] == [(arn, bus)]
    assert "s3cr3t" not in repr(outcome.rows)


def test_an_aws_services_events_flow_from_the_default_bus_to_the_new_one(client: Call, collect: Call) -> None:
    api = client("eventbridgev2")
    bus = api.create_event_bus(Name="core", StorageConfiguration={"RetentionPeriodInDays": 1})["EventBusArn"]
    settings = {"AwsService": "aws.s3", "Pattern": '{"detail-type": ["Object Created"]}'}
    arn = api.create_event_source(
        Name="objects", EventBusArn=bus, Configuration={"AwsServiceEventsConfiguration": settings}
    )["EventSourceArn"]
    (outcome,) = collect("sources")
    links = {row.from_arn: (row.to_arn, row.filters) for row in of(outcome.rows, Link)}
    pattern = '{"source": ["aws.s3"], "detail-type": ["Object Created"]}'
    assert links == {arn: (bus, ()), f"{BUS}default": (arn, (pattern,))}


def test_an_endpoints_second_bus_gets_events_only_by_replication(client: Call, collect: Call) -> None:
    client("events").create_event_bus(Name="orders")
    client("events", region="us-east-1").create_event_bus(Name="orders")
    second = "arn:aws:events:us-east-1:111111111111:event-bus/orders"
    health = "arn:aws:route53:::healthcheck/11111111-1111-1111-1111-111111111111"
    client("events").create_endpoint(
        Name="both",
        RoutingConfig={
            "FailoverConfig": {"Primary": {"HealthCheck": health}, "Secondary": {"Route": "us-east-1"}}
        },
        ReplicationConfig={"State": "DISABLED"},
        EventBuses=[{"EventBusArn": f"{BUS}orders"}, {"EventBusArn": second}],
    )
    (outcome,) = collect("sources")
    assert [(row.kind, row.name) for row in of(outcome.rows, Resource)] == [("endpoint", "both")]
    assert [(row.to_arn, row.active) for row in of(outcome.rows, Link)] == [
        (f"{BUS}orders", True),
        (second, False),
    ]


@pytest.mark.usefixtures("partners")
def test_all_pages_are_read(aws: Server, collect: Call) -> None:
    aws.misbehave({"one_item_pages": True, "odd_tokens": True})
    (outcome,) = collect("sources")
    assert len(of(outcome.rows, Resource)) == 2


@pytest.mark.usefixtures("partners")
def test_denied_endpoints_cost_no_source(aws: Server, collect: Call) -> None:
    aws.misbehave({"operation": "ListEndpoints", "deny": True})
    (outcome,) = collect("sources")
    assert (outcome.status, len(of(outcome.rows, Resource))) == ("partial", 2)
    assert [gap.action for gap in outcome.scope.gaps] == ["events:ListEndpoints"]


@pytest.mark.usefixtures("partners")
def test_a_source_without_arn_is_a_gap(aws: Server, collect: Call) -> None:
    aws.misbehave({"service": "events", "operation": "ListEventSources", "nulls": ["Arn"]})
    (outcome,) = collect("sources")
    assert outcome.rows == []
    assert {(gap.action, gap.status) for gap in outcome.scope.gaps} == {
        ("events:ListEventSources", "partial")
    }
