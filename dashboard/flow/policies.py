"""Resource policies, as far as they can be decided: whether one lets the delivering principal in.

Bounded on purpose: a statement that uses what is not decided here (NotPrincipal, unknown condition keys, organisations)
makes the answer unknown, never yes or no.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Any

from dashboard.flow import arns

Tri = bool | None
_LIKE = ("arnlike", "arnequals", "stringlike")
_EQUAL = ("stringequals", "stringequalsignorecase")


@dataclass(frozen=True)
class Caller:
    """Who delivers: a service principal or an account's role, on whose behalf, and what conditions may ask about.

    `facts` are condition keys in lower case with their values, e.g. aws:sourcearn.
    """

    service: str | None
    account: str | None
    role: str | None = None
    facts: Mapping[str, str] = field(default_factory=dict)


def allows(policy: str, caller: Caller, action: str, resource: str) -> Tri:
    """True when the policy lets the caller do the action, False when it does not, None when that cannot be decided."""
    statements = _statements(policy)
    if statements is None:
        return None
    verdicts = [(s.get("Effect"), _applies(s, caller, action, resource)) for s in statements]
    denies = [v for effect, v in verdicts if effect == "Deny"]
    grants = [v for effect, v in verdicts if effect == "Allow"]
    if True in denies:
        return False
    if True in grants:
        return None if None in denies else True
    return None if None in grants else False


@lru_cache(maxsize=20_000)
def _parsed(policy: str) -> Any:
    try:
        return json.loads(policy)
    except ValueError:
        return None


def _statements(policy: str) -> list[dict[str, Any]] | None:
    found = _parsed(policy)
    if not isinstance(found, dict):
        return None
    listed = found.get("Statement", [])
    listed = listed if isinstance(listed, list) else [listed]
    return [s for s in listed if isinstance(s, dict)]


def statements(policy: str | None) -> list[dict[str, Any]]:
    """The statements of a policy; none when there is none or it is not readable."""
    return (_statements(policy) or []) if policy else []


def listed(value: Any) -> list[str]:
    """A policy's "one or many" as a list of strings."""
    many = value if isinstance(value, list) else [value]
    return [v for v in many if isinstance(v, str)]


def _applies(statement: Mapping[str, Any], caller: Caller, action: str, resource: str) -> Tri:
    return _and(
        [
            _principal(statement, caller),
            _named(statement, "Action", action.lower(), fold=True),
            _named(statement, "Resource", resource, fold=False),
            _conditions(statement.get("Condition") or {}, caller),
        ]
    )


def _and(parts: list[Tri]) -> Tri:
    if False in parts:
        return False
    return None if None in parts else True


def _named(statement: Mapping[str, Any], key: str, value: str, *, fold: bool) -> Tri:
    """Whether Action or Resource covers the value; a policy on the thing itself may leave Resource out."""
    for name, wanted in ((key, True), (f"Not{key}", False)):
        if name in statement:
            globs = [glob.lower() if fold else glob for glob in listed(statement[name])]
            return any(_like(value, glob) for glob in globs) is wanted
    return True if key == "Resource" else None


def _like(value: str, glob: str) -> bool:
    """Whether the value is like the text, in which * and ? are the only wild cards; most have none."""
    if "*" not in glob and "?" not in glob:
        return value == glob
    return fnmatchcase(value, glob.replace("[", "[[]"))


def _principal(statement: Mapping[str, Any], caller: Caller) -> Tri:
    principal = statement.get("Principal")
    if principal == "*":
        return True
    if not isinstance(principal, Mapping):
        return None  # NotPrincipal, or none at all
    aws = listed(principal.get("AWS", []))
    if "*" in aws:
        return True
    if caller.service is not None:
        return caller.service in listed(principal.get("Service", []))
    whole = (_account(entry) == caller.account for entry in aws if _is_whole_account(entry))
    return (caller.role is not None and caller.role in aws) or any(whole)


def _is_whole_account(principal: str) -> bool:
    return principal.isdigit() or principal.endswith(":root")


def _account(principal: str) -> str | None:
    if principal.isdigit():
        return principal
    found = arns.parts(principal)
    return found.account if found else None


def _conditions(conditions: Mapping[str, Any], caller: Caller) -> Tri:
    verdicts: list[Tri] = []
    for operator, tests in conditions.items():
        if not isinstance(tests, Mapping):
            return None
        verdicts += [_condition(operator.lower(), key.lower(), listed(v), caller) for key, v in tests.items()]
    return _and(verdicts)


def _condition(operator: str, key: str, wanted: list[str], caller: Caller) -> Tri:
    have = caller.facts.get(key)
    if have is None:
        return None
    base = operator.removesuffix("ifexists").removeprefix("foranyvalue:").removeprefix("forallvalues:")
    if base in _LIKE:
        return any(_like(have, glob) for glob in wanted)
    if base in _EQUAL:
        fold = base.endswith("ignorecase")
        return (have.lower() in [w.lower() for w in wanted]) if fold else have in wanted
    return None
