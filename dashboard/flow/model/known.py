"""Which event types are known, from what, and on which buses: the base of the catalogue."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from dashboard.flow.answers import KnownBy
from dashboard.flow.model import deliveries, feeding
from dashboard.flow.model.estate import Estate

Key = tuple[str, str]
_ORDER: tuple[KnownBy, ...] = ("schema", "observed", "pattern")


@dataclass(slots=True)
class Known:
    """What is known of one type. `observed` are buses where it was put directly, `schemas` ARNs of its schemas."""

    buses: set[str] = field(default_factory=set)
    observed: set[str] = field(default_factory=set)
    principals: set[str] = field(default_factory=set)
    by: set[KnownBy] = field(default_factory=set)
    schemas: list[str] = field(default_factory=list)
    events: int = 0
    last_seen: datetime | None = None

    @property
    def known_by(self) -> tuple[KnownBy, ...]:
        """The kinds of evidence, in a fixed order."""
        return tuple(kind for kind in _ORDER if kind in self.by)


def known(estate: Estate) -> dict[Key, Known]:
    """Every known type. Computed once an estate."""
    memory = estate.memory
    if "known" not in memory:
        memory["known"] = _compute(estate)
    found: dict[Key, Known] = memory["known"]
    return found


def _compute(estate: Estate) -> dict[Key, Known]:
    types: dict[Key, Known] = defaultdict(Known)
    for row in estate.schemas:
        if row["source"] and row["detail_type"]:
            _add_schema(estate, types[row["source"], row["detail_type"]], row)
    for row in estate.traces:
        _add_trace(types[row["source"], row["detail_type"]], row, feeding.entered(estate, row))
    for key, rows in deliveries.of_types(estate).items():
        _add_deliveries(types[key], rows)
    for bus in estate.by_bus:
        for sub in estate.subscriptions_of(bus):
            for pair in pairs(sub):
                types[pair].buses.add(bus)
                types[pair].by.add("pattern")
    return dict(types)


def _add_deliveries(entry: Known, rows: list[Any]) -> None:
    """What the logs of buses saw. Where traces tell it too, they count the events, and name who put them and where.

    A log does not tell what was forwarded from what was put there.
    """
    traced = "observed" in entry.by
    for row in rows:
        entry.by.add("observed")
        if row["bus_arn"] and not traced:
            entry.buses.add(row["bus_arn"])
        if entry.last_seen is None or row["last_seen"] > entry.last_seen:
            entry.last_seen = row["last_seen"]
        if not traced and row["caller_account"] and row["received"]:
            entry.observed.add(row["bus_arn"])
            entry.principals.add(row["caller_account"])
        if not traced:
            entry.events += row["received"] or 0


def pairs(sub: Any) -> frozenset[Key]:
    """Types that a subscription names exactly, by whichever of its filters names them."""
    return frozenset(pair for one in sub.filters for pair in one.pairs)


def _add_schema(estate: Estate, entry: Known, row: Any) -> None:
    entry.by.add("schema")
    entry.schemas.append(row["arn"])
    if row["registry"] != "discovered-schemas":
        return
    place = (row["account"], row["region"])
    buses = [a for a, bus in estate.buses.items() if (bus["account"], bus["region"]) == place]
    discovering = [bus for bus in buses if estate.links_from(bus, "discoverer")]
    if len(discovering) == 1:  # with several discoverers nothing tells which bus the schema came from
        entry.buses.add(discovering[0])


def _add_trace(entry: Known, row: Any, bus: str) -> None:
    entry.by.add("observed")
    entry.buses.add(bus)
    if row["via"] != "events.amazonaws.com":
        entry.observed.add(bus)
        entry.principals.add(row["principal"])
    entry.events += row["events"]
    if entry.last_seen is None or row["last_seen"] > entry.last_seen:
        entry.last_seen = row["last_seen"]
