"""Between two: whether there is a path from an event type, a resource or a team to a resource or a team, and which.

A no is said only where nothing that could not be read lies on the way; otherwise a path cannot be ruled out.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal

from dashboard.flow.answers import Consumer, Deliverable, Delivery, GapNote, Hop, Question
from dashboard.flow.backwards import named, reverse, starting, teams, upstream
from dashboard.flow.backwards.named import Named
from dashboard.flow.backwards.seeking import Role, Seeking
from dashboard.flow.backwards.starting import Start
from dashboard.flow.backwards.upstream import Upstream
from dashboard.flow.model import arns, completeness
from dashboard.flow.model.estate import Estate
from dashboard.flow.model.known import Key
from dashboard.flow.walk import again
from dashboard.flow.walk.paths import Walk
from dashboard.flow.who.consumers import row_of

Answer = Literal["yes", "no", "unknown"]
MOST = 20
MOST_TYPES = 400
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
    """Is there a path? `answer` unknown: it cannot be ruled out. `reasons` tell why it is not, or may not be; or what to mind.

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


def between(estate: Estate, start: Named, end: Named) -> Between:
    """Whether events of the start get to the end. The start is anything that has a name, the end a resource or a team."""
    targets = _targets(estate, end)
    begun, doubts = starting.starts(estate, start)
    up = upstream.upstream(estate, targets)
    roles: tuple[Role, ...] = (
        ("consumes",) if end.sort in ("domain", "owner") else ("consumes", "passes", "arrives")
    )
    barred: dict[str, None] = {}
    found = [(one, route) for one in begun for route in _routes(estate, up, one, roles, barred)]
    routes = _grouped([route for _, route in found])
    working = [(one, route) for one, route in found if route.works]
    if working:
        shown, delivery = tuple(routes[:MOST]), _delivery(begun, working)
        along = {resource for route in shown for resource in (route.start, *(hop.arn for hop in route.path))}
        gaps = completeness.gaps_on(estate, along)
        reasons = (*doubts, *starting.says(estate, start))
        return Between(start, end, "yes", delivery, shown, len(routes), reasons, gaps)
    walk = _walked(estate, begun)
    gaps, unsure = _doubts(estate, walk, targets, left_out=len(begun) > MOST_TYPES)
    unsure += [text for route in routes if route.unread for text in route.when]
    against = (*(route.why for route in routes if route.why), *barred, *_of_failures(estate, walk, up))
    reasons = (*doubts, *unsure, *dict.fromkeys(against))
    answer: Answer = "unknown" if doubts or unsure else "no"
    return Between(start, end, answer, None, tuple(routes[:MOST]), len(routes), reasons, gaps)


def _targets(estate: Estate, end: Named) -> frozenset[str]:
    if end.arn is not None:
        return frozenset({end.arn})
    sort: teams.Sort = "domain" if end.sort == "domain" else "owner"
    return frozenset(teams.members(estate, sort, end.name)) - estate.buses.keys()


def _routes(
    estate: Estate, up: Upstream, start: Start, roles: Iterable[Role], barred: dict[str, None]
) -> Iterator[Route]:
    """The paths of one start to the targets, where they have one of these roles; `barred` gets the ways AWS does not go."""
    at = [arn for arn in start.at if arn in up.resources]
    if not at:
        return
    if start.key is not None:
        asked = Question(*start.key)
        found = reverse.arriving(estate, up, asked, at, ends=roles == ("consumes",))
        barred |= dict.fromkeys(found.barred)
        yield from (_route(one.row, (start.key,)) for one in found.rows if one.role in roles)
        return
    walk = Seeking(estate, up=up)
    starting.go(estate, walk, start)
    barred |= walk.barred
    for path, role, _ in walk.arrivals:
        if role in roles:
            row = row_of(estate, replace(path, bus=at[0], hops=starting.own(path.hops)))
            yield _route(row, ())


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


def _delivery(starts: Iterable[Start], working: Iterable[tuple[Start, Route]]) -> Delivery:
    """Always: every type that was asked about has a way that takes it for certain."""
    sure = {one.key for one, route in working if route.delivery == "always"}
    return "always" if all(one.key in sure for one in starts) else "sometimes"


def _walked(estate: Estate, begun: list[Start]) -> Walk:
    """All the ways that the events take, whether or not they lead to the end."""
    walk = Walk(estate)
    for one in begun[:MOST_TYPES]:
        starting.go(estate, walk, one)
    return walk


def _doubts(
    estate: Estate, walk: Walk, targets: frozenset[str], *, left_out: bool
) -> tuple[tuple[GapNote, ...], list[str]]:
    """What could not be read along all the ways that the events take."""
    gaps = tuple(
        gap
        for gap in completeness.gaps_on(estate, walk.touched)
        if gap.collector in _HIDE or (gap.account, gap.region) not in estate.places
    )
    said = [gap.message for gap in gaps[:3]]
    said += again.unfollowed(walk)
    if walk.cut or left_out:
        said.append("There are more paths than were walked.")
    far = sorted({_place(estate, arn) for arn in targets if not _collected(estate, arn)})
    said += [f"{place} was not collected: what reads there is not known." for place in far]
    return gaps, said


def _of_failures(estate: Estate, walk: Walk, up: Upstream) -> Iterator[str]:
    """Dead-letter queues on the ways that lead to the end: a failure is no path."""
    dead = {(hop.arn, hop.dead_letter) for path in walk.paths for hop in path.hops}
    dead |= {(arn, (estate.row_of(arn) or {}).get("dead_letter_arn")) for arn in walk.touched}
    dead |= {(arn, link["to_arn"]) for arn in walk.touched for link in estate.links_from(arn, "redrive")}
    for arn, queue in sorted((arn, arns.plain(queue)) for arn, queue in dead if queue):
        if queue in up.resources:
            failed = f"{estate.kind_of(arn)} {estate.name_of(arn)}"
            yield f"Only what fails at {failed} gets there: through its dead-letter queue {estate.name_of(queue)}."


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
