"""One hop, judged: whether its end is there, is switched on, and what stands in its way lets the event through."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from dashboard.flow.answers import Delivery, Hop
from dashboard.flow.model import completeness
from dashboard.flow.model.carriers import Carrier
from dashboard.flow.model.estate import Estate, Row
from dashboard.flow.model.matching import Verdict
from dashboard.flow.walk import delivering

_STOPPED = ("STOPPED", "STOPPING", "INACTIVE", "DELETING", "Failed", "START_FAILED", "CREATE_FAILED")
"""States in which nothing arrives. Not a function's "Inactive": idle for long, it is made active by the next call."""
_THIRD_BUS = (
    "AWS's guide says that EventBridge does not route an event that came from another bus on to a third one."
)
_LOOP = "EventBridge may take it for a loop: what this event came of has passed the bus."
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


def hop(estate: Estate, arn: str, kind: str, carrier: Carrier, verdict: Verdict) -> tuple[Hop, bool]:
    """The hop, and whether its end is there. All but the conditions is the same for every event: judged once."""
    judged: dict[Any, tuple[Hop, bool]] = estate.memory.setdefault("hops", {})
    known = judged.get((carrier, arn))
    if known is None:
        known = judged[carrier, arn] = _judged(estate, arn, kind, carrier)
    return known if verdict.delivery == "always" else (on_conditions(known[0], verdict), known[1])


def on_conditions(found: Hop, verdict: Verdict) -> Hop:
    """The hop with the delivery and conditions of the verdict. Made at every step: `replace` takes three times as long."""
    return Hop(
        *(found.arn, found.kind, found.via, found.by, found.name),
        "always" if verdict.delivery == "always" else "sometimes",
        *(verdict.when, found.active, found.deliverable, found.why),
        *(found.dead_letter, found.runs, found.granted),
    )


def onto_bus(found: Hop, estate: Estate, before: Sequence[Hop], buses: Sequence[str]) -> Hop:
    """A hop onto a bus behind these hops and buses: not certain where AWS's guide says that it is not made.

    Of a rule ("Sending and receiving events between event buses": not on to a third bus), which could not be confirmed for every
    account and region; and of a new bus that an event of the same origin passed (there "Loop detection": at best effort).
    """
    if found.deliverable != "yes":
        return found
    forwarded = bool(before) and before[-1].kind == "bus" and before[-1].via in ("rule", "subscriber")
    if forwarded and found.via == "rule":
        return replace(found, deliverable="unknown", why=found.why or _THIRD_BUS)
    if found.arn in buses and (estate.row_of(found.arn) or {}).get("kind") == "new":
        return replace(found, deliverable="unknown", why=found.why or _LOOP)
    return found


def conditions(path: Sequence[Hop]) -> tuple[Delivery, tuple[str, ...]]:
    """Whether what goes this way always arrives, and the conditions of all its steps, each once."""
    open_ = [hop for hop in path if hop.delivery == "sometimes"]
    if not open_:
        return "always", ()
    return "sometimes", tuple(dict.fromkeys([text for hop in open_ for text in hop.when]))


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
