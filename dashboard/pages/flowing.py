"""Charts of what flows: which CloudWatch metrics are drawn of a thing, in what groups, over which range."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

import pandas as pd
import streamlit as st

from dashboard import state
from dashboard.charts import look, throughput
from dashboard.escape import clean
from dashboard.flow.answers import Consumers
from dashboard.flow.model.estate import Estate
from dashboard.pages import parts

MOST_LINES = 8


class Group(NamedTuple):
    """Metrics that share an axis."""

    title: str
    unit: str
    metrics: tuple[str, ...]


GROUPS = (
    Group(
        "Rate",
        "in each window",
        (
            "MatchedEvents",
            "FilterMatched",
            "PublishEventsEntryCount",
            "NumberOfMessagesSent",
            "NumberOfMessagesReceived",
            "NumberOfMessagesPublished",
            "NumberOfNotificationsDelivered",
            "Invocations",
            "EventsDelivered",
            "EventCount",
        ),
    ),
    Group(
        "Failures",
        "in each window",
        (
            "FailedInvocations",
            "ThrottledRules",
            "InvocationsSentToDlq",
            "EventsDropped",
            "Errors",
            "Throttles",
            "DeadLetterErrors",
            "AsyncEventsDropped",
            "NumberOfNotificationsFailed",
            "ExecutionFailed",
            "ExecutionTimeout",
        ),
    ),
    Group("Backlog", "messages", ("ApproximateNumberOfMessagesVisible",)),
    Group("Age of the oldest message", "seconds", ("ApproximateAgeOfOldestMessage", "ApproximateBacklogAge")),
)
CARRIES = ("MatchedEvents", "FilterMatched")


def chosen_hours() -> int:
    """The time range, from the URL or the control."""
    state.told("range", list(state.RANGES))
    chosen = st.segmented_control(
        "Time range",
        list(state.RANGES),
        default="24h",
        key="range",
        bind="query-params",
        label_visibility="collapsed",
        required=True,
    )
    return state.RANGES.get(str(chosen), 24)


def of_event(estate: Estate, got: Consumers) -> None:
    """What the rules and subscribers that take the event matched. CloudWatch counts by rule, not by event type."""
    hours = chosen_hours()
    names = {row.subscription: estate.name_of(row.subscription) for row in got.consumers}
    metrics = estate.snapshot.metrics_of(list(names))
    if metrics.empty:
        st.text("No metrics of the rules that take it were collected.")
        return
    since, until = window(metrics, hours)
    series = [
        one for metric in CARRIES for one in throughput.of_metric(metrics, metric, _shown(names), since)
    ]
    draw(series, since, until, "matched in each window", "carries")
    parts.quiet(
        "Matched by each rule or subscriber that takes it; a rule may match other types too.", "carries"
    )
    if len(names) > MOST_LINES:
        st.text(f"{MOST_LINES} of {len(names)} rules drawn.")


def of_thing(estate: Estate, arn: str, hours: int) -> None:
    """All charts of one thing."""
    metrics = estate.snapshot.metrics_of([arn])
    if metrics.empty:
        st.text("No metrics of it were collected.")
        return
    since, until = window(metrics, hours)
    for group in GROUPS:
        series = [
            one
            for metric in group.metrics
            for one in throughput.of_metric(metrics, metric, {arn: metric}, since)
        ]
        if any(one.times for one in series):
            st.header(group.title, anchor=False)
            draw(series, since, until, group.unit, group.title)


def of_many(estate: Estate, arns: Iterable[str], metric: str, unit: str, hours: int) -> None:
    """One metric of several things in one chart."""
    names = _shown({arn: estate.name_of(arn) for arn in arns})
    metrics = estate.snapshot.metrics_of(list(names))
    if metrics.empty:
        return
    since, until = window(metrics, hours)
    draw(throughput.of_metric(metrics, metric, names, since), since, until, unit, f"many-{metric}")


def window(metrics: pd.DataFrame, hours: int) -> tuple[datetime, datetime]:
    """The range to draw: it ends where the collected range ends, not now."""
    end = metrics["end"].max()
    until = end.to_pydatetime() if isinstance(end, pd.Timestamp) else end
    return until - timedelta(hours=hours), until


def draw(series: list[throughput.Series], since: datetime, until: datetime, unit: str, key: str) -> None:
    """The chart with its window in words."""
    parts.quiet(throughput.caption(series, since, until), f"window-{key}")
    if any(one.times for one in series):
        figure = throughput.lines(series, since, until, unit)
        st.plotly_chart(figure, key=f"lines-{key}", config=look.CONFIG, alt=f"{key}: {unit}")


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
