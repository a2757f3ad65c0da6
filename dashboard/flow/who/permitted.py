"""Permitted producers: whom a bus's resource policy lets put events, whether or not they do; identity.py has the other half.

A Deny that applies keeps a principal out; what cannot be decided here – organizations, other condition keys – is told in the row.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from dashboard.flow.answers import Producer, Question
from dashboard.flow.model import arns
from dashboard.flow.model.estate import Estate
from dashboard.flow.walk import policies
from dashboard.flow.walk.policies import Caller

PUT = "events:PutEvents"
_TOLD = frozenset(
    {
        *("aws:principalorgid", "aws:principalorgpaths", "aws:principalaccount", "aws:principalarn"),
        *("aws:sourceaccount", "aws:sourcearn", "aws:sourceorgid"),
        *("events:source", "events:detail-type", "events:creatoraccount", "events:eventbusinvocation"),
    }
)
"""Condition keys whose values say who is let in."""
_Open = tuple[bool, int]
"""Whether a statement that denies may keep it out, and on how many conditions it is let in."""
_ORGANIZATION = ("aws:principalorgid", "aws:principalorgpaths")


def facts_of(asked: Question) -> dict[str, str]:
    """What a statement's conditions may ask about an event of the type."""
    return {"events:source": asked.source, "events:detail-type": asked.detail_type}


def permitted(estate: Estate, asked: Question, buses: Iterable[str]) -> list[Producer]:
    """One row for each principal and bus whose policy lets it put the type, by the least conditioned statement, those rows first."""
    found: dict[tuple[str, str], tuple[_Open, Producer]] = {}
    for bus in buses:
        policy: str = (estate.buses.get(bus) or {}).get("policy") or ""
        for statement in policies.statements(policy):
            for principal in _let_in(statement, asked, bus):
                denied = policies.judge({"": policy}, _caller(principal, asked), PUT, bus).denied
                if denied is not True:
                    is_open, key = denied is None, (principal, bus)
                    how = (is_open, len(_asked(statement)))
                    if key not in found or how < found[key][0]:
                        found[key] = how, _row(estate, asked, bus, principal, statement, is_open=is_open)
    return [row for _, row in sorted(found.values(), key=lambda one: one[0])]


def principals(estate: Estate, bus: str) -> frozenset[str]:
    """Everyone whom a statement of the bus's policy allows anything."""
    statements = policies.statements((estate.buses.get(bus) or {}).get("policy"))
    return frozenset(
        name for one in statements if one.get("Effect") == "Allow" for name in principals_of(one)
    )


def _let_in(statement: Mapping[str, Any], asked: Question, bus: str) -> Iterator[str]:
    """The principals that the statement may let put the type; * where it names whom it does not mean."""
    if statement.get("Effect") != "Allow":
        return
    alone = json.dumps({"Statement": [statement]})
    for principal in principals_of(statement):
        if policies.judge({"": alone}, _caller(principal, asked), PUT, bus).allows is not False:
            yield principal


def _caller(principal: str, asked: Question) -> Caller:
    facts = facts_of(asked)
    found = arns.parts(principal)
    if found is None and not principal.isdigit():
        return Caller(None if principal == "*" else principal, None, None, facts)
    account = found.account if found else principal
    whole = found is None or found.resource == "root"
    named = {} if whole else {"aws:principalarn": principal}
    return Caller(
        None, account, None if whole else principal, facts | {"aws:principalaccount": account or ""} | named
    )


def principals_of(statement: Mapping[str, Any]) -> list[str]:
    """Whom a statement names; * where it names whom it does not mean."""
    principal = statement.get("Principal")
    if "NotPrincipal" in statement:
        return ["*"]
    if isinstance(principal, str):
        return [principal]
    if not isinstance(principal, Mapping):
        return []
    return [name for kind in ("AWS", "Service") for name in policies.listed(principal.get(kind, []))]


def _row(
    estate: Estate, asked: Question, bus: str, principal: str, statement: Mapping[str, Any], *, is_open: bool
) -> Producer:
    is_arn = arns.parts(principal) is not None
    account = principal if principal.isdigit() else (estate.account_of(principal) if is_arn else None)
    whole = principal.isdigit() or principal.endswith(":root")
    kind = "anyone" if principal == "*" else "account" if whole else _kind(principal) if is_arn else "service"
    domains = [d.name for d in estate.settings.domains if account and account in d.accounts]
    domain = (estate.domain_of(principal) if is_arn and not whole else None) or next(iter(domains), None)
    return Producer(
        arn=principal,
        kind=kind,
        name="anyone" if principal == "*" else (account or principal) if whole else estate.name_of(principal),
        account=account,
        region=None,
        domain=domain,
        owner=(estate.owner_of(principal) if is_arn and not whole else None)
        or estate.owner_of_domain(domain),
        evidence="permitted",
        principal=principal,
        source=asked.source,
        bus=bus,
        read=f"policy of bus {estate.name_of(bus)}",
        note=_note(statement, is_open=is_open),
        known_as=_known_as(principal, statement),
    )


def _kind(arn: str) -> str:
    return "user" if ":user/" in arn else "role"


def _known_as(principal: str, statement: Mapping[str, Any]) -> str | None:
    if "NotPrincipal" in statement:
        value = statement["NotPrincipal"]
        groups = value.values() if isinstance(value, Mapping) else [value]
        return f"anyone but {', '.join(name for one in groups for name in policies.listed(one))}"
    inside = [value for key, values in _asked(statement) if key.lower() in _ORGANIZATION for value in values]
    return f"anyone in organization {', '.join(inside)}" if principal == "*" and inside else None


def _asked(statement: Mapping[str, Any]) -> list[tuple[str, list[str]]]:
    """The condition keys of a statement with their values, in a stable order."""
    conditions = statement.get("Condition")
    tests = conditions.values() if isinstance(conditions, Mapping) else ()
    pairs = [
        (key, policies.listed(value))
        for one in tests
        if isinstance(one, Mapping)
        for key, value in one.items()
    ]
    return sorted(pairs)


def _note(statement: Mapping[str, Any], *, is_open: bool) -> str | None:
    told = []
    asked = [
        f"{key} {', '.join(values)}" if values and key.lower() in _TOLD else key
        for key, values in _asked(statement)
    ]
    if asked:
        told.append(f"On conditions: {'; '.join(dict.fromkeys(asked))}.")
    if is_open:
        told.append("A statement of the policy that denies may keep it out: that cannot be decided here.")
    return " ".join(told) or None
