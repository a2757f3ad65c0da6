"""Readings are put to what earlier runs read: hours add up or are replaced, old ones go, and rows are asked for by type or producer."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collectors import layout, snapshot
from collectors.evidence import merging
from collectors.evidence.merging import merge
from collectors.evidence.reading import HOURLY, TRACES, Reading
from collectors.frames import Rows, with_scope
from tests.laws import LAW, TIMES

BEGIN = datetime(2026, 11, 1, tzinfo=UTC)
SCOPE = {"account": "111111111111", "region": "eu-west-1", "collector": "traces"}
Row = tuple[int, str, str | None, str, int, int]
"""Hour, principal, via, evidence, events, failed."""


def at(hour: int) -> datetime:
    return BEGIN + timedelta(hours=hour)


def hourly(*rows: Row) -> pa.Table:
    return pa.Table.from_pylist(
        [
            {
                "hour": at(hour),
                "account": "111111111111",
                "region": "eu-west-1",
                "principal": principal,
                "principal_kind": "role",
                "principal_account": None,
                "via": via,
                "action": "PutEvents",
                "bus_arn": "arn:aws:events:eu-west-1:111111111111:event-bus/b",
                "source": "s",
                "detail_type": f"t-{principal}",
                "evidence": evidence,
                "events": events,
                "failed": failed,
                "first_seen": at(hour) + timedelta(minutes=5),
                "last_seen": at(hour) + timedelta(minutes=50),
            }
            for hour, principal, via, evidence, events, failed in rows
        ],
        HOURLY,
    )


def told(table: pa.Table) -> dict[Any, tuple[Any, ...]]:
    """(principal, via, evidence) → (events, failed, {hour: (events, failed)}); lists and totals agree."""
    found = {}
    for row in table.to_pylist():
        hours = [int((hour - BEGIN).total_seconds()) // 3600 for hour in row["hours"]]
        assert hours == sorted(set(hours))
        sums = (row["events"], row["failed"])
        assert sums == (sum(row["events_by_hour"]), sum(row["failed_by_hour"]))
        by_hour = zip(row["events_by_hour"], row["failed_by_hour"], strict=True)
        found[row["principal"], row["via"], row["evidence"]] = (
            *sums,
            dict(zip(hours, by_hour, strict=True)),
        )
    assert len(found) == len(table)
    return found


OLD = hourly((1, "a", None, "e", 5, 1), (2, "a", None, "e", 5, 0), (2, "b", None, "f", 7, 0))


@pytest.mark.parametrize(
    ("reading", "a", "b"),
    [
        (Reading(hourly((2, "a", None, "e", 1, 1))), (11, 2), (7, 0)),
        (Reading(hourly((2, "a", None, "e", 1, 0)), (at(2), at(3)), "e"), (6, 1), (7, 0)),
        (Reading(hourly((2, "a", None, "e", 1, 0)), (at(0), at(3)), "e"), (1, 0), (7, 0)),
        (Reading(hourly(), (at(2), at(9)), "e"), (5, 1), (7, 0)),
        (Reading(hourly(), (at(2), at(9))), (5, 1), None),
        (Reading(hourly(), (at(3), at(9)), "e"), (10, 1), (7, 0)),
    ],
)
def test_hours_add_up_or_are_replaced(reading: Reading, a: object, b: object) -> None:
    earlier = merge(TRACES.empty_table(), [Reading(OLD)])
    found = told(merge(earlier, [reading]))
    assert [found.get((name, None, of), (None,))[:2] for name, of in (("a", "e"), ("b", "f"))] == [
        a,
        b or (None,),
    ]


@pytest.mark.parametrize(
    ("old", "new", "hour"),
    [
        ([], [(1, 5)], None),
        ([(1, 5), (2, 5)], [(1, 5), (2, 5)], 1),
        ([(1, 5), (2, 5)], [(1, 1), (2, 5)], 2),
        ([(1, 5), (2, 5)], [(0, 9), (1, 5), (2, 6)], 0),
        ([(1, 5), (2, 5)], [(1, 50), (2, 4)], 3),
        ([(1, 5), (2, 5)], [(1, 5)], 3),
        ([(1, 5), (2, 5)], [], 3),
        ([(1, 5), (2, 5)], [(1, 4), (2, 4), (3, 2)], 1),
        ([(1, 9), (2, 5)], [(1, 1), (4, 2)], 3),
    ],
)
def test_another_way_takes_over_as_far_back_as_it_tells_as_much_from_there_on(
    old: list[tuple[int, int]], new: list[tuple[int, int]], hour: int | None
) -> None:
    tables = [hourly(*((at, "a", None, of, n, 0) for at, n in rows)) for of, rows in (("e", old), ("f", new))]
    earlier = merge(TRACES.empty_table(), [Reading(tables[0])])
    found = merging.takes_over(earlier, [Reading(tables[1])])
    assert found == (None if hour is None else at(hour))


def test_what_is_read_says_nothing_of_hours_before_its_way_began() -> None:
    earlier = merge(TRACES.empty_table(), [Reading(OLD)])
    reading = Reading(hourly((1, "a", None, "e", 2, 0), (2, "a", None, "e", 2, 0)), (at(0), at(9)), "e")
    assert told(merge(earlier, [reading], begin_of_way=at(2)))["a", None, "e"] == (
        7,
        1,
        {1: (5, 1), 2: (2, 0)},
    )


def test_of_hours_of_which_less_is_told_what_was_known_stays() -> None:
    earlier = merge(TRACES.empty_table(), [Reading(OLD)])
    reading = Reading(
        hourly((1, "a", None, "e", 2, 0), (2, "a", None, "e", 6, 0), (2, "b", None, "e", 1, 0)),
        (at(0), at(9)),
        "e",
    )
    kept = merging.less_than_known(earlier, [reading], None)
    assert kept == [at(1)]
    assert told(merge(earlier, [reading], kept=kept)) == {
        ("a", None, "e"): (11, 1, {1: (5, 1), 2: (6, 0)}),
        ("b", None, "e"): (1, 0, {2: (1, 0)}),
        ("b", None, "f"): (7, 0, {2: (7, 0)}),
    }
    assert merging.less_than_known(earlier, [reading], at(2)) == []


def test_hours_before_the_oldest_go_and_rows_without_hours_with_them() -> None:
    earlier = merge(TRACES.empty_table(), [Reading(OLD), Reading(hourly((0, "c", None, "e", 1, 0)))])
    assert told(merge(earlier, [], at(2))) == {
        ("a", None, "e"): (5, 0, {2: (5, 0)}),
        ("b", None, "f"): (7, 0, {2: (7, 0)}),
    }


def test_rows_of_a_version_without_hours_are_left_out() -> None:
    earlier = merge(TRACES.empty_table(), [Reading(OLD)])
    column = TRACES.get_field_index("hours")
    without = earlier.set_column(
        column, TRACES.field("hours"), pa.nulls(len(earlier), TRACES.field("hours").type)
    )
    assert len(merge(without, [])) == 0


ROWS = st.lists(
    st.tuples(
        st.integers(0, 9),
        st.sampled_from("abcdefgh"),
        st.sampled_from([None, "pipes", ""]),
        st.sampled_from("ef"),
        st.integers(0, 5),
        st.integers(0, 5),
    ),
    max_size=30,
)


@settings(LAW, max_examples=50 * TIMES)
@given(ROWS, ROWS, st.integers(0, 9), st.integers(1, 40))
def test_merging_is_what_a_plain_sum_gives(
    first: list[Row], second: list[Row], since: int, at_a_time: int
) -> None:
    whole = merging.AT_A_TIME
    merging.AT_A_TIME = at_a_time
    try:
        merged = merge(
            merge(TRACES.empty_table(), [Reading(hourly(*first))]), [Reading(hourly(*second))], at(since)
        )
    finally:
        merging.AT_A_TIME = whole
    sums: Counter[Any] = Counter()
    there = set()
    for hour, principal, via, evidence, events, failed in first + second:
        if hour >= since:
            there.add((principal, via, evidence, hour))
            sums[principal, via, evidence, hour, 0] += events
            sums[principal, via, evidence, hour, 1] += failed
    found = {
        (*key, hour): counts for key, (_, _, hours) in told(merged).items() for hour, counts in hours.items()
    }
    assert found == {key: (sums[*key, 0], sums[*key, 1]) for key in there}


def test_the_first_and_the_last_time_are_exact_over_runs() -> None:
    earlier = merge(TRACES.empty_table(), [Reading(hourly((3, "a", None, "e", 1, 0)))])
    (row,) = merge(
        earlier, [Reading(hourly((1, "a", None, "e", 1, 0), (2, "a", None, "e", 1, 0)))]
    ).to_pylist()
    assert (row["first_seen"], row["last_seen"]) == (
        at(1) + timedelta(minutes=5),
        at(3) + timedelta(minutes=50),
    )


@pytest.mark.parametrize(
    ("where", "hours"),
    [
        ({"principal": "p007"}, 300),
        ({"source": "s", "detail_type": "t-p019"}, 300),
        ({"source": "s", "detail_type": "t-p019", "principal": "p000"}, 0),
        ({"principal": "nobody"}, 0),
    ],
)
def test_rows_of_one_type_or_producer_are_read_from_the_file_without_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: dict[str, str], hours: int
) -> None:
    monkeypatch.setattr(layout, "HOURS_A_GROUP", 600)
    rows = [(hour, f"p{of:03d}", None, "e", 1, 0) for of in range(40) for hour in range(300)]
    merged = merge(TRACES.empty_table(), [Reading(hourly(*rows))])
    made = snapshot.write(tmp_path, {"traces": with_scope(Rows("traces", merged), SCOPE)}, "test")
    found = made.traces_of(**where)
    assert sum(len(row) for row in found["hours"].to_pylist()) == hours
    narrow = made.traces()
    assert (len(narrow), sum(row["events"] for row in narrow)) == (40, 12_000)
    assert "hours" not in narrow[0]
    assert made._tables == {}, "the whole frame was never loaded"
    made._tables["traces"] = made.table("traces")
    assert made.traces_of(**where).to_pylist() == found.to_pylist()
    assert made.traces() == narrow
