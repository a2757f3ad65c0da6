"""Pacing: turns come below the quota and stop at once when asked."""

import threading
import time

import pytest

from collectors.errors import StoppedError
from collectors.pace import Bucket


def test_turns_are_spread_below_the_rate_however_many_threads_ask() -> None:
    bucket, turns = Bucket(100, threading.Event()), []

    def take() -> None:
        for _ in range(5):
            bucket.take()
            turns.append(time.monotonic())

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert max(turns) - min(turns) >= 19 / 100


def test_a_stop_wakes_whoever_waits_for_a_turn() -> None:
    stop = threading.Event()
    bucket = Bucket(0.01, stop)
    bucket.take()
    threading.Timer(0.05, stop.set).start()
    with pytest.raises(StoppedError):
        bucket.take()
