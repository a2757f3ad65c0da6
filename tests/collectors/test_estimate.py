"""What a run says before its first call."""

from pathlib import Path

import pyarrow as pa
import pytest

from collectors import snapshot
from collectors.estimate import CALLS_PER_ROW, NO_SNAPSHOT, estimate
from collectors.frames import table_of
from collectors.listing import COLLECTORS
from collectors.records import ScopeRun
from collectors.settings import Settings
from collectors.snapshot import Snapshot

HOME, OTHER, REGION = "111111111111", "222222222222", "eu-west-1"
DAY = Settings(metric_history=False)
NOW = "2026-11-25T12:00:00Z"


def last(store: Path, **collectors: tuple[int, int]) -> Snapshot:
    """A snapshot whose scopes have these (rows, calls)."""
    tables = [
        table_of(
            "scopes",
            [
                ScopeRun(
                    status="ok", rows=rows, calls=calls, throttles=0, seconds=1, tried_at=NOW, read_at=NOW
                )
            ],
            {"account": HOME, "region": REGION, "collector": name},
        )
        for name, (rows, calls) in collectors.items()
    ]
    return snapshot.write(store, {"scopes": pa.concat_tables(tables)}, "local AWS")


def test_without_a_snapshot_it_tells_the_floor() -> None:
    said = estimate(None, [HOME], [REGION], DAY)
    assert (said.calls, said.seconds, said.cloudwatch_usd, said.sentence) == (None, None, None, NO_SNAPSHOT)
    assert "10,000 rules" in said.sentence
    assert "203 s" in said.sentence


def test_ten_thousand_rules_take_at_least_their_calls_at_the_quota(tmp_path: Path) -> None:
    said = estimate(last(tmp_path, rules=(12_000, 10_137)), [HOME], [REGION], DAY)
    assert said.calls == 10_137
    assert said.seconds == pytest.approx(10_137 / (50 * 0.95))
    assert "10,137 calls" in said.sentence


def test_metrics_cost_by_series(tmp_path: Path) -> None:
    said = estimate(last(tmp_path, metrics=(54_000, 0)), [HOME], [REGION], DAY)
    assert said.cloudwatch_usd == pytest.approx(0.54)
    assert "$0.54 for 54,000" in said.sentence
    longer = estimate(
        snapshot.load(tmp_path), [HOME], [REGION], Settings(metric_hours=24 * 90, metric_history=False)
    )
    assert longer.calls is not None
    assert said.calls is not None
    assert longer.calls > said.calls


def test_the_sweep_is_told_by_series_and_ranges_with_its_calls_and_its_quota(tmp_path: Path) -> None:
    said = estimate(last(tmp_path, metrics=(700, 0)), [HOME], [REGION], Settings())
    assert said.cloudwatch_usd == pytest.approx(0.021)
    assert (
        "about $0.02 for 2,100 metrics of CloudWatch (700 series in 8 calls; 24 h in 300 s, 350 a call, 3.9 calls/s by the quota, "
        "15 days in 3600 s, 280 a call, 3.9 calls/s by the quota, 90 days in 21600 s, 280 a call, 3.9 calls/s by the quota)"
    ) in said.sentence


def test_the_quota_of_points_holds_a_large_sweep_back(tmp_path: Path) -> None:
    said = estimate(last(tmp_path, metrics=(54_000, 0)), [HOME], [REGION], Settings())
    assert said.seconds == pytest.approx(54_000 * (288 + 360 + 360) / (396_000 * 0.95), rel=0.01)


def test_what_was_never_collected_is_told(tmp_path: Path) -> None:
    known = last(tmp_path, queues=(100, 101))
    assert estimate(known, [OTHER], [REGION], DAY).sentence == NO_SNAPSHOT
    assert (
        "1 of the accounts and regions asked for is not in it"
        in estimate(known, [HOME, OTHER], [REGION], DAY).sentence
    )


def test_a_scope_that_tells_no_calls_is_judged_by_its_rows(tmp_path: Path) -> None:
    said = estimate(last(tmp_path, rules=(1_000, 0)), [HOME], [REGION], DAY)
    assert said.calls == 2 + 1_010


def test_every_collector_is_priced() -> None:
    """A collector that is missing in the table would be free."""
    assert {collector.name for collector in COLLECTORS} == set(CALLS_PER_ROW)
