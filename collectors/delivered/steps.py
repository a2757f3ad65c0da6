"""A record of a bus's log, or of a subscriber's, as a step: which event, of which type, where to, and how that went.

The schemas are AWS's: "event bus log schema" of the EventBridge guide for classic buses, "Observability for the Custom Event
Bus" for new ones. Nothing of the payload is kept: of an error its status word and its HTTP status, never its message.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Any, Literal, NamedTuple

import orjson

Level = Literal["ERROR", "INFO", "TRACE"]
LEVELS: tuple[Level, ...] = ("ERROR", "INFO", "TRACE")

RECEIVED, REJECTED, UNMATCHED = "EVENT_INGEST_SUCCESS", "EVENT_INGEST_FAILURE", "NO_STANDARD_RULES_MATCHED"
TYPED = (RECEIVED, REJECTED, "EVENT_RECEIPT", "RULE_MATCH_START")
"""Records that tell source, detail type and calling account of their event."""
STAGES: Mapping[str, tuple[str, ...]] = {
    RECEIVED: ("received",),
    REJECTED: ("rejected",),
    UNMATCHED: ("unmatched",),
    "RULE_MATCH": ("matched",),
    "INVOCATION_ATTEMPT_SUCCESS": ("tried",),
    "INVOCATION_ATTEMPT_RETRYABLE_FAILURE": ("retried",),
    "INVOCATION_ATTEMPT_THROTTLE": ("throttled",),
    "INVOCATION_ATTEMPT_PERMANENT_FAILURE": ("refused",),
    "INVOCATION_SUCCESS": ("succeeded",),
    "INVOCATION_FAILURE": ("failed",),
    "INVOCATION_DLQ": ("dead_lettered",),
    "SUBSCRIBER_MATCHED": ("matched",),
}
"""message_type → what it counts as; tried and refused are attempts that went well, and that are not repeated."""
ENDED: Mapping[str, tuple[str, ...]] = {
    "EVENTS_DELIVERED": ("succeeded",),
    "ON_FAILURE_DESTINATION_DELIVERED": ("dead_lettered",),
    "EVENTS_DROPPED": ("failed",),
}
"""terminal_kind of a subscriber's record → what it counts as."""
ATTEMPT, TRANSFORMATION = "EVENT_DELIVERY_ATTEMPT", "EVENT_TRANSFORMATION_FAILURE"
OF_SUBSCRIBERS = (ATTEMPT, TRANSFORMATION, "SUBSCRIBER_MATCHED", "ON_FAILURE_DESTINATION_DELIVERY_ATTEMPT")
BAD = ("retried", "throttled", "refused", "rejected")
"""Stages whose error is counted by its code."""
_MOST = 10**15
_LONGEST_MS = 10_000_000_000
"""Some hundred days; EventBridge gives up after one."""
_CODE = re.compile(r"[A-Za-z][A-Za-z0-9_.]{0,63}")
_ARN = re.compile(r"arn:[^:]+:[^:]+:[^:]*:[^:]*:.+")
_AHEAD = timedelta(days=1)
"""How far in the future a time may lie: clocks differ, but what is later than that is no time at which anything was logged."""

Type = tuple[str | None, str | None, str | None]
"""Source, detail type, calling account."""


class Step(NamedTuple):
    """What one record, or one row of a query, tells of one event on one bus. None: it does not tell."""

    id: int
    """A hash of what makes the record one of a kind: the same record twice counts once."""
    event: int
    """A hash of the event's id, the same in every run: its type may stand in another record, that an earlier run read."""
    resource: str
    """ARN of the bus; of a subscriber's log the subscriber's."""
    at: datetime
    level: Level
    counts: Mapping[str, int]
    source: str | None = None
    detail_type: str | None = None
    caller: str | None = None
    rule: str | None = None
    target: str | None = None
    invocation: int | None = None
    latency: tuple[int, int, int] | None = None
    """Milliseconds from ingestion to the end of the delivery: of how many deliveries together, how many, and the longest."""
    duration: tuple[int, int] | None = None
    """Milliseconds that the target took: of all together, and of how many."""
    code: str | None = None
    is_sum: bool = False
    """Whether it is of many events at once, as a query sums them up."""

    @property
    def type(self) -> Type:
        """What it tells of the type of its event."""
        return self.source, self.detail_type, self.caller

    @property
    def is_typed(self) -> bool:
        """Whether it tells the type of its event."""
        return self.source is not None and self.detail_type is not None


def step_of(record: Any) -> Step | None:
    """A record as a step; None when it is no record of such a log (no ARN, event, time or type of message)."""
    if not isinstance(record, dict):
        return None
    message = text(_either(record, "message_type"))
    resource = text(_either(record, "resource_arn"))
    event, at = text(_either(record, "event_id")), time_of(_either(record, "message_timestamp_ms"))
    details = record.get("details")
    details = details if isinstance(details, dict) else {}
    if message in OF_SUBSCRIBERS:
        known = _system(details)
        event = event or text(known.get("aws:EventId"))
        at = at or time_of(record.get("timestamp"))
    if not (message and resource and _ARN.fullmatch(resource) and event and at):
        return None
    invocation = text(_either(record, "invocation_id"))
    attempt = number(details.get("attempt_count"))
    identity = hash((resource, event, invocation, message, at, text(details.get("rule_arn")), attempt))
    base = Step(identity, hashed(event), resource, at, _level(record), {})
    if message in OF_SUBSCRIBERS:
        return _of_subscriber(base, message, record, details)
    return _of_bus(base, message, invocation, record, details)


def _of_bus(
    base: Step, message: str, invocation: str | None, record: dict[str, Any], details: dict[str, Any]
) -> Step:
    counts = dict.fromkeys(STAGES.get(message, ()), 1)
    ended = message in ("INVOCATION_SUCCESS", "INVOCATION_FAILURE", "INVOCATION_DLQ")
    typed = message in TYPED
    return base._replace(
        counts=counts,
        source=text(details.get("source")) if typed else None,
        detail_type=text(details.get("detail_type")) if typed else None,
        caller=text(details.get("caller_account_id")) if typed else None,
        rule=text(details.get("rule_arn")),
        target=text(details.get("target_arn")),
        invocation=hash(invocation) if invocation else None,
        latency=_latency(details) if ended else None,
        duration=_duration(details) if ended else None,
        code=_code(record, details.get("invocation_status")) if counts.keys() & set(BAD) else None,
    )


def _of_subscriber(base: Step, message: str, record: dict[str, Any], details: dict[str, Any]) -> Step:
    known = _system(details)
    outcome, ended = text(details.get("outcome")), text(details.get("terminal_kind"))
    counts = dict.fromkeys(stages_of(message, outcome, ended), 1)
    is_bad = bool(counts.keys() & set(BAD))
    return base._replace(
        counts=counts,
        source=text(known.get("aws:Source")),
        detail_type=text(known.get("aws:DetailType")),
        rule=base.resource,
        target=None if message == "SUBSCRIBER_MATCHED" else text(details.get("target_arn")),
        invocation=base.event,
        latency=_latency(details) if "succeeded" in counts else None,
        code=_code(record, None, details.get("http_status")) if is_bad else None,
    )


def stages_of(message: str, outcome: str | None, ended: str | None) -> tuple[str, ...]:
    """What a record of a subscriber counts as, by its message_type, outcome and terminal_kind."""
    found = (*STAGES.get(message, ()), *ENDED.get(ended or "", ()))
    if message == TRANSFORMATION:
        return (*found, "refused")
    if message != ATTEMPT:
        return found
    return (*found, "tried" if outcome != "FAILURE" else "refused" if ended else "retried")


def _latency(details: dict[str, Any]) -> tuple[int, int, int] | None:
    told = millis(details.get("ingestion_to_complete_latency_ms"))
    return None if told is None else (told, 1, told)


def _duration(details: dict[str, Any]) -> tuple[int, int] | None:
    told = millis(details.get("target_duration_ms"))
    return None if told is None else (told, 1)


def _level(record: dict[str, Any]) -> Level:
    """Of the record itself. One that does not say is taken for an error: then nothing is concluded from it."""
    told = _either(record, "log_level")
    return told if told in LEVELS else "ERROR"


def _code(record: dict[str, Any], status: Any, http: Any = None) -> str | None:
    """A word and a number that AWS made, e.g. "NO_PERMISSIONS 403"; anything longer may be a message and is dropped."""
    error = record.get("error")
    error = error if isinstance(error, dict) else {}
    return code_of(status or error.get("error_code"), error.get("http_status_code") or http)


def code_of(status: Any, http: Any) -> str | None:
    """The status word and the HTTP status as one text; None where neither is what it should be."""
    word = status if isinstance(status, str) and _CODE.fullmatch(status) else None
    code = number(http)
    parts = [word, str(code) if code is not None and 100 <= code <= 999 else None]
    return " ".join(part for part in parts if part) or None


def _system(details: dict[str, Any]) -> dict[str, Any]:
    """event_system_metadata, an object or its JSON text (the guide does not say which)."""
    told = details.get("event_system_metadata")
    if isinstance(told, str):
        try:
            told = orjson.loads(told)
        except ValueError:
            told = None
    return told if isinstance(told, dict) else {}


def _either(record: dict[str, Any], name: str) -> Any:
    """A member spelt as in the schema, or in camel case: AWS's guides of the new bus use both."""
    first, *rest = name.split("_")
    return record.get(name, record.get(first + "".join(part.title() for part in rest)))


def hashed(event: str) -> int:
    """64 bits of an event's id."""
    return int.from_bytes(blake2b(event.encode(errors="surrogatepass"), digest_size=8).digest(), "little")


def text(value: Any) -> str | None:
    """A text that is not empty."""
    return value if isinstance(value, str) and value else None


def number(value: Any) -> int | None:
    """A whole number, also when it came as text, as in the answer of a query; None for one beyond all that is counted."""
    if isinstance(value, bool):
        return None
    try:
        told = round(float(value)) if value is not None else None
    except (TypeError, ValueError, OverflowError):
        return None
    return told if told is not None and abs(told) <= _MOST else None


def millis(value: Any) -> int | None:
    """How long something took; None for what is longer than an event lives, of which a sum would not fit into a column."""
    told = number(value)
    return told if told is not None and 0 <= told <= _LONGEST_MS else None


def time_of(value: Any) -> datetime | None:
    """Milliseconds since 1970, as a number or text, or a date and time; without a zone it is UTC. None for one yet to come."""
    found = number(value)
    try:
        at = datetime.fromisoformat(value) if found is None else datetime.fromtimestamp(found / 1000, UTC)
        at = at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        return None
    return at if at < datetime.now(UTC) + _AHEAD else None
