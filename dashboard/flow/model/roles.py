"""Whose role it is: from a principal in CloudTrail back to the thing that runs as it."""

from collections import defaultdict

from dashboard.flow.model.estate import Estate


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
