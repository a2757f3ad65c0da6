"""python -m collectors: see collectors/command.py. What it needs is imported late, so that Ctrl-C is quiet from the beginning."""

import contextlib
import os
import signal
import sys
from collections.abc import Sequence

STOPPED = 130


def main(argv: Sequence[str] | None = None) -> int:
    """The command. Returns its exit code."""
    from collectors import command  # noqa: PLC0415 - takes a second, in which Ctrl-C must not show a traceback

    return command.main(argv)


if __name__ == "__main__":
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: os._exit(STOPPED))
    code = main()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(
            AttributeError, OSError, ValueError
        ):  # closed, or full: it was said where it matters
            stream.flush()
    os._exit(code)  # threads that still wait for AWS must not hold up a stop
