"""Roles that put events, over HTTP: who may be each, and its tags."""

import json
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from collectors import callers
from collectors.records import PrincipalRole, Tag
from collectors.run import Outcome, collect_one
from collectors.sample.server import Server
from collectors.scope import Scope
from tests.collectors.conftest import ACCOUNT, OTHER

Call = Callable[..., Any]
ROLE = f"arn:aws:iam::{ACCOUNT}:role/ci/deploy"
GITHUB = "token.actions.githubusercontent.com"


def trust(**principal: Any) -> dict[str, Any]:
    one = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    one["Condition"] = {"StringLike": {f"{GITHUB}:sub": "repo:acme/s3cr3t:*"}}
    return {"Version": "2012-10-17", "Statement": [one]}


@pytest.fixture
def role(client: Call) -> None:
    client("iam").create_role(
        RoleName="deploy",
        Path="/ci/",
        Description="Deploys",
        AssumeRolePolicyDocument=json.dumps(
            trust(
                Federated=f"arn:aws:iam::{ACCOUNT}:oidc-provider/{GITHUB}", AWS=f"arn:aws:iam::{OTHER}:root"
            )
        ),
        Tags=[{"Key": "domain", "Value": "platform"}, {"Key": "owner", "Value": ""}],
    )


@pytest.fixture
def asked(collect: Call) -> Callable[..., list[Outcome]]:
    """The rows of these principals, told by a scope each of these regions of one run."""

    def ask(*principals: str, regions: tuple[str, ...] = ("eu-west-1",), **settings: Any) -> list[Outcome]:
        begun = collect("trails", regions=regions, **settings)[0].scope.run

        def rows(scope: Scope) -> Iterator[Any]:
            yield from callers.of_principals(scope, principals)

        one: Any = SimpleNamespace(name="traces", collect=rows)
        return [collect_one(one, Scope(begun, ACCOUNT, r, "traces"), lambda *_: None) for r in regions]

    return ask


@pytest.mark.usefixtures("role")
def test_a_role_has_whom_it_trusts_and_its_tags(asked: Call) -> None:
    (outcome,) = asked(ROLE)
    (row,) = [row for row in outcome.rows if isinstance(row, PrincipalRole)]
    assert (row.arn, row.name, row.trusted, row.description) == (ROLE, "deploy", (OTHER, GITHUB), "Deploys")
    assert [(r.arn, r.key, r.value) for r in outcome.rows if isinstance(r, Tag)] == [
        (ROLE, "domain", "platform"),
        (ROLE, "owner", ""),
    ]
    assert "s3cr3t" not in repr(outcome.rows)


def test_only_roles_of_the_scopes_own_account_are_asked_about(aws: Server, asked: Call) -> None:
    aws.control("DELETE", "calls")
    asked(f"arn:aws:iam::{OTHER}:role/x", f"arn:aws:iam::{ACCOUNT}:user/eve", "events.amazonaws.com", ACCOUNT)
    assert [row for row in aws.calls()["calls"] if row["service"] == "iam"] == []


@pytest.mark.usefixtures("role")
def test_a_role_is_asked_about_once_a_run(aws: Server, asked: Call) -> None:
    aws.control("DELETE", "calls")
    first, second = asked(ROLE, regions=("eu-west-1", "us-east-1"))
    assert len(first.rows) == len(second.rows) == 3
    assert [row["calls"] for row in aws.calls()["calls"] if row["action"] == "iam:GetRole"] == [1]


def test_a_role_that_is_gone_says_so(asked: Call) -> None:
    (outcome,) = asked(ROLE)
    assert [(row.absent, row.trusted) for row in outcome.rows] == [(True, ())]


@pytest.mark.usefixtures("role")
def test_a_denied_role_is_a_gap_about_it(aws: Server, asked: Call) -> None:
    aws.misbehave({"operation": "GetRole", "deny": True})
    (outcome,) = asked(ROLE)
    assert [(gap.status, gap.action, gap.subject) for gap in outcome.scope.gaps] == [
        ("denied", "iam:GetRole", ROLE)
    ]


@pytest.mark.usefixtures("role")
def test_beyond_the_bound_a_gap_says_that_the_rest_was_not_read(asked: Call) -> None:
    (outcome,) = asked(ROLE, f"{ROLE}-2", principals_at_most=1)
    assert [row.arn for row in outcome.rows if isinstance(row, PrincipalRole)] == [ROLE]
    assert [gap.error for gap in outcome.scope.gaps] == ["TooMany"]


TRUSTED = [
    (
        trust(Service=["lambda.amazonaws.com", "ecs-tasks.amazonaws.com"]),
        ("ecs-tasks.amazonaws.com", "lambda.amazonaws.com"),
    ),
    (trust(Federated="cognito-identity.amazonaws.com"), ("cognito-identity.amazonaws.com",)),
    (trust(AWS="*"), ("*",)),
    (trust(AWS=[OTHER]), (OTHER,)),
    ({"Statement": {"Effect": "Allow", "Principal": "*"}}, ("*",)),
    ({"Statement": [{"Effect": "Deny", "Principal": "*"}]}, ()),
    ({"Statement": [{"Effect": "Allow", "Principal": {"AWS": [1, None]}}]}, ()),
    ("no JSON", ()),
    ([], ()),
    (None, ()),
]


@pytest.mark.parametrize(("document", "expected"), TRUSTED)
def test_whom_a_trust_policy_trusts(document: Any, expected: tuple[str, ...]) -> None:
    assert callers.trusted(document) == expected
