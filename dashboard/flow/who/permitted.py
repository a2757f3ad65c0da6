"""Permitted producers: principals that a bus's resource policy lets put events, whether or not they do."""

from collections.abc import Iterable, Mapping
from typing import Any

from dashboard.flow.answers import Producer, Question
from dashboard.flow.model import arns
from dashboard.flow.model.estate import Estate
from dashboard.flow.walk import policies

_PUT = ("events:putevents", "events:*", "*", "events:put*")


def permitted(estate: Estate, asked: Question, buses: Iterable[str]) -> list[Producer]:
    """One row for each principal that the policies of these buses allow to put the type."""
    found: dict[str, Producer] = {}
    for bus in buses:
        for statement in policies.statements((estate.buses.get(bus) or {}).get("policy")):
            for principal in _principals(statement) if _allows(statement, asked) else ():
                found.setdefault(principal, _row(estate, asked, bus, principal, statement))
    return list(found.values())


def principals(estate: Estate, bus: str) -> frozenset[str]:
    """Everyone whom a statement of the bus's policy allows anything."""
    statements = policies.statements((estate.buses.get(bus) or {}).get("policy"))
    return frozenset(name for one in statements if one.get("Effect") == "Allow" for name in _principals(one))


def _allows(statement: Mapping[str, Any], asked: Question) -> bool:
    actions = [action.lower() for action in policies.listed(statement.get("Action", []))]
    if statement.get("Effect") != "Allow" or not any(action in _PUT for action in actions):
        return False
    return all(
        value in wanted
        for key, value in (("events:source", asked.source), ("events:detail-type", asked.detail_type))
        if (wanted := _equals(statement, key))
    )


def _equals(statement: Mapping[str, Any], key: str) -> list[str]:
    """Values that a plain StringEquals asks for; other conditions are named in the row's note instead."""
    tests = (statement.get("Condition") or {}).get("StringEquals") or {}
    return next((policies.listed(v) for k, v in tests.items() if k.lower() == key), [])


def _principals(statement: Mapping[str, Any]) -> list[str]:
    principal = statement.get("Principal")
    if isinstance(principal, str):
        return [principal]
    if not isinstance(principal, Mapping):
        return []
    return [name for kind in ("AWS", "Service") for name in policies.listed(principal.get(kind, []))]


def _row(estate: Estate, asked: Question, bus: str, principal: str, statement: Mapping[str, Any]) -> Producer:
    is_arn = arns.parts(principal) is not None
    account = principal if principal.isdigit() else (estate.account_of(principal) if is_arn else None)
    whole = principal.isdigit() or principal.endswith(":root")
    kind = "anyone" if principal == "*" else "account" if whole else "role" if is_arn else "service"
    conditions = statement.get("Condition")
    keys = sorted({k for tests in (conditions or {}).values() if isinstance(tests, Mapping) for k in tests})
    domains = [d.name for d in estate.settings.domains if account and account in d.accounts]
    return Producer(
        arn=principal,
        kind=kind,
        name="anyone" if principal == "*" else (account or principal) if whole else estate.name_of(principal),
        account=account,
        region=None,
        domain=domains[0] if domains else None,
        owner=estate.owner_of_domain(domains[0]) if domains else None,
        evidence="permitted",
        principal=principal,
        source=asked.source,
        bus=bus,
        read=f"policy of bus {estate.name_of(bus)}",
        note=f"On conditions: {', '.join(keys)}." if keys else None,
    )
