"""Ranges: which layer tells of one, how its end is filled up, and the same minutes before."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta

import pandas as pd
import pytest

from collectors.records import Metric
from dashboard.flow.answers import Against
from dashboard.flow.model import ranges
from dashboard.flow.who import flowing
from tests.flow.building import NOW, Build, bus, rule
from tests.flow.series import LAYERS, Value, since

RULE = "arn:aws:events:eu-west-1:111111111111:rule/orders/r"
INBOX = "arn:aws:sqs:eu-west-1:111111111111:inbox"
BILL = "arn:aws:lambda:eu-west-1:111111111111:function:bill"
HALF = NOW + timedelta(minutes=30)
DUE = {"recent": 0, "days": 5, "months": 23}


def read_at(on: str, metric: str, value: Value, end: datetime, *, late: bool = False) -> Iterator[Metric]:
    """The series as a run at `end` reads it; `late`: the layers behind the recent one are nearly due."""
    for row in since(on, metric, value):
        period = row.period_seconds
        whole = end - timedelta(hours=DUE[row.layer] if late else 0)
        whole = datetime.fromtimestamp(int(whole.timestamp()) // period * period, end.tzinfo)
        starts = [whole - timedelta(seconds=s) for s in range(LAYERS[row.layer][0] * 3600, 0, -period)]
        steps = [timedelta(seconds=s) for s in range(0, period, 300)]
        told = {at: [_value(value, at + step) for step in steps] for at in starts}
        joined = sum if row.statistic == "Sum" else max
        values = tuple(joined(points) for points in told.values())
        yield row.model_copy(
            update={"start": starts[0], "end": whole, "times": tuple(starts), "values": values}
        )


def _value(value: Value, at: datetime) -> float:
    return float((value(at) if callable(value) else value) or 0)


def frame(*rows: Metric) -> pd.DataFrame:
    return pd.DataFrame([row.model_dump() for row in rows])


def at_minute(hour: int, minute: int) -> Value:
    return lambda at: 1000.0 if (at.hour, at.minute) == (hour, minute) else 1.0


@pytest.mark.parametrize(("minute", "hour"), [(35, 11), (45, 12), (5, 12)])
def test_the_same_minutes_before_are_as_long_and_a_coarse_point_counts_by_its_share(
    minute: int, hour: int
) -> None:
    metrics = frame(*read_at(RULE, "MatchedEvents", at_minute(hour, minute), HALF))
    (now,), (then,) = ranges.lines(metrics, 1), ranges.before(metrics, 1, 24)
    # of the hours 11 and 12, half each lies in 11:30 to 12:30; one of them holds the spike
    assert then.total == pytest.approx((12 + 1011) / 2)
    assert (then.known, then.period) == (3600, 300)
    assert (then.since, then.until, then.times) == (now.since, now.until, now.times)
    assert then.highest == 1011


def test_the_highest_before_is_of_a_point_of_the_length_that_is_told(build: Build) -> None:
    on = bus()
    estate = build(on, rule(on, "r", None), *since(RULE, "MatchedEvents", 10))
    (told,) = flowing.of_things(estate, "r", [RULE], "24h").series
    assert (told.highest, told.total) == (10, 2880)
    assert told.yesterday == Against(
        total=pytest.approx(2880), highest=pytest.approx(120), period_seconds=3600
    )


def test_the_same_minutes_before_are_exact_where_the_points_are_as_fine() -> None:
    metrics = frame(*read_at(RULE, "MatchedEvents", at_minute(11, 35), HALF))
    for hours in (72, 168):
        (now,), (then,) = ranges.lines(metrics, hours), ranges.before(metrics, hours, 24)
        assert (then.total, then.highest, then.known) == (now.total, now.highest, now.period)


def test_a_highest_value_before_is_the_highest_of_the_hour() -> None:
    metrics = frame(
        *read_at(
            INBOX,
            "ApproximateNumberOfMessagesVisible",
            lambda at: 60.0 if at.minute == 5 else 0.0,
            HALF,
        )
    )
    (then,) = ranges.before(metrics, 24, 24)
    assert (then.total, then.highest, set(then.values)) == (None, 60, {60.0})


@pytest.mark.parametrize(("hours", "period"), [(168, 3600), (720, 21600)])
def test_the_end_of_a_coarser_layer_is_filled_up_from_the_finer_ones(hours: int, period: int) -> None:
    stopped = HALF - timedelta(hours=8)
    metrics = frame(
        *read_at(RULE, "MatchedEvents", lambda at: 0.0 if at >= stopped else 10.0, HALF, late=True)
    )
    (line,) = ranges.lines(metrics, hours)
    assert (line.period, line.until, line.collected) == (period, NOW, HALF)
    assert line.times == tuple(line.since + timedelta(seconds=period) * n for n in range(len(line.times)))
    assert len(line.times) == hours * 3600 // period
    *_, last = line.values  # noqa: PD011 - of a line
    assert last == 0
    # 4:30 to 12:00 is without events; all else had ten each five minutes
    assert line.total == 10 * 12 * (hours - 7.5)


def test_what_is_only_sent_when_not_zero_is_filled_up_with_zeros() -> None:
    rows = [
        row.model_copy(update={"times": (), "values": ()})
        for row in read_at(RULE, "FailedInvocations", 0, HALF, late=True)
    ]
    (line,) = ranges.lines(frame(*rows), 168)
    assert (len(line.values), line.total, line.until) == (168, 0, NOW)


def test_a_series_without_history_is_brought_to_longer_windows_when_asked() -> None:
    recent = [row for row in read_at(RULE, "MatchedEvents", 10, HALF) if row.layer == "recent"]
    (fine,) = ranges.lines(frame(*recent), 720)
    (line,) = ranges.lines(frame(*recent), 720, 21600)
    assert (fine.period, set(fine.values)) == (300, {10.0})
    assert (line.period, set(line.values), len(line.values)) == (21600, {720.0}, 3)
    assert (line.since, line.until) == (NOW - timedelta(hours=18), NOW)


def test_what_no_layer_reaches_is_not_compared() -> None:
    metrics = frame(*read_at(RULE, "MatchedEvents", 10, HALF))
    assert ranges.before(metrics, 2160, 168) == []


class Plain:
    """A series told the plain way, point by point and second by second: what the arrays must say too."""

    def __init__(self, rows: list[Metric]) -> None:
        self.rows = sorted(rows, key=lambda row: row.period_seconds)
        self.first = self.rows[0]

    def told(self, period: int) -> tuple[int, int, dict[int, float]]:
        """Where the windows of this length begin and end, and the points."""
        rows = [row for row in self.rows if row.period_seconds <= period]
        spans = [
            (-(-seconds(row.start) // period) * period, seconds(row.end) // period * period) for row in rows
        ]
        start = min(first for first, _ in spans)
        found: dict[int, float] = {}
        told = start
        for row, (first, last) in reversed(list(zip(rows, spans, strict=True))):
            windows: dict[int, list[float]] = {}
            for at, value in self.points(row):
                if max(first, told) <= at < last:
                    windows.setdefault(at // period * period, []).append(value)
            found |= {at: self.joined(values) for at, values in windows.items()}
            told = max(told, last)
        return start, max(start, *(last for _, last in spans)), found

    def points(self, row: Metric) -> list[tuple[int, float]]:
        known = dict(zip(map(seconds, row.times), row.values, strict=True))
        if row.metric != "FailedInvocations":
            return sorted(known.items())
        return [
            (at, known.get(at, 0.0)) for at in range(seconds(row.start), seconds(row.end), row.period_seconds)
        ]

    def joined(self, values: list[float]) -> float:
        if self.first.statistic == "Sum":
            return sum(values)
        return sum(values) / len(values) if self.first.statistic == "Average" else max(values)

    def range(self, hours: int, least: int) -> tuple[int, int, int, dict[int, float]]:
        told = {period: self.told(period) for row in self.rows if (period := max(row.period_seconds, least))}
        enough = [period for period, (start, end, _) in told.items() if start <= end - hours * 3600]
        period = min(enough) if enough else min(told, key=lambda one: (told[one][0], one))
        start, end, points = told[period]
        start = max(start, end - hours * 3600)
        return period, start, end, {at: value for at, value in points.items() if start <= at < end}

    def before(self, hours: int, least: int, back: int) -> dict[int, float] | None:
        period, start, end, _ = self.range(hours, least)
        for known in dict.fromkeys(max(row.period_seconds, period) for row in self.rows):
            first, last, points = self.told(known)
            if first <= start - back and end - back <= last:
                share = period / known if self.first.statistic == "Sum" else 1
                spread = {
                    at + step + back: value * share
                    for at, value in points.items()
                    for step in range(0, known, period)
                }
                return {at: value for at, value in spread.items() if start <= at < end}
        return None


def seconds(at: datetime) -> int:
    return int(at.timestamp())


def drawn_at_random(seed: int) -> list[Metric]:
    """Layers that end at any time, some left out, with holes, of any statistic."""
    draw = random.Random(seed)
    metric, on = draw.choice(
        [("MatchedEvents", RULE), ("FailedInvocations", RULE), ("Duration", BILL), ("IteratorAge", BILL)]
    )
    end = NOW + timedelta(minutes=5 * draw.randrange(300))
    layers = list(read_at(on, metric, lambda _: draw.randrange(9), end, late=draw.random() < 0.5))
    kept = draw.sample(layers, draw.randint(1, 3))
    holes = [
        [
            (at, value)
            for at, value in zip(row.times, row.values, strict=True)
            if draw.random() < draw.choice([0.3, 0.9, 1])
        ]
        for row in kept
    ]
    return [
        row.model_copy(
            update={"times": tuple(at for at, _ in told), "values": tuple(value for _, value in told)}
        )
        for row, told in zip(kept, holes, strict=True)
    ]


@pytest.mark.parametrize("seed", range(8))
def test_ranges_are_what_adding_up_point_by_point_gives(seed: int) -> None:
    rows = drawn_at_random(seed)
    plain, metrics = Plain(rows), frame(*rows)
    for hours in ranges.RANGES.values():
        for least in (0, 3600):
            period, start, end, points = plain.range(hours, least)
            (line,) = ranges.lines(metrics, hours, least)
            assert (line.period, seconds(line.since), seconds(line.until)) == (period, start, end)
            assert dict(zip(map(seconds, line.times), line.values, strict=True)) == pytest.approx(points)
            for back in ranges.COMPARED.values():
                then = plain.before(hours, least, back * 3600)
                found = [
                    dict(zip(map(seconds, one.times), one.values, strict=True))
                    for one in ranges.before(metrics, hours, back, least)
                ]
                assert found == ([] if then is None else [pytest.approx(then)])
