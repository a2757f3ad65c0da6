"""A local AWS on loopback: moto's server behind a front, with stand-ins for what moto lacks or does otherwise than AWS.

`start()` runs one in a process of its own:

    with start() as server:
        boto3.client("events", endpoint_url=server.endpoint_url, region_name="eu-west-1", **server.keys())
        server.control("POST", "misbehave", {"service": "events", "operation": "ListRules", "throttle": 10})

What can be told to it beside AWS's own API is listed in `control`; docs/sample-server.md has examples.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

HOME_ACCOUNT = "111111111111"
_ROOT = Path(__file__).resolve().parents[3]


@dataclass
class Server:
    """A running local AWS. environment: the variables that point boto3 and Headwater at it."""

    process: subprocess.Popen[str]
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def endpoint_url(self) -> str:
        """http://127.0.0.1:PORT."""
        return self.environment["AWS_ENDPOINT_URL"]

    def keys(self, account: str = HOME_ACCOUNT) -> dict[str, str]:
        """Keyword arguments for boto3 that sign as an account: an access key of twelve digits is that account."""
        return {"aws_access_key_id": account, "aws_secret_access_key": "testing"}

    def control(self, method: str, path: str, value: Any = None) -> Any:
        """One call of the control endpoint, such as ("GET", "calls"). Raises ValueError with what the server says."""
        request = urllib.request.Request(  # noqa: S310 - always http to loopback
            f"{self.endpoint_url}/_headwater/{path}",
            data=None if value is None else json.dumps(value).encode(),
            method=method,
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as response:  # noqa: S310 - as above
                return json.load(response)
        except urllib.error.HTTPError as error:
            raise ValueError(json.load(error)["error"]) from error

    def misbehave(self, *rules: dict[str, Any]) -> None:
        """Adds misbehaviour rules."""
        self.control("POST", "misbehave", list(rules))

    def keep_quotas(self) -> None:
        """Throttles at AWS's published quotas from now on; `calls()` tells how often it did."""
        self.control("POST", "quotas")

    def behave(self) -> None:
        """Drops every misbehaviour rule and the counts of calls."""
        self.control("DELETE", "misbehave")
        self.control("DELETE", "calls")

    def calls(self) -> dict[str, Any]:
        """The counts of calls since the start or the last `behave`."""
        counted: dict[str, Any] = self.control("GET", "calls")
        return counted

    def reset(self) -> None:
        """Forgets everything, as if just started empty."""
        self.control("POST", "reset")

    def stop(self) -> None:
        """Ends the server."""
        self.process.terminate()
        try:
            self.process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self.process.stdout:
            self.process.stdout.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def start(port: int = 0, *, size: str | int | None = None, timeout: float = 60) -> Server:
    """A local AWS in a process of its own, ready to answer.

    size: None for an empty one, "small" for the sample estate, a number for a generated one of that many rules.
    Raises RuntimeError when it does not come up, with what it wrote to stderr left on this process's stderr.
    """
    what = ["--empty"] if size is None else ["--size", str(size)]
    command = [sys.executable, "-m", "collectors.sample", "--port", str(port), *what]
    process = subprocess.Popen(  # noqa: S603 - our own module
        command, stdout=subprocess.PIPE, text=True, cwd=_ROOT, env=clean_environment()
    )
    server = Server(process)
    reminder = threading.Timer(timeout, process.kill)
    reminder.start()
    try:
        for line in process.stdout or ():
            if line.strip() == "ready":
                return server
            name, _, value = line.strip().partition("=")
            server.environment[name] = value
    finally:
        reminder.cancel()
    server.stop()
    raise RuntimeError(f"the local AWS did not start (exit {process.returncode})")


def clean_environment() -> dict[str, str]:
    """Our environment without what would point the server's own clients, or moto, elsewhere."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "MOTO_"))}
