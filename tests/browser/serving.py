"""The app as a user starts it, and where Chromium is: for browser tests, screenshots and the benchmark."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or "/usr/bin/chromium"
BROKEN_POLICY = "Content Security Policy"
"""What Chromium's console says when a page does what its policy forbids."""
ARGUMENTS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]


def free_port() -> int:
    """A port of loopback that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def running(
    store: Path, environment: Mapping[str, str] | None = None, script: Path = ROOT / "streamlit_app.py"
) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """`streamlit run streamlit_app.py` on a free port with this store; gives its address and process. A traceback in its log fails."""
    port = free_port()
    command = [sys.executable, "-m", "streamlit", "run", str(script), "--server.port", str(port)]
    log = tempfile.TemporaryFile()  # noqa: SIM115 - closed below, after it was read
    server = subprocess.Popen(
        command,
        cwd=ROOT,
        env={**(environment or os.environ), "HEADWATER_STORE": str(store)},
        stdout=log,
        stderr=subprocess.STDOUT,
    )
    try:
        _wait(f"http://127.0.0.1:{port}/_stcore/health", server)
        yield f"http://127.0.0.1:{port}", server
    finally:
        server.terminate()
        try:
            server.wait(timeout=10)
        except subprocess.TimeoutExpired:  # a page was still being made
            server.kill()
            server.wait()
        log.seek(0)
        said = log.read().decode(errors="replace")
        log.close()
        assert "Traceback" not in said, said[-6000:]


@contextmanager
def serving(store: Path, environment: Mapping[str, str] | None = None) -> Iterator[str]:
    """As `running`, for whoever needs the address alone."""
    with running(store, environment) as (address, _):
        yield address


def _wait(address: str, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until and server.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=2):
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"the app did not start (exit code {server.poll()})")
