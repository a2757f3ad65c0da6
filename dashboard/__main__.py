"""python -m dashboard: the same answers as the pages, in a terminal.

Exit codes: 0 answered, 2 bad usage, 4 nothing knows this event type, 5 no snapshot yet, 1 the store cannot be read.
One document on stdout, all else on stderr.
"""

import argparse
import io
import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from collectors import settings as settings_module
from collectors import snapshot
from collectors.errors import HeadwaterError, NoSnapshotError, UsageError
from dashboard.flow import catalogue, consumers, documents, explaining, patterns, producers
from dashboard.flow.answers import GapNote, Question
from dashboard.flow.estate import Estate
from dashboard.flow.patterns import jsontext

ERR = Console(stderr=True)
UNKNOWN_TYPE, NO_SNAPSHOT, BAD_USAGE, FAILED = 4, 5, 2, 1
_IN_TABLE = {"consumers": 8, "producers": 8, "events": 9, "subscriptions": 5}


def main(argv: Sequence[str] | None = None) -> int:
    """The command. Returns its exit code; every error is a sentence on stderr."""
    for stream in (sys.stdin, sys.stdout):
        if isinstance(stream, io.TextIOWrapper):  # names may hold anything, whatever the terminal's encoding
            stream.reconfigure(encoding="utf-8", errors="backslashreplace", newline="\n")
    asked = _parser().parse_args(argv)
    run: Callable[[argparse.Namespace], int] = asked.run
    try:
        return run(asked)
    except UsageError as error:
        _say(str(error))
        return BAD_USAGE
    except NoSnapshotError as error:
        _say(str(error))
        return NO_SNAPSHOT
    except HeadwaterError as error:
        _say(str(error))
        return FAILED
    except BrokenPipeError:  # the reader had enough, e.g. `| head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _say(text: str) -> None:
    ERR.print(text, markup=False, highlight=False, soft_wrap=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "python -m dashboard", description="Who produces and who consumes an event."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    consumed = _command(commands, "consumers", "who consumes an event type, or one event", _consumers)
    consumed.add_argument("source", nargs="?", metavar="SOURCE")
    consumed.add_argument("detail_type", nargs="?", metavar="DETAIL_TYPE")
    consumed.add_argument("--event", metavar="FILE", help='match this very event, a JSON file; "-" is stdin')
    produced = _command(commands, "producers", "who produces an event type", _producers)
    produced.add_argument("source", metavar="SOURCE")
    produced.add_argument("detail_type", metavar="DETAIL_TYPE")
    listed = _command(commands, "events", "every event type that is known", _events)
    listed.add_argument("--domain", metavar="D", help="of this domain only")
    explained = _command(commands, "explain", "why an event does or does not match, field by field", _explain)
    explained.add_argument("rule", nargs="?", metavar="RULE_ARN", help="this rule only")
    explained.add_argument("--event", metavar="FILE", help='the event, a JSON file; "-" or left out: stdin')
    for command in (consumed, produced, explained):
        command.add_argument("--bus", metavar="NAME_OR_ARN", help="on this bus only")
    match = commands.add_parser(
        "match", help='JSON lines {"pattern": …, "event": …} on stdin → true, false, error: why'
    )
    match.set_defaults(run=_match)
    return parser


def _command(
    commands: Any, name: str, words: str, run: Callable[[argparse.Namespace], int]
) -> argparse.ArgumentParser:
    command: argparse.ArgumentParser = commands.add_parser(
        name, help=words, description=words.capitalize() + "."
    )
    command.add_argument(
        "--store", type=Path, metavar="DIR", help="default: $HEADWATER_STORE, else .headwater"
    )
    command.add_argument("--format", choices=("table", "json", "csv"), default="table")
    command.set_defaults(run=run)
    return command


def _estate(asked: argparse.Namespace) -> Estate:
    given = settings_module.read(store=asked.store)
    return Estate.of(snapshot.load(given.store), given)


def _event(file: str | None) -> dict[str, Any]:
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
    return dict(jsontext.items(found))


def _consumers(asked: argparse.Namespace) -> int:
    event = _event(asked.event) if asked.event else None
    if event is None and asked.detail_type is None:
        raise UsageError("Say which event: SOURCE and DETAIL_TYPE, or --event FILE.")
    if event is not None:
        _agree(asked, event)
    estate = _estate(asked)
    answer = consumers.consumers(estate, Question(asked.source, asked.detail_type, asked.bus), event)
    _write(asked, documents.of_consumers(answer), "consumers")
    for note in answer.notes:
        _say(note)
    _say_gaps(answer.gaps)
    return 0 if event is not None else _known(answer.known, answer.event, answer.nearest)


def _agree(asked: argparse.Namespace, event: Mapping[str, Any]) -> None:
    for name, have in (("source", asked.source), ("detail-type", asked.detail_type)):
        if have is not None and event.get(name) != have:
            raise UsageError(f"The event's {name} is {event.get(name)!r}, and {have!r} was asked for.")


def _producers(asked: argparse.Namespace) -> int:
    answer = producers.producers(_estate(asked), Question(asked.source, asked.detail_type, asked.bus))
    _write(asked, documents.of_producers(answer), "producers")
    _say_gaps(answer.gaps)
    return _known(answer.known, answer.event, answer.nearest)


def _known(known: bool, event: Question, nearest: Sequence[tuple[str, str]]) -> int:  # noqa: FBT001 - a fact of the answer
    if known:
        return 0
    _say(f"Nothing knows {event.detail_type} of {event.source}: no schema, no trace, no exact pattern.")
    if nearest:
        _say("The nearest known: " + "; ".join(f"{source} {detail_type}" for source, detail_type in nearest))
    return UNKNOWN_TYPE


def _events(asked: argparse.Namespace) -> int:
    answer = catalogue.events(_estate(asked), asked.domain)
    _write(asked, documents.of_events(answer), "events")
    for arn, problem in answer.malformed:
        _say(f"The pattern of {arn} cannot be read: {problem}")
    _say_gaps(answer.gaps)
    return 0


def _explain(asked: argparse.Namespace) -> int:
    event = _event(asked.event)
    estate = _estate(asked)
    rows = explaining.explain(estate, event, asked.rule, asked.bus)
    _write(asked, documents.of_explanations(event, rows, estate.snapshot.id), "subscriptions")
    return 0


def _match(_: argparse.Namespace) -> int:
    for line in patterns.match_lines(text.rstrip("\r\n") for text in sys.stdin):
        print(line, flush=True)
    return 0


def _write(asked: argparse.Namespace, document: Mapping[str, Any], kind: str) -> None:
    if asked.format == "json":
        print(json.dumps(document, ensure_ascii=False, indent=2))
    elif asked.format == "csv":
        print(documents.to_csv(kind, document[kind]), end="")
    else:
        _table(kind, document[kind])


def _table(kind: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """The first columns as a table. Names come from other people's accounts: shown as text, never as markup."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    columns = documents.COLUMNS[kind][: _IN_TABLE[kind]]
    for column in columns:
        table.add_column(column.replace("_", " "), overflow="fold")
    for row in rows:
        table.add_row(*(Text(_visible(documents.cell(row[column]))) for column in columns))
    Console(width=None if sys.stdout.isatty() else 200).print(table)


def _visible(text: str) -> str:
    return "".join(letter if letter.isprintable() else "�" for letter in text)


def _say_gaps(gaps: Sequence[GapNote]) -> None:
    if gaps:
        _say(f"Not complete: {len(gaps)} gaps touch this answer. The first: {gaps[0].message}")


if __name__ == "__main__":
    sys.exit(main())
