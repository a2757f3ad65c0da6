"""Collect again: starts `python -m collectors` as a process of its own and follows its progress.

The dashboard never talks to AWS. One run at a time for each store, however many browsers and servers ask: the child
holds an operating-system lock on STORE/collect.lock for as long as it lives, also when the page's server goes away.
"""

import fcntl
import json
import os
import signal
import subprocess
import sys
import threading
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from collectors.errors import HeadwaterError

LOCK = "collect.lock"
OUTCOMES = {
    0: "Collected, complete.",
    3: "Collected, with gaps: see below what could not be read.",
    1: "Nothing could be read. The last good snapshot stays.",
    2: "The command refused the configuration. The last good snapshot stays.",
    130: "Stopped. The last good snapshot stays.",
    -signal.SIGTERM: "Stopped. The last good snapshot stays.",  # before the command could say so itself
}


class BusyError(HeadwaterError):
    """Someone else is collecting into this store now."""


@dataclass
class ScopeState:
    """How far one scope is; `status` is set when it is done."""

    account: str
    region: str
    collector: str
    status: str | None = None
    rows: int = 0
    calls: int = 0


class Collecting:
    """A run under way or ended. Threads of the server write here, pages read."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self.states: dict[tuple[str, str, str], ScopeState] = {}
        self.total: int | None = None
        """How many scopes there will be; None until the command has said so."""
        self._said: deque[str] = deque(maxlen=20)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def running(self) -> bool:
        """Whether the process lives, or has said what was not read yet."""
        return self._process.poll() is None or self._reader.is_alive()

    @property
    def done(self) -> int:
        """Scopes that ended."""
        return sum(state.status is not None for state in list(self.states.values()))

    @property
    def exit_code(self) -> int | None:
        """The command's exit code; None while it runs."""
        return None if self.running else self._process.returncode

    @property
    def sentence(self) -> str:
        """How it ended, with what the command said when it failed."""
        code = self.exit_code
        if code is None:
            return "Collecting …"
        ended = OUTCOMES.get(
            code, f"The collection ended with exit code {code}. The last good snapshot stays."
        )
        return ended if code in (0, 3) or not self._said else f"{ended} It said: {self._said[-1]}"

    def stop(self) -> None:
        """Ask it to stop; it leaves the last good snapshot."""
        self._process.terminate()

    def wait(self, seconds: float) -> None:
        """Wait for its end. Raises subprocess.TimeoutExpired."""
        self._process.wait(seconds)
        self._reader.join(seconds)

    def _read(self) -> None:
        stream: IO[str] | None = self._process.stderr
        for line in stream or ():
            self._take(line.strip())

    def _take(self, line: str) -> None:
        told = _as_object(line)
        if told is None:
            if line:
                self._said.append(line)
            return
        if "total" in told:
            self.total = int(told["total"])
            return
        key = (str(told.get("account")), str(told.get("region")), str(told.get("collector")))
        state = self.states.setdefault(key, ScopeState(*key))
        state.rows = int(told.get("rows") or 0)
        state.calls = int(told.get("calls") or 0)
        if told.get("state") == "done":
            state.status = str(told.get("status"))


def start(store: Path) -> Collecting:
    """Begin a collection into the store with the ambient configuration.

    Raises BusyError when one is under way, also one started by another server; OSError when the store cannot be written.
    """
    store.mkdir(parents=True, exist_ok=True)
    lock = os.open(store / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        command = [sys.executable, "-m", "collectors", "--store", str(store), "--yes", "--progress"]
        # the child inherits the locked descriptor: the lock lives exactly as long as the run does
        process = subprocess.Popen(  # noqa: S603 - our own command, no shell, nothing from outside but the store's path
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            pass_fds=(lock,),
            text=True,
            # one sentence a line, however long: a terminal would wrap it
            env={**os.environ, "COLUMNS": "1000"},
            errors="replace",
        )
    except BlockingIOError as error:
        raise BusyError("A collection into this store is under way already, started elsewhere.") from error
    finally:
        os.close(lock)
    return Collecting(process)


def busy(store: Path) -> bool:
    """Whether anyone is collecting into the store now."""
    try:
        lock = os.open(store / LOCK, os.O_RDWR)
    except OSError:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(lock)
    return False


def _as_object(line: str) -> dict[str, Any] | None:
    try:
        told = json.loads(line)
    except ValueError:
        return None
    return told if isinstance(told, dict) else None
