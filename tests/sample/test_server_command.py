"""python -m collectors.sample: its lines, its exit codes, and its end."""

import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "collectors.sample"]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *arguments], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_prints_the_environment_then_ready_and_ends_at_once_on_a_signal(number: signal.Signals) -> None:
    with subprocess.Popen(
        [*COMMAND, "--empty"], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        lines = []
        while not lines or lines[-1] != "ready":
            lines.append(process.stdout.readline().strip())
        process.send_signal(number)
        _, errors = process.communicate(timeout=10)
    assert (process.returncode, errors) == (0, "")
    assert [line.split("=")[0] for line in lines[:-1]] == [
        "AWS_ENDPOINT_URL",
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_DEFAULT_REGION",
        "HEADWATER_ACCOUNTS",
        "HEADWATER_REGIONS",
        "HEADWATER_ROLE",
    ]
    assert lines[0].startswith("AWS_ENDPOINT_URL=http://127.0.0.1:")


def test_exec_runs_a_command_with_the_environment_passes_its_exit_code_and_says_nothing_of_its_own() -> None:
    """Not even of actions that the local AWS does not know."""
    script = (
        "import boto3, sys\n"
        "print(boto3.client('sts').get_caller_identity()['Account'])\n"
        "for service, call in (('lambda', 'get_account_settings'), ('account', 'list_regions')):\n"
        "    try: getattr(boto3.client(service), call)()\n"
        "    except Exception as error: print(error.response['Error']['Code'])\n"
        "sys.exit(7)\n"
    )
    done = run("--empty", "--exec", sys.executable, "-c", script)
    told = "111111111111\n" + "UnknownOperationException\n" * 2
    assert (done.returncode, done.stdout, done.stderr) == (7, told, "")


def test_exec_of_a_command_that_does_not_exist_says_so() -> None:
    done = run("--empty", "--exec", "no-such-command")
    assert (done.returncode, done.stderr) == (127, "cannot run no-such-command: No such file or directory\n")


@pytest.mark.parametrize("arguments", [["--size", "many"], ["--size", "0"], ["--exec"], ["--what"]])
def test_bad_usage_exits_2(arguments: list[str]) -> None:
    done = run(*arguments)
    assert done.returncode == 2
    assert done.stderr.startswith("usage:")


def test_a_port_that_is_taken_is_said_in_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = run("--empty", "--port", str(port))
    assert (done.returncode, done.stderr) == (2, f"cannot serve on port {port}: Address already in use\n")


def test_a_signal_while_the_estate_is_loaded_ends_it_at_once() -> None:
    with subprocess.Popen(
        COMMAND, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        time.sleep(1.5)
        process.send_signal(signal.SIGINT)
        out, errors = process.communicate(timeout=10)
    assert (process.returncode, out, errors) == (0, "", "")
