"""Collecting from the page: a process of its own, one at a time, followed by its progress. Against an empty local AWS."""

from pathlib import Path

import pytest

from collectors import snapshot
from collectors.sample.server import Server
from dashboard import collecting
from dashboard.collecting import BusyError
from tests.pages.conftest import Run


@pytest.fixture
def account(shared_aws: Server, store: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The store, and an environment in which `python -m collectors` reads the empty account."""
    shared_aws.reset()
    for name, value in shared_aws.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("HEADWATER_REGIONS", "eu-west-1")
    monkeypatch.setenv("HEADWATER_ACCOUNTS", "111111111111")
    return store


def test_one_run_at_a_time_then_a_snapshot(account: Path) -> None:
    run = collecting.start(account)
    try:
        assert collecting.busy(account)
        with pytest.raises(BusyError):
            collecting.start(account)
    finally:
        run.wait(60)
    assert run.exit_code == 0, run.sentence
    assert not collecting.busy(account)
    assert run.sentence == "Collected, complete."
    assert run.done == len(run.states) == run.total
    assert run.done > 10
    assert snapshot.load(account).rows("buses")


def test_a_failed_run_says_why_and_frees_the_store(account: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADWATER_METRIC_HOURS", "never")
    run = collecting.start(account)
    run.wait(60)
    assert run.exit_code == 2
    assert "refused the configuration" in run.sentence
    assert "metric_hours" in run.sentence
    assert not collecting.busy(account)


def test_a_run_can_be_stopped(account: Path) -> None:
    run = collecting.start(account)
    run.stop()
    run.wait(60)
    assert run.exit_code != 0
    assert run.sentence.startswith("Stopped. The last good snapshot stays.")
    assert not snapshot.ids(account)


def test_the_page_collects_the_first_snapshot_and_shows_it(account: Path, run_bare: Run) -> None:
    app = run_bare()
    app.button(key="collect").click().run()
    from dashboard import state  # noqa: PLC0415 - the page's own run, which it started in this process

    now = state.collection()
    assert now is not None
    now.wait(60)
    app.run()
    assert snapshot.ids(account)
    assert "Who consumes this?" in [title.value for title in app.title]
