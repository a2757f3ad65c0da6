"""The metrics frame's file, of which nobody wants all: rows of a layer, of a place, of a few things.

Its rows lie sorted in small groups, so that what is not asked for is hardly read.
"""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from collectors.frames import empty
from collectors.stored import conform, readable

ROWS_A_GROUP = 500
_BATCH = 2_000  # rows at a time: some 10 MB


def rows_of(path: Path, arns: list[str]) -> pa.Table:
    """Rows of these ARNs, all layers."""
    if not arns:
        return empty("metrics")
    with readable(path):
        return conform(pq.read_table(path, filters=[("arn", "in", arns)]), "metrics")


def batches(path: Path, layer: str) -> Iterator[pa.RecordBatch]:
    """One layer, piece by piece. One thread reads: several keep more memory than they save time."""
    with readable(path):
        file = pq.ParquetFile(path)
        groups = [number for number in range(file.num_row_groups) if _may_hold(file, number, layer)]
        for batch in file.iter_batches(batch_size=_BATCH, row_groups=groups, use_threads=False):
            table = conform(pa.Table.from_batches([batch]), "metrics")
            yield from table.filter(pc.equal(table["layer"], layer)).to_batches()
    pa.default_memory_pool().release_unused()


def layers(path: Path) -> dict[tuple[str, str, str, str], tuple[int, datetime]]:
    """(account, region, namespace, layer) → how many series it has, and where its oldest range ends."""
    columns = ["account", "region", "namespace", "layer", "end"]
    with readable(path):
        there = [name for name in columns if name in pq.read_schema(path).names]
        table = conform(pq.read_table(path, columns=there), "metrics").select(columns)
    grouped = table.group_by(columns[:4]).aggregate([("end", "min"), ("end", "count")]).to_pylist()
    return {
        (row["account"], row["region"], row["namespace"], row["layer"]): (row["end_count"], row["end_min"])
        for row in grouped
    }


def rows_in(path: Path, account: str, region: str, layer: str) -> pa.Table:
    """The rows of one layer in one account and region."""
    wanted = [("account", "=", account), ("region", "=", region), ("layer", "=", layer)]
    with readable(path):
        if "layer" not in pq.read_schema(path).names:
            return empty("metrics")
        return conform(pq.read_table(path, filters=wanted), "metrics")


def _may_hold(file: pq.ParquetFile, group: int, layer: str) -> bool:
    """Whether a row group of the metrics file may have rows of a layer, by its statistics."""
    names = file.schema_arrow.names
    if "layer" not in names:
        return layer == "recent"
    column = file.metadata.row_group(group).column(names.index("layer"))
    known = column.statistics
    return known is None or not known.has_min_max or known.min <= layer <= known.max or known.null_count > 0
