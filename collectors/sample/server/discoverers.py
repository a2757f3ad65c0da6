"""Stand-in for EventBridge Schemas, second half: discoverers, tags and registry policies."""

from __future__ import annotations

import uuid
from typing import Any

from moto.events.models import events_backends

from collectors.sample.server.paging import page
from collectors.sample.server.schema_books import BAD, PAGE, STORE, Registry, books
from collectors.sample.server.wire import AwsError, Call, Params


def _discoverer(call: Call) -> dict[str, Any]:
    name = call.params["DiscovererId"]
    found = books(call).discoverers.get(name)
    if found is None:
        raise AwsError("NotFoundException", f"Discoverer with id {name} does not exist.")
    return found


def create_discoverer(call: Call) -> Params:
    """One for an event bus of this account and region, at most."""
    params, held = call.params, books(call)
    source = params["SourceArn"]
    if source not in [
        bus.arn for bus in list(events_backends[call.account][call.region].event_buses.values())
    ]:
        raise AwsError(BAD, f"Event bus {source} does not exist in this account and region.")
    with STORE.lock:
        if any(one["SourceArn"] == source for one in held.discoverers.values()):
            raise AwsError("ConflictException", f"Discoverer for {source} already exists.")
        name = f"events-event-bus-{source.rsplit('/', 1)[-1]}-{uuid.uuid4().hex[:8]}"
        held.discoverers[name] = {
            "Description": params.get("Description"),
            "DiscovererArn": call.arn("schemas", f"discoverer/{name}"),
            "DiscovererId": name,
            "SourceArn": source,
            "State": "STARTED",
            "CrossAccount": params.get("CrossAccount", True),
            "Tags": params.get("Tags", {}),
        }
    return held.discoverers[name]


def list_discoverers(call: Call) -> Params:
    """By prefixes of id and source."""
    params = call.params
    rows = [
        one
        for name, one in sorted(books(call).discoverers.items())
        if name.startswith(params.get("DiscovererIdPrefix", ""))
        and one["SourceArn"].startswith(params.get("SourceArnPrefix", ""))
    ]
    items, token = page(call, rows, size=PAGE, bad=BAD)
    return {"Discoverers": items, **token}


def update_discoverer(call: Call) -> Params:
    """Changes description and cross-account discovery."""
    found = _discoverer(call)
    found.update({key: call.params[key] for key in ("Description", "CrossAccount") if key in call.params})
    return found


def delete_discoverer(call: Call) -> Params:
    """Removes it; what it found stays."""
    del books(call).discoverers[_discoverer(call)["DiscovererId"]]
    return {}


def _set_state(call: Call, state: str) -> Params:
    found = _discoverer(call)
    found["State"] = state
    return {"DiscovererId": found["DiscovererId"], "State": state}


def _tags(call: Call) -> dict[str, str]:
    """The tags of the resource named by the call, as held: changes to them stay."""
    arn, held = call.params["ResourceArn"], books(call)
    for registry in held.registries.values():
        if registry.arn == arn:
            return registry.tags
        for schema in registry.schemas.values():
            if schema.arn == arn:
                return schema.tags
    for one in held.discoverers.values():
        if one["DiscovererArn"] == arn:
            tags: dict[str, str] = one["Tags"]
            return tags
    raise AwsError("NotFoundException", f"Resource {arn} does not exist.")


def tag_resource(call: Call) -> Params:
    """Adds tags."""
    _tags(call).update(call.params["Tags"])
    return {}


def untag_resource(call: Call) -> Params:
    """Removes tags by key."""
    held = _tags(call)
    for key in call.params["TagKeys"]:
        held.pop(key, None)
    return {}


def _policy_registry(call: Call) -> Registry:
    name = call.params.get("RegistryName", "discovered-schemas")
    found = books(call).registries.get(name)
    if found is None:
        raise AwsError("NotFoundException", f"Registry with name {name} does not exist.")
    return found


def get_resource_policy(call: Call) -> Params:
    """The policy of a registry; NotFoundException where there is none."""
    registry = _policy_registry(call)
    if registry.policy is None:
        raise AwsError("NotFoundException", f"Registry {registry.name} has no resource policy.")
    return {"Policy": registry.policy, "RevisionId": str(registry.revision)}


def put_resource_policy(call: Call) -> Params:
    """Sets the policy; a revision that is not the current one is refused."""
    registry, params = _policy_registry(call), call.params
    if params.get("RevisionId", str(registry.revision)) != str(registry.revision):
        raise AwsError("PreconditionFailedException", "The RevisionId is not the current one.")
    registry.policy, registry.revision = params["Policy"], registry.revision + 1
    return {"Policy": registry.policy, "RevisionId": str(registry.revision)}


def delete_resource_policy(call: Call) -> Params:
    """Removes the policy."""
    _policy_registry(call).policy = None
    return {}


HANDLERS = {
    "CreateDiscoverer": create_discoverer,
    "DescribeDiscoverer": _discoverer,
    "ListDiscoverers": list_discoverers,
    "UpdateDiscoverer": update_discoverer,
    "DeleteDiscoverer": delete_discoverer,
    "StartDiscoverer": lambda call: _set_state(call, "STARTED"),
    "StopDiscoverer": lambda call: _set_state(call, "STOPPED"),
    "ListTagsForResource": lambda call: {"Tags": _tags(call)},
    "TagResource": tag_resource,
    "UntagResource": untag_resource,
    "GetResourcePolicy": get_resource_policy,
    "PutResourcePolicy": put_resource_policy,
    "DeleteResourcePolicy": delete_resource_policy,
}
