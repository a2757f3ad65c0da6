"""How frames lie in their files, and what of older snapshots is dropped to save disk."""

import contextlib
import shutil
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from collectors.durable import write_table

ROWS_A_GROUP = {"metrics": 500}
"""Frames of which a page reads a few rows at a time, in groups of so many; their rows lie sorted by what is asked for."""
HOURS_A_GROUP = 100_000
"""Hours of traces in a group, whose rows are written in the order of TRACES_BY."""
TRACES_BY = ("source", "detail_type", "principal")
REMEMBERING = 2
"""Snapshots that keep what their run remembered of log files: a run goes on from the newest that is whole."""
VOID = ("way", "files", "ids")
"""Kinds of `seen` that are large, and the one without which they say nothing (evidence/state.py)."""


def laid_out(frame: str, table: pa.Table) -> tuple[pa.Table, int]:
    """A frame's rows in the order of its file, and how many rows a group has."""
    if frame != "traces":
        return table, ROWS_A_GROUP.get(frame, 20_000)
    hours = pc.sum(pc.list_value_length(table["hours"])).as_py() or 0
    rows = min(20_000, max(16, HOURS_A_GROUP * len(table) // max(hours, 1)))
    return table.sort_by([(name, "ascending") for name in TRACES_BY]), rows


def prune(store: Path, ids: Sequence[str], keep: int) -> None:
    """Drop all but the newest `keep` of these snapshots, oldest first, and what was left unfinished a day ago."""
    for old in ids[: -max(keep, 1)]:
        shutil.rmtree(store / "snapshots" / old, ignore_errors=True)
    for left in store.glob("tmp-*"):
        if datetime.now(UTC).timestamp() - left.stat().st_mtime > 86_400:
            shutil.rmtree(left, ignore_errors=True)
    for old in ids[-max(keep, 1) : -REMEMBERING]:
        with contextlib.suppress(OSError, pa.ArrowException):
            _forget(store / "snapshots" / old / "seen.parquet")


def _forget(path: Path) -> None:
    """What a later run has taken over. One that had to go on from here would read anew what it can, in place of what it knows."""
    table = pq.read_table(path)
    large = pc.is_in(table["kind"], pa.array(VOID))
    if pc.any(large).as_py():
        less = path.with_suffix(".tmp")
        write_table(less, table.filter(pc.invert(large)))
        less.rename(path)
