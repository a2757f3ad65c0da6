"""python -m collectors.sample: the local AWS, with the sample estate in it unless --empty."""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import threading
from types import FrameType

from collectors.sample.server import HOME_ACCOUNT

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
        "--exec",
        dest="command",
        nargs=argparse.REMAINDER,
        help="run a command with the environment exported, and end with its exit code (last option)",
    )
    arguments = parser.parse_args()
    if arguments.size != "small" and not (arguments.size.isdigit() and int(arguments.size) > 0):
        parser.error("--size takes small or a number of rules")
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


def _fill(port: int, size: str) -> None:
    from collectors.sample.load import load  # noqa: PLC0415 - as above

    load(f"http://127.0.0.1:{port}", "small" if size == "small" else int(size))


def _run(command: list[str], environment: dict[str, str]) -> int:
    """Runs a command and passes its exit code on; a signal's end becomes 128 + its number, as in a shell."""
    try:
        process = subprocess.Popen(command, env={**os.environ, **environment})  # noqa: S603 - the user's own command
    except OSError as error:
        print(f"cannot run {command[0]}: {error.strerror}", file=sys.stderr)
        return 127
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the command too; it decides
    signal.signal(signal.SIGTERM, lambda *_: process.terminate())
    code = process.wait()
    return code if code >= 0 else 128 - code


def _stop_on_signals() -> threading.Event:
    stopped = threading.Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        stopped.set()
        if loading:  # the estate is still being made: nothing is worth waiting for
            os._exit(0)

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    return stopped


loading = True


def main() -> int:
    """Serves, fills, says so, and waits."""
    global loading  # noqa: PLW0603 - a signal's handler has no other way to know
    arguments = _arguments()
    stopped = _stop_on_signals()
    from collectors.sample.server.serve import serve  # noqa: PLC0415 - moto takes half a second; --help should not

    try:
        server = serve(arguments.port)
    except (OSError, SystemExit) as error:
        print(f"cannot serve on port {arguments.port}: {error}", file=sys.stderr)
        return 2
    environment = _environment(server.server_port, empty=arguments.empty)
    if not arguments.empty:
        _fill(server.server_port, arguments.size)
    loading = False
    if arguments.command:
        return _run(arguments.command, environment)
    print("\n".join(f"{name}={value}" for name, value in environment.items()))
    print("ready", flush=True)
    stopped.wait()
    return 0


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    os._exit(code)  # threads of open connections must not hold the process back
