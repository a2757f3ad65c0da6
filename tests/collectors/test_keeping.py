"""What a listing would have given is kept from the last run when it is refused, dated; what was read is never overruled."""

import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import pytest

from collectors import snapshot
from collectors.aws import Aws
from collectors.command import main
from collectors.keeping import IDENTITY
from collectors.records import FRAMES
from collectors.run import ABOUT_SCOPES, save
from collectors.sample.server import Server
from tests.collectors import everything
from tests.collectors.conftest import collecting
from tests.commanding import called

Collects = Callable[[str], str]


def rows(store: Path, collector: str) -> dict[str, Counter[tuple[Any, ...]]]:
    """The collector's rows: frame → identities."""
    there = snapshot.load(store)
    found = {}
    for frame, names in IDENTITY.items():
        if frame != "changes":
            table = there.table(frame)
            mine = table.filter(pc.equal(table["collector"], collector)).select(names)
            found[frame] = Counter(tuple(row.values()) for row in mine.to_pylist())
    return found


@pytest.fixture(scope="module")
def loaded(shared_aws: Server, tmp_path_factory: pytest.TempPathFactory) -> tuple[Server, Path]:
    """An estate with one of everything, and the store it was collected into."""
    shared_aws.reset()
    everything.load(shared_aws.endpoint_url)
    store = tmp_path_factory.mktemp("kept")
    environment = shared_aws.environment | {"HEADWATER_REGIONS": "eu-west-1", "HEADWATER_PACE": "100"}
    assert called(main, "--store", str(store), "--json", environment=environment).returncode == 0
    return shared_aws, store


@pytest.fixture
def estate(
    loaded: tuple[Server, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Server, Path]]:
    """The server, and a store of one's own; the server behaves again after the test."""
    server, store = loaded
    for name, value in server.environment.items():
        if name.startswith("AWS_"):
            monkeypatch.setenv(name, value)
    shutil.copytree(store, tmp_path / "store")
    yield server, tmp_path / "store"
    server.behave()


@pytest.fixture
def collect(estate: tuple[Server, Path], _known: dict[Any, Aws]) -> Collects:
    """One collector's run into the store; how it ended."""
    once = collecting(_known)

    def run(collector: str) -> str:
        (outcome,) = once(collector, roles=True, before=snapshot.load(estate[1]))
        save(estate[1], [outcome], outcome.scope.run.aws, outcome.scope.settings)
        return outcome.status

    return run


REFUSED = [
    ("buses", ("events", "ListEventBuses")),
    ("buses", ("eventbridgev2", "ListEventBuses")),
    ("rules", ("events", "ListEventBuses")),
    ("rules", ("events", "ListTargetsByRule")),
    ("sources", ("events", "ListEventSources")),
    ("sources", ("eventbridgev2", "ListEventBuses")),
    ("sources", ("eventbridgev2", "ListEventSources")),
    ("archives", ("events", "ListArchives")),
    ("api-destinations", ("events", "ListApiDestinations")),
    ("api-destinations", ("events", "ListConnections")),
    ("schemas", ("schemas", "ListRegistries")),
    ("schemas", ("schemas", "ListSchemas")),
    ("schemas", ("schemas", "ListDiscoverers")),
    ("queues", ("sqs", "GetQueueAttributes")),
    ("topics", ("sns", "ListTopics")),
    ("topics", ("sns", "ListSubscriptionsByTopic")),
    ("functions", ("lambda", "ListFunctions")),
    ("functions", ("lambda", "ListEventSourceMappings")),
    ("functions", ("lambda", "ListFunctionEventInvokeConfigs")),
    ("state-machines", ("stepfunctions", "DescribeStateMachine")),
    ("streams", ("kinesis", "ListStreams")),
    ("streams", ("firehose", "ListDeliveryStreams")),
    ("streams", ("firehose", "DescribeDeliveryStream")),
    ("traces", ("cloudtrail", "DescribeTrails")),
    ("traces", ("s3", "ListObjectsV2")),
    ("bus-logs", ("logs", "DescribeDeliverySources")),
    ("bus-logs", ("logs", "StartQuery")),
    ("bus-logs", ("s3", "ListObjectsV2")),
]


@pytest.mark.parametrize(("collector", "call"), REFUSED)
def test_rows_of_a_refused_listing_stay_and_its_gap_tells_their_age(
    estate: tuple[Server, Path], collect: Collects, collector: str, call: tuple[str, str]
) -> None:
    server, store = estate
    before, at = rows(store, collector), snapshot.load(store).at
    server.misbehave({"service": call[0], "operation": call[1], "deny": True})
    status = collect(collector)
    assert status in ("partial", "denied")
    assert rows(store, collector) == before
    gaps = snapshot.load(store).rows("gaps")
    assert {gap["status"] for gap in gaps} == {"denied"}
    if status == "partial" and call[1] != "ListSubscriptionsByTopic":  # the account's own list has them too
        kept = [gap for gap in gaps if gap["kept_rows"]]
        assert kept
        assert all(gap["kept_at"] <= at and "Kept instead" in gap["message"] for gap in kept)


@pytest.mark.parametrize(
    ("collector", "operation", "member", "of"),
    [
        ("buses", "ListEventBuses", "Name", "orders"),
        ("rules", "ListEventBuses", "Name", "orders"),
        ("rules", "ListRules", "Name", "placed"),
        ("schemas", "ListSchemas", "SchemaName", "com.acme.orders@OrderPlaced"),
    ],
)
def test_what_comes_without_its_name_stays_as_it_was(
    estate: tuple[Server, Path], collect: Collects, collector: str, operation: str, member: str, of: str
) -> None:
    server, store = estate
    before = rows(store, collector)
    server.misbehave({"operation": operation, "drop": [member], "of": of})
    collect(collector)
    assert rows(store, collector) == before
    assert [gap["kept_rows"] > 0 for gap in snapshot.load(store).rows("gaps")] == [True]


def test_rows_that_were_kept_twice_keep_the_age_of_their_first_reading(
    estate: tuple[Server, Path], collect: Collects
) -> None:
    server, store = estate
    server.misbehave({"service": "cloudtrail", "operation": "DescribeTrails", "deny": True})
    ages = []
    for _ in range(2):
        collect("traces")
        ages += [gap["kept_at"] for gap in snapshot.load(store).rows("gaps") if gap["kept_rows"]]
    assert len(ages) == 2
    assert ages[0] == ages[1]


def test_what_was_deleted_goes_although_another_listing_is_refused(
    estate: tuple[Server, Path], collect: Collects, shared_clients: Callable[..., Any]
) -> None:
    server, store = estate
    shared_clients("events").create_event_bus(Name="short-lived")
    collect("buses")
    shared_clients("events").delete_event_bus(Name="short-lived")
    server.misbehave({"service": "eventbridgev2", "operation": "ListEventBuses", "deny": True})
    collect("buses")
    names = [(row["name"], row["kind"]) for row in snapshot.load(store).rows("buses")]
    assert sorted(names) == [
        (everything.PARTNER, "classic"),
        ("default", "classic"),
        ("fresh", "new"),
        ("orders", "classic"),
    ]


def test_old_targets_stand_below_the_rule_as_it_is_now(
    estate: tuple[Server, Path], collect: Collects, shared_clients: Callable[..., Any]
) -> None:
    server, store = estate
    shared_clients("events").disable_rule(Name="placed", EventBusName="orders")
    try:
        server.misbehave({"service": "events", "operation": "ListTargetsByRule", "deny": True})
        collect("rules")
    finally:
        server.behave()
        shared_clients("events").enable_rule(Name="placed", EventBusName="orders")
    told = [row for row in snapshot.load(store).rows("subscriptions") if row["name"] == "placed"]
    assert ({row["state"] for row in told}, len(told)) == ({"DISABLED"}, 3)
    assert None not in {row["target_arn"] for row in told}


def test_what_pipes_and_schedules_put_and_what_schemas_hold_stays_when_they_may_not_be_described(
    estate: tuple[Server, Path], collect: Collects
) -> None:
    server, store = estate

    def told() -> set[tuple[Any, ...]]:
        there = snapshot.load(store)
        puts = {
            (row["arn"], row["to_arn"], row["source"], row["detail_type"], row["active"])
            for row in there.rows("links")
            if row["kind"] in ("pipe-target", "schedule")
        }
        return puts | {(row["arn"], row["source"], row["content"]) for row in there.rows("schemas")}

    before = told()
    server.misbehave(
        *({"operation": name, "deny": True} for name in ("DescribePipe", "GetSchedule", "DescribeSchema"))
    )
    assert [collect(name) for name in ("pipes", "schedules", "schemas")] == ["partial"] * 3
    assert told() == before
    hidden = [row for row in snapshot.load(store).rows("links") if row["kind"] == "pipe-source"]
    assert [row["filters_hidden"] for row in hidden] == [True]
    assert {gap["kept_rows"] > 0 for gap in snapshot.load(store).rows("gaps")} == {True}


def test_every_frame_says_what_tells_its_rows_apart() -> None:
    assert IDENTITY.keys() == FRAMES.keys() - set(ABOUT_SCOPES)
    assert all(set(names) <= FRAMES[frame].model_fields.keys() for frame, names in IDENTITY.items())
