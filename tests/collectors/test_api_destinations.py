"""API destinations and connections over HTTP."""

from collections.abc import Callable
from typing import Any

import pytest

from collectors.sample.server import Server

Call = Callable[..., Any]


@pytest.fixture
def erp(client: Call) -> str:
    events = client("events")
    key = {"ApiKeyAuthParameters": {"ApiKeyName": "x-key", "ApiKeyValue": "s3cr3t"}}
    connection: str = events.create_connection(Name="erp", AuthorizationType="API_KEY", AuthParameters=key)[
        "ConnectionArn"
    ]
    for name in ("orders", "stock"):
        events.create_api_destination(
            Name=name,
            Description="To the ERP",
            ConnectionArn=connection,
            HttpMethod="POST",
            InvocationEndpoint=f"https://erp.example.com/{name}?token=s3cr3t",
        )
    return connection


def test_destinations_and_their_connection_without_secrets(erp: str, collect: Call) -> None:
    (outcome,) = collect("api-destinations")
    assert sorted((row.kind, row.name, row.endpoint, row.parent_arn) for row in outcome.rows) == [
        ("api-destination", "orders", "https://erp.example.com/orders", erp),
        ("api-destination", "stock", "https://erp.example.com/stock", erp),
        ("connection", "erp", None, None),
    ]
    assert "s3cr3t" not in repr(outcome.rows)
    assert {row.description for row in outcome.rows if row.kind == "api-destination"} == {"To the ERP"}


@pytest.mark.usefixtures("erp")
def test_all_pages_are_read(aws: Server, collect: Call) -> None:
    aws.misbehave({"service": "events", "one_item_pages": True, "odd_tokens": True})
    (outcome,) = collect("api-destinations")
    assert len(outcome.rows) == 3


@pytest.mark.usefixtures("erp")
def test_denied_connections_cost_no_destination(aws: Server, collect: Call) -> None:
    aws.misbehave({"operation": "ListConnections", "deny": True})
    (outcome,) = collect("api-destinations")
    assert (outcome.status, sorted(row.name for row in outcome.rows)) == ("partial", ["orders", "stock"])
    assert [(gap.action, gap.status) for gap in outcome.scope.gaps] == [("events:ListConnections", "denied")]


@pytest.mark.usefixtures("erp")
def test_a_destination_without_address_stays(aws: Server, collect: Call) -> None:
    aws.misbehave({"service": "events", "nulls": ["InvocationEndpoint", "ConnectionArn"]})
    (outcome,) = collect("api-destinations")
    found = [row for row in outcome.rows if row.kind == "api-destination"]
    assert [(row.endpoint, row.parent_arn) for row in found] == [(None, None), (None, None)]
