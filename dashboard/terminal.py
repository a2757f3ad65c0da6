"""The same answers as the pages, in a terminal: what python -m dashboard does.

Exit codes: 0 answered, 2 bad usage, 4 nothing knows this event type, 5 no snapshot yet, 1 the store cannot be read or the answer not written.
One document on stdout, all else on stderr.
"""

import argparse
import io
import os
import sys
from collections.abc import Callable, Sequence

from collectors.errors import HeadwaterError, NoSnapshotError, UsageError
from dashboard.commands import COMMANDS
from dashboard.commands.common import say

FAILED = 1
_CODES: dict[type[HeadwaterError], int] = {UsageError: 2, NoSnapshotError: 5}


def main(argv: Sequence[str] | None = None) -> int:
    """The command. Returns its exit code; every error is a sentence on stderr."""
    for stream in (sys.stdin, sys.stdout):
        if isinstance(stream, io.TextIOWrapper):  # names may hold anything, whatever the terminal's encoding
            stream.reconfigure(encoding="utf-8", errors="backslashreplace", newline="\n")
    asked = _parser().parse_args(argv)
    run: Callable[[argparse.Namespace], int] = asked.run
    if sys.stdout is None:  # closed by the caller: `>&-`
        say("Standard output is closed: there is nowhere to write the answer.")
        return FAILED
    try:
        code = run(asked)
        sys.stdout.flush()  # a full disk shows here, not when Python ends
    except BrokenPipeError:  # the reader had enough, e.g. `| head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        say(f"The answer could not be written: {error.strerror}.")
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except HeadwaterError as error:
        say(str(error))
        return _CODES.get(type(error), FAILED)
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "python -m dashboard", description="Who produces and who consumes an event."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in COMMANDS:
        words = f"{command.help[0].upper()}{command.help[1:]}."
        added = commands.add_parser(command.name, help=command.help, description=words)
        command.arguments(added)
        added.set_defaults(run=command.run)
    return parser
