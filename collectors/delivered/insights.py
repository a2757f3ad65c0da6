"""Logs of buses in CloudWatch Logs, by Logs Insights: a row for each event and one for each delivery, joined by the event's id here.

An event's type stands in one record and its deliveries in others. Logs Insights cannot bring them together: its `join` takes at
most 50,000 keys and no filter on its right side. Where events and deliveries are too many to be asked one by one (MOST_ROWS),
sums are asked instead: by type, and by rule and target, but not by both; a gap says so. Records of subscribers tell both, and are
summed where they lie.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from collectors.delivered.places import Location
from collectors.delivered.steps import (
    OF_SUBSCRIBERS,
    STAGES,
    TYPED,
    UNMATCHED,
    Level,
    Step,
    code_of,
    hashed,
    millis,
    number,
    stages_of,
    text,
    time_of,
)
from collectors.log_queries import MOST_ROWS as MOST_OF_A_QUERY
from collectors.log_queries import START, Row, run_query
from collectors.scope import Scope

MOST_ROWS = 500_000
"""Events and deliveries of one log group that are read one by one in one run."""
SHORTEST = timedelta(minutes=1)

_OF_EVENT = (*TYPED, UNMATCHED)
_OF_DELIVERY = tuple(message for message in STAGES if message.startswith(("RULE_MATCH", "INVOCATION_")))
_ENDS = ("INVOCATION_SUCCESS", "INVOCATION_FAILURE", "INVOCATION_DLQ")


def _among(messages: Sequence[str]) -> str:
    return f"filter message_type in {_list(messages)}"


def _list(texts: Iterable[str]) -> str:
    return json.dumps(list(texts))  # as Logs Insights writes a list of texts


def _counts(function: str, messages: Sequence[str]) -> str:
    """Columns named by stage. strcontains gives 1 or 0, which adds up; no message_type that counts holds another's name."""
    return ", ".join(
        f'{function}(strcontains(message_type, "{message}")) as {STAGES[message][0]}'
        for message in messages
        if message in STAGES
    )


_LEVEL = 'max(strcontains(log_level, "INFO")) as info, max(strcontains(log_level, "TRACE")) as trace'
_LAST = "max(@timestamp) as last"
_TYPE = (
    "sortsLast(details.source) as source, sortsLast(details.detail_type) as detail_type, "
    "sortsLast(details.caller_account_id) as caller"
)
_BY_TYPE = "hour, resource_arn, source, detail_type, caller"
_SYSTEM = "details.event_system_metadata."
_SENT = "details.rule_arn, details.target_arn"

EVENTS = (
    f"{_among(_OF_EVENT)} | stats {_TYPE}, {_counts('max', _OF_EVENT)}, {_LEVEL}, {_LAST} "
    "by bin(1h) as hour, resource_arn, event_id"
)
DELIVERIES = (
    f"{_among(_OF_DELIVERY)} | stats {_counts('sum', _OF_DELIVERY)}, {_LEVEL}, {_LAST}, "
    "max(details.ingestion_to_complete_latency_ms) as latency, max(details.target_duration_ms) as duration, "
    "sortsLast(details.invocation_status) as status, sortsLast(error.http_status_code) as http "
    f"by bin(1h) as hour, resource_arn, event_id, invocation_id, {_SENT}"
)
EVENT_SUMS = (
    f"{EVENTS} | stats sum(received) as received, sum(rejected) as rejected, sum(unmatched) as unmatched, "
    f"max(info) as info, max(trace) as trace, max(last) as last by {_BY_TYPE}"
)
DELIVERY_SUMS = (
    f"{_among(_OF_DELIVERY)} | stats {_counts('sum', _OF_DELIVERY)}, {_LEVEL}, {_LAST} "
    f"by bin(1h) as hour, resource_arn, {_SENT}"
)
SUBSCRIBERS = (
    f"{_among(OF_SUBSCRIBERS)} | stats count(*) as count, sum(details.ingestion_to_complete_latency_ms) as latency, "
    f"max(details.ingestion_to_complete_latency_ms) as longest, {_LAST} "
    "by bin(1h) as hour, resource_arn, message_type, log_level, details.outcome, "
    "details.terminal_kind, details.target_arn, details.http_status, "
    f"error.error_code, `{_SYSTEM}aws:Source`, `{_SYSTEM}aws:DetailType`"
)
"""The five questions. Field names with a colon stand in backticks."""


@dataclass
class _Reading:
    """One log group being read: what may still be read one by one, and whether sums had to do."""

    scope: Scope
    location: Location
    begin: datetime
    end: datetime
    left: int
    summed: list[tuple[datetime, datetime]] = field(default_factory=list)

    def ask(self, query: str, begin: datetime, end: datetime) -> list[Row]:
        resources = self.location.resources
        only = f"filter resource_arn in {_list(sorted(resources))} | " if resources else ""
        whole = f"{only}{query}"
        return run_query(self.location.owner, [self.location.evidence], whole, begin, end)


def read(scope: Scope, location: Location, begin: datetime, end: datetime) -> Iterator[list[Step]]:
    """Steps of a log group from `begin` until before `end`. Raises RefusedError, StoppedError."""
    reading = _Reading(scope, location, begin, end, MOST_ROWS)
    any_bus = not location.resources or any(":subscriber/" not in arn for arn in location.resources)
    any_subscriber = not location.resources or any(":subscriber/" in arn for arn in location.resources)
    if any_bus:
        for query, step_of, sums in ((EVENTS, _event, EVENT_SUMS), (DELIVERIES, _delivery, DELIVERY_SUMS)):
            yield from _one_by_one(reading, query, step_of, sums, begin, end)
    if any_subscriber:
        yield from _whole(reading, SUBSCRIBERS, _of_subscriber, begin, end)
    if reading.summed:
        first, last = min(reading.summed)[0], max(until for _, until in reading.summed)
        told = (
            f"{location.evidence} holds too much to be read one by one from {first:%Y-%m-%d %H:%M} to {last:%Y-%m-%d %H:%M} UTC: "
            "how much of each event type went to each target is not known there, only by type and by target apart. "
            "Let the logs go to S3 to know both."
        )
        scope.gap("partial", START, "TooMany", told, location.evidence)


Shape = Callable[[Row], Step | None]


def _one_by_one(
    reading: _Reading, query: str, shape: Shape, sums: str, begin: datetime, end: datetime
) -> Iterator[list[Step]]:
    """The newest first: what is too much is summed up, and that is the oldest."""
    if reading.left <= 0:
        reading.summed.append((begin, end))
        yield from _whole(reading, sums, partial(_sum, shape), begin, end)
        return
    rows = reading.ask(query, begin, end)
    if len(rows) >= MOST_OF_A_QUERY and end - begin > SHORTEST:
        middle = _middle(begin, end)
        for part in ((middle, end), (begin, middle)):
            yield from _one_by_one(reading, query, shape, sums, *part)
        return
    reading.left -= len(rows)
    _tell_cut(reading, rows, begin, end)
    yield _shaped(rows, shape)


def _whole(
    reading: _Reading, query: str, shape: Shape, begin: datetime, end: datetime
) -> Iterator[list[Step]]:
    """Sums: as many rows as there are types and targets. Parts of an hour add up."""
    rows = reading.ask(query, begin, end)
    if len(rows) >= MOST_OF_A_QUERY and end - begin > SHORTEST:
        middle = _middle(begin, end)
        for part in ((middle, end), (begin, middle)):
            yield from _whole(reading, query, shape, *part)
        return
    _tell_cut(reading, rows, begin, end)
    yield _shaped(rows, shape)


def _middle(begin: datetime, end: datetime) -> datetime:
    """On a whole hour where the range has one inside, else on a whole second."""
    middle = begin + (end - begin) / 2
    hour = middle.replace(minute=0, second=0, microsecond=0)
    return hour if hour > begin else middle.replace(microsecond=0)


def _tell_cut(reading: _Reading, rows: Sequence[Row], begin: datetime, end: datetime) -> None:
    """A minute with more rows than a query gives: no split helps."""
    if len(rows) >= MOST_OF_A_QUERY:
        told = f"{reading.location.evidence} holds more than {MOST_OF_A_QUERY:,} rows from {begin:%Y-%m-%d %H:%M:%S} to {end:%H:%M:%S} UTC: the rest was not read."
        reading.scope.gap("partial", START, "TooMany", told, reading.location.evidence)


def _shaped(rows: Sequence[Row], shape: Shape) -> list[Step]:
    return [step for step in map(shape, rows) if step]


def _base(row: Row, counts: dict[str, int], *more: object) -> Step | None:
    at, resource = time_of(row.get("last")), text(row.get("resource_arn"))
    if at is None or resource is None:
        return None
    level: Level = "TRACE" if number(row.get("trace")) else "INFO" if number(row.get("info")) else "ERROR"
    event = row.get("event_id")
    # parts of the time never overlap: a row is one of a kind by its time and by what it is of
    identity = hash((resource, event, at, *more))
    return Step(
        identity, hashed(event or ""), resource, at, level, {name: n for name, n in counts.items() if n}
    )


def _stages(row: Row, messages: Sequence[str]) -> dict[str, int]:
    names = [STAGES[message][0] for message in messages if message in STAGES]
    return {name: number(row.get(name)) or 0 for name in names}


def _event(row: Row) -> Step | None:
    base = _base(
        row, _stages(row, _OF_EVENT), "event", *(row.get(n) for n in ("source", "detail_type", "caller"))
    )
    return base and base._replace(
        source=text(row.get("source")),
        detail_type=text(row.get("detail_type")),
        caller=text(row.get("caller")),
    )


def _delivery(row: Row) -> Step | None:
    invocation, latency, duration = (
        row.get("invocation_id"),
        millis(row.get("latency")),
        millis(row.get("duration")),
    )
    counts = _stages(row, _OF_DELIVERY)
    # the same record twice must not count as two ends
    counts |= {STAGES[message][0]: min(counts[STAGES[message][0]], 1) for message in _ENDS if invocation}
    base = _base(
        row, counts, "delivery", invocation, row.get("details.rule_arn"), row.get("details.target_arn")
    )
    ended = any(counts[STAGES[message][0]] for message in _ENDS)
    return base and base._replace(
        rule=text(row.get("details.rule_arn")),
        target=text(row.get("details.target_arn")),
        invocation=hash(invocation) if invocation else None,
        latency=(latency, 1, latency) if ended and latency is not None else None,
        duration=(duration, 1) if ended and duration is not None else None,
        code=code_of(row.get("status"), row.get("http")),
    )


def _sum(shape: Shape, row: Row) -> Step | None:
    step = shape(row)
    return step and step._replace(is_sum=True)


def _of_subscriber(row: Row) -> Step | None:
    count, message = number(row.get("count")) or 0, row.get("message_type") or ""
    stages = stages_of(message, row.get("details.outcome"), row.get("details.terminal_kind"))
    base = _base(row, dict.fromkeys(stages, count), *sorted(row.items()))
    latency, longest = number(row.get("latency")), number(row.get("longest"))
    level = row.get("log_level")
    return base and base._replace(
        level="INFO" if level == "INFO" else "TRACE" if level == "TRACE" else "ERROR",
        source=text(row.get(f"{_SYSTEM}aws:Source")),
        detail_type=text(row.get(f"{_SYSTEM}aws:DetailType")),
        rule=base.resource,
        target=None if message == "SUBSCRIBER_MATCHED" else text(row.get("details.target_arn")),
        latency=(latency, count, longest or 0) if latency is not None and "succeeded" in stages else None,
        code=code_of(row.get("error.error_code"), row.get("details.http_status")),
        is_sum=True,
    )
