"""Stand-in for the new buses: event buses, their policies, tags and publishing."""

from __future__ import annotations

import json
import uuid
from typing import Any

from collectors.sample.server.paging import page
from collectors.sample.server.v2_store import (
    INVALID,
    PAGE,
    STORE,
    already,
    bus_at,
    everywhere,
    listed,
    missing,
    new_arn,
    now,
    owner_of,
    remember,
    repeated,
    taken,
)
from collectors.sample.server.wire import AwsError, Call, Params

DAYS_KEPT = 1


def _storage(asked: Params | None, since: Any) -> Params:
    days = (asked or {}).get("RetentionPeriodInDays", DAYS_KEPT)
    return {"RetentionPeriodInDays": days, "RetentionWindowStartTime": since}


def create_event_bus(call: Call) -> Params:
    """A bus; ready at once here. Its ARN ends in an id, so a name that is used again makes another ARN."""
    params, held = call.params, STORE[call.scope]
    with STORE.lock:
        if (before := repeated(call)) is not None:
            return before
        if taken(held.buses, params["Name"]):
            raise already("Event bus", params["Name"])
        at = now()
        bus = {
            "EventBusArn": new_arn(call, "event-busv2", params["Name"]),
            "Name": params["Name"],
            "Description": params.get("Description"),
            "EncryptionConfiguration": params.get("EncryptionConfiguration"),
            "StorageConfiguration": _storage(params.get("StorageConfiguration"), at),
            "State": "ACTIVE",
            "CreationTime": at,
            "LastModifiedTime": at,
            "EventBusAccountId": call.account,
        }
        held.buses[bus["EventBusArn"]] = bus
        return remember(call, bus)


def describe_event_bus(call: Call) -> Params:
    """A bus of one's own, or one that its policy shares."""
    bus = bus_at(call, call.params["EventBusArn"], own=False)
    if owner_of(bus["EventBusArn"]) != call.scope and not _shares(call, bus["EventBusArn"]):
        raise AwsError(
            "AccessDeniedException",
            f"Not authorized to perform events:DescribeEventBus on {bus['EventBusArn']}",
        )
    return bus


def _shares(call: Call, arn: str) -> bool:
    """Whether a policy of the bus names the caller's account; conditions are not weighed."""
    policies = STORE[owner_of(arn)].policies.get(arn, {})
    return any(
        f":{call.account}:" in row["Document"] or f'"{call.account}"' in row["Document"]
        for row in policies.values()
    )


def update_event_bus(call: Call) -> Params:
    """Members left out stay as they are."""
    params = call.params
    bus = bus_at(call, params["EventBusArn"], own=True)
    for name in ("Description", "EncryptionConfiguration"):
        if name in params:
            bus[name] = params[name]
    if "StorageConfiguration" in params:
        bus["StorageConfiguration"] = _storage(params["StorageConfiguration"], bus["CreationTime"])
    bus["LastModifiedTime"] = now()
    return bus


def delete_event_bus(call: Call) -> Params:
    """InvalidStateException while subscribers or sources hang on it."""
    arn, held = call.params["EventBusArn"], STORE[call.scope]
    bus_at(call, arn, own=True)
    if everywhere(call.region, "subscribers", arn) or everywhere(call.region, "sources", arn):
        raise AwsError(
            "InvalidStateException", "An event bus with subscribers or event sources cannot be deleted."
        )
    for rows in (held.buses, held.tags, held.policies):
        rows.pop(arn, None)
    return {}


def list_event_buses(call: Call) -> Params:
    """One's own with every member; buses shared through AWS RAM with their identity alone."""
    params = call.params
    with STORE.lock:
        scopes = sorted(STORE.values)
    rows = sorted(STORE[call.scope].buses.values(), key=lambda row: row["Name"])
    for scope in scopes:
        if scope != call.scope and scope[1] == call.region:
            rows += [
                _identity(row) for row in list(STORE[scope].buses.values()) if _ram(call, row["EventBusArn"])
            ]
    owner = params.get("EventBusAccountId")
    return listed(call, "EventBuses", [row for row in rows if owner in {None, row["EventBusAccountId"]}])


def _ram(call: Call, arn: str) -> bool:
    document = STORE[owner_of(arn)].policies.get(arn, {}).get("AWS_RAM", {}).get("Document", "")
    return call.account in document


def _identity(row: Params) -> Params:
    return {name: row[name] for name in ("Name", "EventBusArn", "EventBusAccountId")}


def _policies(call: Call) -> dict[str, Params]:
    arn = call.params["ResourceArn"]
    bus_at(call, arn, own=True)
    return STORE[call.scope].policies.setdefault(arn, {})


def _policy(call: Call) -> Params:
    name, held = call.params.get("PolicyName", "default"), _policies(call)
    if name not in held:
        raise missing("Policy", name)
    return held[name]


def put_resource_policy(call: Call) -> Params:
    """A policy by name. One that lets everyone in is refused."""
    held, params = _policies(call), call.params
    name = params.get("PolicyName", "default")
    if name not in {"default", "AWS_RAM"}:
        raise AwsError(INVALID, "PolicyName must be default or AWS_RAM.")
    _check_policy(params["PolicyDocument"])
    expected, before = params.get("ExpectedRevisionId"), held.get(name)
    if expected and (before is None or before["RevisionId"] != expected):
        raise AwsError("ConflictException", "The policy has another revision.")
    held[name] = {
        "ResourceArn": params["ResourceArn"],
        "PolicyName": name,
        "PolicyDocument": params["PolicyDocument"],
        "Document": params["PolicyDocument"],
        "RevisionId": uuid.uuid4().hex,
    }
    return held[name]


def _check_policy(document: str) -> None:
    try:
        statements = json.loads(document)["Statement"]
    except (ValueError, KeyError, TypeError) as error:
        raise AwsError(INVALID, "The policy document is not valid JSON with statements.") from error
    for each in statements if isinstance(statements, list) else [statements]:
        public = each.get("Principal") in ("*", {"AWS": "*"}) and not each.get("Condition")
        if public and each.get("Effect") == "Allow":
            raise AwsError("PublicPolicyException", "The policy would grant public access.")


def delete_resource_policy(call: Call) -> Params:
    """Removes one policy."""
    found = _policy(call)
    del _policies(call)[found["PolicyName"]]
    return {"RevisionId": found["RevisionId"]}


def list_resource_policies(call: Call) -> Params:
    """Names and revisions; the documents by get_resource_policy."""
    rows = sorted(_policies(call).values(), key=lambda row: row["PolicyName"])
    items, token = page(call, rows, size=PAGE, bad=INVALID, limit="MaxResults")
    return {"PolicySummaries": items, **token}


def _tags(call: Call) -> dict[str, str]:
    arn, held = call.params["ResourceArn"], STORE[call.scope]
    if arn not in held.tags:
        raise missing("Resource", arn)
    return held.tags[arn]


def tag_resource(call: Call) -> Params:
    """Adds or replaces tags."""
    _tags(call).update(call.params["Tags"])
    return {}


def untag_resource(call: Call) -> Params:
    """Removes tags by key."""
    held = _tags(call)
    for key in call.params["TagKeys"]:
        held.pop(key, None)
    return {}


def put_events(call: Call) -> Params:
    """Accepts every entry and keeps none: nothing is delivered here."""
    params = call.params
    bus_at(call, params["EventBusArn"], own=False)
    return {"FailedEntryCount": 0, "Entries": [{"EventId": str(uuid.uuid4())} for _ in params["Entries"]]}


HANDLERS = {
    "CreateEventBus": create_event_bus,
    "DescribeEventBus": describe_event_bus,
    "UpdateEventBus": update_event_bus,
    "DeleteEventBus": delete_event_bus,
    "ListEventBuses": list_event_buses,
    "GetResourcePolicy": _policy,
    "PutResourcePolicy": put_resource_policy,
    "DeleteResourcePolicy": delete_resource_policy,
    "ListResourcePolicies": list_resource_policies,
    "ListTagsForResource": lambda call: {"Tags": _tags(call)},
    "TagResource": tag_resource,
    "UntagResource": untag_resource,
    "PutEvents": put_events,
    "PutRawEvents": put_events,
}
