"""What brings events onto a bus by its own configuration: event sources, partner buses, pipes, schedules, state machines."""

from collections import defaultdict
from collections.abc import Iterator

from dashboard.flow.model import arns, trees
from dashboard.flow.model.estate import Estate, Row

PUTTING = ("pipe-target", "schedule", "put-events")
"""Links that put an event of their own on a bus."""


def links_to_buses(estate: Estate) -> dict[str, list[Row]]:
    """Links that end on a bus, by kind."""
    if "links-to-buses" not in estate.memory:
        found: dict[str, list[Row]] = defaultdict(list)
        for row in estate.links:
            if estate.kind_of(row["to_arn"]) == "bus":
                found[row["kind"]].append(row)
        estate.memory["links-to-buses"] = dict(found)
    result: dict[str, list[Row]] = estate.memory["links-to-buses"]
    return result


def event_sources(estate: Estate, source: str, detail_type: str) -> Iterator[tuple[str, str, bool]]:
    """(event source, bus, active) of every event source that brings the type; a partner bus without one stands for it."""
    seen = set()
    for link in links_to_buses(estate).get("event-source", []):
        origin = arns.plain(link["from_arn"])
        if estate.kind_of(origin) != "bus" and _brings(estate, link, origin, source, detail_type):
            seen.add(link["to_arn"])
            yield origin, link["to_arn"], link["active"]
    for arn, bus in sorted(estate.buses.items()):
        if bus["partner_source"] == source and arn not in seen:
            yield arn, arn, True


def _brings(estate: Estate, link: Row, origin: str, source: str, detail_type: str) -> bool:
    """Whether an event source brings the type: by what it is a source of, and by its filter where it has one."""
    row = estate.row_of(origin) or {}
    endpoint = row.get("endpoint") or ""
    names = (link["source"], row.get("name"), endpoint, endpoint.partition(":event-source/")[2])
    if source not in names:
        return False
    texts = [*link["filters"], *([row["pattern"]] if row.get("pattern") else [])]
    tree = trees.of_type(source, detail_type)
    return all(estate.filter_of(text, "new-data").decide(tree).delivery != "never" for text in texts)


def entered(estate: Estate, trace: Row) -> str:
    """The bus that a trace's events entered: of a partner's, the bus that its event source feeds."""
    if trace["action"] != "PutPartnerEvents":
        return str(trace["bus_arn"])
    fed_buses = (link["to_arn"] for link in estate.links_from(trace["bus_arn"], "event-source"))
    return next(fed_buses, str(trace["bus_arn"]))


def fed(estate: Estate, source: str, detail_type: str) -> set[str]:
    """Buses that event sources, pipes, schedules or state machines bring the type to."""
    found = {bus for _, bus, _ in event_sources(estate, source, detail_type)}
    for kind in PUTTING:
        for link in links_to_buses(estate).get(kind, []):
            if (link["source"], link["detail_type"]) == (source, detail_type):
                found.add(link["to_arn"])
    return found


def is_aws_service(source: str) -> bool:
    """Whether events of this source are AWS's own, which enter on default buses. A partner's enter on the partner's bus."""
    return source.startswith("aws.") and not source.startswith("aws.partner/")
