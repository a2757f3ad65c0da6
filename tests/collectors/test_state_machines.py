"""State machines over HTTP: their roles, and of their definitions the events that they put."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from collectors.asl import Put, puts
from collectors.records import Link
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


BUS = "arn:aws:events:eu-west-1:111111111111:event-bus/"
SDK, OWN = "arn:aws:states:::aws-sdk:eventbridge:putEvents", "arn:aws:states:::events:putEvents"


def step(entries: Any, resource: str = OWN, key: str = "Parameters") -> dict[str, Any]:
    return {"Type": "Task", "Resource": resource, key: {"Entries": entries}, "End": True}


def machine(*states: dict[str, Any]) -> str:
    return json.dumps({"StartAt": "0", "States": {str(number): state for number, state in enumerate(states)}})


ENTRY = {"Source": "com.acme", "DetailType": "Done", "EventBusName": "orders", "Detail": {"card": "s3cr3t"}}
WHOLE = (Put("com.acme", "Done", "orders"),)
DEFINITIONS = [
    (machine(step([ENTRY])), WHOLE),
    (machine(step([ENTRY], f"{OWN}.waitForTaskToken")), WHOLE),
    (machine(step([ENTRY], SDK)), WHOLE),
    (machine(step([ENTRY], f"{SDK}.waitForTaskToken")), WHOLE),
    (machine(step([ENTRY], OWN.replace("arn:aws:", "arn:aws-cn:"))), WHOLE),
    (machine(step([ENTRY], key="Arguments")), WHOLE),
    (machine(step([ENTRY, ENTRY]), step([ENTRY])), WHOLE),
    (machine({"Type": "Parallel", "Branches": [json.loads(machine(step([ENTRY])))]}), WHOLE),
    (machine({"Type": "Map", "Iterator": json.loads(machine(step([ENTRY])))}), WHOLE),
    (machine({"Type": "Map", "ItemProcessor": json.loads(machine(step([ENTRY])))}), WHOLE),
    (machine(step([{"Source": "s", "DetailType": "t"}])), (Put("s", "t", ""),)),
    (machine(step([{"Source.$": "$.s", "DetailType": "t"}])), (Put(None, "t", ""),)),
    (machine(step([{"Source": "s", "DetailType": "{% $t %}"}], key="Arguments")), (Put("s", None, ""),)),
    (machine(step([{"Source": "s", "DetailType": "t", "EventBusName.$": "$.b"}])), (Put("s", "t", None),)),
    (machine(step([{"Source": "s", "DetailType": "t", "EventBusName": "{% $b %}"}])), (Put("s", "t", None),)),
    (machine({"Type": "Task", "Resource": OWN, "Parameters": {"Entries.$": "$.all"}}), ()),
    (machine({"Type": "Task", "Resource": OWN, "Arguments": "{% $all %}"}), ()),
    (machine(step([ENTRY], "arn:aws:states:::sqs:sendMessage")), ()),
    (machine(step("nonsense")), ()),
    ('{"States": [1]}', ()),
    ("nonsense", ()),
    ("[]", ()),
    (None, ()),
]


@pytest.mark.parametrize(("definition", "expected"), DEFINITIONS)
def test_of_a_definition_the_events_that_its_steps_put_are_read(
    definition: str | None, expected: tuple[Put, ...]
) -> None:
    assert puts(definition) == expected


def test_a_step_that_puts_an_event_is_a_link_to_the_bus_and_its_detail_is_not_kept(
    client: Call, collect: Call
) -> None:
    entries = [
        ENTRY,
        {"Source": "com.acme", "DetailType.$": "$.type", "Detail": {}},
        {"Source": "com.acme", "DetailType": "Far", "EventBusName": f"{BUS}far", "Detail": {}},
        {"Source": "com.acme", "DetailType": "Nowhere", "EventBusName.$": "$.bus", "Detail": {}},
    ]
    client("stepfunctions").create_state_machine(name="m", definition=machine(step(entries)), roleArn=ROLE)
    (outcome,) = collect("state-machines")
    links = [row for row in outcome.rows if isinstance(row, Link)]
    assert [(row.kind, row.from_arn, row.to_arn, row.source, row.detail_type) for row in links] == [
        ("put-events", f"{ARN}m", f"{BUS}orders", "com.acme", "Done"),
        ("put-events", f"{ARN}m", f"{BUS}default", "com.acme", None),
        ("put-events", f"{ARN}m", f"{BUS}far", "com.acme", "Far"),
    ]
    assert "s3cr3t" not in repr(outcome.rows)


@pytest.mark.usefixtures("machines")
def test_a_definition_that_may_not_be_decrypted_is_a_gap_and_the_machine_is_told(
    aws: Server, collect: Call
) -> None:
    refused = {"status": 400, "code": "KmsAccessDeniedException", "message": "no kms:Decrypt"}
    aws.misbehave({"operation": "DescribeStateMachine", "contains": "m1", "fail": refused, "times": 1})
    (outcome,) = collect("state-machines")
    assert [(row.name, row.role_arn) for row in outcome.rows] == [(f"m{number}", ROLE) for number in range(3)]
    assert [(gap.status, gap.action, gap.subject) for gap in outcome.scope.gaps] == [
        ("denied", "states:DescribeStateMachine", f"{ARN}m1")
    ]
