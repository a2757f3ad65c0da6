"""CloudWatch's series added up for all things at once give what adding them one by one gives."""

import random
from datetime import timedelta
from typing import Any

import pyarrow as pa
import pytest

from collectors.frames import schema_of
from dashboard.flow.model.measured import Measured
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
            for hours in (3, 24):
                inside = [
                    v
                    for t, v in zip(row["times"], row["values"], strict=True)
                    if NOW - t <= timedelta(hours=hours)
                ]
                assert got.points[hours] == len(inside)
                assert got.sums[hours] == pytest.approx(sum(inside))
            assert (got.last, got.before) == (
                [None, None, *row["values"]][-1],
                [None, None, *row["values"]][-2],
            )


def test_a_series_of_zeros_adds_up_to_nothing_beside_large_and_broken_numbers() -> None:
    rows = _rows(1, 3)
    for row, value in zip(rows, (0.1, 0.0, 1e15), strict=True):
        row["times"], row["values"] = [NOW - timedelta(minutes=m) for m in (15, 10, 5)], [value] * 3
    found = Measured(pa.Table.from_pylist(rows, schema=schema_of("metrics")).to_batches())
    assert found.of("arn:1")[0].sums[24] == 0
    assert figures(found.of("arn:1")).rate_24h == 0


def test_no_rows_are_no_things() -> None:
    assert Measured(pa.Table.from_pylist([], schema=schema_of("metrics")).to_batches()).arns() == []
    assert figures([]).end is None
