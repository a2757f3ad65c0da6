"""The neighbourhood of an event as a picture: producers left, the event in the middle, consumers right.

SVG traces only: WebGL needs `unsafe-eval`, which a strict content security policy forbids. A line takes no click,
so each edge has an invisible marker at its middle; nodes and those markers carry their id in `customdata`.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from dashboard.charts import layered, look
from dashboard.escape import plot

ROW_HEIGHT = 66
LABEL = 24
SMALL = '<span style="font-size:10px">'
WIDTHS = ((1000.0, 5.0), (100.0, 3.4), (10.0, 2.4), (0.0, 1.6))
"""Edge width in pixels for rates of at least so many events an hour."""

Point = tuple[float, float]
Trace = dict[str, Any]


def neighbourhood(
    nodes: pd.DataFrame, edges: pd.DataFrame, marked: str = "", *, rates: bool = True
) -> look.Drawn:
    """The picture of nodes(id, kind, label, column, domain, active, health, says) and edges(source, target, via, …, health, says).

    A click selects a point whose customdata is ["node", id] or ["edge", row number]. Nodes whose label holds `marked` are
    larger and ringed; a node's `folded`, where there is one, is how many more lie behind it. Without `rates` an edge tells
    its rate only where it is pointed at: where many edges run side by side, their numbers would lie on each other.
    """
    drawn = rows_of(nodes)
    columns = {str(node["id"]): int(node["column"]) for node in drawn}
    lines = [
        {**edge, "row": row}
        for row, edge in enumerate(rows_of(edges))
        if edge["source"] in columns and edge["target"] in columns
    ]
    at, routes = layered.layout(columns, [(edge["source"], edge["target"]) for edge in lines])
    lines = [{**edge, "route": route} for edge, route in zip(lines, routes, strict=True)]
    traces = _lines(lines)
    if lines:
        traces += [*_troubled(lines), _middles(lines, rates=rates)]
    wanted = marked.strip().lower()
    marks = [{**node, "marked": bool(wanted) and wanted in str(node["label"]).lower()} for node in drawn]
    traces += _nodes(marks, at)
    return look.Drawn(traces, _layout([*at.values(), *(point for route in routes for point in route)]))


def rows_of(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a frame as dicts. By column: pandas' own way looks at each value's type."""
    names = [str(name) for name in frame.columns]
    return [
        dict(zip(names, row, strict=True))
        for row in zip(*(frame[name].tolist() for name in names), strict=True)
    ]


def _layout(points: Sequence[Point]) -> dict[str, Any]:
    xs, ys = [x for x, _ in points], [y for _, y in points]
    tall = (max(ys) - min(ys) if ys else 0) + 1
    axis = {"visible": False, "fixedrange": True}
    return look.layout(
        height=int(min(max(tall * ROW_HEIGHT + 40, 200), 2400)),
        xaxis={**axis, "range": [min(xs, default=0) - 0.5, max(xs, default=0) + 0.5]},
        yaxis={**axis, "range": [min(ys, default=0) - 0.75, max(ys, default=0) + 0.5]},
        dragmode=False,
        hovermode="closest",
        clickmode="event+select",
    )


def _nodes(drawn: Sequence[dict[str, Any]], at: dict[str, Point]) -> list[Trace]:
    """One trace a state of health: shape, colour and word say it."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for node in drawn:
        groups.setdefault(state_of(node), []).append(node)
    return [_node_trace(state, groups[state], at) for state in sorted(groups)]


def _node_trace(state: str, group: Sequence[dict[str, Any]], at: dict[str, Point]) -> Trace:
    mark = look.EVENT if state == "event" else look.HEALTH[state]
    size = 20 if state == "event" else 15
    ring = [look.EVENT.color if node["marked"] else mark.color for node in group]
    marker = {
        "size": [size + 9 if node["marked"] else size for node in group],
        "color": mark.color,
        "symbol": mark.symbol,
    }
    return look.scatter(
        x=[at[str(node["id"])][0] for node in group],
        y=[at[str(node["id"])][1] for node in group],
        mode="markers+text",
        text=[_label(node, state) for node in group],
        textposition="bottom center",
        textfont={"size": 12},
        hovertext=[_node_hover(node, mark.says) for node in group],
        hoverinfo="text",
        customdata=[["node", str(node["id"])] for node in group],
        marker={
            **marker,
            "opacity": 1,
            "line": {"width": [5 if node["marked"] else 2 for node in group], "color": ring},
        },
        # Streamlit dims what is not selected; health must stay readable
        selected={"marker": {"size": 22, "opacity": 1}},
        unselected={"marker": {"opacity": 1}},
        cliponaxis=False,
    )


def state_of(node: Mapping[str, Any]) -> str:
    """How a node is marked: "event", "inactive", or its health."""
    if node["kind"] == "event":
        return "event"
    if not node["active"]:
        return "inactive"
    return str(node["health"]) if node["health"] in look.HEALTH else "unknown"


def _label(node: dict[str, Any], state: str) -> str:
    below = [str(node["kind"])]
    if not _missing(node.get("domain")):
        below.append(str(node["domain"]))
    if state in ("failing", "inactive"):
        below = [look.HEALTH[state].says, *below]
    first = plot(node["label"], LABEL)
    if not _missing(node.get("folded")) and node["folded"]:
        first += f" <b>+{node['folded']}</b>"
    return first if state == "event" else f"{first}<br>{SMALL}{plot(' · '.join(below), LABEL + 8)}</span>"


def _node_hover(node: dict[str, Any], says: str) -> str:
    told = [plot(node["label"], 80), plot(f"{node['kind']}, {says}")]
    where = [str(node[part]) for part in ("domain", "account", "region") if not _missing(node.get(part))]
    if where:
        told.append(plot(" · ".join(where)))
    if not _missing(node.get("says")):
        told.append(plot(node["says"], 160))
    if not _missing(node.get("folded")) and node["folded"]:
        told.append(f"{node['folded']} more behind it")
    return "<br>".join(told)


def _lines(lines: Sequence[dict[str, Any]]) -> list[Trace]:
    """One trace a style: solid or dashed, by colour and width."""
    styles: dict[tuple[bool, str, float], list[dict[str, Any]]] = {}
    for edge in lines:
        style = (edge["delivery"] == "sometimes", edge_color(edge), _width(edge["rate"]))
        styles.setdefault(style, []).append(edge)
    return [_line_trace(style, styles[style]) for style in sorted(styles)]


def _line_trace(style: tuple[bool, str, float], group: Sequence[dict[str, Any]]) -> Trace:
    dashed, color, width = style
    xs: list[float | None] = []
    ys: list[float | None] = []
    for edge in group:
        for x, y in layered.curve(edge["route"]):
            xs.append(x)
            ys.append(y)
        xs.append(None)
        ys.append(None)
    line = {
        "width": width,
        "color": color,
        "dash": "6px,5px" if dashed else "solid",
    }
    return look.scatter(x=xs, y=ys, mode="lines", line=line, hoverinfo="skip", opacity=0.8)


def _troubled(lines: Sequence[dict[str, Any]]) -> list[Trace]:
    """The sign of trouble on the edges whose carrier fails: by shape and colour, and the word is in their label."""
    spots = [layered.near_end(edge["route"]) for edge in lines if _fails(edge)]
    mark = look.HEALTH["failing"]
    sign = {"size": 11, "symbol": mark.symbol, "color": mark.color}
    xs, ys = [x for x, _ in spots], [y for _, y in spots]
    return [look.scatter(x=xs, y=ys, mode="markers", marker=sign, hoverinfo="skip")] if spots else []


def _middles(lines: Sequence[dict[str, Any]], *, rates: bool) -> Trace:
    """What takes an edge's click and carries its rate: away from both nodes."""
    spots = [layered.near_end(edge["route"]) for edge in lines]
    marker = {"size": 22, "opacity": 0, "color": look.EDGE}
    return look.scatter(
        x=[x for x, _ in spots],
        y=[y for _, y in spots],
        mode="markers+text",
        text=[edge_label(edge, rates=rates) for edge in lines],
        textposition="top center",
        textfont={"size": 10},
        hovertext=[_edge_hover(edge) for edge in lines],
        hoverinfo="text",
        customdata=[["edge", edge["row"]] for edge in lines],
        marker=marker,
        selected={"marker": {"opacity": 0.25}},
        unselected={"marker": {"opacity": 0}},
    )


def _edge_hover(edge: dict[str, Any]) -> str:
    told = [plot(f"{edge['via']}, {edge['delivery']}")]
    if not _missing(edge.get("when")) and edge["when"]:
        told.append(plot(edge["when"], 160))
    if not _missing(edge.get("says")) and edge["says"] and _fails(edge):
        told.append(plot(edge["says"], 160))
    rate = _rate(edge["rate"])
    over = edge.get("over") or "last 3 hours"
    told.append(f"{rate}, {over}" if rate else "rate not known")
    if not edge["active"]:
        told.append("not active")
    if not _missing(edge.get("evidence")):
        told.append(plot(f"evidence: {edge['evidence']}"))
    return "<br>".join(told)


def edge_label(edge: Mapping[str, Any], *, rates: bool = True) -> str:
    """The rate, and the word where what carries fails."""
    word = [look.HEALTH["failing"].says] if _fails(edge) else []
    return " · ".join([*word, *filter(None, [_rate(edge["rate"]) if rates else ""])])


def _fails(edge: Mapping[str, Any]) -> bool:
    """What carries loses events: also where what it leads to is missing or switched off."""
    return edge.get("health") == "failing"


def edge_color(edge: Mapping[str, Any]) -> str:
    """Red where what carries fails, grey where nothing flows."""
    if _fails(edge):
        return look.HEALTH["failing"].color
    return look.EDGE if _moves(edge) else look.GREY


def _moves(edge: Mapping[str, Any]) -> bool:
    """Grey is for what carries nothing: not active, or no event in the window."""
    return bool(edge["active"]) and (_missing(edge["rate"]) or edge["rate"] > 0)


def _width(rate: Any) -> float:
    return WIDTHS[-1][1] if _missing(rate) else next(width for least, width in WIDTHS if rate >= least)


def _rate(rate: Any) -> str:
    """Events an hour, in few characters."""
    if _missing(rate):
        return ""
    return f"{rate:,.0f}/h" if rate >= 10 or rate == 0 else f"{rate:.1f}/h"


def _missing(value: Any) -> bool:
    return value is None or value is pd.NA or (isinstance(value, float) and pd.isna(value))
