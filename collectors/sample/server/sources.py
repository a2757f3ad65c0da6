"""Partner event sources of classic buses: the calls that moto lacks, over the sources that moto holds.

A source is PENDING until a bus of its name exists, then ACTIVE, as on AWS.
"""

from __future__ import annotations

from typing import Any

from moto.events.models import EventsBackend, events_backends

from collectors.sample.server.paging import page
from collectors.sample.server.wire import AwsError, Call, Params

PAGE = 100


def _events(account: str, region: str) -> EventsBackend:
    return events_backends[account][region]


def offer(account: str, region: str, name: str) -> str:
    """A partner offers a source, such as aws.partner/example.com/123/orders, to an account. Returns its ARN."""
    source = _events(account, region).create_partner_event_source(name, account)
    source.arn = source.arn.replace("event-source/aws.partner/aws.partner/", "event-source/aws.partner/")
    return str(source.arn)


def _row(call: Call, source: Any) -> Params:
    parts = source.name.split("/")
    state = "ACTIVE" if source.name in _events(*call.scope).event_buses else "PENDING"
    return {
        "Arn": source.arn.replace("event-source/aws.partner/aws.partner/", "event-source/aws.partner/"),
        "CreatedBy": parts[1] if len(parts) > 1 else parts[0],
        "CreationTime": source.created_on,
        "Name": source.name,
        "State": state if source.state == "ACTIVE" else source.state,
    }


def list_event_sources(call: Call) -> Params:
    """The partner sources offered to this account, by name prefix."""
    held, prefix = _events(*call.scope).event_sources, call.params.get("NamePrefix", "")
    rows = [_row(call, source) for name, source in sorted(held.items()) if name.startswith(prefix)]
    items, token = page(call, rows, size=PAGE)
    return {"EventSources": items, **token}


def describe_event_source(call: Call) -> Params:
    """One partner source."""
    name = call.params["Name"]
    source = _events(*call.scope).event_sources.get(name)
    if source is None:
        raise AwsError("ResourceNotFoundException", f"Event source {name} does not exist.")
    return _row(call, source)


HANDLERS = {"ListEventSources": list_event_sources, "DescribeEventSource": describe_event_source}
