"""Who produces: graded producers, and the time that their counts are of."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from dashboard.flow.answers.asked import GapNote, Question

Evidence = Literal["observed", "declared", "permitted", "named"]


@dataclass(frozen=True, slots=True)
class Producer:
    """A producer row: one a (event type, principal), of those that may one a bus too, or one a declaration. `source` is the source it puts with.

    `events` counts accepted entries and `failed` rejected ones, both null unless observed, in the answer's window. `read` says where
    the evidence was read: a trail's location, a bus's log, a link, a rule, a policy, a setting. `known_as` is what people call
    the principal where its name does not tell; `shared` are ARNs of all that run as a role which several share; `via` is the
    service that called on its behalf.
    """

    arn: str
    kind: str
    name: str
    account: str | None
    region: str | None
    domain: str | None
    owner: str | None
    evidence: Evidence
    principal: str | None
    source: str
    first_seen: datetime | None = None
    last_seen: datetime | None = None
    events: int | None = None
    failed: int | None = None
    bus: str | None = None
    read: str | None = None
    active: bool = True
    note: str | None = None
    known_as: str | None = None
    shared: tuple[str, ...] = ()
    via: str | None = None


@dataclass(frozen=True, slots=True)
class Window:
    """A span of time, UTC: from `start` until before `end`."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Producers:
    """Who produces the event, best evidence first.

    `window` is the time that the counts are of; null when nothing was read that could count. `notes` say what could not be
    observed because it is switched off, and what was not asked for.
    """

    event: Question
    snapshot: str
    known: bool
    complete: bool
    gaps: tuple[GapNote, ...]
    producers: tuple[Producer, ...]
    nearest: tuple[tuple[str, str], ...] = ()
    window: Window | None = None
    notes: tuple[str, ...] = ()
