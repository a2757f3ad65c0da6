"""python -m collectors.sample: the local AWS, with the sample estate in it unless --empty."""

from __future__ import annotations

import argparse
import os
import queue
import signal
import subprocess
import sys
from types import FrameType

from collectors.sample.server import HOME_ACCOUNT, clean_environment

REGIONS = "eu-west-1,us-east-1"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m collectors.sample",
        description="A local AWS on loopback with a sample estate, served until stopped.",
    )
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1 (default: a free one)")
    parser.add_argument("--empty", action="store_true", help="without the sample estate, for one's own")
    parser.add_argument("--size", default="small", help="small, or the number of rules of a generated estate")
    parser.add_argument(
        "--faults", type=int, metavar="SEED", help="with --size N: break some of it, drawn from this seed"
    )
    parser.add_argument(
        "--exec",
        dest="command",
        nargs=argparse.REMAINDER,
        help="run a command with the environment exported, and end with its exit code (last option)",
    )
    arguments = parser.parse_args()
    if arguments.size != "small" and not (arguments.size.isdigit() and int(arguments.size) > 0):
        parser.error("--size takes small or a number of rules")
    if arguments.faults is not None and not arguments.size.isdigit():
        parser.error("--faults goes with --size N")
    if arguments.command is not None and not arguments.command:
        parser.error("--exec takes a command")
    return arguments


def _environment(port: int, *, empty: bool) -> dict[str, str]:
    found = {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DEFAULT_REGION": REGIONS.split(",", maxsplit=1)[0],
    }
    if empty:
        return found | {
            "HEADWATER_ACCOUNTS": HOME_ACCOUNT,
            "HEADWATER_REGIONS": REGIONS,
            "HEADWATER_ROLE": "HeadwaterRead",
        }
    from collectors.sample.load import environment  # noqa: PLC0415 - the estate is not needed for --empty

    return found | environment()


def _fill(port: int, size: str, faults: int | None) -> subprocess.Popen[bytes]:
    """Begins to load the estate, in a process of its own: server and loader then have a core each.

    Ctrl-C does not reach that process; `_Stop` ends it.
    """
    wanted = size if size.isdigit() else repr(size)
    script = f"from collectors.sample.load import load; load('http://127.0.0.1:{port}', {wanted}, {faults})"
    return subprocess.Popen(  # noqa: S603 - our own loader; size and seed are numbers, or small
        [sys.executable, "-c", script], env=clean_environment(), start_new_session=True
    )


def _run(command: list[str], environment: dict[str, str]) -> int:
    """Runs a command and passes its exit code on; a signal's end becomes 128 + its number, as in a shell."""
    try:
        process = subprocess.Popen(command, env=clean_environment() | environment)  # noqa: S603 - the user's own command
    except OSError as error:
        print(f"cannot run {command[0]}: {os.strerror(error.errno or 0)}", file=sys.stderr)
        return 127
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the command too; it decides
    signal.signal(signal.SIGTERM, lambda *_: process.terminate())
    code = process.wait()
    return code if code >= 0 else 128 - code


class _Stop:
    """What SIGINT and SIGTERM do: end everything at once until `ready`, then tell it to `asked`.

    A queue, not an event: a signal that comes while an event takes its lock to wait would wait for that lock for ever.
    """

    def __init__(self) -> None:
        self.asked: queue.SimpleQueue[int] = queue.SimpleQueue()
        self.ready = False
        self.loader: subprocess.Popen[bytes] | None = None
        signal.signal(signal.SIGINT, self._stop)
        signal.signal(signal.SIGTERM, self._stop)

    def _stop(self, number: int, _frame: FrameType | None) -> None:
        if not self.ready:
            if self.loader:
                self.loader.kill()
            os._exit(0)
        self.asked.put(number)


def main() -> int:
    """Serves, fills, says so, and waits. Exit 1 when the estate cannot be loaded, 2 for bad usage or a taken port."""
    arguments = _arguments()
    stop = _Stop()
    from collectors.sample.server.serve import serve  # noqa: PLC0415 - moto takes half a second; --help should not

    try:
        server = serve(arguments.port)
    except OSError as error:
        print(f"cannot serve on port {arguments.port}: {os.strerror(error.errno or 0)}", file=sys.stderr)
        return 2
    if not arguments.empty:
        stop.loader = _fill(server.server_port, arguments.size, arguments.faults)
    environment = _environment(server.server_port, empty=arguments.empty)
    if stop.loader and stop.loader.wait() != 0:
        print("the sample estate could not be loaded", file=sys.stderr)
        return 1
    stop.ready = True
    if arguments.command:
        return _run(arguments.command, environment)
    print("\n".join(f"{name}={value}" for name, value in environment.items()))
    print("ready", flush=True)
    stop.asked.get()
    return 0


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    os._exit(code)  # threads of open connections must not hold the process back
