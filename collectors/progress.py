"""What a person or a program sees while a run goes on, and the table at its end."""

import json
import sys
import threading
from collections import Counter
from collections.abc import Sequence
from types import TracebackType
from typing import Protocol, Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from collectors.run import Outcome
from collectors.scope import Scope
from collectors.snapshot import Snapshot

_COLOURS = {
    "ok": "green",
    "partial": "yellow",
    "denied": "red",
    "throttled": "red",
    "failed": "red",
    "unsupported": "dim",
}


class Reporter(Protocol):
    """Told of each scope (run.Progress); a context manager for what it draws."""

    def __enter__(self) -> Self: ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...
    def __call__(self, scope: Scope, outcome: Outcome | None, rows: int) -> None:
        """See run.Progress."""


class Quiet:
    """Says nothing."""

    def __enter__(self) -> Self:
        """Nothing to set up."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass

    def __call__(self, scope: Scope, outcome: Outcome | None, rows: int) -> None:
        """Nothing."""


class Lines(Quiet):
    """One JSON line on stderr for each change: {"account","region","collector","state","status","rows","calls"}.

    The first one, {"total"}, is how many scopes there will be.
    """

    def __init__(self, total: int) -> None:
        self._lock, self._total = threading.Lock(), total

    def __enter__(self) -> Self:
        print(json.dumps({"total": self._total}), file=sys.stderr, flush=True)  # noqa: T201 - the line is the product
        return self

    def __call__(self, scope: Scope, outcome: Outcome | None, rows: int) -> None:
        """Write the line whole."""
        line = {
            "account": scope.account,
            "region": scope.region,
            "collector": scope.collector,
            "state": "done" if outcome else "running",
            "status": outcome.status if outcome else None,
            "rows": rows,
            "calls": scope.tally.calls,
        }
        with self._lock:
            print(json.dumps(line), file=sys.stderr, flush=True)  # noqa: T201 - the line is the product


class Terminal:
    """A bar for each collector, over its accounts and regions."""

    def __init__(self, console: Console) -> None:
        columns = (
            TextColumn("{task.description:18}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[note]}"),
            TimeElapsedColumn(),
        )
        self._progress = Progress(*columns, console=console)
        self._tasks: dict[str, int] = {}
        self._seen: set[tuple[str, str, str]] = set()
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def __call__(self, scope: Scope, outcome: Outcome | None, rows: int) -> None:
        """Move the bar of the scope's collector."""
        with self._lock:
            task = self._task(scope)
            if outcome:
                self._progress.advance(task)  # type: ignore[arg-type]
            note = f"{scope.account} {scope.region} {rows} rows" + (f" {outcome.status}" if outcome else " …")
            self._progress.update(task, note=note)  # type: ignore[arg-type]

    def _task(self, scope: Scope) -> int:
        if scope.collector not in self._tasks:
            total = len(scope.run.aws.accounts) * len(scope.run.aws.regions)
            self._tasks[scope.collector] = self._progress.add_task(scope.collector, total=total, note="")
        return self._tasks[scope.collector]


def summary(console: Console, written: Snapshot, outcomes: Sequence[Outcome]) -> None:
    """What was seen, denied and skipped: a row a collector, then each gap in a sentence."""
    table = Table(box=None, pad_edge=False)
    for name in ("collector", "scopes", "rows", "calls", "throttled", "seconds"):
        table.add_column(name, justify="left" if name in ("collector", "scopes") else "right")
    for collector in dict.fromkeys(outcome.scope.collector for outcome in outcomes):
        of = [outcome for outcome in outcomes if outcome.scope.collector == collector]
        table.add_row(
            collector,
            _statuses(of),
            f"{sum(o.count for o in of):,}",
            f"{sum(o.scope.tally.calls for o in of):,}",
            str(sum(o.scope.tally.throttles for o in of) or ""),
            f"{max(o.seconds for o in of):.1f}",
        )
    console.print(table)
    for outcome in outcomes:
        for gap in outcome.scope.gaps[:3]:
            told = (
                f"{gap.status}: {gap.action} in {outcome.scope.account} {outcome.scope.region}: {gap.message}"
            )
            console.print(told, style=_COLOURS[gap.status], markup=False, highlight=False)
    scanned = sum(outcome.scope.tally.scanned for outcome in outcomes)
    if scanned:
        console.print(f"Queries scanned {scanned / 1e9:,.3f} GB of logs.", highlight=False)
    paid = sum(outcome.scope.tally.usd or 0 for outcome in outcomes)
    if paid:
        console.print(f"What was asked costs about ${paid:.2f} by AWS's list prices.", highlight=False)
    console.print(
        f"Snapshot {written.id} in {written.folder.parent.parent}. Ask it: python -m dashboard events",
        markup=False,
        highlight=False,
    )


def _statuses(outcomes: Sequence[Outcome]) -> Text:
    counts = Counter(outcome.status for outcome in outcomes)
    return Text(" ").join(
        Text(f"{count} {status}", style=_COLOURS[status]) for status, count in counts.items()
    )
