"""scopes × collectors → Snapshot. Where an AWS error of a whole scope becomes a gap, and where rows of old scopes are kept."""

import contextlib
import queue
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from collectors import snapshot
from collectors.aws import Aws
from collectors.errors import RefusedError, StoppedError
from collectors.frames import Rows, frame_of, schema_of, table_of, with_scope
from collectors.keeping import Kept, key_of, of_scopes
from collectors.listing import Collector
from collectors.pace import current_tally
from collectors.records import FRAMES, Record, ScopeRun, Status
from collectors.scope import Run, Scope
from collectors.settings import Settings
from collectors.unread import Unread

SIDE_BY_SIDE = 24
SLOWEST = ("rules", "schemas", "functions", "traces", "metrics")
"""Collectors with a call for each thing they find, at a low quota, or with much to fetch; docs/collectors.md has the quotas."""
ABOUT_SCOPES = ("gaps", "scopes")
EVERYTHING = tuple(Unread(frame) for frame in FRAMES if frame not in ABOUT_SCOPES)


@dataclass
class Outcome:
    """What one scope gave: its rows, its gaps and how it went."""

    scope: Scope
    status: Status = "ok"
    rows: list[Record] = field(default_factory=list)
    tables: dict[str, Rows] = field(default_factory=dict)
    """Frames that the collector gave whole."""
    seconds: float = 0.0
    error: str | None = None
    at: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def count(self) -> int:
        """How many rows it gave, without what it remembers for the next run."""
        return len(self.rows) + sum(len(rows.table) for name, rows in self.tables.items() if name != "seen")

    @property
    def gave_something(self) -> bool:
        """Whether it read anything, be it only what it remembers."""
        return bool(self.rows) or any(len(rows.table) for rows in self.tables.values())

    @property
    def read_something(self) -> bool:
        """Whether its rows replace the ones of the last good run."""
        return self.status in ("ok", "partial")


Progress = Callable[[Scope, Outcome | None, int], None]
"""Told of each scope: when it starts (no outcome), while rows come in (their number), and when it is done."""


def plan(run: Run, collectors: Sequence[Collector]) -> list[tuple[Collector, Scope]]:
    """All scopes of a run: accounts × regions × collectors, those first that quotas hold back the longest.

    A run takes as long as they do; what is quick fits in beside them.
    """
    ordered = sorted(collectors, key=lambda one: one.name not in SLOWEST)
    return [
        (collector, Scope(run, account, region, collector.name))
        for collector in ordered
        for account in run.aws.accounts
        for region in run.aws.regions
    ]


def collect_all(
    planned: Sequence[tuple[Collector, Scope]], stop: threading.Event, progress: Progress
) -> list[Outcome]:
    """Every scope, several side by side. Raises StoppedError when asked to stop; threads are daemons and end with the process."""
    todo: queue.SimpleQueue[tuple[Collector, Scope]] = queue.SimpleQueue()
    done: queue.SimpleQueue[Outcome] = queue.SimpleQueue()
    for item in planned:
        todo.put(item)

    def work() -> None:
        while not stop.is_set():
            try:
                collector, scope = todo.get_nowait()
            except queue.Empty:
                return
            progress(scope, None, 0)
            done.put(collect_one(collector, scope, progress))

    for _ in range(min(SIDE_BY_SIDE, len(planned))):
        threading.Thread(target=work, daemon=True).start()
    outcomes: list[Outcome] = []
    while len(outcomes) < len(planned):
        with contextlib.suppress(queue.Empty):
            outcome = done.get(timeout=0.2)
            outcomes.append(outcome)
            progress(outcome.scope, outcome, outcome.count)
        if stop.is_set():  # also when the last scope ended just because of that
            raise StoppedError("Stopped: nothing was written, the last good snapshot stays.")
    return outcomes


def collect_one(collector: Collector, scope: Scope, progress: Progress) -> Outcome:
    """One scope. What AWS refuses ends as its status; a bug of ours is "failed", with its traceback on stderr."""
    outcome, began = Outcome(scope), time.monotonic()
    current_tally.set(scope.tally)
    scope.progress = lambda count: progress(scope, None, count)
    try:
        for record in collector.collect(scope):
            if isinstance(record, Rows):
                outcome.tables[record.frame] = record
                continue
            outcome.rows.append(record)
            if len(outcome.rows) % 500 == 0:
                progress(scope, None, len(outcome.rows))
    except RefusedError as error:
        scope.refuse(error, None, *EVERYTHING)
        outcome.status = _status_of_gaps(outcome)
    except StoppedError:
        outcome.status = "failed"
    except Exception as error:  # noqa: BLE001 - a bug in one collector must not cost the other scopes; it is told as a bug
        traceback.print_exc(file=sys.stderr)
        where = traceback.extract_tb(error.__traceback__)[-1]
        told = f"A bug in Headwater, not an answer of AWS: {type(error).__name__} in {Path(where.filename).name}:{where.lineno}. Please report it."
        scope.gap("failed", f"headwater:{collector.name}", type(error).__name__, told)
        scope.lose(*EVERYTHING)
        outcome.status = "partial" if outcome.gave_something else "failed"
    if outcome.status == "ok" and scope.gaps:
        outcome.status = _status_of_gaps(outcome)
    outcome.error = scope.gaps[0].message if scope.gaps else None
    outcome.seconds = time.monotonic() - began
    return outcome


_WORST_FIRST: tuple[Status, ...] = ("failed", "throttled", "denied", "unsupported")


def _status_of_gaps(outcome: Outcome) -> Status:
    """Gaps with rows beside them: partial. Gaps alone: the worst kind, so that the rows of the last good run are kept.

    What a region does not offer holds nothing that could be missed: beside rows it leaves the scope ok.
    """
    kinds = {gap.status for gap in outcome.scope.gaps}
    if outcome.gave_something:
        return "ok" if kinds == {"unsupported"} else "partial"
    return next((status for status in _WORST_FIRST if status in kinds), "failed")


def save(store: Path, outcomes: Sequence[Outcome], aws: Aws, settings: Settings) -> snapshot.Snapshot:
    """Write a snapshot: the new rows of the scopes that were read, the earlier rows of all others."""
    before = _last(store)
    tables = {name: _kept(before, name, outcomes) for name in FRAMES}
    for outcome in outcomes:
        for name, table in _new_tables(outcome, before):
            tables[name].append(table)
    merged = {name: pa.concat_tables(parts) for name, parts in tables.items()}
    return snapshot.write(store, merged, aws.estate, settings.keep)


def _last(store: Path) -> snapshot.Snapshot | None:
    """The newest snapshot all of whose frames can be read: a damaged one costs its own rows, never those of the run."""

    def read_all(found: snapshot.Snapshot) -> None:
        for frame in FRAMES:
            found.table(frame)

    def warn(told: str) -> None:
        sys.stderr.write(f"{told}\n")

    return snapshot.newest_whole(store, warn, read_all)


def _kept(before: snapshot.Snapshot | None, frame: str, outcomes: Sequence[Outcome]) -> list[pa.Table]:
    """Rows of the last snapshot that this run does not replace."""
    schema = schema_of(frame)
    if before is None:
        return [schema.empty_table()]
    table = before.table(frame).cast(schema)
    replaced = [o.scope for o in outcomes if o.read_something or frame in ABOUT_SCOPES]
    return [table.filter(pc.invert(of_scopes(table, replaced)))]


def _new_tables(outcome: Outcome, before: snapshot.Snapshot | None) -> Iterator[tuple[str, pa.Table]]:
    scope = outcome.scope
    kept = Kept(before if outcome.read_something else None, scope, outcome.rows, outcome.tables)
    records: dict[str, list[Record]] = {"gaps": [*kept.gaps], "scopes": [_scope_row(outcome, before)]}
    if outcome.read_something:
        for row in kept.rows:
            records.setdefault(frame_of(row), []).append(row)
    yield from ((name, table_of(name, rows, key_of(scope))) for name, rows in records.items())
    yield from kept.tables.items()
    if outcome.read_something:
        yield from ((name, with_scope(rows, key_of(scope))) for name, rows in outcome.tables.items())


def _scope_row(outcome: Outcome, before: snapshot.Snapshot | None) -> ScopeRun:
    scope, rows = outcome.scope, outcome.count
    read_at: datetime | None = outcome.at
    if not outcome.read_something:
        rows, read_at = _last_good(scope, before)
    return ScopeRun(
        status=outcome.status,
        rows=rows,
        calls=scope.tally.calls,
        throttles=scope.tally.throttles,
        seconds=round(outcome.seconds, 3),
        error=outcome.error,
        asked=scope.tally.asked,
        usd=scope.tally.usd,
        tried_at=outcome.at,
        read_at=read_at,
    )


def _last_good(scope: Scope, before: snapshot.Snapshot | None) -> tuple[int, datetime | None]:
    for row in before.rows("scopes") if before else ():
        if {name: row[name] for name in key_of(scope)} == key_of(scope):
            return row["rows"], row["read_at"]
    return 0, None


def exit_code(outcomes: Iterable[Outcome]) -> int:
    """0 complete, 3 partial, 1 nothing could be read. What a region does not offer is no gap in the answer."""
    statuses = {outcome.status for outcome in outcomes}
    if statuses <= {"ok", "unsupported"}:
        return 0 if "ok" in statuses else 1
    return 3 if statuses & {"ok", "partial"} else 1
