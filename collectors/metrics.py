"""CloudWatch metrics of rules, subscribers, queues, functions, topics and pipes.

Which series there are is asked of list_metrics, since documents disagree about dimensions. Counts without a
dimension (PutEvents…) belong to the whole account and are never read: they cannot be told apart by bus.
"""

import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from collectors.metric_arns import Owners
from collectors.metric_list import METRICS, NAMESPACES, MetricRow
from collectors.missing import as_far_as_read
from collectors.pace import Bucket
from collectors.records import Metric, Record
from collectors.scope import Scope
from collectors.unread import Unread, rows_of

ACTION = "cloudwatch:GetMetricData"
QUERIES = 500
POINTS = 100_800
POINTS_PER_SECOND = {True: 180_000, False: 396_000}
"""CloudWatch's quota, by whether the range starts at most three hours ago."""

# AWS spells some latencies with "To" and with "to", depending on the document and the age of the metric.
_ROWS = {(row.namespace, row.dimensions, row.metric.lower()): row for row in METRICS}


class Series(NamedTuple):
    """One series to ask for: what it is of, its row of the list, and CloudWatch's own name and dimensions."""

    arn: str
    row: MetricRow
    name: str
    dimensions: list[dict[str, str]]


class Window(NamedTuple):
    """The range asked for; start and end lie on whole periods."""

    start: datetime
    end: datetime
    period: int

    @property
    def points(self) -> int:
        """Points of one series, at most."""
        return max(1, int((self.end - self.start).total_seconds()) // self.period)


def collect(scope: Scope) -> Iterator[Record]:
    """Rows of `metrics`. cloudwatch:ListMetrics, GetMetricData; eventbridgev2 lists where a dimension is a bare name."""
    span = window(scope.settings.metric_hours, time.time())
    owners = Owners(scope)
    found: list[Series] = []
    for namespace in NAMESPACES:
        lost = rows_of("metrics", namespace=namespace)
        found += as_far_as_read(scope, _series(scope, owners, namespace), namespace, lost)
    size = batch_size(span.points)
    batches = [found[at : at + size] for at in range(0, len(found), size)]
    rate = POINTS_PER_SECOND[scope.settings.metric_hours <= 3] / (min(size, len(found) or 1) * span.points)
    bucket = Bucket(rate, scope.run.stop)

    def fetch(batch: list[Series]) -> list[dict[str, Any]]:
        bucket.take()
        return _data(scope, batch, span)

    def lost_of(batch: list[Series]) -> list[Unread]:
        return [rows_of("metrics", namespace=name) for name in sorted({one.row.namespace for one in batch})]

    for batch, answer in scope.each(batches, fetch, lambda batch: f"{len(batch)} series", lost_of):
        yield from _rows(scope, batch, answer or [], span)


def period_of(hours: int) -> int:
    """Seconds of a point: five minutes for a day, half an hour for a week, else an hour.

    CloudWatch keeps five-minute points 63 days and hourly ones 455: each of these still exists at the range's start.
    """
    if hours <= 24:
        return 300
    return 1800 if hours <= 168 else 3600


def window(hours: int, now: float) -> Window:
    """The last `hours` up to the end of the last whole period before `now` (seconds since 1970)."""
    period = period_of(hours)
    end = int(now) // period * period
    return Window(datetime.fromtimestamp(end - hours * 3600, UTC), datetime.fromtimestamp(end, UTC), period)


def batch_size(points: int) -> int:
    """Series of one call: at most 500, and no more points than fit into one answer."""
    return max(1, min(QUERIES, POINTS // points))


def _series(scope: Scope, owners: Owners, namespace: str) -> Iterator[Series]:
    for told in scope.pages("cloudwatch", "list_metrics", "Metrics", Namespace=namespace):
        values = {d.get("Name") or "": d.get("Value") or "" for d in told.get("Dimensions") or ()}
        name = told.get("MetricName") or ""
        row = _ROWS.get((namespace, tuple(sorted(values)), name.lower()))
        arn = owners.arn_of(namespace, values) if row else None
        if row and arn:
            yield Series(arn, row, name, told["Dimensions"])


def _data(scope: Scope, batch: Sequence[Series], span: Window) -> list[dict[str, Any]]:
    queries = [
        {
            "Id": f"m{number}",
            "MetricStat": {
                "Metric": {
                    "Namespace": one.row.namespace,
                    "MetricName": one.name,
                    "Dimensions": one.dimensions,
                },
                "Period": span.period,
                "Stat": one.row.statistic,
            },
        }
        for number, one in enumerate(batch)
    ]
    pages = scope.pages(
        "cloudwatch",
        "get_metric_data",
        "MetricDataResults",
        MetricDataQueries=queries,
        StartTime=span.start,
        EndTime=span.end,
        ScanBy="TimestampAscending",
    )
    return list(pages)


def _rows(
    scope: Scope, batch: Sequence[Series], answer: Sequence[dict[str, Any]], span: Window
) -> Iterator[Record]:
    """One row a series. A series may come in several parts, over several pages."""
    points: dict[str, dict[datetime, float]] = {}
    codes: dict[str, str] = {}
    for part in answer:
        times, values = part.get("Timestamps") or (), part.get("Values") or ()
        number = part.get("Id") or "?"
        codes[number] = part.get("StatusCode") or "Complete"
        if len(times) != len(values):
            codes[number] = "UnexpectedShape"
            continue
        points.setdefault(number, {}).update(zip(times, values, strict=True))
    _tell_incomplete(scope, batch, codes)
    whole = [(one, points[f"m{number}"]) for number, one in enumerate(batch) if f"m{number}" in points]
    yield from scope.rows(lambda pair: _metric(*pair, span), whole, ACTION)


def _tell_incomplete(scope: Scope, batch: Sequence[Series], codes: dict[str, str]) -> None:
    """One gap for all series of a batch that CloudWatch gave with the same complaint."""
    by_code: dict[str, list[Series]] = {}
    for number, one in enumerate(batch):
        code = codes.get(f"m{number}")
        if code not in (None, "Complete"):
            by_code.setdefault(str(code), []).append(one)
    for code, series in by_code.items():
        first = series[0]
        told = f"CloudWatch gave {len(series)} series not whole ({code}), {first.row.metric} of {first.arn} among them."
        scope.gap("denied" if code == "Forbidden" else "partial", ACTION, code, told, first.arn)


def _metric(series: Series, points: dict[datetime, float], span: Window) -> Metric:
    """Named as in METRICS, whatever the casing CloudWatch knows it by."""
    times = tuple(sorted(points))
    return Metric(
        arn=series.arn,
        namespace=series.row.namespace,
        metric=series.row.metric,
        statistic=series.row.statistic,
        period_seconds=span.period,
        start=span.start,
        end=span.end,
        times=times,
        values=tuple(points[at] for at in times),
    )
