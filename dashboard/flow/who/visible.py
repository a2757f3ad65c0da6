"""Whether an event would have been seen, had somebody put it: only then does it tell anything that nobody was seen to.

Everything that could have shown it has to be on, read, and to have shown something: what was turned on a moment ago has shown nothing yet.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from dashboard.flow.answers import Question
from dashboard.flow.model import deliveries, hours, trees
from dashboard.flow.model.estate import Estate
from dashboard.flow.model.known import Key
from dashboard.flow.who import permitted, reading, sight
from dashboard.flow.who.sight import Place

_OF_CHANGES = "cloudtrail:LookupEvents"
Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Visible:
    """`hidden`: why it may have been put unseen, a clause. None: it would have been seen, and the sentences of `by` tell by what."""

    hidden: str | None
    by: str = ""


def on_buses(estate: Estate, key: Key, buses: Iterable[str]) -> Visible:
    """Of an event of the type that is put on any of these buses: by the log of the bus, or by the trails of all who may put there."""
    found = [_on_bus(estate, key, bus) for bus in buses]
    hidden = next((one.hidden for one in found if one.hidden), None)
    return Visible(hidden, " ".join(dict.fromkeys(one.by for one in found)))


def from_places(estate: Estate, places: Iterable[Place]) -> Visible:
    """Of a call from any of these accounts and regions: by their trails. Judged once: thousands of types ask of the same places."""
    judged: dict[frozenset[Place], Visible] = estate.memory.setdefault("visible-from-places", {})
    asked = frozenset(places)
    if asked not in judged:
        judged[asked] = _from_places(estate, sorted(asked))
    return judged[asked]


def _from_places(estate: Estate, asked: Sequence[Place]) -> Visible:
    hidden = next(filter(None, (_unlogged(estate, place) for place in asked)), None)
    if hidden:
        return Visible(hidden)
    spans = {place: span for place in asked if (span := hours.spans(estate).get(place))}
    if not spans:
        where = " or ".join(" ".join(place) for place in asked)
        return Visible(f"no call from {where} was ever found, so that nothing tells since when it is seen")
    told = (sentence for place in asked for sentence in _told(estate, place, spans.get(place)))
    return Visible(None, " ".join(dict.fromkeys(told)))


def places_of(estate: Estate, key: Key, bus: str) -> frozenset[Place]:
    """Accounts and regions from which the type may come to the bus, other accounts that its policy lets in among them."""
    places, _ = _from_where(estate, key, bus)
    return places


def _on_bus(estate: Estate, key: Key, bus: str) -> Visible:
    log = _by_log(estate, bus)
    if log.hidden is None or key[0].startswith("aws."):  # what a partner puts is in no trail of ours
        return log
    places, anyone = _from_where(estate, key, bus)
    if anyone:
        return Visible(f"{anyone}, and {log.hidden}")
    trails = from_places(estate, places)
    return trails if trails.hidden is None else Visible(f"{trails.hidden}, and {log.hidden}")


def _by_log(estate: Estate, bus: str) -> Visible:
    judged: dict[str, Visible] = estate.memory.setdefault("visible-by-log", {})
    if bus not in judged:
        judged[bus] = _judged_by_log(estate, bus)
    return judged[bus]


def _judged_by_log(estate: Estate, bus: str) -> Visible:
    """The log of a classic bus has every event; those of a new bus's subscribers only what one of them takes."""
    one, name = _logs(estate).get(bus), estate.name_of(bus)
    if one is None:
        return Visible(f"bus {name} was not collected")
    if one.kind == "new" or one.state != "on":
        return Visible(f"bus {name} does not log all that it takes in, or it is not known to")
    if not _was_read(estate, (one.account, one.region), deliveries.COLLECTOR):
        return Visible(f"the log of bus {name} was not read, or not all of it")
    rows = [row for row in deliveries.sums(estate) if row["bus_arn"] == bus and row["received"] is not None]
    if not rows:
        return Visible(f"nothing was found in the log of bus {name}")
    first, last = min(row["first_seen"] for row in rows), max(row["last_seen"] for row in rows)
    return Visible(None, f"The log of bus {name} tells of events {_during((first, last))}.")


def _logs(estate: Estate) -> dict[str, sight.LogSight]:
    if "log-sight-by-bus" not in estate.memory:
        estate.memory["log-sight-by-bus"] = {one.bus: one for one in sight.log_sight(estate)}
    found: dict[str, sight.LogSight] = estate.memory["log-sight-by-bus"]
    return found


def _from_where(estate: Estate, key: Key, bus: str) -> tuple[frozenset[Place], str | None]:
    """Places of the bus and of all who may put the type on it, or on a bus that forwards it there; and who may that no trail shows."""
    places: set[Place] = set()
    queue, met = [bus], {bus}
    for one in queue:
        if one not in estate.buses or not _is_read(estate, one):
            return frozenset(places), f"bus {estate.name_of(one)} could not be read"
        region = estate.region_of(one) or ""
        places.add((estate.account_of(one) or "", region))
        for who in permitted.permitted(estate, Question(*key), [one]):
            if who.account is None:
                return frozenset(places), f"the policy of bus {estate.name_of(one)} lets {who.name} put"
            places.add((who.account, region))
        if estate.links_to(one, "endpoint"):
            told = f"bus {estate.name_of(one)} is behind a global endpoint, whose calls trails log apart"
            return frozenset(places), told
        more = [other for other in _forwarding(estate, key, one) if other not in met]
        queue += more
        met.update(more)
    return frozenset(places), None


def _is_read(estate: Estate, bus: str) -> bool:
    judged: dict[str, bool] = estate.memory.setdefault("buses-read", {})
    if bus not in judged:
        judged[bus] = sight.is_read(estate, bus)
    return judged[bus]


def _forwarding(estate: Estate, key: Key, bus: str) -> Iterator[str]:
    """Buses of which a subscription may bring the type to this one."""
    tree = trees.of_type(*key)
    for other in sorted(estate.by_bus):
        subs = (sub for sub in estate.candidates(other, *key) if sub.target == bus)
        if any(sub.decide(tree).delivery != "never" for sub in subs):
            yield other


def _unlogged(estate: Estate, place: Place) -> str | None:
    """Why calls from the place may not have been seen."""
    where = " ".join(place)
    if place not in estate.places:
        return f"calls from {where} were not read"
    state = next(one for one in sight.trail_sight(estate) if (one.account, one.region) == place).state
    if state != "on":
        return f"not every call from {where} is logged" + (
            ", or it is not known" if state == "unknown" else ""
        )
    if not _was_read(estate, place, "traces"):
        return f"the log files about {where} were not read, or not all of them"
    return reading.elsewhere(estate, place)


def _was_read(estate: Estate, place: Place, collector: str) -> bool:
    """Whether the collector read all that tells of events there. Locations that settings name are told by the run's first scope."""
    run = estate.scopes.get((*place, collector))
    named = collector == deliveries.COLLECTOR and estate.settings.bus_logs
    return (
        run is not None
        and run["status"] in ("ok", "partial")
        and not any(
            gap["collector"] == collector
            and (named or (gap["account"], gap["region"]) == place)
            and gap["action"] != _OF_CHANGES
            and not gap["action"].startswith("iam:")
            for gap in estate.gap_rows
        )
    )


def _told(estate: Estate, place: Place, span: Span | None) -> tuple[str, str]:
    one = next(one for one in sight.trail_sight(estate) if (one.account, one.region) == place)
    where = " ".join(place)
    found = (
        f"Calls of {where} were found {_during(span)}." if span else f"No call of {where} was found at all."
    )
    return one.why, found


def _during(span: Span) -> str:
    return f"from {span[0]:%Y-%m-%d %H:%M} to {span[1]:%Y-%m-%d %H:%M} UTC"
