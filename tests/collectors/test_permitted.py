"""What identity policies grant about PutEvents, over HTTP: every statement that counts, and nothing of the others."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from collectors.sample.server import Server
from tests.collectors.conftest import ACCOUNT

Call = Callable[..., Any]
BUS = f"arn:aws:events:eu-west-1:{ACCOUNT}:event-bus/orders"
ROLE, USER = (f"arn:aws:iam::{ACCOUNT}:{name}" for name in ("role/shop", "user/eve"))
TRUST = json.dumps({"Version": "2012-10-17", "Statement": []})


def policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(action: Any = "events:PutEvents", resource: Any = BUS, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource} | more


@pytest.fixture
def role(client: Call) -> Call:
    """Make a role with one policy of its own."""

    def make(*statements: dict[str, Any], name: str = "shop", **more: Any) -> None:
        client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=TRUST, **more)
        client("iam").put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=policy(*statements))

    return make


def told(outcome: Any) -> list[tuple[Any, ...]]:
    return [(r.principal, r.kind, r.policy, r.effect, r.actions, r.resources) for r in outcome.rows]


KEPT = [
    (allow(), (("events:PutEvents",), (BUS,))),
    (allow(["events:Put*", "s3:GetObject"]), (("events:Put*",), (BUS,))),
    (allow("*", "*"), (("*",), ("*",))),
    (allow("EVENTS:*", [BUS, "arn:aws:s3:::lake"]), (("EVENTS:*",), (BUS,))),
    (allow("events:PutRule"), None),
    (allow("*", "arn:aws:s3:::lake"), None),
    (allow("s3:*"), None),
    ({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}, ((), ("*",))),
    ({"Effect": "Allow", "NotAction": "events:*", "Resource": "*"}, None),
]


@pytest.mark.parametrize(("statement", "expected"), KEPT)
def test_only_statements_about_putevents_on_buses_are_kept(
    role: Call, collect: Call, statement: dict[str, Any], expected: Any
) -> None:
    role(statement)
    (outcome,) = collect("permitted", permitted=True)
    assert [row[4:] for row in told(outcome)] == ([expected] if expected else [])


def test_a_role_has_its_own_its_attached_and_its_boundarys_statements(client: Call, collect: Call) -> None:
    iam = client("iam")
    shared, bound = (
        iam.create_policy(PolicyName=name, PolicyDocument=policy(one))["Policy"]["Arn"]
        for name, one in (("shared", allow("events:*", "*")), ("bound", allow("s3:*", "*")))
    )
    iam.create_role(RoleName="shop", AssumeRolePolicyDocument=TRUST, PermissionsBoundary=bound)
    iam.attach_role_policy(RoleName="shop", PolicyArn=shared)
    (outcome,) = collect("permitted", permitted=True)
    assert told(outcome) == [
        (ROLE, "permissions", shared, "Allow", ("events:*",), ("*",)),
        (ROLE, "boundary", bound, "none", (), ()),
    ]
    assert {row.boundary for row in outcome.rows} == {bound}


def test_a_user_has_the_statements_of_its_groups(client: Call, collect: Call) -> None:
    iam = client("iam")
    iam.create_user(UserName="eve")
    iam.create_group(GroupName="senders")
    iam.put_group_policy(GroupName="senders", PolicyName="send", PolicyDocument=policy(allow()))
    iam.add_user_to_group(UserName="eve", GroupName="senders")
    (outcome,) = collect("permitted", permitted=True)
    assert told(outcome) == [(USER, "permissions", "send", "Allow", ("events:PutEvents",), (BUS,))]


def test_of_conditions_only_what_tells_of_event_and_principal_keeps_its_values(
    role: Call, collect: Call
) -> None:
    asked = {"StringEquals": {"events:source": "com.acme", "aws:SourceVpc": "vpc-s3cr3t"}}
    asked |= {"ArnNotLike": {"aws:PrincipalArn": ROLE}, "StringLike": {"AWS:PrincipalAccount": [ACCOUNT]}}
    role(allow(Condition=asked))
    (outcome,) = collect("permitted", permitted=True)
    assert json.loads(outcome.rows[0].conditions) == asked | {
        "StringEquals": {"events:source": "com.acme", "aws:SourceVpc": []}
    }


def test_who_has_only_a_deny_is_no_principal_of_it(role: Call, collect: Call) -> None:
    role(allow() | {"Effect": "Deny"})
    (outcome,) = collect("permitted", permitted=True)
    assert told(outcome) == []


def test_all_pages_are_read_and_only_in_the_first_region(role: Call, aws: Server, collect: Call) -> None:
    role(allow())
    role(allow(), name="other")
    aws.misbehave({"service": "iam", "one_item_pages": True})
    first, second = collect("permitted", regions=("eu-west-1", "us-east-1"), permitted=True)
    assert sorted(row[0].rsplit("/", 1)[-1] for row in told(first)) == ["other", "shop"]
    assert (told(second), second.status) == ([], "ok")


def test_a_denied_call_is_a_gap(aws: Server, collect: Call) -> None:
    aws.misbehave({"operation": "GetAccountAuthorizationDetails", "deny": True})
    (outcome,) = collect("permitted", permitted=True)
    assert (outcome.status, {gap.action for gap in outcome.scope.gaps}) == (
        "denied",
        {"iam:GetAccountAuthorizationDetails"},
    )


def test_beyond_the_bound_a_gap_says_that_the_rest_was_not_looked_at(role: Call, collect: Call) -> None:
    role(allow())
    role(allow(), name="other")
    (outcome,) = collect("permitted", permitted=True, permitted_at_most=1)
    assert len(told(outcome)) == 1
    assert [gap.error for gap in outcome.scope.gaps] == ["TooMany"]
