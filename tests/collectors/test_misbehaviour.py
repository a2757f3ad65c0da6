"""All collectors at once on an estate that has one of everything, while AWS leaves out, refuses, throttles, fails, hangs."""

import json
import signal
import subprocess
import sys
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore.config import Config

from collectors import aws, snapshot
from collectors.__main__ import main
from collectors.aws import Aws
from collectors.listing import COLLECTORS
from collectors.run import Outcome, collect_one
from collectors.sample.server import Server
from collectors.scope import Run, Scope
from collectors.settings import Settings
from tests.collectors import everything
from tests.commanding import ROOT, Done, called, clean

ABOUT_THE_RUN = {"gaps", "scopes"}


@dataclass(frozen=True)
class Everything:
    """The estate, how it looks when AWS behaves, and each call of AWS that a collector makes then."""

    server: Server
    rows: dict[str, Counter[str]]
    calls: dict[tuple[str, str], str]
    """(service, operation) → IAM action."""

    @property
    def environment(self) -> dict[str, str]:
        return (
            self.server.environment
            | {"HEADWATER_REGIONS": "eu-west-1", "HEADWATER_PACE": "100"}
            | {"HEADWATER_PERMITTED": "true"}
        )

    def collect(self, store: Path, *words: str, **more: str) -> tuple[Done, dict[str, Any]]:
        """The command, and its document by collector."""
        done = called(main, "--store", str(store), "--json", *words, environment=self.environment | more)
        assert done.stdout, done.stderr
        return done, {scope["collector"]: scope for scope in json.loads(done.stdout)["scopes"]}


def rows(store: Path) -> dict[str, Counter[str]]:
    """What the newest snapshot holds: frame → how many rows of which ARN."""
    there = snapshot.load(store)
    return {
        frame: Counter(str(row.get("arn") or row.get("from_arn")) for row in there.rows(frame))
        for frame in there.manifest.frames
        if frame not in ABOUT_THE_RUN
    }


def gaps(store: Path) -> list[dict[str, Any]]:
    return snapshot.load(store).rows("gaps")


@pytest.fixture(scope="module")
def loaded(shared_aws: Server, tmp_path_factory: pytest.TempPathFactory) -> Everything:
    """The estate, collected once by the command."""
    shared_aws.reset()
    everything.load(shared_aws.endpoint_url)
    shared_aws.control("DELETE", "calls")
    store = tmp_path_factory.mktemp("everything")
    found = Everything(shared_aws, {}, {})
    done, scopes = found.collect(store)
    assert (done.returncode, {scope["status"] for scope in scopes.values()}) == (0, {"ok"})
    assert {name for name, scope in scopes.items() if scope["rows"]} == {one.name for one in COLLECTORS}
    found.rows.update(rows(store))
    calls = {(call["service"], call["operation"]): call["action"] for call in shared_aws.calls()["calls"]}
    found.calls.update({call: action for call, action in calls.items() if call[0] != "sts"})
    return found


@pytest.fixture
def estate(loaded: Everything) -> Iterator[Everything]:
    """The estate, whose AWS behaves again after the test."""
    yield loaded
    loaded.server.behave()


@pytest.fixture
def one_by_one(estate: Everything, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Outcome]:
    """Runs one collector by its name."""
    for name, value in estate.environment.items():
        monkeypatch.setenv(name, value)
    stop = threading.Event()
    settings = Settings()
    aws = Aws(settings, stop)
    by_name = {one.name: one for one in COLLECTORS}

    def once(name: str) -> Outcome:
        run = Run(aws, settings, stop)  # what a run shares is read again
        scope = Scope(run, run.aws.accounts[0], run.aws.regions[0], name)
        return collect_one(by_name[name], scope, lambda *_: None)

    return once


@pytest.fixture
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """A call is tried as often as ever, but soon again."""
    monkeypatch.setattr("collectors.pace.LONGEST_PAUSE", 0.01)


NAMES = [one.name for one in COLLECTORS]
NEEDED = {
    *("Field", "Key", "Value", "State", "EventTime", "SchemaVersion", "Pattern", "Target", "Source"),
    *("Enrichment", "Destination", "Tags", "Dimensions", "DestinationConfig", "OnSuccess", "OnFailure"),
    *(
        "EventPattern",
        "ScheduleExpression",
        "FieldSelectors",
        "Equals",
        "KinesisStreamSourceDescription",
        "Filters",
        "Configuration",
    ),
    *("status", "field", "Prefix", "resourceArns", "deliveryDestinationConfiguration"),
    *("definition", "key", "value", "EventBridgeConfiguration", "RolePolicyList", "PolicyDocument"),
}
"""Members without which there is no row, or a link fewer, beside names, ids, ARNs and addresses."""
IDENTITY = ("arn", "name", "id", "token", "marker", "url")


def members(shape: Any, above: tuple[str, ...] = ()) -> Iterator[str]:
    """Names of all members of an answer, at any depth."""
    if shape is None or shape.name in above:
        return
    if shape.type_name == "structure":
        for name, member in shape.members.items():
            if not getattr(shape, "is_tagged_union", False):  # of a union exactly one is there
                yield name
            yield from members(member, (*above, shape.name))
    elif shape.type_name in ("list", "map"):
        inner = shape.member if shape.type_name == "list" else shape.value
        yield from members(inner, (*above, shape.name))


def optional_members(service: str, operation: str) -> list[str]:
    """What an answer may lack while each of its things stays told: all but NEEDED, identities and the outermost lists."""
    output = _SESSION.get_service_model(service).operation_model(operation).output_shape
    outermost = {
        name
        for name, member in output.members.items()
        if member.type_name in ("structure", "list", "map", "blob")
    }
    return sorted(
        name for name in set(members(output)) - NEEDED - outermost if not name.lower().endswith(IDENTITY)
    )


_SESSION = botocore.session.get_session()


@pytest.mark.parametrize("how", ["nulls", "drop"])
def test_every_optional_member_may_be_null_or_absent(estate: Everything, how: str, tmp_path: Path) -> None:
    left_out = {call: optional_members(*call) for call in estate.calls if call != ("s3", "GetObject")}
    assert sum(map(len, left_out.values())) > 300
    rules = [
        {"service": service, "operation": operation, how: names}
        for (service, operation), names in left_out.items()
        if names
    ]
    estate.server.misbehave(*rules)
    done, _ = estate.collect(tmp_path)
    assert (done.returncode, gaps(tmp_path)) == (0, [])
    assert rows(tmp_path) == estate.rows


def test_pages_of_one_with_odd_tokens_and_empty_pages_between_lose_no_row(
    estate: Everything, tmp_path: Path
) -> None:
    services = sorted({service for service, _ in estate.calls})
    estate.server.misbehave(
        {"service": services, "one_item_pages": True, "odd_tokens": True, "empty_pages": True}
    )
    done, scopes = estate.collect(tmp_path)
    assert scopes["metrics"]["calls"] > 2 * scopes["metrics"]["rows"] > 0
    assert (done.returncode, gaps(tmp_path), rows(tmp_path)) == (0, [], estate.rows)


def test_all_denied_at_once_is_denied_everywhere_and_never_empty(estate: Everything, tmp_path: Path) -> None:
    services = sorted({service for service, _ in estate.calls})
    estate.server.misbehave({"service": services, "deny": True})
    done, scopes = estate.collect(tmp_path)
    assert (done.returncode, {scope["status"] for scope in scopes.values()}) == (1, {"denied"})
    named = defaultdict(set)
    for gap in gaps(tmp_path):
        named[gap["collector"]].add((gap["status"], gap["action"] in estate.calls.values()))
    assert named == {one.name: {("denied", True)} for one in COLLECTORS}


def test_each_action_denied_alone_is_named_wherever_it_is_used(
    estate: Everything, one_by_one: Callable[[str], Outcome]
) -> None:
    users = {name: one_by_one(name).scope.tally.actions for name in NAMES}
    told, expected = {}, {}
    for (service, operation), action in estate.calls.items():
        estate.server.behave()
        estate.server.misbehave({"service": service, "operation": operation, "deny": True})
        for name in (name for name, used in users.items() if f"{service}:{operation}" in used):
            outcome = one_by_one(name)
            denied = {(gap.status, gap.action) for gap in outcome.scope.gaps}
            told[action, name] = (outcome.status in ("denied", "partial"), denied)
            expected[action, name] = (True, {("denied", action)})
    assert len(told) >= len(estate.calls)
    # whose selectors may not be read is a trail whose files are read: nothing is missed, so nothing is told
    assert told.pop(("cloudtrail:GetEventSelectors", "traces")) == (False, set())
    expected.pop(("cloudtrail:GetEventSelectors", "traces"))
    assert told == expected


def test_a_throttled_run_completes_and_loses_no_row(estate: Everything, tmp_path: Path) -> None:
    services = {service for service, _ in estate.calls}
    estate.server.misbehave(*({"service": service, "throttle": 30, "burst": 1} for service in services))
    done, scopes = estate.collect(tmp_path)
    assert sum(scope["throttles"] for scope in scopes.values()) > 0
    assert (done.returncode, gaps(tmp_path), rows(tmp_path)) == (0, [], estate.rows)


@pytest.mark.usefixtures("_short_pauses")
def test_a_failure_that_passes_is_tried_again_and_loses_no_row(estate: Everything, tmp_path: Path) -> None:
    once = [{"service": s, "operation": o, "fail": True, "times": 2} for s, o in estate.calls]
    estate.server.misbehave(*once)
    done, scopes = estate.collect(tmp_path)
    assert sum(scope["calls"] for scope in scopes.values()) >= 2 * len(estate.calls)
    assert (done.returncode, gaps(tmp_path), rows(tmp_path)) == (0, [], estate.rows)


@pytest.mark.usefixtures("_short_pauses")
def test_a_failure_that_stays_is_failed_everywhere_and_the_last_good_rows_are_kept(
    estate: Everything, tmp_path: Path
) -> None:
    estate.collect(tmp_path)
    estate.server.misbehave({"service": sorted({service for service, _ in estate.calls}), "fail": 503})
    done, scopes = estate.collect(tmp_path)
    assert (done.returncode, {scope["status"] for scope in scopes.values()}) == (1, {"failed"})
    assert {gap["collector"] for gap in gaps(tmp_path)} == set(NAMES)
    assert not [gap for gap in gaps(tmp_path) if gap["action"] not in estate.calls.values()]
    assert rows(tmp_path) == estate.rows


@pytest.mark.usefixtures("_short_pauses")
def test_a_call_that_hangs_ends_as_a_gap_and_costs_no_other_collector(
    estate: Everything, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert aws._CONFIG.read_timeout <= 60
    monkeypatch.setattr(aws, "_CONFIG", aws._CONFIG.merge(Config(read_timeout=1)))
    monkeypatch.setattr("collectors.pace.FAILURE_TRIES", 2)
    estate.server.misbehave({"service": "sqs", "operation": "ListQueues", "hang": 5})
    done, scopes = estate.collect(tmp_path)
    statuses = {name: scope["status"] for name, scope in scopes.items() if scope["status"] != "ok"}
    assert (done.returncode, statuses) == (3, {"queues": "failed"})
    assert [(gap["action"], gap["error"]) for gap in gaps(tmp_path)] == [
        ("sqs:ListQueues", "ReadTimeoutError")
    ]


def test_an_answer_that_cannot_be_read_is_a_gap_and_no_bug_of_ours(
    estate: Everything, tmp_path: Path
) -> None:
    call = {"service": "eventbridgev2", "operation": "DescribeEventSource"}
    estate.server.misbehave(call | {"drop": ["WebhookEventsConfiguration"]})
    done, scopes = estate.collect(tmp_path, "--only", "sources")
    assert (done.returncode, scopes["sources"]["status"]) == (3, "partial")
    (gap,) = gaps(tmp_path)
    assert (gap["status"], gap["action"]) == ("failed", "events:DescribeEventSource")


def test_ctrl_c_while_everything_hangs_ends_within_two_seconds_and_leaves_the_last_good_snapshot(
    estate: Everything, tmp_path: Path
) -> None:
    estate.collect(tmp_path, "--only", "buses")
    before = snapshot.ids(tmp_path)
    estate.server.misbehave({"service": sorted({service for service, _ in estate.calls}), "hang": 5})
    process = subprocess.Popen(
        [sys.executable, "-m", "collectors", "--store", str(tmp_path), "--progress"],
        env=clean() | estate.environment,
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    running = 0
    while running < len(COLLECTORS):
        running += '"running"' in process.stderr.readline()
        assert process.poll() is None
    asked = time.monotonic()
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=10) == 130
    assert time.monotonic() - asked < 2
    assert snapshot.ids(tmp_path) == before
    assert not list(tmp_path.glob("tmp-*"))
