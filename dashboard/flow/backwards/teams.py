"""A team: a domain or an owner with all that is its own. What it takes of others, what others take of it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from collectors.errors import UsageError
from dashboard.flow.answers import Consumers, Delivery, GapNote, Question
from dashboard.flow.backwards import making, named, reverse
from dashboard.flow.backwards.making import Produced
from dashboard.flow.backwards.reverse import Consumed, whose
from dashboard.flow.model import domains, near
from dashboard.flow.model.estate import Estate
from dashboard.flow.model.known import Key, known
from dashboard.flow.who import producers
from dashboard.flow.who.consumers import consumers

Sort = Literal["domain", "owner"]
Direction = Literal["takes", "gives"]


@dataclass(frozen=True, slots=True)
class Contract:
    """An event type between two teams. `takes`: it consumes the other's event; `gives`: the other consumes its own.

    `other` is null where the event or the consumer belongs to nobody. `ends` are the consumers' ARNs. `active` and
    `delivery` are the best of their rows.
    """

    direction: Direction
    other: str | None
    source: str
    detail_type: str
    ends: tuple[str, ...]
    delivery: Delivery
    active: bool


@dataclass(frozen=True, slots=True)
class Team:
    """What a domain or owner has, consumes and produces. `types` are its own event types.

    `notes` tell what was left out, `gaps` what may hide who consumes its events.
    """

    sort: Sort
    name: str
    members: tuple[str, ...]
    types: tuple[Key, ...]
    consumed: tuple[Consumed, ...]
    produced: tuple[Produced, ...]
    contracts: tuple[Contract, ...]
    notes: tuple[str, ...] = ()
    gaps: tuple[GapNote, ...] = ()


def team(estate: Estate, sort: Sort, name: str) -> Team:
    """The domain or owner of this name. Raises UsageError with the nearest names where there is none."""
    every = domains.names(estate) if sort == "domain" else named.owners(estate)
    if name not in every:
        close = near.nearest(name, every, 3) or every[:5]
        raise UsageError(f"There is no {sort} {name}. The nearest: {', '.join(close) or 'none'}.")
    mine = members(estate, sort, name)
    produced = making.produced(estate, mine) + _named(estate, sort, name)
    types = own_types(estate, sort, name, produced)
    ends = [arn for arn in mine if arn not in estate.buses]
    got = reverse.reached(estate, ends, ends=True)
    given = {key: consumers(estate, Question(*key)) for key in types}
    contracts = (*_takes(sort, set(types), got.rows), *_gives(sort, name, given))
    cut = (note for one in given.values() if not one.complete for note in one.notes)
    notes = tuple(dict.fromkeys((*got.left_out, *cut)))
    gaps = tuple(dict.fromkeys(gap for one in given.values() for gap in one.gaps))
    return Team(sort, name, mine, types, got.rows, produced, contracts, notes, gaps)


def members(estate: Estate, sort: Sort, name: str) -> tuple[str, ...]:
    """Buses and resources of the domain or owner, by tag or account."""
    of = estate.domain_of if sort == "domain" else estate.owner_of
    return tuple(arn for arn in sorted((*estate.buses, *estate.resources)) if of(arn) == name)


def own_types(estate: Estate, sort: Sort, name: str, produced: Iterable[Produced]) -> tuple[Key, ...]:
    """Event types that are the team's: by the catalogue, and where that names nobody, those that it makes."""
    part = 0 if sort == "domain" else 1
    found = {key for key in known(estate) if whose(estate, key)[part] == name}
    made = {(one.source, one.detail_type) for one in produced if not one.shared}
    return tuple(sorted(found | {key for key in made if whose(estate, key)[part] is None}))


def _named(estate: Estate, sort: Sort, name: str) -> tuple[Produced, ...]:
    """Types that only the domain's source prefix points to: `producers` then names the domain itself."""
    if sort == "owner":
        return ()
    found = []
    for key in sorted(known(estate)):
        if domains.domain_of_source(estate, key[0]) == name:
            rows = producers.producers(estate, Question(*key)).producers
            found += [Produced(*key, *whose(estate, key), row) for row in rows if row.evidence == "named"]
    return tuple(found)


def _takes(sort: Sort, own: set[Key], rows: Iterable[Consumed]) -> list[Contract]:
    groups: dict[tuple[Any, ...], list[Any]] = defaultdict(list)
    for one in rows:
        key = (one.source, one.detail_type)
        if key not in own:
            groups[one.domain if sort == "domain" else one.owner, key].append(one.row)
    return _contracts("takes", groups)


def _gives(sort: Sort, name: str, given: Mapping[Key, Consumers]) -> list[Contract]:
    groups: dict[tuple[Any, ...], list[Any]] = defaultdict(list)
    for key, answer in given.items():
        for row in answer.consumers:
            other = row.domain if sort == "domain" else row.owner
            if other != name:
                groups[other, key].append(row)
    return _contracts("gives", groups)


def _contracts(direction: Direction, groups: dict[tuple[Any, ...], list[Any]]) -> list[Contract]:
    found = []
    for (other, (source, detail_type)), rows in sorted(
        groups.items(), key=lambda item: (item[0][0] or "~", item[0][1])
    ):
        on = [row for row in rows if row.active]
        always = any(row.delivery == "always" for row in on or rows)
        ends = tuple(sorted({row.arn for row in rows}))
        found.append(
            Contract(
                direction, other, source, detail_type, ends, "always" if always else "sometimes", bool(on)
            )
        )
    return found
