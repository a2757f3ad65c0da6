"""python -m dashboard: see dashboard/terminal.py. What it needs is imported late, so that Ctrl-C is quiet from the beginning."""

import os
import signal
import sys
from collections.abc import Sequence

STOPPED = 130


def main(argv: Sequence[str] | None = None) -> int:
    """The command. Returns its exit code."""
    from dashboard import terminal  # noqa: PLC0415 - takes a second, in which Ctrl-C must not show a traceback

    if __name__ == "__main__":
        signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return terminal.main(argv)
    except KeyboardInterrupt:
        return STOPPED


if __name__ == "__main__":
    signal.signal(signal.SIGINT, lambda *_: os._exit(STOPPED))
    sys.exit(main())
