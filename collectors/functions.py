"""Lambda functions, what they read (event source mappings) and where asynchronous results go."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from collectors.missing import as_far_as_read, call_or_nothing
from collectors.records import Link, Record, Resource
from collectors.scope import Scope
from collectors.unread import Unread, rows_of

Mapped = Mapping[str, Any]

READS = {"Enabled", "Enabling", "Updating"}
"""States of a mapping in which it reads its source."""


def collect(scope: Scope) -> Iterator[Record]:
    """Rows of `resources` (function) and `links` (event-source-mapping, async-destination).

    lambda:ListFunctions, GetPolicy, ListEventSourceMappings, GetEventSourceMapping, ListFunctionEventInvokeConfigs.
    """
    lost = (rows_of("resources", kind="function"), rows_of("links", kind="async-destination"))
    pages = as_far_as_read(scope, scope.pages("lambda", "list_functions", "Functions"), None, *lost)
    functions = list(scope.with_key(pages, "FunctionArn", "lambda:ListFunctions"))
    for function, policy in scope.each(functions, lambda f: _policy(scope, f), _name):
        yield from scope.rows(_resource, [{**function, "Policy": policy}], "lambda:ListFunctions")
    yield from _mappings(scope)
    for _, configs in scope.each(functions, lambda f: _invoke_configs(scope, f), _name, _destinations_of):
        yield from scope.rows(
            Link.model_validate, _destinations(configs or []), "lambda:ListFunctionEventInvokeConfigs"
        )


def _destinations_of(function: Mapped) -> tuple[Unread, ...]:
    """Of the function, and of its versions and aliases."""
    arn, kind = unqualified(_name(function)), "async-destination"
    return rows_of("links", kind=kind, from_arn=arn), rows_of("links", kind=kind, from_arn=f"{arn}:*")


def unqualified(arn: str) -> str:
    """A function's ARN without version or alias."""
    return ":".join(arn.split(":")[:7])


def _name(function: Mapped) -> str:
    return function.get("FunctionArn") or function.get("FunctionName") or "?"


def _policy(scope: Scope, function: Mapped) -> str | None:
    """The resource policy; null when the function has none, which Lambda tells as "not found"."""
    text: str | None = call_or_nothing(scope, "lambda", "get_policy", FunctionName=_name(function)).get(
        "Policy"
    )
    return text


def _resource(function: Mapped) -> Resource:
    return Resource.model_validate(
        {
            "arn": unqualified(function.get("FunctionArn") or ""),
            "kind": "function",
            "name": function.get("FunctionName"),
            "state": function.get("State"),
            "description": function.get("Description"),
            "role_arn": function.get("Role"),
            "policy": function.get("Policy"),
            "kms_key": function.get("KMSKeyArn"),
            "dead_letter_arn": (function.get("DeadLetterConfig") or {}).get("TargetArn"),
            "modified_at": function.get("LastModified"),
        }
    )


def _mappings(scope: Scope) -> Iterator[Record]:
    pages = scope.pages("lambda", "list_event_source_mappings", "EventSourceMappings")
    lost = rows_of("links", kind="event-source-mapping")
    listed = as_far_as_read(scope, pages, "event source mappings", lost)
    # a self-managed Kafka cluster is no resource of AWS: no event of a bus comes through one
    known = [mapping for mapping in listed if not mapping.get("SelfManagedEventSource")]
    for mapping, told in scope.each(known, lambda m: _with_filters(scope, m), _mapping_name):
        merged = {**mapping, **(told or {})}
        hidden = _are_hidden(merged)
        if hidden and merged.get("FilterCriteriaError"):
            _tell_hidden(scope, merged)
        yield from scope.rows(
            lambda m, hidden=hidden: _mapping(scope, m, hidden=hidden),  # type: ignore[misc]
            [merged],
            "lambda:ListEventSourceMappings",
        )


def _with_filters(scope: Scope, mapping: Mapped) -> Mapped:
    """Encrypted criteria are null in the list; read one at a time they come in clear, with kms:Decrypt."""
    if not _are_hidden(mapping):
        return {}
    return call_or_nothing(scope, "lambda", "get_event_source_mapping", UUID=mapping.get("UUID"))


def _are_hidden(mapping: Mapped) -> bool:
    encrypted = mapping.get("KMSKeyArn") or mapping.get("FilterCriteriaError")
    return bool(encrypted) and mapping.get("FilterCriteria") is None


def _tell_hidden(scope: Scope, mapping: Mapped) -> None:
    error = mapping.get("FilterCriteriaError") or {}
    told = f"The filters are encrypted and could not be read: {error.get('Message') or 'no reason given'}. Allow kms:Decrypt on {mapping.get('KMSKeyArn')}."
    code = error.get("ErrorCode") or "FilterCriteriaError"
    scope.gap("denied", "lambda:GetEventSourceMapping", code, told, _mapping_name(mapping))


def _mapping_name(mapping: Mapped) -> str:
    return mapping.get("EventSourceMappingArn") or mapping.get("UUID") or "?"


def _mapping(scope: Scope, mapping: Mapped, *, hidden: bool) -> Link:
    arn = mapping.get("EventSourceMappingArn") or scope.arn(
        "lambda", f"event-source-mapping:{mapping.get('UUID')}"
    )
    filters = (mapping.get("FilterCriteria") or {}).get("Filters") or ()
    failed = (mapping.get("DestinationConfig") or {}).get("OnFailure") or {}
    return Link.model_validate(
        {
            "arn": arn,
            "kind": "event-source-mapping",
            "from_arn": _stream_of(mapping.get("EventSourceArn")),
            "to_arn": mapping.get("FunctionArn"),
            "state": mapping.get("State"),
            "active": mapping.get("State") in READS,
            "dialect": "lambda",
            "filters": [one.get("Pattern") for one in filters],
            "filters_hidden": hidden,
            "dead_letter_arn": failed.get("Destination"),
        }
    )


def _stream_of(arn: str | None) -> str | None:
    """An enhanced fan-out consumer reads a stream: the stream is where events come from."""
    return arn.split("/consumer/")[0] if arn and ":kinesis:" in arn else arn


def _invoke_configs(scope: Scope, function: Mapped) -> list[Mapped]:
    """Configurations of all qualifiers of one function."""
    return list(
        scope.pages(
            "lambda",
            "list_function_event_invoke_configs",
            "FunctionEventInvokeConfigs",
            FunctionName=_name(function),
        )
    )


def _destinations(configs: Iterable[Mapped]) -> Iterator[dict[str, Any]]:
    for config in configs:
        ends = config.get("DestinationConfig") or {}
        for condition in ("OnSuccess", "OnFailure"):
            target = (ends.get(condition) or {}).get("Destination")
            if target:
                yield {
                    "kind": "async-destination",
                    "from_arn": (config.get("FunctionArn") or "").removesuffix(":$LATEST"),
                    "to_arn": target,
                    "condition": condition,
                }
