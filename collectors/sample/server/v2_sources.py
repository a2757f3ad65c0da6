"""Stand-in for the new buses: event sources (AWS service events, partner events, webhooks)."""

from __future__ import annotations

import copy
import secrets

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

# Member of the configuration → (kind in lists, kind in the ARN).
_KINDS = {
    "AwsServiceEventsConfiguration": ("AWS_SERVICE_EVENTS", "aws.service"),
    "PartnerEventsConfiguration": ("PARTNER_EVENTS", "aws.partner"),
    "WebhookEventsConfiguration": ("WEBHOOK_EVENTS", "webhook"),
}
_SECRETS = ("SecretValue", "Password")


def _kind(configuration: Params) -> tuple[str, str]:
    if len(configuration) != 1:
        raise AwsError(INVALID, "Configuration must hold exactly one kind of event source.")
    return _KINDS[next(iter(configuration))]


def _without_secrets(value: Params) -> Params:
    """A copy as it is described: the credentials of a webhook are never given back."""
    cleaned = copy.deepcopy(value)
    for each in cleaned.get("WebhookEventsConfiguration", {}).get("AuthConfiguration", {}).values():
        for name in _SECRETS:
            each.pop(name, None)
    return cleaned


def create_event_source(call: Call) -> Params:
    """A source that feeds a bus."""
    params, held = call.params, STORE[call.scope]
    with STORE.lock:
        if (before := repeated(call)) is not None:
            return before
        bus_at(call, params["EventBusArn"], own=False)
        kind, in_arn = _kind(params["Configuration"])
        if taken(held.sources, params["Name"], params["EventBusArn"]):
            raise already("Event source", params["Name"])
        at = now()
        source = {
            "EventSourceArn": new_arn(call, f"event-sourcev2/{in_arn}", params["Name"]),
            "Name": params["Name"],
            "EventBusArn": params["EventBusArn"],
            "Configuration": _without_secrets(params["Configuration"]),
            "Description": params.get("Description"),
            "Type": kind,
            "State": "ACTIVE",
            "Revoked": False,
            "CreationTime": at,
            "LastModifiedTime": at,
            "EventSourceAccountId": call.account,
            "EventSourceDetails": _details(call, kind),
        }
        held.sources[source["EventSourceArn"]] = source
        return remember(call, source)


def _details(call: Call, kind: str) -> Params | None:
    if kind != "WEBHOOK_EVENTS":
        return None
    name = secrets.token_hex(8)
    url = f"https://{name}.webhooks.{call.region}.example.invalid/"
    return {
        "WebhookDetails": {
            "WebhookUrl": url,
            "SecretArn": call.arn("secretsmanager", f"secret:events-{name}"),
        }
    }


def _own(call: Call) -> Params:
    arn = call.params["EventSourceArn"]
    found = STORE[call.scope].sources.get(arn)
    if found is None:
        raise missing("Event source", arn)
    return found


def describe_event_source(call: Call) -> Params:
    """For its owner and for the owner of the bus."""
    arn = call.params["EventSourceArn"]
    found = STORE[owner_of(arn)].sources.get(arn)
    if found is None or call.scope not in {owner_of(arn), owner_of(found["EventBusArn"])}:
        raise missing("Event source", arn)
    return found


def update_event_source(call: Call) -> Params:
    """Members left out stay; the kind cannot change; a revoked source takes no change."""
    found, params = _own(call), call.params
    if found["Revoked"]:
        raise AwsError("InvalidStateException", "The event source is revoked.")
    if "Configuration" in params:
        if _kind(params["Configuration"])[0] != found["Type"]:
            raise AwsError(INVALID, "The kind of an event source cannot change.")
        found["Configuration"] = _without_secrets(params["Configuration"])
    found["Description"] = params.get("Description", found["Description"])
    found["LastModifiedTime"] = now()
    return found


def delete_event_source(call: Call) -> Params:
    """Removes it."""
    arn, held = _own(call)["EventSourceArn"], STORE[call.scope]
    del held.sources[arn]
    held.tags.pop(arn, None)
    return {}


def list_event_sources(call: Call) -> Params:
    """Those the caller owns; with a bus of the caller's named, those of that bus in every account."""
    rows = seen_by(call, "sources", call.params.get("EventBusArn"))
    return listed(call, "EventSources", sorted(rows, key=lambda row: row["EventSourceArn"]))


def rotate_webhook_credentials(call: Call) -> Params:
    """Names the secret of a webhook source; no credential is kept here."""
    found = _own(call)
    if found["Type"] != "WEBHOOK_EVENTS":
        raise AwsError(INVALID, "Only a webhook event source has credentials.")
    return {"SecretArn": found["EventSourceDetails"]["WebhookDetails"]["SecretArn"]}


HANDLERS = {
    "CreateEventSource": create_event_source,
    "DescribeEventSource": describe_event_source,
    "UpdateEventSource": update_event_source,
    "DeleteEventSource": delete_event_source,
    "ListEventSources": list_event_sources,
    "RotateWebhookCredentials": rotate_webhook_credentials,
}
