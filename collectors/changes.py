"""Who changed the wiring: management events of EventBridge in CloudTrail's event history.

LookupEvents takes one attribute a call and two calls a second. Asking by event source is one call on a quiet account;
where reads (our own among them) drown the writes, each kind of write is asked for by its name instead.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import orjson

from collectors.principals import principal_of
from collectors.records import Change, Record
from collectors.scope import Scope
from collectors.unread import rows_of

WINDOW = timedelta(hours=24)
SOURCE = "events.amazonaws.com"
MOST = 500
"""Events of one question, ten pages: more is told by a gap."""
READS = ("List", "Describe", "Get", "Test")
WRITES = (
    "PutRule",
    "DeleteRule",
    "EnableRule",
    "DisableRule",
    "PutTargets",
    "RemoveTargets",
    "CreateEventBus",
    "UpdateEventBus",
    "DeleteEventBus",
    "PutPermission",
    "RemovePermission",
    "CreateSubscriber",
    "UpdateSubscriber",
    "DeleteSubscriber",
)
NAMED_BY = ("rule", "name", "subscriberArn", "eventBusArn", "eventBusName", "resourceARN", "archiveName")


def collect(scope: Scope) -> Iterator[Record]:
    """Rows of `changes` of the last 24 hours. cloudtrail:LookupEvents."""
    since = datetime.now(UTC) - WINDOW
    lost = rows_of("changes")
    found = scope.attempt(lambda: _lookup(scope, "EventSource", SOURCE, since), "event history", lost)
    if found is not None and len(found) > MOST:
        found = [one for name in WRITES for one in _by_name(scope, name, since)]
    writes = {one.get("EventId"): one for one in found or () if _is_write(one)}
    yield from scope.rows(_change, writes.values(), "cloudtrail:LookupEvents")


def _by_name(scope: Scope, name: str, since: datetime) -> list[dict[str, Any]]:
    subject, lost = f"event history of {name}", rows_of("changes", action=name)
    found = scope.attempt(lambda: _lookup(scope, "EventName", name, since), subject, lost) or []
    if len(found) > MOST:
        told = f"There were more than {MOST} calls of {name} in 24 hours; only the latest {MOST} are shown."
        scope.gap("partial", "cloudtrail:LookupEvents", "TooMany", told, name)
    return [one for one in found[:MOST] if one.get("EventSource") == SOURCE]


def _lookup(scope: Scope, key: str, value: str, since: datetime) -> list[dict[str, Any]]:
    """At most one event more than MOST, which tells that there are more."""
    events = scope.pages(
        "cloudtrail",
        "lookup_events",
        "Events",
        LookupAttributes=[{"AttributeKey": key, "AttributeValue": value}],
        StartTime=since,
    )
    return list(islice(events, MOST + 1))


def _is_write(event: dict[str, Any]) -> bool:
    name = event.get("EventName") or ""
    return event.get("ReadOnly") != "true" and not name.startswith(READS) and name != "PutEvents"


def _change(event: dict[str, Any]) -> Change:
    record = _record(event)
    return Change(
        id=event.get("EventId"),
        at=event.get("EventTime"),
        action=event.get("EventName"),
        principal=principal_of(record.get("userIdentity")).name,
        resource=_resource(event, record),
        error=record.get("errorCode"),
    )


def _record(event: dict[str, Any]) -> dict[str, Any]:
    """The record itself, JSON text inside the answer; empty where it is none."""
    try:
        record = orjson.loads(event.get("CloudTrailEvent") or "{}")
    except ValueError:
        return {}
    return record if isinstance(record, dict) else {}


def _resource(event: dict[str, Any], record: dict[str, Any]) -> str | None:
    """What was changed: the first resource, else the request's own name for it. No other parameter is looked at."""
    for resource in event.get("Resources") or ():
        if resource.get("ResourceName"):
            name: str = resource["ResourceName"]
            return name
    parameters = record.get("requestParameters")
    told = parameters if isinstance(parameters, dict) else {}
    return next((told[key] for key in NAMED_BY if isinstance(told.get(key), str)), None)
