"""Who a caller of PutEvents is, in words that people know: a CI role, a permission set, a task's or an instance's role.

Told by what runs as the role, by whom its trust policy trusts, and by its tags; never by a session's name.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from dashboard.flow.model import arns, roles
from dashboard.flow.model.estate import Estate, Row

PROVIDERS: tuple[tuple[str, str], ...] = (
    (r"token\.actions\.githubusercontent\.com(/.*)?", "GitHub Actions"),
    (r"([\w.-]+\.)?gitlab\.[\w.-]+", "GitLab"),
    (r"oidc\.circleci\.com/.*", "CircleCI"),
    (r"agent\.buildkite\.com", "Buildkite"),
    (r"api\.bitbucket\.org/.*", "Bitbucket Pipelines"),
    (r"vstoken\.dev\.azure\.com/.*", "Azure DevOps"),
    (r"app\.terraform\.io", "Terraform Cloud"),
    (r"codebuild\.amazonaws\.com", "CodeBuild"),
    (r"codepipeline\.amazonaws\.com", "CodePipeline"),
    (r"codedeploy\.amazonaws\.com", "CodeDeploy"),
)
"""Whoever is trusted by a CI role, and how people call it: hosts of identity providers, and AWS's own services."""
RUNNERS: tuple[tuple[str, str], ...] = (
    (r"oidc\.eks\..*|pods\.eks\.amazonaws\.com", "role of a Kubernetes workload (EKS)"),
    (r"ecs-tasks\.amazonaws\.com", "role of ECS tasks"),
    (r"ec2\.amazonaws\.com", "role of EC2 instances"),
    (r"lambda\.amazonaws\.com", "role of functions"),
    (r"states\.amazonaws\.com", "role of state machines"),
    (r"pipes\.amazonaws\.com", "role of pipes"),
    (r"scheduler\.amazonaws\.com", "role of schedules"),
    (r"events\.amazonaws\.com", "role by which EventBridge delivers"),
    (r"apigateway\.amazonaws\.com", "role of an API (API Gateway)"),
    (r"glue\.amazonaws\.com", "role of Glue jobs"),
    (r"batch\.amazonaws\.com", "role of Batch jobs"),
    (r"cognito-identity\.amazonaws\.com", "role of an app's users (Cognito)"),
)
_CI_WORDS = frozenset({"ci", "cd", "cicd", "ci-cd", "ci/cd", "pipeline", "build", "deploy", "deployment"})
_PERMISSION_SET = re.compile(r"AWSReservedSSO_(.+)_[0-9a-f]{16}$")


def permission_set(arn: str) -> str | None:
    """The permission set of IAM Identity Center that a role was made for; None for other roles."""
    found = _PERMISSION_SET.search(arns.name(arn))
    return found[1] if found else None


def known_as(estate: Estate, principal: str, kind: str | None = None) -> str | None:
    """What people call the principal; None where its name says it all."""
    owners = roles.resources_of(estate, principal)
    if len(owners) == 1:
        return None
    if owners:
        return f"role shared by {', '.join(f'{estate.kind_of(one)} {estate.name_of(one)}' for one in owners)}"
    told = permission_set(principal)
    if told:
        return f"people with the permission set {told} (IAM Identity Center)"
    if kind == "service":
        return f"AWS service {principal}"
    if kind in ("user", "account"):
        return f"IAM user {arns.name(principal)}" if kind == "user" else f"account {arns.name(principal)}"
    return _by_role(estate, principal)


def _by_role(estate: Estate, arn: str) -> str | None:
    row = role_rows(estate).get(arn)
    tags = estate.tags.get(arn, {})
    if row is None:
        return "CI role (by its tags)" if _is_ci(tags) else None
    if row["absent"]:
        return "role that is gone since"
    trusted: list[str] = list(row["trusted"])
    ci = _first(PROVIDERS, trusted)
    if ci:
        return f"CI role ({ci})"
    if _is_ci(tags):
        return "CI role (by its tags)"
    return _first(RUNNERS, trusted) or _by_accounts(arns.parts(arn), trusted)


def _by_accounts(role: arns.Parts | None, trusted: Iterable[str]) -> str | None:
    others = sorted(one for one in trusted if one.isdigit() and role and one != role.account)
    if others:
        return f"role that account {', '.join(others)} may be"
    hosts = sorted(one for one in trusted if "." in one)
    return f"role by {hosts[0]}" if hosts else None


def _first(table: tuple[tuple[str, str], ...], trusted: Iterable[str]) -> str | None:
    names = list(trusted)
    return next((says for form, says in table if any(re.fullmatch(form, name) for name in names)), None)


def _is_ci(tags: Mapping[str, str]) -> bool:
    """Whether a tag says so: ci=true, purpose=ci-cd, type=pipeline."""
    return any(
        key.lower() in _CI_WORDS and value.lower() not in ("false", "no", "") for key, value in tags.items()
    ) or any(
        value.lower() in _CI_WORDS
        for key, value in tags.items()
        if key.lower() in ("purpose", "type", "usage", "used-by", "component", "role", "kind")
    )


def role_rows(estate: Estate) -> Mapping[str, Row]:
    """Rows of the frame `principals` by ARN; of several scopes that tell of one, any."""
    if "principal-roles" not in estate.memory:
        estate.memory["principal-roles"] = {row["arn"]: row for row in estate.snapshot.rows("principals")}
    found: dict[str, Any] = estate.memory["principal-roles"]
    return found


def domain_of(estate: Estate, principal: str) -> str | None:
    """Domain of a principal: of its tags, else the one that all share who run as it, else its account's."""
    return (
        _of_tags(estate, principal, estate.settings.domain_tags)
        or _shared(estate.domain_of(one) for one in roles.resources_of(estate, principal))
        or estate.domain_of(principal)
    )


def owner_of(estate: Estate, principal: str) -> str | None:
    """Owner of a principal, found as its domain is."""
    return (
        _of_tags(estate, principal, estate.settings.owner_tags)
        or _shared(estate.owner_of(one) for one in roles.resources_of(estate, principal))
        or estate.owner_of_domain(domain_of(estate, principal))
    )


def _of_tags(estate: Estate, principal: str, keys: Iterable[str]) -> str | None:
    return estate.tag(principal, keys)


def _shared(values: Iterable[str | None]) -> str | None:
    found = set(values)
    return found.pop() if len(found) == 1 else None
