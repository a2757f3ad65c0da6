"""CloudWatch's series as figures of one thing: which metric says what, what a missing point means, and what is usual.

A window without a point counts as zero only for metrics that AWS sends only when not zero (METRICS of the collectors says
which), and only when the thing has another series at all; every other absence is null.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from dashboard.flow.model import arns
from dashboard.flow.model.measured import Series

Role = Literal["rate", "failed", "backlog", "age", "dead"]

ROLES: dict[tuple[str, str], Role] = {
    ("AWS/Events", "MatchedEvents"): "rate",
    ("AWS/Events", "FailedInvocations"): "failed",
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
    ("AWS/SNS", "NumberOfMessagesPublished"): "rate",
    ("AWS/SNS", "NumberOfNotificationsFailed"): "failed",
    ("AWS/EventBridge/Pipes", "EventCount"): "rate",
    ("AWS/EventBridge/Pipes", "ExecutionFailed"): "failed",
    ("AWS/EventBridge/Pipes", "ExecutionTimeout"): "failed",
}
"""What each metric is for; others are drawn, and looked at one by one (flow/health)."""

INSTEAD = {
    ("AWS/Events", "TriggeredRules"),
    ("AWS/Events", "Invocations"),
    ("AWS/EventsV2", "EventsDelivered"),
}
"""Rates that stand in where the first choice has no series."""


NAMESPACES = {
    "rule": "AWS/Events",
    "subscriber": "AWS/EventsV2",
    "queue": "AWS/SQS",
    "function": "AWS/Lambda",
    "topic": "AWS/SNS",
    "pipe": "AWS/EventBridge/Pipes",
}
"""Kind → where CloudWatch counts it."""


def may_lack(kind: str, arn: str, gap: Mapping[str, Any]) -> bool:
    """Whether a thing may have series that a gap of the metrics left out.

    A gap names a namespace, the first ARN of the series that were not whole, or names of new buses; else it is about all.
    Of the others beside that first ARN nothing is told: all of its service may be among them.
    """
    subject, namespace = gap["subject"], NAMESPACES.get(kind)
    if gap["action"].startswith("eventbridgev2:"):
        return namespace == "AWS/EventsV2"
    if gap["error"] == "AmbiguousName":
        return False  # things that share a name have no series at all
    if subject is None or namespace is None:
        return True
    if subject.startswith("AWS/"):
        return bool(subject == namespace)
    there = arns.parts(subject)
    return there is None or there.service == arn.split(":")[2]


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


def figures(rows: Iterable[Series], *, whole: bool) -> Figures:
    """The figures of one thing from its series. Rates are an hour's average. `whole`: no metric of its kind in its account and region is missing."""
    series = [row for row in rows if row.statistic in ("Sum", "Maximum", "Average")]
    by_role = _by_role(series)
    age, backlog = by_role["age"][:1], by_role["backlog"][:1]
    return Figures(
        rate_3h=_hourly(_total(by_role["rate"], 3), 3),
        rate_24h=_hourly(_total(by_role["rate"], 24), 24),
        failed_3h=_failed(series, by_role["failed"], 3, whole=whole),
        failed_24h=_failed(series, by_role["failed"], 24, whole=whole),
        dead_3h=_total(by_role["dead"], 3),
        backlog=next((row.last for row in backlog), None),
        backlog_before=next((row.before for row in backlog), None),
        age=next((row.last for row in age), None),
        end=max((row.end for row in series), default=None),
    )


def _by_role(series: list[Series]) -> dict[Role, list[Series]]:
    found: dict[Role, list[Series]] = {"rate": [], "failed": [], "backlog": [], "age": [], "dead": []}
    for row in series:
        role = ROLES.get((row.namespace, row.metric))
        if role is not None:
            found[role].append(row)
    if not found["rate"]:
        found["rate"] = [row for row in series if (row.namespace, row.metric) in INSTEAD][:1]
    return found


def _hourly(total: float | None, hours: int) -> float | None:
    return None if total is None else total / hours


def _total(rows: Sequence[Series], hours: int) -> float | None:
    """Sum over the window; null without a series, or when none of its points lies in the window and it may be a hole."""
    sums = [total for row in rows if (total := row.sum(hours)) is not None]
    return sum(sums) if sums else None


def _failed(series: Sequence[Series], rows: Sequence[Series], hours: int, *, whole: bool) -> float | None:
    """A rule's failures are only sent when there are some: without a series there were none, where all metrics were read."""
    total = _total(rows, hours)
    if total is None and whole and not rows:
        told = any(row.namespace == "AWS/Events" and row.hours >= hours for row in series)
        return 0.0 if told else None
    return total
