"""Permitted by identity: roles and users whose own policies let them put events on a bus, whether or not they do.

Deny wins, over the boundary and the bus's policy too; across accounts the bus's policy has to let them in as well. Service control
policies and session policies are not looked at. Only where `permitted` was collected.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from dashboard.flow.answers import Producer, Question
from dashboard.flow.model import callers, roles
from dashboard.flow.model.estate import Estate, Row
from dashboard.flow.walk import policies
from dashboard.flow.walk.policies import Caller, Judged
from dashboard.flow.who.observed import note_on
from dashboard.flow.who.permitted import PUT, facts_of

COLLECTOR = "permitted"
_TELLING = ("events:source", "events:detail-type")


@dataclass(frozen=True)
class Identity:
    """The policies of a role or user about PutEvents, as documents by their name. `boundary` is None where it has none."""

    arn: str
    kind: str
    permissions: Mapping[str, str]
    boundary: Mapping[str, str] | None
    by_type: bool
    """Whether a condition asks about source or detail type, so that types differ."""


def permitted(estate: Estate, asked: Question, buses: Iterable[str]) -> list[Producer]:
    """One row for each role or user and bus that it may put the type on; those that can be decided first."""
    found = [
        (judged.allows is None, _row(estate, asked, who, bus, judged))
        for bus in buses
        for who in identities(estate).values()
        if (judged := _judged(estate, who, asked, bus)).allows is not False
    ]
    return [row for _, row in sorted(found, key=lambda one: one[0])]


def principals(estate: Estate, bus: str) -> frozenset[str]:
    """Roles and users that may put some event on the bus."""
    memory: dict[str, frozenset[str]] = estate.memory.setdefault("identities-by-bus", {})
    if bus not in memory:
        anything = Question("", "")
        memory[bus] = frozenset(
            who.arn
            for who in identities(estate).values()
            if who.by_type or _judged(estate, who, anything, bus).allows is not False
        )
    return memory[bus]


def unread(estate: Estate) -> tuple[str, ...]:
    """Accounts of the estate whose identity policies nobody read."""
    read = {
        account for (account, _, name), row in estate.scopes.items() if name == COLLECTOR and row["read_at"]
    }
    return tuple(sorted(estate.accounts - read))


def identities(estate: Estate) -> dict[str, Identity]:
    """Everyone of whom a policy was read that allows PutEvents somewhere. Built once an estate."""
    if "identities" not in estate.memory:
        rows: dict[str, list[Row]] = defaultdict(list)
        for row in estate.snapshot.rows("grants"):
            rows[row["principal"]].append(row)
        estate.memory["identities"] = {arn: _identity(arn, rows[arn]) for arn in sorted(rows)}
    found: dict[str, Identity] = estate.memory["identities"]
    return found


def _identity(arn: str, rows: list[Row]) -> Identity:
    bound = [row for row in rows if row["kind"] == "boundary"]
    own = [row for row in rows if row["kind"] == "permissions"]
    conditions = " ".join(row["conditions"] or "" for row in rows).lower()
    return Identity(
        arn,
        own[0]["principal_kind"] if own else "role",
        _documents(own),
        _documents(bound) if rows[0]["boundary"] else None,
        any(key in conditions for key in _TELLING),
    )


def _documents(rows: list[Row]) -> dict[str, str]:
    """The policies again, of what was kept of them; one that did not come is no JSON, and so unknown."""
    statements: dict[str, list[dict[str, Any]]] = defaultdict(list)
    unread_ones = set()
    for row in rows:
        if row["effect"] == "unread":
            unread_ones.add(row["policy"])
        elif row["effect"] != "none":
            statements[row["policy"]].append(_statement(row))
        else:
            statements[row["policy"]] += []
    found = {name: json.dumps({"Statement": each}) for name, each in statements.items()}
    return found | dict.fromkeys(unread_ones, "not read")


def _statement(row: Row) -> dict[str, Any]:
    named = {
        "Action": row["actions"],
        "NotAction": row["not_actions"],
        "Resource": row["resources"],
        "NotResource": row["not_resources"],
    }
    kept = {key: list(value) for key, value in named.items() if value is not None and len(value)}
    conditions = json.loads(row["conditions"]) if row["conditions"] else {}
    return {"Effect": row["effect"], **kept, "Condition": conditions}


def _judged(estate: Estate, who: Identity, asked: Question, bus: str) -> Judged:
    memory: dict[tuple[str, ...], Judged] = estate.memory.setdefault("identities-judged", {})
    policy = (estate.buses.get(bus) or {}).get("policy") or ""
    by_type = who.by_type or any(key in policy for key in _TELLING)
    key = (who.arn, bus, asked.source, asked.detail_type) if by_type else (who.arn, bus)
    if key not in memory:
        memory[key] = _judge(estate, who, asked, bus)
    return memory[key]


def _judge(estate: Estate, who: Identity, asked: Question, bus: str) -> Judged:
    account = estate.account_of(who.arn) or ""
    facts = facts_of(asked) | {"aws:principalarn": who.arn, "aws:principalaccount": account}
    own = policies.judge(who.permissions, Caller(None, None, who.arn, facts, is_owner=True), PUT, bus)
    if own.allows is False:
        return own
    if who.boundary is not None:
        bound = policies.judge(who.boundary, Caller(None, None, who.arn, facts, is_owner=True), PUT, bus)
        if bound.allows is False:
            return bound
        own = own if bound.allows else Judged(None, bound.denied, bound.by or "its permissions boundary")
    return _let_in(estate, own, Caller(None, account, who.arn, facts), bus)


def _let_in(estate: Estate, own: Judged, caller: Caller, bus: str) -> Judged:
    """What the bus's own policy adds: a Deny always counts; another account's bus has to let the caller in."""
    policy = (estate.buses.get(bus) or {}).get("policy")
    told = (
        policies.judge({f"bus {estate.name_of(bus)}": policy}, caller, PUT, bus) if policy else Judged(False)
    )
    if told.denied is True:
        return told
    if caller.account != estate.account_of(bus) and told.allows is not True:
        return Judged(told.allows, told.denied, told.by or f"the policy of bus {estate.name_of(bus)}")
    return Judged(None, None, told.by) if told.denied is None else own


def _row(estate: Estate, asked: Question, who: Identity, bus: str, judged: Judged) -> Producer:
    owners = roles.resources_of(estate, who.arn)
    arn = owners[0] if len(owners) == 1 else who.arn
    is_own = arn == who.arn
    return Producer(
        arn=arn,
        kind=who.kind if is_own else estate.kind_of(arn),
        name=estate.name_of(arn),
        account=estate.account_of(arn),
        region=estate.region_of(arn),
        domain=callers.domain_of(estate, arn) if is_own else estate.domain_of(arn),
        owner=callers.owner_of(estate, arn) if is_own else estate.owner_of(arn),
        evidence="permitted",
        principal=who.arn,
        source=asked.source,
        bus=bus,
        read=f"its identity policies: {judged.by}" if judged.by else "its identity policies",
        note=(None if is_own else note_on(estate, who.arn, arn, owners))
        if judged.allows
        else f"Whether it may cannot be decided here: {judged.by}.",
        known_as=callers.known_as(estate, who.arn, who.kind),
        shared=tuple(owners) if len(owners) > 1 else (),
    )
