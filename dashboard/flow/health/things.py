"""A thing with its series at hand, by the name of the metric."""

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pyarrow.compute as pc

from dashboard.flow.model import completeness, metrics
from dashboard.flow.model.estate import Estate, Row
from dashboard.flow.model.measured import Measured, Series, Usual

HISTORY = "days"
MANY = 300
_READING = threading.Lock()


@dataclass(frozen=True)
class Thing:
    """One thing of the estate: its series by metric."""

    estate: Estate
    arn: str
    kind: str
    name: str
    series: Mapping[str, Series]

    @property
    def title(self) -> str:
        """What a sentence begins with: Queue inbox, Dead-letter queue inbox-dlq."""
        kind = "dead-letter queue" if is_dead_letter(self.estate, self.arn) else self.kind
        return f"{kind[:1].upper()}{kind[1:]} {self.name}"

    def sum(self, metric: str, hours: float = 3) -> float | None:
        """The sum over a window that was collected; null without a series, or where a missing point may be a hole."""
        series = self.series.get(metric)
        return series.sum(hours) if series else None

    def count(self, *metrics: str, hours: float = 3) -> float:
        """The sum of several, what is not known left out."""
        return sum(self.sum(metric, hours) or 0.0 for metric in metrics)

    def last(self, metric: str) -> float | None:
        """The last point of the last three hours."""
        series = self.series.get(metric)
        return series.last if series else None

    def usual(self, metric: str) -> Usual | None:
        """What it had in the same hours of the last days; null where history does not tell."""
        series = self.series.get(metric)
        return series.usual if series else None


def measured(estate: Estate) -> Measured:
    """All series of the snapshot, read once, also when several ask at the same time; what is usual is learnt when it is wanted."""
    if "metrics" not in estate.memory:
        with _READING:
            if "metrics" not in estate.memory:
                estate.memory["metrics"] = Measured(estate.snapshot.metric_batches())
    found: Measured = estate.memory["metrics"]
    return found


def learn(estate: Estate, arns: Iterable[str]) -> None:
    """What is usual for these things: a few are read by themselves, of many the whole history is."""
    found = measured(estate)
    layer = "recent" if found.is_by_the_hour else HISTORY
    new = [arn for arn in arns if found.has(arn) and not found.knows(arn)]
    if len(new) > MANY:
        found.learn(estate.snapshot.metric_batches(layer), None)
    elif new:
        table = estate.snapshot.metrics_table(new)
        found.learn(table.filter(pc.equal(table["layer"], layer)).combine_chunks().to_batches(), new)


def thing(estate: Estate, arn: str) -> Thing:
    """The thing with its series."""
    series = {row.metric: row for row in measured(estate).of(arn)}
    return Thing(estate, arn, estate.kind_of(arn), estate.name_of(arn), series)


def is_on(one: Thing) -> bool:
    """Whether a rule or subscriber is switched on and has a target."""
    return any(sub.active and sub.target for sub in one.estate.rules.get(one.arn, ()))


def is_whole(estate: Estate, arn: str) -> bool:
    """Whether all metrics of its kind in its account and region were read: else a series may be missing that there is."""
    place = estate.account_of(arn) or "", estate.region_of(arn) or ""
    known: dict[tuple[str, str], list[Row] | None] = estate.memory.setdefault("gaps of metrics", {})
    if place not in known:
        scope = (*place, "metrics")
        gaps = [row for row in estate.gap_rows if (row["account"], row["region"], row["collector"]) == scope]
        known[place] = None if completeness.never_read(estate, [scope]) else gaps
    found = known[place]
    kind = estate.kind_of(arn)
    return found is not None and not any(metrics.may_lack(kind, arn, row) for row in found)


def is_dead_letter(estate: Estate, arn: str) -> bool:
    """Whether anything names it as its dead-letter queue."""
    return arn in dead_letters(estate)


def dead_letters(estate: Estate) -> Mapping[str, tuple[str, ...]]:
    """Dead-letter queue → what names it as its own: rules, queues, functions, links, buses."""
    if "dead-letters" not in estate.memory:
        found: dict[str, list[str]] = {}
        named = [(sub.row["dead_letter_arn"], sub.arn) for sub in estate.subscriptions]
        named += [(row["dead_letter_arn"], arn) for arn, row in estate.resources.items()]
        named += [(row["dead_letter_arn"], arn) for arn, row in estate.buses.items()]
        named += [(row["dead_letter_arn"], row["from_arn"]) for row in estate.links]
        for queue, owner in named:
            if queue:
                found.setdefault(queue, []).append(owner)
        estate.memory["dead-letters"] = {queue: tuple(dict.fromkeys(own)) for queue, own in found.items()}
    known: Mapping[str, tuple[str, ...]] = estate.memory["dead-letters"]
    return known


def number(value: float | None) -> str:
    """A count in a sentence."""
    if value is None:
        return "an unknown number of"
    return f"{value:,.0f}" if value >= 10 or value == int(value) else f"{value:.1f}"


def events(value: float, word: str = "event") -> str:
    """A count with its word: 1 event, 2 events."""
    several = f"{word[:-1]}ies" if word.endswith("y") else f"{word}s"
    return f"{number(value)} {word if value == 1 else several}"


def length(seconds: float) -> str:
    """A time in a sentence."""
    if seconds < 120:
        return f"{seconds:.1f} seconds" if seconds < 10 else f"{seconds:.0f} seconds"
    if seconds < 7200:
        return f"{number(seconds / 60)} minutes"
    return f"{number(seconds / 3600)} hours" if seconds < 172_800 else f"{number(seconds / 86_400)} days"
