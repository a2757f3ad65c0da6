"""Stand-in for CloudTrail's LookupEvents: management events that were injected through the control endpoint.

As AWS: newest first, 50 a page, one lookup attribute, 90 days, never a data event.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from collectors.sample.server.paging import page
from collectors.sample.server.store import Store
from collectors.sample.server.wire import AwsError, Call, Params

PAGE = 50
KEPT = timedelta(days=90)

STORE: Store[list[Params]] = Store(list)


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def event_of(record: dict[str, Any]) -> Params:
    """The event that LookupEvents answers for a CloudTrail record. Raises KeyError or ValueError for no such record."""
    identity = record.get("userIdentity", {})
    issuer = identity.get("sessionContext", {}).get("sessionIssuer", {})
    resources = [
        {"ResourceType": each.get("type"), "ResourceName": each.get("ARN") or each.get("resourceName")}
        for each in record.get("resources") or []
    ]
    return {
        "EventId": record["eventID"],
        "EventName": record["eventName"],
        "ReadOnly": str(bool(record.get("readOnly", False))).lower(),
        "AccessKeyId": identity.get("accessKeyId"),
        "EventTime": _time(record["eventTime"]),
        "EventSource": record["eventSource"],
        "Username": identity.get("userName") or _session_name(identity) or issuer.get("userName"),
        "Resources": resources,
        "CloudTrailEvent": json.dumps(record),
    }


def _session_name(identity: dict[str, Any]) -> str | None:
    principal = str(identity.get("principalId", ""))
    return principal.split(":", 1)[1] if ":" in principal else None


def inject(account: str, region: str, records: list[dict[str, Any]]) -> int:
    """Adds CloudTrail records to the event history of an account and region; data events are left out, as by AWS."""
    history = [
        event_of(each)
        for each in records
        if each.get("eventCategory", "Management") == "Management" and each.get("managementEvent", True)
    ]
    with STORE.lock:
        held = STORE[account, region]
        held += history
        held.sort(key=lambda event: event["EventTime"], reverse=True)
    return len(history)


def lookup_events(call: Call) -> Params:
    """The events of a time range that have the one attribute asked for."""
    params = call.params
    attributes = params.get("LookupAttributes", [])
    if len(attributes) > 1:
        raise AwsError("InvalidLookupAttributesException", "Only one lookup attribute is supported.")
    if params.get("EventCategory"):
        return {"Events": []}  # insight events: none are kept here
    now = datetime.now(UTC)
    start, end = params.get("StartTime", now - KEPT), params.get("EndTime", now)
    if start > end:
        raise AwsError("InvalidTimeRangeException", "StartTime must be before EndTime.")
    found = [
        event
        for event in STORE[call.scope]
        if max(start, now - KEPT) <= event["EventTime"] <= end
        and all(_has(event, each) for each in attributes)
    ]
    items, token = page(call, found, size=PAGE, bad="InvalidNextTokenException", limit="MaxResults")
    return {"Events": items, **token}


def _has(event: Params, attribute: Params) -> bool:
    key, value = attribute["AttributeKey"], attribute["AttributeValue"]
    if key in {"ResourceType", "ResourceName"}:
        return any(each[key] == value for each in event["Resources"])
    return bool(event.get(key) == value)


HANDLERS = {"LookupEvents": lookup_events}
