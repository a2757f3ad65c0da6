"""Loose ends: event types that something is missing of – a schema, a consumer, a rule, a sender, or any trace of being sent.

Nobody is accused where the evidence is off: what could not have been seen is told in the notes.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from dashboard.flow.answers import EventRow, GapNote
from dashboard.flow.model import deliveries, feeding, hours
from dashboard.flow.model.estate import Estate
from dashboard.flow.model.known import Key, Known, known
from dashboard.flow.who import catalogue, sight

Kind = Literal["no schema", "never seen", "matches nothing", "no consumer", "no sender"]
KINDS: dict[Kind, str] = {
    "no schema": "Seen in traffic, in no schema",
    "never seen": "In a schema, never seen in traffic",
    "matches nothing": "Sent, and some of it matched no rule",
    "no consumer": "Sent, and no active subscription takes it to a consumer",
    "no sender": "Consumed, and nobody was seen or is declared to send it",
}
"""The kinds in the order of a reader's interest, each with its title."""


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
    # every scope may hold a schema, a rule or a sender, so every gap touches it
    return LooseEnds(estate.snapshot.id, not estate.gaps, estate.gaps, shown, notes)


def _all(estate: Estate) -> tuple[tuple[LooseEnd, ...], tuple[str, ...]]:
    finder = _Finder(estate)
    found = [end for key, entry in sorted(known(estate).items()) for end in finder.of_type(key, entry)]
    found += [
        end for key in sorted(finder.logged.keys() - known(estate).keys()) for end in finder.of_log(key)
    ]
    order = list(KINDS)
    found.sort(key=lambda end: (order.index(end.kind), -(end.events or 0), end.source, end.detail_type))
    return tuple(found), tuple(finder.notes())


class _Finder:
    """What is asked of each type, and what could not be told of how many."""

    def __init__(self, estate: Estate) -> None:
        self.estate = estate
        self.logged = deliveries.of_types(estate)
        self.window = hours.window_of(estate)
        self.unseeable: Counter[str] = Counter()
        self.untold: Counter[str] = Counter()

    def of_type(self, key: Key, entry: Known) -> Iterator[LooseEnd]:
        """Everything that is missing of one known type."""
        row = catalogue.row(self.estate, *key)
        if row is None:
            return
        ours = not feeding.is_aws_service(key[0])
        seen = self._seen(key, entry)
        if ours and seen and not entry.schemas:
            yield from self._no_schema(row, seen)
        if ours and entry.schemas and not seen:
            yield from self._never_seen(row, entry)
        yield from self._unmatched(key, row)
        if row.consumers == 0 and (seen or row.producers) and ours:
            yield self._no_consumer(row, seen)
        if row.consumers and not row.producers and not seen:
            yield self._no_sender(row, entry)

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
            self.untold[f"the schemas of {', '.join(hidden)} were not read, or not all"] += 1
            return
        says = f"{seen:,} were seen, and no registry that was read has a schema of it."
        yield self._end("no schema", row, says, self._how_seen(row), events=seen)

    def _never_seen(self, row: EventRow, entry: Known) -> Iterator[LooseEnd]:
        buses = sorted(entry.buses & self.estate.buses.keys())
        places = {(row_["account"], row_["region"]) for row_ in self._schema_rows(entry)}
        if not self._could_be_seen((row.source, row.detail_type), buses, places):
            self.unseeable["neither a trail nor the log of a bus would have shown it"] += 1
            return
        declared = " A producer is declared." if row.producers else ""
        says = f"A schema has it, and nobody put it{self._since()}.{declared}"
        on = [one for one in sight.trail_sight(self.estate) if (one.account, one.region) in places]
        evidence = " ".join(dict.fromkeys(one.why for one in on)) or "The logs of its buses are on."
        yield self._end("never seen", row, says, evidence)

    def _schema_rows(self, entry: Known) -> list[Any]:
        return [row for row in self.estate.schemas if row["arn"] in entry.schemas]

    def _could_be_seen(self, key: Key, buses: list[str], places: set[tuple[str, str]]) -> bool:
        if key[0].startswith("aws."):  # what a partner puts is in no trail of ours: only a bus's log tells
            logs = {one.bus: one.state for one in sight.log_sight(self.estate)}
            return bool(buses) and all(logs.get(bus) == "on" for bus in buses)
        if buses:
            return sight.could_see(self.estate, buses)
        states = {(one.account, one.region): one.state for one in sight.trail_sight(self.estate)}
        return all(states.get(place) == "on" for place in places)

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

    def _no_consumer(self, row: EventRow, seen: int) -> LooseEnd:
        on = ", ".join(sorted({self.estate.name_of(bus) for bus in row.buses})) or "any bus"
        sent = f"{seen:,} were seen" if seen else "It is declared to be sent"
        says = f"{sent}, and no active rule or subscriber on {on} leads it to a consumer."
        how = self._how_seen(row).rstrip(".") if seen else "What is declared to send it"
        return self._end("no consumer", row, says, f"{how}; rules and subscribers of its buses.")

    def _no_sender(self, row: EventRow, entry: Known) -> LooseEnd:
        buses = sorted(entry.buses & self.estate.buses.keys())
        seeable = bool(buses) and sight.could_see(self.estate, buses)
        says = f"{row.consumers} {'consumer waits' if row.consumers == 1 else 'consumers wait'} for it, and nobody was seen or is declared to send it{self._since()}."
        if seeable:
            evidence = "Rules and subscribers that name it; trails and logs that are on, and all that declares what it sends."
        else:
            evidence = "Rules and subscribers that name it. It may be sent unseen: PutEvents or the logs of its buses are off, or not known to be on."
        return self._end("no sender", row, says, evidence)

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
        runs = {place: self.estate.scopes.get((*place, collector)) for place in places}
        bad = [
            place for place, run in runs.items() if run is None or run["status"] not in ("ok", "unsupported")
        ]
        return [" ".join(place) for place in sorted(bad)]

    def _since(self) -> str:
        return f" since {self.window.start:%Y-%m-%d %H:%M} UTC" if self.window else ""

    def notes(self) -> Iterator[str]:
        """What could not be told, and of how many types."""
        for why, count in self.unseeable.items():
            yield f"{_types(count)} in a schema and not seen, but {why}: nothing follows."
        for why, count in self.untold.items():
            yield f"{_types(count)} seen and in no schema that was read, but {why}: nothing follows."
        logs = Counter(one.state for one in sight.log_sight(self.estate))
        if logs["off"] or logs["unknown"]:
            silent = logs["off"] + logs["unknown"]
            yield f"Whether events matched no rule is known only of buses that log: {silent} of {sum(logs.values())} do not, or it is not known."
        dark = [one for one in sight.trail_sight(self.estate) if one.state != "on"]
        if dark:
            where = ", ".join(f"{one.account} {one.region}" for one in dark[:6])
            yield f"Who puts events from {where} is not fully seen: Coverage says why."


def _types(count: int) -> str:
    return f"{count:,} event type is" if count == 1 else f"{count:,} event types are"
