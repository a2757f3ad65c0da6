"""Charts of what flows: the CloudWatch metrics of a thing, or of several, over which range and compared with what."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import pandas as pd
import streamlit as st

from dashboard import state
from dashboard.charts import look, throughput
from dashboard.escape import clean
from dashboard.flow.answers import Consumers
from dashboard.flow.model import ranges
from dashboard.flow.model.estate import Estate
from dashboard.flow.model.measured import ZERO_WHEN_MISSING
from dashboard.flow.who.flowing import counted_under
from dashboard.pages import parts
from dashboard.pages.groups import GROUPS

MOST_LINES = 8
HOUR = 3600
HOW = {
    "Sum": "spread evenly over its time",
    "Maximum": "the highest of all its time",
    "Average": "the mean of all its time",
}
"""What a point longer than those of now tells of the windows that it covers, by its statistic."""


CARRIES = ("MatchedEvents", "FilterMatched")


def of_event(estate: Estate, got: Consumers) -> None:
    """What the rules and subscribers that take the event matched. CloudWatch counts by rule, not by event type."""
    names = {row.subscription: estate.name_of(row.subscription) for row in got.consumers}
    metrics = estate.snapshot.metrics_of(list(names))
    if metrics.empty:
        st.text("No metrics of the rules that take it were collected.")
        return
    of_metrics(
        metrics,
        CARRIES,
        _shown(names),
        Drawn(state.hours(), state.against(), "matched in each window", "carries"),
    )
    parts.quiet(
        "Matched by each rule or subscriber that takes it; a rule may match other types too.", "carries"
    )
    if len(names) > MOST_LINES:
        st.text(f"{MOST_LINES} of {len(names)} rules drawn.")


def of_thing(estate: Estate, arn: str) -> None:
    """All charts of one thing, over the time range of the sidebar."""
    hours, against = state.hours(), state.against()
    counted = counted_under(arn)
    metrics = estate.snapshot.metrics_of([counted])
    if metrics.empty:
        st.text("No metrics of it were collected.")
        return
    if counted != arn:
        name = clean(estate.name_of(counted))
        parts.quiet(f"CloudWatch counts no single schedule: these are of all of the group {name}.", "counted")
    for group in GROUPS:
        there = [metric for metric in group.metrics if (metrics["metric"] == metric).any()]
        lines = ranges.lines(metrics[metrics["metric"].isin(there)], hours)
        if any(line.times for line in lines):
            st.header(group.title, anchor=False)
            of_metrics(metrics, there, {counted: ""}, Drawn(hours, against, group.unit, group.title))


def of_many(estate: Estate, arns: Iterable[str], which: Sequence[str], unit: str) -> None:
    """Several things in one chart, of each the first of these metrics that it has."""
    names = _shown({arn: estate.name_of(arn) for arn in arns})
    metrics = estate.snapshot.metrics_of(list(names))
    if metrics.empty:
        return
    rank = metrics["metric"].map({metric: at for at, metric in enumerate(which)})
    first = metrics[rank.notna() & (rank == rank.groupby(metrics["arn"]).transform("min"))]
    of_metrics(first, which, names, Drawn(state.hours(), state.against(), unit, f"many-{which[0]}"))


class Drawn(NamedTuple):
    """How a chart is drawn: over which hours, compared with what, the unit of its axis, its key on the page."""

    hours: int
    against: str | None
    unit: str
    key: str


def of_metrics(metrics: pd.DataFrame, which: Sequence[str], names: Mapping[str, str], how: Drawn) -> None:
    """These metrics of these things (ARN → what to call it) in one chart, with where it was counted and how finely.

    A thing whose name is empty is alone: its lines are called by their metrics.
    """
    wanted = metrics[metrics["metric"].isin(list(which))]
    lines = ranges.lines(wanted, how.hours)
    # one axis, one length of windows: an hour's sum beside that of five minutes would look like twelve times as much
    period = max((line.period for line in lines), default=0)
    lines = _ordered(ranges.lines(wanted, how.hours, period), which, names)
    if not lines:
        st.text("No such metrics of it were collected.")
        return
    until = max(line.until for line in lines)
    since = until - timedelta(hours=how.hours)
    series = [_series(line, names) for line in lines]
    told = []
    if how.against:
        earlier = ranges.before(wanted, how.hours, ranges.COMPARED[how.against], period)
        earlier = _ordered(earlier, which, names)
        series = [_series(line, names, how.against) for line in earlier] + series
        told = [_compared(how.against, earlier, lines)]
    parts.quiet(
        throughput.caption(series, since, until, _source(lines), _missing(lines)), f"window-{how.key}"
    )
    draw(series, since, until, how)
    for note in (*told, *_short(lines, since), *_not_whole(lines, until)):
        parts.quiet(note, f"compare-{how.key}-{note[:12]}")


def _ordered(lines: list[ranges.Line], which: Sequence[str], names: Mapping[str, str]) -> list[ranges.Line]:
    """By metric, then by thing, as asked for."""
    arns = list(names)
    found = [line for line in lines if line.arn in names]
    return sorted(found, key=lambda line: (list(which).index(line.metric), arns.index(line.arn)))


def _series(line: ranges.Line, names: Mapping[str, str], against: str | None = None) -> throughput.Series:
    name = names[line.arn] or line.metric
    return throughput.Series(
        name=f"{name}, {against}" if against else name,
        times=line.times,
        values=line.values,
        period=line.period,
        joined="sum" if line.statistic == "Sum" else "max",
        muted=against is not None,
    )


def _source(lines: Sequence[ranges.Line]) -> str:
    """Where and how it was counted."""
    told = ", ".join(dict.fromkeys(f"{line.metric} ({line.statistic.lower()})" for line in lines[:3]))
    return f"CloudWatch {told}"


def _missing(lines: Sequence[ranges.Line]) -> str:
    """What a missing point means: the metrics' own rule."""
    zero = {(line.namespace, line.metric) in ZERO_WHEN_MISSING for line in lines}
    if zero == {True}:
        return "sent only when not zero, so that a missing point is zero"
    return (
        throughput.GAPS
        if True not in zero
        else f"{throughput.GAPS}, zero for what is sent only when not zero"
    )


def _compared(against: str, earlier: Sequence[ranges.Line], lines: Sequence[ranges.Line]) -> str:
    """What stands behind the lines, and how it is known where only coarser points tell."""
    if not earlier:
        return f"The same hours {against} were not collected."
    some = f" ({len(earlier)} of {len(lines)} series)" if len(earlier) < len(lines) else ""
    return f"Grey, dotted: the same hours {against}{some}{_coarser(earlier)}."


def _coarser(earlier: Sequence[ranges.Line]) -> str:
    """How points longer than those of now were brought to them: sums by their share of time, all else as it is."""
    coarse = [line for line in earlier if line.known > line.period]
    if not coarse:
        return ""
    sizes = " and ".join(
        "an hour" if known == HOUR else throughput.size(known)
        for known in sorted({line.known for line in coarse})
    )
    statistics = sorted({line.statistic for line in coarse})
    how = ", ".join(f"each {HOW.get(one, f'the {one} of all its time')}" for one in statistics)
    return f": known only from points of {sizes}, {how}"


def _not_whole(lines: Sequence[ranges.Line], until: datetime) -> list[str]:
    """That more was collected than a chart in long windows can show."""
    end = max(line.collected for line in lines)
    if end - until < timedelta(minutes=30):
        return []
    return [f"What came after, to {end:%d %b %H:%M} UTC, fills no window yet: a shorter range shows it."]


def _short(lines: Sequence[ranges.Line], since: datetime) -> list[str]:
    """That what was collected does not reach back over the whole range, or not of all."""
    late = [line for line in lines if line.since - since > timedelta(seconds=max(3600, line.period))]
    if not late:
        return []
    first = min(line.since for line in late)
    some = f" of {len(late)} of {len(lines)} series" if len(late) < len(lines) else ""
    return [f"What was collected{some} begins {first:%d %b %H:%M} UTC."]


def draw(series: list[throughput.Series], since: datetime, until: datetime, how: Drawn) -> None:
    """The chart, where there is a point."""
    if any(one.times for one in series):
        figure = throughput.lines(series, since, until, how.unit)
        st.plotly_chart(figure, key=f"lines-{how.key}", config=look.CONFIG, alt=f"{how.key}: {how.unit}")


def _shown(names: Mapping[str, str]) -> dict[str, str]:
    """Names for a legend: those that repeat are told apart by where they are."""
    shown = list(names.items())[:MOST_LINES]
    often = Counter(name for _, name in shown)
    return {
        arn: clean(name, 40) if often[name] == 1 else f"{clean(name, 24)} ({_where(arn)})"
        for arn, name in shown
    }


def _where(arn: str) -> str:
    """The bus that a rule's ARN names, else account and region."""
    pieces = arn.split(":", 5)
    path = pieces[-1].split("/")
    return clean(path[-2] if len(path) > 2 else " ".join(pieces[3:5]), 24)
