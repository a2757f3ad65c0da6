"""One event against every subscription: the answer to "try an event". Plain and frozen, as the other answers are."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from dashboard.flow.answers import Consumer, FieldVerdict, GapNote, Question

Result = Literal["matches", "may match", "malformed", "does not match"]
ORDER: tuple[Result, ...] = ("matches", "may match", "malformed", "does not match")


@dataclass(frozen=True, slots=True)
class Tried:
    """What one subscription makes of the event. `reason` is one sentence: why it does not match, or what it depends on.

    `missed` of `asked` fields are not met, in the alternative that comes nearest. `consumers` are where the event would
    arrive through it. `why` tells why the subscription is not active.
    """

    subscription: str
    name: str
    kind: str
    bus: str
    result: Result
    active: bool
    why: str | None
    reason: str
    missed: int
    asked: int
    fields: tuple[FieldVerdict, ...] = ()
    consumers: tuple[Consumer, ...] = ()


@dataclass(frozen=True, slots=True)
class Trial:
    """The answer. `counts` are of all subscriptions of the buses; `tried` has those that match first, and the nearest misses.

    `consumers` is how many distinct ends get the event now: over active paths that no policy refuses, of subscriptions that
    match or may; `refused` how many more would, did a policy not refuse it.
    """

    event: Question
    snapshot: str
    known: bool
    complete: bool
    gaps: tuple[GapNote, ...]
    counts: dict[Result, int]
    consumers: int
    refused: int
    tried: tuple[Tried, ...]
    buses: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    sentence: str = ""


def sentence(asked: Question, counts: Mapping[Result, int], ends: tuple[int, int], off: int) -> str:
    """The answer in words; a malformed pattern is no match and no miss."""
    total, took = sum(counts.values()), counts["matches"]
    event = f"{asked.detail_type} ({asked.source})"
    if not total:
        return f"No subscription listens where {event} enters."
    told = f"{event} matches {took} of {total:,} subscription{'s' if total > 1 else ''}"
    told += f", {off} of them switched off, " if off else " "
    told += f"and would arrive at {_consumers(ends[0])}" if any(ends) else "and arrives nowhere"
    told += f". A policy keeps it from {ends[1]} more." if ends[1] else "."
    if counts["may match"]:
        told += f" {counts['may match']} may match: it depends on what the event leaves open."
    if counts["malformed"]:
        told += f" {counts['malformed']} cannot be told: the pattern cannot be read."
    return told


def _consumers(count: int) -> str:
    return "1 consumer" if count == 1 else f"{count:,} consumers"
