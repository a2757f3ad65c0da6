"""What became of events: logs of buses in buckets, folders and log groups, what a level does not tell, and odd records."""

import gzip
import json
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from collectors import log_queries
from collectors.delivered import insights, remembered
from collectors.delivered.files import Files
from collectors.delivered.remembered import Known, Mark
from collectors.delivered.steps import step_of
from collectors.run import save
from collectors.sample.server import Server
from tests.clock import meanwhile, whole_hour

ACCOUNT, OTHER, REGION = "111111111111", "222222222222", "eu-west-1"
BUS = f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/orders"
RULE = f"arn:aws:events:{REGION}:{ACCOUNT}:rule/orders/ship"
SUBSCRIBER = f"arn:aws:events:{REGION}:{ACCOUNT}:subscriber/large/abc"
QUEUE = f"arn:aws:sqs:{REGION}:{ACCOUNT}:ship"
SOURCE, TYPE = "com.acme.orders", "OrderPlaced"
GROUP = "/aws/vendedlogs/events/event-bus/orders"
GROUP_ARN = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{GROUP}"
HOUR = whole_hour(datetime.now(UTC)) - timedelta(hours=2)
"""Lies in every window that is read, also when the hour turns before a test is reached."""
PREFIX = f"AWSLogs/{ACCOUNT}/EventBusLogs/"
Call = Callable[..., Any]
Row = dict[str, Any]
SENT = {"rule_arn": RULE, "target_arn": QUEUE}


def at(hours: int = 0) -> int:
    return int((HOUR + timedelta(hours=hours)).timestamp() * 1000) + 1000


def record(message: str, event: str = "e1", level: str = "INFO", **more: Any) -> Row:
    made: Row = {
        "resource_arn": BUS,
        "event_bus_name": "orders",
        "event_id": event,
        "message_timestamp_ms": at(),
        "message_type": message,
        "log_level": level,
    }
    return made | more


def received(event: str = "e1", **more: Any) -> Row:
    details = {
        "caller_account_id": OTHER,
        "source": SOURCE,
        "detail_type": TYPE,
        "event_detail": '{"card": 4111}',
    }
    return record("EVENT_INGEST_SUCCESS", event, details=details, **more)


def delivered(event: str = "e1", invocation: str = "i1", took: int = 120, **more: Any) -> Row:
    details = SENT | {"total_attempts": 1, "ingestion_to_complete_latency_ms": took, "target_duration_ms": 20}
    return record("INVOCATION_SUCCESS", event, details=details, invocation_id=invocation, **more)


def refused(event: str = "e1", invocation: str = "i1", kind: str = "PERMANENT_FAILURE", **more: Any) -> Row:
    details = SENT | {"invocation_status": "NO_PERMISSIONS", "target_response_body": "card 4111"}
    error = {"http_status_code": 403, "error_message": "ann@example.com is not allowed", "aws_service": "SQS"}
    return record(
        f"INVOCATION_ATTEMPT_{kind}",
        event,
        "ERROR",
        details=details,
        invocation_id=invocation,
        error=error,
        **more,
    )


def dead(event: str = "e1", invocation: str = "i1", message: str = "INVOCATION_DLQ") -> Row:
    return record(message, event, "ERROR", details=dict(SENT), invocation_id=invocation)


def rows_of(outcome: Any, frame: str = "deliveries") -> list[Row]:
    return outcome.tables[frame].table.to_pylist() if frame in outcome.tables else []


def at_target(outcome: Any) -> Row:
    (row,) = [row for row in rows_of(outcome) if row["target_arn"]]
    return row


def at_bus(outcome: Any) -> Row:
    (row,) = [row for row in rows_of(outcome) if row["rule_arn"] is None]
    return row


def packed(*records: Any) -> bytes:
    return gzip.compress("\n".join(json.dumps(one) for one in records).encode())


@pytest.fixture
def logging(client: Call) -> Call:
    """The bus with its logs delivered to a bucket, or to what is given; a function puts a log file into the bucket."""
    events, logs, s3 = client("events"), client("logs"), client("s3")
    s3.create_bucket(Bucket="logs", CreateBucketConfiguration={"LocationConstraint": REGION})

    def turn_on(to: str = "arn:aws:s3:::logs", level: str = "INFO") -> Call:
        events.create_event_bus(Name="orders", LogConfig={"Level": level})
        logs.put_delivery_source(name="orders", resourceArn=BUS, logType="INFO_LOGS")
        taken = logs.put_delivery_destination(
            name="orders", deliveryDestinationConfiguration={"destinationResourceArn": to}
        )
        logs.create_delivery(
            deliverySourceName="orders", deliveryDestinationArn=taken["deliveryDestination"]["arn"]
        )

        def add(name: str, body: bytes) -> None:
            s3.put_object(Bucket="logs", Key=f"{PREFIX}{REGION}/orders/{name}", Body=body)

        return add

    return turn_on


@pytest.fixture
def in_group(aws: Server, logging: Call) -> Call:
    """The bus with its logs in a log group; a function puts records into it."""

    def add(*records: Row) -> None:
        body = {"account": ACCOUNT, "region": REGION, "group": GROUP, "records": list(records)}
        aws.control("POST", "logs", body)

    add()
    logging(GROUP_ARN)
    return add


def attempted(event: str = "e1", **more: Any) -> Row:
    system = {"aws:EventId": event, "aws:Source": SOURCE, "aws:DetailType": TYPE}
    details = {
        "outcome": "SUCCESS",
        "terminal_kind": "EVENTS_DELIVERED",
        "http_status": 200,
        "target_arn": QUEUE,
    }
    details |= {"event_system_metadata": system, "ingestion_to_complete_latency_ms": 50}
    return record("EVENT_DELIVERY_ATTEMPT", event, details=details | more, resource_arn=SUBSCRIBER)


STORY = (
    received("e1"), delivered("e1", "i1", 100),
    received("e2"), refused("e2", "i2", "RETRYABLE_FAILURE"), delivered("e2", "i2", 300),
    received("e3"), refused("e3", "i3"), dead("e3", "i3"),
    received("e4"), record("NO_STANDARD_RULES_MATCHED", "e4"),
)  # fmt: skip


def check_story(outcome: Any) -> None:
    """Four events: delivered, delivered at the second attempt, refused and dead-lettered, and matched by nothing."""
    bus, target = at_bus(outcome), at_target(outcome)
    told = (
        bus["hour"],
        bus["bus_arn"],
        bus["source"],
        bus["detail_type"],
        bus["caller_account"],
        bus["level"],
    )
    assert told == (HOUR, BUS, SOURCE, TYPE, OTHER, "INFO")
    assert (bus["received"], bus["rejected"], bus["unmatched"], bus["attempts"]) == (4, 0, 1, None)
    assert (target["rule_arn"], target["target_arn"], target["source"], target["detail_type"]) == (
        RULE,
        QUEUE,
        SOURCE,
        TYPE,
    )
    assert (target["attempts"], target["retried"], target["throttled"]) == (4, 1, 0)
    assert (target["succeeded"], target["failed"], target["dead_lettered"]) == (2, 1, 1)
    assert (target["latency_ms"], target["latency_count"], target["latency_max_ms"]) == (400, 2, 300)
    assert (target["codes"], target["code_counts"]) == (["NO_PERMISSIONS 403"], [2])
    assert outcome.status == "ok"
    for secret in ("4111", "ann@", "not allowed"):
        assert secret not in repr(rows_of(outcome))


def test_files_tell_each_stage_by_type_and_by_target(logging: Call, collect: Call) -> None:
    add = logging()
    add("a.log.gz", packed(*STORY[:5]))
    add("b.json", "\n".join(json.dumps(one) for one in STORY[5:]).encode())
    (outcome,) = collect("bus-logs")
    check_story(outcome)
    assert at_target(outcome)["evidence"] == f"s3://logs/{PREFIX}"


def test_a_log_group_tells_the_same_as_files(in_group: Call, collect: Call) -> None:
    in_group(*STORY)
    (outcome,) = collect("bus-logs")
    check_story(outcome)
    assert at_target(outcome)["evidence"] == GROUP_ARN


def test_the_type_is_found_whichever_record_comes_first_and_a_record_twice_counts_once(
    logging: Call, collect: Call
) -> None:
    add = logging()
    add("a.json.gz", packed(delivered(), delivered()))
    add("b.json.gz", packed(delivered(), received(), received()))
    (outcome,) = collect("bus-logs")
    assert (at_target(outcome)["succeeded"], at_target(outcome)["detail_type"]) == (1, TYPE)
    assert at_bus(outcome)["received"] == 1


@pytest.mark.parametrize("ends", [("INVOCATION_DLQ", "INVOCATION_FAILURE"), ("INVOCATION_DLQ",)])
def test_an_event_that_was_dead_lettered_failed_once_whether_both_are_told_or_not(
    logging: Call, collect: Call, ends: tuple[str, ...]
) -> None:
    logging()("a.json", "\n".join(json.dumps(dead(message=end)) for end in ends).encode())
    (outcome,) = collect("bus-logs")
    assert (at_target(outcome)["failed"], at_target(outcome)["dead_lettered"]) == (1, 1)


@pytest.mark.parametrize("where", ["files", "group"])
def test_a_log_of_errors_tells_no_successes_and_no_types(
    where: str, request: pytest.FixtureRequest, collect: Call
) -> None:
    story = (refused(), refused(kind="THROTTLE", message_timestamp_ms=int(HOUR.timestamp() * 1000)), dead())
    if where == "group":
        request.getfixturevalue("in_group")(*story)
    else:
        request.getfixturevalue("logging")(level="ERROR")("a.json.gz", packed(*story))
    (outcome,) = collect("bus-logs")
    row = at_target(outcome)
    assert (row["level"], row["source"], row["detail_type"]) == ("ERROR", None, None)
    assert (row["succeeded"], row["attempts"]) == (None, None)
    assert (row["failed"], row["dead_lettered"], row["throttled"]) == (1, 1, 1)


def test_a_bus_that_is_off_is_not_read(logging: Call, collect: Call) -> None:
    logging(level="OFF")("a.json.gz", packed(*STORY))
    (outcome,) = collect("bus-logs")
    assert (rows_of(outcome), outcome.status) == ([], "ok")


def test_damaged_files_and_odd_records_are_counted_by_gaps_and_the_others_stay(
    logging: Call, collect: Call
) -> None:
    add = logging()
    whole = packed(*STORY)
    add("a.json.gz", whole)
    add("b.json.gz", whole[: len(whole) // 2])
    add("c.json", b'{"Records": []}\n')
    odd: tuple[Any, ...] = (
        [],
        {},
        {"message_type": "RULE_MATCH"},
        received("e9") | {"resource_arn": "orders"},
        received("e8") | {"message_timestamp_ms": "soon"},
    )
    add("d.json", "\n".join(["{", *(json.dumps(one) for one in odd), json.dumps(received("e7"))]).encode())
    (outcome,) = collect("bus-logs")
    assert outcome.status == "partial"
    assert at_bus(outcome)["received"] == 5
    told = {gap.action.rsplit("/", 1)[-1]: gap.message for gap in outcome.scope.gaps}
    assert set(told) == {"b.json.gz", "c.json", "d.json"}
    assert "damaged" in told["b.json.gz"]
    assert [gap.message.split()[0] for gap in outcome.scope.gaps if "d.json" in gap.action] == ["1", "5"]


ODD_ONES: dict[str, Row] = {
    "a rule that is a list": delivered("o") | {"details": SENT | {"rule_arn": [RULE]}},
    "an attempt that is an object": refused("o") | {"details": SENT | {"attempt_count": {"a": 1}}},
    "an end that is an object": record("EVENT_DELIVERY_ATTEMPT", "o", details={"terminal_kind": {"a": 1}}),
    "an outcome that is a list": record("EVENT_DELIVERY_ATTEMPT", "o", details={"outcome": ["FAILURE"]}),
    "a time of no year": received("o", message_timestamp_ms=10**25),
    "a time beyond all times": received("o", message_timestamp_ms="0001-01-01T00:00:00+23:59"),
    "times too long to be added up": delivered("o", took=10**30),
    "many times that are long": delivered("o", took=2**62),
}


@pytest.mark.parametrize("which", ODD_ONES)
def test_one_odd_record_costs_no_other(which: str, tmp_path: Path, collect: Call) -> None:
    odd = [ODD_ONES[which] | {"invocation_id": f"o{number}"} for number in range(3)]
    (tmp_path / "a.log").write_text("\n".join(json.dumps(one) for one in (*STORY, *odd)))
    (outcome,) = collect("bus-logs", bus_logs=(str(tmp_path),))
    assert sum(row["received"] or 0 for row in rows_of(outcome) if row["rule_arn"] is None) == 4
    assert not [gap for gap in outcome.scope.gaps if "bug" in gap.message]
    assert all(str(tmp_path / "a.log") == gap.action for gap in outcome.scope.gaps)


def test_a_folder_that_is_named_is_read_and_places_outside_the_run_come_with_its_first(
    tmp_path: Path, collect: Call
) -> None:
    foreign = BUS.replace(ACCOUNT, "999999999999")
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "a.log").write_text(
        "\n".join(json.dumps(r) for r in (*STORY, received("x") | {"resource_arn": foreign}))
    )
    (tmp_path / "old.json").write_text(json.dumps(received("y")))
    long_ago = HOUR.timestamp() - 3 * 86_400
    os.utime(tmp_path / "old.json", (long_ago, long_ago))
    outcomes = collect("bus-logs", regions=(REGION, "us-east-1"), bus_logs=(str(tmp_path),))
    assert [{row["bus_arn"] for row in rows_of(outcome)} for outcome in outcomes] == [{BUS, foreign}, set()]
    assert sum(row["received"] or 0 for row in rows_of(outcomes[0])) == 5


def test_a_location_that_is_told_and_named_is_read_once(in_group: Call, collect: Call) -> None:
    in_group(*STORY)
    (outcome,) = collect("bus-logs", bus_logs=(f"{GROUP_ARN}:*",))
    check_story(outcome)


def test_a_folder_that_is_not_there_is_a_gap(collect: Call) -> None:
    (outcome,) = collect("bus-logs", bus_logs=("/nowhere/at/all",))
    assert [(gap.status, gap.error) for gap in outcome.scope.gaps] == [("failed", "NotFound")]


def test_where_logs_go_that_cannot_be_read_is_told(logging: Call, collect: Call) -> None:
    logging(f"arn:aws:firehose:{REGION}:{ACCOUNT}:deliverystream/logs")
    (outcome,) = collect("bus-logs")
    (gap,) = outcome.scope.gaps
    assert (gap.status, gap.subject) == ("unsupported", BUS)
    assert "bus_logs" in gap.message


@pytest.mark.parametrize(
    ("operation", "member"),
    [("DescribeDeliverySources", "name"), ("DescribeDeliveries", "deliverySourceName")],
)
def test_a_delivery_without_its_name_is_a_gap(
    operation: str, member: str, aws: Server, logging: Call, collect: Call
) -> None:
    logging()("a.json.gz", packed(*STORY))
    aws.misbehave({"service": "logs", "operation": operation, "drop": [member]})
    (outcome,) = collect("bus-logs")
    (gap,) = outcome.scope.gaps
    assert (gap.status, gap.error, member in gap.message) == ("partial", "UnexpectedShape", True)


def test_logs_that_go_to_another_account_are_read_there(aws: Server, logging: Call, collect: Call) -> None:
    central = GROUP_ARN.replace(ACCOUNT, OTHER)
    body = {"account": OTHER, "region": REGION, "group": GROUP, "records": list(STORY)}
    aws.control("POST", "logs", body)
    logging(central)
    (outcome, other) = collect("bus-logs", accounts=(ACCOUNT, OTHER))
    check_story(outcome)
    assert (rows_of(other), other.status) == ([], "ok")
    (alone,) = collect("bus-logs")
    assert [(gap.status, gap.action) for gap in alone.scope.gaps] == [("failed", "logs:StartQuery")]


DENIALS = {
    "deliveries": (("logs", "DescribeDeliverySources"), "logs:DescribeDeliverySources"),
    "query": (("logs", "StartQuery"), "logs:StartQuery"),
    "results": (("logs", "GetQueryResults"), "logs:GetQueryResults"),
}


@pytest.mark.parametrize("which", DENIALS)
def test_a_call_that_is_denied_is_a_gap_and_nothing_is_replaced(
    which: str, aws: Server, in_group: Call, collect: Call
) -> None:
    in_group(*STORY)
    (service, operation), action = DENIALS[which]
    aws.misbehave({"service": service, "operation": operation, "deny": True})
    (outcome,) = collect("bus-logs")
    assert [(gap.status, gap.action) for gap in outcome.scope.gaps] == [("denied", action)]
    assert not rows_of(outcome)


def test_a_query_that_fails_is_a_gap(aws: Server, in_group: Call, collect: Call) -> None:
    in_group(*STORY)
    error = {"status": 400, "code": "MalformedQueryException", "message": "no"}
    aws.misbehave({"service": "logs", "operation": "StartQuery", "fail": error})
    (outcome,) = collect("bus-logs")
    assert [gap.error for gap in outcome.scope.gaps] == ["MalformedQueryException"]


def test_results_come_in_pages(aws: Server, in_group: Call, collect: Call) -> None:
    in_group(*STORY)
    aws.misbehave({"one_item_pages": True, "odd_tokens": True})
    (outcome,) = collect("bus-logs")
    check_story(outcome)


def test_more_rows_than_a_query_gives_are_asked_for_in_parts(
    in_group: Call, collect: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_group(*STORY)
    later = int((HOUR + timedelta(hours=1)).timestamp() * 1000) + 5_000
    in_group(*(one | {"event_id": f"{one['event_id']}b", "message_timestamp_ms": later} for one in STORY))
    monkeypatch.setattr(insights, "MOST_OF_A_QUERY", 6)
    (outcome,) = collect("bus-logs")
    assert sorted(row["received"] for row in rows_of(outcome) if not row["rule_arn"]) == [4, 4]
    assert outcome.status == "ok"


def test_too_much_to_read_one_by_one_is_summed_by_type_and_by_target_apart(
    in_group: Call, collect: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_group(*STORY)
    monkeypatch.setattr(insights, "MOST_ROWS", 0)
    (outcome,) = collect("bus-logs")
    bus, target = at_bus(outcome), at_target(outcome)
    assert (bus["received"], bus["unmatched"], bus["detail_type"]) == (4, 1, TYPE)
    assert (target["succeeded"], target["failed"], target["dead_lettered"], target["detail_type"]) == (
        2,
        1,
        1,
        None,
    )
    assert [gap.error for gap in outcome.scope.gaps] == ["TooMany"]


def saved(outcomes: list[Any], store: Path) -> Any:
    scope = outcomes[0].scope
    return save(store, outcomes, scope.run.aws, scope.settings)


@pytest.mark.parametrize("where", ["files", "group"])
def test_each_run_reads_what_is_new_and_the_hours_read_again_take_the_place_of_the_old(
    where: str, request: pytest.FixtureRequest, collect: Call, tmp_path: Path
) -> None:
    old, add = [one | {"message_timestamp_ms": at(hours=-6)} for one in STORY], None
    if where == "group":
        add = request.getfixturevalue("in_group")
        add(*old)
    else:
        put = request.getfixturevalue("logging")()
        put("old.json.gz", packed(*old))
    first = saved(collect("bus-logs"), tmp_path)
    now = [one | {"message_timestamp_ms": at(hours=2), "event_id": f"{one['event_id']}n"} for one in STORY]
    _ = add(*now) if add else put("new.json.gz", packed(*now))
    second = saved(collect("bus-logs", before=first), tmp_path)
    third = saved(collect("bus-logs", before=second), tmp_path)
    for snapshot in (second, third):
        told = [row["received"] for row in snapshot.rows("deliveries") if row["received"] is not None]
        assert told == [4, 4]
    assert [row["kind"] for row in third.rows("seen")] == ["since", *(["files"] if where == "files" else [])]


@pytest.fixture
def runs(collect: Call, tmp_path: Path) -> Call:
    """A run on what the last one left; gives how many events are known then to have been received, and the gaps of the run."""
    left: list[Any] = [None]

    def run(**settings: Any) -> tuple[int, list[str]]:
        outcomes = collect("bus-logs", before=left[0], **settings)
        left[0] = saved(outcomes, tmp_path / "store")
        known = sum(row["received"] or 0 for row in left[0].rows("deliveries"))
        return known, [gap.error for gap in outcomes[0].scope.gaps]

    return run


def early(event: str) -> bytes:
    """A file of one event of some hours ago."""
    return packed(received(event, message_timestamp_ms=at(hours=-3)))


@pytest.mark.parametrize("where", ["bucket", "folder"])
def test_a_file_that_comes_late_counts_with_the_hours_that_it_tells_of(
    where: str, request: pytest.FixtureRequest, tmp_path: Path, runs: Call
) -> None:
    if where == "bucket":
        add, named = request.getfixturevalue("logging")(), {}
    else:
        folder = tmp_path / "logs"
        folder.mkdir()
        add, named = lambda name, body: (folder / name).write_bytes(body), {"bus_logs": (str(folder),)}
    add("a.json.gz", early("e1"))
    assert [runs(**named) for _ in range(2)] == [(1, [])] * 2
    add("b.json.gz", early("e2"))
    if where == "folder":  # as rsync keeps it
        written = HOUR.timestamp() - 3 * 3600
        os.utime(tmp_path / "logs" / "b.json.gz", (written, written))
    assert [runs(**named) for _ in range(2)] == [(2, [])] * 2
    add("c.json.gz", packed(received("e3", message_timestamp_ms=at(hours=-24 * 9))))
    assert runs(**named) == (2, ["TooLate"]), "beyond late_days it is late for good"
    assert runs(**named) == (2, [])


def test_a_damaged_file_counts_when_it_is_mended(logging: Call, runs: Call) -> None:
    add = logging()
    add("a.json.gz", early("e1"))
    add("b.json.gz", early("e2")[:-9])
    told = [runs()]
    add("b.json.gz", early("e2"))
    assert [*told, runs(), runs()] == [(1, ["error"]), (2, []), (2, [])]


def test_a_known_file_that_cannot_be_read_now_takes_nothing_away(logging: Call, runs: Call) -> None:
    add = logging()
    whole = packed(received("e2", message_timestamp_ms=at(hours=2)))
    add("a.json.gz", packed(received("e1", message_timestamp_ms=at(hours=2))))
    add("b.json.gz", whole)
    told = [runs()]
    add("b.json.gz", whole[:-9])
    told.append(runs())
    add("b.json.gz", whole)
    assert [*told, runs()] == [(2, []), (2, ["error", "LessThanKnown"]), (2, [])]


def test_a_file_that_was_refused_is_tried_again_when_its_hour_has_passed() -> None:
    nowhere: Any = None
    refused, other = (Mark(f"s3://logs/{name}.gz", "v", HOUR) for name in ("a", "b"))
    rows = list(remembered.rows_of("s3://logs/", HOUR, [], [refused]))
    assert [(row["at"], row["count"]) for row in rows] == [(None, 0), (HOUR, 1)]
    waiting = set(np.frombuffer(rows[1]["hashes"], "<u8").tolist())
    files = Files(nowhere, nowhere, Known(read=set(), waiting=waiting))
    later = HOUR + timedelta(hours=9)
    assert [files._is_wanted(one, later) for one in (refused, other)] == [True, False]


def test_a_folder_below_that_may_not_be_read_is_a_gap(
    tmp_path: Path, runs: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    deep = tmp_path / "logs" / "deep"
    deep.mkdir(parents=True)
    (deep / "a.json.gz").write_bytes(early("e1"))
    named = {"bus_logs": (str(deep.parent),)}
    assert runs(**named) == (1, [])
    scandir = os.scandir

    def denied(path: str) -> Any:
        if str(path) == str(deep):
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    with monkeypatch.context() as patched:
        patched.setattr(os, "scandir", denied)
        (deep / "b.json.gz").write_bytes(early("e2"))
        assert runs(**named) == (1, ["PermissionError"])
    assert runs(**named) == (2, [])


def test_where_a_folder_was_not_listed_the_next_run_begins_where_this_one_did(
    tmp_path: Path, collect: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "logs" / "deep").mkdir(parents=True)
    scandir = os.scandir

    def denied(path: str) -> Any:
        if str(path).endswith("deep"):
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", denied)
    with meanwhile() as moments:
        (outcome,) = collect("bus-logs", bus_logs=(str(tmp_path / "logs"),), metric_hours=24)
    (since,) = [row["at"] for row in rows_of(outcome, "seen") if row["kind"] == "since"]
    # the next run goes an hour further back
    assert since - timedelta(hours=1) in {whole_hour(at) - timedelta(hours=24) for at in moments}


def test_hours_that_are_too_old_go_and_what_is_denied_now_stays(
    aws: Server, in_group: Call, collect: Call, tmp_path: Path
) -> None:
    in_group(*STORY, *(one | {"message_timestamp_ms": at(hours=-30)} for one in STORY))
    first = saved(collect("bus-logs", metric_hours=48), tmp_path)
    assert sum(row["received"] or 0 for row in first.rows("deliveries")) == 8
    aws.misbehave({"service": "logs", "operation": "StartQuery", "deny": True})
    second = saved(collect("bus-logs", before=first, log_days=1), tmp_path)
    assert sum(row["received"] or 0 for row in second.rows("deliveries")) == 4
    (gap,) = second.rows("gaps")
    assert (gap["status"], gap["kept_rows"]) == ("denied", len(second.rows("deliveries")))


def test_a_query_that_takes_too_long_is_stopped(
    aws: Server, in_group: Call, collect: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_group(*STORY)
    monkeypatch.setattr(log_queries, "MOST_SECONDS", 0.0)
    (outcome,) = collect("bus-logs")
    assert [(gap.status, gap.error) for gap in outcome.scope.gaps] == [("failed", "Timeout")]
    assert "StopQuery" in {call["operation"] for call in aws.calls()["calls"]}


SYSTEM = {"aws:EventId": "e1", "aws:Source": SOURCE, "aws:DetailType": TYPE}


def test_a_subscribers_log_group_tells_types_and_targets_in_one_question(
    in_group: Call, collect: Call
) -> None:
    bad = attempted("e2", outcome="FAILURE", terminal_kind="EVENTS_DROPPED", http_status=403)
    in_group(
        attempted(), attempted("e3"), bad | {"log_level": "ERROR", "error": {"error_code": "AccessDenied"}}
    )
    (outcome,) = collect("bus-logs", bus_logs=(GROUP_ARN,))
    row = at_target(outcome)
    assert (row["rule_arn"], row["bus_arn"], row["source"], row["detail_type"]) == (
        SUBSCRIBER,
        None,
        SOURCE,
        TYPE,
    )
    assert (row["attempts"], row["succeeded"], row["failed"], row["dead_lettered"]) == (3, 2, 1, 0)
    assert (row["latency_ms"], row["latency_count"], row["codes"]) == (100, 2, ["AccessDenied 403"])


@pytest.mark.parametrize(
    ("details", "expected"),
    [
        ({"outcome": "SUCCESS", "terminal_kind": "EVENTS_DELIVERED"}, {"tried", "succeeded"}),
        ({"outcome": "FAILURE"}, {"retried"}),
        ({"outcome": "FAILURE", "terminal_kind": "EVENTS_DROPPED"}, {"refused", "failed"}),
        (
            {"outcome": "FAILURE", "terminal_kind": "ON_FAILURE_DESTINATION_DELIVERED"},
            {"refused", "dead_lettered"},
        ),
    ],
)
def test_a_subscribers_record_says_how_an_event_ended(details: Row, expected: set[str]) -> None:
    told = {
        "resource_arn": SUBSCRIBER,
        "messageType": "EVENT_DELIVERY_ATTEMPT",
        "log_level": "INFO",
        "timestamp": "2026-11-25T10:00:00Z",
    }
    step = step_of(
        told | {"details": details | {"event_system_metadata": json.dumps(SYSTEM), "target_arn": QUEUE}}
    )
    assert step is not None
    assert (set(step.counts), step.source, step.detail_type, step.rule) == (
        expected,
        SOURCE,
        TYPE,
        SUBSCRIBER,
    )
