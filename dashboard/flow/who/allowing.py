"""A bus's resource policy in words: a sentence for each statement."""

import json
from collections.abc import Mapping
from typing import Any

from dashboard.flow.model import arns
from dashboard.flow.model.estate import Estate
from dashboard.flow.walk import policies
from dashboard.flow.who.permitted import principals_of

_DOES = {
    "events:PutEvents": "put events",
    "events:PutRule": "make rules",
    "events:PutTargets": "add targets",
    "events:*": "do anything with EventBridge",
    "*": "do anything",
}
_TESTS = {
    "StringEquals": "is",
    "StringEqualsIgnoreCase": "is",
    "StringLike": "is like",
    "ArnEquals": "is",
    "ArnLike": "is like",
    "StringNotEquals": "is not",
    "StringNotLike": "is not like",
    "ArnNotEquals": "is not",
    "ArnNotLike": "is not like",
}
_VERBS = {"Allow": "may", "Deny": "must not"}
MOST = 6


def in_words(estate: Estate, policy: str | None) -> tuple[str, ...]:
    """What the policy (JSON text) lets whom do; none where there is no statement that can be read."""
    return tuple(_sentence(estate, one) for one in policies.statements(policy))


def _sentence(estate: Estate, statement: Mapping[str, Any]) -> str:
    verb = _VERBS.get(str(statement.get("Effect")), "is told of to")
    conditions = list(_conditions(statement.get("Condition")))
    when = f", when {' and '.join(conditions)}" if conditions else ""
    return f"{_who(estate, statement)} {verb} {_what(statement)}{when}."


def _who(estate: Estate, statement: Mapping[str, Any]) -> str:
    others = statement.get("NotPrincipal")
    if others is not None:
        groups = others.values() if isinstance(others, Mapping) else [others]
        return f"Anyone but {_few([name for one in groups for name in policies.listed(one)])}"
    return _few([_named(estate, name) for name in principals_of(statement)]) or "Nobody"


def _named(estate: Estate, principal: str) -> str:
    if principal == "*":
        return "Anyone"
    found = arns.parts(principal)
    if principal.isdigit() or (found and found.resource == "root"):
        return f"Account {principal if found is None else found.account}"
    return f"{estate.kind_of(principal).capitalize()} {estate.name_of(principal)}" if found else principal


def _what(statement: Mapping[str, Any]) -> str:
    if "NotAction" in statement:
        return f"do all but {_few(policies.listed(statement['NotAction']))}"
    return (
        _few([_DOES.get(name, f"call {name}") for name in policies.listed(statement.get("Action", []))])
        or "do nothing"
    )


def _conditions(tests: Any) -> list[str]:
    """Each test of a condition: events:source is com.acme.orders."""
    return [
        f"{key} {_TESTS.get(operator, operator)} {_few(_texts(value))}"
        for operator, keys in (tests.items() if isinstance(tests, Mapping) else ())
        for key, value in (keys.items() if isinstance(keys, Mapping) else ())
    ]


def _texts(value: Any) -> list[str]:
    return [
        one if isinstance(one, str) else json.dumps(one)
        for one in (value if isinstance(value, list) else [value])
    ]


def _few(names: list[str]) -> str:
    told = ", ".join(names[:MOST])
    return f"{told} and {len(names) - MOST} more" if len(names) > MOST else told
