"""Records by their types and records read leniently are the same; on all cores as in one process; odd files cost no other."""

import gzip
import json
import zlib
from collections import Counter
from collections.abc import Iterator
from typing import Any

import msgspec
import numpy as np
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from isal import isal_zlib

from collectors.evidence import log_records, put_events, remembered, workers
from collectors.evidence.put_events import NO_ENTRIES, NO_TYPE, NOT_A_RECORD, UNKNOWN_VERSION, Parsed, parse
from collectors.evidence.remembered import Files, Ids
from collectors.evidence.unpacking import unpacked
from collectors.evidence.workers import WorkerDiedError, Workers
from tests.collectors.logged import ACCOUNT, REGION, ROLE, packed, put, session
from tests.laws import LAW, TIMES


def told(parsed: Parsed) -> tuple[Any, ...]:
    """What was read, whatever the order of calls and groups."""
    kinds: dict[int, list[tuple[Any, ...]]] = {}
    for call, group, *counts in zip(
        parsed.of_call, parsed.group, parsed.accepted, parsed.failed, strict=True
    ):
        kinds.setdefault(int(call), []).append((repr(parsed.groups[group]), *map(int, counts)))
    records = [
        (int(at), int(one), tuple(sorted(kinds[int(call)])))
        for call, at, one in zip(parsed.call, parsed.at, parsed.hashes, strict=True)
    ]
    problems: Counter[str] = Counter()
    for problem in parsed.problems:
        problems[problem.code or problem.reason] += problem.times
    return records, dict(problems)


TEXT = st.sampled_from(
    ["", "a", "b", "PutEvents", "1.11", "2026-11-25T10:00:00Z", "2026-11-25T11:30:00.5+01:00", "é"]
)
ODD = st.sampled_from([None, 0, 1, 2.5, True, [], {}, "", [1], {"a": 1}])
MAYBE = st.one_of(st.none(), TEXT, ODD)
ENTRY = st.one_of(
    st.fixed_dictionaries(
        {}, optional={"source": TEXT, "detailType": TEXT, "eventBusName": st.one_of(st.none(), TEXT)}
    ),
    st.fixed_dictionaries({}, optional={"source": MAYBE, "detailType": MAYBE, "eventBusName": MAYBE}),
    ODD,
)
ANSWER = st.one_of(st.just({"eventId": "x"}), st.just({"errorCode": "E"}), ODD)
RESPONSE = st.one_of(
    st.none(),
    st.fixed_dictionaries(
        {},
        optional={
            "failedEntryCount": st.one_of(st.integers(0, 3), ODD),
            "entries": st.one_of(st.lists(ANSWER, max_size=3), ODD),
        },
    ),
    ODD,
)
IDENTITY = st.one_of(
    st.just(session(ROLE)),
    st.fixed_dictionaries(
        {},
        optional={
            "type": MAYBE,
            "arn": MAYBE,
            "accountId": MAYBE,
            "invokedBy": MAYBE,
            "sessionContext": st.one_of(ODD, st.fixed_dictionaries({}, optional={"sessionIssuer": ODD})),
        },
    ),
    ODD,
)
RECORD = st.one_of(
    st.builds(
        lambda entries, **more: put("1") | {"requestParameters": {"entries": entries}} | more,
        st.lists(ENTRY, max_size=3),
        eventName=st.sampled_from(["PutEvents", "PutPartnerEvents", "PutRule"]),
        eventVersion=st.sampled_from(["1.08", "1.11", "2.0", None]),
        responseElements=RESPONSE,
        userIdentity=IDENTITY,
        errorCode=st.one_of(st.none(), st.just("Denied")),
    ),
    st.builds(lambda name, value: put("2") | {name: value}, st.sampled_from(sorted(put("1"))), MAYBE),
    st.builds(
        lambda name: {key: value for key, value in put("3").items() if key != name},
        st.sampled_from(sorted(put("1"))),
    ),
    ODD,
)


@settings(LAW, max_examples=100 * TIMES)
@given(st.lists(RECORD, max_size=5))
def test_a_record_reads_the_same_by_its_types_and_leniently(records: list[Any]) -> None:
    text = orjson.dumps({"Records": records})
    leniently = put_events._Reader("aws")
    leniently.take(0, map(log_records._lenient, log_records._RAW_FILE.decode(text).Records))
    assert told(parse([text], "aws")) == told(leniently.parsed())
    one_by_one = put_events._Reader("aws")
    one_by_one.take(0, _typed_where_they_fit(text))
    assert told(one_by_one.parsed()) == told(leniently.parsed())


def _typed_where_they_fit(text: bytes) -> Iterator[log_records.Event | None]:
    for record in log_records._RAW_FILE.decode(text).Records:
        try:
            yield msgspec.json.decode(record, type=log_records.Event)
        except msgspec.ValidationError:
            yield log_records._lenient(record)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "Damaged"),
        (b"no json", "Damaged"),
        (packed(put("1"))[:-20], "Damaged"),
        (packed(put("1"))[:-6] + b"\0\0\0\0\0\0", "Damaged"),
        (b'{"Records": [', "Damaged"),
        (b"[]", "UnexpectedShape"),
        (b'{"Records": null}', "UnexpectedShape"),
        (b'{"other": 1}', "UnexpectedShape"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_and_costs_no_other(content: bytes, code: str) -> None:
    parsed = parse([packed(put("1")), content, packed(put("2"))], "aws")
    assert ([(one.file, one.code) for one in parsed.problems], len(parsed.call)) == ([(1, code)], 2)


def test_a_file_of_several_gzip_members_is_read_whole() -> None:
    text = json.dumps({"Records": [put("1")]}).encode()
    assert len(parse([gzip.compress(text[:50]) + gzip.compress(text[50:])], "aws").call) == 1


def test_a_file_of_very_many_gzip_members_is_read_piece_by_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[int] = []
    real = isal_zlib.decompressobj

    class Watched:
        """Counts the bytes that are given; each time all that follows a member is copied."""

        def __init__(self, wbits: int) -> None:
            self._real = real(wbits=wbits)

        def decompress(self, data: bytes, most: int) -> bytes:
            given.append(len(data))
            unpacked: bytes = self._real.decompress(data, most)
            return unpacked

        def __getattr__(self, name: str) -> Any:
            return getattr(self._real, name)

    monkeypatch.setattr(isal_zlib, "decompressobj", Watched)
    parts = [b"", b"a" * 9_000, b"", b"b" * 70_000, *([b""] * 3_000), b"end"]
    content = b"".join(gzip.compress(part, 0) for part in parts)
    assert unpacked(content) == b"".join(parts)
    assert sum(given) < len(parts) * 4096 + 2 * len(content)
    with pytest.raises(zlib.error):
        unpacked(content[:-3])


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (put("1", eventVersion="2.0"), UNKNOWN_VERSION),
        (put("1", requestParameters={}), NO_ENTRIES),
        (put("1", {"source": "s"}), NO_TYPE),
        (put("1", eventTime="yesterday"), NOT_A_RECORD),
        (put("1", eventID=7), NOT_A_RECORD),
        (5, NOT_A_RECORD),
    ],
)
def test_a_record_that_says_too_little_is_counted_and_costs_no_other(record: Any, reason: str) -> None:
    parsed = parse([packed(put("0"), record, put("9"))], "aws")
    assert [(one.file, one.reason, one.times, one.code) for one in parsed.problems] == [(0, reason, 1, None)]
    assert len(parsed.call) == 2


def test_a_call_refused_whole_is_told_from_one_of_which_one_entry_was_rejected() -> None:
    entries = [{"source": "s", "detailType": "t"}] * 2
    whole = put("1", *entries, errorCode="AccessDenied", responseElements=None)
    one = put("2", *entries, responseElements={"failedEntryCount": 1})
    for records, rejected in (([whole, one], [2, 0]), ([one, whole], [0, 2])):
        parsed = parse([packed(*records)], "aws")
        assert [int(parsed.failed[parsed.of_call == call].sum()) for call in parsed.call] == rejected


def test_events_of_partners_are_told_by_their_event_source() -> None:
    source = "aws.partner/example.com/shop/1"
    resource = {"type": "AWS::Events::EventSource", "ARN": f"arn:aws:events:{REGION}::event-source/{source}"}
    record = put(
        "1", {"source": source, "detailType": "Sold"}, eventName="PutPartnerEvents", resources=[resource]
    )
    (group,) = parse([packed(record)], "aws").groups
    assert (group.action, group.bus_arn, group.source) == ("PutPartnerEvents", resource["ARN"], source)


def test_through_a_global_endpoint_the_bus_is_the_one_that_the_entry_names() -> None:
    entry = {"source": "s", "detailType": "t", "eventBusName": "orders"}
    resource = {"type": "AWS::Events::Endpoint", "ARN": f"arn:aws:events:{REGION}:{ACCOUNT}:endpoint/e"}
    record = put("1", requestParameters={"endpointId": "abc.xyz", "entries": [entry]}, resources=[resource])
    (group,) = parse([packed(record)], "aws").groups
    assert group.bus_arn == f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/orders"


def test_hashes_of_event_ids_are_the_same_in_every_process_and_version() -> None:
    ids = ["", "a", "e2a8e3a5-3b4b-4d2e-9c53-2b4f4c1d9a10", "x" * 90, "é"]
    assert [f"{one:016x}" for one in remembered.hashes_of(ids)] == [
        "7b96a4e1f89ce428",
        "0d1d1a2f81ab69b8",
        "2866a1f39818bc8e",
        "7cbb574b7fda3291",
        "01c2e79ba1467ef2",
    ]
    assert (
        len(set(remembered.hashes_of([f"{n:08x}-3b4b-4d2e-9c53-2b4f4c1d9a10" for n in range(50_000)])))
        == 50_000
    )


def test_an_id_counts_once_in_its_hour_and_again_when_its_hour_was_forgotten(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(remembered, "MOST_IDS", 3)
    ids = Ids([(5, np.array([1], "<u8").tobytes())])

    def new(hours: list[int], hashes: list[int]) -> list[bool]:
        return list(ids.new(np.array(hours), np.array(hashes, np.uint64)))

    assert new([5, 5, 5, 6], [1, 2, 2, 1]) == [False, True, False, True]
    assert (new([6], [1]), ids.forgotten) == ([False], None)
    assert (new([7], [9]), ids.forgotten) == ([True], 5)
    assert [(hour, count) for hour, _, count in ids.since(7)] == [(7, 1)]
    assert new([5], [1]) == [True]


def test_files_that_are_gone_are_remembered_with_the_day_when_they_were_last_there() -> None:
    files = Files()
    files.remember(np.array([3, 8], "<u8").tobytes())
    files.remember(np.array([2, 9], "<u8").tobytes(), 70)
    files.add(5)
    assert [one in files for one in (2, 3, 5, 6)] == [True, True, True, False]
    told = {
        is_whole: {
            day: set(np.frombuffer(hashes, "<u8")) for day, hashes, _ in files.by_day(99, is_whole=is_whole)
        }
        for is_whole in (True, False)
    }
    assert told == {True: {0: {2, 3, 5}, 70: {9}, 99: {8}}, False: {0: {2, 3, 5, 8}, 70: {9}}}


@pytest.fixture
def pool(monkeypatch: pytest.MonkeyPatch) -> Iterator[Workers]:
    monkeypatch.setattr(workers, "ALONE", 0)
    made = Workers(1)
    yield made
    made.close()


def test_workers_give_what_the_process_itself_gives_and_end_when_closed(pool: Workers) -> None:
    contents = [packed(put("1"), put("2")), b"no json", packed(put("3", eventID=5))]
    assert told(pool.parse(contents, "aws")) == told(parse(contents, "aws"))
    (worker,) = pool.started
    assert worker.poll() is None
    pool.close()
    assert worker.poll() is not None


def test_a_worker_that_dies_is_told_and_the_next_file_gets_another(pool: Workers) -> None:
    pool.parse([packed(put("1"))], "aws")
    pool.started[0].kill()
    pool.started[0].wait()
    with pytest.raises(WorkerDiedError):
        pool.parse([packed(put("1"))], "aws")
    assert len(pool.parse([packed(put("1"))], "aws").call) == 1


def test_a_worker_ends_when_its_parent_is_gone(pool: Workers) -> None:
    pool.parse([packed(put("1"))], "aws")
    (worker,) = pool.started
    assert worker.stdin
    worker.stdin.close()  # as the system does when a process ends, however it ends
    assert worker.wait(timeout=30) == 0


def test_a_small_reading_starts_no_process() -> None:
    small = Workers(2)
    small.parse([packed(put("1"))], "aws")
    assert small.started == []


HALF = "\ud83d"  # half a surrogate, as a text that was cut in the middle of a character
ODD_ONES = {
    "half a surrogate": json.dumps(put("odd", userAgent=HALF)).encode(),
    "half a surrogate in an entry": json.dumps(put("odd", {"source": HALF, "detailType": "t"})).encode(),
    "no UTF-8 in an entry": json.dumps(put("odd", {"source": "QQ", "detailType": "t"}))
    .encode()
    .replace(b"QQ", b"\xff\xfe"),
    "no UTF-8 in an answer": json.dumps(
        put("odd", responseElements={"failedEntryCount": 1, "entries": [{"errorMessage": "QQ"}]})
    )
    .encode()
    .replace(b"QQ", b"\xff\xfe"),
    "nested deeply": json.dumps(put("odd", additionalEventData="QQ"))
    .encode()
    .replace(b'"QQ"', b"[" * 5000 + b"]" * 5000),
    "an entry nested deeply": json.dumps(put("odd", {"source": "s", "detailType": "t", "x": "QQ"}))
    .encode()
    .replace(b'"QQ"', b"[" * 1200 + b"]" * 1200),
    "beyond all numbers": json.dumps(put("odd", responseElements={"failedEntryCount": "QQ"}))
    .encode()
    .replace(b'"QQ"', b"1e400"),
}


@pytest.mark.parametrize("which", ODD_ONES)
@pytest.mark.parametrize("more", [b"", b",5", b"," + json.dumps(put("typed", awsRegion=5)).encode()])
def test_one_record_that_no_reader_takes_costs_no_other(which: str, more: bytes) -> None:
    whole = [json.dumps(put(one, userAgent='a"]},\\')).encode() for one in ("1", "2")]
    text = b'{"a": [[{}]], "Records": [' + whole[0] + b"," + ODD_ONES[which] + more + b"," + whole[1] + b"]}"
    parsed = parse([gzip.compress(text)], "aws")
    assert len(parsed.call) == 2
    assert [(one.file, one.reason, one.times) for one in parsed.problems] == [
        (0, NOT_A_RECORD, 1 + bool(more))
    ]


@pytest.mark.parametrize("cut", [b'{"Records": [{"a": "\xff"}', b'{"Records": [{"a": "\\ud800}]}', b"}{"])
def test_a_file_whose_brackets_do_not_fit_is_damaged_whole(cut: bytes) -> None:
    assert [one.code for one in parse([cut], "aws").problems] == ["Damaged"]


def test_whatever_a_file_raises_is_told_of_it_and_costs_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    def raises(_: str) -> int:
        raise KeyError("unforeseen")

    good, bad = packed(put("1")), packed(put("2"), put("3", eventTime="2026-11-25T10:00:00Z"))
    reader = parse([good], "aws")
    known = put_events._micros
    monkeypatch.setattr(
        put_events, "_micros", lambda time: raises(time) if time == "2026-11-25T10:00:00Z" else known(time)
    )
    parsed = parse([good, bad, good], "aws")
    assert [(one.file, one.code) for one in parsed.problems] == [(1, "KeyError")]
    assert list(parsed.hashes) == [*reader.hashes, *reader.hashes]
