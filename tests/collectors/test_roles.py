"""The policies of roles that deliver and of versions and aliases, over HTTP: read once a run, refused one by one."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from collectors.records import Policy
from collectors.sample.server import Server
from tests.collectors.conftest import ACCOUNT, OTHER

Call = Callable[..., Any]
QUEUE = f"arn:aws:sqs:eu-west-1:{ACCOUNT}:q"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ],
}
SEND = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": QUEUE}],
}
OTHERS = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]}
ROLE = f"arn:aws:iam::{ACCOUNT}:role/svc/deliver"


def policies(outcome: Any) -> list[tuple[str, str, str | None, Any]]:
    rows = [row for row in outcome.rows if isinstance(row, Policy)]
    return [(row.arn, row.kind, row.name, row.document and json.loads(row.document)) for row in rows]


@pytest.fixture
def rule(client: Call) -> Call:
    """Make a rule on the default bus with one target, delivered with a role."""

    def make(name: str, role: str | None = ROLE, target: str = QUEUE, region: str = "eu-west-1") -> None:
        api = client("events", region=region)
        api.put_rule(Name=name, EventPattern='{"source": ["s"]}')
        api.put_targets(
            Rule=name, Targets=[{"Id": "1", "Arn": target, **({"RoleArn": role} if role else {})}]
        )

    return make


@pytest.fixture
def role(client: Call) -> str:
    """A role with one policy of its own, one that is attached, and a boundary."""
    iam = client("iam")
    shared = iam.create_policy(PolicyName="shared", PolicyDocument=json.dumps(SEND))["Policy"]["Arn"]
    iam.create_policy_version(PolicyArn=shared, PolicyDocument=json.dumps(OTHERS), SetAsDefault=False)
    call = {"RoleName": "deliver", "Path": "/svc/", "AssumeRolePolicyDocument": json.dumps(TRUST)}
    iam.create_role(**call, PermissionsBoundary=shared)
    iam.put_role_policy(RoleName="deliver", PolicyName="own", PolicyDocument=json.dumps(SEND))
    iam.attach_role_policy(RoleName="deliver", PolicyArn=shared)
    return str(shared)


def test_a_role_that_delivers_has_its_trust_its_policies_and_its_boundary(
    rule: Call, role: str, collect: Call
) -> None:
    rule("r")
    (outcome,) = collect("rules", roles=True)
    assert policies(outcome) == [
        (ROLE, "trust", None, TRUST),
        (ROLE, "boundary", role, SEND),
        (ROLE, "permissions", "own", SEND),
        (ROLE, "permissions", role, SEND),
    ]


def test_a_role_that_there_is_not_is_told(rule: Call, collect: Call) -> None:
    rule("r", f"arn:aws:iam::{ACCOUNT}:role/gone")
    (outcome,) = collect("rules", roles=True)
    assert policies(outcome) == [(f"arn:aws:iam::{ACCOUNT}:role/gone", "absent", None, None)]
    assert outcome.status == "ok"


@pytest.mark.usefixtures("role")
def test_a_role_is_asked_about_once_a_run_whatever_names_it(aws: Server, rule: Call, collect: Call) -> None:
    for region in ("eu-west-1", "us-east-1"):
        for name in ("a", "b"):
            rule(name, region=region)
    aws.control("DELETE", "calls")
    outcomes = collect("rules", regions=("eu-west-1", "us-east-1"), roles=True)
    assert [len(policies(outcome)) for outcome in outcomes] == [4, 4]
    asked = {row["action"]: row["calls"] for row in aws.calls()["calls"] if row["service"] == "iam"}
    assert asked == {
        "iam:GetRole": 1,
        "iam:ListRolePolicies": 1,
        "iam:GetRolePolicy": 1,
        "iam:ListAttachedRolePolicies": 1,
        "iam:GetPolicy": 1,
        "iam:GetPolicyVersion": 1,
    }


@pytest.mark.usefixtures("role")
def test_roles_of_other_accounts_and_all_roles_when_switched_off_are_not_read(
    aws: Server, rule: Call, collect: Call
) -> None:
    rule("r")
    rule("theirs", f"arn:aws:iam::{OTHER}:role/x")
    aws.control("DELETE", "calls")
    (outcome,) = collect("rules", roles=False)
    assert (policies(outcome), [row for row in aws.calls()["calls"] if row["service"] == "iam"]) == ([], [])
    (outcome,) = collect("rules", roles=True)
    assert {arn for arn, *_ in policies(outcome)} == {ROLE}


@pytest.mark.usefixtures("role")
def test_a_denied_role_is_a_gap_about_it_and_costs_no_rule(aws: Server, rule: Call, collect: Call) -> None:
    rule("r")
    aws.misbehave({"service": "iam", "operation": "GetRolePolicy", "deny": True})
    (outcome,) = collect("rules", roles=True)
    assert (policies(outcome), len(outcome.rows), outcome.status) == ([], 1, "partial")
    assert [(gap.action, gap.status, gap.subject) for gap in outcome.scope.gaps] == [
        ("iam:GetRolePolicy", "denied", ROLE)
    ]


def test_too_many_roles_are_a_gap_and_the_first_are_read(client: Call, rule: Call, collect: Call) -> None:
    for name in ("a", "b", "c"):
        client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST))
        rule(name, f"arn:aws:iam::{ACCOUNT}:role/{name}")
    (outcome,) = collect("rules", roles=True, roles_at_most=2)
    assert [arn.rsplit("/", 1)[-1] for arn, *_ in policies(outcome)] == ["a", "b"]
    assert [(gap.status, "3 roles" in gap.message) for gap in outcome.scope.gaps] == [("partial", True)]


@pytest.mark.usefixtures("role")
def test_all_pages_are_read(aws: Server, client: Call, rule: Call, collect: Call) -> None:
    for name in ("p1", "p2", "p3"):
        client("iam").put_role_policy(RoleName="deliver", PolicyName=name, PolicyDocument=json.dumps(SEND))
    rule("r")
    aws.misbehave({"service": "iam", "one_item_pages": True, "odd_tokens": True})
    (outcome,) = collect("rules", roles=True)
    assert {name for _, kind, name, _ in policies(outcome) if kind == "permissions"} >= {
        "own",
        "p1",
        "p2",
        "p3",
    }


FUNCTION = f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:f"


@pytest.fixture
def function(client: Call) -> None:
    """A function with an alias that a rule may invoke."""
    iam, api = client("iam"), client("lambda")
    made = iam.create_role(RoleName="run", AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
    code = {"ZipFile": b"x"}
    api.create_function(
        FunctionName="f", Runtime="python3.13", Role=made, Handler="a.b", Code=code, Publish=True
    )
    api.create_alias(FunctionName="f", Name="live", FunctionVersion="1")
    api.add_permission(
        FunctionName="f",
        Qualifier="live",
        StatementId="rule",
        Action="lambda:InvokeFunction",
        Principal="events.amazonaws.com",
    )


@pytest.mark.usefixtures("function")
def test_the_policy_of_the_alias_that_is_called_is_read(rule: Call, collect: Call) -> None:
    for name, target in (("live", f"{FUNCTION}:live"), ("gone", f"{FUNCTION}:7"), ("bare", FUNCTION)):
        rule(name, None, target)
    (outcome,) = collect("rules")
    found = {
        arn: document and document["Statement"][0]["Action"] for arn, _, _, document in policies(outcome)
    }
    assert found == {f"{FUNCTION}:live": "lambda:InvokeFunction", f"{FUNCTION}:7": None}


@pytest.mark.usefixtures("role")
def test_subscribers_pipes_and_topics_name_roles_too(client: Call, collect: Call) -> None:
    api = client("eventbridgev2")
    bus = api.create_event_bus(Name="core", StorageConfiguration={"RetentionPeriodInDays": 1})["EventBusArn"]
    api.create_subscriber(
        Name="s", EventBusArn=bus, InvokeConfiguration={"TargetArn": QUEUE, "RoleArn": ROLE}
    )
    client("pipes").create_pipe(Name="p", Source=QUEUE, Target=bus, RoleArn=ROLE)
    topic = client("sns").create_topic(Name="t")["TopicArn"]
    lake = f"arn:aws:firehose:eu-west-1:{ACCOUNT}:deliverystream/lake"
    client("sns").subscribe(
        TopicArn=topic, Protocol="firehose", Endpoint=lake, Attributes={"SubscriptionRoleArn": ROLE}
    )
    for name in ("subscribers", "pipes", "topics"):
        (outcome,) = collect(name, roles=True)
        assert {arn for arn, *_ in policies(outcome)} == {ROLE}, name
