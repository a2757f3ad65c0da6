"""What lets a carrier deliver: the policies of its role, or of the one version or alias of a function that it calls.

Asked once a run, whoever names them. Roles belong to an account, not to a region: they are read by the collectors that name them, and only those that are named.
"""

import json
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

from collectors.errors import RefusedError
from collectors.missing import call_or_nothing
from collectors.records import Policy, Record
from collectors.scope import Scope
from collectors.unread import rows_of

Rows = list[dict[str, Any]]


@dataclass
class OnceEach:
    """What was read in this run, by ARN; a second scope that names one waits for the first, and others do not."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    found: dict[tuple[str, str], Future[Any]] = field(default_factory=dict)

    def once(self, account: str, arn: str, make: Callable[[], Any]) -> Any:
        """make(), or what another scope made. Raises RefusedError to each that asks."""
        with self.lock:
            future = self.found.get((account, arn))
            mine = future is None
            future = self.found.setdefault((account, arn), Future())
        if mine:
            try:
                future.set_result(make())
            except BaseException as error:
                future.set_exception(error)
                raise
        return future.result()


POLICIES = rows_of("policies")
"""Lost with every row that could name a role or a function: which, nobody knows."""


def of_roles(scope: Scope, roles: Iterable[str | None]) -> Iterator[Record]:
    """Rows of `policies` of these roles, those of accounts outside the run left out.

    iam:GetRole, ListRolePolicies + GetRolePolicy, ListAttachedRolePolicies + GetPolicy + GetPolicyVersion.
    A role that may not be read is a gap; beyond `roles_at_most` roles one gap tells that the rest was left out.
    """
    if not scope.settings.roles:
        return
    named = sorted({role for role in roles if role and _account(role) in scope.run.aws.accounts})
    most = scope.settings.roles_at_most
    if len(named) > most:
        told = f"{len(named)} roles deliver events here, the first {most} were read: raise roles_at_most in headwater.toml for all."
        scope.gap("partial", "iam:GetRole", "TooMany", told, "roles that deliver")
    for _, rows in scope.each(named[:most], lambda role: _once(scope, role, _role), str):
        yield from scope.rows(Policy.model_validate, rows or [], "iam:GetRole")


def of_functions(scope: Scope, targets: Iterable[str | None]) -> Iterator[Record]:
    """Rows of `policies` of these versions and aliases of functions; functions named without one have theirs elsewhere.

    lambda:GetPolicy with a qualifier, in accounts and regions of the run.
    """
    named = sorted({target for target in targets if target and _is_qualified(scope, target)})
    for _, rows in scope.each(named, lambda target: _once(scope, target, _function), str):
        yield from scope.rows(Policy.model_validate, rows or [], "lambda:GetPolicy")


def _once(scope: Scope, arn: str, read: Callable[[Scope, str], Rows]) -> Rows:
    shared = scope.run.once("policies", OnceEach)
    found: Rows = shared.once(_account(arn), arn, lambda: read(scope, arn))
    return found


def _account(arn: str) -> str:
    return (arn.split(":") + [""] * 5)[4]


def _is_qualified(scope: Scope, arn: str) -> bool:
    parts, aws = arn.split(":"), scope.run.aws
    return len(parts) == 8 and parts[2] == "lambda" and parts[3] in aws.regions and parts[4] in aws.accounts


def _function(scope: Scope, arn: str) -> Rows:
    parts = arn.split(":")
    there = Scope(scope.run, parts[4], parts[3], scope.collector)
    name = ":".join(parts[:7])
    answer = call_or_nothing(there, "lambda", "get_policy", FunctionName=name, Qualifier=parts[7])
    return [{"arn": arn, "kind": "resource", "document": answer.get("Policy")}]


def _role(scope: Scope, arn: str) -> Rows:
    """All that says what the role may do, and who may be it; a role that there is not is one row that says so."""
    iam = Scope(scope.run, _account(arn), scope.run.aws.regions[0], scope.collector)
    name = arn.rsplit("/", 1)[-1]
    role = call_or_nothing(iam, "iam", "get_role", RoleName=name).get("Role")
    if not role:
        return [{"arn": arn, "kind": "absent"}]
    rows: Rows = [{"arn": arn, "kind": "trust", "document": _text(role.get("AssumeRolePolicyDocument"))}]
    boundary = (role.get("PermissionsBoundary") or {}).get("PermissionsBoundaryArn")
    if boundary:
        rows.append(
            {"arn": arn, "kind": "boundary", "name": boundary, "document": _managed(scope, iam, boundary)}
        )
    for policy in iam.pages("iam", "list_role_policies", "PolicyNames", RoleName=name):
        told = iam.call("iam", "get_role_policy", RoleName=name, PolicyName=policy)
        document = _text(told.get("PolicyDocument"))
        rows.append({"arn": arn, "kind": "permissions", "name": policy, "document": document})
    for attached in iam.pages("iam", "list_attached_role_policies", "AttachedPolicies", RoleName=name):
        policy = attached.get("PolicyArn") or ""  # which AWS refuses, with a sentence about the role
        rows.append(
            {"arn": arn, "kind": "permissions", "name": policy, "document": _managed(scope, iam, policy)}
        )
    return rows


def _managed(scope: Scope, iam: Scope, arn: str) -> str | None:
    """The version in force of a managed policy, which many roles share."""

    def read() -> str | None:
        version = (iam.call("iam", "get_policy", PolicyArn=arn).get("Policy") or {}).get("DefaultVersionId")
        if not version:
            raise RefusedError(
                "failed", "iam:GetPolicy", "NoVersion", f"AWS names no version of policy {arn}."
            )
        told = iam.call("iam", "get_policy_version", PolicyArn=arn, VersionId=version)
        return _text((told.get("PolicyVersion") or {}).get("Document"))

    document: str | None = scope.run.once("policies", OnceEach).once(iam.account, arn, read)
    return document


def _text(document: Mapping[str, Any] | str | None) -> str | None:
    """A document as JSON text; botocore has read it already where AWS sent JSON."""
    return document if isinstance(document, str) or document is None else json.dumps(document)
