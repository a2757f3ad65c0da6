"""What became of an event type, by the logs of buses."""

from dataclasses import dataclass
from datetime import datetime

from dashboard.flow.answers.asked import Question
from dashboard.flow.answers.producing import Window


@dataclass(frozen=True, slots=True)
class LogState:
    """What a bus logs. `level` OFF, ERROR, INFO or TRACE (null: not known), `read` whether a record of it was read, `says` a sentence."""

    bus: str
    name: str
    level: str | None
    read: bool
    says: str


@dataclass(frozen=True, slots=True)
class BusFlow:
    """Events of a type on a bus, by its logs. Null: its logs do not tell. `read` is where they were read."""

    bus: str
    name: str
    received: int | None
    rejected: int | None
    unmatched: int | None
    read: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TargetFlow:
    """Events of a type at one target of one rule or subscriber, by the logs of its bus. Null: they do not tell.

    `latency_ms` is the mean from ingestion to the end of the delivery; `codes` what failed attempts ended with, most frequent first.
    """

    rule: str
    rule_name: str
    target: str
    target_name: str
    target_kind: str
    bus: str | None
    attempts: int | None
    retried: int | None
    throttled: int | None
    succeeded: int | None
    failed: int | None
    dead_lettered: int | None
    latency_ms: float | None
    latency_max_ms: int | None
    codes: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class HourLine:
    """Counts by the hour: `what` is received, unmatched, succeeded or failed. An hour that is not known is absent."""

    what: str
    name: str
    bus: str
    target: str | None
    times: tuple[datetime, ...]
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class TypeFlow:
    """What became of an event type in a window, by the logs of buses; `logging` tells of each bus what it logs."""

    event: Question
    window: Window
    buses: tuple[BusFlow, ...]
    targets: tuple[TargetFlow, ...]
    lines: tuple[HourLine, ...]
    logging: tuple[LogState, ...]


@dataclass(frozen=True, slots=True)
class Unmatched:
    """Events of a type that matched no rule of a bus, of those received, in all hours that are kept."""

    source: str
    detail_type: str
    bus: str
    events: int
    received: int | None
    last_seen: datetime
