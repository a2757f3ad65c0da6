"""The catalogue of event types, domains, and what the Ask box finds."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from dashboard.flow.answers.asked import GapNote

KnownBy = Literal["schema", "observed", "pattern"]


FoundKind = Literal["event", "source", "bus", "rule", "resource", "producer", "domain", "owner", "field"]


@dataclass(frozen=True, slots=True)
class EventRow:
    """One event type of the catalogue. `producers` and `consumers` are counts of distinct ARNs.

    `producers` counts the observed and declared ones. `schema` is the schema's ARN. `orphan` is null, or says in a few
    words what is missing: no consumer, or no producer seen.
    """

    source: str
    detail_type: str
    buses: tuple[str, ...]
    domain: str | None
    owner: str | None
    schema: str | None
    producers: int
    consumers: int
    last_seen: datetime | None
    known_by: tuple[KnownBy, ...]
    events: int = 0
    orphan: str | None = None


@dataclass(frozen=True, slots=True)
class OpenSubscription:
    """A subscription that takes types which it does not name one by one; `family` says in words which.

    Prefixes, wildcards, any type of a source, catch-alls, and several sources with several types.
    """

    bus: str
    subscription: str
    name: str
    family: str
    catch_all: bool


@dataclass(frozen=True, slots=True)
class Events:
    """The catalogue, and apart from it what is open and what is malformed."""

    snapshot: str
    complete: bool
    gaps: tuple[GapNote, ...]
    events: tuple[EventRow, ...]
    open: tuple[OpenSubscription, ...] = ()
    malformed: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class DomainRow:
    """A domain and what it has. Domain null is what belongs to none."""

    domain: str | None
    owner: str | None
    events: int
    buses: int
    rules: int
    resources: int


@dataclass(frozen=True, slots=True)
class Found:
    """A hit of the search, best first. `score` is 0 to 1; `event` is set for event types."""

    kind: FoundKind
    label: str
    detail: str
    score: float
    arn: str | None = None
    event: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Search:
    """What was asked for and what fits. `intent` is what the sentence asked, `text` what was searched for."""

    text: str
    intent: Literal["consumers", "producers", "between", "reads", "failing", "any"]
    found: tuple[Found, ...]
