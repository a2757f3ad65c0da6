"""Declared producers: what names a bus in its own configuration, whether or not it was seen to send."""

from typing import Any

from dashboard.flow.answers import Producer, Question
from dashboard.flow.model import arns, asking, feeding, trees
from dashboard.flow.model.estate import Estate, Row

Buses = frozenset[str] | None
AWS_REGISTRY = "aws.events"
_RESULT = "Lambda Function Invocation Result - "


def declared(estate: Estate, asked: Question, buses: Buses) -> list[Producer]:
    """Declared producers of the type on these buses, or on any: own ones, and rules that forward it."""
    return own(estate, asked, buses) + forwarders(estate, asked, buses)


def own(estate: Estate, asked: Question, buses: Buses) -> list[Producer]:
    """Those that make the event: pipes, schedules, destinations, partner, AWS service and other event sources."""
    rows = _putting(estate, asked, buses) + _destinations(estate, asked, buses)
    rows += _event_sources(estate, asked, buses) + _services(estate, asked, buses)
    return list({(row.arn, row.bus, row.read): row for row in rows}.values())


def _row(estate: Estate, asked: Question, arn: str, **more: Any) -> Producer:
    values: dict[str, Any] = {
        "arn": arn,
        "kind": estate.kind_of(arn),
        "name": estate.name_of(arn),
        "account": estate.account_of(arn),
        "region": estate.region_of(arn),
        "domain": estate.domain_of(arn),
        "owner": estate.owner_of(arn),
        "evidence": "declared",
        "principal": (estate.row_of(arn) or {}).get("role_arn"),
        "source": asked.source,
    }
    return Producer(**(values | more))


def _wanted(estate: Estate, kind: str, buses: Buses) -> list[Row]:
    rows = feeding.links_to_buses(estate).get(kind, [])
    return [row for row in rows if buses is None or row["to_arn"] in buses]


def _putting(estate: Estate, asked: Question, buses: Buses) -> list[Producer]:
    rows = []
    for link in (row for kind in feeding.PUTTING for row in _wanted(estate, kind, buses)):
        if link["source"] != asked.source or link["detail_type"] not in (None, asked.detail_type):
            continue
        note = None if link["detail_type"] else "Its detail type is not told: it may be another."
        more = {"bus": link["to_arn"], "active": link["active"], "note": note, "read": f"{link['kind']} link"}
        rows.append(_row(estate, asked, arns.plain(link["from_arn"]), **more))
    return rows


def result_of(link: Row) -> tuple[str, str]:
    """The type of the event that an async destination puts on a bus."""
    return "lambda", _RESULT + (link["condition"] or "").removeprefix("On")


def _destinations(estate: Estate, asked: Question, buses: Buses) -> list[Producer]:
    """Results of asynchronous invocations, which Lambda puts with source "lambda"."""
    if asked.source != "lambda" or not asked.detail_type.startswith(_RESULT):
        return []
    condition = "On" + asked.detail_type.removeprefix(_RESULT)
    found = [row for row in _wanted(estate, "async-destination", buses) if row["condition"] == condition]
    return [
        _row(estate, asked, arns.plain(r["from_arn"]), bus=r["to_arn"], read="async destination")
        for r in found
    ]


def _event_sources(estate: Estate, asked: Question, buses: Buses) -> list[Producer]:
    rows = []
    for origin, bus, active in feeding.event_sources(estate, asked.source, asked.detail_type):
        if buses is None or bus in buses:
            rows.append(_row(estate, asked, origin, bus=bus, active=active, read="event source"))
    return rows


def _services(estate: Estate, asked: Question, buses: Buses) -> list[Producer]:
    """AWS services put their own events on the default buses."""
    if not feeding.is_aws_service(asked.source):
        return []
    defaults = [
        a for a, row in sorted(estate.buses.items()) if row["name"] == "default" and row["kind"] == "classic"
    ]
    defaults = [arn for arn in defaults if buses is None or arn in buses]
    if not defaults:
        return []
    more = {"kind": "aws-service", "name": asked.source, "domain": None, "owner": None, "principal": None}
    if not is_of_bucket(asked.source, asked.detail_type):
        return [_row(estate, asked, asked.source, **more, read=_told_by(estate, asked))]
    links = _wanted(estate, "notification", buses)
    more["note"] = None if links else _no_bucket(estate, defaults)
    return [
        _row(estate, asked, asked.source, **more, read=_told_by(estate, asked)),
        *(_row(estate, asked, r["from_arn"], bus=r["to_arn"], read="bucket notification") for r in links),
    ]


def is_of_bucket(source: str, detail_type: str) -> bool:
    """Whether S3 sends the type for buckets that notify EventBridge; its API calls come by CloudTrail."""
    return source == "aws.s3" and detail_type.startswith("Object ")


def _told_by(estate: Estate, asked: Question) -> str:
    """AWS's own registry, where it was read, has the types that its services send."""
    rows = (row for row in estate.schemas if row["registry"] == AWS_REGISTRY)
    known = any((row["source"], row["detail_type"]) == (asked.source, asked.detail_type) for row in rows)
    on = "AWS service events on default buses"
    return f"{on}, by the registry {AWS_REGISTRY}" if known else on


def _no_bucket(estate: Estate, buses: list[str]) -> str | None:
    """Where the buckets of all these buses' places were read, that none of them notifies EventBridge."""
    runs = [
        estate.scopes.get((str(row["account"]), str(row["region"]), "buckets"))
        for row in (estate.buses[bus] for bus in buses)
    ]
    read = all(run is not None and run["status"] == "ok" for run in runs)
    return "No bucket that was read sends its events to EventBridge." if read else None


def forwarders(estate: Estate, asked: Question, buses: Buses) -> list[Producer]:
    """Rules that forward the type to another bus, from every bus that it reaches."""
    tree = trees.of_type(asked.source, asked.detail_type)
    start = asking.enters(estate, asked.source, asked.detail_type) or tuple(sorted(estate.buses))
    queue, reached, rows = list(start), set(start), []
    while queue:
        bus = queue.pop(0)
        for sub in estate.candidates(bus, asked.source, asked.detail_type):
            target = sub.target
            if target is None or target == bus or estate.kind_of(target) != "bus":
                continue
            verdict = sub.decide(tree)
            if verdict.delivery == "never":
                continue
            if target not in reached:
                reached.add(target)
                queue.append(target)
            if buses is None or target in buses:
                more = {
                    "kind": sub.kind,
                    "name": sub.name,
                    "bus": target,
                    "active": sub.active,
                    "read": "rule",
                }
                note = "; ".join(verdict.when) or None
                more |= {"principal": sub.row["role_arn"], "account": sub.account, "region": sub.region}
                rows.append(_row(estate, asked, sub.arn, **more, note=note))
    return rows
