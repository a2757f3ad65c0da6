"""Series of metrics as tables: written from arrays, and those of the last snapshot as they are. No record is made of a point."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from collectors.frames import schema_of
from collectors.metric_layers import Name, Window
from collectors.metric_list import MetricRow
from collectors.records import SCOPE_COLUMNS
from collectors.scope import Scope

MOMENT = pa.timestamp("us", tz="UTC")


class Series(NamedTuple):
    """One series to ask for: what it is of, its row of the list, and CloudWatch's own name and dimensions."""

    arn: str
    row: MetricRow
    name: str
    dimensions: list[dict[str, str]]


class Read(NamedTuple):
    """One series as it was read: starts of its points in microseconds since 1970, ascending, and their values."""

    series: Series
    times: NDArray[np.int64]
    values: NDArray[np.float64]


def short(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Whole numbers as they are, others to five digits: means and percentiles then take a third of the room on the disk."""
    with np.errstate(divide="ignore", invalid="ignore"):
        digits = 4 - np.floor(np.log10(np.abs(values)))
    scale = 10.0 ** np.clip(np.nan_to_num(digits, posinf=0, neginf=0), -300, 300)
    rounded = np.round(values * scale) / scale
    return np.where((values == np.round(values)) | ~np.isfinite(rounded), values, rounded)


def table_of(read: Sequence[Read], layer: Name, span: Window) -> pa.Table:
    """A row a series, named as in METRICS, whatever the casing CloudWatch knows it by; without the scope's columns."""
    count = len(read)
    lengths = np.array([len(one.times) for one in read], np.int64)
    offsets = pa.array(np.concatenate([[0], lengths.cumsum()]).astype(np.int32))
    times = np.concatenate([np.empty(0, np.int64), *(one.times for one in read)])
    values = np.concatenate([np.empty(0), *(one.values for one in read)])
    columns: dict[str, Any] = {
        "arn": [one.series.arn for one in read],
        "namespace": [one.series.row.namespace for one in read],
        "metric": [one.series.row.metric for one in read],
        "statistic": [one.series.row.statistic for one in read],
        "layer": [layer] * count,
        "period_seconds": [span.period] * count,
        "start": [span.start] * count,
        "end": [span.end] * count,
        "times": pa.ListArray.from_arrays(offsets, pa.array(times).cast(MOMENT)),
        "values": pa.ListArray.from_arrays(offsets, pa.array(short(values))),
    }
    fields = [field for field in schema_of("metrics") if field.name not in SCOPE_COLUMNS]
    arrays = [
        columns[field.name].cast(field.type)
        if isinstance(columns[field.name], pa.Array)
        else pa.array(columns[field.name], field.type)
        for field in fields
    ]
    return pa.Table.from_arrays(arrays, schema=pa.schema(fields))


def ends_of(scope: Scope) -> dict[tuple[str, str], datetime]:
    """(namespace, layer) of this scope → where its last reading ended, by the snapshot that the run goes on from."""
    before = scope.run.before
    if before is None:
        return {}
    known = scope.run.once("metric layers", before.metric_layers)
    return {
        (namespace, layer): end
        for (account, region, namespace, layer), (_, end) in known.items()
        if (account, region) == (scope.account, scope.region)
    }


def of_layer(scope: Scope, layer: Name, namespaces: Sequence[str]) -> pa.Table:
    """The rows of this scope's layer in the snapshot that the run goes on from, of these namespaces, without the scope's columns."""
    before = scope.run.before
    if before is None:
        return schema_of("metrics").empty_table().drop_columns(list(SCOPE_COLUMNS))
    table = before.metrics_in(scope.account, scope.region, layer)
    table = table.filter(pc.is_in(table["namespace"], value_set=pa.array(namespaces, pa.string())))
    return table.cast(schema_of("metrics")).drop_columns(list(SCOPE_COLUMNS))
