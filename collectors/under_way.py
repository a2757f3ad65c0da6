"""What runs in AWS on our behalf after the call that began it has answered: queries. A run that is stopped calls them off.

The process ends at once when it is stopped, whatever its threads do (collectors/__main__.py), so the command itself waits for
the calling off, but not long.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

LONGEST_WAIT = 1.0
"""Seconds that a stopped run waits for AWS to take note."""


class _One:
    """One query under way. Whoever comes first calls it off; whoever comes second waits until that is done."""

    def __init__(self, call_off: Callable[[], None]) -> None:
        self._call_off, self._lock, self._is_over = call_off, threading.Lock(), False

    def end(self, *, call_off: bool) -> None:
        with self._lock:
            if call_off and not self._is_over:
                self._call_off()
            self._is_over = True


class UnderWay:
    """The queries of a run that have not ended yet."""

    def __init__(self) -> None:
        self._all: set[_One] = set()

    @contextmanager
    def until_done(self, call_off: Callable[[], None]) -> Iterator[None]:
        """Keeps one query. `call_off` is called when the block is left by an exception, or the run is stopped; it raises nothing."""
        one = _One(call_off)
        self._all.add(one)
        ended = False
        try:
            yield
            ended = True
        finally:
            one.end(call_off=not ended)
            self._all.discard(one)

    def call_off(self) -> None:
        """Call off all of them, side by side, and wait for that at most LONGEST_WAIT."""
        threads = [
            threading.Thread(target=one.end, kwargs={"call_off": True}, daemon=True)
            for one in list(self._all)
        ]
        for thread in threads:
            thread.start()
        deadline = time.monotonic() + LONGEST_WAIT
        for thread in threads:
            thread.join(max(0.0, deadline - time.monotonic()))
