"""Loose ends: event types that something is missing of – a schema, a consumer, a rule, a sender, or any trace of being sent.

Nobody is accused where anything that could show the opposite is off or was not read: that is told in the notes.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from dashboard.flow.answers import EventRow, GapNote, Question
from dashboard.flow.model import completeness, deliveries, feeding
from dashboard.flow.model.estate import Estate
from dashboard.flow.model.known import Key, Known, known
from dashboard.flow.who import catalogue, consumers, producers, sight, visible
from dashboard.flow.who.visible import Visible

Kind = Literal["no schema", "never seen", "matches nothing", "no consumer", "no sender"]
KINDS: dict[Kind, str] = {
    "no schema": "Seen in traffic, in no schema",
    "never seen": "In a schema, never seen in traffic",
    "matches nothing": "Sent, and some of it matched no rule",
    "no consumer": "Sent, and no active subscription takes it to a consumer",
    "no sender": "Consumed, and nobody was seen or is declared to send it",
}
"""The kinds in the order of a reader's interest, each with its title."""
DECLARING = frozenset(producers.EVIDENCE) - {"traces", "bus-logs", "permitted", "trails"}
"""Collectors whose rows declare a producer."""
TAKING = ("rules", "subscribers", "schemas", "trails")
"""Collectors beside the evidence of producers without which an end may only seem loose."""
MOST_NOTES = 12


@dataclass(frozen=True, slots=True)
class LooseEnd:
    """One thing that is missing of one event type. `says` is a sentence; `evidence` tells how that is known."""

    kind: Kind
    source: str
    detail_type: str
    domain: str | None
    owner: str | None
    buses: tuple[str, ...]
    says: str
    evidence: str
    events: int | None = None
    last_seen: datetime | None = None


@dataclass(frozen=True, slots=True)
class LooseEnds:
    """All loose ends, by kind. `notes` say what could not be told because evidence is off or was not read."""

    snapshot: str
    complete: bool
    gaps: tuple[GapNote, ...]
    ends: tuple[LooseEnd, ...]
    notes: tuple[str, ...]


def loose_ends(estate: Estate, domain: str | None = None) -> LooseEnds:
    """Those of one domain's event types, or all. Worked out once an estate."""
    if "loose-ends" not in estate.memory:
        estate.memory["loose-ends"] = _all(estate)
    ends: tuple[LooseEnd, ...] = estate.memory["loose-ends"][0]
    notes: tuple[str, ...] = estate.memory["loose-ends"][1]
    shown = tuple(end for end in ends if domain is None or end.domain == domain)
    gaps: tuple[GapNote, ...] = estate.memory["loose-ends"][2]
    is_complete = not gaps and not estate.memory["loose-ends"][3]
    return LooseEnds(estate.snapshot.id, is_complete, gaps, shown, notes)


def _all(estate: Estate) -> tuple[tuple[LooseEnd, ...], tuple[str, ...], tuple[GapNote, ...], bool]:
    """The ends, the notes, the gaps, and whether anything was left untold."""
    finder = _Finder(estate)
    found = [end for key, entry in sorted(known(estate).items()) for end in finder.of_type(key, entry)]
    found += [
        end for key in sorted(finder.logged.keys() - known(estate).keys()) for end in finder.of_log(key)
    ]
    order = list(KINDS)
    found.sort(key=lambda end: (order.index(end.kind), -(end.events or 0), end.source, end.detail_type))
    return tuple(found), tuple(finder.notes()), finder.gaps(), bool(finder.untold)


class _Finder:
    """What is asked of each type, and what could not be told of how many."""

    def __init__(self, estate: Estate) -> None:
        self.estate = estate
        self.logged = deliveries.of_types(estate)
        self.untold: Counter[tuple[str, str]] = Counter()
        self.unread: dict[GapNote, None] = {}
        self._evidence = producers.gaps_of_evidence(estate)
        self._undeclared = [gap for gap in self._evidence if gap.collector in DECLARING]

    def of_type(self, key: Key, entry: Known) -> Iterator[LooseEnd]:
        """Everything that is missing of one known type."""
        row = catalogue.row(self.estate, *key)
        if row is None:
            return
        ours = not feeding.is_aws_service(key[0])
        seen = self._seen(key, entry)
        if ours and seen and not entry.schemas:
            yield from self._no_schema(row, seen)
        was_there = "observed" in entry.by  # a rejected one was put, too
        if ours and entry.schemas and not was_there:
            yield from self._never_seen(row, entry)
        yield from self._unmatched(key, row)
        if row.consumers == 0 and (was_there or row.producers) and ours:
            yield from self._no_consumer(row, entry, seen)
        if row.consumers and not row.producers and not was_there:
            yield from self._no_sender(row, entry)

    def of_log(self, key: Key) -> Iterator[LooseEnd]:
        """Of a type that only the log of a bus knows: it is in no schema, and what matched no rule."""
        seen = self._seen(key, Known())
        if not seen or feeding.is_aws_service(key[0]):
            return
        buses = tuple(sorted({row["bus_arn"] for row in self.logged[key] if row["bus_arn"]}))
        last = max(row["last_seen"] for row in self.logged[key])
        row = EventRow(*key, buses, None, None, None, 0, 0, last, (), seen)
        yield from self._no_schema(row, seen)
        yield from self._unmatched(key, row)

    def _seen(self, key: Key, entry: Known) -> int:
        """How often it was seen: put by CloudTrail's count, else received by the logs of buses."""
        rows = self.logged.get(key, ())
        return entry.events or sum(row["received"] or 0 for row in rows if row["rule_arn"] is None)

    def _end(self, kind: Kind, row: EventRow, says: str, evidence: str, **more: Any) -> LooseEnd:
        values = {"events": row.events or None, "last_seen": row.last_seen} | more
        return LooseEnd(
            kind, row.source, row.detail_type, row.domain, row.owner, row.buses, says, evidence, **values
        )

    def _no_schema(self, row: EventRow, seen: int) -> Iterator[LooseEnd]:
        hidden = self._places_without("schemas", row)
        if hidden:
            why = f"the schemas of {', '.join(hidden)} were not read, or not all"
            self.untold["seen and in no schema that was read", why] += 1
            return
        says = f"{seen:,} were seen, and no registry that was read has a schema of it."
        yield self._end("no schema", row, says, self._how_seen(row), events=seen)

    def _never_seen(self, row: EventRow, entry: Known) -> Iterator[LooseEnd]:
        buses = sorted(entry.buses & self.estate.buses.keys())
        if buses:
            found = visible.on_buses(self.estate, (row.source, row.detail_type), buses)
            where = f"on {self._named(buses)}"
        else:
            places = {(one["account"], one["region"]) for one in self._schema_rows(entry)}
            found = visible.from_places(self.estate, places)
            where = f"from {', '.join(' '.join(place) for place in sorted(places))}"
        if row.source.startswith("aws.") and not buses:
            found = Visible("a partner puts it, which only the log of its bus would show")
        if found.hidden:
            self.untold["in a schema and not seen", found.hidden] += 1
            return
        declared = " A producer is declared." if row.producers else ""
        says = f"A schema has it, and nobody was seen to put it {where}.{declared}"
        yield self._end("never seen", row, says, found.by)

    def _named(self, buses: Iterable[str]) -> str:
        return ", ".join(sorted({self.estate.name_of(bus) for bus in buses}))

    def _schema_rows(self, entry: Known) -> list[Any]:
        return [row for row in self.estate.schemas if row["arn"] in entry.schemas]

    def _unmatched(self, key: Key, row: EventRow) -> Iterator[LooseEnd]:
        rows = [one for one in self.logged.get(key, ()) if one["unmatched"]]
        if not rows:
            return
        count = sum(one["unmatched"] for one in rows)
        buses = sorted({one["bus_arn"] for one in rows if one["bus_arn"]})
        on = ", ".join(self.estate.name_of(bus) for bus in buses)
        says = f"{count:,} of them matched no rule on {on}."
        evidence = ", ".join(sorted({one["evidence"] for one in rows}))
        last = max(one["last_seen"] for one in rows)
        told = f"Logs of the bus (NO_STANDARD_RULES_MATCHED): {evidence}"
        yield self._end("matches nothing", row, says, told, events=count, last_seen=last)

    def _no_consumer(self, row: EventRow, entry: Known, seen: int) -> Iterator[LooseEnd]:
        gaps = self._hidden_takers(row, entry)
        if gaps:
            self.unread |= dict.fromkeys(gaps)
            where = ", ".join(sorted({f"{gap.collector} of {gap.account} {gap.region}" for gap in gaps}))
            self.untold["sent, and no consumer of it is known", f"{where} were not read, or not all"] += 1
            return
        on = self._named(row.buses) or "any bus"
        was_there = "observed" in entry.by
        other = "It was put, and not seen to be accepted" if was_there else "It is declared to be sent"
        sent = f"{seen:,} were seen" if seen else other
        says = f"{sent}, and no active rule or subscriber on {on} leads it to a consumer."
        how = self._how_seen(row).rstrip(".") if was_there else "What is declared to send it"
        yield self._end("no consumer", row, says, f"{how}; rules and subscribers of its buses.")

    def _hidden_takers(self, row: EventRow, entry: Known) -> list[GapNote]:
        """What may hide a consumer: of the buses that the type goes over, and of those that nobody collected."""
        asked = consumers.consumers(self.estate, Question(row.source, row.detail_type))
        found = (*asked.gaps, *completeness.gaps_on(self.estate, entry.buses | set(row.buses)))
        return [gap for gap in dict.fromkeys(found) if gap.collector != "archives"]

    def _no_sender(self, row: EventRow, entry: Known) -> Iterator[LooseEnd]:
        key, buses = (row.source, row.detail_type), sorted(entry.buses & self.estate.buses.keys())
        hidden = self._hidden_senders(key, buses)
        if hidden:
            self.untold["consumed, and neither seen nor known to be sent", hidden] += 1
            return
        wait = "consumer waits" if row.consumers == 1 else "consumers wait"
        says = f"{row.consumers} {wait} for it, and nobody was seen or is declared to put it on {self._named(buses)}."
        by = visible.on_buses(self.estate, key, buses).by
        yield self._end(
            "no sender",
            row,
            says,
            f"Rules and subscribers that name it, and all that declares what it sends. {by}",
        )

    def _hidden_senders(self, key: Key, buses: Sequence[str]) -> str | None:
        """Why somebody may send it unseen, or be declared to where it was not read."""
        if not buses:
            return "its bus is not known"
        found = visible.on_buses(self.estate, key, buses)
        if found.hidden:
            return found.hidden
        places = {place for bus in buses for place in visible.places_of(self.estate, key, bus)}
        gaps = [
            gap
            for gap in self._undeclared
            if (gap.account, gap.region) in places and (gap.collector != "buckets" or key[0] == "aws.s3")
        ]
        where = sorted({f"{gap.collector} of {gap.account} {gap.region}" for gap in gaps})
        return f"{', '.join(where)} were not read, or not all" if where else None

    def _how_seen(self, row: EventRow) -> str:
        key = (row.source, row.detail_type)
        rows = [one for one in self.estate.traces if (one["source"], one["detail_type"]) == key]
        if rows:
            places = sorted({one["evidence"] for one in rows})
            return f"CloudTrail's records of PutEvents: {', '.join(places)}."
        logs = sorted({one["evidence"] for one in self.logged.get(key, ())})
        return f"Logs of buses: {', '.join(logs)}."

    def _places_without(self, collector: str, row: EventRow) -> list[str]:
        """Places of the type's buses of which the collector did not read everything."""
        places = {(self.estate.account_of(bus) or "", self.estate.region_of(bus) or "") for bus in row.buses}
        places = places or set(self.estate.places)
        runs = {place: self.estate.scopes.get((*place, collector)) for place in places}
        bad = [
            place for place, run in runs.items() if run is None or run["status"] not in ("ok", "unsupported")
        ]
        return [" ".join(place) for place in sorted(bad)]

    def gaps(self) -> tuple[GapNote, ...]:
        """What was denied or never read: every scope may hold a schema, a rule or a sender, so every gap touches it."""
        told = (*self.estate.gaps, *self._evidence, *self.unread)
        needs = [(*place, name) for place in self.estate.places for name in TAKING]
        return tuple(dict.fromkeys((*told, *completeness.never_read(self.estate, needs, told))))

    def notes(self) -> Iterator[str]:
        """What could not be told, and of how many types."""
        ordered = self.untold.most_common()
        for (what, why), count in ordered[:MOST_NOTES]:
            yield f"{_types(count)} {what}, but {why}: nothing follows."
        rest = sum(count for _, count in ordered[MOST_NOTES:])
        if rest:
            yield f"Nothing follows of {rest:,} more, for reasons like these."
        logs = sight.log_sight(self.estate)
        if any(one.state in ("off", "unknown") for one in logs):
            yield f"Whether events matched no rule is known only of buses that log: {sight.counted(logs)}."
        dark = [one for one in sight.trail_sight(self.estate) if one.state != "on"]
        if dark:
            where = ", ".join(f"{one.account} {one.region}" for one in dark[:6])
            yield f"Who puts events from {where} is not fully seen: Coverage says why."


def _types(count: int) -> str:
    return f"{count:,} event type is" if count == 1 else f"{count:,} event types are"
