"""Who produces this event: graded evidence, best first. observed.py, declared.py, permitted.py and identity.py hold the grades."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from dashboard.flow.answers import GapNote, Producer, Producers, Question
from dashboard.flow.model import arns, asking, completeness, feeding, hours
from dashboard.flow.model.domains import domain_of_source
from dashboard.flow.model.estate import Estate, Row
from dashboard.flow.model.known import known
from dashboard.flow.who import declared, identity, permitted, reading, sight
from dashboard.flow.who.observed import observed, traces

__all__ = ["EVIDENCE", "count", "gaps_of_evidence", "named", "observed", "producers", "traces"]

_GRADES = ("observed", "declared", "permitted", "named")
EVIDENCE: dict[str, tuple[str, ...] | None] = {
    "traces": None,
    "bus-logs": None,
    "pipes": None,
    "schedules": None,
    "state-machines": None,
    "sources": None,
    "api-destinations": None,
    "functions": ("lambda:ListFunctions", "lambda:ListFunctionEventInvokeConfigs"),
    "buses": (
        *("events:ListEventBuses", "events:DescribeEventBus"),
        *("events:ListResourcePolicies", "events:GetResourcePolicy"),
    ),
    "permitted": None,
    "buckets": None,
    "trails": None,
}
"""Collectors whose rows may name a producer, with the calls that tell one; None: all of them."""
_OPTIONAL = frozenset({"permitted", "bus-logs", "trails"})
"""Those that name nobody that traces do not, or run only when asked for: that they did not run is a note, and no gap."""
_OF_S3 = "buckets"
_ELSE = frozenset({"cloudtrail:LookupEvents"})
"""Calls of theirs that tell of other things: who changed the wiring."""


def producers(estate: Estate, asked: Question, last: int | None = None) -> Producers:
    """The answer to "who produces this?". `last`: counts of so many last hours. Raises UsageError for a bus that nobody knows."""
    buses = _buses(estate, asked)
    rows = observed(estate, asked, buses, last)
    seen = {row.arn for row in rows}  # one row a (type, producer): the better grade
    rows += [row for row in declared.declared(estate, asked, buses) if row.arn not in seen]
    entered = (
        buses if buses is not None else frozenset(asking.enters(estate, asked.source, asked.detail_type))
    )
    rows += _new(_permitted(estate, asked, sorted(entered)), rows)
    if not rows or all(row.evidence == "permitted" for row in rows):
        rows += named(estate, asked)
    gaps = _gaps(estate, asked, entered)
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
        window=hours.window_of(estate, last),
        notes=tuple(_notes(estate, asked, entered)),
    )


def _buses(estate: Estate, asked: Question) -> frozenset[str] | None:
    return None if asked.bus is None else frozenset(asking.named_buses(estate, asked.bus))


def _permitted(estate: Estate, asked: Question, buses: Sequence[str]) -> list[Producer]:
    """One row a principal and bus: by the policy of the bus, else by policies of its own."""
    found = permitted.permitted(estate, asked, buses)
    told = {(row.principal, row.bus) for row in found}
    own = identity.permitted(estate, asked, buses)
    return found + [row for row in own if (row.principal, row.bus) not in told]


def _new(more: list[Producer], rows: list[Producer]) -> list[Producer]:
    """Those that no better row names already, as the principal or as what runs as it."""
    seen = {row.principal for row in rows} | {row.arn for row in rows}
    return [row for row in more if row.arn not in seen and row.principal not in seen]


def _gaps(estate: Estate, asked: Question, buses: Iterable[str]) -> tuple[GapNote, ...]:
    """Gaps of the buses themselves, and of all evidence that could name a producer, wherever it was."""
    found = dict.fromkeys(completeness.gaps_on(estate, buses))
    return tuple(dict.fromkeys((*found, *gaps_of_evidence(estate, asked.source, found))))


def gaps_of_evidence(
    estate: Estate, source: str | None = None, told: Iterable[GapNote] = ()
) -> tuple[GapNote, ...]:
    """What was denied or never read of all that could name a producer; buckets only tell of S3's own events."""
    wanted = [name for name in EVIDENCE if name != _OF_S3 or source in (None, "aws.s3")]
    found = [
        note
        for row, note in zip(estate.gap_rows, estate.gaps, strict=True)
        if row["collector"] in wanted and _may_name(row)
    ]
    needs = [(*place, name) for place in estate.places for name in wanted if name not in _OPTIONAL]
    return tuple(dict.fromkeys((*found, *completeness.never_read(estate, needs, [*found, *told]))))


def _may_name(gap: Row) -> bool:
    """Whether what the gap hides could name a producer. What a region does not offer names none; roles only tell names."""
    calls, action = EVIDENCE[gap["collector"]], str(gap["action"])
    if gap["status"] == "unsupported" or action in _ELSE:
        return False
    if action.startswith("iam:") and gap["collector"] != "permitted":
        return False
    return calls is None or action in calls or action.startswith("headwater:")


def _notes(estate: Estate, asked: Question, buses: Iterable[str]) -> Iterator[str]:
    if not feeding.is_aws_service(asked.source):
        yield from sight.blind(estate, buses)
        yield from reading.notes(estate)
    if identity.unread(estate):
        yield "Identity policies were not read: who else may put it is not known. The setting permitted = true reads them."


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
