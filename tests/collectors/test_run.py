"""A run as a whole: gaps, exit codes, what is kept, what a stop leaves."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from collectors import snapshot
from collectors.sample.server import Server, start

ROOT = Path(__file__).parents[2]
ACCOUNT = "111111111111"


@pytest.fixture
def empty_aws() -> Iterator[Server]:
    """A local AWS with nothing in it but what AWS puts there."""
    with start() as server:
        yield server


def command(server: Server, store: Path, *more: str) -> tuple[list[str], dict[str, str]]:
    environment = {
        k: v for k, v in os.environ.items() if not k.startswith(("HEADWATER_", "AWS_"))
    } | server.environment
    environment = {k: v for k, v in environment.items() if not k.startswith("HEADWATER_")}
    return [
        sys.executable,
        "-m",
        "collectors",
        "--store",
        str(store),
        "--regions",
        "eu-west-1",
        *more,
    ], environment


def collect(server: Server, store: Path, *more: str) -> subprocess.CompletedProcess[str]:
    arguments, environment = command(server, store, *more)
    return subprocess.run(
        arguments, env=environment, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )


def test_an_empty_but_readable_account_is_complete(empty_aws: Server, tmp_path: Path) -> None:
    done = collect(empty_aws, tmp_path, "--only", "buses,rules,queues", "--json")
    assert (done.returncode, {s["status"] for s in json.loads(done.stdout)["scopes"]}) == (0, {"ok"})
    assert [bus["name"] for bus in snapshot.load(tmp_path).rows("buses")] == ["default"]


def test_a_denied_scope_is_a_gap_keeps_its_last_rows_and_costs_no_other(
    empty_aws: Server, tmp_path: Path
) -> None:
    collect(empty_aws, tmp_path, "--only", "buses,queues", "--json")
    empty_aws.misbehave({"service": "events", "operation": "ListEventBuses", "deny": True})
    done = collect(empty_aws, tmp_path, "--only", "buses,queues", "--json")
    after = snapshot.load(tmp_path)
    statuses = {scope["collector"]: scope["status"] for scope in json.loads(done.stdout)["scopes"]}
    assert (done.returncode, statuses) == (3, {"buses": "denied", "queues": "ok"})
    assert [bus["name"] for bus in after.rows("buses")] == ["default"]
    assert [(gap["action"], gap["status"]) for gap in after.rows("gaps")] == [
        ("events:ListEventBuses", "denied")
    ]
    scope = next(row for row in after.rows("scopes") if row["collector"] == "buses")
    assert scope["read_at"] < scope["tried_at"]


def test_a_region_without_the_new_buses_is_complete_without_them(empty_aws: Server, tmp_path: Path) -> None:
    empty_aws.misbehave({"service": "eventbridgev2", "unsupported": True})
    done = collect(empty_aws, tmp_path, "--only", "buses,subscribers", "--json")
    statuses = {scope["collector"]: scope["status"] for scope in json.loads(done.stdout)["scopes"]}
    assert (done.returncode, statuses) == (0, {"buses": "ok", "subscribers": "unsupported"})


def test_two_kinds_of_refusal_keep_the_last_good_rows_too(empty_aws: Server, tmp_path: Path) -> None:
    collect(empty_aws, tmp_path, "--only", "sources,buses", "--json")
    empty_aws.misbehave(
        {"service": "events", "operation": "ListEventBuses", "deny": True},
        {
            "service": "eventbridgev2",
            "fail": {"status": 400, "code": "InvalidStateException", "message": "no"},
        },
        {"service": "events", "operation": ["ListEventSources", "ListEndpoints"], "deny": True},
    )
    done = collect(empty_aws, tmp_path, "--only", "sources,buses", "--json")
    statuses = {scope["collector"]: scope["status"] for scope in json.loads(done.stdout)["scopes"]}
    assert (done.returncode, "partial" in statuses.values()) == (1, False)
    assert [bus["name"] for bus in snapshot.load(tmp_path).rows("buses")] == ["default"]


def test_nothing_readable_exits_1(empty_aws: Server, tmp_path: Path) -> None:
    empty_aws.misbehave({"service": "sqs", "operation": "ListQueues", "deny": True})
    assert collect(empty_aws, tmp_path, "--only", "queues", "--json").returncode == 1


def test_a_run_replaces_only_the_scopes_it_was_asked_for(empty_aws: Server, tmp_path: Path) -> None:
    collect(empty_aws, tmp_path, "--only", "buses", "--json")
    collect(empty_aws, tmp_path, "--only", "queues", "--json")
    after = snapshot.load(tmp_path)
    assert {row["collector"] for row in after.rows("scopes")} == {"buses", "queues"}
    assert len(after.rows("buses")) == 1


def test_a_throttle_storm_loses_nothing(empty_aws: Server, tmp_path: Path) -> None:
    import boto3  # noqa: PLC0415

    events = boto3.client(
        "events",
        endpoint_url=empty_aws.endpoint_url,
        region_name="eu-west-1",
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
    )
    for number in range(12):
        events.put_rule(Name=f"rule-{number}", EventPattern='{"source":["s"]}')
    empty_aws.misbehave({"service": "events", "throttle": 12, "burst": 1})
    done = collect(empty_aws, tmp_path, "--only", "rules", "--json")
    scope = json.loads(done.stdout)["scopes"][0]
    assert (done.returncode, scope["status"], scope["rows"]) == (0, "ok", 12)
    assert scope["throttles"] > 0


@pytest.mark.parametrize(
    ("more", "code", "says"),
    [
        (["--only", "kafka"], 2, "there is no collector 'kafka'"),
        (["--accounts", "12"], 2, "'12' is not an account id"),
        (["--accounts", "222222222222", "--only", "buses", "--yes"], 1, "name the role"),
    ],
)
def test_bad_usage_is_one_sentence(
    more: list[str], code: int, says: str, empty_aws: Server, tmp_path: Path
) -> None:
    done = collect(empty_aws, tmp_path, *more)
    assert done.returncode == code
    assert says in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr


def test_a_stop_ends_within_two_seconds_and_leaves_the_last_good_snapshot(
    empty_aws: Server, tmp_path: Path
) -> None:
    collect(empty_aws, tmp_path, "--only", "buses", "--json")
    before = snapshot.ids(tmp_path)
    empty_aws.misbehave({"service": "events", "operation": "ListEventBuses", "hang": 30})
    arguments, environment = command(empty_aws, tmp_path, "--only", "buses", "--progress")
    process = subprocess.Popen(arguments, env=environment, cwd=ROOT, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    while '"running"' not in process.stderr.readline():
        assert process.poll() is None
    time.sleep(0.3)
    asked = time.monotonic()
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=10) == 130
    assert time.monotonic() - asked < 2
    assert snapshot.ids(tmp_path) == before
