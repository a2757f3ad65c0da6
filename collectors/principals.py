"""Who made a call, from a CloudTrail userIdentity. Names of people – session names – are never kept."""

from typing import Any, Literal, NamedTuple

Kind = Literal["role", "person", "user", "service", "account", "unknown"]
SSO_ROLE = "AWSReservedSSO_"
"""Roles that IAM Identity Center makes, one for each permission set: AWSReservedSSO_<permission set>_<id>."""


class Principal(NamedTuple):
    """The role, user, service or account behind a call; `via` is the service that called on its behalf."""

    name: str
    kind: Kind
    account: str | None
    via: str | None


def principal_of(identity: Any) -> Principal:
    """The principal of a userIdentity: a role by its own ARN, never by that of the session; "unknown" where nothing tells it."""
    told = identity if isinstance(identity, dict) else {}
    kind = told.get("type")
    via = _text(told.get("invokedBy"))
    account = _text(told.get("accountId"))
    if kind == "AWSService":
        return Principal(via or "unknown", "service" if via else "unknown", account, via)
    if kind == "AWSAccount" and account:
        return Principal(account, "account", account, via)
    if kind == "Root":
        return Principal(_text(told.get("arn")) or account or "unknown", "account", account, via)
    if kind == "IdentityCenterUser":
        return Principal("IAM Identity Center", "person", account, via)
    arn = _issuer(told) or _text(told.get("arn"))
    return _of_arn(arn, account, via)


def _issuer(identity: dict[str, Any]) -> str | None:
    """sessionContext.sessionIssuer.arn: what the session was made from."""
    context = identity.get("sessionContext")
    issuer = context.get("sessionIssuer") if isinstance(context, dict) else None
    return _text(issuer.get("arn")) if isinstance(issuer, dict) else None


def _of_arn(arn: str | None, account: str | None, via: str | None) -> Principal:
    parts = (arn or "").split(":", 5)
    if len(parts) < 6:
        return Principal("unknown", "unknown", account, via)
    what, _, rest = parts[5].partition("/")
    if what == "assumed-role":
        role = rest.split("/", 1)[0]
        arn, what = f"{parts[0]}:{parts[1]}:iam::{parts[4]}:role/{role}", "role"
    name = (arn or "").rsplit("/", 1)[-1]
    if what == "role":
        return Principal(arn or "", "person" if name.startswith(SSO_ROLE) else "role", account, via)
    if what == "user":
        return Principal(arn or "", "user", account, via)
    if what == "root":
        return Principal(arn or "", "account", account, via)
    # A federated user's ARN ends in the name its maker chose for the session.
    return Principal("unknown", "unknown", account, via)


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None
