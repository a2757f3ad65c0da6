"""Who may put events by an identity policy: roles and users, with the statements about PutEvents. Read only when asked for.

GetAccountAuthorizationDetails gives every policy of an account. Kept is what is about events:PutEvents, and of conditions only the
values that tell of which event or for whom; service control policies and session policies are not looked at.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from itertools import islice
from typing import Any
from urllib.parse import unquote

from collectors.missing import as_far_as_read
from collectors.records import Grant, Record
from collectors.scope import Scope
from collectors.unread import rows_of

ACTION = "iam:GetAccountAuthorizationDetails"
PUT = "events:putevents"
TELLING = frozenset({"events:source", "events:detail-type", "aws:principalarn", "aws:principalaccount"})
"""Condition keys whose values are kept: those that can be decided of a principal and an event type."""
LISTS = {
    "Role": ("RoleDetailList", ("Role",)),
    "User": ("UserDetailList", ("User",)),
    "Group": ("GroupDetailList", ("Group",)),
    "Policy": ("Policies", ("LocalManagedPolicy", "AWSManagedPolicy")),
}
Statement = Mapping[str, Any]
Policies = list[tuple[str, Any]]
"""(name or ARN, document) of policies; a document that did not come is None."""


def collect(scope: Scope) -> Iterator[Record]:
    """Rows of `grants`, in the run's first region: identity belongs to the account. iam:GetAccountAuthorizationDetails.

    At most `permitted_at_most` roles and as many users; the rest is a gap.
    """
    if scope.region != scope.run.aws.regions[0]:
        return
    managed = {one.get("Arn"): _in_force(one) for one in _listed(scope, "Policy")}
    groups = {one.get("GroupName"): one for one in _listed(scope, "Group")}
    for kind in ("Role", "User"):
        for one in _bounded(scope, kind):
            yield from scope.rows(Grant.model_validate, _grants(one, kind.lower(), managed, groups), ACTION)


def _listed(scope: Scope, kind: str) -> Iterator[dict[str, Any]]:
    key, wanted = LISTS[kind]
    pages = scope.pages("iam", "get_account_authorization_details", key, Filter=list(wanted))
    for one in as_far_as_read(scope, pages, None, rows_of("grants")):
        if isinstance(one, dict):
            yield one


def _bounded(scope: Scope, kind: str) -> list[dict[str, Any]]:
    most = scope.settings.permitted_at_most
    found = list(islice(scope.with_key(_listed(scope, kind), "Arn", ACTION), most + 1))
    if len(found) > most:
        told = f"There are more than {most} {kind.lower()}s; the others were not looked at: raise permitted_at_most in headwater.toml for all."
        scope.gap("partial", ACTION, "TooMany", told, f"{kind.lower()}s")
        scope.lose(rows_of("grants", principal_kind=kind.lower()))
    return found[:most]


def _in_force(policy: Mapping[str, Any]) -> Any:
    """The version of a managed policy that is in force."""
    for version in policy.get("PolicyVersionList") or ():
        if version.get("IsDefaultVersion") or version.get("VersionId") == policy.get("DefaultVersionId"):
            return version.get("Document")
    return None


def _grants(
    one: Mapping[str, Any], kind: str, managed: Mapping[Any, Any], groups: Mapping[Any, Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Rows of one principal: nothing where no policy of its own allows it."""
    boundary = (one.get("PermissionsBoundary") or {}).get("PermissionsBoundaryArn")
    head = {"principal": one["Arn"], "principal_kind": kind, "boundary": boundary}
    own = _policies(one, f"{kind.capitalize()}PolicyList", managed)
    for name in one.get("GroupList") or ():
        own += _policies(groups.get(name) or {}, "GroupPolicyList", managed)
    rows = [head | row for row in _rows(own, "permissions")]
    if not any(row["effect"] in ("Allow", "unread") for row in rows):
        return []
    if boundary:
        bound = list(_rows([(boundary, managed.get(boundary))], "boundary"))
        nothing = {"kind": "boundary", "policy": boundary, "effect": "none"}
        rows += [head | row for row in bound or [nothing]]
    return rows


def _policies(one: Mapping[str, Any], inline: str, managed: Mapping[Any, Any]) -> Policies:
    found = [(each.get("PolicyName") or "?", each.get("PolicyDocument")) for each in one.get(inline) or ()]
    attached = [each.get("PolicyArn") for each in one.get("AttachedManagedPolicies") or ()]
    return found + [(arn or "?", managed.get(arn)) for arn in attached]


def _rows(policies: Policies, kind: str) -> Iterator[dict[str, Any]]:
    for name, document in policies:
        statements = _statements(document)
        if statements is None:
            yield {"kind": kind, "policy": name, "effect": "unread"}
        for statement in statements or ():
            if _is_about_putting(statement):
                yield {"kind": kind, "policy": name, **_kept(statement)}


def _statements(document: Any) -> list[Statement] | None:
    """The statements of a policy, which botocore has read already or left as text; None where it is none."""
    try:
        policy = json.loads(unquote(document)) if isinstance(document, str) else document
    except ValueError:
        return None
    if not isinstance(policy, dict):
        return None
    found = policy.get("Statement")
    return [one for one in (found if isinstance(found, list) else [found]) if isinstance(one, dict)]


def _is_about_putting(statement: Statement) -> bool:
    if statement.get("Effect") not in ("Allow", "Deny"):
        return False
    if "Resource" in statement and not _of_buses(statement["Resource"]):
        return False
    if "NotAction" in statement:
        return not _covers(statement["NotAction"])
    return _covers(statement.get("Action"))


def _covers(actions: Any) -> bool:
    return any(fnmatchcase(PUT, action.lower().replace("[", "[[]")) for action in _texts(actions))


def _texts(value: Any) -> list[str]:
    return [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, str)]


def _kept(statement: Statement) -> dict[str, Any]:
    return {
        "effect": statement["Effect"],
        "actions": [one for one in _texts(statement.get("Action")) if _covers(one)],
        "not_actions": _texts(statement.get("NotAction")),
        "resources": _of_buses(statement.get("Resource")),
        "not_resources": _texts(statement.get("NotResource")),
        "conditions": _conditions(statement.get("Condition")),
    }


def _of_buses(resources: Any) -> list[str]:
    """Those that may be a bus: of a statement about many services' resources only EventBridge's are kept."""
    return [one for one in _texts(resources) if _may_be_of_events(one)]


def _may_be_of_events(resource: str) -> bool:
    parts = resource.split(":")
    return len(parts) < 6 or fnmatchcase("events", parts[2] or "*")


def _conditions(condition: Any) -> str | None:
    """The conditions as JSON text; of keys other than TELLING the values are left out, which makes them undecidable."""
    if not isinstance(condition, dict) or not condition:
        return None
    kept: dict[str, dict[str, Any]] = defaultdict(dict)
    for operator, tests in condition.items():
        for key, value in tests.items() if isinstance(tests, dict) else ():
            kept[operator][key] = value if key.lower() in TELLING else []
    return json.dumps(kept)
