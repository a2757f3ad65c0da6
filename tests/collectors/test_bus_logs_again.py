"""Logs of buses over runs and places: nothing counts twice, nothing that was known goes, and what is not read is told."""

import json
import os
import threading
import time
import tracemalloc
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from collectors import bus_logs
from collectors.delivered import census, files, insights
from collectors.delivered.census import Census
from collectors.delivered.steps import step_of
from collectors.sample.server import Server
from tests.collectors.test_bus_logs import (
    ACCOUNT,
    BUS,
    GROUP,
    GROUP_ARN,
    HOUR,
    PREFIX,
    REGION,
    SENT,
    SOURCE,
    STORY,
    at,
    at_bus,
    at_target,
    dead,
    delivered,
    in_group,
    logging,
    packed,
    received,
    record,
    rows_of,
    runs,
    saved,
)

__all__ = ["in_group", "logging", "runs"]
Call = Callable[..., Any]
Row = dict[str, Any]


def counted(outcome: Any) -> tuple[int, int, list[str]]:
    """Events received, deliveries that failed, and the gaps."""
    rows = rows_of(outcome)
    received, failed = (sum(row[name] or 0 for row in rows) for name in ("received", "failed"))
    return received, failed, [gap.error for gap in outcome.scope.gaps]


def into_group(aws: Server, *records: Row, group: str = GROUP) -> None:
    body = {"account": ACCOUNT, "region": REGION, "group": group, "records": list(records)}
    aws.control("POST", "logs", body)


@pytest.fixture
def both(aws: Server, logging: Call, client: Call) -> Call:
    """The bus with its logs delivered to a bucket and to a group; a function gives each its records."""
    add, logs = logging(), client("logs")

    def put(in_files: Sequence[Row], in_group: Sequence[Row], log_type: str = "INFO_LOGS") -> None:
        into_group(aws, *in_group)
        to = {"destinationResourceArn": GROUP_ARN}
        taken = logs.put_delivery_destination(name="group", deliveryDestinationConfiguration=to)
        arn, source = taken["deliveryDestination"]["arn"], f"orders-{log_type}"
        logs.put_delivery_source(name=source, resourceArn=BUS, logType=log_type)
        logs.create_delivery(deliverySourceName=source, deliveryDestinationArn=arn)
        add("a.log.gz", packed(*in_files))

    return put


def test_a_bus_that_logs_to_a_bucket_and_to_a_group_counts_once(both: Call, collect: Call) -> None:
    both(STORY, STORY)
    (outcome,) = collect("bus-logs")
    assert counted(outcome) == (4, 1, [])
    assert at_bus(outcome)["unmatched"] == 1
    target = at_target(outcome)
    assert (target["succeeded"], target["latency_count"], target["code_counts"]) == (2, 2, [2])


def test_errors_that_go_to_another_place_than_the_rest_are_put_together(both: Call, collect: Call) -> None:
    bad = [one for one in STORY if one["log_level"] == "ERROR"]
    both([one for one in STORY if one not in bad], bad, "ERROR_LOGS")
    (outcome,) = collect("bus-logs")
    assert counted(outcome) == (4, 1, [])
    targets = [row for row in rows_of(outcome) if row["target_arn"]]
    assert sum(row["succeeded"] or 0 for row in targets) == 2
    assert sum(row["dead_lettered"] or 0 for row in targets) == 1


@pytest.mark.parametrize("shift", [0, -2])
def test_places_that_differ_are_told_once_the_hour_is_over(shift: int, tmp_path: Path, collect: Call) -> None:
    for name, events in (("a", ("e1", "e2")), ("b", ("e1",))):
        (tmp_path / name).mkdir()
        when = {"message_timestamp_ms": at(2 if shift == 0 else shift)}
        (tmp_path / name / "x.log.gz").write_bytes(packed(*(received(one, **when) for one in events)))
    (outcome,) = collect("bus-logs", bus_logs=(str(tmp_path / "a"), str(tmp_path / "b")))
    assert counted(outcome) == (2, 0, [] if shift == 0 else ["SeveralPlaces"])


@pytest.mark.parametrize("where", ["below", "above", "within"])
def test_names_that_lie_within_others_count_once(
    where: str, request: pytest.FixtureRequest, tmp_path: Path, collect: Call
) -> None:
    if where != "within":
        request.getfixturevalue("logging")()("a.log.gz", packed(received()))
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "x.log.gz").write_bytes(packed(received()))
    names = {
        "below": (f"s3://logs/{PREFIX}{REGION}/orders/",),
        "above": ("s3://logs/",),
        "within": (str(tmp_path), str(tmp_path / "a")),
    }[where]
    (outcome,) = collect("bus-logs", bus_logs=names)
    assert counted(outcome) == (1, 0, [])


def test_a_place_that_is_named_later_does_not_count_again_what_was_known(
    logging: Call, tmp_path: Path, runs: Call
) -> None:
    logging()("a.log.gz", packed(received(message_timestamp_ms=at(-6))))
    (tmp_path / "copy").mkdir()
    (tmp_path / "copy" / "a.log.gz").write_bytes(packed(received(message_timestamp_ms=at(-6))))
    assert runs() == (1, [])
    named = {"bus_logs": (str(tmp_path / "copy"),)}
    assert [runs(**named) for _ in range(2)] == [(1, ["SeveralPlaces"]), (1, [])]


def test_a_group_that_is_named_hides_no_other_whose_name_begins_alike(
    aws: Server, client: Call, collect: Call
) -> None:
    events, logs = client("events"), client("logs")
    for bus in ("orders", "orders-eu"):
        arn, group = BUS.replace("orders", bus), f"/aws/vendedlogs/events/event-bus/{bus}"
        into_group(aws, received() | {"resource_arn": arn}, group=group)
        events.create_event_bus(Name=bus, LogConfig={"Level": "INFO"})
        logs.put_delivery_source(name=bus, resourceArn=arn, logType="INFO_LOGS")
        to = {"destinationResourceArn": f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{group}"}
        taken = logs.put_delivery_destination(name=bus, deliveryDestinationConfiguration=to)
        logs.create_delivery(
            deliverySourceName=bus, deliveryDestinationArn=taken["deliveryDestination"]["arn"]
        )
    for named in ((), (GROUP_ARN,)):
        (outcome,) = collect("bus-logs", bus_logs=named)
        assert counted(outcome) == (2, 0, [])


def test_what_is_known_of_a_group_stays_when_its_retention_has_passed(
    in_group: Call, runs: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_group(received(message_timestamp_ms=at(2)))
    assert runs() == (1, [])
    monkeypatch.setattr(insights, "run_query", lambda *_: [])
    assert runs() == (1, ["LessThanKnown"])


@pytest.mark.parametrize("where", ["files", "group"])
def test_an_end_that_comes_hours_after_its_event_is_of_its_type_however_often_one_collects(
    where: str, request: pytest.FixtureRequest, collect: Call, tmp_path: Path
) -> None:
    group = request.getfixturevalue("in_group") if where == "group" else None
    add = None if group else request.getfixturevalue("logging")()
    story = [received(), received("e2"), delivered("e2", "i2")]
    old = [one | {"message_timestamp_ms": at(-6)} for one in story]
    _ = group(*old) if group else add("a.log.gz", packed(*old))
    before = saved(collect("bus-logs"), tmp_path / "s")
    (kept,) = [row for row in before.rows("seen") if row["kind"] == "types"]
    assert (kept["source"], kept["count"]) == (SOURCE, 1), "of e1 alone: e2 has ended"
    before = saved(collect("bus-logs", before=before), tmp_path / "s")
    end = dead() | {"message_timestamp_ms": at(2)}
    if group:
        group(end)
    else:
        add("b.log.gz", packed(end))
    (outcome,) = collect("bus-logs", before=before)
    ends = [(row["source"], row["failed"]) for row in rows_of(outcome) if row["failed"]]
    assert ends == [(SOURCE, 1)]
    after = saved([outcome], tmp_path / "s")
    assert not [row for row in after.rows("seen") if row["kind"] == "types"]


def test_an_event_that_is_tried_again_at_one_target_is_remembered_though_another_has_it() -> None:
    details = SENT | {"rule_arn": f"{BUS}-other"}
    tried = record("INVOCATION_ATTEMPT_RETRYABLE_FAILURE", level="ERROR", details=details, invocation_id="i9")
    for story, expected in (((received(), delivered()), 0), ((received(), delivered(), tried), 1)):
        one = Census()
        one.take([step for step in map(step_of, story) if step])
        one.settle(datetime.now(UTC))
        assert sum(len(each.events) for each in one.open) == expected


def old_file(folder: Path, name: str, hours: int, *records: Row) -> None:
    """Written so many hours ago, telling of then."""
    when = HOUR + timedelta(hours=hours, minutes=1)
    told = [one | {"message_timestamp_ms": int(when.timestamp() * 1000)} for one in records]
    (folder / name).write_bytes(packed(*told))
    os.utime(folder / name, (when.timestamp(), when.timestamp()))


@pytest.mark.parametrize(
    ("module", "limit", "most"), [(files, "MOST_FILES", 2), (census, "MOST_RECORDS", 35)]
)
def test_what_is_too_much_for_one_run_is_read_by_the_next(
    module: Any, limit: str, most: int, tmp_path: Path, collect: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, named = tmp_path / "logs", {"bus_logs": (str(tmp_path / "logs"),), "metric_hours": 13}
    folder.mkdir()
    for number in range(8 * 10):
        # the newest have the first names: the order of names says nothing
        old_file(folder, f"{99 - number}.log.gz", number // 10 - 8, received(f"e{number}"))
    with monkeypatch.context() as patched:
        patched.setattr(module, limit, most)
        (outcome,) = collect("bus-logs", **named)
    known, _, told = counted(outcome)
    (since,) = [row["at"] for row in rows_of(outcome, "seen") if row["kind"] == "since"]
    assert (known < 80, told) == (True, ["TooMany"])
    assert since <= HOUR + timedelta(hours=known // 10 - 8), "the hour of the first file that was not read"
    (outcome,) = collect("bus-logs", before=saved([outcome], tmp_path / "s"), **named)
    assert counted(outcome) == (80, 0, [])


def test_all_files_of_the_hours_that_a_run_must_get_through_are_read(
    logging: Call, runs: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    add = logging()
    monkeypatch.setattr(files, "MOST_FILES", 2)
    for number in range(5):
        add(f"{number}.log.gz", packed(received(f"e{number}")))
    assert [runs() for _ in range(3)] == [(2, ["TooMany"]), (5, []), (5, [])]


def test_more_records_in_an_hour_than_can_be_held_are_told_and_the_run_goes_on(
    tmp_path: Path, runs: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(census, "MOST_RECORDS", 2)
    folder = tmp_path / "logs"
    folder.mkdir()
    for number in range(60):
        old_file(folder, f"{number}.log.gz", -3, received(f"e{number}"))
    (known, told) = runs(bus_logs=(str(folder),), metric_hours=5)
    assert 2 <= known < 60
    assert "TooMany" in told


def test_records_take_the_memory_that_is_documented() -> None:
    one, count = Census(), 20_000
    spread = [int((HOUR - timedelta(minutes=number % 600)).timestamp() * 1000) for number in range(count)]
    tracemalloc.start()
    for kind in (received, delivered):
        for part in range(0, count, 1000):
            made = (kind(f"e{n}", message_timestamp_ms=spread[n]) for n in range(part, part + 1000))
            one.take([step for step in map(step_of, made) if step])
    held = tracemalloc.get_traced_memory()[0] / (2 * count)
    tracemalloc.stop()
    assert one.records == 2 * count
    assert held < 80


def test_an_invocation_that_is_told_as_failed_and_as_dead_lettered_across_the_hour_failed_once(
    logging: Call, collect: Call
) -> None:
    turns = int((HOUR + timedelta(hours=1)).timestamp() * 1000)
    told = dead(message="INVOCATION_FAILURE") | {"message_timestamp_ms": turns - 5}
    ended = dead() | {"message_timestamp_ms": turns + 5}
    logging()("a.log.gz", packed(ended, received(), told))
    (outcome,) = collect("bus-logs")
    rows = sorted(
        (row["hour"], row["failed"], row["dead_lettered"]) for row in rows_of(outcome) if row["target_arn"]
    )
    assert rows == [(HOUR, 1, 0), (HOUR + timedelta(hours=1), 0, 1)]


def test_reading_what_is_named_holds_up_no_other_collector(
    tmp_path: Path, collect: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "x.log").write_text(json.dumps(received()))
    read, asked = bus_logs._read, threading.Event()

    def slow(scope: Any, location: Any, now: datetime) -> Any:
        other = threading.Thread(target=lambda: scope.run.once("other", lambda: asked.set() or True))
        other.start()
        assert asked.wait(5), "Run.once waits for the reading"
        return read(scope, location, now)

    monkeypatch.setattr(bus_logs, "_read", slow)
    (outcome,) = collect("bus-logs", bus_logs=(str(tmp_path),))
    assert counted(outcome) == (1, 0, [])


@pytest.mark.parametrize(
    "odd",
    [
        {"message_timestamp_ms": 253402300799000},
        {"message_timestamp_ms": int((time.time() + 90_000) * 1000)},
        {"resource_arn": "arn:"},
        {"resource_arn": "arn:aws:events"},
    ],
)
def test_a_record_of_a_time_to_come_or_of_no_bus_is_left_out_and_told(
    odd: Row, tmp_path: Path, collect: Call
) -> None:
    (tmp_path / "x.log.gz").write_bytes(packed(received(), received("e2") | odd))
    (outcome,) = collect("bus-logs", bus_logs=(str(tmp_path),))
    assert counted(outcome) == (1, 0, ["UnexpectedShape"])
