"""Callers of PutEvents in words that people know, and whose they are."""

from typing import Any

import pytest

from collectors.records import PrincipalRole, Resource, Tag
from dashboard.flow.answers import Producer, Question
from dashboard.flow.who.producers import producers
from tests.flow.building import ACCOUNT, SOURCE, TYPE, Build, arn, bus, function, trace

BUS = bus()
ROLE = f"arn:aws:iam::{ACCOUNT}:role/ci/deploy"
SSO = f"arn:aws:iam::{ACCOUNT}:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Data_Admin_0a1b2c3d4e5f6071"


def seen(build: Build, *more: Any, principal: str = ROLE, kind: str = "role") -> Producer:
    estate = build(BUS, trace(BUS, principal=principal, principal_kind=kind), *more)
    (row,) = producers(estate, Question(SOURCE, TYPE)).producers
    return row


def role(*trusted: str, **more: Any) -> PrincipalRole:
    return PrincipalRole(arn=ROLE, name="deploy", trusted=trusted, **more)


def tag(key: str, value: str, of: str = ROLE) -> Tag:
    return Tag(arn=of, key=key, value=value)


WORDS = [
    ([], None),
    ([role("token.actions.githubusercontent.com")], "CI role (GitHub Actions)"),
    ([role("token.actions.githubusercontent.com/acme")], "CI role (GitHub Actions)"),
    ([role("gitlab.com")], "CI role (GitLab)"),
    ([role("gitlab.acme.example")], "CI role (GitLab)"),
    ([role("oidc.circleci.com/org/1")], "CI role (CircleCI)"),
    ([role("codebuild.amazonaws.com")], "CI role (CodeBuild)"),
    ([role(ACCOUNT), tag("purpose", "CI-CD")], "CI role (by its tags)"),
    ([tag("ci", "true")], "CI role (by its tags)"),
    ([tag("ci", "false")], None),
    ([tag("domain", "build")], None),
    ([role("oidc.eks.eu-west-1.amazonaws.com/id/1A")], "role of a Kubernetes workload (EKS)"),
    ([role("ecs-tasks.amazonaws.com")], "role of ECS tasks"),
    ([role("ec2.amazonaws.com", ACCOUNT)], "role of EC2 instances"),
    ([role("444444444444")], "role that account 444444444444 may be"),
    ([role(ACCOUNT)], None),
    ([role("idp.acme.example")], "role by idp.acme.example"),
    ([role(absent=True)], "role that is gone since"),
    ([function("a", role_arn=ROLE)], None),
    ([function("a", role_arn=ROLE), function("b", role_arn=ROLE)], "role shared by function a, function b"),
]


@pytest.mark.parametrize(("known", "expected"), WORDS)
def test_what_people_call_a_role(build: Build, known: list[Any], expected: str | None) -> None:
    assert seen(build, *known).known_as == expected


def test_a_person_is_told_by_the_permission_set_and_never_by_name(build: Build) -> None:
    row = seen(build, principal=SSO, kind="person")
    assert row.known_as == "people with the permission set Data_Admin (IAM Identity Center)"


@pytest.mark.parametrize(
    ("principal", "kind", "expected"),
    [
        (f"arn:aws:iam::{ACCOUNT}:user/eve", "user", "IAM user eve"),
        ("scheduler.amazonaws.com", "service", "AWS service scheduler.amazonaws.com"),
        (ACCOUNT, "account", f"account {ACCOUNT}"),
    ],
)
def test_users_services_and_accounts(build: Build, principal: str, kind: str, expected: str) -> None:
    assert seen(build, principal=principal, kind=kind).known_as == expected


def test_tasks_are_told_by_their_family(build: Build) -> None:
    family = Resource(
        arn=arn("ecs", "task-definition/picker"), kind="task-family", name="picker", role_arn=ROLE
    )
    row = seen(build, family)
    assert (row.arn, row.kind, row.name) == (family.arn, "task-family", "picker")


def test_a_role_has_the_domain_and_owner_of_its_tags(build: Build) -> None:
    row = seen(build, tag("domain", "platform"), tag("owner", "erik"))
    assert (row.domain, row.owner) == ("platform", "erik")


def test_a_shared_role_without_tags_has_what_all_agree_on(build: Build) -> None:
    both = [function(name, role_arn=ROLE) for name in "ab"]
    tags = [tag("domain", "orders", one.arn) for one in both]
    assert seen(build, *both, *tags).domain == "orders"
    assert seen(build, *both, tags[0], tag("domain", "else", both[1].arn)).domain is None


def test_all_that_share_a_role_are_named(build: Build) -> None:
    both = [function(name, role_arn=ROLE) for name in "abcdefg"]
    assert seen(build, *both).shared == tuple(one.arn for one in both)
