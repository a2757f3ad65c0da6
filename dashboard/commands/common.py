"""What the commands share: reading the estate and an event, writing one document to stdout and all else to stderr."""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from collectors import settings as settings_module
from collectors import snapshot
from collectors.errors import UsageError
from dashboard.flow import documents
from dashboard.flow.answers import GapNote, Question
from dashboard.flow.model import near
from dashboard.flow.model.estate import Estate
from dashboard.flow.patterns import jsontext
from dashboard.flow.suppose import pasted

ERR = Console(stderr=True)
UNKNOWN_TYPE = 4


def say(text: str) -> None:
    """A line for people, on stderr."""
    lines = "\n".join(map(documents.visible, text.splitlines()))
    ERR.print(lines, markup=False, highlight=False, soft_wrap=True)


def say_gaps(gaps: Sequence[GapNote]) -> None:
    """That the answer is not complete, where it is not."""
    if gaps:
        say(f"Not complete: {len(gaps)} gaps touch this answer. The first: {gaps[0].message}")


def say_unknown_domain(domain: str, names: Sequence[str]) -> None:
    """That nothing names this domain, with the nearest; nothing where something does."""
    if domain not in names:
        close = near.nearest(domain, names, 3) or names[:10]
        there = f"The nearest: {', '.join(close)}." if close else "Neither settings nor tags name any."
        say(f"There is no domain {domain}. {there}")


def answers(command: argparse.ArgumentParser) -> None:
    """The options of every command that asks a snapshot."""
    command.add_argument(
        "--store", type=Path, metavar="DIR", help="default: $HEADWATER_STORE, else .headwater"
    )
    command.add_argument("--format", choices=("table", "json", "csv"), default="table")


def bus(command: argparse.ArgumentParser) -> None:
    """The option of the commands that ask about a bus."""
    command.add_argument("--bus", metavar="NAME_OR_ARN", help="on this bus only")


def event_type(command: argparse.ArgumentParser, nargs: str | None = None) -> None:
    """The two positional words that name an event type."""
    command.add_argument("source", nargs=nargs, metavar="SOURCE")
    command.add_argument("detail_type", nargs=nargs, metavar="DETAIL_TYPE")


def estate_of(asked: argparse.Namespace) -> Estate:
    """The estate of the newest snapshot. Raises NoSnapshotError, or SnapshotError for a store that cannot be read."""
    given = settings_module.read(store=asked.store)
    return Estate.of(snapshot.load(given.store), given)


def event_in(file: str | None) -> dict[str, Any]:
    """The event in a file. Raises UsageError that says what is wrong with it."""
    name = "stdin" if file in (None, "-") else str(file)
    try:
        text = sys.stdin.read() if name == "stdin" else Path(name).read_text(encoding="utf-8-sig")
        found = jsontext.loads(text)  # repeated keys and every digit stay
    except OSError as error:
        raise UsageError(f"The event file {name} cannot be read: {error.strerror}.") from error
    except (ValueError, RecursionError) as error:
        raise UsageError(f"The event in {name} is not JSON: {error}.") from error
    if not jsontext.is_object(found):
        raise UsageError(f"The event in {name} is not a JSON object.")
    return pasted.with_object(pasted.once(found))


def exit_code(known: bool, event: Question, nearest: Sequence[tuple[str, str]]) -> int:  # noqa: FBT001 - a fact of the answer
    """0, or 4 with a sentence where nothing knows the event type."""
    if known:
        return 0
    say(f"Nothing knows {event.detail_type} of {event.source}: no schema, no trace, no exact pattern.")
    if nearest:
        say("The nearest known: " + "; ".join(f"{source} {detail_type}" for source, detail_type in nearest))
    return UNKNOWN_TYPE


def write(asked: argparse.Namespace, document: Mapping[str, Any], kind: str) -> None:
    """The document, or its rows, in the format that was asked for. `kind` is the key of the rows and of their columns."""
    if asked.format == "json":
        print(json.dumps(document, ensure_ascii=False, indent=2))
    elif asked.format == "csv":
        print(documents.to_csv(kind, document[kind]), end="")
    else:
        _table(kind, document[kind])


def _table(kind: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """The first columns as a table. Names come from other people's accounts: shown as text, never as markup."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    columns = documents.COLUMNS[kind][: documents.IN_TABLE[kind]]
    for column in columns:
        table.add_column(column.replace("_", " "), overflow="fold")
    for row in rows:
        table.add_row(*(Text(documents.cell(row[column])) for column in columns))
    Console(width=None if sys.stdout.isatty() else 200).print(table)
