"""Trails of CloudTrail: whether they run, where they write, and whether their selectors take PutEvents.

Traces come from them, and what they leave out can never be seen: which that is, is told from these rows.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any, Literal

from collectors.records import Record, Trail
from collectors.scope import Scope, account_in
from collectors.unread import rows_of

EVENT_BUS = "AWS::Events::EventBus"
DESCRIBE, SELECTORS, STATUS = (
    f"cloudtrail:{name}" for name in ("DescribeTrails", "GetEventSelectors", "GetTrailStatus")
)
Puts = Literal["all", "some", "none"]
_KEPT = ("EventSelectors", "AdvancedEventSelectors")


def collect(scope: Scope) -> Iterator[Record]:
    """Rows of `trails` whose home region this is. cloudtrail:DescribeTrails, GetEventSelectors, GetTrailStatus.

    A trail of another account (an organization's) is one that this account may not ask about: that is no gap, its
    selectors are then not known.
    """
    told = scope.call("cloudtrail", "describe_trails", needs="trailList")
    for trail in scope.with_key(told["trailList"], "TrailARN", DESCRIBE):
        if _is_told_here(scope, trail):
            selectors = _asked(scope, trail, partial(_selectors, scope, trail))
            status = _asked(scope, trail, partial(_status, scope, trail)) or {}
            row = trail | {"Selectors": selectors, "IsLogging": status.get("IsLogging")}
            yield from scope.rows(_row, [row], DESCRIBE)


def _is_told_here(scope: Scope, trail: dict[str, Any]) -> bool:
    """A trail of many regions is listed in each: it is told in its home, or in the run's first region where that is not read."""
    home, regions = trail.get("HomeRegion"), scope.run.aws.regions
    return scope.region == (home if home in regions else regions[0])


def _asked(scope: Scope, trail: dict[str, Any], fetch: Any) -> dict[str, Any] | None:
    arn = trail["TrailARN"]
    if account_in(arn) not in ("", scope.account) and account_in(arn) not in scope.run.aws.accounts:
        return None
    found: dict[str, Any] | None = scope.attempt(fetch, arn, rows_of("trails", arn=arn))
    return found


def _home(scope: Scope, trail: dict[str, Any]) -> Scope:
    """Selectors are asked for where the trail was made, with the credentials of its own account."""
    region = trail.get("HomeRegion") or scope.region
    return Scope(scope.run, account_in(trail["TrailARN"]) or scope.account, region, scope.collector)


def _selectors(scope: Scope, trail: dict[str, Any]) -> dict[str, Any]:
    return _home(scope, trail).call("cloudtrail", "get_event_selectors", TrailName=trail["TrailARN"])


def _status(scope: Scope, trail: dict[str, Any]) -> dict[str, Any]:
    return _home(scope, trail).call("cloudtrail", "get_trail_status", Name=trail["TrailARN"])


def _row(trail: dict[str, Any]) -> Trail:
    told = trail["Selectors"]
    given = {name: told[name] for name in _KEPT if told.get(name) is not None} if told else {}
    # a trail has one kind of selectors; where both are empty it logs nothing, which is not the same as an answer without any
    kept = {name: value for name, value in given.items() if value} or given
    return Trail(
        arn=trail.get("TrailARN"),
        name=trail.get("Name") or "",
        home_region=trail.get("HomeRegion"),
        bucket=trail.get("S3BucketName"),
        prefix=trail.get("S3KeyPrefix"),
        log_group=trail.get("CloudWatchLogsLogGroupArn"),
        kms_key=trail.get("KmsKeyId"),
        is_multi_region=bool(trail.get("IsMultiRegionTrail")),
        is_organization=bool(trail.get("IsOrganizationTrail")),
        is_logging=trail.get("IsLogging"),
        selectors_read=told is not None,
        puts=puts_of(told) if told is not None else None,
        selectors=json.dumps(kept) if told is not None else None,
    )


def puts_of(told: dict[str, Any]) -> Puts:
    """How much of PutEvents the selectors of GetEventSelectors' answer take.

    >>> puts_of({"AdvancedEventSelectors": []})
    'none'
    """
    found = [_advanced(one.get("FieldSelectors") or ()) for one in told.get("AdvancedEventSelectors") or ()]
    for one in told.get("EventSelectors") or ():
        kinds = [data.get("Type") for data in one.get("DataResources") or ()]
        if EVENT_BUS in kinds:
            found.append("none" if one.get("ReadWriteType") == "ReadOnly" else "all")
    return "all" if "all" in found else "some" if "some" in found else "none"


def _advanced(fields: Iterable[dict[str, Any]]) -> Puts:
    """One advanced selector: its conditions are ANDed. PutEvents writes, and is an event of the category Data."""
    asked = {str(one.get("Field")): one for one in fields}
    kind = asked.pop("resources.type", {})
    if EVENT_BUS not in (kind.get("Equals") or ()) or not _takes(asked.pop("eventCategory", {}), "Data"):
        return "none"
    known = {"readOnly": "false", "eventName": "PutEvents", "eventSource": "events.amazonaws.com"}
    if not all(_takes(asked.pop(name, {}), value) for name, value in known.items()):
        return "none"
    return "some" if asked else "all"


def _takes(condition: dict[str, Any], value: str) -> bool:
    """Whether a condition of an advanced selector lets this value through."""
    tests: dict[str, Callable[[str], bool]] = {
        "Equals": value.__eq__,
        "StartsWith": value.startswith,
        "EndsWith": value.endswith,
    }
    for name, test in tests.items():
        if condition.get(name) and not any(test(text) for text in condition[name]):
            return False
        if any(test(text) for text in condition.get(f"Not{name}") or ()):
            return False
    return True
