"""CloudWatch metrics of rules, subscribers, queues, functions, topics and pipes.

Which series there are is asked of list_metrics, since documents disagree about dimensions. Counts without a
dimension (PutEvents…) belong to the whole account and are never read: they cannot be told apart by bus.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, cast

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from collectors.frames import Rows, empty
from collectors.metric_arns import Owners
from collectors.metric_layers import USD_PER_SERIES, Layer, Window, layers
from collectors.metric_list import METRICS, NAMESPACES
from collectors.metric_table import Read, Series, ends_of, of_layer, table_of
from collectors.missing import as_far_as_read
from collectors.pace import Bucket
from collectors.scope import Scope
from collectors.unread import Unread, rows_of

ACTION = "cloudwatch:GetMetricData"

# AWS spells some latencies with "To" and with "to", depending on the document and the age of the metric.
_ROWS = {(row.namespace, row.dimensions, row.metric.lower()): row for row in METRICS}


class Points(NamedTuple):
    """What came of one series, a part a page; `code` is CloudWatch's complaint, None when it is whole.

    Times are seconds since 1970 (metric_points), or datetimes where the answer was not as expected there.
    """

    times: list[Any]
    values: list[Any]
    code: str | None


def collect(scope: Scope) -> Iterator[Rows]:
    """All rows of `metrics`, those of a layer that is not due as they were. cloudwatch:ListMetrics, GetMetricData.

    eventbridgev2 lists where a dimension is a bare name.
    """
    now = time.time()
    owners = Owners(scope)
    found: list[Series] = []
    for namespace in NAMESPACES:
        lost = rows_of("metrics", namespace=namespace)
        found += as_far_as_read(scope, _series(scope, owners, namespace), namespace, lost)
    found.sort(key=lambda one: one.arn)  # a page asks by ARN: what it wants then lies together
    wanted = layers(scope.settings)
    ends = ends_of(scope)
    # by namespace: one that stays refused keeps rows that are ever older, and must not make the others due with them
    asked = {
        layer: [one for one in found if layer.is_due(ends.get((one.row.namespace, layer.name)), now)]
        for layer in wanted
    }
    scope.tally.asked = _says(len(found), asked)
    scope.tally.usd = sum(map(len, asked.values())) * USD_PER_SERIES
    new = [part for layer, of in asked.items() for part in _layer(scope, of, layer, layer.window(now))]
    if scope.gaps and not any(map(len, new)):
        return  # nothing was read: all rows of the last good run stay, not only those that are not due
    kept = [of_layer(scope, layer.name, _rests(layer, ends, now)) for layer in wanted]
    yield Rows("metrics", pa.concat_tables([empty_table(), *new, *kept]))


def empty_table() -> pa.Table:
    """No row: what a scope without series gives."""
    return empty("metrics").drop_columns(["account", "region", "collector"])


def _rests(layer: Layer, ends: Mapping[tuple[str, str], datetime], now: float) -> list[str]:
    """The namespaces of which this layer is not due."""
    return [
        namespace
        for (namespace, name), end in ends.items()
        if name == layer.name and not layer.is_due(end, now)
    ]


def _says(count: int, asked: Mapping[Layer, Sequence[Series]]) -> str:
    made = {layer: len(series) for layer, series in asked.items() if series or not count}
    ranges = ", ".join(
        f"{layer.hours} h in {layer.period} s" + (f" of {some} of them" if some < count else "")
        for layer, some in made.items()
    )
    calls = sum(-(-some // layer.size) for layer, some in made.items())
    return f"{count} series x {len(made)} ranges ({ranges}) in {calls} calls of {ACTION}"


def _layer(scope: Scope, found: Sequence[Series], layer: Layer, span: Window) -> Iterator[pa.Table]:
    """The rows of one layer, a table a call."""
    batches = [found[at : at + layer.size] for at in range(0, len(found), layer.size)]
    # a call that is not full takes less of the quota of points
    full = min(layer.size, len(found) or 1)
    bucket = Bucket(layer.calls_a_second * layer.size / full * scope.settings.pace, scope.run.stop)

    def fetch(batch: Sequence[Series]) -> list[dict[str, Any]]:
        bucket.take()
        return _data(scope, batch, span)

    def lost_of(batch: Sequence[Series]) -> list[Unread]:
        names = sorted({one.row.namespace for one in batch})
        return [rows_of("metrics", namespace=name, layer=layer.name) for name in names]

    for batch, answer in scope.each(batches, fetch, lambda batch: f"{len(batch)} series", lost_of):
        yield table_of(_read(scope, batch, answer or []), layer.name, span)


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


def _read(scope: Scope, batch: Sequence[Series], answer: Sequence[dict[str, Any]]) -> list[Read]:
    """The series that were given, each whole. One may come in several parts, over several pages."""
    given: dict[str, Points] = {}
    for part in answer:
        times, values = (_given(part.get(name)) for name in ("Timestamps", "Values"))
        number, code = part.get("Id") or "?", part.get("StatusCode") or "Complete"
        known = given.get(number, Points([], [], None))
        if len(times) != len(values):
            code, times, values = "UnexpectedShape", (), ()
        known.times.append(times)
        known.values.append(values)
        given[number] = known._replace(code=None if code == "Complete" else code)
    whole, codes = [], {}
    for number, one in enumerate(batch):
        points = given.get(f"m{number}")
        if points is None:
            continue
        read = _as_arrays(points)
        codes[number] = points.code if read else "UnexpectedShape"
        # of what is sent only when not zero, a point that did not come would read as zero
        if read and points.code not in ("UnexpectedShape", "Forbidden"):
            whole += [Read(one, *read)] if points.code is None or not one.row.zero_when_missing else []
    _tell_incomplete(scope, batch, codes)
    return whole


def _given(value: Any) -> Sequence[Any]:
    return () if value is None else cast("Sequence[Any]", value)


def _as_arrays(points: Points) -> tuple[NDArray[np.int64], NDArray[np.float64]] | None:
    """Microseconds and values, ascending, each time once; None for what is no time or no number, null and NaN too."""
    try:
        stamps = np.concatenate([_microseconds(part) for part in points.times])
        values = np.concatenate([np.asarray(part, np.float64) for part in points.values])
    except (AttributeError, TypeError, ValueError):
        return None
    if not np.isfinite(values).all():
        return None
    if len(stamps) > 1 and not (np.diff(stamps) > 0).all():
        stamps, first = np.unique(stamps, return_index=True)
        values = values[first]
    return stamps, values


def _microseconds(part: Sequence[Any]) -> NDArray[np.int64]:
    if part and isinstance(part[0], datetime):
        part = [at.timestamp() for at in part]
    seconds = np.asarray(part, np.float64)
    if not np.isfinite(seconds).all():
        raise ValueError(part)
    return np.asarray(np.round(seconds * 1_000_000), np.int64)


def _tell_incomplete(scope: Scope, batch: Sequence[Series], codes: dict[int, str | None]) -> None:
    """One gap for all series of a batch that CloudWatch gave with the same complaint."""
    by_code: dict[str, list[Series]] = {}
    for number, code in codes.items():
        if code is not None:
            by_code.setdefault(code, []).append(batch[number])
    for code, series in by_code.items():
        first = series[0]
        told = f"CloudWatch gave {len(series)} series not whole ({code}), {first.row.metric} of {first.arn} among them."
        scope.gap("denied" if code == "Forbidden" else "partial", ACTION, code, told, first.arn)
