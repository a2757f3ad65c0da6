"""Whose role it is: from a principal in CloudTrail back to the thing that runs as it."""

from collections import defaultdict
from collections.abc import Iterable

from dashboard.flow.model.estate import Estate

SERVICES = {
    "function": ("lambda", "edgelambda"),
    "state-machine": ("states",),
    "pipe": ("pipes",),
    "schedule": ("scheduler",),
    "task-family": ("ecs-tasks",),
}
"""The kinds that run as a role, and the services by which each does: those that its trust policy names."""
_CALLING = {"pipes.amazonaws.com": "pipe", "scheduler.amazonaws.com": "schedule"}
"""Services that call by themselves for what they run (invokedBy), and the kind of it."""


def resources_of(estate: Estate, role: str) -> list[str]:
    """Collected resources that run as this role."""
    if "roles" not in estate.memory:
        found: dict[str, list[str]] = defaultdict(list)
        for arn, row in sorted(estate.resources.items()):
            if row["role_arn"]:
                found[row["role_arn"]].append(arn)
        estate.memory["roles"] = dict(found)
    roles: dict[str, list[str]] = estate.memory["roles"]
    return roles.get(role, [])


def callers_of(estate: Estate, role: str, via: str | None) -> list[str]:
    """Collected resources that may have made a call as this role. `via`: the service that called; only what it runs then may."""
    kind, found = _CALLING.get(via or ""), resources_of(estate, role)
    return found if kind is None else [arn for arn in found if estate.kind_of(arn) == kind]


def named(estate: Estate, role: str, via: str | None) -> str:
    """Who made a call: the one resource that may have, else the role."""
    found = callers_of(estate, role, via)
    return found[0] if len(found) == 1 else role


def others_trusted(kind: str, trusted: Iterable[str]) -> tuple[str, ...]:
    """Whom a role's trust policy lets be it beside the service that runs a resource of the kind."""
    own = SERVICES.get(kind)
    return () if own is None else tuple(one for one in trusted if one.split(".")[0] not in own)
