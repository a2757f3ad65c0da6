"""What became of an event type, by the logs of buses: charts by the hour, a row for each target, and what is not logged."""

from dataclasses import replace
from datetime import timedelta

import pandas as pd
import streamlit as st

from dashboard import state
from dashboard.charts import look, throughput
from dashboard.escape import clean
from dashboard.flow.answers import HourLine, Question, TargetFlow, TypeFlow
from dashboard.flow.model import ranges
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
    against = state.against() or ""
    back = ranges.COMPARED.get(against, 0)
    flow = deliveries.flow_of(estate, asked, state.hours())
    earlier = deliveries.flow_of(estate, asked, state.hours(), back).lines if back else ()
    st.header("By type and target", anchor=False)
    for told in flow.logging:
        st.text(clean(told.says, 400))
    if not (flow.lines or flow.targets):
        return
    if back:
        note = (
            f"Grey, dotted: the same hours {against}."
            if earlier
            else f"The same hours {against} were not read."
        )
        parts.quiet(note, "compare-delivered")
    for title, unit, stages in CHARTS:
        lines = [one for one in flow.lines if one.what in stages][:MOST_LINES]
        before = [_back(one, back, against) for one in earlier if one.what in stages]
        _chart(flow, title, unit, [*before[:MOST_LINES], *(_series(one) for one in lines)])
    if flow.targets:
        frame = pd.DataFrame([_row(one) for one in flow.targets])
        parts.table(frame, "targets", choose=lambda i: state.put(sel=flow.targets[i].rule))


def _series(line: HourLine) -> throughput.Series:
    name = clean(line.name, 40)
    name = f"{name}: matched nothing" if line.what == "unmatched" else name
    return throughput.Series(name, line.times, line.values, HOUR)


def _back(line: HourLine, hours: int, against: str) -> throughput.Series:
    """The same hours before, put under those of now."""
    made = _series(line)
    times = tuple(at + timedelta(hours=hours) for at in made.times)
    return replace(made, name=f"{made.name}, {against}", times=times, muted=True)


def _chart(flow: TypeFlow, title: str, unit: str, series: list[throughput.Series]) -> None:
    if not any(not one.muted for one in series):
        return
    read = sorted({where for one in flow.buses for where in one.read})
    source = f"{title}, by the logs of buses ({', '.join(clean(one, 120) for one in read)})"
    window = flow.window
    told = throughput.caption(
        series, window.start, window.end, source, "a gap is an hour in which the bus logged nothing"
    )
    parts.quiet(told, f"window-{title.lower().replace(' ', '-')}")
    figure = throughput.lines(series, window.start, window.end, unit)
    st.plotly_chart(figure, key=f"lines-logs-{title}", config=look.CONFIG, alt=f"{title}: {unit}")


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
