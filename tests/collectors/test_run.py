"""A run as a whole: gaps, exit codes, what is kept. Ctrl-C is tried in test_misbehaviour."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from collectors import snapshot
from collectors.__main__ import main
from collectors.sample.server import Server
from tests.commanding import Done, called


@pytest.fixture
def empty_aws(shared_aws: Server) -> Server:
    """A local AWS with nothing in it but what AWS puts there."""
    shared_aws.reset()
    return shared_aws


def words(store: Path, *more: str) -> list[str]:
    return ["--store", str(store), "--regions", "eu-west-1", *more]


def variables(server: Server) -> dict[str, str]:
    return {name: value for name, value in server.environment.items() if not name.startswith("HEADWATER_")}


def collect(server: Server, store: Path, *more: str) -> Done:
    return called(main, *words(store, *more), environment=variables(server))


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


def test_a_throttle_storm_loses_nothing(
    empty_aws: Server, shared_clients: Callable[..., Any], tmp_path: Path
) -> None:
    for number in range(12):
        shared_clients("events").put_rule(Name=f"rule-{number}", EventPattern='{"source":["s"]}')
    empty_aws.misbehave({"service": "events", "throttle": 25, "burst": 1})
    done = collect(empty_aws, tmp_path, "--only", "rules", "--json")
    scope = json.loads(done.stdout)["scopes"][0]
    assert (done.returncode, scope["status"], scope["rows"]) == (0, "ok", 12)
    assert scope["throttles"] > 0


@pytest.mark.parametrize(
    ("how", "status"),
    [({"deny": True}, "denied"), ({"fail": {"status": 400, "code": "Odd", "message": "no"}}, "failed")],
)
def test_a_role_that_cannot_be_assumed_is_named_by_its_own_action(
    how: dict[str, Any], status: str, empty_aws: Server, tmp_path: Path
) -> None:
    empty_aws.misbehave({"service": "sts", "operation": "AssumeRole"} | how)
    asked = ["--accounts", "222222222222", "--role", "Read", "--only", "buses,rules,queues", "--json"]
    done = collect(empty_aws, tmp_path, *asked)
    assert (done.returncode, {s["status"] for s in json.loads(done.stdout)["scopes"]}) == (1, {status})
    gaps = snapshot.load(tmp_path).rows("gaps")
    assert {(gap["action"], gap["status"]) for gap in gaps} == {("sts:AssumeRole", status)}
    assert {gap["collector"] for gap in gaps} == {"buses", "rules", "queues"}


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("subscriptions.parquet", None),
        ("manifest.json", b"{}"),
        ("scopes.parquet", "garbled"),
    ],
)
def test_a_damaged_newest_snapshot_is_passed_over_with_a_warning(
    file: str, content: bytes | str | None, empty_aws: Server, tmp_path: Path
) -> None:
    collect(empty_aws, tmp_path, "--only", "buses", "--json")
    collect(empty_aws, tmp_path, "--only", "queues", "--json")
    path = snapshot.load(tmp_path).folder / file
    if isinstance(content, str):  # its end is whole, so that only reading it shows
        whole = path.read_bytes()
        content = whole[:4] + bytes(len(whole) // 4) + whole[4 + len(whole) // 4 :]
    path.unlink() if content is None else path.write_bytes(content)
    done = collect(empty_aws, tmp_path, "--only", "topics", "--json")
    assert (done.returncode, "damaged" in done.stderr, "Traceback" in done.stderr) == (
        0,
        True,
        False,
    )
    after = snapshot.load(tmp_path)
    assert {row["collector"] for row in after.rows("scopes")} == {"buses", "topics"}
    assert [bus["name"] for bus in after.rows("buses")] == ["default"]


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda path: path.write_text("x"), "File exists"),
        (lambda path: path.parent.joinpath("store").symlink_to("/proc/headwater"), "cannot be written"),
        (lambda path: (path.mkdir(), (path / "snapshots").touch()), "Not a directory"),
    ],
)
def test_a_store_that_cannot_be_written_is_told_before_the_first_call(
    make: Callable[[Path], object], says: str, empty_aws: Server, tmp_path: Path
) -> None:
    make(tmp_path / "store")
    empty_aws.control("DELETE", "calls")
    done = collect(empty_aws, tmp_path / "store", "--yes")
    told = " ".join(done.stderr.split())
    assert (done.returncode, says in told, "Name another folder" in told) == (1, True, True)
    assert (empty_aws.calls()["calls"], "Traceback" in done.stderr) == ([], False)


@pytest.mark.parametrize(
    ("profile", "content", "says"),
    [
        ("nope", "", "profile (nope) could not be found"),
        ("default", "no section\n", "Unable to parse config file"),
    ],
)
def test_an_aws_configuration_that_cannot_be_used_is_one_sentence(
    profile: str, content: str, says: str, empty_aws: Server, tmp_path: Path
) -> None:
    (tmp_path / "config").write_text(content)
    environment = {"AWS_PROFILE": profile, "AWS_CONFIG_FILE": str(tmp_path / "config")}
    done = called(main, *words(tmp_path / "store"), environment=variables(empty_aws) | environment)
    told = " ".join(done.stderr.split())
    assert (done.returncode, says in told, "Correct AWS_PROFILE" in told) == (2, True, True)
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("more", "code", "says"),
    [
        (["--only", "kafka"], 2, "there is no collector 'kafka'"),
        (["--accounts", "12"], 2, "'12' is not an account id"),
        (["--trail", ""], 2, "--trail '' names nothing"),
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
