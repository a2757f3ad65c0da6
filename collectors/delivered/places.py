"""Where the logs of buses and subscribers lie: told by CloudWatch Logs' delivery API, or named in the settings.

A delivery pairs one source (a bus, a subscriber) with one destination (a log group, a bucket, a delivery stream). What a bus logs
its level decides: of one whose level is OFF nothing is read.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from collectors.scope import Scope, account_in
from collectors.unread import rows_of

SOURCES, DELIVERIES = "logs:DescribeDeliverySources", "logs:DescribeDeliveries"
LOGS_FOLDER = "Event"
"""Below AWSLogs/ACCOUNT/ the logs of buses lie in EventBusLogs/; how those of subscribers are called no document says."""


@dataclass
class Location:
    """A place that holds logs. `resources` are those whose logs lie there; none: any."""

    kind: str
    """group (an ARN), s3 (a prefix) or folder."""
    evidence: str
    owner: Scope
    """Whose credentials read it."""
    resources: set[str] = field(default_factory=set)


def own(scope: Scope, buses: dict[str, str | None]) -> list[Location] | None:
    """Locations of the logs of this account's and region's buses and subscribers; None when they may not be listed.

    `buses` is filled: subscriber → its bus, as far as it is known.
    """
    sources = scope.attempt(lambda: _listed(scope, "sources"), None, rows_of("deliveries"))
    deliveries = scope.attempt(lambda: _listed(scope, "deliveries"), None, rows_of("deliveries"))
    if sources is None or deliveries is None:
        return None
    of_source: dict[str, list[dict[str, Any]]] = {}
    for one in scope.with_key(deliveries, "deliverySourceName", DELIVERIES):
        of_source.setdefault(one["deliverySourceName"], []).append(one)
    found: dict[str, Location] = {}
    of_events = [one for one in sources if any(":events:" in arn for arn in one.get("resourceArns") or ())]
    named_ones = scope.with_key(of_events, "name", SOURCES)
    resources = [(arn, one) for one in named_ones for arn in one["resourceArns"]]
    logging = scope.each(resources, lambda pair: _level(scope, pair[0], buses), lambda pair: pair[0])
    for (arn, source), level in logging:
        if level == "OFF":
            continue
        for delivery in of_source.get(source["name"], ()):
            for location in _destination(scope, delivery, arn):
                found.setdefault(location.evidence, location).resources.add(arn)
    return list(found.values())


def named(scope: Scope) -> Iterator[Location]:
    """The locations that the settings name, read with the credentials of the run itself."""
    aws = scope.run.aws
    reader = Scope(scope.run, aws.home_account, aws.regions[0], scope.collector)
    reader.tally = scope.tally
    for text in scope.settings.bus_logs:
        if text.startswith("arn:"):
            yield Location("group", text.removesuffix(":*"), _owner(reader, text))
        else:
            yield Location("s3" if text.startswith("s3://") else "folder", text, reader)


def _listed(scope: Scope, what: str) -> list[dict[str, Any]]:
    operation, key = {
        "sources": ("describe_delivery_sources", "deliverySources"),
        "deliveries": ("describe_deliveries", "deliveries"),
        "destinations": ("describe_delivery_destinations", "deliveryDestinations"),
    }[what]
    return list(scope.pages("logs", operation, key))


def _level(scope: Scope, arn: str, buses: dict[str, str | None]) -> str | None:
    """The level that a bus or a subscriber logs at; OFF where none is set, None where AWS does not tell. Raises RefusedError."""
    if ":subscriber/" in arn:
        told = scope.call("eventbridgev2", "describe_subscriber", SubscriberArn=arn)
        buses[arn] = told.get("EventBusArn")
        return _set_in(told.get("LogConfiguration"))
    told = scope.call("events", "describe_event_bus", Name=arn)
    return _set_in(told.get("LogConfig"))


def _set_in(config: Mapping[str, Any] | None) -> str | None:
    return "OFF" if config is None else config.get("Level")


def _destination(scope: Scope, delivery: Mapping[str, Any], arn: str) -> Iterator[Location]:
    """Where a delivery goes. Its destination may lie in another account, and is told there only."""
    wanted = delivery.get("deliveryDestinationArn") or ""
    account, region = account_in(wanted) or scope.account, (wanted.split(":") + [""] * 4)[3] or scope.region
    owner = scope if (account, region) == (scope.account, scope.region) else _with(scope, account, region)
    if owner is None:
        told = f"The logs of {arn} go to account {account}, which is not collected: name where they lie with bus_logs."
        scope.gap("unsupported", "logs:DescribeDeliveryDestinations", "OtherAccount", told, arn)
        return
    known = scope.attempt(partial(_destinations, owner), wanted, rows_of("deliveries"))
    if known is None:
        return
    there = known.get(wanted)
    if there is None:
        told = f"The logs of {arn} go to {wanted}, of which nothing is told: they were not read."
        scope.gap("partial", "logs:DescribeDeliveryDestinations", "NotFound", told, arn)
        return
    yield from _location(scope, there, arn)


def _destinations(owner: Scope) -> dict[str, str]:
    """Destination → ARN of what takes the logs, of an account and region; asked once a run."""

    def ask() -> dict[str, str]:
        told = _listed(owner, "destinations")
        held = {one.get("arn"): one.get("deliveryDestinationConfiguration") or {} for one in told}
        return {arn: one.get("destinationResourceArn") or "" for arn, one in held.items() if arn}

    return owner.run.once(f"log destinations of {owner.account} {owner.region}", ask)


def _location(scope: Scope, taker: str, arn: str) -> Iterator[Location]:
    if ":s3:::" in taker:
        bucket, _, prefix = taker.split(":s3:::", 1)[1].partition("/")
        base = f"{prefix.strip('/')}/AWSLogs/" if prefix.strip("/") else "AWSLogs/"
        for folder in _folders(scope, bucket, f"{base}{scope.account}/"):
            yield Location("s3", f"s3://{bucket}/{folder}", scope)
    elif ":log-group:" in taker:
        yield Location("group", taker.removesuffix(":*"), _owner(scope, taker))
    else:
        told = f"The logs of {arn} go to {taker or 'a place that is not told'}, from which Headwater does not read: name where they end up with bus_logs."
        scope.gap("unsupported", "logs:DescribeDeliveryDestinations", "UnreadDestination", told, arn)


def _folders(scope: Scope, bucket: str, below: str) -> list[str]:
    """The folders of the logs of buses: others beside them (CloudTrail's …) are not listed."""

    def ask() -> list[str]:
        pages = scope.pages(
            "s3", "list_objects_v2", "CommonPrefixes", Bucket=bucket, Prefix=below, Delimiter="/"
        )
        found = [one.get("Prefix") or "" for one in pages]
        return [one for one in found if one.removeprefix(below).startswith(LOGS_FOLDER)]

    where = f"s3://{bucket}/{below}"
    return scope.attempt(ask, where, rows_of("deliveries", evidence=f"{where}*")) or []


def _owner(scope: Scope, arn: str) -> Scope:
    """A log group is asked with the credentials of its own account and region, where the run has them."""
    account, region = account_in(arn), arn.split(":")[3]
    return _with(scope, account, region) or scope


def _with(scope: Scope, account: str, region: str) -> Scope | None:
    if (account, region) == (scope.account, scope.region):
        return scope
    if not region or account not in (*scope.run.aws.accounts, scope.run.aws.home_account):
        return None
    other = Scope(scope.run, account, region, scope.collector)
    other.tally = scope.tally  # what is asked there is asked for this scope
    return other
