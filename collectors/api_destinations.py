"""API destinations and their connections. DescribeConnection is not called: it tells more of credentials than is needed."""

from collections.abc import Iterator
from typing import Any

from collectors import redaction
from collectors.records import Record, Resource
from collectors.scope import Scope
from collectors.unread import rows_of


def collect(scope: Scope) -> Iterator[Record]:
    """Rows of `resources`. events:ListApiDestinations + DescribeApiDestination (its description), ListConnections."""
    listed = scope.attempt(
        lambda: list(scope.pages("events", "list_api_destinations", "ApiDestinations")),
        "API destinations",
        rows_of("resources", kind="api-destination"),
    )

    def fetch(destination: dict[str, Any]) -> dict[str, Any]:
        name = destination["Name"]
        return scope.call("events", "describe_api_destination", needs="ApiDestinationArn", Name=name)

    named = scope.with_key(listed or (), "Name", "events:ListApiDestinations")
    for summary, told in scope.each(named, fetch, lambda one: one.get("ApiDestinationArn") or one["Name"]):
        yield from scope.rows(_destination, [summary | (told or {})], "events:ListApiDestinations")
    connections = scope.attempt(
        lambda: list(scope.pages("events", "list_connections", "Connections")),
        "connections",
        rows_of("resources", kind="connection"),
    )
    yield from scope.rows(_connection, connections or [], "events:ListConnections")


def _destination(destination: dict[str, Any]) -> Resource:
    return Resource(
        arn=destination.get("ApiDestinationArn"),
        kind="api-destination",
        name=destination.get("Name"),
        state=destination.get("ApiDestinationState"),
        description=destination.get("Description"),
        endpoint=redaction.url(destination.get("InvocationEndpoint")),
        parent_arn=destination.get("ConnectionArn"),
        created_at=destination.get("CreationTime"),
        modified_at=destination.get("LastModifiedTime"),
    )


def _connection(connection: dict[str, Any]) -> Resource:
    return Resource(
        arn=connection.get("ConnectionArn"),
        kind="connection",
        name=connection.get("Name"),
        state=connection.get("ConnectionState"),
        created_at=connection.get("CreationTime"),
        modified_at=connection.get("LastModifiedTime"),
    )
