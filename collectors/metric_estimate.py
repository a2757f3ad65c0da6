"""What a sweep of CloudWatch will take: series by ranges that are due, calls, the quota of points, and the price."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from collectors.metric_layers import USD_PER_SERIES, Layer, layers
from collectors.pace import SHARE
from collectors.settings import Settings
from collectors.snapshot import Snapshot

LISTED = 500  # metrics on a page of ListMetrics


@dataclass(frozen=True)
class Sweep:
    """One account and region: its series, and the layers that are asked, each of how many of them."""

    series: int
    asked: Mapping[Layer, int]

    @property
    def metrics(self) -> int:
        """Metrics asked of GetMetricData: what is paid for."""
        return sum(self.asked.values())

    @property
    def calls(self) -> int:
        """Calls of GetMetricData."""
        return sum(-(-series // layer.size) for layer, series in self.asked.items())

    @property
    def all_calls(self) -> int:
        """With those of ListMetrics."""
        return self.calls + self.series // LISTED + 2

    def seconds(self, pace: float) -> float:
        """How long the quota of points holds the calls back, at the least."""
        whole = (series / layer.size / layer.calls_a_second for layer, series in self.asked.items())
        return sum(whole) / (SHARE * pace)


def sweeps(
    last: Snapshot, scopes: Iterable[Mapping[str, Any]], given: Settings, now: float
) -> dict[tuple[str, str], Sweep]:
    """The sweep of each account and region that a last run read metrics of; `scopes` are rows of the scopes frame."""
    known = last.metric_layers()
    found = {}
    for row in scopes:
        if row["collector"] == "metrics":
            place = (row["account"], row["region"])
            of_place = {key[2:]: told for key, told in known.items() if key[:2] == place}
            counts = {
                namespace: told[0] for (namespace, layer), told in of_place.items() if layer == "recent"
            }
            # a run that read nothing, or an older one, tells by its rows
            counts = counts or {"": int(row["rows"])}
            ends = {key: end for key, (_, end) in of_place.items()}
            asked = {layer: _due(layer, counts, ends, now) for layer in layers(given)}
            found[place] = Sweep(sum(counts.values()), {layer: some for layer, some in asked.items() if some})
    return found


def _due(
    layer: Layer, counts: Mapping[str, int], ends: Mapping[tuple[str, str], datetime], now: float
) -> int:
    """How many series are asked in this layer: those of the namespaces of which it is due."""
    return sum(
        count for namespace, count in counts.items() if layer.is_due(ends.get((namespace, layer.name)), now)
    )


def sentence(found: Sequence[Sweep]) -> str:
    """The sweep in words: "$0.05 for 5,400 metrics of CloudWatch (1,800 series; 24 h, 15 days; …)"."""
    metrics, calls = sum(one.metrics for one in found), sum(one.calls for one in found)
    told = f"${metrics * USD_PER_SERIES:.2f} for {metrics:,} metrics of CloudWatch"
    if not metrics:
        return told
    ranges = tuple(dict.fromkeys(layer for one in found for layer in one.asked))
    length = {
        layer: f"{layer.hours} h" if layer.hours < 72 else f"{layer.hours // 24} days" for layer in ranges
    }
    each = ", ".join(
        f"{length[layer]} in {layer.period} s, {layer.size} a call, {layer.calls_a_second:.1f} calls/s by the quota"
        for layer in ranges
    )
    series = sum(one.series for one in found)
    return f"{told} ({series:,} series in {calls:,} calls; {each})"
