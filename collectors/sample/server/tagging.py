"""Mend of moto's GetResources: AWS's pages, and the resources whose tags moto keeps but does not list."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from moto.core.resource_tagging import make_tag_matcher, match_resource_type
from moto.events.models import events_backends
from moto.kinesis.models import kinesis_backends
from moto.pipes.models import pipes_backends
from moto.scheduler.models import scheduler_backends

from collectors.sample.server import schema_books, v2_store
from collectors.sample.server.lists import List, whole_list
from collectors.sample.server.paging import page
from collectors.sample.server.wire import AwsError, Call, Params

PAGE, DEFAULT_PAGE = 100, 50
Tagged = tuple[str, str, dict[str, str]]


def _ours(call: Call) -> Iterator[Tagged]:
    """(ARN, resource type, tags) of what moto's GetResources leaves out."""
    yield from _moto(call)
    held = schema_books.STORE[call.scope]
    for registry in list(held.registries.values()):
        yield registry.arn, "schemas:registry", registry.tags
        for schema in list(registry.schemas.values()):
            yield schema.arn, "schemas:schema", schema.tags
    for one in schema_books.books(call).discoverers.values():
        yield one["DiscovererArn"], "schemas:discoverer", one["Tags"]
    for arn, tags in list(v2_store.STORE[call.scope].tags.items()):
        yield arn, f"events:{arn.split(':')[5].split('/')[0]}", tags


def _moto(call: Call) -> Iterator[Tagged]:
    account, region = call.scope
    events = events_backends[account][region]
    for bus in list(events.event_buses.values()):
        for rule in list(bus.rules.values()):
            yield rule.arn, "events:rule", events.tagger.get_tag_dict_for_resource(rule.arn)
    for pipe in list(pipes_backends[account][region].pipes.values()):
        yield pipe.arn, "pipes:pipe", pipe.tags
    for stream in list(kinesis_backends[account][region].streams.values()):
        yield stream.arn, "kinesis:stream", stream.tags
    groups = scheduler_backends[account][region]
    for group in list(groups.schedule_groups.values()):
        yield group.arn, "scheduler:schedule-group", groups.tagger.get_tag_dict_for_resource(group.arn)


def get_resources(call: Call) -> Params:
    """Tagged resources by tag filters, types and ARNs."""
    params = call.params
    arns, types = params.get("ResourceARNList"), params.get("ResourceTypeFilters")
    size = int(params.get("ResourcesPerPage", DEFAULT_PAGE))
    if not 1 <= size <= PAGE:
        raise AwsError("InvalidParameterException", "ResourcesPerPage must be between 1 and 100")
    whole = List("ResourceTagMappingList", PAGE, "PaginationToken", "PaginationToken")
    asked = {
        n: v for n, v in params.items() if n not in {"PaginationToken", "ResourcesPerPage", "TagsPerPage"}
    }
    rows: list[Any] = [
        row for row in whole_list(call, whole, asked | {"ResourcesPerPage": PAGE}) if row.get("Tags")
    ]
    known = {row["ResourceARN"] for row in rows}
    matches = make_tag_matcher(params.get("TagFilters"))
    for arn, kind, tags in _ours(call):
        wanted = match_resource_type(kind, types) and (not arns or arn in arns) and matches(tags)
        if tags and wanted and arn not in known:
            pairs = [{"Key": key, "Value": value} for key, value in tags.items()]
            rows.append({"ResourceARN": arn, "Tags": pairs})
    call.params["ResourcesPerPage"] = size
    items, token = page(
        call,
        rows,
        size=PAGE,
        bad="PaginationTokenExpiredException",
        incoming="PaginationToken",
        limit="ResourcesPerPage",
        outgoing="PaginationToken",
    )
    return {"ResourceTagMappingList": items, "PaginationToken": "", **token}


HANDLERS = {"GetResources": get_resources}
