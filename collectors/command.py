"""The command that collects with the ambient AWS configuration into a new snapshot.

Exit codes: 0 complete, 3 partial, 1 nothing could be read or nothing could be written, 2 bad usage, 130 stopped.
"""

import argparse
import contextlib
import json
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console

from collectors import settings as settings_module
from collectors import snapshot
from collectors.aws import Aws
from collectors.errors import HeadwaterError, StoppedError, StoreError, UsageError
from collectors.estimate import estimate
from collectors.evidence.athena import USD_PER_TB
from collectors.listing import COLLECTORS, Collector
from collectors.progress import Lines, Quiet, Reporter, Terminal, summary
from collectors.run import Outcome, collect_all, exit_code, plan, save
from collectors.scope import Run
from collectors.settings import Settings

ERR = Console(stderr=True)


def main(argv: Sequence[str] | None = None) -> int:
    """The command. Returns its exit code; every error is one sentence on stderr."""
    asked = _arguments(argv)
    stop = threading.Event()
    with contextlib.suppress(ValueError):  # not the main thread: a test calls it
        signal.signal(signal.SIGTERM, lambda *_: stop.set())
        signal.signal(signal.SIGINT, lambda *_: stop.set())
    try:
        given = _settings(asked)
        return _collect(asked, given, stop)
    except UsageError as error:
        ERR.print(str(error), markup=False, highlight=False)
        return 2
    except StoppedError as error:
        ERR.print(str(error), markup=False, highlight=False)
        return 130
    except HeadwaterError as error:
        ERR.print(str(error), markup=False, highlight=False)
        return 1


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        "python -m collectors",
        description="Collect an estate of EventBridge buses into a new snapshot. Read-only.",
    )
    parser.add_argument(
        "--store", type=Path, help="where snapshots lie (default: $HEADWATER_STORE, else .headwater)"
    )
    parser.add_argument("--regions", help="regions, separated by commas (default: the ambient one)")
    parser.add_argument(
        "--accounts", help="account ids, separated by commas (default: that of the credentials)"
    )
    parser.add_argument("--role", help="name of the role to assume in other accounts")
    parser.add_argument(
        "--trail",
        action="append",
        metavar="LOCATION",
        help="CloudTrail log files for PutEvents: a folder or an s3:// prefix; may be repeated",
    )
    parser.add_argument(
        "--only", metavar="COLLECTORS", help=f"only these collectors: {', '.join(c.name for c in COLLECTORS)}"
    )
    parser.add_argument("--json", action="store_true", help="one JSON document on stdout")
    parser.add_argument(
        "--progress", action="store_true", help="one JSON line on stderr for each change of a scope"
    )
    parser.add_argument("--yes", action="store_true", help="do not ask before the first call")
    return parser.parse_args(argv)


def _settings(asked: argparse.Namespace) -> Settings:
    trails = tuple(asked.trail) if asked.trail else None
    return settings_module.read(
        store=asked.store, regions=asked.regions, accounts=asked.accounts, role=asked.role, trails=trails
    )


def _chosen(only: str | None, given: Settings) -> list[Collector]:
    """Those named; else all but those that only run when a setting asks for them."""
    if not only:
        return [one for one in COLLECTORS if one.setting is None or getattr(given, one.setting)]
    names = [name.strip() for name in only.split(",") if name.strip()]
    known = {collector.name for collector in COLLECTORS}
    unknown = [name for name in names if name not in known]
    if unknown:
        raise UsageError(
            f"--only: there is no collector {unknown[0]!r}. There are: {', '.join(sorted(known))}."
        )
    return [collector for collector in COLLECTORS if collector.name in names]


def _collect(asked: argparse.Namespace, given: Settings, stop: threading.Event) -> int:
    chosen = _chosen(asked.only, given)
    snapshot.refuse_unwritable(given.store)
    aws = Aws(given, stop)
    last = snapshot.newest_whole(given.store, lambda told: ERR.print(told, markup=False, highlight=False))
    snapshot.refuse_other_estate(last, given.store, aws.estate)
    if not _agreed(asked, given, aws, chosen, last):
        return 130
    run = Run(aws, given, stop, last)
    planned = plan(run, chosen)
    reporter = _reporter(asked, len(planned))
    try:
        with reporter:
            outcomes = collect_all(planned, stop, reporter)
    except StoppedError:
        run.under_way.call_off()
        raise
    written = save(given.store, outcomes, aws, given)
    if asked.json:
        _write({"snapshot": written.id, "scopes": [_as_json(outcome) for outcome in outcomes]})
    elif not asked.progress:
        summary(ERR, written, outcomes)
    return exit_code(outcomes)


def _write(document: dict[str, Any]) -> None:
    """One line on stdout. Raises StoreError when nobody can read it there: the snapshot is kept."""
    kept = f"Snapshot {document['snapshot']} is written, but its document could not be: stdout is closed"
    if sys.stdout is None:  # Python found it closed when it began
        raise StoreError(f"{kept}.")
    try:
        sys.stdout.write(f"{json.dumps(document)}\n")
        sys.stdout.flush()
    except (OSError, ValueError) as error:
        raise StoreError(f"{kept} or full ({error}).") from error


def _agreed(
    asked: argparse.Namespace,
    given: Settings,
    aws: Aws,
    chosen: Sequence[Collector],
    last: snapshot.Snapshot | None,
) -> bool:
    """Say what will be asked of AWS, with time and cost, and ask whether to go on when a person can answer."""
    said = estimate(last, aws.accounts, aws.regions, given).sentence
    if given.trail_reader == "athena" and any(one.name == "traces" for one in chosen):
        most = given.athena_most_gb
        said += f" Athena is asked one question, which is stopped at {most:g} GB (${most * USD_PER_TB / 1000:.2f})."
    scopes = f"{len(chosen)} collectors, accounts {', '.join(aws.accounts)}, regions {', '.join(aws.regions)} of {aws.estate}"
    ERR.print(f"Reading {scopes}, with read-only calls. {said}", markup=False, highlight=False)
    if asked.yes or asked.json or asked.progress or not (sys.stdin.isatty() and sys.stderr.isatty()):
        return True
    return input("Go on? [Y/n] ").strip().lower() in ("", "y", "yes")


def _reporter(asked: argparse.Namespace, total: int) -> Reporter:
    if asked.progress:
        return Lines(total)
    return Terminal(ERR) if ERR.is_terminal and not asked.json else Quiet()


def _as_json(outcome: Outcome) -> dict[str, Any]:
    scope = outcome.scope
    return {
        "account": scope.account,
        "region": scope.region,
        "collector": scope.collector,
        "status": outcome.status,
        "rows": outcome.count,
        "calls": scope.tally.calls,
        "throttles": scope.tally.throttles,
        "scanned": scope.tally.scanned,
        "usd": scope.tally.usd,
        "seconds": round(outcome.seconds, 3),
        "error": outcome.error,
    }
