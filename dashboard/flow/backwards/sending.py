"""A producer's own answer: what it sends, on which bus, by what evidence, how much, and who gets it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dashboard.flow.answers import Consumer, Consumers, GapNote, Producer, Question, Window
from dashboard.flow.backwards import making
from dashboard.flow.backwards.making import Produced
from dashboard.flow.model import callers, completeness, hours, roles
from dashboard.flow.model.estate import Estate
from dashboard.flow.who import consumers, identity, producers

_GRADES = ("observed", "declared", "permitted", "named")


@dataclass(frozen=True, slots=True)
class Sent:
    """An event type that the producer sends, or may. `takers` are the names of who gets it now; none where it only may be sent."""

    source: str
    detail_type: str
    domain: str | None
    owner: str | None
    row: Producer
    takers: tuple[str, ...] = ()
    shared: bool = False


@dataclass(frozen=True, slots=True)
class Taker:
    """A consumer of what the producer sends, and which of its types."""

    arn: str
    kind: str
    name: str
    account: str | None
    region: str | None
    domain: str | None
    owner: str | None
    types: tuple[str, ...]


@dataclass(frozen=True)
class Sending:
    """The answer. `hours` are (accepted, rejected) of all that the principal put, of each hour that is known.

    An hour is known where a call of it was found, or where calls of others were in all accounts and regions that it calls from.
    `hiding` are those of the gaps that may hide somebody who gets what it sends.
    """

    arn: str
    kind: str
    name: str
    known_as: str | None
    account: str | None
    domain: str | None
    owner: str | None
    principal: str | None
    shared: tuple[str, ...]
    window: Window | None
    sent: tuple[Sent, ...]
    permitted: tuple[Sent, ...]
    takers: tuple[Taker, ...]
    hours: dict[datetime, tuple[int, int]]
    gaps: tuple[GapNote, ...]
    hiding: tuple[GapNote, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sender:
    """One of all who were seen or are declared to send. `events` are those of the window; null where none was seen."""

    arn: str
    kind: str
    name: str
    known_as: str | None
    account: str | None
    region: str | None
    domain: str | None
    owner: str | None
    evidence: str
    types: int
    events: int | None
    last_seen: datetime | None


def resolved(estate: Estate, arn: str) -> str:
    """The producer that an ARN means: of a role that one resource alone runs as, that resource, unless the role was seen by itself."""
    owners = roles.resources_of(estate, arn)
    return owners[0] if len(owners) == 1 and not making.makes(estate, arn) else arn


def sending(estate: Estate, arn: str) -> Sending:
    """What this resource, role or user sends. Nothing is raised for one that nobody knows: it sends nothing."""
    arn = resolved(estate, arn)
    made = making.produced(estate, [arn], permitted=True)
    facts = _facts(arn, made)
    principal = facts.principal if facts else ((estate.row_of(arn) or {}).get("role_arn") or arn)
    answers = {one: _answers(estate, arn, one) for one in made if one.row.evidence != "permitted"}
    found = {one: _takers(told) for one, told in answers.items()}
    hiding = _hiding(estate, arn, answers)
    window = hours.window_of(estate)
    rows = hours.with_hours(estate, principal=principal) if principal else []
    is_row = estate.row_of(arn) is not None
    return Sending(
        arn=arn,
        kind=facts.kind if facts else estate.kind_of(arn),
        name=estate.name_of(arn),
        known_as=callers.known_as(estate, arn, facts.kind if facts else None),
        account=estate.account_of(arn) or (facts.account if facts else None),
        domain=estate.domain_of(arn) if is_row else callers.domain_of(estate, arn),
        owner=estate.owner_of(arn) if is_row else callers.owner_of(estate, arn),
        principal=principal if principal != arn else None,
        shared=tuple(owners) if len(owners := roles.resources_of(estate, principal or "")) > 1 else (),
        window=window,
        sent=tuple(sorted((_sent(one, rows_) for one, rows_ in found.items()), key=_order)),
        permitted=tuple(_sent(one, []) for one in made if one.row.evidence == "permitted"),
        takers=_all_takers(found),
        hours=_by_hour(estate, rows, window) if window else {},
        gaps=tuple(dict.fromkeys((*hiding, *producers.gaps_of_evidence(estate)))),
        hiding=hiding,
        notes=_notes(estate),
    )


def _by_hour(estate: Estate, rows: list[dict[str, Any]], window: Window) -> dict[datetime, tuple[int, int]]:
    known = hours.found_in(estate, {place for row in rows if (place := hours.place_of(row))})
    none = {hour: (0, 0) for hour in known if window.start <= hour < window.end}
    found = none | hours.by_hour(rows, window)
    return {hour: found[hour] for hour in sorted(found)}


def _facts(arn: str, made: Sequence[Produced]) -> Producer | None:
    """A row that tells of the producer itself: not of a role that it shares."""
    return next((one.row for one in made if one.row.arn == arn), None)


def _notes(estate: Estate) -> tuple[str, ...]:
    if not identity.unread(estate):
        return ()
    return (
        "Identity policies were not read: what else it may send is not known. The setting permitted = true reads them.",
    )


def _answers(estate: Estate, arn: str, one: Produced) -> list[Consumers]:
    """Who gets the type, for each bus where the producer puts it; for where it enters when that is not told."""
    known: list[str | None] = [bus for bus in sorted(_buses(estate, arn, one)) if bus in estate.buses]
    return [
        consumers.consumers(estate, Question(one.source, one.detail_type, bus)) for bus in known or [None]
    ]


def _buses(estate: Estate, arn: str, one: Produced) -> set[str]:
    told = making.puts_on(estate, one.row.principal or arn, (one.source, one.detail_type)) or {one.row.bus}
    return set(filter(None, told))


def _takers(answers: Iterable[Consumers]) -> list[Consumer]:
    return list({row.arn: row for one in answers for row in one.consumers if row.active}.values())


def _hiding(estate: Estate, arn: str, answers: Mapping[Produced, Sequence[Consumers]]) -> tuple[GapNote, ...]:
    """What may hide who gets it: gaps of the answers, and buses that nobody collected. What an archive keeps it hands to nobody."""
    found = [gap for told in answers.values() for one in told for gap in one.gaps]
    outside = {bus for one in answers for bus in _buses(estate, arn, one)} - estate.buses.keys()
    found += completeness.gaps_on(estate, outside) if outside else ()
    return tuple(gap for gap in dict.fromkeys(found) if gap.collector != "archives")


def _sent(one: Produced, rows: Sequence[Consumer]) -> Sent:
    names = tuple(sorted({row.name for row in rows}))
    return Sent(one.source, one.detail_type, one.domain, one.owner, one.row, names, one.shared)


def _order(one: Sent) -> tuple[int, int, str, str]:
    return _GRADES.index(one.row.evidence), -(one.row.events or 0), one.detail_type, one.source


def _all_takers(found: dict[Produced, list[Consumer]]) -> tuple[Taker, ...]:
    """Each consumer once, those of the most types first."""
    rows: dict[str, Consumer] = {}
    types: dict[str, set[str]] = defaultdict(set)
    for one, takers in found.items():
        for row in takers:
            rows[row.arn] = row
            types[row.arn].add(one.detail_type)
    made = [
        Taker(
            *(row.arn, row.kind, row.name, row.account, row.region, row.domain, row.owner),
            tuple(sorted(types[arn])),
        )
        for arn, row in rows.items()
    ]
    return tuple(sorted(made, key=lambda one: (-len(one.types), one.name, one.arn)))


def senders(estate: Estate) -> tuple[Sender, ...]:
    """Everyone who was seen or is declared to send, who sends most first. Worked out once an estate."""
    if "senders" not in estate.memory:
        made = [one for arn in making.makers(estate) if (one := _sender(estate, arn))]
        made.sort(key=lambda one: (-(one.events or 0), one.name, one.arn))
        estate.memory["senders"] = tuple(made)
    found: tuple[Sender, ...] = estate.memory["senders"]
    return found


def _sender(estate: Estate, arn: str) -> Sender | None:
    made = [one for one in making.produced(estate, [arn]) if not one.shared]
    if not made:
        return None
    row = made[0].row
    seen = [one.row for one in made if one.row.evidence == "observed"]
    return Sender(
        *(arn, row.kind, row.name, row.known_as, row.account, row.region, row.domain, row.owner),
        evidence=min((one.row.evidence for one in made), key=_GRADES.index),
        types=len({(one.source, one.detail_type) for one in made}),
        events=sum(one.events or 0 for one in seen) if seen else None,
        last_seen=max((one.last_seen for one in seen if one.last_seen), default=None),
    )
