"""CloudWatch's series added up for all things at once give what adding them one by one gives."""

import random
from datetime import timedelta
from typing import Any

import pyarrow as pa
import pytest

from collectors.frames import schema_of
from dashboard.flow.model.measured import ZERO_WHEN_MISSING, Measured
from dashboard.flow.model.metrics import figures
from tests.flow.building import NOW


def _rows(seed: int, count: int) -> list[dict[str, Any]]:
    chosen = random.Random(seed)
    rows = []
    for number in range(count):
        ages = sorted(
            (chosen.randrange(0, 26 * 60) for _ in range(chosen.choice((0, 0, 1, 2, 40)))), reverse=True
        )
        rows.append(
            {
                "account": "1",
                "region": "r",
                "collector": "metrics",
                "arn": f"arn:{number % 7}",
                "namespace": "AWS/Lambda",
                "metric": "Invocations",
                "statistic": "Sum",
                "period_seconds": 300,
                "start": NOW - timedelta(hours=24),
                "end": NOW,
                "times": [NOW - timedelta(minutes=age) for age in ages],
                "values": [chosen.random() * 1e6 for _ in ages],
            }
        )
    return rows


@pytest.mark.parametrize("batch", [1, 3, 100])
@pytest.mark.parametrize("seed", range(5))
def test_sums_points_and_last_values_are_those_of_each_row(seed: int, batch: int) -> None:
    rows = _rows(seed, 50)
    table = pa.Table.from_pylist(rows, schema=schema_of("metrics"))
    found = Measured(table.to_batches(max_chunksize=batch))
    for arn in found.arns():
        series = found.of(arn)
        own = [row for row in rows if row["arn"] == arn]
        for row, got in zip(own, series, strict=True):
            for hours in (0.5, 3, 24):
                inside = [
                    v
                    for t, v in zip(row["times"], row["values"], strict=True)
                    if NOW - t <= timedelta(hours=hours)
                ]
                assert got.points[hours] == len(inside)
                assert got.sums[hours] == pytest.approx(sum(inside))
            points = list(zip(row["times"], row["values"], strict=True))[-2:]
            oldest = [timedelta(hours=4), timedelta(hours=3)][2 - len(points) :]
            valid = [v if NOW - t <= age else None for (t, v), age in zip(points, oldest, strict=True)]
            assert [got.before, got.last] == [None, None, *valid][-2:]


def test_a_series_of_zeros_adds_up_to_nothing_beside_large_and_broken_numbers() -> None:
    rows = _rows(1, 3)
    for row, value in zip(rows, (0.1, 0.0, 1e15), strict=True):
        row["times"], row["values"] = [NOW - timedelta(minutes=m) for m in (15, 10, 5)], [value] * 3
    found = Measured(pa.Table.from_pylist(rows, schema=schema_of("metrics")).to_batches())
    assert found.of("arn:1")[0].sums[24] == 0
    assert figures(found.of("arn:1"), whole=True).rate_24h == 0


def test_no_rows_are_no_things() -> None:
    assert Measured(pa.Table.from_pylist([], schema=schema_of("metrics")).to_batches()).arns() == []
    assert figures([], whole=True).end is None


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("statistic", ["Sum", "Maximum"])
def test_usual_is_what_the_same_hours_of_the_last_seven_days_had(seed: int, statistic: str) -> None:
    chosen = random.Random(seed)
    end = NOW + timedelta(minutes=25)
    recent = _row(statistic, 300, (end - timedelta(hours=24), end), {end - timedelta(minutes=5): 1.0})
    starts = [NOW - timedelta(hours=back) for back in range(15 * 24, 0, -1) if chosen.random() > 0.3]
    values = [chosen.random() * 100 for _ in starts]
    days = _row(statistic, 3600, (NOW - timedelta(days=15), NOW), dict(zip(starts, values, strict=True)))
    measured = Measured(_batches(recent), _batches(days))
    (series,) = measured.of("arn:a")
    # three hours up to 12:25: the hours that begin at 10 and 11, and a part of those at 9 and 12
    parts = {4: 35 / 60, 3: 1.0, 2: 1.0, 1: 25 / 60}
    each = [
        {back: values[starts.index(at)] for back in parts if (at := _hour(day, back)) in starts}
        for day in range(1, 8)
    ]
    usual = series.usual
    assert usual is not None
    assert usual.busiest == max(values)
    if statistic == "Sum":
        sums = [sum(value * parts[back] for back, value in found.items()) / 3 for found in each]
        low = min(found.get(3, 0) + found.get(2, 0) for found in each) / 3
        assert (usual.days, usual.low) == (7, pytest.approx(low))
        assert usual.high == pytest.approx(max(sum(found.values()) for found in each) / 3)
        assert (usual.yesterday, usual.last_week) == (pytest.approx(sums[0]), pytest.approx(sums[-1]))
    else:
        known = [found.values() for found in each if found]
        assert (usual.days, usual.low, usual.high) == (len(known), min(map(min, known)), max(map(max, known)))
    assert measured.of("arn:b") == []


def _hour(day: int, back: int) -> Any:
    return NOW + timedelta(hours=1) - timedelta(days=day, hours=back)


def _row(statistic: str, period: int, span: tuple[Any, Any], points: dict[Any, float]) -> dict[str, Any]:
    row: dict[str, Any] = dict.fromkeys(("account", "region", "collector", "layer"), "x")
    row |= {"arn": "arn:a", "namespace": "AWS/SQS", "metric": "M", "statistic": statistic}
    times = {"times": list(points), "values": list(points.values())}
    return row | {"period_seconds": period, "start": span[0], "end": span[1]} | times


def _batches(row: dict[str, Any]) -> list[pa.RecordBatch]:
    return pa.Table.from_pylist([row], schema=schema_of("metrics")).to_batches()


def test_what_is_sent_only_when_not_zero_stands_in_one_list() -> None:
    rules = {metric for namespace, metric in ZERO_WHEN_MISSING if namespace == "AWS/Events"}
    assert rules == {
        *("Invocations", "FailedInvocations", "InvocationsSentToDlq", "InvocationsFailedToBeSentToDlq"),
        "RetryInvocationAttempts",
    }
