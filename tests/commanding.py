"""A command of ours run in this process: what `python -m …` would print and exit with, without a new interpreter each time."""

import contextlib
import io
import os
import signal
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

ROOT = Path(__file__).parents[1]
OURS = ("HEADWATER_", "AWS_")
"""Variables of the developer's own shell that no test may see."""


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    returncode: int
    stdout: str
    stderr: str


def called(
    main: Callable[[Sequence[str]], int],
    *words: str,
    stdin: str = "",
    environment: Mapping[str, str] | None = None,
) -> Done:
    """main(words) from the root of the project, with only this environment beside what is not ours."""
    streams = {"stdin": _stream(stdin), "stdout": _stream(), "stderr": _stream()}
    with (
        contextlib.chdir(ROOT),
        patch.dict(os.environ, clean() | dict(environment or {}), clear=True),
        patch.multiple(sys, **streams),
        _signals_kept(),
    ):
        try:
            code = main(words)
        except SystemExit as end:  # how argparse refuses
            code = end.code if isinstance(end.code, int) else 1
    return Done(code, _text(streams["stdout"]), _text(streams["stderr"]))


def clean() -> dict[str, str]:
    """The environment without what is ours."""
    return {name: value for name, value in os.environ.items() if not name.startswith(OURS)}


def _stream(text: str = "") -> io.TextIOWrapper:
    # ASCII, as under LC_ALL=C: a command has to see to its encoding itself
    return io.TextIOWrapper(io.BytesIO(text.encode()), encoding="ascii", errors="backslashreplace")


def _text(stream: io.TextIOWrapper) -> str:
    stream.flush()
    written = stream.buffer
    assert isinstance(written, io.BytesIO)
    return written.getvalue().decode()


@contextlib.contextmanager
def _signals_kept() -> Iterator[None]:
    """A command handles Ctrl-C its own way; the tests' own way comes back after it."""
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = [signal.getsignal(number) for number in numbers]
    try:
        yield
    finally:
        for number, way in zip(numbers, before, strict=True):
            signal.signal(number, way)
