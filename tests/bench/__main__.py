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
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa

from collectors import settings, snapshot
from collectors.sample import generate, load
from collectors.sample.server import Server, start
from dashboard.flow.answers import Question
from dashboard.flow.model.estate import Estate
from dashboard.flow.model.known import known
from dashboard.flow.who import catalogue, consumers
from tests.bench.evidence import evidence
from tests.bench.metrics import metrics
from tests.bench.rules import rules

Row = tuple[str, str]
LARGE: dict[str, Any] = {
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
        "--only",
        default="collect,generated,flow,rules,evidence,metrics,page",
        help="parts, separated by commas",
    )
    asked = parser.parse_args()
    parts: dict[str, Callable[[], Iterator[Row]]] = {
        "collect": lambda: collection("sample estate", "small"),
        "generated": lambda: collection(f"generated, {asked.rules:,} rules", asked.rules),
        "flow": flow,
        "rules": rules,
        "evidence": evidence,
        "metrics": lambda: metrics(asked.rules, LARGE),
        "page": page,
        "use": use,
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
    """Load, catalogue and consumers on the generated estate of 10,000 rules, over 34 buses and on one."""
    with tempfile.TemporaryDirectory() as folder:
        store = Path(folder)
        began = time.perf_counter()
        made = generate.as_snapshot(store / "many", **LARGE)
        yield "generated snapshot of 10,000 rules: written", _since(began)
        yield from _asked("many buses", store / "many")
        yield (
            "peak memory of this process",
            f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB",
        )
        _on_one_bus(made, store / "one")
        yield from _asked("one bus", store / "one")


def _asked(title: str, store: Path) -> Iterator[Row]:
    began = time.perf_counter()
    opened = snapshot.load(store)
    frames = {name: opened.frame(name) for name in opened.manifest.frames if name != "metrics"}
    rows = sum(map(len, frames.values()))
    yield f"{title}: snapshot load ({rows:,} rows, metrics apart)", _since(began)
    began = time.perf_counter()
    estate = Estate.of(opened, settings.Settings())
    yield f"{title}: estate built from it", _since(began)
    began = time.perf_counter()
    types = sorted(known(estate))
    yield f"{title}: {len(types):,} event types known", _since(began)
    some = types[:: max(1, len(types) // 200)]
    for when in ("at first", "again"):
        times, found = [], 0
        for source, detail_type in some:
            began = time.perf_counter()
            found += len(consumers.consumers(estate, Question(source, detail_type)).consumers)
            times.append((time.perf_counter() - began) * 1_000)
        yield (
            f"{title}: one consumers question, {len(times)} types, {when}",
            f"median {statistics.median(times):.1f} ms, max {max(times):.1f} ms, {found / len(times):.0f} rows each",
        )
    began = time.perf_counter()
    events = catalogue.events(estate).events
    yield f"{title}: catalogue of {len(events):,} event types, each counted to the last hop", _since(began)


def _on_one_bus(made: snapshot.Snapshot, store: Path) -> None:
    """The same estate with every rule, subscriber and trace on the bus that has the most rules."""
    tables = {name: made.table(name) for name in made.manifest.frames if name != "metrics"}
    for name in ("subscriptions", "traces"):
        table = tables[name]
        buses = Counter(table["bus_arn"].to_pylist())
        (bus, _), *_rest = buses.most_common(1)
        at = table.schema.get_field_index("bus_arn")
        column = pa.array([bus] * len(table), table.schema.field(at).type)
        tables[name] = table.set_column(at, table.schema.field(at), column)
    snapshot.write(store, tables, "local AWS")


def _since(began: float) -> str:
    return f"{time.perf_counter() - began:.2f} s"


def page() -> Iterator[Row]:
    """The page in Chromium on the generated estate."""
    from tests.bench.page import measure  # noqa: PLC0415 - needs Playwright, which the other parts do not

    with tempfile.TemporaryDirectory() as folder:
        generate.as_snapshot(Path(folder), **LARGE)
        yield from measure(Path(folder))


def use() -> Iterator[Row]:
    """The page in use on the generated estate: takes long, so only when it is named."""
    from tests.bench import page as measured  # noqa: PLC0415 - as above

    with tempfile.TemporaryDirectory() as folder:
        generate.as_snapshot(Path(folder), **LARGE)
        yield from measured.use(Path(folder))


if __name__ == "__main__":
    main()
