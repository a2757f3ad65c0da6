"""Pipes: source → filter → enrichment → target. Filters and parameters are told by describe_pipe only."""

from collections.abc import Iterator
from typing import Any

from collectors import redaction, roles
from collectors.records import Link, Record, Resource
from collectors.scope import Scope
from collectors.unread import Unread, rows_of


def collect(scope: Scope) -> Iterator[Record]:
    """Rows of `resources`, `links` and `policies`. pipes:ListPipes + DescribePipe; what cannot be described has hidden filters."""
    listed = scope.with_key(scope.pages("pipes", "list_pipes", "Pipes"), "Name", "pipes:ListPipes")

    def fetch(pipe: dict[str, Any]) -> dict[str, Any]:
        return scope.call("pipes", "describe_pipe", needs="Arn", Name=pipe["Name"])

    delivering: set[str | None] = set()
    for summary, told in scope.each(listed, fetch, lambda pipe: pipe.get("Arn") or pipe["Name"], _lost):
        delivering.add((told or {}).get("RoleArn"))
        pipe = summary | (told or {"Hidden": True})
        if any(not one.get("Pattern") for one in _filters(pipe)):
            pipe["Hidden"] = True
            without = "AWS told a filter without its pattern: it may let anything through. Please report it."
            scope.gap("partial", "pipes:DescribePipe", "UnexpectedShape", without, pipe.get("Arn"))
        yield from scope.rows(_pipe, [pipe], "pipes:DescribePipe")
        # A self-managed Kafka cluster (smk://…) has no ARN: nothing collected leads to it.
        if str(pipe.get("Source")).startswith("arn:"):
            yield from scope.rows(_source, [pipe], "pipes:DescribePipe")
        if pipe.get("Enrichment"):
            yield from scope.rows(_enrichment, [pipe], "pipes:DescribePipe")
        yield from scope.rows(_target, [pipe], "pipes:DescribePipe")
    yield from roles.of_roles(scope, delivering)


def _lost(pipe: dict[str, Any]) -> Iterator[Unread]:
    """What it puts on a bus, and whom it asks; its filters are told as hidden, since they may have changed."""
    if pipe.get("Arn"):
        yield rows_of("links", arn=pipe["Arn"], kind="pipe-target").in_place_of_new()
        yield rows_of("links", arn=pipe["Arn"], kind="pipe-enrichment").in_place_of_new()
        yield roles.POLICIES


def _pipe(pipe: dict[str, Any]) -> Resource:
    return Resource(
        arn=pipe.get("Arn"),
        kind="pipe",
        name=pipe.get("Name"),
        state=pipe.get("CurrentState"),
        description=pipe.get("Description"),
        role_arn=pipe.get("RoleArn"),
        kms_key=pipe.get("KmsKeyIdentifier"),
        created_at=pipe.get("CreationTime"),
        modified_at=pipe.get("LastModifiedTime"),
    )


def _common(pipe: dict[str, Any]) -> dict[str, Any]:
    state = pipe.get("CurrentState")
    return {
        "arn": pipe.get("Arn"),
        "state": state,
        "active": state == "RUNNING",
        "role_arn": pipe.get("RoleArn"),
    }


def _filters(pipe: dict[str, Any]) -> list[dict[str, Any]]:
    parameters = pipe.get("SourceParameters") or {}
    return (parameters.get("FilterCriteria") or {}).get("Filters") or []


def _source(pipe: dict[str, Any]) -> Link:
    parameters = pipe.get("SourceParameters") or {}
    stream = parameters.get("KinesisStreamParameters") or parameters.get("DynamoDBStreamParameters") or {}
    return Link(
        kind="pipe-source",
        from_arn=pipe["Source"],
        to_arn=pipe.get("Arn"),
        dialect="pipes",
        filters=tuple(one["Pattern"] for one in _filters(pipe) if one.get("Pattern")),
        filters_hidden=bool(pipe.get("Hidden")),
        dead_letter_arn=(stream.get("DeadLetterConfig") or {}).get("Arn"),
        **_common(pipe),
    )


def _enrichment(pipe: dict[str, Any]) -> Link:
    parameters = pipe.get("EnrichmentParameters") or {}
    return Link(
        kind="pipe-enrichment",
        from_arn=pipe.get("Arn"),
        to_arn=pipe["Enrichment"],
        **_common(pipe),
        **redaction.of_pipe(parameters.get("InputTemplate")),
    )


def _target(pipe: dict[str, Any]) -> Link:
    parameters = pipe.get("TargetParameters") or {}
    bus = parameters.get("EventBridgeEventBusParameters") or {}
    task, job = parameters.get("EcsTaskParameters") or {}, parameters.get("BatchJobParameters") or {}
    return Link(
        kind="pipe-target",
        from_arn=pipe.get("Arn"),
        to_arn=pipe.get("Target"),
        source=_fixed(bus.get("Source")),
        detail_type=_fixed(bus.get("DetailType")),
        runs=task.get("TaskDefinitionArn") or job.get("JobDefinition"),
        **_common(pipe),
        **redaction.of_pipe(parameters.get("InputTemplate")),
    )


def _fixed(text: str | None) -> str | None:
    """A fixed source or detail type; one that is read from each record ($.body.type) is not told."""
    return None if text is None or text.startswith(("$.", "<$")) else text
