"""Metrics: a sweep over HTTP at AWS's quotas, what the next one asks, and what a page waits for on a large snapshot."""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from collectors import settings, snapshot
from collectors.metric_layers import POINTS_PER_SECOND, layers
from collectors.sample import generate, load
from collectors.sample.drawn_metrics import formulas
from collectors.sample.estate.make_history import make_metrics
from collectors.sample.server import Server, start
from collectors.sample.size import Size
from dashboard.flow.health import failing, things
from dashboard.flow.model.estate import Estate

Row = tuple[str, str]


def metrics(rules: int, large: dict[str, Any]) -> Iterator[Row]:
    """The sweeps of a generated estate of so many rules, and questions to a snapshot of the large one."""
    with tempfile.TemporaryDirectory() as folder:
        with start() as server:
            drawn, _, _ = generate.broken(Size.of_rules(rules))
            make_metrics(server.endpoint_url, formulas(drawn, 1))
            server.keep_quotas()
            for title in ("first run, all layers", "next run, what is due"):
                yield from _sweep(server, Path(folder) / "store", f"metrics of {rules:,} rules, {title}")
        generate.as_snapshot(Path(folder) / "large", **large)
        yield from _asked(snapshot.load(Path(folder) / "large"))


def _sweep(server: Server, store: Path, title: str) -> Iterator[Row]:
    environment = os.environ | server.environment | load.environment()
    server.control("DELETE", "calls")
    command = [sys.executable, "-m", "collectors", "--store", str(store), "--only", "metrics", "--json"]
    began = time.perf_counter()
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - began
    asked = [row for row in server.calls()["calls"] if row["operation"] == "GetMetricData"]
    calls = sum(row["calls"] for row in asked)
    made = snapshot.load(store)
    usd = sum(row["usd"] or 0 for row in made.rows("scopes"))
    kept = len(made.table("metrics"))
    wanted = round(usd / 0.00001)
    throttled = sum(scope["throttles"] for scope in json.loads(done.stdout)["scopes"])
    told = f"{seconds:.1f} s, {wanted:,} metrics in {calls} calls: {wanted / max(calls, 1):.0f} a call, {calls / seconds:.1f} calls/s"
    yield title, f"{told} of 50, {throttled} throttled, ${usd:.2f}; {kept:,} rows kept"
    full = ", ".join(
        f"{one.name} {one.size} a call, {one.calls_a_second:.1f}/s" for one in layers(settings.Settings())
    )
    yield f"by the quota of {POINTS_PER_SECOND[False]:,} points/s, one account and region", full


def _asked(taken: snapshot.Snapshot) -> Iterator[Row]:
    rows = taken.manifest.frames["metrics"]
    size = (taken.folder / "metrics.parquet").stat().st_size / 1e6
    yield "large estate: series in three layers, on disk", f"{rows:,} rows, {size:.0f} MB"
    estate = Estate.of(taken, settings.Settings())
    began = time.perf_counter()
    arns = things.measured(estate).arns()
    yield "large estate: all series as numbers, with what is usual", f"{time.perf_counter() - began:.2f} s"
    began = time.perf_counter()
    taken.metrics_of([arns[len(arns) // 2]])
    yield (
        "large estate: the series of one thing, all layers",
        f"{(time.perf_counter() - began) * 1000:.0f} ms",
    )
    began = time.perf_counter()
    found = failing.failings(estate)
    yield (
        f"large estate: what fails, {found.looked_at:,} things looked at",
        f"{time.perf_counter() - began:.2f} s, {len(found.failing)} found",
    )
    yield "peak memory of this process", f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB"
