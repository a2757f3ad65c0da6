"""Colours and settings every picture shares. Mid tones on a transparent ground: they hold on light and on dark."""

from typing import Any, NamedTuple

from plotly.basedatatypes import BaseFigure


class Mark(NamedTuple):
    """How a state of health looks: never by colour alone."""

    color: str
    symbol: str
    says: str


HEALTH: dict[str, Mark] = {
    "ok": Mark("#0E9F8E", "circle", "healthy"),
    "failing": Mark("#E5484D", "x", "failing"),
    "idle": Mark("#8A94A3", "circle-open", "idle"),
    "unknown": Mark("#6E8CCB", "square", "health not known"),
    "inactive": Mark("#8A94A3", "square-open", "not active"),
}
EVENT = Mark("#B7791F", "diamond", "the event")
EDGE = "#5B8DB8"
GREY = "#9AA3AF"
TEXT = "#7A8494"
"""Of names where the theme's own colour does not reach: reads on light and on dark."""
GRID = "rgba(128,138,150,0.22)"
SERIES = ("#0E9F8E", "#C2762A", "#7A6FD0", "#D0497F", "#4C8FD6", "#7B9A2E", "#B0603C", "#5F7A8C")
"""Line colours; lines differ by dash too, so that colour is not all."""
DASHES = ("solid", "dash", "dot", "dashdot")

SIGNS = dict(zip(HEALTH, "●✖○■□", strict=True))
"""The symbols as characters."""

CONFIG: dict[str, Any] = {"displaylogo": False, "displayModeBar": False, "scrollZoom": False}
"""Options for st.plotly_chart: nothing that leaves this page (no cloud, no logo link)."""
PICTURE: dict[str, Any] = {
    **CONFIG,
    "displayModeBar": True,
    "modeBarButtons": [["zoomIn2d", "zoomOut2d", "pan2d", "resetScale2d"], ["toImage"]],
    "doubleClick": "reset",
    "showAxisDragHandles": False,
}
"""Of a picture of nodes: larger, smaller, move it, as it was; and a PNG of it, made in the browser."""


def legend(*more: str) -> str:
    """What the marks of a picture say, in a line."""
    return " · ".join([*(f"{SIGNS[state]} {mark.says}" for state, mark in HEALTH.items()), *more])


def layout(height: int, **more: Any) -> dict[str, Any]:
    """Layout of every figure: transparent, no title, no animation."""
    return {
        "height": height,
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
        "showlegend": False,
        # the reader's zoom and selection stay when the same picture is drawn again
        "uirevision": "stay",
        **more,
    }


def scatter(**properties: Any) -> dict[str, Any]:
    """A trace of lines, markers or text."""
    return {"type": "scatter", **properties}


class Drawn(BaseFigure):  # type: ignore[misc]  # plotly has no types
    """A picture as plotly's JSON: {"data": [...], "layout": {...}}, which Streamlit takes as it is.

    plotly.graph_objects looks at every number of it, three times until it is sent: a tenth of a second or more for each
    picture and reader. That each picture is one that plotly takes is for the tests to say.
    """

    def __init__(self, data: list[dict[str, Any]], layout: dict[str, Any]) -> None:
        # not BaseFigure's own: it is what looks at every number
        self._picture = {"data": data, "layout": layout}

    def to_dict(self) -> dict[str, Any]:
        """The picture as plotly's JSON, to be read only."""
        return self._picture
