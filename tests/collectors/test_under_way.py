"""Queries that AWS still works on are called off once, by whoever comes first, and a stop does not wait for long."""

import threading
import time

import pytest

from collectors import under_way
from collectors.under_way import UnderWay


def test_a_query_that_ends_by_itself_is_not_called_off() -> None:
    calls: list[str] = []
    all_of = UnderWay()
    with all_of.until_done(lambda: calls.append("off")):
        pass
    all_of.call_off()
    assert calls == []


def test_one_that_is_left_by_an_error_is_called_off_once() -> None:
    calls: list[str] = []
    all_of = UnderWay()

    def leave() -> None:
        with all_of.until_done(lambda: calls.append("off")):
            all_of.call_off()
            raise ValueError("left")

    with pytest.raises(ValueError, match="left"):
        leave()
    all_of.call_off()
    assert calls == ["off"]


def test_all_are_called_off_side_by_side_and_one_that_hangs_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(under_way, "LONGEST_WAIT", 0.2)
    hangs, calls = threading.Event(), []
    all_of = UnderWay()
    with all_of.until_done(hangs.wait), all_of.until_done(lambda: calls.append("off")):
        began = time.monotonic()
        all_of.call_off()
        waited = time.monotonic() - began
        hangs.set()
    assert (calls, waited < 5) == (["off"], True)
