"""Schedules of EventBridge Scheduler. list_schedules tells little of the target; get_schedule tells it all."""

import json
from collections.abc import Iterator
from typing import Any

from collectors import redaction
from collectors.records import Link, Record, Resource
from collectors.scope import Scope
from collectors.unread import Unread, rows_of

PUT_EVENTS = ":aws-sdk:eventbridge:putEvents"


def collect(scope: Scope) -> Iterator[Record]:
    """Rows of `resources` and `links`. scheduler:ListSchedules over all groups, GetSchedule for each."""
    pages = scope.pages("scheduler", "list_schedules", "Schedules")
    listed = scope.with_key(pages, "Name", "scheduler:ListSchedules")

    def fetch(schedule: dict[str, Any]) -> dict[str, Any]:
        return scope.call(
            "scheduler",
            "get_schedule",
            needs="Arn",
            Name=schedule["Name"],
            GroupName=schedule.get("GroupName") or "default",
        )

    for summary, told in scope.each(listed, fetch, lambda one: one.get("Arn") or one["Name"], _lost):
        schedule = summary | (told or {})
        yield from scope.rows(_schedule, [schedule], "scheduler:GetSchedule")
        ends = [schedule | {"End": end} for end in _ends(scope, schedule)]
        yield from scope.rows(_link, ends, "scheduler:GetSchedule")


def _lost(schedule: dict[str, Any]) -> Iterator[Unread]:
    if schedule.get("Arn"):
        yield rows_of("links", arn=schedule["Arn"], kind="schedule").in_place_of_new()


def _schedule(schedule: dict[str, Any]) -> Resource:
    target = schedule.get("Target") or {}
    return Resource(
        arn=schedule.get("Arn"),
        kind="schedule",
        name=schedule.get("Name"),
        state=schedule.get("State"),
        description=schedule.get("Description"),
        role_arn=target.get("RoleArn"),
        kms_key=schedule.get("KmsKeyArn"),
        dead_letter_arn=(target.get("DeadLetterConfig") or {}).get("Arn"),
        schedule=schedule.get("ScheduleExpression"),
        created_at=schedule.get("CreationDate"),
        modified_at=schedule.get("LastModificationDate"),
    )


def _ends(scope: Scope, schedule: dict[str, Any]) -> list[tuple[Any, str | None, str | None]]:
    """(target ARN, source, detail type) of a schedule: one, or each entry of a universal PutEvents target."""
    target = schedule.get("Target") or {}
    arn = target.get("Arn")
    if arn and arn.endswith(PUT_EVENTS):
        entries = _entries(target.get("Input"))
        return [
            (bus_arn(scope, one.get("EventBusName")), _text(one.get("Source")), _text(one.get("DetailType")))
            for one in entries
        ] or [(arn, None, None)]
    event = target.get("EventBridgeParameters") or target.get("EventBridgePutEventsV2Parameters") or {}
    return [(arn, event.get("Source"), event.get("DetailType"))]


def _entries(text: str | None) -> list[dict[str, Any]]:
    """Entries of a PutEvents input; none where the text is no such input."""
    try:
        found = json.loads(text or "")["Entries"]
    except (ValueError, KeyError, TypeError):
        return []
    return [entry for entry in found if isinstance(entry, dict)] if isinstance(found, list) else []


def bus_arn(scope: Scope, name: Any) -> str:
    """ARN of a bus that an entry names by ARN, by name, or not at all: then the default one."""
    if not isinstance(name, str) or not name:
        return scope.arn("events", "event-bus/default")
    return name if name.startswith("arn:") else scope.arn("events", f"event-bus/{name}")


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _link(schedule: dict[str, Any]) -> Link:
    target = schedule.get("Target") or {}
    to_arn, source, detail_type = schedule["End"]
    return Link(
        arn=schedule.get("Arn"),
        kind="schedule",
        from_arn=schedule.get("Arn"),
        to_arn=to_arn,
        state=schedule.get("State"),
        active=schedule.get("State") == "ENABLED",
        dead_letter_arn=(target.get("DeadLetterConfig") or {}).get("Arn"),
        role_arn=target.get("RoleArn"),
        source=source,
        detail_type=detail_type,
        runs=(target.get("EcsParameters") or {}).get("TaskDefinitionArn"),
        **redaction.of_constant(target.get("Input")),
    )
