"""Log files are read once each, and what comes again counts once: late files, changed files, refused ones, stopped runs."""

import json
import os
import shutil
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from collectors import snapshot
from collectors.errors import StoppedError
from collectors.evidence import files, log_state
from collectors.run import Outcome, save
from collectors.sample.server import Server
from collectors.scope import Run, Scope
from tests.collectors.logged import ACCOUNT, NOW, OTHER, REGION, Call, packed, put, traces

Again = Callable[..., tuple[list[Outcome], int]]


@pytest.fixture
def again(collect: Call, tmp_path: Path) -> Again:
    """A run of the collector on what the last one left, written; gives the outcomes and how many entries are known then."""
    store = tmp_path / "store"

    def run(*, written: bool = True, accounts: tuple[str, ...] = (ACCOUNT,), **settings: Any) -> Any:
        before = snapshot.load(store) if store.exists() else None
        outcomes = collect("traces", accounts, before=before, **settings)
        if written:
            save(store, outcomes, outcomes[0].scope.run.aws, outcomes[0].scope.settings)
        rows = snapshot.load(store).traces() if store.exists() else []
        return outcomes, sum(row["events"] + row["failed"] for row in rows)

    return run


def gaps(outcomes: list[Outcome]) -> list[str]:
    return [gap.error for outcome in outcomes for gap in outcome.scope.gaps]


def reads(aws: Server) -> int:
    """How many objects were fetched since this was asked last."""
    found = sum(one["calls"] for one in aws.calls()["calls"] if one["operation"] == "GetObject")
    aws.control("DELETE", "calls")
    return found


def test_a_file_is_read_once_and_a_late_one_when_it_comes(aws: Server, trail: Call, again: Again) -> None:
    trail("a", packed(put("1"), put("2")))
    reads(aws)
    assert (again()[1], reads(aws)) == (2, 1)
    assert (again()[1], reads(aws)) == (2, 0)
    trail("late", packed(put("3")))
    assert (again()[1], reads(aws)) == (3, 1)


def test_a_record_in_two_files_counts_once_in_one_run_or_two(trail: Call, again: Again) -> None:
    trail("a", packed(put("1"), put("2")))
    trail("b", packed(put("2"), put("2"), put("3")))
    assert again()[1] == 3
    trail("c", packed(put("1"), put("3"), put("4")))
    assert again()[1] == 4


def test_a_file_that_has_changed_is_read_again_and_only_what_is_new_counts(trail: Call, again: Again) -> None:
    trail("a", packed(put("1")))
    again()
    trail("a", packed(put("1"), put("2")))
    assert again()[1] == 2


def test_a_run_that_is_not_written_loses_nothing_and_counts_nothing_twice(trail: Call, again: Again) -> None:
    trail("a", packed(put("1")))
    again()
    trail("b", packed(put("2")))
    again(written=False)
    assert again()[1] == 2


def test_an_object_that_is_refused_is_read_by_a_later_run(aws: Server, trail: Call, again: Again) -> None:
    trail("a", packed(put("1")))
    again()
    trail("b", packed(put("2")))
    aws.misbehave({"service": "s3", "operation": "GetObject", "deny": True})
    outcomes, known = again()
    assert (known, gaps(outcomes), outcomes[0].status) == (1, ["AccessDenied"], "partial")
    aws.behave()
    assert again()[1] == 2


def test_more_files_than_one_run_reads_are_read_by_the_next(
    trail: Call, again: Again, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_state, "MOST_FILES", 2)
    for number in range(5):
        trail(f"f{number}", packed(put(str(number))))
    told = [(again, gaps(outcomes)) for outcomes, again in (again() for _ in range(4))]
    assert told == [(2, ["TooMany"]), (4, ["TooMany"]), (5, []), (5, [])]


def test_a_damaged_file_is_told_by_each_run_until_it_is_mended(trail: Call, again: Again) -> None:
    trail("good", packed(put("1")))
    trail("bad", packed(put("2"))[:-20])
    for _ in range(2):
        outcomes, known = again()
        assert (known, gaps(outcomes)) == (1, ["Damaged"])
    trail("bad", packed(put("2")))
    assert (again()[1], gaps(again()[0])) == (2, [])


def test_days_before_the_window_of_late_files_are_listed_no_more(
    client: Call, trail: Call, again: Again
) -> None:
    trail("a", packed(put("1")))
    again(late_days=1, metric_hours=24 * 9)
    old = datetime.now(UTC) - timedelta(days=5)
    key = f"all/AWSLogs/{ACCOUNT}/CloudTrail/{REGION}/{old:%Y/%m/%d}/late.json.gz"
    client("s3").put_object(
        Bucket="logs", Key=key, Body=packed(put("9", eventTime=f"{old:%Y-%m-%dT%H:%M:%SZ}"))
    )
    assert again(late_days=1, metric_hours=24 * 9)[1] == 1
    assert again(late_days=7, metric_hours=24 * 9)[1] == 1, "what was passed is passed"


@pytest.mark.parametrize("refused", [{"operation": "ListObjectsV2"}, {"operation": "GetObject"}])
def test_the_days_of_what_was_refused_stay_in_the_list(
    aws: Server, trail: Call, again: Again, refused: dict[str, Any]
) -> None:
    trail("a", packed(put("1")))
    aws.misbehave({"service": "s3", "deny": True} | refused)
    again(late_days=1, metric_hours=24 * 9)
    aws.behave()
    assert again(late_days=1, metric_hours=24 * 9)[1] == 1


def test_files_of_a_folder_are_read_once_and_kept_when_they_are_gone(tmp_path: Path, again: Again) -> None:
    folder = tmp_path / "logs"
    folder.mkdir()
    named = {"trails": (str(folder),), "accounts": (ACCOUNT, OTHER)}
    (folder / "a.json.gz").write_bytes(packed(put("1"), put("2", recipientAccountId=OTHER)))
    assert [again(**named)[1] for _ in range(2)] == [2, 2]
    (folder / "b.json.gz").write_bytes(packed(put("1"), put("3", recipientAccountId=OTHER)))
    (folder / "a.json.gz").unlink()
    assert [again(**named)[1] for _ in range(2)] == [3, 3]
    assert again(**named | {"accounts": (OTHER, ACCOUNT)})[1] == 3, "whichever account comes first"


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A folder with a file of a call that is older than late files are: its eventID is remembered no more."""
    folder = tmp_path / "logs"
    folder.mkdir()
    at = f"{NOW - timedelta(days=10):%Y-%m-%dT%H:%M:%SZ}"
    (folder / "a.json.gz").write_bytes(packed(put("1", eventTime=at)))
    (folder / "b.json").write_bytes(json.dumps({"Records": [put("2", eventTime=at)]}).encode())
    return folder


def test_a_file_that_was_only_touched_counts_once(old: Path, again: Again) -> None:
    named = {"trails": (str(old),)}
    told = [again(**named)[1]]
    for times in ((1_700_000_000, 1_700_000_000), (1_700_000_001, 1_700_000_001)):
        for path in old.iterdir():
            os.utime(path, times)
        told.append(again(**named)[1])
    assert told == [2, 2, 2]
    (old / "deep").mkdir()
    for path in list(old.glob("*.json*")):
        path.rename(old / "deep" / path.name)
    shutil.copytree(old / "deep", old, dirs_exist_ok=True)
    assert again(**named)[1] == 2, "wherever it lies"
    (old / "b.json").write_bytes(json.dumps({"Records": [put("3")]}).encode())
    assert again(**named)[1] == 3, "what has changed is read"


def test_old_records_of_a_file_that_has_changed_count_once_and_are_told(old: Path, again: Again) -> None:
    at = f"{NOW - timedelta(days=10):%Y-%m-%dT%H:%M:%SZ}"
    named = {"trails": (str(old),)}
    assert again(**named)[1] == 2
    (old / "a.json.gz").write_bytes(packed(put("1", eventTime=at), put("3")))
    (old / "c.json.gz").write_bytes(packed(put("4", eventTime=at)))
    (outcome,), known = again(**named)
    assert known == 4, "one of the changed file, and one of a file that is new, however old"
    (gap,) = outcome.scope.gaps
    assert (gap.error, gap.message.split(" of ")[0]) == ("TooLate", "1 records")
    assert gaps(again(**named)[0]) == []


def test_calls_as_old_as_a_first_reading_goes_back_count_once_when_another_trail_tells_of_them(
    client: Call,
    trail: Call,  # noqa: ARG001 - makes the first trail
    again: Again,
) -> None:
    at, s3, cloudtrail = NOW - timedelta(days=5), client("s3"), client("cloudtrail")
    body = packed(put("1", eventTime=f"{at:%Y-%m-%dT%H:%M:%SZ}"))
    below = f"AWSLogs/{ACCOUNT}/CloudTrail/{REGION}/{at:%Y/%m/%d}/a.json.gz"
    s3.put_object(Bucket="logs", Key=f"all/{below}", Body=body)
    assert again(metric_hours=360)[1] == 1
    selectors = cloudtrail.get_event_selectors(TrailName="trail")["AdvancedEventSelectors"]
    cloudtrail.create_trail(Name="second", S3BucketName="logs", S3KeyPrefix="two")
    cloudtrail.put_event_selectors(TrailName="second", AdvancedEventSelectors=selectors)
    s3.put_object(Bucket="logs", Key=f"two/{below}", Body=body)
    assert again(metric_hours=360)[1] == 1


def test_an_object_below_a_named_prefix_that_was_copied_counts_once(client: Call, again: Again) -> None:
    s3 = client("s3")
    s3.create_bucket(Bucket="copies", CreateBucketConfiguration={"LocationConstraint": REGION})
    at = f"{NOW - timedelta(days=10):%Y-%m-%dT%H:%M:%SZ}"
    body = packed(put("1", eventTime=at))
    told = []
    for key in ("logs/a.json.gz", "logs/2026/a.json.gz"):
        s3.put_object(Bucket="copies", Key=key, Body=body)
        told.append(again(trails=("s3://copies/logs/",))[1])
    assert told == [1, 1]


def test_files_that_are_gone_for_some_runs_count_once_when_they_come_back(
    old: Path, tmp_path: Path, again: Again
) -> None:
    named = {"trails": (str(old),)}
    away = tmp_path / "away"
    assert again(**named)[1] == 2
    for _ in range(2):
        old.rename(away)
        old.mkdir()
        assert [again(**named)[1] for _ in range(2)] == [2, 2]
        old.rmdir()
        away.rename(old)
        assert again(**named)[1] == 2


def test_a_folder_below_that_may_not_be_read_is_a_gap_and_its_files_count_once_later(
    old: Path, again: Again, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = {"trails": (str(old),)}
    (old / "deep").mkdir()
    (old / "a.json.gz").rename(old / "deep" / "a.json.gz")
    assert again(**named)[1] == 2
    scandir = os.scandir

    def denied(path: str) -> Any:
        if str(path).endswith("deep"):
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    with monkeypatch.context() as patched:
        patched.setattr(os, "scandir", denied)
        outcomes, known = again(**named)
    assert (known, [(gap.status, gap.action, gap.error) for gap in outcomes[0].scope.gaps]) == (
        2,
        [("failed", str(old / "deep"), "PermissionError")],
    )
    assert (again(**named)[1], gaps(again(**named)[0])) == (2, [])


def test_what_is_read_in_another_way_counts_once(tmp_path: Path, trail: Call, again: Again) -> None:
    body = packed(put("1"), put("2"))
    trail("a", body)
    folder = tmp_path / "logs"
    folder.mkdir()
    (folder / "a.json.gz").write_bytes(body)
    assert [again()[1], again(trails=(str(folder),))[1], again()[1]] == [2, 2, 2]


def test_another_way_takes_over_only_from_where_it_tells_as_much(
    tmp_path: Path, again: Again, trail: Call
) -> None:
    """From one trail to another of which one record is a stray of an old hour, and back, and to a third that is as whole."""
    old = f"{NOW - timedelta(days=5):%Y-%m-%dT%H:%M:%SZ}"
    known = [put(str(number), eventTime=old) for number in range(20)]
    folders = {name: tmp_path / name for name in ("a", "b", "c")}
    for folder in folders.values():
        folder.mkdir()

    def read(name: str, **more: Any) -> int:
        found: int = again(trails=(str(folders[name]),), **more)[1]
        return found

    (folders["a"] / "1.json.gz").write_bytes(packed(*known))
    (folders["b"] / "1.json.gz").write_bytes(packed(known[7], put("n1")))
    (folders["c"] / "1.json.gz").write_bytes(packed(*known, put("n1"), put("n2")))
    assert [read("a"), read("b"), read("b")] == [20, 21, 21]
    (folders["b"] / "2.json.gz").write_bytes(packed(known[8], put("n3")))
    assert read("b") == 22, "a stray that comes later is one of those that are known"
    assert [read("a"), read("b")] == [22, 22]
    (folders["c"] / "2.json.gz").write_bytes(packed(put("n3")))
    assert [read("c"), read("c")] == [23, 23]
    trail("own", packed(*known[:3]))
    assert again()[1] == 23, "what tells less takes nothing away"


def test_hours_beyond_trace_days_go_and_the_rest_stays(tmp_path: Path, again: Again) -> None:
    old = NOW - timedelta(days=9)
    folder = tmp_path / "logs"
    folder.mkdir()
    (folder / "a.json.gz").write_bytes(packed(put("1", eventTime=f"{old:%Y-%m-%dT%H:%M:%SZ}"), put("2")))
    outcomes, known = again(trails=(str(folder),))
    assert (known, [len(row.hours) for row in traces(outcomes[0])]) == (2, [2])
    outcomes, known = again(trails=(str(folder),), trace_days=3)
    assert (known, [row.hours for row in traces(outcomes[0])]) == (1, [(NOW.replace(minute=0),)])


def test_a_reading_that_is_stopped_gives_nothing(tmp_path: Path, collect: Call) -> None:
    for number in range(40):
        (tmp_path / f"{number:02d}.json.gz").write_bytes(packed(put(str(number))))
    told: list[int] = []

    def stop(count: int) -> None:
        told.append(count)
        run.stop.set()

    scope = collect("queues", trails=(str(tmp_path),))[0].scope
    run = Run(scope.run.aws, scope.settings, threading.Event())
    reader = Scope(run, scope.account, scope.region, "traces")
    reader.progress = stop
    with pytest.raises(StoppedError):
        list(files.read(reader))
    assert told == [8]


def test_a_damaged_store_is_told_and_its_traces_are_left_alone(
    tmp_path: Path, trail: Call, again: Again
) -> None:
    trail("a", packed(put("1")))
    again()
    folder = next((tmp_path / "store" / "snapshots").iterdir())
    shutil.copy(folder / "buses.parquet", folder / "seen.parquet")
    (folder / "seen.parquet").write_bytes(b"PAR1")
    (outcome,) = again(written=False)[0]
    assert [gap.error for gap in outcome.scope.gaps] == ["Damaged"]
    assert outcome.tables == {}


def test_older_snapshots_forget_what_newer_ones_remember_and_are_still_gone_on_from(
    tmp_path: Path, trail: Call, again: Again
) -> None:
    for number in range(4):
        trail(f"f{number}", packed(put(str(number))))
        again()
    store = tmp_path / "store"
    made = [snapshot.load(store, one) for one in snapshot.ids(store)]
    assert [len(one.table("seen")) > 1 for one in made] == [False, False, True, True]
    assert [sum(row["events"] for row in one.traces()) for one in made] == [1, 2, 3, 4]
    for one in made[2:]:
        shutil.rmtree(one.folder)
    assert again()[1] == 4


def test_nothing_that_names_a_person_or_a_key_is_kept(tmp_path: Path, trail: Call, again: Again) -> None:
    secret = {
        "sourceIPAddress": "203.0.113.77",
        "userAgent": "s3cr3t-agent",
        "requestID": "s3cr3t-request",
        "errorMessage": "s3cr3t-message",
        "errorCode": "AccessDenied",
        "responseElements": None,
    }
    record = put("s3cr3t-id", {"source": "s", "detailType": "t", "detail": "s3cr3t-detail"}, **secret)
    record["userIdentity"] |= {"accessKeyId": "ASIAS3CR3T", "userName": "ann"}
    trail("a", packed(record))
    again()
    kept = b"".join(path.read_bytes() for path in (tmp_path / "store").rglob("*.parquet"))
    rows = repr([snapshot.load(tmp_path / "store").rows(frame) for frame in ("traces", "seen", "gaps")])
    for word in ("s3cr3t", "ASIAS3CR3T", "203.0.113.77", "ann@", "AROA"):
        assert word.encode() not in kept
        assert word not in rows
