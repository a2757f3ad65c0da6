"""Shared by all tests: the sample estate, collected once a session from the local AWS over HTTP, as a user does it."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from collectors.sample import load
from collectors.sample.server import Server, start

ROOT = Path(__file__).parents[1]
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
    """What the command asked of AWS: rows of {service, operation, action, calls, …}, counted by the server."""

    def run(self, *command: str, **more: str) -> subprocess.CompletedProcess[str]:
        """A command of ours, with the environment of the sample estate."""
        return subprocess.run(
            [sys.executable, "-m", *command],
            env=self.environment | more,
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )


@pytest.fixture(scope="session")
def collected(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Collected]:
    """The sample estate, loaded and collected."""
    store = tmp_path_factory.mktemp("sample") / "store"
    with start() as server:
        load.load(server.endpoint_url)
        environment = {
            k: v for k, v in os.environ.items() if k not in CREDENTIALS and not k.startswith("HEADWATER_")
        }
        environment |= server.environment | load.environment() | {"HEADWATER_STORE": str(store)}
        server.control("DELETE", "calls")
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
        yield Collected(server, store, environment, json.loads(made.stdout), made.returncode, calls)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whoever asks the sample estate runs on one worker: it is loaded and collected once, however many workers there are."""
    for item in items:
        if "collected" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.xdist_group("collected"))
