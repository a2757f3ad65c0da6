"""What a server makes ready before anyone asks, and that an old snapshot goes when a new one is loaded."""

import gc
import weakref
from collections.abc import Iterator
from pathlib import Path

import pytest

from dashboard import state, warming
from dashboard.flow.model.known import known
from tests.pages.conftest import write
from tests.pages.estate import records

pytestmark = pytest.mark.usefixtures("small")


@pytest.fixture(autouse=True)
def _thawed() -> Iterator[None]:
    yield
    gc.unfreeze()


def test_names_health_and_the_catalogue_are_made_ready_and_frozen() -> None:
    estate = state.estate()
    warming._run(estate)
    memory = estate.memory
    assert {"names", "metrics", "troubles", "failings", "catalogue", "loose-ends"} <= memory.keys()
    assert memory["catalogue-rows"].keys() == known(estate).keys()
    assert gc.get_freeze_count() > 0


def test_what_goes_wrong_is_left_to_who_asks(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object) -> None:
        raise ValueError("odd")

    monkeypatch.setattr(warming.search, "search", broken)
    warming._run(state.estate())
    assert "ValueError: odd" in capsys.readouterr().err


def test_only_a_server_warms_up() -> None:
    assert "names" not in state.estate().memory
    assert gc.get_freeze_count() == 0


def test_a_server_without_a_snapshot_waits_for_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADWATER_STORE", str(tmp_path / "none"))
    monkeypatch.setattr(warming, "on", False)
    state.preload()
    assert warming.on


def test_the_snapshot_before_is_let_go(small: Path) -> None:
    old = weakref.ref(state.estate())
    warming.freeze()
    write(small, records())
    assert state.estate() is not old()
    warming.freeze()
    assert old() is None


def test_answers_that_are_kept_are_frozen_too_by_a_server(monkeypatch: pytest.MonkeyPatch) -> None:
    warming.settle()
    assert gc.get_freeze_count() == 0
    monkeypatch.setattr(warming, "on", True)
    warming.settle()
    assert gc.get_freeze_count() > 0
