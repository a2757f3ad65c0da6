"""State machines: their roles tell whose PutEvents calls are theirs, their definitions which events they put."""

from collections.abc import Iterator
from typing import Any

from collectors.asl import puts
from collectors.errors import RefusedError
from collectors.records import Link, Record, Resource
from collectors.schedules import bus_arn
from collectors.scope import Scope
from collectors.unread import Unread, rows_of


def collect(scope: Scope) -> Iterator[Record]:
    """Rows of `resources` and `links` (put-events). states:ListStateMachines + DescribeStateMachine.

    Of a definition only source, detail type and bus of its PutEvents entries are kept. One that a key of its owner encrypts, and
    that may not be decrypted, is a gap; the machine is described without it.
    """
    pages = scope.pages("stepfunctions", "list_state_machines", "stateMachines")
    listed = scope.with_key(pages, "stateMachineArn", "states:ListStateMachines")

    def fetch(machine: dict[str, Any]) -> dict[str, Any]:
        arn = machine["stateMachineArn"]
        try:
            return scope.call("stepfunctions", "describe_state_machine", stateMachineArn=arn)
        except RefusedError as error:
            if not (error.code or "").startswith("Kms"):
                raise
            scope.refuse(error, arn, rows_of("links", kind="put-events", from_arn=arn))
        return scope.call(
            "stepfunctions", "describe_state_machine", stateMachineArn=arn, includedData="METADATA_ONLY"
        )

    def lost(machine: dict[str, Any]) -> Iterator[Unread]:
        yield rows_of("links", kind="put-events", from_arn=machine["stateMachineArn"])

    for summary, told in scope.each(listed, fetch, lambda machine: machine["stateMachineArn"], lost):
        machine = summary | (told or {})
        yield from scope.rows(_machine, [machine], "states:DescribeStateMachine")
        yield from scope.rows(Link.model_validate, _links(scope, machine), "states:DescribeStateMachine")


def _machine(machine: dict[str, Any]) -> Resource:
    return Resource(
        arn=machine.get("stateMachineArn"),
        kind="state-machine",
        name=machine.get("name"),
        state=machine.get("status"),
        description=machine.get("description"),
        role_arn=machine.get("roleArn"),
        kms_key=(machine.get("encryptionConfiguration") or {}).get("kmsKeyId"),
        created_at=machine.get("creationDate"),
    )


def _links(scope: Scope, machine: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A link for each event that a step puts on a bus which the definition names."""
    for put in puts(machine.get("definition")):
        if put.bus is not None:
            yield {
                "kind": "put-events",
                "from_arn": machine.get("stateMachineArn"),
                "to_arn": bus_arn(scope, put.bus),
                "state": machine.get("status"),
                "active": machine.get("status") != "DELETING",
                "role_arn": machine.get("roleArn"),
                "source": put.source,
                "detail_type": put.detail_type,
            }
