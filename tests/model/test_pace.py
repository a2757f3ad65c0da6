"""Pacing: turns come below the quota and stop at once when asked."""

import threading
import time
from typing import Any

import pytest

from collectors.errors import StoppedError
from collectors.pace import DEFAULT_QUOTA, QUOTAS, Bucket, Pacer


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


@pytest.mark.parametrize(("service", "operation"), [*QUOTAS, ("sqs", "*")])
def test_the_usual_pace_stays_below_the_quota_and_the_setting_multiplies_it(
    service: str, operation: str
) -> None:
    def rate(**pace: Any) -> float:
        return 1 / Pacer(threading.Event(), **pace)._bucket(service, operation, "1", "eu-west-1")._shortest

    assert rate() < QUOTAS.get((service, operation), DEFAULT_QUOTA)
    assert rate(pace=0.5) == pytest.approx(rate() / 2)
