"""Stand-in for the new buses: subscribers, in the account of the consumer, and their revocation by the bus owner."""

from __future__ import annotations

import json

from collectors.sample.server.v2_store import (
    INVALID,
    STORE,
    already,
    bus_at,
    listed,
    missing,
    new_arn,
    now,
    owner_of,
    remember,
    repeated,
    seen_by,
    taken,
)
from collectors.sample.server.wire import AwsError, Call, Params

FILTERS_AT_MOST = 3
_SETTABLE = (
    "Description",
    "InvokeConfiguration",
    "FilterConfiguration",
    "BatchConfiguration",
    "Transformer",
    "RetryPolicy",
    "OnFailureConfiguration",
    "LogConfiguration",
    "State",
)
_AT_CREATION = ("Type", "StartingPosition", "PointInTimeConfiguration")


def create_subscriber(call: Call) -> Params:
    """A subscriber on a bus of this account or of another one whose policy lets it."""
    params, held = call.params, STORE[call.scope]
    bus = params["EventBusArn"]
    with STORE.lock:
        if (before := repeated(call)) is not None:
            return before
        bus_at(call, bus, own=False)
        _check_filters(params)
        if taken(held.subscribers, params["Name"], bus):
            raise already("Subscriber", params["Name"])
        subscriber: Params = {"Type": "UNORDERED", "StartingPosition": "LATEST", "State": "RUNNING"}
        subscriber |= {name: params[name] for name in (*_SETTABLE, *_AT_CREATION) if name in params}
        at = now()
        subscriber |= {
            "SubscriberArn": new_arn(call, "subscriber", params["Name"]),
            "Name": params["Name"],
            "EventBusArn": bus,
            "Revoked": False,
            "CreationTime": at,
            "LastModifiedTime": at,
            "SubscriberAccountId": call.account,
        }
        held.subscribers[subscriber["SubscriberArn"]] = subscriber
        return remember(call, subscriber)


def _check_filters(params: Params) -> None:
    """At most three filters, one a scope, each a JSON object; METADATA only takes exact values."""
    filters = params.get("FilterConfiguration", {}).get("Filters", [])
    scopes = [each["Scope"] for each in filters]
    if len(filters) > FILTERS_AT_MOST or len(set(scopes)) != len(scopes):
        raise AwsError(INVALID, "A subscriber takes at most one filter for each scope.")
    for each in filters:
        try:
            pattern = json.loads(each["Pattern"])
        except ValueError as error:
            raise AwsError(INVALID, "The filter pattern is not valid JSON.") from error
        if not isinstance(pattern, dict) or not pattern:
            raise AwsError(INVALID, "The filter pattern must be an object with at least one member.")
        if '"wildcard"' in each["Pattern"]:
            raise AwsError(INVALID, "The wildcard operator is not supported.")


def _find(call: Call, arn: str) -> Params:
    """A subscriber that the caller owns, or that hangs on a bus the caller owns."""
    found = STORE[owner_of(arn)].subscribers.get(arn)
    if found is None or call.scope not in {owner_of(arn), owner_of(found["EventBusArn"])}:
        raise missing("Subscriber", arn)
    return found


def _own(call: Call) -> Params:
    found = STORE[call.scope].subscribers.get(call.params["SubscriberArn"])
    if found is None:
        raise missing("Subscriber", call.params["SubscriberArn"])
    return found


def update_subscriber(call: Call) -> Params:
    """Members left out stay; a revoked subscriber takes no change."""
    found, params = _own(call), call.params
    if found["Revoked"]:
        raise AwsError("InvalidStateException", "The subscriber is revoked.")
    _check_filters(params)
    found.update({name: params[name] for name in _SETTABLE if name in params})
    found["LastModifiedTime"] = now()
    return found


def delete_subscriber(call: Call) -> Params:
    """Removes it; possible for a revoked one too."""
    arn, held = _own(call)["SubscriberArn"], STORE[call.scope]
    del held.subscribers[arn]
    held.tags.pop(arn, None)
    return {}


def list_subscribers(call: Call) -> Params:
    """Those the caller owns; with a bus named, those of that bus: of every account when the caller owns the bus."""
    rows = seen_by(call, "subscribers", call.params.get("EventBusArn"))
    rows = [row | {"TargetArn": row["InvokeConfiguration"]["TargetArn"]} for row in rows]
    return listed(call, "Subscribers", sorted(rows, key=lambda row: row["SubscriberArn"]))


def revoke_resource(call: Call) -> Params:
    """The bus owner withdraws a subscriber or a source for good."""
    arn = call.params["Arn"]
    held = STORE[owner_of(arn)]
    found = held.subscribers.get(arn) or held.sources.get(arn)
    if found is None or owner_of(found["EventBusArn"]) != call.scope:
        raise missing("Resource", arn)
    found["Revoked"] = True
    found["LastModifiedTime"] = now()
    return {"Arn": arn}


HANDLERS = {
    "CreateSubscriber": create_subscriber,
    "DescribeSubscriber": lambda call: _find(call, call.params["SubscriberArn"]),
    "UpdateSubscriber": update_subscriber,
    "DeleteSubscriber": delete_subscriber,
    "ListSubscribers": list_subscribers,
    "RevokeResource": revoke_resource,
}
