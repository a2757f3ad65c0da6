"""Who changed the wiring of late: management events, as CloudTrail's event history tells them."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from collectors.sample.estate.place import Place
from collectors.sample.estate.places import CORE_EU, OPS_EU, OPS_US, SHOP_EU
from collectors.sample.estate.producing import CI, SSO, Caller
from collectors.sample.estate.trail import record

ADMIN = Caller(SSO.replace("Merchandiser", "Administrator"), "robin.admin@acme.example")
INTERN = Caller(SSO.replace("Merchandiser", "ReadOnly"), "charlie.intern@acme.example")
EVENTS = "events.amazonaws.com"


@dataclass(frozen=True)
class Change:
    """One call that changed something, hours before the estate is loaded."""

    at: Place
    hours_ago: float
    by: Caller
    action: str
    what: Mapping[str, Any]
    service: str = EVENTS
    refused: bool = False


def _rule(name: str, bus: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "eventBusName": bus, **more}


CHANGES = (
    Change(SHOP_EU, 1900, CI, "PutRule", _rule("order-placed-to-fulfilment", "orders", state="ENABLED")),
    Change(SHOP_EU, 1400, CI, "PutRule", _rule("order-cancelled-refund", "orders", state="ENABLED")),
    Change(SHOP_EU, 1400, CI, "PutTargets", {"rule": "order-cancelled-refund", "eventBusName": "orders"}),
    Change(
        SHOP_EU,
        700,
        ADMIN,
        "DeleteFunction20150331",
        {"functionName": "refund-calculator-old"},
        service="lambda.amazonaws.com",
    ),
    Change(SHOP_EU, 520, ADMIN, "DisableRule", _rule("order-placed-legacy", "orders")),
    Change(OPS_EU, 300, CI, "PutRule", _rule("stock-to-us", "fulfilment", state="ENABLED")),
    Change(OPS_US, 299, CI, "PutRule", _rule("stock-to-eu", "fulfilment", state="ENABLED")),
    Change(OPS_EU, 120, CI, "CreateSubscriber", {"name": "card-freeze"}),
    Change(OPS_EU, 96, ADMIN, "UpdateSubscriber", {"name": "payout-archive", "state": "STOPPED"}),
    Change(CORE_EU, 60, ADMIN, "PutPermission", {"eventBusName": "hub"}),
    Change(SHOP_EU, 30, CI, "RemoveTargets", {"rule": "price-drops", "eventBusName": "catalogue"}),
    Change(SHOP_EU, 29.9, CI, "PutTargets", {"rule": "price-drops", "eventBusName": "catalogue"}),
    Change(SHOP_EU, 20, INTERN, "DeleteRule", _rule("orders-audit", "orders"), refused=True),
    Change(CORE_EU, 4.2, CI, "PutTargets", {"rule": "shipping-notices", "eventBusName": "hub"}),
    Change(SHOP_EU, 3, ADMIN, "DeleteRule", _rule("black-friday-banner", "catalogue")),
)
"""Oldest first. The last deployment before the incident is the one 4.2 hours ago."""


def history(now: datetime) -> Iterator[tuple[Place, dict[str, Any]]]:
    """The changes as CloudTrail records, each with the place whose history holds it."""
    chosen = random.Random(7)
    for change in CHANGES:
        at = now - timedelta(hours=change.hours_ago)
        yield change.at, _management(change, at, chosen)


def _management(change: Change, at: datetime, chosen: random.Random) -> dict[str, Any]:
    told = {
        "eventSource": change.service,
        "eventName": change.action,
        "requestParameters": dict(change.what),
        "responseElements": None,
        "readOnly": False,
        "managementEvent": True,
        "eventCategory": "Management",
    }
    if change.refused:
        told |= {"errorCode": "AccessDenied", "errorMessage": f"not authorized to perform: {change.action}"}
    return record(change.at, change.by, at, chosen) | told
