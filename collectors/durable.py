"""Files that are on the disk when the call returns: a snapshot is renamed only when all of it is. Raises OSError."""

import os
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq


def write_table(path: Path, table: pa.Table, rows_a_group: int = 20_000) -> None:
    """A frame as Parquet. Who asks for a few rows reads the groups that may hold them."""
    with path.open("wb") as out:
        pq.write_table(table, out, compression="zstd", row_group_size=rows_a_group)
        out.flush()
        os.fsync(out.fileno())


def write_bytes(path: Path, content: bytes) -> None:
    """A file that its folder knows of."""
    with path.open("wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    fsync(path.parent)


def fsync(folder: Path) -> None:
    """The names in a folder."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
