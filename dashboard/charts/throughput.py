"""CloudWatch series as lines. A window that CloudWatch has no point for is a gap in the line: missing is not zero."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from dashboard.charts import look
from dashboard.escape import plot

GAPS = "a gap is a window without a point"
PLOT, NAME = 260, 20
"""Pixels: of a chart without names below it, and of each name."""
MOST_POINTS = 5_000
"""Above this a browser's SVG gets slow: neighbouring windows are then taken together."""


@dataclass(frozen=True)
class Series:
    """One line: starts of windows of `period` seconds, ascending, and their values. `joined` adds up windows.

    `muted`: drawn behind the others, grey and dotted, to compare with; in windows of the same length.
    """

    name: str
    times: tuple[datetime, ...]
    values: tuple[float, ...]
    period: int
    joined: Literal["sum", "max"] = "sum"
    muted: bool = False


def lines(series: Sequence[Series], since: datetime, until: datetime, unit: str) -> look.Drawn:
    """The series over the whole range asked for, also where nothing is known. `unit` names the axis."""
    drawn = thinned(series)
    named = sum(not one.muted for one in drawn)
    # a line keeps its colour, whatever lies behind it
    order = [sum(not other.muted for other in drawn[:index]) for index in range(len(drawn))]
    return look.Drawn(
        [_trace(one, order[index]) for index, one in enumerate(drawn)],
        look.layout(
            # on a narrow screen each name takes a line of its own: the picture grows, so that the plot keeps its height
            height=PLOT + (NAME * named if named > 1 else 0),
            margin={"l": 8, "r": 12, "t": 10, "b": 8},
            showlegend=named > 1,
            legend={
                "orientation": "h",
                "y": -0.25,
                "yref": "paper",
                "yanchor": "top",
                "x": 0,
                "maxheight": 1,
            },
            hovermode="x unified",
            dragmode=False,
            xaxis={
                "range": [since, until],
                "gridcolor": look.GRID,
                "fixedrange": True,
                "automargin": True,
                "title": {"text": "UTC"},
            },
            yaxis={
                "rangemode": "tozero",
                "gridcolor": look.GRID,
                "fixedrange": True,
                "automargin": True,
                "title": {"text": plot(unit)},
            },
        ),
    )


def caption(
    series: Sequence[Series], since: datetime, until: datetime, source: str | None = None, missing: str = GAPS
) -> str:
    """Window and resolution in words: what a reader must know before believing a line. `source` says where it was counted."""
    window = f"Last {_length(until - since)} of the snapshot, to {until:%d %b %H:%M} UTC"
    window = f"{source}. {window}" if source else window
    drawn = [one for one in thinned(series) if not one.muted]
    if not drawn:
        return f"{window}; CloudWatch has no point."
    period = max(one.period for one in drawn)
    return f"{window}, one point each {size(period)}; {missing}."


def size(period: int) -> str:
    """How long a window is, in words."""
    return f"{period} seconds" if period < 120 else _length(timedelta(seconds=period), most=120)


def _length(length: timedelta, most: int = 0) -> str:
    """90 days, 3 hours, 5 minutes: in the largest unit that says it whole; minutes up to `most`."""
    minutes = round(length.total_seconds() / 60)
    if minutes <= most and minutes != 60:
        return f"{minutes} minutes"
    hours = round(minutes / 60)
    if hours > 48 and hours % 24 == 0:
        return f"{hours // 24} days"
    return f"{hours} hours" if hours != 1 else "hour"


def thinned(series: Sequence[Series]) -> list[Series]:
    """The series with so many windows taken together that all fit into MOST_POINTS."""
    points = sum(len(one.times) for one in series)
    factor = -(-points // MOST_POINTS)
    return list(series) if factor <= 1 else [_joined(one, factor) for one in series]


def _joined(one: Series, factor: int) -> Series:
    """Every `factor` windows as one, cut at whole multiples so that lines keep the same windows."""
    period = one.period * factor
    together: dict[int, float] = {}
    for time, value in zip(one.times, one.values, strict=True):
        start = int(time.timestamp()) // period * period
        known = together.get(start)
        together[start] = (
            value if known is None else known + value if one.joined == "sum" else max(known, value)
        )
    zone = one.times[0].tzinfo if one.times else None
    times = tuple(datetime.fromtimestamp(start, zone) for start in together)
    return replace(one, times=times, values=tuple(together.values()), period=period)


def _trace(one: Series, index: int) -> dict[str, Any]:
    xs, ys, alone = _with_gaps(one)
    color = look.GREY if one.muted else look.SERIES[index % len(look.SERIES)]
    dash = "dot" if one.muted else look.DASHES[index // len(look.SERIES) % len(look.DASHES)]
    line = {"color": color, "width": 1.5 if one.muted else 2, "dash": dash}
    return look.scatter(
        x=xs,
        y=ys,
        mode="lines+markers",
        name=plot(one.name, 40),
        line=line,
        # a point between two gaps has no line: it is a dot
        marker={"size": [5 if dot else 0 for dot in alone], "color": color},
        hovertemplate="%{y:,.3~f}",
        showlegend=not one.muted,  # all grey dotted lines are the same hours before; a line below says which
        connectgaps=False,
    )


def _with_gaps(one: Series) -> tuple[list[datetime], list[float | None], list[bool]]:
    xs: list[datetime] = []
    ys: list[float | None] = []
    step = timedelta(seconds=one.period * 1.5)
    for time, value in zip(one.times, one.values, strict=True):
        if xs and time - xs[-1] > step:
            xs.append(xs[-1] + timedelta(seconds=one.period))
            ys.append(None)
        xs.append(time)
        ys.append(value)
    around = [None, *ys, None]
    alone = [y is not None and around[i] is None and around[i + 2] is None for i, y in enumerate(ys)]
    return xs, ys, alone
