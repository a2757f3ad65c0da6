"""Between two: whether there is a path from an event type, a resource or a team to a resource or a team, and which.

A no is said only where nothing that could not be read lies on the way; otherwise a path cannot be ruled out.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal

from dashboard.flow.answers import Consumer, Deliverable, Delivery, GapNote, Hop, Question
from dashboard.flow.backwards import making, named, reverse, teams, upstream
from dashboard.flow.backwards.making import Produced
from dashboard.flow.backwards.named import Named
from dashboard.flow.backwards.reverse import Role, Seeking
from dashboard.flow.backwards.upstream import Upstream
from dashboard.flow.model import arns, completeness, trees
from dashboard.flow.model.estate import Estate, Row
from dashboard.flow.model.known import Key
from dashboard.flow.model.matching import UNKNOWN
from dashboard.flow.walk import again, paths
from dashboard.flow.walk.paths import Walk
from dashboard.flow.walk.ways import Way
from dashboard.flow.who.consumers import row_of

Answer = Literal["yes", "no", "unknown"]
MOST = 20
MOST_TYPES = 400
_CARRY = ("bus", "queue", "topic", "stream", "table", "kafka-cluster", "pipe", "event-source", "endpoint")
"""Resources that carry on what they get, by configuration alone."""
_HANDS = ("schedule", "async-destination", "notification")
"""Links by which a resource hands on messages of its own; onto a bus they are event types that it makes."""
_HIDE = ("buses", "rules", "subscribers", "sources", "topics", "functions", "pipes", "streams")
"""Collectors whose gaps may hide a way; the others read what resources are, not where events go."""


@dataclass(frozen=True, slots=True)
class Route:
    """One path: from `start` (a bus, or the resource that carries) over `path` to its end. `types` are those that take it.

    `types` is empty where the question was about whatever passes the start.
    """

    start: str
    types: tuple[Key, ...]
    path: tuple[Hop, ...]
    delivery: Delivery
    when: tuple[str, ...]
    active: bool
    deliverable: Deliverable
    why: str | None
    note: str | None

    @property
    def works(self) -> bool:
        """Whether nothing known stops it: switched on, not refused by a policy, and its filters are known."""
        return self.active and self.deliverable != "no" and not self.unread

    @property
    def unread(self) -> bool:
        """Whether a filter on it could not be read: then nobody can tell."""
        return any("cannot be read" in text or "could not be read" in text for text in self.when)


@dataclass(frozen=True, slots=True)
class Between:
    """Is there a path? `answer` unknown: it cannot be ruled out, and `reasons` tell why.

    `delivery` always: every type that was asked about has a path that takes it for certain. `routes` are the shortest of `total`.
    """

    start: Named
    end: Named
    answer: Answer
    delivery: Delivery | None
    routes: tuple[Route, ...]
    total: int
    reasons: tuple[str, ...]
    gaps: tuple[GapNote, ...]


@dataclass(frozen=True, slots=True)
class _Start:
    """Where events begin: a type at its buses, or (key null) whatever passes one resource, or is carried by one link to it."""

    at: tuple[str, ...]
    key: Key | None = None
    link: Row | None = None


def between(estate: Estate, start: Named, end: Named) -> Between:
    """Whether events of the start get to the end. The start is anything that has a name, the end a resource or a team."""
    targets = _targets(estate, end)
    starts, doubts = _starts(estate, start)
    up = upstream.upstream(estate, targets)
    roles: tuple[Role, ...] = (
        ("consumes",) if end.sort in ("domain", "owner") else ("consumes", "passes", "arrives")
    )
    found = [(one, route) for one in starts for route in _routes(estate, up, one, roles)]
    routes = _grouped([route for _, route in found])
    working = [(one, route) for one, route in found if route.works]
    if working:
        shown, delivery = tuple(routes[:MOST]), _delivery(starts, working)
        along = {resource for route in shown for resource in (route.start, *(hop.arn for hop in route.path))}
        gaps = completeness.gaps_on(estate, along)
        return Between(start, end, "yes", delivery, shown, len(routes), tuple(doubts), gaps)
    gaps, unsure = _doubts(estate, starts, targets)
    unsure += [text for route in routes if route.unread for text in route.when]
    reasons = (*doubts, *unsure, *dict.fromkeys(route.why for route in routes if route.why))
    answer: Answer = "unknown" if doubts or unsure else "no"
    return Between(start, end, answer, None, tuple(routes[:MOST]), len(routes), reasons, gaps)


def _targets(estate: Estate, end: Named) -> frozenset[str]:
    if end.arn is not None:
        return frozenset({end.arn})
    sort: teams.Sort = "domain" if end.sort == "domain" else "owner"
    return frozenset(teams.members(estate, sort, end.name)) - estate.buses.keys()


def _starts(estate: Estate, start: Named) -> tuple[list[_Start], list[str]]:
    """Where the events begin, and what makes that list doubtful."""
    if start.event is not None:
        return [_Start(upstream.entering(estate, start.event), start.event)], []
    if start.arn is None:
        return _of_team(estate, start)
    made = making.produced(estate, [start.arn])
    keys = {(one.source, one.detail_type): one.row.arn for one in made}
    found = [_Start(_puts_on(estate, arn, key), key) for key, arn in keys.items()]
    links = [row for row in estate.links_from(start.arn, *_HANDS) if estate.kind_of(row["to_arn"]) != "bus"]
    found += [_Start((arns.plain(row["to_arn"]),), link=row) for row in links]
    if start.kind in _CARRY:
        return [_Start((start.arn,)), *found], []
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


def _of_team(estate: Estate, start: Named) -> tuple[list[_Start], list[str]]:
    sort: teams.Sort = "domain" if start.sort == "domain" else "owner"
    made = making.produced(estate, teams.members(estate, sort, start.name))
    keys = teams.own_types(estate, sort, start.name, made)
    found = [_Start(upstream.entering(estate, key), key) for key in keys]
    if not keys:
        return [], [f"No event type is known to be of the {sort} {start.name}."]
    unseen = (
        []
        if estate.traces
        else ["No traces were collected: its resources may put events that nothing tells of."]
    )
    return found, unseen or _untraced(estate)


def _routes(estate: Estate, up: Upstream, start: _Start, roles: Iterable[Role]) -> Iterator[Route]:
    """The paths of one start to the targets, where they have one of these roles."""
    at = [arn for arn in start.at if arn in up.resources]
    if not at:
        return
    if start.key is not None:
        asked = Question(*start.key)
        found = reverse.arriving(estate, up, asked, at, ends=roles == ("consumes",))
        yield from (_route(one.row, (start.key,)) for one in found if one.role in roles)
        return
    walk = Seeking(estate, up=up)
    _go(estate, walk, start)
    for path, role, _ in walk.arrivals:
        if role in roles:
            yield _route(row_of(estate, replace(path, bus=at[0], hops=_own(path.hops))), ())


def _route(row: Consumer, keys: tuple[Key, ...]) -> Route:
    return Route(
        start=row.bus,
        types=keys,
        path=row.path,
        delivery=row.delivery,
        when=row.when,
        active=row.active,
        deliverable=row.deliverable,
        why=row.why,
        note=row.note,
    )


def _own(hops: tuple[Hop, ...]) -> tuple[Hop, ...]:
    """The hops without the one that only says where the walk began."""
    return hops[1:] if hops[0].via == _BEGIN else hops


_BEGIN = "start"


def _go(estate: Estate, walk: Walk, start: _Start) -> None:
    """Walk on from the start with what is known of its events."""
    tree: Any = trees.of_type(*start.key) if start.key else trees.any_event()
    if start.link is not None:
        walk.touched.update(start.at)
        paths.along(walk, start.link, UNKNOWN)
        return
    for at in start.at:
        if at in estate.buses:
            paths.walk(estate, at, tree, walk)
            continue
        kind = estate.kind_of(at)
        walk.touched.add(at)
        first = Hop(at, kind, _BEGIN, name=estate.name_of(at), deliverable="yes")
        begun = Way(at, by=at, hops=(first,), attributes=_attributes(estate, at))
        paths.beyond(walk, begun, tree if kind in ("event-source", "endpoint", "bus") else UNKNOWN)


def _attributes(estate: Estate, topic: str) -> tuple[str, ...]:
    """Message attributes that filter policies of a topic ask for: whoever publishes there may send them."""
    policies = [
        row for row in estate.links_from(topic, "sns-subscription") if row["dialect"] == "sns-attributes"
    ]
    patterns = [
        estate.filter_of(text, "sns-attributes").pattern for row in policies for text in row["filters"]
    ]
    return tuple(dict.fromkeys(name for one in patterns if one is not None for name in one.fields()))


def _grouped(routes: Iterable[Route]) -> list[Route]:
    """Distinct paths, each with all its types: what works first, then the shortest."""
    groups: dict[tuple[Any, ...], list[Route]] = {}
    for one in routes:
        groups.setdefault((one.start, one.path, one.delivery, one.when), []).append(one)
    merged = [_merged(group) for group in groups.values()]
    return sorted(
        merged,
        key=lambda r: (not r.works, len(r.path), r.delivery, r.start, [h.arn for h in r.path], r.types),
    )


def _merged(group: list[Route]) -> Route:
    return replace(group[0], types=tuple(sorted({key for route in group for key in route.types})))


def _delivery(starts: Iterable[_Start], working: Iterable[tuple[_Start, Route]]) -> Delivery:
    """Always: every type that was asked about has a way that takes it for certain."""
    sure = {one.key for one, route in working if route.delivery == "always"}
    return "always" if all(one.key in sure for one in starts) else "sometimes"


def _doubts(
    estate: Estate, starts: list[_Start], targets: frozenset[str]
) -> tuple[tuple[GapNote, ...], list[str]]:
    """What could not be read along all the ways that the events take, whether or not they lead to the end."""
    walk = Walk(estate)
    for one in starts[:MOST_TYPES]:
        _go(estate, walk, one)
    gaps = tuple(
        gap
        for gap in completeness.gaps_on(estate, walk.touched)
        if gap.collector in _HIDE or (gap.account, gap.region) not in estate.places
    )
    said = [gap.message for gap in gaps[:3]]
    said += again.unfollowed(walk)
    if walk.cut or len(starts) > MOST_TYPES:
        said.append("There are more paths than were walked.")
    far = sorted({_place(estate, arn) for arn in targets if not _collected(estate, arn)})
    said += [f"{place} was not collected: what reads there is not known." for place in far]
    return gaps, said


def _collected(estate: Estate, arn: str) -> bool:
    if arns.parts(arn) is None:
        return True
    return (estate.account_of(arn), estate.region_of(arn)) in estate.places


def _place(estate: Estate, arn: str) -> str:
    return f"Account {estate.account_of(arn)}, {estate.region_of(arn)}"


def ask(estate: Estate, start: str, end: str) -> tuple[Between, ...]:
    """Between all that the two texts name, each pair on its own. Raises UsageError for what nothing is called."""
    starts, ends = named.find(estate, start), named.ends(estate, end)
    return tuple(between(estate, one, other) for one in starts for other in ends if one != other)
