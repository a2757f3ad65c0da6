"""Event sources of classic and new buses, and global endpoints: what feeds a bus without PutEvents of its own."""

import json
from collections.abc import Iterator
from functools import partial
from typing import Any

from collectors.missing import as_far_as_read
from collectors.records import Link, Record, Resource
from collectors.scope import Scope, account_in
from collectors.subscribers import on_new_buses, owner_of
from collectors.unread import Unread, rows_of


def collect(scope: Scope) -> Iterator[Record]:
    """Rows of `resources` and `links`. events:ListEventSources and ListEndpoints; eventbridgev2 ListEventSources, DescribeEventSource."""
    yield from _partner_sources(scope)
    yield from _endpoints(scope)
    yield from _new_sources(scope)


def _partner_sources(scope: Scope) -> Iterator[Record]:
    listed = scope.attempt(
        lambda: list(scope.pages("events", "list_event_sources", "EventSources")),
        "partner event sources",
        rows_of("resources", kind="event-source").without("parent_arn", "arn:*"),
        rows_of("links", kind="event-source", to_arn=scope.arn("events", "event-bus/*")),
    )
    found = listed or []
    yield from scope.rows(_partner_source, found, "events:ListEventSources")
    # A partner source feeds the one bus that has its name. While it is PENDING nobody has made that bus.
    fed = [
        source | {"BusArn": _partner_bus(scope, source)}
        for source in found
        if source.get("State") != "PENDING"
    ]
    yield from scope.rows(_partner_link, fed, "events:ListEventSources")


def _partner_bus(scope: Scope, source: dict[str, Any]) -> str:
    return scope.arn("events", f"event-bus/{source.get('Name')}")


def _partner_source(source: dict[str, Any]) -> Resource:
    return Resource(
        arn=source.get("Arn"),
        kind="event-source",
        name=source.get("Name"),
        state=source.get("State"),
        endpoint=source.get("CreatedBy"),
        created_at=source.get("CreationTime"),
    )


def _partner_link(source: dict[str, Any]) -> Link:
    return Link(
        kind="event-source",
        from_arn=source.get("Arn"),
        to_arn=source["BusArn"],
        state=source.get("State"),
        active=source.get("State") == "ACTIVE",
        source=source.get("Name"),
    )


def _endpoints(scope: Scope) -> Iterator[Record]:
    listed = scope.attempt(
        lambda: list(scope.pages("events", "list_endpoints", "Endpoints")),
        "global endpoints",
        rows_of("resources", kind="endpoint"),
        rows_of("links", kind="endpoint"),
    )
    found = listed or []
    yield from scope.rows(_endpoint, found, "events:ListEndpoints")
    ends = [endpoint | {"Bus": bus} for endpoint in found for bus in endpoint.get("EventBuses") or ()]
    yield from scope.rows(_endpoint_link, ends, "events:ListEndpoints")


def _endpoint(endpoint: dict[str, Any]) -> Resource:
    return Resource(
        arn=endpoint.get("Arn"),
        kind="endpoint",
        name=endpoint.get("Name"),
        state=endpoint.get("State"),
        description=endpoint.get("Description"),
        role_arn=endpoint.get("RoleArn"),
        endpoint=endpoint.get("EndpointUrl"),
        created_at=endpoint.get("CreationTime"),
        modified_at=endpoint.get("LastModifiedTime"),
    )


def _endpoint_link(endpoint: dict[str, Any]) -> Link:
    """The bus in the endpoint's own region is the primary one; the other gets events by replication, or after a failover."""
    bus = endpoint["Bus"].get("EventBusArn")
    home = (endpoint.get("Arn") or ":::").split(":")[3]
    primary = (bus or ":::").split(":")[3] == home
    replication = (endpoint.get("ReplicationConfig") or {}).get("State")
    state = endpoint.get("State") if primary else replication
    return Link(
        kind="endpoint",
        from_arn=endpoint.get("Arn"),
        to_arn=bus,
        state=state,
        active=endpoint.get("State") == "ACTIVE" and (primary or replication == "ENABLED"),
        role_arn=endpoint.get("RoleArn"),
    )


def _new_sources(scope: Scope) -> Iterator[Record]:
    keys = ("EventSourceArn", "EventSourceAccountId")
    found = on_new_buses(scope, "list_event_sources", "EventSources", keys, partial(_lost, scope))
    listed = as_far_as_read(scope, found, None, *_lost(scope, "arn:*"))

    def fetch(source: dict[str, Any]) -> dict[str, Any]:
        arn = source["EventSourceArn"]
        owner = owner_of(scope, source.get("EventSourceAccountId") or account_in(arn))
        return owner.call(
            "eventbridgev2", "describe_event_source", needs="EventSourceArn", EventSourceArn=arn
        )

    for summary, told in scope.each(listed, fetch, lambda source: source["EventSourceArn"]):
        source = summary | (told or {})
        yield from scope.rows(_new_source, [source], "events:DescribeEventSource")
        yield from scope.rows(_new_link, [source], "events:DescribeEventSource")
        if _settings(source).get("PartnerEventSourceArn"):
            yield from scope.rows(_from_partner, [source], "events:DescribeEventSource")
        if _settings(source).get("AwsService"):
            yield from scope.rows(_from_default_bus, [source], "events:DescribeEventSource")


def _lost(scope: Scope, bus_arn: str) -> tuple[Unread, ...]:
    """Sources of new buses, and what leads to and from them: all links but those to classic buses."""
    links = rows_of("links", kind="event-source").without("to_arn", scope.arn("events", "event-bus/*"))
    return rows_of("resources", kind="event-source", parent_arn=bus_arn), links


def _settings(source: dict[str, Any]) -> dict[str, Any]:
    """The one part of Configuration that its type has; a webhook's part holds secrets and is not looked at."""
    configuration = source.get("Configuration") or {}
    return (
        configuration.get("AwsServiceEventsConfiguration")
        or configuration.get("PartnerEventsConfiguration")
        or {}
    )


def _new_source(source: dict[str, Any]) -> Resource:
    settings = _settings(source)
    return Resource(
        arn=source.get("EventSourceArn"),
        kind="event-source",
        name=source.get("Name"),
        state=source.get("State"),
        description=source.get("Description"),
        endpoint=settings.get("AwsService") or settings.get("PartnerEventSourceArn") or source.get("Type"),
        parent_arn=source.get("EventBusArn"),
        pattern=settings.get("Pattern"),
        dead_letter_arn=_failures(settings),
        created_at=source.get("CreationTime"),
        modified_at=source.get("LastModifiedTime"),
    )


def _failures(settings: dict[str, Any]) -> str | None:
    arn: str | None = (settings.get("OnFailureConfiguration") or {}).get("Arn")
    return arn


def _runs(source: dict[str, Any]) -> bool:
    return source.get("State") == "ACTIVE" and not source.get("Revoked")


def _new_link(source: dict[str, Any]) -> Link:
    service = _settings(source).get("AwsService") or ""
    return Link(
        kind="event-source",
        from_arn=source.get("EventSourceArn"),
        to_arn=source.get("EventBusArn"),
        state="Revoked" if source.get("Revoked") else source.get("State"),
        active=_runs(source),
        dead_letter_arn=_failures(_settings(source)),
        source=service if service.startswith("aws.") else None,
    )


def _from_partner(source: dict[str, Any]) -> Link:
    """The partner's own source, a resource of the classic API, feeds the new bus's source."""
    partner = _settings(source)["PartnerEventSourceArn"]
    return Link(
        kind="event-source",
        from_arn=partner,
        to_arn=source["EventSourceArn"],
        state=source.get("State"),
        active=_runs(source),
        source=partner.partition(":event-source/")[2] or None,
    )


def _from_default_bus(source: dict[str, Any]) -> Link:
    """Events of one AWS service flow from the default bus of the event source's own account to the new bus's source."""
    _, partition, _, region, account, _ = source["EventSourceArn"].split(":", 5)
    return Link(
        kind="event-source",
        from_arn=f"arn:{partition}:events:{region}:{account}:event-bus/default",
        to_arn=source["EventSourceArn"],
        state=source.get("State"),
        active=_runs(source),
        filters=(_service_pattern(_settings(source)),),
        source=_settings(source)["AwsService"],
    )


def _service_pattern(settings: dict[str, Any]) -> str:
    """The service's events, and of them those that the source's own pattern selects, which names no source."""
    try:
        pattern = json.loads(settings.get("Pattern") or "{}")
    except ValueError:
        pattern = {}
    return json.dumps({"source": [settings["AwsService"]], **(pattern if isinstance(pattern, dict) else {})})
