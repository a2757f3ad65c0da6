"""CloudWatch's series as figures of one thing: which metric says what, and what a missing point means.

A window without a point counts as zero only for metrics that AWS sends only when not zero, and only when the thing has
another series at all; every other absence is null.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

Row = Mapping[str, Any]
Role = Literal["rate", "failed", "backlog", "age", "dead"]

ROLES: dict[tuple[str, str], Role] = {
    ("AWS/Events", "MatchedEvents"): "rate",
    ("AWS/Events", "FailedInvocations"): "failed",
    ("AWS/Events", "ThrottledRules"): "failed",
    ("AWS/Events", "InvocationsSentToDlq"): "dead",
    ("AWS/EventsV2", "FilterMatched"): "rate",
    ("AWS/EventsV2", "EventsDropped"): "failed",
    ("AWS/EventsV2", "OnFailureDestinationDelivered"): "dead",
    ("AWS/SQS", "NumberOfMessagesSent"): "rate",
    ("AWS/SQS", "ApproximateNumberOfMessagesVisible"): "backlog",
    ("AWS/SQS", "ApproximateAgeOfOldestMessage"): "age",
    ("AWS/Lambda", "Invocations"): "rate",
    ("AWS/Lambda", "Errors"): "failed",
    ("AWS/Lambda", "Throttles"): "failed",
    ("AWS/Lambda", "DeadLetterErrors"): "failed",
    ("AWS/Lambda", "AsyncEventsDropped"): "failed",
    ("AWS/SNS", "NumberOfMessagesPublished"): "rate",
    ("AWS/SNS", "NumberOfNotificationsFailed"): "failed",
    ("AWS/EventBridge/Pipes", "EventCount"): "rate",
    ("AWS/EventBridge/Pipes", "ExecutionFailed"): "failed",
    ("AWS/EventBridge/Pipes", "ExecutionTimeout"): "failed",
}
"""What each metric is for; others are drawn, and not judged."""

INSTEAD = {
    ("AWS/Events", "TriggeredRules"),
    ("AWS/Events", "Invocations"),
    ("AWS/EventsV2", "EventsDelivered"),
}
"""Rates that stand in where the first choice has no series."""

ONLY_WHEN_NOT_ZERO = {
    ("AWS/Events", "FailedInvocations"),
    ("AWS/Events", "InvocationsSentToDlq"),
    ("AWS/Events", "Invocations"),
}


@dataclass(frozen=True, slots=True)
class Figures:
    """Sums over the last 3 and 24 hours, and last points; null where nothing was measured."""

    rate_3h: float | None
    rate_24h: float | None
    failed_3h: float | None
    failed_24h: float | None
    dead_3h: float | None
    backlog: float | None
    backlog_before: float | None
    age: float | None
    end: datetime | None


def figures(rows: Iterable[Row]) -> Figures:
    """The figures of one thing from its rows of the metrics frame. Rates are an hour's average."""
    series = [row for row in rows if row["statistic"] in ("Sum", "Maximum", "Average")]
    end = max((row["end"] for row in series), default=None)
    by_role = _by_role(series)
    return Figures(
        rate_3h=_hourly(_total(by_role["rate"], end, 3), 3),
        rate_24h=_hourly(_total(by_role["rate"], end, 24), 24),
        failed_3h=_failed(series, by_role["failed"], end, 3),
        failed_24h=_failed(series, by_role["failed"], end, 24),
        dead_3h=_total(by_role["dead"], end, 3),
        backlog=_last(by_role["backlog"], 0),
        backlog_before=_last(by_role["backlog"], 1),
        age=_last(by_role["age"], 0),
        end=end,
    )


def _by_role(series: list[Row]) -> dict[Role, list[Row]]:
    found: dict[Role, list[Row]] = {"rate": [], "failed": [], "backlog": [], "age": [], "dead": []}
    for row in series:
        role = ROLES.get((row["namespace"], row["metric"]))
        if role is not None:
            found[role].append(row)
    if not found["rate"]:
        found["rate"] = [row for row in series if (row["namespace"], row["metric"]) in INSTEAD][:1]
    return found


def _hourly(total: float | None, hours: int) -> float | None:
    return None if total is None else total / hours


def _total(rows: list[Row], end: datetime | None, hours: int) -> float | None:
    """Sum over the window; null without a series, or when none of its points lies in the window and it may be a hole."""
    if not rows or end is None:
        return None
    since = end - timedelta(hours=hours)
    sums = []
    for row in rows:
        inside = [v for t, v in zip(row["times"], row["values"], strict=True) if t >= since]
        if inside or (row["namespace"], row["metric"]) in ONLY_WHEN_NOT_ZERO:
            sums.append(sum(inside))
    return sum(sums) if sums else None


def _failed(series: list[Row], rows: list[Row], end: datetime | None, hours: int) -> float | None:
    total = _total(rows, end, hours)
    if total is None and any(row["namespace"] == "AWS/Events" for row in series):
        return 0.0  # a rule's failures are only sent when there are some
    return total


def _last(rows: list[Row], back: int) -> float | None:
    values = rows[0]["values"] if rows else ()
    return float(values[-1 - back]) if len(values) > back else None
