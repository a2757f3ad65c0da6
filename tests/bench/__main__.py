"""make bench: prints a table of figures, each measured now. `--rules 10000` collects that many through the API too.

Figures: collection (calls, seconds, calls a second, throttles), snapshot load, catalogue and consumers, the page in Chromium, memory.
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from collectors import settings, snapshot
from collectors.sample import generate, load
from collectors.sample.server import Server, start
from dashboard.flow import catalogue, consumers
from dashboard.flow.answers import Question
from dashboard.flow.estate import Estate
from tests.bench.rules import rules

Row = tuple[str, str]
LARGE = {
    "rules": 10_000,
    "queues": 2_000,
    "schemas": 2_000,
    "functions": 1_000,
    "buses": 34,
    "event_types": 2_000,
}


def main() -> None:
    """Run what was asked for and print each figure as it is known."""
    parser = argparse.ArgumentParser("python -m tests.bench")
    parser.add_argument(
        "--rules", type=int, default=1_000, help="size of the estate collected through the API"
    )
    parser.add_argument(
        "--only", default="collect,generated,flow,rules,page", help="parts, separated by commas"
    )
    asked = parser.parse_args()
    parts: dict[str, Callable[[], Iterator[Row]]] = {
        "collect": lambda: collection("sample estate", "small"),
        "generated": lambda: collection(f"generated, {asked.rules:,} rules", asked.rules),
        "flow": flow,
        "rules": rules,
        "page": page,
    }
    for name in asked.only.split(","):
        for what, figure in parts[name]():
            print(f"{what:<62} {figure}", flush=True)


def collection(title: str, size: str | int) -> Iterator[Row]:
    """Collect an estate over HTTP from the local AWS; the local AWS throttles nobody but counts."""
    with tempfile.TemporaryDirectory() as folder, start() as server:
        began = time.perf_counter()
        load.load(server.endpoint_url, size)
        yield f"{title}: loaded into the local AWS", f"{time.perf_counter() - began:.1f} s"
        began = time.perf_counter()
        done = collect(server, Path(folder))
        seconds = time.perf_counter() - began
        scopes = json.loads(done.stdout)["scopes"]
        calls, throttles = (sum(scope[name] for scope in scopes) for name in ("calls", "throttles"))
        yield (
            f"{title}: collected",
            f"{seconds:.1f} s, {calls:,} calls, {calls / seconds:.0f} calls/s, {throttles} throttled, exit {done.returncode}",
        )


def collect(server: Server, store: Path) -> subprocess.CompletedProcess[str]:
    """The collectors command, as a user runs it."""
    environment = os.environ | server.environment | load.environment()
    command = [sys.executable, "-m", "collectors", "--store", str(store), "--json"]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def flow() -> Iterator[Row]:
    """Load, catalogue and consumers on the generated estate of 10,000 rules."""
    with tempfile.TemporaryDirectory() as folder:
        store = Path(folder)
        began = time.perf_counter()
        generate.as_snapshot(store, **LARGE)
        yield "generated snapshot of 10,000 rules: written", f"{time.perf_counter() - began:.1f} s"
        began = time.perf_counter()
        opened = snapshot.load(store)
        frames = {name: opened.frame(name) for name in opened.manifest.frames if name != "metrics"}
        yield (
            f"snapshot load ({sum(map(len, frames.values())):,} rows, metrics apart)",
            f"{time.perf_counter() - began:.2f} s",
        )
        began = time.perf_counter()
        estate = Estate.of(opened, settings.Settings())
        yield "estate built from it", f"{time.perf_counter() - began:.2f} s"
        began = time.perf_counter()
        events = catalogue.events(estate).events
        yield f"catalogue of {len(events):,} event types", f"{time.perf_counter() - began:.2f} s"
        times = []
        for row in events[:: max(1, len(events) // 200)]:
            began = time.perf_counter()
            consumers.consumers(estate, Question(row.source, row.detail_type))
            times.append((time.perf_counter() - began) * 1_000)
        yield (
            f"one consumers question, {len(times)} types",
            f"median {statistics.median(times):.1f} ms, max {max(times):.1f} ms",
        )
        yield (
            "peak memory of this process",
            f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB",
        )


def page() -> Iterator[Row]:
    """The page in Chromium on the generated estate."""
    from tests.bench.page import measure  # noqa: PLC0415 - needs Playwright, which the other parts do not

    with tempfile.TemporaryDirectory() as folder:
        generate.as_snapshot(Path(folder), **LARGE)
        yield from measure(Path(folder))


if __name__ == "__main__":
    main()
