"""Archives and replays over HTTP."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from collectors.archives import _replay
from collectors.records import Link, Resource
from collectors.sample.server import Server

BUS = "arn:aws:events:eu-west-1:111111111111:event-bus/default"
ARCHIVE = "arn:aws:events:eu-west-1:111111111111:archive/"
Call = Callable[..., Any]


def of(rows: list[Any], kind: type) -> list[Any]:
    return [row for row in rows if isinstance(row, kind)]


@pytest.fixture
def archives(client: Call) -> Any:
    events = client("events")
    events.create_archive(
        ArchiveName="week", EventSourceArn=BUS, EventPattern='{"source": ["a"]}', RetentionDays=7
    )
    events.create_archive(ArchiveName="forever", EventSourceArn=BUS)
    return events


@pytest.mark.usefixtures("archives")
def test_an_archive_has_its_bus_pattern_and_retention(collect: Call) -> None:
    (outcome,) = collect("archives")
    found = {row.arn: row for row in of(outcome.rows, Resource)}
    assert {arn: row.retention_seconds for arn, row in found.items()} == {
        f"{ARCHIVE}week": 7 * 86_400,
        f"{ARCHIVE}forever": None,
    }
    week = found[f"{ARCHIVE}week"]
    assert (week.kind, week.parent_arn, week.pattern) == ("archive", BUS, '{"source": ["a"]}')
    assert sorted((row.kind, row.from_arn, row.to_arn) for row in of(outcome.rows, Link)) == [
        ("archive", BUS, f"{ARCHIVE}forever"),
        ("archive", BUS, f"{ARCHIVE}week"),
    ]


def test_a_replay_leads_from_the_archive_to_the_bus(archives: Any, collect: Call) -> None:
    now = datetime.now(UTC)
    archives.start_replay(
        ReplayName="again",
        EventSourceArn=f"{ARCHIVE}week",
        EventStartTime=now - timedelta(hours=2),
        EventEndTime=now - timedelta(hours=1),
        Destination={"Arn": BUS},
    )
    (outcome,) = collect("archives")
    (replay,) = [row for row in of(outcome.rows, Link) if row.kind == "replay"]
    assert (replay.from_arn, replay.to_arn) == (f"{ARCHIVE}week", BUS)
    assert replay.arn == "arn:aws:events:eu-west-1:111111111111:replay/again"


@pytest.mark.parametrize(
    ("state", "active"),
    [("RUNNING", True), ("STARTING", True), ("COMPLETED", False), ("FAILED", False), (None, False)],
)
def test_only_a_running_replay_is_active(state: str | None, active: bool) -> None:  # noqa: FBT001 - a table's column
    row = _replay({"EventSourceArn": f"{ARCHIVE}week", "Destination": {"Arn": BUS}, "State": state})
    assert row.active is active


@pytest.mark.usefixtures("archives")
def test_all_pages_are_read(aws: Server, collect: Call) -> None:
    aws.misbehave({"service": "events", "one_item_pages": True, "odd_tokens": True})
    (outcome,) = collect("archives")
    assert sorted(row.name for row in of(outcome.rows, Resource)) == ["forever", "week"]


@pytest.mark.usefixtures("archives")
def test_an_archive_that_may_not_be_described_stays_without_its_pattern(aws: Server, collect: Call) -> None:
    aws.misbehave({"operation": "DescribeArchive", "deny": True})
    (outcome,) = collect("archives")
    assert sorted((row.arn, row.pattern) for row in of(outcome.rows, Resource)) == [
        (f"{ARCHIVE}forever", None),
        (f"{ARCHIVE}week", None),
    ]
    assert {(gap.action, gap.subject) for gap in outcome.scope.gaps} == {
        ("events:DescribeArchive", "week"),
        ("events:DescribeArchive", "forever"),
    }


@pytest.mark.usefixtures("archives")
def test_an_archive_of_no_bus_stays_and_its_link_is_a_gap(aws: Server, collect: Call) -> None:
    aws.misbehave({"service": "events", "nulls": ["EventSourceArn"]})
    (outcome,) = collect("archives")
    assert len(of(outcome.rows, Resource)) == 2
    assert of(outcome.rows, Link) == []
    assert {"from_arn" in gap.message for gap in outcome.scope.gaps} == {True}
