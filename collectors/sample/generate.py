"""Estates of any size, from a seed: through the API of the local AWS, or straight as a Snapshot.

generate.through_api(endpoint_url, rules=1_000)
generate.as_snapshot(store, rules=10_000, queues=2_000, …)
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path

import pyarrow as pa

from collectors import snapshot
from collectors.frames import empty, frame_of, table_of
from collectors.listing import COLLECTORS
from collectors.records import FRAMES, Record, ScopeRun
from collectors.sample.drawn import Drawn, draw
from collectors.sample.drawn_breaking import Fault
from collectors.sample.drawn_faults import break_some
from collectors.sample.drawn_metrics import Incidents, formulas, metrics_table
from collectors.sample.estate import make_history
from collectors.sample.estate.calls import Made
from collectors.sample.estate.place import Place
from collectors.sample.estate.places import CORE_EU
from collectors.sample.estate.shapes import Bucket, Domain
from collectors.sample.estate.trail import BUCKET
from collectors.sample.loader import Clients, Loader, make_things
from collectors.sample.recording import Row, default_bus, rows_of, schema_rows, trace_rows
from collectors.sample.size import Size
from collectors.snapshot import Snapshot

ESTATE = "local AWS"  # what a run of the collectors against the local AWS calls it
TRACED_HOURS = 6
Scope = tuple[Place, str]


def through_api(
    endpoint_url: str,
    rules: int = 1_000,
    seed: int = 1,
    size: Size | None = None,
    faults: int | None = None,
) -> tuple[Fault, ...]:
    """Make a generated estate in the local AWS, with a day of log files, and metrics as far back as AWS keeps them.

    `faults`: the seed of what is broken in it; given back is the truth. None: it is healthy. The rest of its size follows from the number of rules, unless `size` tells all of it. Raises ValueError for a
    size that cannot be, and botocore's ClientError when the server refuses a thing.
    """
    now = datetime.now(UTC)
    drawn, incidents, told = broken(size or Size.of_rules(rules), seed, faults)
    trail = Domain("platform", "platform@acme.example", "platform", (Bucket(CORE_EU, BUCKET),))
    loader = Loader(Clients(endpoint_url), Made(), (*drawn.domains, trail))
    described = formulas(drawn, seed, incidents)
    make_things(
        loader, drawn.places, drawn.events, beside=((make_history.make_metrics, endpoint_url, described),)
    )
    core = loader.clients.of(CORE_EU)
    make_history.make_trail(core)
    make_history.make_log_files(core, loader.made, now, drawn.puts)
    return told


def broken(
    size: Size, seed: int = 1, faults: int | None = None
) -> tuple[Drawn, Incidents, tuple[Fault, ...]]:
    """The estate of this size and seed, what happens to its metrics, and the faults that were seeded: none without `faults`."""
    drawn = draw(size, seed)
    if faults is None:
        return drawn, {}, ()
    made = break_some(drawn, faults, seed)
    return made.drawn, made.incidents, made.faults


def as_snapshot(
    store: Path,
    *,
    seed: int = 1,
    metrics: bool = True,
    faults: int | None = None,
    now: datetime | None = None,
    **size: int,
) -> Snapshot:
    """Write a generated estate into a store as a Snapshot, as if it had been collected: at this moment, or now.

    `size` are fields of `Size` (rules, queues, schemas, functions, buses, accounts, event_types). Same size and seed:
    same rows, times aside. Raises ValueError for a size that cannot be, StoreError when the store cannot be written.
    """
    now = now or datetime.now(UTC)
    drawn, incidents, _ = broken(Size(**size), seed, faults)
    tables = _tables(list(_rows(drawn, now)), drawn.places, now)
    if metrics:
        tables["metrics"] = metrics_table(drawn, now, seed, incidents)
    return snapshot.write(store, tables, ESTATE)


def _rows(drawn: Drawn, now: datetime) -> Iterator[Row]:
    for place in drawn.places:
        yield default_bus(place)
    for domain in drawn.domains:
        yield from rows_of(domain)
    for event in drawn.events:
        yield from schema_rows(event)
    for put in drawn.puts:
        yield from trace_rows(put, now, TRACED_HOURS)


def _tables(rows: list[Row], places: tuple[Place, ...], now: datetime) -> dict[str, pa.Table]:
    """Each frame's table, the rows of a scope together, and a row in `scopes` for each scope."""
    by_scope: dict[Scope, list[Record]] = defaultdict(list)
    for where, read_by, record in rows:
        by_scope[where, read_by].append(record)
    parts: dict[str, list[pa.Table]] = {name: [empty(name)] for name in FRAMES}
    for place in places:
        for collector in COLLECTORS:
            found = by_scope.get((place, collector.name), [])
            scope = {"account": place.account, "region": place.region, "collector": collector.name}
            for frame, group in groupby(sorted(found, key=frame_of), key=frame_of):
                parts[frame].append(table_of(frame, group, scope))
            parts["scopes"].append(table_of("scopes", [_read(len(found), now)], scope))
    return {name: pa.concat_tables(tables).combine_chunks() for name, tables in parts.items()}


def _read(rows: int, now: datetime) -> ScopeRun:
    return ScopeRun(
        status="ok", rows=rows, calls=1 + rows, throttles=0, seconds=1.0, tried_at=now, read_at=now
    )
