"""Tags of everything events can touch: one paged call for all services. Only what is or was tagged is listed."""

from collections.abc import Iterator
from typing import Any

from collectors.errors import RefusedError
from collectors.missing import call_or_nothing
from collectors.records import Record, Tag
from collectors.scope import Scope
from collectors.unread import rows_of

SERVICES = (
    "events",
    "schemas",
    "pipes",
    "scheduler",
    "sqs",
    "sns",
    "lambda",
    "states",
    "kinesis",
    "firehose",
    "dynamodb",
    "ecs",
    "logs",
)
"""Services whose resources events pass through or end in, as ARNs and resource types name them."""

ACTION = "tag:GetResources"


def collect(scope: Scope) -> Iterator[Record]:
    """Rows of `tags`. tag:GetResources; eventbridgev2 ListTagsForResource where that does not know new buses."""
    arns: set[str] = set()
    for resource in _resources(scope):
        arn = resource.get("ResourceARN") or ""
        arns.add(arn)
        tags = [
            {"arn": arn, "key": t.get("Key"), "value": t.get("Value")} for t in resource.get("Tags") or ()
        ]
        yield from scope.rows(Tag.model_validate, tags, ACTION)
    yield from _of_new_buses(scope, arns)


def _resources(scope: Scope) -> Iterator[dict[str, Any]]:
    """Tagged resources of SERVICES. Where a region does not know one of them, all are asked for and sorted out here."""
    for filters in ({"ResourceTypeFilters": list(SERVICES)}, {}):
        pages = scope.pages(
            "resourcegroupstaggingapi",
            "get_resources",
            "ResourceTagMappingList",
            ResourcesPerPage=100,
            **filters,
        )
        try:
            yield from (one for one in pages if _service(one) in SERVICES)
        except RefusedError as error:
            if error.code != "InvalidParameterException" or not filters:
                raise
        else:
            return


def _service(resource: dict[str, Any]) -> str:
    """Of an ARN; what has none passes, so that its row names the odd field."""
    parts = (resource.get("ResourceARN") or "").split(":")
    return parts[2] if len(parts) > 5 else SERVICES[0]


def _of_new_buses(scope: Scope, seen: set[str]) -> Iterator[Record]:
    """Tags of new buses and subscribers, one call each, only where GetResources gave none of them."""
    if any(":event-busv2/" in arn or ":subscriber/" in arn for arn in seen):
        return
    buses, subscribers = (scope.arn("events", f"{kind}/*") for kind in ("event-busv2", "subscriber"))
    listed = _listed(scope, "list_event_buses", "EventBuses", "EventBusArn", buses)
    listed += _listed(scope, "list_subscribers", "Subscribers", "SubscriberArn", subscribers)
    own = sorted({arn for arn in listed if arn.split(":")[4] == scope.account})

    def fetch(arn: str) -> dict[str, Any]:
        found: dict[str, Any] = (
            call_or_nothing(scope, "eventbridgev2", "list_tags_for_resource", ResourceArn=arn).get("Tags")
            or {}
        )
        return found

    for arn, tags in scope.each(own, fetch, str, lambda arn: (rows_of("tags", arn=arn),)):
        rows = [{"arn": arn, "key": key, "value": value} for key, value in (tags or {}).items()]
        yield from scope.rows(Tag.model_validate, rows, "events:ListTagsForResource")


def _listed(scope: Scope, operation: str, key: str, arn: str, arns: str) -> list[str]:
    try:
        found = [one.get(arn) or "" for one in scope.pages("eventbridgev2", operation, key)]
    except RefusedError as error:
        if error.status != "unsupported":
            scope.refuse(error, "tags of new buses and subscribers", rows_of("tags", arn=arns))
        return []
    return [one for one in found if one.count(":") > 4]
