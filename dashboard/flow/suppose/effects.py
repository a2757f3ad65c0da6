"""What a change does, path by path: the answer to "what if?". Plain and frozen, as the other answers are."""

from dataclasses import dataclass
from typing import Literal

from dashboard.flow.answers import Deliverable, Delivery, GapNote, Hop, Question
from dashboard.flow.suppose.changes import Change

EffectKind = Literal["loses", "gains", "changes", "stays"]
ORDER: tuple[EffectKind, ...] = ("loses", "gains", "changes", "stays")


@dataclass(frozen=True, slots=True)
class Receipt:
    """How a consumer gets the event over one path. `why` tells why it is not active, or not deliverable."""

    delivery: Delivery
    when: tuple[str, ...]
    active: bool
    deliverable: Deliverable
    why: str | None


@dataclass(frozen=True, slots=True)
class Effect:
    """What becomes of one path to one consumer. `before` and `after` are null where there is no such path.

    `why` is the reason in words, null where nothing changes. `reads` tells where a changed field is read on the way.
    `note`: a policy refuses it, the schema speaks against it, what else a reader should know. `elsewhere`: who loses this
    path still gets the event by another, or who gains it gets the event today.
    """

    effect: EffectKind
    arn: str
    kind: str
    name: str
    account: str | None
    region: str | None
    domain: str | None
    owner: str | None
    before: Receipt | None
    after: Receipt | None
    why: str | None
    reads: tuple[str, ...]
    note: str | None
    path: tuple[Hop, ...]
    bus: str
    subscription: str
    elsewhere: bool = False


@dataclass(frozen=True, slots=True)
class WhatIf:
    """The answer. `consumers` counts distinct consumers by what becomes of them over all their paths; `was` is how many get it today."""

    event: Question
    snapshot: str
    known: bool
    complete: bool
    gaps: tuple[GapNote, ...]
    changes: tuple[Change, ...]
    sentence: str
    was: int
    consumers: dict[EffectKind, int]
    effects: tuple[Effect, ...]
    buses: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    nearest: tuple[tuple[str, str], ...] = ()
