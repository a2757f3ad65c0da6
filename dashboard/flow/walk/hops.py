"""One hop, judged: whether its end is there, is switched on, and what stands in its way lets the event through."""

from dataclasses import replace
from typing import Any

from dashboard.flow.answers import Hop
from dashboard.flow.model import completeness
from dashboard.flow.model.estate import Estate, Row
from dashboard.flow.walk import delivering
from dashboard.flow.walk.delivering import Carrier

_STOPPED = ("STOPPED", "STOPPING", "INACTIVE", "DELETING", "Failed", "START_FAILED", "CREATE_FAILED")
"""States in which nothing arrives. Not a function's "Inactive": idle for long, it is made active by the next call."""
_LINKS = {
    "sns-subscription": "subscription",
    "event-source-mapping": "event source mapping",
    "pipe-source": "pipe",
    "pipe-target": "pipe",
    "pipe-enrichment": "pipe",
    "event-source": "event source",
    "delivery-stream": "delivery stream",
    "endpoint": "global endpoint",
}


def hop(estate: Estate, arn: str, kind: str, carrier: Carrier) -> tuple[Hop, bool]:
    """The hop, and whether its end is there. All but the conditions is the same for every event: judged once."""
    judged: dict[Any, tuple[Hop, bool]] = estate.memory.setdefault("hops", {})
    key = (carrier.via, carrier.by, carrier.sender, carrier.role, carrier.why, carrier.target, carrier.extra)
    if (key, arn) not in judged:
        judged[key, arn] = _judged(estate, arn, kind, carrier)
    found, here = judged[key, arn]
    if carrier.verdict.delivery != "always":
        found = replace(found, delivery="sometimes", when=carrier.verdict.when)
    return found, here


def _judged(estate: Estate, arn: str, kind: str, carrier: Carrier) -> tuple[Hop, bool]:
    there = completeness.presence(estate, arn, kind)
    why = carrier.why
    if why is None and not there.here:
        why = there.why
    if why is None:
        why = _stopped(estate, arn, kind)
    told = delivering.deliverable(estate, carrier, arn, kind)
    reason = told.why if there.collected or told.deliverable == "no" else there.why
    dead_letter, runs = carrier.extra
    found = Hop(
        arn=arn,
        kind=kind,
        via=carrier.via,
        by=carrier.by,
        name=estate.name_of(arn),
        active=why is None,
        deliverable=told.deliverable,
        why=why or reason,
        dead_letter=dead_letter,
        runs=runs,
        granted=told.by,
    )
    return found, there.here


def _stopped(estate: Estate, arn: str, kind: str) -> str | None:
    row = estate.row_of(arn) or {}
    if kind != "bus" and row.get("state") in _STOPPED:
        return f"The {kind} {estate.name_of(arn)} is {str(row['state']).lower()}."
    connection = (
        estate.row_of(row["parent_arn"]) if kind == "api-destination" and row.get("parent_arn") else None
    )
    if connection and connection["state"] == "DEAUTHORIZED":
        return f"The connection {connection['name']} of the api-destination {estate.name_of(arn)} is deauthorized."
    return None


def link_off(estate: Estate, link: Row) -> str:
    """Why a link that is not active carries nothing, one sentence."""
    state = (
        "not confirmed" if "pending" in (link["state"] or "").lower() else (link["state"] or "off").lower()
    )
    words = _LINKS.get(link["kind"], link["kind"])
    return f"The {words} to {estate.name_of(link['to_arn'])} is {state}."
