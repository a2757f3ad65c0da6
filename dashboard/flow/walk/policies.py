"""Policies, as far as they can be decided: whether one lets the delivering principal in, or a role do something.

Bounded on purpose: a statement that uses what is not decided here (NotPrincipal, unknown condition keys, organisations,
variables) makes the answer unknown, never yes or no.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Any

from dashboard.flow.model import arns

Tri = bool | None
_LIKE = ("arnlike", "arnequals", "stringlike")
_EQUAL = ("stringequals", "stringequalsignorecase", "bool")
_NEGATED = {
    "stringnotequals": "stringequals",
    "stringnotequalsignorecase": "stringequalsignorecase",
    "stringnotlike": "stringlike",
    "arnnotequals": "arnequals",
    "arnnotlike": "arnlike",
}


@dataclass(frozen=True)
class Caller:
    """Who delivers: a service principal or an account's role, on whose behalf, and what conditions may ask about.

    `facts` are condition keys in lower case with their values, e.g. aws:sourcearn. `is_owner`: the policies are the caller's
    own and name no principal.
    """

    service: str | None
    account: str | None
    role: str | None = None
    facts: Mapping[str, str] = field(default_factory=dict)
    is_owner: bool = False


@dataclass(frozen=True)
class Judged:
    """What a set of statements says. `by` names the statement that decides, or that cannot be decided; null where none speaks.

    `denied`: whether an explicit deny applies, which no other policy undoes.
    """

    allows: Tri
    denied: Tri = False
    by: str | None = None


def allows(policy: str, caller: Caller, action: str, resource: str) -> Tri:
    """True when the policy lets the caller do the action, False when it does not, None when that cannot be decided."""
    return judge({"": policy}, caller, action, resource).allows


def judge(documents: Mapping[str, str], caller: Caller, action: str, resource: str) -> Judged:
    """What policies, by name, say together of the caller's action. Where one is no JSON, nobody can tell."""
    found: dict[tuple[str, Tri], str] = {}
    for name, document in documents.items():
        parts = _statements(document)
        if parts is None:
            found.setdefault(("Allow", None), _label(name, {}, 0))
        for number, statement in enumerate(parts or (), 1):
            applies = _applies(statement, caller, action, resource)
            found.setdefault((str(statement.get("Effect")), applies), _label(name, statement, number))
    return _together(found)


def _together(found: Mapping[tuple[str, Tri], str]) -> Judged:
    denied, open_deny = found.get(("Deny", True)), found.get(("Deny", None))
    granted, open_grant = found.get(("Allow", True)), found.get(("Allow", None))
    if denied:
        return Judged(allows=False, denied=True, by=denied)
    if open_deny:
        return Judged(allows=None if granted or open_grant else False, denied=None, by=open_deny)
    return (
        Judged(allows=True, by=granted) if granted else Judged(None if open_grant else False, by=open_grant)
    )


def _label(policy: str, statement: Mapping[str, Any], number: int) -> str:
    """A statement by its id, or its place; of a managed policy the last part of its ARN."""
    what = f"statement {statement.get('Sid') or number}" if statement else "the text"
    name = policy.rsplit("/", 1)[-1]
    return f"{what} of policy {name}" if name else what


@lru_cache(maxsize=20_000)
def _parsed(policy: str) -> Any:
    try:
        # IAM's grammar lets numbers stand without quotes: they are compared as they are written
        return json.loads(policy, parse_int=str, parse_float=str)
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
            if any(_like(value, glob) for glob in globs):
                return wanted
            return None if any("${" in glob for glob in globs) else not wanted
    return True if key == "Resource" else None


def _like(value: str, glob: str) -> bool:
    """Whether the value is like the text, in which * and ? are the only wild cards; most have none."""
    if "*" not in glob and "?" not in glob:
        return value == glob
    return fnmatchcase(value, glob.replace("[", "[[]"))


def _principal(statement: Mapping[str, Any], caller: Caller) -> Tri:
    if caller.is_owner:
        return True
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
        verdicts += [_condition(operator.lower(), key.lower(), _texts(v), caller) for key, v in tests.items()]
    return _and(verdicts)


def _condition(operator: str, key: str, wanted: list[str], caller: Caller) -> Tri:
    have = caller.facts.get(key)
    if have is None or not wanted:  # of values that were not kept, or are no text, nobody can tell
        return None
    base = operator.removesuffix("ifexists").removeprefix("foranyvalue:").removeprefix("forallvalues:")
    if any("${" in text for text in wanted):
        return None
    met = _compared(_NEGATED.get(base, base), have, wanted)
    return met if met is None or base not in _NEGATED else not met


def _compared(operator: str, have: str, wanted: list[str]) -> Tri:
    if operator in _LIKE:
        return any(_like(have, glob) for glob in wanted)
    if operator in _EQUAL:
        fold = operator != "stringequals"
        return (have.lower() in [w.lower() for w in wanted]) if fold else have in wanted
    return None


def _texts(value: Any) -> list[str]:
    """A condition's values as text; true and false may stand without quotes, as numbers may."""
    many = value if isinstance(value, list) else [value]
    return [str(v).lower() if isinstance(v, bool) else v for v in many if isinstance(v, str | bool)]
