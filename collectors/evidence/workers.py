"""Parsing on all cores: processes that start only when there is much to parse, shared by all scopes of a run.

Plain processes with pipes, not multiprocessing: these start under Streamlit, pytest and in threads alike, without importing the
program's main module again.
"""

import os
import pickle
import queue
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from collectors.evidence.put_events import Parsed, parse

ROOT = Path(__file__).parents[2]
ALONE = 4_000_000
"""Packed bytes that are parsed in the process itself: some 30,000 records. A worker takes as long to start."""


class WorkerDiedError(Exception):
    """A worker ended over what it was given: a file too large for the memory, say."""


class Workers:
    """A process a core, at most; each is asked by one thread at a time. `close` ends them, so does the end of this process."""

    def __init__(self, most: int = 0) -> None:
        self._idle: queue.LifoQueue[subprocess.Popen[bytes] | None] = queue.LifoQueue()
        self._lock = threading.Lock()
        self._alone = ALONE
        self.started: list[subprocess.Popen[bytes]] = []
        for _ in range(most or _cores()):
            self._idle.put(None)

    def parse(self, contents: Sequence[bytes], partition: str) -> Parsed:
        """put_events.parse, here or there. Raises WorkerDiedError when the worker ends over it; the next gets a new one."""
        with self._lock:
            self._alone -= sum(map(len, contents))
            alone = self._alone >= 0
        if alone:
            return parse(contents, partition)
        worker = self._idle.get() or self._start()
        try:
            parsed = _ask(worker, contents, partition)
        except (OSError, EOFError, pickle.UnpicklingError) as error:
            worker.kill()
            self._idle.put(None)
            raise WorkerDiedError(f"The process that read it ended ({type(error).__name__}).") from error
        self._idle.put(worker)
        return parsed

    def close(self) -> None:
        """End all of them."""
        for worker in self.started:
            worker.kill()
            worker.wait()

    def _start(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "collectors.evidence.worker"]
        worker = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # noqa: S603 - ourselves
        with self._lock:
            self.started.append(worker)
        return worker


def _ask(worker: Any, contents: Sequence[bytes], partition: str) -> Parsed:
    pickle.dump((contents, partition), worker.stdin, pickle.HIGHEST_PROTOCOL)
    worker.stdin.flush()
    parsed: Parsed = pickle.load(worker.stdout)  # noqa: S301 - from a process that we started
    return parsed


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
