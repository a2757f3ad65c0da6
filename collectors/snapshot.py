"""A Snapshot: the frames of one moment, one Parquet file each, with a manifest, in one folder of the store.

    STORE/snapshots/ID/manifest.json, buses.parquet, subscriptions.parquet, …

Written under a temporary name, fsynced and renamed: a reader sees the old or the new one, whole.
"""

import re
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, cast

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pydantic import AwareDatetime, BaseModel, ValidationError

from collectors import metric_file
from collectors.durable import fsync, write_bytes, write_table
from collectors.errors import DamagedError, NoSnapshotError, StoreError
from collectors.frames import empty, schema_of
from collectors.layout import laid_out, prune
from collectors.records import FRAMES
from collectors.stored import again as _again
from collectors.stored import conform as _conform
from collectors.stored import readable as _readable

FORMAT = 1
KEEP = 30
OURS = ("snapshots", "collect.lock")
"""What Headwater itself puts into a store, beside what it has not finished (tmp-…)."""
HOURS = ("hours", "events_by_hour", "failed_by_hour")
"""The list columns of traces."""
_ID = re.compile(r"\d{8}T\d{6}\d{3}Z-[0-9a-f]{4}")


class Manifest(BaseModel):
    """What a snapshot's folder holds; written last."""

    format: int = FORMAT
    id: str
    at: AwareDatetime
    estate: str
    headwater: str
    frames: dict[str, int]


class Snapshot:
    """The frames of one moment. Read when first asked for, never changed after.

    `table(name)` is an Arrow table, `frame(name)` a pandas frame with Arrow-backed types (null is NA),
    `rows(name)` a list of dicts. The columns are the record's fields plus account, region and collector.
    """

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        self.folder, self.manifest = folder, manifest
        self._tables: dict[str, pa.Table] = {}

    @property
    def id(self) -> str:
        """Identity; also sorts by time."""
        return self.manifest.id

    @property
    def at(self) -> datetime:
        """When it was written, UTC."""
        return self.manifest.at

    @cached_property
    def is_local(self) -> bool:
        """Collected from an AWS-compatible endpoint of this machine: the sample estate, not a real account."""
        return self.manifest.estate.startswith("local")

    def table(self, frame: str) -> pa.Table:
        """One frame, whole, as Arrow. Raises DamagedError when its file is missing or not what it should be."""
        if frame in self._tables:
            return self._tables[frame]
        table = self._read(frame)
        if frame != "traces":  # a year of hours is not held for the sake of one look
            self._tables[frame] = table
        return table

    def frame(self, frame: str) -> pd.DataFrame:
        """One frame, whole, as pandas."""
        return _pandas(self.table(frame))

    def rows(self, frame: str) -> list[dict[str, Any]]:
        """One frame as dicts; null is None, lists are lists."""
        table = self.table(frame)
        return cast("list[dict[str, Any]]", table.to_pylist()) if len(table) else []

    def traces(self) -> list[dict[str, Any]]:
        """The traces frame as dicts without its lists of hours: a year of them is large, and few questions need them."""
        if "traces" in self._tables or "traces" not in self.manifest.frames:
            return cast("list[dict[str, Any]]", self.table("traces").drop_columns(list(HOURS)).to_pylist())
        columns = [name for name in schema_of("traces").names if name not in HOURS]
        with _readable(path := self.folder / "traces.parquet"):
            table = _conform(pq.read_table(path, columns=columns), "traces")
        rows: list[dict[str, Any]] = table.select(columns).to_pylist()
        return rows

    def traces_of(self, **where: str) -> pa.Table:
        """Rows of traces with these values (source=…, detail_type=…, or principal=…), with their hours.

        Of the file only the groups are read that hold such rows: a question over a year takes some milliseconds.
        """
        if "traces" in self._tables or "traces" not in self.manifest.frames:
            return _with(self.table("traces"), where)
        with _readable(path := self.folder / "traces.parquet"), pq.ParquetFile(path) as file:
            there = _with(file.read(columns=list(where)), where, number := "row")[number].to_numpy()
            sizes = [file.metadata.row_group(at).num_rows for at in range(file.num_row_groups)]
            groups = np.unique(np.searchsorted(np.cumsum(sizes), there, "right")).tolist()
            return _with(_conform(file.read_row_groups(groups), "traces"), where)

    def metrics_of(self, arns: list[str]) -> pd.DataFrame:
        """Rows of the metrics frame for these ARNs only, all layers."""
        return _pandas(self.metrics_table(arns))

    def metrics_table(self, arns: list[str]) -> pa.Table:
        """The same as Arrow, read from the file without loading the rest."""
        return metric_file.rows_of(self._metrics, arns)

    def metric_batches(self, layer: str = "recent") -> Iterator[pa.RecordBatch]:
        """One layer of the metrics frame piece by piece: whole, it may be larger than all the others together."""
        return metric_file.batches(self._metrics, layer)

    def metric_layers(self) -> dict[tuple[str, str, str, str], tuple[int, datetime]]:
        """(account, region, namespace, layer) of the metrics frame → how many series it has, and where its oldest range ends."""
        return metric_file.layers(self._metrics)

    def metrics_in(self, account: str, region: str, layer: str) -> pa.Table:
        """The rows of one layer in one account and region, read from the file without the rest."""
        return metric_file.rows_in(self._metrics, account, region, layer)

    @property
    def _metrics(self) -> Path:
        return self.folder / "metrics.parquet"

    def _read(self, frame: str) -> pa.Table:
        if frame not in self.manifest.frames:
            return empty(frame)  # an older version knew no such frame
        with _readable(path := self.folder / f"{frame}.parquet"):
            return _conform(pq.read_table(path), frame)

    def check(self) -> None:
        """Raises DamagedError when a file is cut off, which its end shows, or the scopes cannot be read."""
        self.table("scopes")
        for frame in self.manifest.frames.keys() & FRAMES.keys():
            with _readable(path := self.folder / f"{frame}.parquet"):
                pq.read_metadata(path)


def _with(table: pa.Table, where: Mapping[str, str], number: str | None = None) -> pa.Table:
    """The rows with these values; with their number in the table in the column of that name."""
    if number:
        table = table.append_column(number, pa.array(range(len(table)), pa.int64()))
    for name, value in where.items():
        table = table.filter(pc.equal(table[name], value))
    return table


def _pandas(table: pa.Table) -> pd.DataFrame:
    frame: pd.DataFrame = table.to_pandas(types_mapper=pd.ArrowDtype)
    return frame


def ids(store: Path) -> list[str]:
    """Ids of the whole snapshots in the store, oldest first. Unfinished ones are not among them."""
    folder = store / "snapshots"
    if not folder.is_dir():
        return []
    return sorted(
        p.name for p in folder.iterdir() if _ID.fullmatch(p.name) and (p / "manifest.json").is_file()
    )


def load(store: Path, snapshot_id: str | None = None) -> Snapshot:
    """The newest snapshot, or the one named.

    Raises NoSnapshotError when there is none, DamagedError when it is not whole, StoreError when it is of a newer format.
    """
    found = ids(store)
    if not found:
        raise NoSnapshotError(_why_none(store))
    name = snapshot_id or found[-1]
    if name not in found:
        raise StoreError(f"{store} has no snapshot {name}. Its newest is {found[-1]}.")
    return open_folder(store / "snapshots" / name)


def open_folder(folder: Path) -> Snapshot:
    """The snapshot in this very folder: a bug report or a fixture. Raises StoreError when it is not one, DamagedError when not whole."""
    path = folder / "manifest.json"
    try:
        manifest = Manifest.model_validate_json(path.read_bytes())
    except FileNotFoundError as error:
        raise StoreError(
            f"{folder} is not a snapshot: it has no manifest.json (half-written, or something else)."
        ) from error
    except OSError as error:
        raise DamagedError(f"{path} cannot be read: {error.strerror}. {_again(folder)}") from error
    except ValidationError as error:
        told = f"{path} is not a manifest of Headwater: {error.errors()[0]['msg']}. {_again(folder)}"
        raise DamagedError(told) from error
    if manifest.format > FORMAT:
        raise StoreError(
            f"{folder} was written by a newer Headwater (format {manifest.format}, this one reads {FORMAT}). Update Headwater."
        )
    missing = [
        name for name in manifest.frames if name in FRAMES and not (folder / f"{name}.parquet").is_file()
    ]
    if missing:
        raise DamagedError(f"{folder} is incomplete: {', '.join(missing)} missing. {_again(folder)}")
    return Snapshot(folder, manifest)


def newest_whole(
    store: Path, warn: Callable[[str], None], check: Callable[[Snapshot], None] = Snapshot.check
) -> Snapshot | None:
    """The newest snapshot that is not damaged, or None: what a run goes on from. Each damaged one is told to `warn`.

    Raises StoreError when a newer Headwater wrote the newest: its rows must not be lost to an older one.
    """
    for name in reversed(ids(store)):
        try:
            found = open_folder(store / "snapshots" / name)
            check(found)
        except DamagedError as error:
            warn(f"A damaged snapshot is passed over: {error}")
        else:
            return found
    return None


def _why_none(store: Path) -> str:
    make_one = "Make one with: python -m collectors (a real account), or make run (the sample estate)."
    if store.exists() and not store.is_dir():
        return f"{store} is a file, not a store. {make_one}"
    if store.is_dir() and any(
        p.name not in OURS and not p.name.startswith(("tmp-", ".")) for p in store.iterdir()
    ):
        return f"{store} holds other files, but no snapshot of Headwater. {make_one}"
    return f"There is no snapshot in {store} yet. {make_one}"


def write(store: Path, tables: Mapping[str, pa.Table], estate: str, keep: int = KEEP) -> Snapshot:
    """Write a new snapshot and drop all but the newest `keep`. Frames not given are written empty.

    Raises StoreError when the store holds snapshots of another estate (sample and real never mix), or cannot be written.
    """
    refuse_other_estate(newest_whole(store, _silent), store, estate)
    now = datetime.now(UTC)
    name = f"{now:%Y%m%dT%H%M%S}{now.microsecond // 1000:03d}Z-{secrets.token_hex(2)}"
    manifest = Manifest(
        id=name, at=now, estate=estate, headwater="0.1.0", frames={f: len(tables.get(f, ())) for f in FRAMES}
    )
    temporary = store / f"tmp-{name}"
    try:
        temporary.mkdir(parents=True)
        for frame in FRAMES:
            path, table = temporary / f"{frame}.parquet", tables.get(frame, empty(frame))
            write_table(path, *laid_out(frame, table))
        write_bytes(temporary / "manifest.json", manifest.model_dump_json(indent=1).encode())
        (store / "snapshots").mkdir(exist_ok=True)
        temporary.rename(store / "snapshots" / name)
        fsync(store / "snapshots")
    except OSError as error:
        shutil.rmtree(temporary, ignore_errors=True)
        raise StoreError(
            f"The store {store} cannot be written: {error.strerror}. The last good snapshot stays."
        ) from error
    prune(store, ids(store), keep)
    return load(store, name)


def refuse_unwritable(store: Path) -> None:
    """Raises StoreError when a snapshot could not be written: known before a run of minutes, not after it."""
    was_there = store.exists()
    try:
        store.mkdir(parents=True, exist_ok=True)
        for folder in (store, store / "snapshots"):
            if folder.exists():
                Path(tempfile.mkdtemp(prefix="tmp-", dir=folder)).rmdir()
        if not was_there:
            store.rmdir()
    except OSError as error:
        raise StoreError(
            f"The store {store} cannot be written: {error.strerror or error}. Name another folder with --store."
        ) from error


def refuse_other_estate(newest: Snapshot | None, store: Path, estate: str) -> None:
    """Raises StoreError when the store's newest snapshot came from another estate."""
    there = newest.manifest.estate if newest else estate
    if there != estate:
        raise StoreError(
            f"The store {store} holds snapshots of {there}, this run reads {estate}. Use another --store: estates never share one."
        )


def _silent(_: str) -> None:
    """The run has told it."""
