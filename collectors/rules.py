"""Rules of every classic bus with all their targets. Without EventBusName, AWS lists the default bus only."""

from collections.abc import Iterator
from typing import Any

from collectors import redaction, roles
from collectors.buses import classic_buses
from collectors.records import Record, Subscription
from collectors.scope import Scope
from collectors.unread import Unread, rows_of

LIST = "events:ListRules"


def collect(scope: Scope) -> Iterator[Record]:
    """Rows of `subscriptions` and `policies`. events:ListEventBuses, ListRules for each bus, ListTargetsByRule for each rule.

    A rule of which AWS tells neither a pattern nor a schedule may take anything: its filters are hidden, and a gap names it. A rule without targets, or whose targets AWS does not tell (then a gap names the rule), is one row without target.
    """

    def targets(rule: dict[str, Any]) -> list[dict[str, Any]]:
        return list(
            scope.pages(
                "events",
                "list_targets_by_rule",
                "Targets",
                Rule=rule["Name"],
                EventBusName=rule["BusName"],
            )
        )

    delivering: set[str | None] = set()
    called: set[str | None] = set()
    for rule, found in scope.each(_rules(scope), targets, _name, _of_rule):
        rows = [rule | {"Target": target} for target in found or [{}]]
        for row in scope.rows(_row, rows, "events:ListTargetsByRule"):
            delivering.add(row.role_arn)
            called.add(row.target_arn)
            yield row
    yield from roles.of_roles(scope, delivering)
    yield from roles.of_functions(scope, called)


def _rules(scope: Scope) -> Iterator[dict[str, Any]]:
    def fetch(bus: dict[str, Any]) -> list[dict[str, Any]]:
        return list(scope.pages("events", "list_rules", "Rules", EventBusName=bus["Name"]))

    def arn_of(bus: dict[str, Any]) -> str:
        return bus.get("Arn") or scope.arn("events", f"event-bus/{bus['Name']}")

    def loses(bus: dict[str, Any]) -> Iterator[Unread]:
        yield rows_of("subscriptions", bus_arn=arn_of(bus))
        yield roles.POLICIES

    for bus, rules in scope.each(_buses(scope), fetch, lambda bus: bus.get("Arn") or bus["Name"], loses):
        arn = arn_of(bus)
        for rule in scope.with_key(rules or (), "Name", LIST):
            hidden = not rule.get("EventPattern") and not rule.get("ScheduleExpression")
            if hidden:
                told = "AWS told neither pattern nor schedule of this rule: it may take any event. Collect again; please report it if it stays."
                scope.gap("partial", LIST, "UnexpectedShape", told, _name(rule))
            yield rule | {"BusName": bus["Name"], "BusArn": arn, "Hidden": hidden}


def _buses(scope: Scope) -> list[dict[str, Any]]:
    """All classic buses; the default bus, which always exists, where they may not be listed."""
    default = scope.arn("events", "event-bus/default")
    others = rows_of("subscriptions", kind="rule").without("bus_arn", default)
    listed = scope.attempt(lambda: classic_buses(scope), "event buses", others, roles.POLICIES)
    return [{"Name": "default"}] if listed is None else listed


def _of_rule(rule: dict[str, Any]) -> Iterator[Unread]:
    if rule.get("Arn"):
        yield rows_of("subscriptions", arn=rule["Arn"]).in_place_of_new()
        yield roles.POLICIES


def _name(rule: dict[str, Any]) -> str:
    return rule.get("Arn") or rule.get("Name") or "?"


def _row(rule: dict[str, Any]) -> Subscription:
    target = rule["Target"]
    retry = target.get("RetryPolicy") or {}
    return Subscription(
        arn=rule.get("Arn"),
        target_id=target.get("Id"),
        kind="rule",
        name=rule.get("Name"),
        bus_arn=rule["BusArn"],
        state=rule.get("State"),
        description=rule.get("Description"),
        managed_by=rule.get("ManagedBy"),
        pattern=rule.get("EventPattern"),
        schedule=rule.get("ScheduleExpression"),
        filters_hidden=rule["Hidden"],
        target_arn=target.get("Arn"),
        role_arn=target.get("RoleArn") or rule.get("RoleArn"),
        dead_letter_arn=(target.get("DeadLetterConfig") or {}).get("Arn"),
        retry_attempts=retry.get("MaximumRetryAttempts"),
        max_age_seconds=retry.get("MaximumEventAgeInSeconds"),
        runs=_runs(target),
        **redaction.of_target(target),
    )


def _runs(target: dict[str, Any]) -> str | None:
    """What is run on the cluster or queue that the target names."""
    task, job = target.get("EcsParameters") or {}, target.get("BatchParameters") or {}
    return task.get("TaskDefinitionArn") or job.get("JobDefinition")
