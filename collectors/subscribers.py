"""Subscribers of new buses: made by the consumers, also from other accounts, each with one target and up to three filters."""

from collections.abc import Callable, Iterator
from typing import Any

from collectors import redaction, roles
from collectors.buses import new_buses
from collectors.records import Record, Subscription
from collectors.scope import Scope, account_in
from collectors.unread import Unread, rows_of

PATTERN_COLUMNS = {
    "DATA": "pattern",
    "METADATA": "metadata_pattern",
    "SYSTEM_METADATA": "system_pattern",
}


def collect(scope: Scope) -> Iterator[Record]:
    """Rows of `subscriptions` and `policies`. eventbridgev2 ListSubscribers for each bus and for the account, DescribeSubscriber.

    A subscriber that may be listed but not described stays a row with `filters_hidden`, and a gap names it: it may take
    anything, and nobody can tell.
    """
    keys = ("SubscriberArn", "SubscriberAccountId")
    listed = on_new_buses(scope, "list_subscribers", "Subscribers", keys, _lost)

    def fetch(subscriber: dict[str, Any]) -> dict[str, Any]:
        arn = subscriber["SubscriberArn"]
        owner = owner_of(scope, subscriber.get("SubscriberAccountId") or account_in(arn))
        return owner.call("eventbridgev2", "describe_subscriber", needs="SubscriberArn", SubscriberArn=arn)

    delivering: set[str | None] = set()
    for summary, told in scope.each(listed, fetch, lambda subscriber: subscriber["SubscriberArn"]):
        merged = summary | (told or {"filters_hidden": True})
        if any(not _is_known(one) for one in _filters(merged)):
            merged["filters_hidden"] = True
            odd = "AWS told a filter without a pattern, or of a scope that is not known here: it may let anything through. Please report it."
            scope.gap(
                "partial", "events:DescribeSubscriber", "UnexpectedShape", odd, summary["SubscriberArn"]
            )
        for row in scope.rows(_row, [merged], "events:DescribeSubscriber"):
            delivering.add(row.role_arn)
            yield row
    yield from roles.of_roles(scope, delivering)


def _lost(bus_arn: str) -> tuple[Unread, ...]:
    return rows_of("subscriptions", kind="subscriber", bus_arn=bus_arn), roles.POLICIES


def on_new_buses(
    scope: Scope,
    operation: str,
    key: str,
    keys: tuple[str, str],
    lost: Callable[[str], tuple[Unread, ...]],
) -> Iterator[dict[str, Any]]:
    """What hangs on new buses: of each bus of this account, and this account's own on buses outside the run.

    Where bus and subscriber belong to two accounts of the same run, the bus's scope tells it: no row appears twice.
    `keys` are the members with ARN and account; `lost` gives the rows that hang on buses whose ARN is this or begins so ("…*").
    Raises RefusedError when the buses cannot be listed.
    """

    def fetch(bus: dict[str, Any]) -> list[dict[str, Any]]:
        return list(scope.pages("eventbridgev2", operation, key, EventBusArn=bus["EventBusArn"]))

    def loses(bus: dict[str, Any]) -> tuple[Unread, ...]:
        return lost(bus["EventBusArn"])

    arn_key, account_key = keys
    action = f"events:List{key}"
    seen: set[str] = set()
    for _, found in scope.each(new_buses(scope), fetch, lambda bus: bus["EventBusArn"], loses):
        for item in scope.with_key(found or (), arn_key, action):
            if item[arn_key] not in seen:
                seen.add(item[arn_key])
                yield item
    there = lost("arn:*")
    own = scope.attempt(
        lambda: list(scope.pages("eventbridgev2", operation, key)), f"{key} of the account", *there
    )
    for item in scope.with_key(own or (), arn_key, action):
        mine = item.get(account_key) in (None, scope.account)
        told = _told_by_its_bus(scope, item.get("EventBusArn") or "") or item[arn_key] in seen
        if mine and not told:
            seen.add(item[arn_key])
            yield item


def _told_by_its_bus(scope: Scope, bus_arn: str) -> bool:
    parts = bus_arn.split(":")
    aws = scope.run.aws
    return len(parts) > 5 and parts[4] in aws.accounts and parts[3] in aws.regions


def owner_of(scope: Scope, account: str) -> Scope:
    """Who may describe something of this account: the account itself when the run has it, else this scope."""
    if account != scope.account and account in scope.run.aws.accounts:
        return Scope(scope.run, account, scope.region, scope.collector)
    return scope


def _filters(subscriber: dict[str, Any]) -> list[dict[str, Any]]:
    return (subscriber.get("FilterConfiguration") or {}).get("Filters") or []


def _is_known(one: dict[str, Any]) -> bool:
    return bool(one.get("Pattern")) and (one.get("Scope") or "DATA") in PATTERN_COLUMNS


def _patterns(subscriber: dict[str, Any]) -> dict[str, str]:
    # A filter without a scope speaks of the data, AWS's default.
    known = [one for one in _filters(subscriber) if _is_known(one)]
    return {PATTERN_COLUMNS[one.get("Scope") or "DATA"]: one["Pattern"] for one in known}


_INPUTS: dict[str, Callable[[dict[str, Any]], redaction.Input]] = {
    "RAW": lambda _: redaction.Input(input_kind="event"),
    "WITH_METADATA": lambda _: redaction.Input(input_kind="with-metadata"),
    "JSONATA": lambda told: redaction.of_jsonata((told.get("JsonataConfiguration") or {}).get("Expression")),
}


def _row(subscriber: dict[str, Any]) -> Subscription:
    invoke = subscriber.get("InvokeConfiguration") or {}
    retry = subscriber.get("RetryPolicy") or {}
    transformer = subscriber.get("Transformer") or {}
    inputs = _INPUTS.get(transformer.get("Type") or "RAW", _INPUTS["RAW"])(transformer)
    return Subscription(
        arn=subscriber.get("SubscriberArn"),
        kind="subscriber",
        name=subscriber.get("Name"),
        bus_arn=subscriber.get("EventBusArn"),
        state=subscriber.get("State"),
        revoked=bool(subscriber.get("Revoked")),
        description=subscriber.get("Description"),
        **_patterns(subscriber),
        filters_hidden=bool(subscriber.get("filters_hidden")),
        target_arn=_qualified(invoke.get("TargetArn") or subscriber.get("TargetArn"), invoke),
        role_arn=invoke.get("RoleArn"),
        dead_letter_arn=(subscriber.get("OnFailureConfiguration") or {}).get("Arn"),
        retry_attempts=retry.get("MaxRetryAttempts"),
        max_age_seconds=retry.get("MaxEventAgeInSeconds"),
        log_level=(subscriber.get("LogConfiguration") or {}).get("Level"),
        log_payload=(subscriber.get("LogConfiguration") or {}).get("IncludePayload"),
        attributes=tuple(sorted((invoke.get("SnsParameters") or {}).get("MessageAttributes") or ())),
        **inputs,
    )


def _qualified(target: str | None, invoke: dict[str, Any]) -> str | None:
    """A function with the version or alias that is called; one that an expression computes is not told."""
    qualifier = (invoke.get("LambdaParameters") or {}).get("Qualifier") or ""
    if not target or not qualifier or "{%" in qualifier or target.count(":") != 6:
        return target
    return f"{target}:{qualifier}"
