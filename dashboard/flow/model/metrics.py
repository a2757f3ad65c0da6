"""CloudWatch's series as figures of one thing: which metric says what, and what a missing point means.

A window without a point counts as zero only for metrics that AWS sends only when not zero, and only when the thing has
another series at all; every other absence is null.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, NamedTuple

import numpy as np
import pyarrow as pa

WINDOWS = (3, 24)
"""Hours before the end of the collected range over which points are added up."""
_HOUR = 3_600_000_000  # microseconds

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


class Series(NamedTuple):
    """What figures need of one row of the metrics frame: per window the sum and the number of its points; last and last but one."""

    namespace: str
    metric: str
    statistic: str
    end: datetime
    sums: Mapping[int, float]
    points: Mapping[int, int]
    last: float | None
    before: float | None


def by_arn(batches: Iterable[pa.RecordBatch]) -> dict[str, list[Series]]:
    """Each thing's series, in the order of the frame."""
    found: dict[str, list[Series]] = defaultdict(list)
    for batch in batches:
        for arn, series in _series(batch):
            found[arn].append(series)
    return dict(found)


def _series(batch: pa.RecordBatch) -> Iterator[tuple[str, Series]]:
    if not len(batch):
        return
    names = (batch[column].to_pylist() for column in ("arn", "namespace", "metric", "statistic", "end"))
    ends = _microseconds(batch["end"])
    begins, lengths, times = _flat(batch["times"])
    values = _flat(batch["values"])[2].to_numpy(zero_copy_only=False)
    before_end = np.repeat(ends, lengths) - _microseconds(times)
    inside = {hours: before_end <= hours * _HOUR for hours in WINDOWS}
    sums = {hours: _added(np.where(there, values, 0.0), begins, lengths) for hours, there in inside.items()}
    points = {hours: _added(there.astype(np.int64), begins, lengths) for hours, there in inside.items()}
    for at, (arn, namespace, metric, statistic, end) in enumerate(zip(*names, strict=True)):
        own = values[begins[at] : begins[at] + lengths[at]]
        yield (
            arn,
            Series(
                *(namespace, metric, statistic, end),
                {hours: float(sums[hours][at]) for hours in WINDOWS},
                {hours: int(points[hours][at]) for hours in WINDOWS},
                float(own[-1]) if len(own) > 0 else None,
                float(own[-2]) if len(own) > 1 else None,
            ),
        )


def _flat(lists: pa.Array) -> tuple[Any, Any, pa.Array]:
    """Where each row's list begins among all elements, how long it is, and the elements."""
    offsets = lists.offsets.to_numpy()
    first, last = int(offsets[0]), int(offsets[-1])
    return offsets[:-1] - first, np.diff(offsets), lists.values.slice(first, last - first)


def _microseconds(times: pa.Array) -> Any:
    return times.cast(pa.timestamp("us", "UTC")).cast(pa.int64()).to_numpy(zero_copy_only=False)


def _added(values: Any, begins: Any, lengths: Any) -> Any:
    """The sum of each row's elements; rows may be empty."""
    sums = np.zeros(len(lengths), values.dtype)
    full = lengths > 0
    if full.any():
        sums[full] = np.add.reduceat(values, begins[full])
    return sums


def figures(rows: Iterable[Series]) -> Figures:
    """The figures of one thing from its series. Rates are an hour's average."""
    series = [row for row in rows if row.statistic in ("Sum", "Maximum", "Average")]
    by_role = _by_role(series)
    age, backlog = by_role["age"][:1], by_role["backlog"][:1]
    return Figures(
        rate_3h=_hourly(_total(by_role["rate"], 3), 3),
        rate_24h=_hourly(_total(by_role["rate"], 24), 24),
        failed_3h=_failed(series, by_role["failed"], 3),
        failed_24h=_failed(series, by_role["failed"], 24),
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
    sums = [
        row.sums[hours]
        for row in rows
        if row.points[hours] or (row.namespace, row.metric) in ONLY_WHEN_NOT_ZERO
    ]
    return sum(sums) if sums else None


def _failed(series: Sequence[Series], rows: Sequence[Series], hours: int) -> float | None:
    total = _total(rows, hours)
    if total is None and any(row.namespace == "AWS/Events" for row in series):
        return 0.0  # a rule's failures are only sent when there are some
    return total
