"""Who feeds whom: for every two domains the event types that one puts and the other consumes, and how many flow."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import pandas as pd

from dashboard.flow.answers import Question
from dashboard.flow.health import failing
from dashboard.flow.model import domains
from dashboard.flow.model.estate import Estate
from dashboard.flow.model.known import Key, known
from dashboard.flow.who import counting
from dashboard.flow.who.graph import EDGES, NODES

NONE = "(none)"
"""What belongs to no domain."""
_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Feed:
    """Event types of one domain that another (or the same) consumes. `rate` is events an hour that were seen put; null: none were."""

    giver: str
    taker: str
    types: tuple[Key, ...]
    consumers: int
    rate: float | None


def feeds(estate: Estate) -> tuple[Feed, ...]:
    """Every pair of domains between which a type flows, by giver and taker. Asks of each type who consumes it; kept on the estate.

    A type belongs to the domain that its source, or its producers, tell (domains.domain_of_event).
    """
    if "feeds" not in estate.memory:
        estate.memory["feeds"] = tuple(_feeds(estate))
    found: tuple[Feed, ...] = estate.memory["feeds"]
    return found


def _feeds(estate: Estate) -> list[Feed]:
    between: dict[tuple[str, str], dict[Key, set[str]]] = defaultdict(dict)
    for key in sorted(known(estate)):
        giver = domains.domain_of_event(estate, *key) or NONE
        for arn in counting.ends(estate, Question(*key)):
            taker = estate.domain_of(arn) or NONE
            between[giver, taker].setdefault(key, set()).add(arn)
    rates_of = rates(estate)
    found = []
    for (giver, taker), types in sorted(
        between.items(), key=lambda way: [(name == NONE, name) for name in way[0]]
    ):
        seen = [rates_of[key] for key in types if key in rates_of]
        consumers = len(set().union(*types.values()))
        found.append(Feed(giver, taker, tuple(types), consumers, sum(seen) if seen else None))
    return found


def window(estate: Estate) -> tuple[datetime, datetime] | None:
    """From the first to the last event that any trace tells of: what rates are over. Null without traces."""
    rows = estate.traces
    return (min(row["first_seen"] for row in rows), max(row["last_seen"] for row in rows)) if rows else None


def rates(estate: Estate) -> dict[Key, float]:
    """Events an hour of each type that was seen put, over `window`. Counted once an estate."""
    if "rates-of-types" not in estate.memory:
        seen = window(estate)
        hours = max((seen[1] - seen[0]) / _HOUR, 1.0) if seen else 1.0
        estate.memory["rates-of-types"] = {
            key: entry.events / hours for key, entry in known(estate).items() if entry.events
        }
    found: dict[Key, float] = estate.memory["rates-of-types"]
    return found


def troubled(estate: Estate) -> dict[str, int]:
    """Domain → how many faults touch it: its own, and those on a way to what is its own (health.failing)."""
    every = failing.failings(estate).failing
    return dict(Counter(name or NONE for one in every for name in failing.domains_of(estate, one)))


def picture(
    found: tuple[Feed, ...], troubles: Mapping[str, int] | None = None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Nodes and edges as a neighbourhood has them: who gives on the left, who takes on the right.

    A taker that faults touch (`troubles`) is failing. An edge tells no health: a fault is of a path, not of all that flows.
    """
    faults = troubles or {}
    nodes = {}
    for side, column in (("left", 0), ("right", 1)):
        for name in sorted({feed.giver if side == "left" else feed.taker for feed in found}):
            blank = dict.fromkeys(NODES)
            more = {"id": f"{side}:{name}", "kind": "domain", "label": name, "column": column}
            count = faults.get(name, 0) if side == "right" else 0
            says = f"{count} fault{'' if count == 1 else 's'} on the way to it, or its own." if count else ""
            health = "failing" if count else "unknown"
            nodes[side, name] = {**blank, **more, "active": True, "health": health, "says": says}
    edges = [
        {
            **dict.fromkeys(EDGES),
            "source": f"left:{feed.giver}",
            "target": f"right:{feed.taker}",
            "via": f"{len(feed.types)} event type{'' if len(feed.types) == 1 else 's'}",
            "delivery": "always",
            "active": True,
            "rate": feed.rate,
            "health": "unknown",
        }
        for feed in found
    ]
    return pd.DataFrame(list(nodes.values()), columns=list(NODES)), pd.DataFrame(edges, columns=list(EDGES))
