"""Event buses, classic and new. list_event_buses has no paginator and omits logging, key and dead-letter queue."""

import json
from collections.abc import Iterator
from typing import Any

from collectors.records import Bus, Record
from collectors.scope import Scope, account_in
from collectors.unread import rows_of

LIST = "events:ListEventBuses"


def collect(scope: Scope) -> Iterator[Record]:
    """Rows of `buses`. events:ListEventBuses + DescribeEventBus; the same two of eventbridgev2, and its policies."""
    of_classic = rows_of("buses", kind="classic")
    listed = scope.attempt(lambda: classic_buses(scope), None, of_classic) or []
    described = scope.each(
        listed,
        lambda bus: scope.call("events", "describe_event_bus", needs="Arn", Name=bus["Name"]),
        _name,
    )
    merged = (bus | (told or {}) for bus, told in described)
    yield from scope.rows(_classic, merged, "events:DescribeEventBus")
    yield from _new(scope)


def classic_buses(scope: Scope) -> list[dict[str, Any]]:
    """All classic buses of the scope, as list_event_buses gives them. Raises RefusedError."""
    return list(scope.with_key(scope.pages("events", "list_event_buses", "EventBuses"), "Name", LIST))


def new_buses(scope: Scope) -> list[dict[str, Any]]:
    """The new buses that this account owns. Raises RefusedError; "unsupported" where the region lacks the API."""
    pages = scope.pages("eventbridgev2", "list_event_buses", "EventBuses")
    buses = scope.with_key(pages, "EventBusArn", LIST)
    return [bus for bus in buses if account_in(bus["EventBusArn"]) in ("", scope.account)]


def _new(scope: Scope) -> Iterator[Record]:
    def fetch(bus: dict[str, Any]) -> dict[str, Any]:
        arn = bus["EventBusArn"]
        return scope.call("eventbridgev2", "describe_event_bus", needs="EventBusArn", EventBusArn=arn)

    def policies(bus: dict[str, Any]) -> list[str]:
        summaries = scope.pages(
            "eventbridgev2", "list_resource_policies", "PolicySummaries", ResourceArn=bus["EventBusArn"]
        )
        named = scope.with_key(summaries, "PolicyName", "events:ListResourcePolicies")
        return [_policy(scope, bus["EventBusArn"], summary["PolicyName"]) for summary in named]

    of_new = rows_of("buses", kind="new")
    listed = scope.attempt(lambda: new_buses(scope), None, of_new) or []
    for (bus, told), (_, policy) in zip(
        scope.each(listed, fetch, _name), scope.each(listed, policies, _name), strict=True
    ):
        merged = bus | (told or {}) | {"Policy": one_policy(policy or [])}
        yield from scope.rows(_new_row, [merged], "events:DescribeEventBus")


def _policy(scope: Scope, arn: str, name: str) -> str:
    answer = scope.call("eventbridgev2", "get_resource_policy", ResourceArn=arn, PolicyName=name)
    text: str = answer.get("Policy") or answer.get("PolicyDocument") or ""
    return text


def one_policy(texts: list[str]) -> str | None:
    """Several policy documents as one: their statements together. Text that is no JSON is left out."""
    statements: list[Any] = []
    for text in texts:
        try:
            found = json.loads(text).get("Statement", [])
        except (ValueError, AttributeError):
            continue
        statements += found if isinstance(found, list) else [found]
    return json.dumps({"Version": "2012-10-17", "Statement": statements}) if statements else None


def _name(bus: dict[str, Any]) -> str:
    return bus.get("EventBusArn") or bus.get("Arn") or bus.get("Name") or "?"


def _classic(bus: dict[str, Any]) -> Bus:
    log = bus.get("LogConfig") or {}
    name = bus.get("Name") or ""
    return Bus(
        arn=bus.get("Arn"),
        name=name,
        kind="classic",
        description=bus.get("Description"),
        policy=bus.get("Policy"),
        kms_key=bus.get("KmsKeyIdentifier"),
        dead_letter_arn=(bus.get("DeadLetterConfig") or {}).get("Arn"),
        log_level=log.get("Level"),
        log_detail=log.get("IncludeDetail"),
        partner_source=name if name.startswith("aws.partner/") else None,
        created_at=bus.get("CreationTime"),
        modified_at=bus.get("LastModifiedTime"),
    )


def _new_row(bus: dict[str, Any]) -> Bus:
    return Bus(
        arn=bus.get("EventBusArn"),
        name=bus.get("Name"),
        kind="new",
        description=bus.get("Description"),
        state=bus.get("State"),
        policy=bus.get("Policy"),
        kms_key=(bus.get("EncryptionConfiguration") or {}).get("KmsKeyIdentifier"),
        retention_days=(bus.get("StorageConfiguration") or {}).get("RetentionPeriodInDays"),
        created_at=bus.get("CreationTime"),
        modified_at=bus.get("LastModifiedTime"),
    )
