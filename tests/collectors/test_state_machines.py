"""State machines over HTTP: their roles, and no definition."""

from collections.abc import Callable
from typing import Any

import pytest

from collectors.sample.server import Server

ARN = "arn:aws:states:eu-west-1:111111111111:stateMachine:"
ROLE = "arn:aws:iam::111111111111:role/flow"
DEFINITION = '{"StartAt": "A", "States": {"A": {"Type": "Pass", "Result": "s3cr3t", "End": true}}}'
Call = Callable[..., Any]


@pytest.fixture
def machines(client: Call) -> None:
    for number in range(3):
        client("stepfunctions").create_state_machine(name=f"m{number}", definition=DEFINITION, roleArn=ROLE)


@pytest.mark.usefixtures("machines")
def test_a_state_machine_has_its_role(collect: Call) -> None:
    (outcome,) = collect("state-machines")
    assert [(row.arn, row.kind, row.role_arn, row.state) for row in outcome.rows] == [
        (f"{ARN}m{number}", "state-machine", ROLE, "ACTIVE") for number in range(3)
    ]
    assert "s3cr3t" not in repr(outcome.rows)


@pytest.mark.usefixtures("machines")
def test_all_pages_are_read(aws: Server, collect: Call) -> None:
    aws.misbehave({"service": "stepfunctions", "one_item_pages": True, "odd_tokens": True})
    (outcome,) = collect("state-machines")
    assert sorted(row.name for row in outcome.rows) == ["m0", "m1", "m2"]


@pytest.mark.usefixtures("machines")
def test_a_denied_description_leaves_the_machine_without_role(aws: Server, collect: Call) -> None:
    aws.misbehave({"operation": "DescribeStateMachine", "contains": "m1", "deny": True})
    (outcome,) = collect("state-machines")
    assert [row.role_arn for row in outcome.rows] == [ROLE, None, ROLE]
    assert [(gap.action, gap.subject) for gap in outcome.scope.gaps] == [
        ("states:DescribeStateMachine", f"{ARN}m1")
    ]


@pytest.mark.usefixtures("machines")
def test_null_members_are_null(aws: Server, collect: Call) -> None:
    aws.misbehave({"service": "stepfunctions", "nulls": ["roleArn", "status", "encryptionConfiguration"]})
    (outcome,) = collect("state-machines")
    assert {(row.role_arn, row.state, row.kms_key) for row in outcome.rows} == {(None, None, None)}
