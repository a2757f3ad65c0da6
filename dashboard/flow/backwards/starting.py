"""Where the events of a question about a path begin, and what is known of them there."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from dashboard.flow.answers import Hop
from dashboard.flow.backwards import making, teams, upstream
from dashboard.flow.backwards.making import Produced
from dashboard.flow.backwards.named import Named
from dashboard.flow.model import arns, completeness, trees
from dashboard.flow.model.estate import Estate, Row
from dashboard.flow.model.known import Key
from dashboard.flow.model.matching import UNKNOWN
from dashboard.flow.walk import paths
from dashboard.flow.walk.paths import Walk
from dashboard.flow.walk.ways import Way

_CARRY = ("bus", "queue", "topic", "stream", "table", "kafka-cluster", "pipe", "event-source", "endpoint")
"""Resources that carry on what they get, by configuration alone."""
_HANDS = ("schedule", "async-destination", "notification")
"""Links by which a resource hands on messages of its own; onto a bus they are event types that it makes."""


@dataclass(frozen=True, slots=True)
class Start:
    """Where events begin: a type at its buses, or (key null) whatever passes one resource, or is carried by one link to it."""

    at: tuple[str, ...]
    key: Key | None = None
    link: Row | None = None


def starts(estate: Estate, start: Named) -> tuple[list[Start], list[str]]:
    """Where the events begin, and what makes that list doubtful."""
    if start.event is not None:
        return [Start(upstream.entering(estate, start.event), start.event)], []
    if start.arn is None:
        return _of_team(estate, start)
    made = making.produced(estate, [start.arn])
    keys = {(one.source, one.detail_type): one.row.arn for one in made}
    found = [Start(_puts_on(estate, arn, key), key) for key, arn in keys.items()]
    links = [row for row in estate.links_from(start.arn, *_HANDS) if estate.kind_of(row["to_arn"]) != "bus"]
    found += [Start((arns.plain(row["to_arn"]),), link=row) for row in links]
    if start.kind in _CARRY:
        return [Start((start.arn,)), *found], []
    return found, _unseen(estate, start, made, links)


def _unseen(estate: Estate, start: Named, made: Iterable[Produced], links: list[Row]) -> list[str]:
    """Why a resource may put events that nothing tells of: its code may put anything, and only a trace shows it."""
    if start.kind in ("schedule", "aws-service"):
        return [] if made or links else [f"Where {start.name} leads is not known."]
    if any(one.shared for one in made):
        return ["The role is shared: which of its events are this one's is not known."]
    if not any(one.row.evidence == "observed" for one in made):
        return [f"What {start.name} puts on a bus was not seen: no trace tells."]
    return _untraced(estate)


def _untraced(estate: Estate) -> list[str]:
    """Trails that were not read may hide any event that somebody puts."""
    notes = [note for note in estate.gaps if note.collector == "traces"]
    notes += completeness.never_read(estate, [(*place, "traces") for place in estate.places], notes)
    return list(dict.fromkeys(note.message for note in notes))[:3]


def _puts_on(estate: Estate, resource: str, key: Key) -> tuple[str, ...]:
    """Where the resource puts the type; where that is not told, wherever the type enters."""
    return tuple(sorted(making.puts_on(estate, resource, key))) or upstream.entering(estate, key)


def _of_team(estate: Estate, start: Named) -> tuple[list[Start], list[str]]:
    sort: teams.Sort = "domain" if start.sort == "domain" else "owner"
    made = making.produced(estate, teams.members(estate, sort, start.name))
    keys = teams.own_types(estate, sort, start.name, made)
    found = [Start(upstream.entering(estate, key), key) for key in keys]
    if not keys:
        return [], [f"No event type is known to be of the {sort} {start.name}."]
    unseen = (
        []
        if estate.traces
        else ["No traces were collected: its resources may put events that nothing tells of."]
    )
    return found, unseen or _untraced(estate)


def own(hops: tuple[Hop, ...]) -> tuple[Hop, ...]:
    """The hops without the one that only says where the walk began."""
    return hops[1:] if hops[0].via == _BEGIN else hops


_BEGIN = "start"


def go(estate: Estate, walk: Walk, start: Start) -> None:
    """Walk on from the start with what is known of its events."""
    tree: Any = trees.of_type(*start.key) if start.key else trees.any_event()
    if start.link is not None:
        walk.touched.update(start.at)
        paths.along(walk, start.link, UNKNOWN)
        return
    for at in start.at:
        if at in estate.buses:
            bare = start.key is None and _takes_bare(estate, at)
            paths.walk(estate, at, UNKNOWN if bare else tree, walk)
            continue
        kind = estate.kind_of(at)
        walk.touched.add(at)
        first = Hop(at, kind, _BEGIN, name=estate.name_of(at), deliverable="yes")
        begun = Way(at, by=at, hops=(first,), attributes=_attributes(estate, at))
        paths.beyond(walk, begun, tree if kind in ("event-source", "endpoint", "bus") else UNKNOWN)


def _takes_bare(estate: Estate, bus: str) -> bool:
    """Whether events without an envelope may be put on the bus: a new one takes bare payloads, by PutRawEvents."""
    return (estate.buses.get(bus) or {}).get("kind") == "new"


def says(estate: Estate, start: Named) -> list[str]:
    """What there is to mind of whatever passes the start."""
    if start.arn is None or not _takes_bare(estate, start.arn):
        return []
    return [f"What PutRawEvents puts on bus {start.name} has no envelope: filters see the bare payload."]


def _attributes(estate: Estate, topic: str) -> tuple[str, ...]:
    """Message attributes that filter policies of a topic ask for: whoever publishes there may send them."""
    policies = [
        row for row in estate.links_from(topic, "sns-subscription") if row["dialect"] == "sns-attributes"
    ]
    patterns = [
        estate.filter_of(text, "sns-attributes").pattern for row in policies for text in row["filters"]
    ]
    return tuple(dict.fromkeys(name for one in patterns if one is not None for name in one.fields()))
