"""The roles that were seen to put events: their tags, and who may be each by its trust policy. The tagging API has no roles."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from collectors.missing import call_or_nothing
from collectors.principals import SSO_ROLE
from collectors.records import PrincipalRole, Record, Tag
from collectors.roles import OnceEach
from collectors.scope import Scope, account_in
from collectors.unread import Unread, rows_of

GET = "iam:GetRole"


def of_principals(scope: Scope, principals: Iterable[str]) -> Iterator[Record]:
    """Rows of `principals` and `tags` of these principals that are roles of the scope's own account.

    iam:GetRole of at most `principals_at_most`, each once a run. One that may not be read is a gap about it. Trust policies
    are reduced to who is trusted; conditions (which repository, which branch) and session names are not kept.
    """
    named = sorted({one for one in principals if _is_own_role(scope, one)})
    most = scope.settings.principals_at_most
    if len(named) > most:
        told = f"{len(named)} roles put events here, the tags of the first {most} were read: raise principals_at_most in headwater.toml for all."
        scope.gap("partial", GET, "TooMany", told, "roles that put events")
        scope.lose(rows_of("principals"), rows_of("tags"))
    for arn, role in scope.each(named[:most], lambda arn: _once(scope, arn), str, _lost):
        if role is not None:
            yield from scope.rows(lambda one, arn=arn: _row(arn, one), [role], GET)  # type: ignore[misc]
            tags = [
                {"arn": arn, "key": one.get("Key"), "value": one.get("Value")}
                for one in role.get("Tags") or ()
            ]
            yield from scope.rows(Tag.model_validate, tags, GET)


def _is_own_role(scope: Scope, principal: str) -> bool:
    return ":iam::" in principal and ":role/" in principal and account_in(principal) == scope.account


def _lost(arn: str) -> Iterator[Unread]:
    yield rows_of("principals", arn=arn)
    yield rows_of("tags", arn=arn)


def _once(scope: Scope, arn: str) -> dict[str, Any]:
    """The role; the same for every region of the run."""
    found: dict[str, Any] = scope.run.once("callers", OnceEach).once(
        scope.account, arn, lambda: _role(scope, arn)
    )
    return found


def _role(scope: Scope, arn: str) -> dict[str, Any]:
    iam = Scope(scope.run, scope.account, scope.run.aws.regions[0], scope.collector)
    found: dict[str, Any] = call_or_nothing(iam, "iam", "get_role", RoleName=name_of(arn)).get("Role") or {}
    return found


def name_of(arn: str) -> str:
    """A role's name: what stands behind its path."""
    return arn.rsplit("/", 1)[-1]


def _row(arn: str, role: dict[str, Any]) -> PrincipalRole:
    return PrincipalRole(
        arn=arn,
        name=name_of(arn),
        absent=not role,
        trusted=trusted(role.get("AssumeRolePolicyDocument")),
        # the description of a permission set may name people
        description=None if name_of(arn).startswith(SSO_ROLE) else role.get("Description"),
        created_at=role.get("CreateDate"),
    )


def trusted(document: Any) -> tuple[str, ...]:
    """Who may be the role: services, hosts of identity providers, accounts, * for anyone; sorted, each once.

    >>> trusted({"Statement": {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}}})
    ('lambda.amazonaws.com',)
    """
    try:
        policy = json.loads(document) if isinstance(document, str) else document
    except ValueError:
        return ()
    statements = policy.get("Statement") if isinstance(policy, dict) else None
    listed = statements if isinstance(statements, list) else [statements]
    allowing = [one for one in listed if isinstance(one, dict) and one.get("Effect") == "Allow"]
    return tuple(sorted({name for one in allowing for name in _named(one.get("Principal"))}))


def _named(principal: Any) -> Iterator[str]:
    if principal == "*":
        yield "*"
    for kind, value in principal.items() if isinstance(principal, dict) else ():
        for name in value if isinstance(value, list) else [value]:
            if isinstance(name, str):
                yield _short(kind, name)


def _short(kind: str, name: str) -> str:
    """A provider by its host (and path, which tells a cluster or a project), anything of an account by the account."""
    if kind == "Federated":
        return name.split("oidc-provider/", 1)[-1] if "oidc-provider/" in name else name
    if kind == "AWS" and name != "*":
        return account_in(name) or name
    return name
