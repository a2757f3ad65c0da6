"""Shared by all tests: the sample estate, collected once a session from the local AWS over HTTP, as a user does it.

What is large is imported where it is used: the process that only deals tests out to the workers reads this file too, and
nobody begins before it has.
"""

import gc
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from xdist.scheduler import LoadFileScheduling

from collectors.sample.server import Server, start
from tests.commanding import Done, called

ROOT = Path(__file__).parents[1]
HOME, REGION = "111111111111", "eu-west-1"
CREDENTIALS = ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE")


@dataclass(frozen=True)
class Collected:
    """The sample estate: its server, the store it was collected into, and what the command said."""

    server: Server
    store: Path
    environment: dict[str, str]
    document: dict[str, Any]
    exit_code: int
    calls: tuple[dict[str, Any], ...]
    """What the command asked of AWS: rows of {service, operation, action, calls, throttled, …}, counted by the server,
    which kept to AWS's quotas."""

    def collect(self, *words: str) -> Done:
        """The command that collects, with the environment of the sample estate, as fast as the local AWS answers."""
        from collectors.__main__ import main  # noqa: PLC0415 - as above

        return called(main, *words, environment=self.environment | {"HEADWATER_PACE": "100"})

    @contextmanager
    def misbehaving(self, *rules: dict[str, Any]) -> Iterator[None]:
        """Its AWS misbehaves by these rules, and afterwards only refuses what the estate's own account refuses."""
        self.server.misbehave(*rules)
        try:
            yield
        finally:
            with_denials_only(self.server)


# three workers share two cores: no library needs threads of its own
os.environ |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


@pytest.fixture(scope="session", autouse=True)
def _no_power_cut() -> Iterator[None]:
    """Stores of tests are gone when they end: nothing of them has to be on the disk before the next call."""
    with patch("os.fsync", lambda _: None):
        yield


@pytest.fixture(scope="session")
def shared_aws() -> Iterator[Server]:
    """One local AWS for all tests of a worker that need an empty one; each resets it before it begins."""
    with start() as server:
        yield server


@pytest.fixture(scope="session")
def shared_clients(shared_aws: Server) -> Callable[..., Any]:
    """service, account, region → a client of it. Making one costs as much as a whole test: they are made once."""
    import boto3  # noqa: PLC0415 - as above

    made: dict[tuple[str, str, str], Any] = {}

    def of(service: str, account: str = HOME, region: str = REGION) -> Any:
        key = (service, account, region)
        if key not in made:
            made[key] = boto3.client(
                service, region_name=region, endpoint_url=shared_aws.endpoint_url, **shared_aws.keys(account)
            )
        return made[key]

    return of


def with_denials_only(server: Server) -> None:
    """Ends all misbehaviour but the estate's own refusal."""
    from collectors.sample.estate.make_history import make_denials  # noqa: PLC0415 - as above

    server.behave()
    make_denials(server.endpoint_url)


@pytest.fixture(scope="session")
def collected(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Collected]:
    """The sample estate, loaded and collected."""
    from collectors.sample import load  # noqa: PLC0415 - as above

    store = tmp_path_factory.mktemp("sample") / "store"
    with start() as server:
        load.load(server.endpoint_url)
        environment = {
            k: v for k, v in os.environ.items() if k not in CREDENTIALS and not k.startswith("HEADWATER_")
        }
        environment |= server.environment | load.environment() | {"HEADWATER_STORE": str(store)}
        server.control("DELETE", "calls")
        server.keep_quotas()
        made = subprocess.run(
            [sys.executable, "-m", "collectors", "--json"],
            env=environment,
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert made.stdout, made.stderr[-3000:]
        calls = tuple(server.calls()["calls"])
        with_denials_only(server)
        yield Collected(server, store, environment, json.loads(made.stdout), made.returncode, calls)


@pytest.fixture(scope="session")
def sample_estate(collected: Collected) -> Any:
    """The sample estate as it was collected, read once: a dashboard.flow Estate."""
    return estate_in(collected.store)


def estate_in(store: Path) -> Any:
    """The Estate of a store's newest snapshot."""
    from collectors import settings, snapshot  # noqa: PLC0415 - as above
    from dashboard.flow.model.estate import Estate  # noqa: PLC0415 - as above

    return Estate.of(snapshot.load(store), settings.read(store=store))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadFileScheduling | None:
    """With --dist loadfile: a file's tests run on one worker, and so do all files that ask the sample estate.

    It is then loaded and collected once, however many workers there are. (xdist's own groups do not work with this
    pytest, and say nothing about it.)
    """
    if config.getvalue("dist") != "loadfile":
        return None
    config.option.loadscopereorder = False  # not by the number of tests, but in the order of the next hook
    return SampleTogether(config, log)


def pytest_collection_finish() -> None:
    """What was imported stays: the collector of garbage need not look at it again and again while tests run."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest begins first, so that no worker waits for the other at the end."""
    items.sort(key=lambda item: _turn(item.nodeid.split("::", 1)[0]))


def _turn(file: str) -> int:
    if file in _files_with_the_sample():
        return 0
    return 1 if file.endswith(SLOW) else 2


SLOW = (
    "test_misbehaviour.py",
    "test_run.py",
    "test_collecting.py",
    "test_server_command.py",
    "test_stopping.py",
    "test_pages.py",
)
"""Files whose tests start processes or whole runs."""


class SampleTogether(LoadFileScheduling):
    """Files that have a test with the fixture `collected` or `sample_estate` are one unit of work, told by their text."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.split("::", 1)[0]
        return "collected" if file in _files_with_the_sample() else file


@cache
def _files_with_the_sample() -> frozenset[str]:
    asking = re.compile(r"\b(collected|sample_estate): ")  # a parameter, of a test or of a fixture
    return frozenset(
        file.relative_to(ROOT).as_posix()
        for file in Path(__file__).parent.rglob("test_*.py")
        if asking.search(file.read_text())
    )
