"""What became of an event type, by the logs of buses: charts by the hour, a row for each target, and what is not logged."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from dashboard import state
from dashboard.charts import look, throughput
from dashboard.escape import clean
from dashboard.flow.answers import HourLine, Question, TargetFlow, TypeFlow
from dashboard.flow.model.estate import Estate
from dashboard.flow.who import deliveries
from dashboard.pages import parts

MOST_LINES = 8
HOUR = 3600
CHARTS = (
    ("Taken in", "events an hour", ("received", "unmatched")),
    ("Delivered", "events an hour", ("succeeded",)),
    ("Given up", "events an hour", ("failed",)),
)
"""What is drawn in one chart: its title, its unit, and the stages."""


def render(estate: Estate, asked: Question) -> None:
    """Under the charts of CloudWatch, over the range chosen there: the same type, counted by target where its buses log."""
    hours = state.RANGES.get(str(st.session_state.get("range")), 24)
    flow = deliveries.flow_of(estate, asked, hours)
    st.header("By type and target", anchor=False)
    for told in flow.logging:
        st.text(clean(told.says, 400))
    if not (flow.lines or flow.targets):
        return
    read = sorted({where for one in flow.buses for where in one.read})
    parts.quiet(_caption(flow, hours, read), "window-delivered")
    for title, unit, stages in CHARTS:
        _chart(flow, title, unit, [one for one in flow.lines if one.what in stages])
    if flow.targets:
        frame = pd.DataFrame([_row(one) for one in flow.targets])
        parts.table(frame, "targets", choose=lambda i: state.put(sel=flow.targets[i].rule))


def _caption(flow: TypeFlow, hours: int, read: Sequence[str]) -> str:
    where = f" ({', '.join(clean(one, 120) for one in read)})" if read else ""
    return (
        f"From the logs of buses{where}: last {hours} hours and the one under way, to {flow.window.end:%d %b %H:%M} UTC, one point an hour. "
        "A gap is an hour in which the bus logged nothing."
    )


def _chart(flow: TypeFlow, title: str, unit: str, lines: list[HourLine]) -> None:
    if not lines:
        return
    shown = lines[:MOST_LINES]
    series = [throughput.Series(_name(one), one.times, one.values, HOUR) for one in shown]
    st.caption(title)
    figure = throughput.lines(series, flow.window.start, flow.window.end, unit)
    st.plotly_chart(figure, key=f"lines-logs-{title}", config=look.CONFIG, alt=f"{title}: {unit}")
    if len(lines) > MOST_LINES:
        st.text(f"{MOST_LINES} of {len(lines)} lines drawn.")


def _name(line: HourLine) -> str:
    name = clean(line.name, 40)
    return f"{name}: matched nothing" if line.what == "unmatched" else name


def _row(one: TargetFlow) -> dict[str, object]:
    return {
        "Rule": one.rule_name,
        "Target": one.target_name,
        "Kind": one.target_kind,
        "Attempts": one.attempts,
        "Delivered": one.succeeded,
        "Retried": one.retried,
        "Throttled": one.throttled,
        "Given up": one.failed,
        "Dead-lettered": one.dead_lettered,
        "Mean latency, ms": None if one.latency_ms is None else round(one.latency_ms),
        "Longest, ms": one.latency_max_ms,
        "Failed with": ", ".join(f"{code} ({count})" for code, count in one.codes) or None,
    }
