"""Roles that deliver: whether the service may be the role, and the role may do what the delivery needs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dashboard.flow.model import arns
from dashboard.flow.model.estate import Estate
from dashboard.flow.walk import policies
from dashboard.flow.walk.policies import Caller, Judged

ACTIONS: dict[str, tuple[str, ...]] = {
    "queue": ("sqs:SendMessage",),
    "topic": ("sns:Publish",),
    "function": ("lambda:InvokeFunction",),
    "bus": ("events:PutEvents",),
    "stream": ("kinesis:PutRecord", "kinesis:PutRecords"),
    "delivery-stream": ("firehose:PutRecord", "firehose:PutRecordBatch"),
    "state-machine": ("states:StartExecution",),
    "api-destination": ("events:InvokeApiDestination",),
    "task": ("ecs:RunTask", "iam:PassRole"),
    "job-queue": ("batch:SubmitJob",),
    "build-project": ("codebuild:StartBuild",),
    "workflow": ("glue:NotifyEvent",),
}
"""What delivering to each kind asks for: all of them allowed is yes, none is no, and between them nobody can tell."""

_BY_SERVICE = {
    "execute-api": ("execute-api:Invoke",),
    "codepipeline": ("codepipeline:StartPipelineExecution",),
    "sagemaker": ("sagemaker:StartPipelineExecution",),
}
"""Where one kind covers several services."""

SERVICES = {
    "rule": "events.amazonaws.com",
    "subscriber": "events.amazonaws.com",
    "sns-subscription": "sns.amazonaws.com",
    "pipe-target": "pipes.amazonaws.com",
    "pipe-enrichment": "pipes.amazonaws.com",
    "schedule": "scheduler.amazonaws.com",
}
"""Who delivers, by the kind of carrier."""


@dataclass(frozen=True)
class Role:
    """The policies of a role. `absent`: there is no such role."""

    arn: str
    trust: str | None = None
    permissions: Mapping[str, str] = field(default_factory=dict)
    boundary: Mapping[str, str] = field(default_factory=dict)
    absent: bool = False


def role_of(estate: Estate, arn: str) -> Role | None:
    """The role's policies; None where they were not read."""
    rows = _policies(estate).get(arn, [])
    if not rows:
        return None
    kinds: dict[str, dict[str, str]] = {"permissions": {}, "boundary": {}, "trust": {}}
    for row in rows:
        if row["document"] is not None and row["kind"] in kinds:
            kinds[row["kind"]][row["name"] or ""] = row["document"]
    absent = all(row["kind"] == "absent" for row in rows)
    return Role(arn, kinds["trust"].get(""), kinds["permissions"], kinds["boundary"], absent)


def policy_of(estate: Estate, qualified: str) -> tuple[bool, str | None]:
    """Whether the policy of a function's version or alias was read, and it; null: it has none."""
    rows = [row for row in _policies(estate).get(qualified, []) if row["kind"] == "resource"]
    return bool(rows), rows[0]["document"] if rows else None


def _policies(estate: Estate) -> dict[str, list[Any]]:
    """Rows of the policies frame by ARN; of a role that several scopes name, those of the one that read it last."""
    if "policies" not in estate.memory:
        scopes: dict[str, dict[tuple[str, str, str], list[Any]]] = {}
        for row in estate.snapshot.rows("policies"):
            place = (row["account"], row["region"], row["collector"])
            scopes.setdefault(row["arn"], {}).setdefault(place, []).append(row)
        estate.memory["policies"] = {
            arn: by_place[max(by_place, key=lambda place: (_read_at(estate, place), place))]
            for arn, by_place in scopes.items()
        }
    found: dict[str, list[Any]] = estate.memory["policies"]
    return found


def _read_at(estate: Estate, place: tuple[str, str, str]) -> str:
    return str((estate.scopes.get(place) or {}).get("read_at") or "")


def actions_on(kind: str, target: str) -> tuple[str, ...]:
    """What delivering to the target asks for; nothing where that is not known."""
    found = arns.parts(target)
    if kind in ACTIONS:
        return ACTIONS[kind]
    return _BY_SERVICE.get(found.service, ()) if found else ()


def may_be(role: Role, via: str, facts: Mapping[str, str]) -> Judged:
    """Whether the delivering service may be the role, by its trust policy."""
    if role.trust is None:
        return Judged(None)
    caller = Caller(SERVICES.get(via), None, None, facts)
    return policies.judge({"": role.trust}, caller, "sts:AssumeRole", role.arn)


def may_do(role: Role, action: str, resource: str, facts: Mapping[str, str]) -> Judged:
    """Whether the role may do it: by one of its policies, and by its boundary where it has one."""
    caller = Caller(None, None, role.arn, facts, is_owner=True)
    own = policies.judge(role.permissions, caller, action, resource)
    if not role.boundary:
        return own
    bound = policies.judge(role.boundary, caller, action, resource)
    if own.allows is False or bound.allows is True:
        return own
    return Judged(bound.allows, bound.denied, bound.by or "its permissions boundary")
