"""State machines: their roles tell whose PutEvents calls are theirs. Definitions are not asked for: they hold literals."""

from collections.abc import Iterator
from typing import Any

from collectors.records import Record, Resource
from collectors.scope import Scope


def collect(scope: Scope) -> Iterator[Record]:
    """Rows of `resources`. states:ListStateMachines + DescribeStateMachine without the definition."""
    listed = scope.pages("stepfunctions", "list_state_machines", "stateMachines")

    def fetch(machine: dict[str, Any]) -> dict[str, Any]:
        return scope.call(
            "stepfunctions",
            "describe_state_machine",
            stateMachineArn=machine["stateMachineArn"],
            includedData="METADATA_ONLY",
        )

    for summary, told in scope.each(listed, fetch, lambda machine: machine.get("stateMachineArn") or "?"):
        yield from scope.rows(_machine, [summary | (told or {})], "states:DescribeStateMachine")


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
