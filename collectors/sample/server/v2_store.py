"""What the stand-in for the new buses (`eventbridgev2`) holds, and what its operations share.

Resources lie in the account that owns them: a subscriber in the consumer's account may name a bus of another one.
"""

from __future__ import annotations

import secrets
import string
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from collectors.sample.server.paging import page
from collectors.sample.server.store import Store
from collectors.sample.server.wire import AwsError, Call, Params

INVALID = "InvalidInputException"
PAGE = 100


@dataclass
class Held:
    """The new-bus resources that one account owns in one region, each by its ARN."""

    buses: dict[str, Params] = field(default_factory=dict)
    subscribers: dict[str, Params] = field(default_factory=dict)
    sources: dict[str, Params] = field(default_factory=dict)
    tags: dict[str, dict[str, str]] = field(default_factory=dict)
    policies: dict[str, dict[str, Params]] = field(default_factory=dict)
    tokens: dict[str, Params] = field(default_factory=dict)


STORE: Store[Held] = Store(Held)


def now() -> datetime:
    """The time to the second, as AWS stamps it."""
    return datetime.now(UTC).replace(microsecond=0)


def new_arn(call: Call, kind: str, name: str) -> str:
    """An ARN with the 25 characters that make it unique beside others of its name."""
    alphabet = string.ascii_lowercase + string.digits
    return call.arn("events", f"{kind}/{name}/{''.join(secrets.choice(alphabet) for _ in range(25))}")


def owner_of(arn: str) -> tuple[str, str]:
    """(account, region) of an ARN."""
    parts = arn.split(":")
    return parts[4], parts[3]


def missing(what: str, arn: str) -> AwsError:
    """The error for a resource that is not there."""
    return AwsError("ResourceNotFoundException", f"{what} {arn} does not exist.")


def bus_at(call: Call, arn: str, *, own: bool) -> Params:
    """A bus by its ARN; with own, only one of the caller's account. Raises ResourceNotFoundException."""
    scope = owner_of(arn)
    found = STORE[scope].buses.get(arn)
    if found is None or scope[1] != call.region or (own and scope != call.scope):
        raise missing("Event bus", arn)
    return found


def taken(rows: dict[str, Params], name: str, bus: str | None = None) -> bool:
    """Whether a resource of this name is there (on this bus, where one is given)."""
    return any(row["Name"] == name and (bus is None or row["EventBusArn"] == bus) for row in rows.values())


def already(what: str, name: str) -> AwsError:
    """The error for a name that is taken."""
    return AwsError("ResourceAlreadyExistsException", f"{what} {name} already exists.")


def repeated(call: Call) -> Params | None:
    """What the same client token made before. Raises IdempotentParameterMismatchException for other parameters."""
    token = call.params.get("ClientToken")
    before = STORE[call.scope].tokens.get(f"{call.operation} {token}") if token else None
    if before is None:
        return None
    if before["asked"] != call.params:
        raise AwsError(
            "IdempotentParameterMismatchException", "The client token was used with other parameters."
        )
    made: Params = before["made"]
    return made


def remember(call: Call, made: Params) -> Params:
    """Notes what a client token made, and the tags that came with it."""
    held = STORE[call.scope]
    if token := call.params.get("ClientToken"):
        held.tokens[f"{call.operation} {token}"] = {"asked": dict(call.params), "made": made}
    arn = made.get("SubscriberArn") or made.get("EventSourceArn") or made["EventBusArn"]
    held.tags[arn] = dict(call.params.get("Tags", {}))
    return made


def listed(call: Call, key: str, rows: list[Params]) -> Params:
    """One page of rows whose names begin with the prefix asked for."""
    prefix = call.params.get("NamePrefix", "")
    named = [row for row in rows if row.get("Name", "").startswith(prefix)]
    items, token = page(call, named, size=PAGE, bad=INVALID, limit="MaxResults")
    return {key: items, **token}


def everywhere(region: str, kind: str, bus: str) -> list[Params]:
    """The subscribers or sources of a bus in every account of the region."""
    with STORE.lock:
        held = [value for (_, place), value in sorted(STORE.values.items()) if place == region]
    rows: list[Params] = []
    for each in held:
        owned: dict[str, Any] = getattr(each, kind)
        rows += [row for row in owned.values() if row["EventBusArn"] == bus]
    return rows


def seen_by(call: Call, kind: str, bus: str | None) -> list[Params]:
    """The subscribers or sources that the caller owns; of a bus, those of every account when the caller owns the bus."""
    owned: dict[str, Any] = getattr(STORE[call.scope], kind)
    if not bus:
        return list(owned.values())
    bus_at(call, bus, own=False)
    if owner_of(bus) == call.scope:
        return everywhere(call.region, kind, bus)
    return [row for row in owned.values() if row["EventBusArn"] == bus]
