"""A team: a domain or an owner with all that is its own. What it takes of others, what others take of it."""

from collections.abc import Iterable
from dataclasses import dataclass

from collectors.errors import UsageError
from dashboard.flow.answers import GapNote, Question
from dashboard.flow.backwards import contracts, making, named, reverse
from dashboard.flow.backwards.contracts import Contract, Direction, Sort
from dashboard.flow.backwards.making import Produced
from dashboard.flow.backwards.reverse import Consumed, whose
from dashboard.flow.model import domains, near
from dashboard.flow.model.estate import Estate
from dashboard.flow.model.known import Key, known
from dashboard.flow.who import producers
from dashboard.flow.who.consumers import consumers

__all__ = ["Contract", "Direction", "Sort", "Team", "members", "own_types", "team"]


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
    between = (
        *contracts.takes(estate, sort, set(types), got.rows),
        *contracts.gives(estate, sort, name, given),
    )
    cut = (note for one in given.values() if not one.complete for note in one.notes)
    notes = tuple(dict.fromkeys((*got.left_out, *cut)))
    gaps = tuple(dict.fromkeys(gap for one in given.values() for gap in one.gaps))
    return Team(sort, name, mine, types, got.rows, produced, between, notes, gaps)


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
