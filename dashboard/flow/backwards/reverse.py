"""The reverse: what a function, queue or bus consumes, and what it produces.

Both agree with `consumers` and `producers`: a resource has a row here for a type exactly when it has one there.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from dashboard.flow.answers import Consumer, GapNote, Question
from dashboard.flow.backwards import returning, upstream
from dashboard.flow.backwards.seeking import Arrival, Probe, Role, Seeking, is_certain
from dashboard.flow.backwards.upstream import Upstream
from dashboard.flow.model import arns, asking, completeness, domains, trees
from dashboard.flow.model.estate import Estate
from dashboard.flow.model.known import Key
from dashboard.flow.walk import again, paths
from dashboard.flow.walk.paths import Path
from dashboard.flow.who.consumers import row_of, told_once
from dashboard.flow.who.narrowing import Narrowing, key_of, settled

_ROLES: tuple[Role, ...] = ("consumes", "passes", "arrives")
_ANYWHERE = ("buses", "rules", "subscribers", "sources", "traces")
"""Collectors whose gaps anywhere may hide a way to anything: a rule may forward to any account and region."""
_NEAR = ("topics", "functions", "pipes", "streams")
"""Collectors whose gaps hide a way to resources of the same account and region."""


@dataclass(frozen=True, slots=True)
class Consumed:
    """An event type that gets to a resource, by one path.

    `row` is the consumer row, with the resource as its end. `role`: it consumes the event; it passes it on to a consumer;
    or the event arrives and goes no further. `domain` and `owner` are the event type's.
    """

    source: str
    detail_type: str
    domain: str | None
    owner: str | None
    role: Role
    row: Consumer


@dataclass(frozen=True, slots=True)
class Open:
    """A subscription on the way that takes types which it does not name one by one: more may come than is known."""

    arn: str
    bus: str
    subscription: str
    name: str
    family: str
    active: bool


class Reached(NamedTuple):
    """What gets to resources. `left_out` tells why more may than is known, `barred` of ways there that AWS does not go."""

    rows: tuple[Consumed, ...]
    left_out: tuple[str, ...] = ()
    barred: tuple[str, ...] = ()

    @property
    def notes(self) -> tuple[str, ...]:
        """All that there is to say beside the rows."""
        return (*self.barred, *self.left_out)


def consumed(estate: Estate, targets: Iterable[str], *, ends: bool = False) -> tuple[Consumed, ...]:
    """What gets to any of these resources, one row a (type, subscription, path): by type, what is active first.

    With `ends` only what they consume, not what they pass on: then many can be asked about at once.
    """
    return reached(estate, targets, ends=ends).rows


def reached(estate: Estate, targets: Iterable[str], *, ends: bool = False) -> Reached:
    """The same, with what there is to say beside it."""
    up = upstream.upstream(estate, map(arns.plain, targets))
    found = [
        arriving(estate, up, Question(*key), buses, ends=ends) for key, buses in upstream.types(estate, up)
    ]
    return together(found)


def together(found: Sequence[Reached]) -> Reached:
    """Several as one, in the order in which rows are shown."""
    return Reached(
        tuple(sorted((row for one in found for row in one.rows), key=_order)),
        tuple(dict.fromkeys(text for one in found for text in one.left_out)),
        tuple(dict.fromkeys(text for one in found for text in one.barred)),
    )


def arriving(
    estate: Estate, up: Upstream, asked: Question, buses: Iterable[str], *, ends: bool = False
) -> Reached:
    """Rows of one type that begins at these buses. What a schema settles is done; what it merely says, for one target."""
    tree = trees.of_type(asked.source, asked.detail_type)
    walk = Seeking(estate, up=up, ends=ends)
    arrivals = _arrivals(walk, buses, tree)
    rows = _told_once(estate, arrivals)
    # a schema takes nothing from what is certain: most questions need none
    if any(one.open for one in arrivals):
        schema = Narrowing(estate, asked)
        if schema.settles:
            arrivals = _arrivals(Seeking(estate, up=up, ends=ends), buses, schema.tree)
            rows, _ = schema.rows(rows, {_key(one.path): one.path.hops for one in arrivals})
        elif len(up.targets) == 1:
            rows, _ = schema.rows(rows)
    roles = {_key(one.path): one.role for one in arrivals}
    found = [_told(estate, asked, roles[key_of(row.bus, row.subscription, row.path)], row) for row in rows]
    found += [row for bus in buses if bus in up.targets for row in _entering(estate, asked, bus)]
    return Reached(tuple(found), again.left_out(walk), tuple(walk.barred))


def _told_once(estate: Estate, arrivals: Iterable[Arrival]) -> list[Consumer]:
    """The rows, each by its longest path. A shorter one stays where it goes further: the longer may end in a loop."""
    rows: list[Consumer] = []
    told: dict[Consumer, None] = {}
    for role in _ROLES:
        own = [row_of(estate, one.path) for one in arrivals if one.role == role]
        if own:
            rows += own
            kept = told_once(rows) if len(rows) > 1 else rows
            mine = set(own)
            told.update(dict.fromkeys(row for row in kept if row in mine))
    return list(told)


def _arrivals(walk: Seeking, buses: Iterable[str], tree: Any) -> list[Arrival]:
    for bus in buses:
        paths.walk(walk.estate, bus, tree, walk)
    if walk.ends and walk.up is not None:
        found = [path for path in walk.paths if path.hops[-1].arn in walk.up.targets]
        return [Arrival(path, "consumes", not is_certain(path.hops)) for path in found]
    return walk.arrivals


def _key(path: Path) -> tuple[Any, ...]:
    return key_of(path.bus, path.subscription, path.hops)


def _entering(estate: Estate, asked: Question, bus: str) -> list[Consumed]:
    """The row of a bus for a type that enters there: it came by no path. None where it may, and nothing would take it."""
    goes_on = _goes_on(estate, asked, bus)
    known_here = bool(asking.enters(estate, asked.source, asked.detail_type))
    if not known_here and not goes_on:
        return []
    row = Consumer(
        arn=bus,
        kind="bus",
        name=estate.name_of(bus),
        account=estate.account_of(bus),
        region=estate.region_of(bus),
        domain=estate.domain_of(bus),
        owner=estate.owner_of(bus),
        delivery="always" if known_here else "sometimes",
        when=() if known_here else ("it is put on this bus",),
        path=(),
        bus=bus,
        subscription="",
        active=True,
        deliverable="yes",
        note="It enters here." if known_here else "No bus is known for it: it may enter here.",
    )
    return [_told(estate, asked, "passes" if goes_on else "arrives", row)]


def _goes_on(estate: Estate, asked: Question, bus: str) -> bool:
    """Whether anything on the bus takes the type to a consumer, and its schemas do not rule that out."""
    probe = Probe(estate)
    paths.walk(estate, bus, trees.of_type(asked.source, asked.detail_type), probe)
    schema = None if probe.certain or not probe.paths else settled(estate, asked)
    if schema is None:
        return bool(probe.paths)
    narrowed = Probe(estate)
    paths.walk(estate, bus, schema.tree, narrowed)
    return bool(narrowed.paths)


def _told(estate: Estate, asked: Question, role: Role, row: Consumer) -> Consumed:
    domain, owner = whose(estate, (asked.source, asked.detail_type))
    return Consumed(asked.source, asked.detail_type, domain, owner, role, row)


def whose(estate: Estate, key: Key) -> tuple[str | None, str | None]:
    """Domain and owner of an event type; kept, since every row of it tells them."""
    memory: dict[Key, tuple[str | None, str | None]] = estate.memory.setdefault("whose", {})
    if key not in memory:
        memory[key] = domains.domain_of_event(estate, *key), domains.owner_of_event(estate, *key)
    return memory[key]


def _order(one: Consumed) -> tuple[Any, ...]:
    row = one.row
    head = (one.source, one.detail_type, not row.active, _ROLES.index(one.role), row.arn)
    return (*head, row.bus, row.subscription, len(row.path), [hop.arn for hop in row.path])


def open_ways(estate: Estate, targets: Iterable[str]) -> tuple[Open, ...]:
    """Subscriptions that may bring these resources types that nothing knows yet."""
    found = []
    for target in sorted(set(targets)):
        for sub in upstream.upstream(estate, [target]).last:
            if sub.filters and not all(one.is_open for one in sub.filters):
                continue
            words = [one.family for one in sub.filters if one.scope != "metadata"]
            family = " and ".join(words) or "any source, any detail type"
            found.append(Open(target, sub.bus, sub.arn, sub.name, family, sub.active))
    return tuple(sorted(set(found), key=lambda o: (o.arn, o.bus, o.subscription)))


def gaps_before(estate: Estate, resources: Iterable[str]) -> tuple[GapNote, ...]:
    """Gaps that may hide a way to these resources, or what they make."""
    wanted = list(resources)
    up = upstream.upstream(estate, wanted)
    places = {(estate.account_of(arn), estate.region_of(arn)) for arn in up.resources}
    found = dict.fromkeys(completeness.gaps_on(estate, up.resources))
    for row, note in zip(estate.gap_rows, estate.gaps, strict=True):
        near = row["collector"] in _NEAR and (row["account"], row["region"]) in places
        if near or row["collector"] in _ANYWHERE:
            found[note] = None
    found |= dict.fromkeys(completeness.gaps_on(estate, returning.unseen(estate, up.resources)))
    needs = {(*place, one) for place in estate.places for one in _ANYWHERE}
    needs |= {(account, region, one) for account, region in places if account and region for one in _NEAR}
    return tuple(dict.fromkeys((*found, *completeness.never_read(estate, needs, found))))


def of_type(rows: Iterable[Consumed]) -> dict[Key, list[Consumed]]:
    """The rows by their type."""
    found: dict[Key, list[Consumed]] = {}
    for row in rows:
        found.setdefault((row.source, row.detail_type), []).append(row)
    return found
