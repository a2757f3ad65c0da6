"""Who produces this event: graded evidence, best first. declared.py and permitted.py hold two of the grades."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from dashboard.flow.answers import GapNote, Producer, Producers, Question
from dashboard.flow.model import arns, asking, completeness, roles
from dashboard.flow.model.domains import domain_of_source
from dashboard.flow.model.estate import Estate, Row
from dashboard.flow.model.known import known
from dashboard.flow.who import declared, permitted

_GRADES = ("observed", "declared", "permitted", "named")
_TRACES = "traces"


def producers(estate: Estate, asked: Question) -> Producers:
    """The answer to "who produces this?". Raises UsageError for a bus that nobody knows."""
    buses = _buses(estate, asked)
    rows = observed(estate, asked, buses)
    seen = {row.arn for row in rows}  # one row a (type, producer): the better grade
    rows += [row for row in declared.declared(estate, asked, buses) if row.arn not in seen]
    entered = (
        buses if buses is not None else frozenset(asking.enters(estate, asked.source, asked.detail_type))
    )
    rows += _new(permitted.permitted(estate, asked, sorted(entered)), rows)
    if not rows or all(row.evidence == "permitted" for row in rows):
        rows += named(estate, asked)
    gaps = _gaps(estate, entered)
    return Producers(
        event=asked,
        snapshot=estate.snapshot.id,
        known=(asked.source, asked.detail_type) in known(estate),
        complete=not gaps,
        gaps=gaps,
        producers=tuple(
            sorted(rows, key=lambda r: (_GRADES.index(r.evidence), -(r.events or 0), r.name, r.arn))
        ),
        nearest=asking.nearest_types(estate, asked.source, asked.detail_type),
    )


def _buses(estate: Estate, asked: Question) -> frozenset[str] | None:
    return None if asked.bus is None else frozenset(asking.named_buses(estate, asked.bus))


def _new(more: list[Producer], rows: list[Producer]) -> list[Producer]:
    seen = {row.principal for row in rows} | {row.arn for row in rows}
    return [row for row in more if row.arn not in seen]


def _gaps(estate: Estate, buses: Iterable[str]) -> tuple[GapNote, ...]:
    """Gaps of the buses themselves; a trail that could not be read may hide any producer, wherever it was."""
    found = dict.fromkeys(completeness.gaps_on(estate, buses))
    for row, note in zip(estate.gap_rows, estate.gaps, strict=True):
        if row["collector"] == _TRACES:
            found[note] = None
    needs = [(*place, _TRACES) for place in estate.places]
    return tuple(dict.fromkeys((*found, *completeness.never_read(estate, needs, found))))


def observed(estate: Estate, asked: Question, buses: frozenset[str] | None) -> list[Producer]:
    """One row a principal that was seen to put the type, summed over hours, buses, accounts and regions."""
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in traces(estate).get((asked.source, asked.detail_type), []):
        if buses is None or row["bus_arn"] in buses:
            groups[row["principal"]].append(row)
    return [_seen(estate, principal, rows) for principal, rows in groups.items()]


def traces(estate: Estate) -> dict[tuple[str, str], list[Row]]:
    """Traces by event type."""
    if "traces" not in estate.memory:
        found: dict[tuple[str, str], list[Row]] = defaultdict(list)
        for row in estate.traces:
            found[row["source"], row["detail_type"]].append(row)
        estate.memory["traces"] = dict(found)
    result: dict[tuple[str, str], list[Row]] = estate.memory["traces"]
    return result


def _seen(estate: Estate, principal: str, rows: list[Row]) -> Producer:
    owners = roles.resources_of(estate, principal)
    arn = owners[0] if len(owners) == 1 else principal
    buses = sorted({row["bus_arn"] for row in rows})
    note = None
    if len(owners) > 1:
        note = f"The role is shared by {', '.join(estate.name_of(o) for o in owners[:5])}."
    return Producer(
        arn=arn,
        kind=estate.kind_of(arn) if len(owners) == 1 else rows[0]["principal_kind"],
        name=estate.name_of(arn),
        account=estate.account_of(arn) or rows[0]["principal_account"],
        region=estate.region_of(arn),
        domain=estate.domain_of(arn),
        owner=estate.owner_of(arn),
        evidence="observed",
        principal=principal,
        source=rows[0]["source"],
        first_seen=min(row["first_seen"] for row in rows),
        last_seen=max(row["last_seen"] for row in rows),
        events=sum(row["events"] for row in rows),
        failed=sum(row["failed"] for row in rows),
        bus=buses[0] if len(buses) == 1 else None,
        read=", ".join(sorted({row["evidence"] for row in rows})),
        note=note,
    )


def named(estate: Estate, asked: Question) -> list[Producer]:
    """The domain that the source string points to, by the settings' prefixes."""
    domain = domain_of_source(estate, asked.source)
    if domain is None:
        return []
    values: dict[str, Any] = {
        "arn": domain,
        "kind": "domain",
        "name": domain,
        "account": None,
        "region": None,
    }
    owner = estate.owner_of_domain(domain)
    return [
        Producer(
            **values,
            domain=domain,
            owner=owner,
            evidence="named",
            principal=None,
            source=asked.source,
            read="a domain's source prefix in the settings",
        )
    ]


def count(estate: Estate, asked: Question) -> int:
    """How many distinct producers the type has, observed and declared ones."""
    rows = observed(estate, asked, None) + declared.own(estate, asked, None)
    return len({arns.plain(row.arn) for row in rows})
