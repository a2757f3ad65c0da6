"""Evidence: reading CloudTrail's log files beside a plain loop, and the frame of a year of hours."""

import gzip
import json
import os
import statistics
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from collectors import snapshot
from collectors.evidence import files, merging, reading
from collectors.evidence.workers import Workers
from collectors.frames import Rows, with_scope
from collectors.scope import Run, Scope
from collectors.settings import Settings
from tests.bench import logs

Figures = Iterator[tuple[str, str]]
RECORDS, PLAIN = 2_000_000, 100_000
YEAR = 8760
"""Hours."""
PAIRS = 1_500
"""Of 200 producers and 50 types the pairs that are seen: each producer puts 7 or 8 types."""
ACTIVE = ((0.4, 1.0), (0.4, 0.5), (0.2, 0.05))
"""Share of the pairs, and in which share of the hours they put something."""


def evidence() -> Figures:
    """The reading of 2 million records, then the year."""
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        paths = logs.write(Path(folder), RECORDS)
        size = sum(path.stat().st_size for path in paths)
        yield (
            f"{RECORDS:,} PutEvents records in {len(paths):,} files",
            f"{size / 1e6:,.0f} MB packed, made in {time.perf_counter() - began:.0f} s",
        )
        yield from _read(Path(folder))
        yield from _plain(paths)
    yield from _year()


def _read(folder: Path) -> Figures:
    scope = _scope(folder, None)
    began, busy = time.perf_counter(), time.process_time()
    (found,) = files.read(scope)
    seconds = time.perf_counter() - began
    busy = time.process_time() - busy
    workers = scope.run.once("workers", Workers).started
    most = ", ".join(f"{_most(one.pid):.0f}" for one in workers)
    events = sum(found.rows["events"].to_pylist()) + sum(found.rows["failed"].to_pylist())
    hours = len(found.rows["hours"].combine_chunks().flatten())
    yield "read on all cores", f"{seconds:.1f} s, {RECORDS / seconds:,.0f} records/s"
    spent = busy + sum(_busy(one.pid) for one in workers)
    told = f"{spent:.1f} s of the cores' time, {busy:.1f} of it in the process itself; load {os.getloadavg()[0]:.1f}"
    yield "read on all cores: processor time", f"{told}, so {RECORDS / spent:,.0f} records a second and core"
    yield "what it gave", f"{events:,} entries, {len(found.rows):,} rows, {hours:,} hours of them"
    yield "peak memory", f"{_most('self'):.0f} MB in the process, {most} MB in its workers"


def _scope(folder: Path, before: snapshot.Snapshot | None) -> Scope:
    aws: Any = SimpleNamespace(
        accounts=(logs.ACCOUNT,), regions=(logs.REGION,), home_account=logs.ACCOUNT, partition="aws"
    )
    settings = Settings(trails=(str(folder),), late_days=30)
    return Scope(Run(aws, settings, threading.Event(), before), logs.ACCOUNT, logs.REGION, "traces")


def _most(pid: int | str) -> float:
    """The most memory that a process has held, MB. Linux only."""
    told = Path(f"/proc/{pid}/status").read_text().split("VmHWM:")[1].split()[0]
    return int(told) / 1024


def _busy(pid: int) -> float:
    """Processor time of a process so far, seconds. Linux only."""
    ticks = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")


def _plain(paths: list[Path]) -> Figures:
    """gzip, json and a counter, over a share of the files."""
    began, busy = time.perf_counter(), time.process_time()
    counted: Counter[tuple[str, ...]] = Counter()
    seen: set[str] = set()
    for path in paths[: PLAIN // logs.A_FILE]:
        for record in json.loads(gzip.decompress(path.read_bytes()))["Records"]:
            if record["eventName"] != "PutEvents" or record["eventID"] in seen:
                continue
            seen.add(record["eventID"])
            who = record["userIdentity"]["sessionContext"]["sessionIssuer"]["arn"]
            for entry in record["requestParameters"]["entries"]:
                what = (entry["eventBusName"], entry["source"], entry["detailType"])
                counted[record["eventTime"][:13], who, *what] += 1
    rate, spent = PLAIN / (time.perf_counter() - began), time.process_time() - busy
    yield (
        f"beside it: a plain json loop, over {PLAIN:,} of them",
        f"{rate:,.0f} records/s; by processor time {PLAIN / spent:,.0f} a second and core",
    )


def _year() -> Figures:
    chosen = np.random.default_rng(1)
    began, now = time.perf_counter(), datetime(2026, 11, 25, tzinfo=UTC)
    first = now - timedelta(hours=YEAR)
    frame = _frame(chosen, first, YEAR)
    hours = len(frame["hours"].combine_chunks().flatten())
    share = f"{PAIRS:,} of {logs.PRODUCERS} by {logs.TYPES} pairs, {hours:,} hours with events"
    yield "a year of hours: share that is active", share
    yield "a year of hours: made", f"{time.perf_counter() - began:.1f} s"
    day = _frame(chosen, now, 24)
    began = time.perf_counter()
    merged = merging.merge(frame, [reading.Reading(day)], first)
    yield "a year of hours: one day more merged", f"{time.perf_counter() - began:.2f} s, {len(merged):,} rows"
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        scope = {"account": logs.ACCOUNT, "region": logs.REGION, "collector": "traces"}
        table = with_scope(Rows("traces", merged), scope)
        made = snapshot.write(Path(folder), {"traces": table}, "bench")
        yield "a year of hours: written with the snapshot", f"{time.perf_counter() - began:.2f} s"
        size = (made.folder / "traces.parquet").stat().st_size
        yield "a year of hours: on disk", f"{size / 1e6:.0f} MB"
        wanted = {name: merged[name][700].as_py() for name in ("source", "detail_type")}
        yield "a year of hours: loaded without its lists", _median(made.traces)
        yield (
            "a year of hours: question about one type",
            _median(lambda: _by_day(made.traces_of(**wanted))),
        )
        role = merged["principal"][700].as_py()
        yield (
            "a year of hours: question about one producer",
            _median(lambda: _by_day(made.traces_of(principal=role))),
        )


def _by_day(rows: pa.Table) -> dict[Any, Any]:
    """What a chart of a year draws: entries by day."""
    hours = pc.floor_temporal(pc.list_flatten(rows["hours"]), unit="day")
    table = pa.table({"day": hours, "events": pc.list_flatten(rows["events_by_hour"])})
    found = table.group_by("day").aggregate([("events", "sum")]).to_pydict()
    assert found["day"]
    return found


def _median(ask: Callable[[], Any]) -> str:
    times = []
    for _ in range(9):
        began = time.perf_counter()
        ask()
        times.append((time.perf_counter() - began) * 1000)
    return f"{statistics.median(times):.0f} ms, at most {max(times):.0f}"


def _frame(chosen: np.random.Generator, first: datetime, hours: int) -> pa.Table:
    """TRACES of so many hours from `first` on: counts that rise and fall with the day."""
    begin = int(first.timestamp()) * 1_000_000
    rows = []
    for pair in range(PAIRS):
        producer, kind = (
            pair % logs.PRODUCERS,
            (pair % logs.PRODUCERS + 7 * (pair // logs.PRODUCERS)) % logs.TYPES,
        )
        share = ACTIVE[int(chosen.choice(len(ACTIVE), p=[weight for weight, _ in ACTIVE]))][1]
        there = np.flatnonzero(chosen.random(hours) < share)
        if not len(there):
            continue
        mean = 10 ** chosen.uniform(0, 4) * (1.2 + np.sin(there / 24 * 2 * np.pi))
        counts, failed = chosen.poisson(mean) + 1, chosen.poisson(mean / 1000)
        at = pa.array(begin + there * 3_600_000_000).cast(pa.timestamp("us", tz="UTC"))
        rows.append(
            {
                "principal": f"arn:aws:iam::{logs.ACCOUNT}:role/checkout-service-{producer:03d}",
                "principal_kind": "role",
                "principal_account": logs.ACCOUNT,
                "via": None,
                "action": "PutEvents",
                "bus_arn": f"arn:aws:events:{logs.REGION}:111111111111:event-bus/core",
                "source": f"com.acme.domain{producer % 20:02d}",
                "detail_type": f"Thing{kind:02d}Changed",
                "evidence": "s3://acme-trail/AWSLogs/",
                "events": int(counts.sum()),
                "failed": int(failed.sum()),
                "first_seen": at[0].as_py(),
                "last_seen": at[-1].as_py(),
                "hours": at,
                "events_by_hour": counts,
                "failed_by_hour": failed,
            }
        )
    return _table(rows)


def _table(rows: list[dict[str, Any]]) -> pa.Table:
    columns = []
    for field in reading.TRACES:
        values = [row[field.name] for row in rows]
        if pa.types.is_list(field.type):
            offsets = np.r_[0, np.cumsum([len(one) for one in values])]
            flat = pa.concat_arrays([pa.array(one).cast(field.type.value_type) for one in values])
            columns.append(pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), flat))
        else:
            columns.append(pa.array(values, field.type))
    return pa.Table.from_arrays(columns, schema=reading.TRACES)
