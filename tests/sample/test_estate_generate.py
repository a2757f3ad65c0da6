"""Generated estates: any size, the same for the same seed, the same kind of things as the sample estate."""

import time
from collections import Counter
from pathlib import Path
from typing import Any

import boto3
import numpy as np
import pyarrow.compute as pc
import pytest

from collectors.metric_layers import Window, layers
from collectors.records import FRAMES
from collectors.sample import generate
from collectors.sample.drawn import draw
from collectors.sample.drawn_faults import KINDS, break_some
from collectors.sample.drawn_metrics import Described, described, exactly
from collectors.sample.drawn_rates import arn_of, rates
from collectors.sample.estate.make_history import make_metrics
from collectors.sample.estate.shapes import Bus, Queue, Rule
from collectors.sample.server import Server
from collectors.sample.size import RULES_A_BUS, Size
from collectors.settings import Settings
from collectors.snapshot import Snapshot

SMALL = {"rules": 120, "queues": 40, "schemas": 30, "functions": 20, "buses": 6, "event_types": 50}


def _all(drawn: Any, kind: type[Any]) -> list[Any]:
    return [thing for domain in drawn.domains for thing in domain.of(kind)]


def test_the_same_seed_draws_the_same_estate_and_another_seed_another() -> None:
    assert draw(Size(**SMALL), 7) == draw(Size(**SMALL), 7)
    assert draw(Size(**SMALL), 7) != draw(Size(**SMALL), 8)


def test_an_estate_has_as_much_of_everything_as_was_asked_for() -> None:
    drawn = draw(Size(**SMALL))
    assert len(_all(drawn, Rule)) == 120
    assert len(_all(drawn, Queue)) == 40
    assert len(_all(drawn, Bus)) == 6
    assert len(drawn.events) == 30
    assert len({(put.source, put.detail_type) for put in drawn.puts}) == 45  # nine in ten of 50


@pytest.mark.parametrize("rules", [1, 10, 295, 1_000, 10_000])
def test_a_number_of_rules_gives_a_size_that_keeps_awss_quota_a_bus(rules: int) -> None:
    drawn = draw(Size.of_rules(rules))
    a_bus = Counter((rule.at, rule.bus) for rule in _all(drawn, Rule))
    assert sum(a_bus.values()) == rules
    assert max(a_bus.values()) <= RULES_A_BUS


@pytest.mark.parametrize(
    ("size", "told"),
    [({"rules": 601, "buses": 2}, "do not fit on 2 buses"), ({"queues": 0}, "at least one")],
)
def test_a_size_that_cannot_be_is_refused_with_the_reason(size: dict[str, int], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        Size(**size)


def test_about_a_fifth_of_the_patterns_name_no_source_or_no_detail_type() -> None:
    patterns = [rule.pattern for rule in _all(draw(Size.of_rules(2_000)), Rule) if rule.name != "to-hub"]
    open_ones = [p for p in patterns if "source" not in p or "detail-type" not in p]
    assert 0.15 < len(open_ones) / len(patterns) < 0.25


@pytest.mark.parametrize(
    "operator",
    ["prefix", "suffix", "wildcard", "anything-but", "numeric", "exists", "equals-ignore-case", "$or"],
)
def test_every_operator_comes_up(operator: str) -> None:
    patterns = str([rule.pattern for rule in _all(draw(Size.of_rules(1_000)), Rule)])
    assert f"'{operator}'" in patterns


def test_a_rule_is_named_once_a_bus() -> None:
    names = Counter((rule.at, rule.bus, rule.name) for rule in _all(draw(Size.of_rules(1_000)), Rule))
    assert set(names.values()) == {1}


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    return generate.as_snapshot(tmp_path_factory.mktemp("generated"), **SMALL)


def test_a_generated_snapshot_has_every_frame_and_all_its_rules(generated: Snapshot) -> None:
    made = generated
    rows = {name: made.rows(name) for name in FRAMES if name != "metrics"}
    assert len(made.table("metrics")) > 0
    rules = {row["arn"] for row in rows["subscriptions"] if row["kind"] == "rule"}
    assert len(rules) == 120
    assert {row["status"] for row in rows["scopes"]} == {"ok"}
    assert len(rows["schemas"]) == 30
    assert len({row["detail_type"] for row in rows["traces"]}) > 30


@pytest.mark.parametrize(
    ("layer", "points", "period"), [("recent", 288, 300), ("days", 360, 3600), ("months", 360, 21600)]
)
def test_metrics_of_a_generated_snapshot_have_three_layers(
    generated: Snapshot, layer: str, points: int, period: int
) -> None:
    table = generated.table("metrics").filter(pc.field("layer") == layer)
    names = list(zip(*(table[name].to_pylist() for name in ("arn", "metric")), strict=True))
    assert len(set(names)) == len(names) > 300
    for row in table.slice(0, 50).to_pylist():
        assert row["period_seconds"] == period
        assert (row["end"] - row["start"]).total_seconds() == points * period
        # what is sent only when it is not zero has holes
        assert len(row["times"]) == points or row["metric"] == "Invocations"
        assert all(row["start"] <= at < row["end"] for at in row["times"])


def test_a_days_points_add_up_to_much_the_same_in_every_layer(generated: Snapshot) -> None:
    table = generated.table("metrics").filter(pc.field("metric") == "MatchedEvents")
    totals = Counter[str]()
    for row in table.select(["layer", "values", "period_seconds"]).to_pylist():
        totals[row["layer"]] += sum(row["values"]) / len(row["values"]) / row["period_seconds"]
    assert totals["days"] == pytest.approx(totals["recent"], rel=0.05)
    assert totals["months"] == pytest.approx(totals["recent"], rel=0.05)


def test_what_is_matched_goes_on_to_what_the_rules_lead_to() -> None:
    drawn = draw(Size(**SMALL))
    through = rates(drawn, 1)
    for queue in _all(drawn, Queue):
        arn = queue.at.queue(queue.name)
        fed = [
            through[arn_of(rule)]
            for rule in _all(drawn, Rule)
            for target in rule.targets
            if target.arn == arn
        ]
        assert through.get(arn, 0) >= sum(fed)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_kind_of_fault_shows_in_the_metrics_and_its_truth_is_told(kind: str) -> None:
    drawn = draw(Size(rules=400, queues=120, schemas=1, functions=150, event_types=60))
    made = break_some(drawn, 1, 1, [kind])
    (fault,) = made.faults
    assert (fault.kind, fault.arn in fault.named_by) == (kind, True)
    assert {arn for arn, _ in made.incidents} & set(fault.named_by)
    assert break_some(drawn, 1, 1, [kind]).faults == made.faults


def test_metrics_can_be_left_out(tmp_path: Path) -> None:
    assert len(generate.as_snapshot(tmp_path, metrics=False, **SMALL).table("metrics")) == 0


def test_through_the_api_the_same_rules_are_made(server: Server) -> None:
    size = Size(rules=24, queues=10, schemas=6, functions=5, buses=3, event_types=12)
    generate.through_api(server.endpoint_url, size=size, seed=5)
    drawn = draw(size, 5)
    found = set()
    for bus in _all(drawn, Bus):
        events = boto3.client(
            "events",
            endpoint_url=server.endpoint_url,
            region_name=bus.at.region,
            **server.keys(bus.at.account),
        )
        found |= {(bus.at, bus.name, r["Name"]) for r in events.list_rules(EventBusName=bus.name)["Rules"]}
    assert found == {(rule.at, rule.bus, rule.name) for rule in _all(drawn, Rule)}


def test_the_local_aws_gives_the_points_of_a_fault_that_the_generated_snapshot_has(server: Server) -> None:
    made = break_some(
        draw(Size(rules=120, queues=40, schemas=1, functions=40, event_types=30)), 1, 1, ["growing queue"]
    )
    (fault,) = made.faults
    rows = [row for row in described(made.drawn, 1, made.incidents) if row.arn == fault.arn]
    assert any(row.formula.get("incidents") for row in rows)
    make_metrics(server.endpoint_url, [(row.at, row.formula) for row in rows])
    at = rows[0].at
    client = boto3.client(
        "cloudwatch", endpoint_url=server.endpoint_url, region_name=at.region, **server.keys(at.account)
    )
    for layer in layers(Settings()):
        span = layer.window(time.time())
        for row in rows:
            points = _asked(client, row, span)
            expected = exactly(row, span)
            assert len(points) == len(expected) == layer.points
            # the incident's beginning is counted from when it was posted, a moment apart
            assert np.allclose(points, expected, rtol=0.02, atol=1.5)


def _asked(client: Any, row: Described, span: Window) -> list[float]:
    dimensions = [{"Name": name, "Value": value} for name, value in row.formula["dimensions"].items()]
    metric = {
        "Namespace": row.formula["namespace"],
        "MetricName": row.formula["metric"],
        "Dimensions": dimensions,
    }
    query = {"Id": "m", "MetricStat": {"Metric": metric, "Period": span.period, "Stat": row.statistic}}
    answer = client.get_metric_data(
        MetricDataQueries=[query], StartTime=span.start, EndTime=span.end, ScanBy="TimestampAscending"
    )
    values: list[float] = answer["MetricDataResults"][0]["Values"]
    return values
