"""Stand-in for EventBridge's global endpoints, of which moto has nothing."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime

from collectors.sample.server.paging import page
from collectors.sample.server.store import Store
from collectors.sample.server.wire import AwsError, Call, Params

PAGE = 100
_SETTABLE = ("Description", "RoutingConfig", "ReplicationConfig", "EventBuses", "RoleArn")

STORE: Store[dict[str, Params]] = Store(dict)


def _find(call: Call) -> Params:
    name = call.params["Name"]
    found = STORE[call.scope].get(name)
    if found is None:
        raise AwsError("ResourceNotFoundException", f"Endpoint {name} does not exist.")
    return found


def create_endpoint(call: Call) -> Params:
    """An endpoint over two buses of one name in two regions; active at once here."""
    params, held = call.params, STORE[call.scope]
    name, now, known = params["Name"], datetime.now(UTC).replace(microsecond=0), secrets.token_hex(5)
    with STORE.lock:
        if name in held:
            raise AwsError("ResourceAlreadyExistsException", f"Endpoint {name} already exists.")
        held[name] = {each: params[each] for each in _SETTABLE if each in params} | {
            "Name": name,
            "Arn": call.arn("events", f"endpoint/{name}"),
            "EndpointId": f"{known}.veo",
            "EndpointUrl": f"https://{known}.veo.endpoint.events.amazonaws.com",
            "ReplicationConfig": params.get("ReplicationConfig", {"State": "ENABLED"}),
            "State": "ACTIVE",
            "CreationTime": now,
            "LastModifiedTime": now,
        }
    return held[name]


def update_endpoint(call: Call) -> Params:
    """Members left out stay."""
    found = _find(call)
    found.update({each: call.params[each] for each in _SETTABLE if each in call.params})
    found["LastModifiedTime"] = datetime.now(UTC).replace(microsecond=0)
    return found


def delete_endpoint(call: Call) -> Params:
    """Removes it."""
    del STORE[call.scope][_find(call)["Name"]]
    return {}


def list_endpoints(call: Call) -> Params:
    """By name prefix and home region."""
    params = call.params
    home = params.get("HomeRegion", call.region)
    rows = [
        endpoint
        for name, endpoint in sorted(STORE[call.scope].items())
        if name.startswith(params.get("NamePrefix", "")) and home == call.region
    ]
    items, token = page(call, rows, size=PAGE, limit="MaxResults")
    return {"Endpoints": items, **token}


HANDLERS = {
    "CreateEndpoint": create_endpoint,
    "DescribeEndpoint": _find,
    "UpdateEndpoint": update_endpoint,
    "DeleteEndpoint": delete_endpoint,
    "ListEndpoints": list_endpoints,
}
