"""What a resource or team consumes and produces, as pages show it: asked once a snapshot, kept for every browser."""

from dataclasses import dataclass

import streamlit as st

from dashboard.flow import reversed_documents
from dashboard.flow.answers import Consumers, GapNote, Question
from dashboard.flow.backwards import making, reading, reverse, teams
from dashboard.flow.backwards.making import Produced
from dashboard.flow.backwards.named import Named
from dashboard.flow.backwards.reading import Dropped
from dashboard.flow.backwards.reverse import Consumed, Open
from dashboard.flow.backwards.teams import Team
from dashboard.flow.model.estate import Estate


@dataclass(frozen=True)
class ResourceAnswer:
    """What gets to a resource, what may come besides, what it makes, and what may hide more."""

    got: tuple[Consumed, ...]
    open: tuple[Open, ...]
    made: tuple[Produced, ...]
    gaps: tuple[GapNote, ...]
    notes: tuple[str, ...]


def resource(estate: Estate, one: Named) -> ResourceAnswer:
    """The answer for one resource."""
    return _resource(estate.snapshot.id, one.arn or "", estate)


@st.cache_resource(max_entries=500, show_spinner="Following what leads here …")
def _resource(snapshot_id: str, arn: str, _estate: Estate) -> ResourceAnswer:  # noqa: ARG001 - the id is the cache's key
    got = reverse.reached(_estate, [arn])
    return ResourceAnswer(
        got=got.rows,
        open=reverse.open_ways(_estate, [arn]),
        made=making.produced(_estate, [arn], permitted=True),
        gaps=reverse.gaps_before(_estate, [arn]),
        notes=got.notes,
    )


def team(estate: Estate, sort: teams.Sort, name: str) -> tuple[Team, tuple[GapNote, ...]]:
    """The team and the gaps that touch it."""
    return _team(estate.snapshot.id, sort, name, estate)


@st.cache_resource(max_entries=50, show_spinner="Following the events of the team …")
def _team(
    snapshot_id: str,  # noqa: ARG001 - the id is the cache's key
    sort: teams.Sort,
    name: str,
    _estate: Estate,
) -> tuple[Team, tuple[GapNote, ...]]:
    found = teams.team(_estate, sort, name)
    return found, reversed_documents.team_gaps(_estate, found)


@dataclass(frozen=True)
class ReadField:
    """A field that something on the way reads: for which consumers, and where."""

    field: str
    readers: frozenset[str]
    where: str


def fields_read(estate: Estate, got: Consumers) -> tuple[tuple[ReadField, ...], tuple[str, ...]]:
    """Fields that are read, and all that can be chosen."""
    return _fields_read(estate.snapshot.id, got.event, got, estate)


@st.cache_resource(max_entries=500, show_spinner=False)
def _fields_read(
    snapshot_id: str,  # noqa: ARG001 - the id and the question are the cache's key
    event: Question,  # noqa: ARG001
    _got: Consumers,
    _estate: Estate,
) -> tuple[tuple[ReadField, ...], tuple[str, ...]]:
    places: dict[str, dict[str, set[str]]] = {}
    for row, spot in reading.spots(_estate, _got):
        places.setdefault(spot.field, {}).setdefault(spot.place.removeprefix("the "), set()).add(row.arn)
    rows = [
        ReadField(field, frozenset().union(*found.values()), "; ".join(found))
        for field, found in sorted(places.items())
    ]
    return tuple(rows), reading.known_fields(_estate, _got)


def dropped(estate: Estate, got: Consumers, field: str) -> tuple[Dropped, ...]:
    """Who breaks without the field."""
    return _dropped(estate.snapshot.id, got.event, field, got, estate)


@st.cache_resource(max_entries=500, show_spinner="Trying without the field …")
def _dropped(
    snapshot_id: str,  # noqa: ARG001 - the id and the question are the cache's key
    event: Question,
    field: str,
    _got: Consumers,
    _estate: Estate,
) -> tuple[Dropped, ...]:
    return reading.dropped(_estate, event, field, _got)[1]
