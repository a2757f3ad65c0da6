"""The neighbourhood of an event as a picture: producers left, the event in the middle, consumers right.

SVG traces only: WebGL needs `unsafe-eval`, which a strict content security policy forbids. A line takes no click,
so each edge has an invisible marker on its way; nodes and those markers carry their id in `customdata`.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import pandas as pd

from dashboard.charts import look, placed
from dashboard.charts.layered import Point
from dashboard.charts.placed import Line, Placed, fails, missing, state_of
from dashboard.escape import plot

SMALL = '<span style="font-size:10px">'
WIDTHS = ((1000.0, 5.0), (100.0, 3.4), (10.0, 2.4), (0.0, 1.6))
"""Edge width in pixels for rates of at least so many events an hour."""

Trace = dict[str, Any]


def neighbourhood(
    nodes: pd.DataFrame, edges: pd.DataFrame, marked: Collection[str] = (), *, crowded: bool = False
) -> look.Drawn:
    """The picture of nodes(id, kind, label, column, domain, active, health, says) and edges(source, target, via, …, health, says).

    A click selects a point whose customdata is ["node", id] or ["edge", row number]. Nodes whose id is `marked` are larger
    and ringed; a node's `folded`, where there is one, is how many more lie behind it. In a `crowded` picture an edge tells its
    rate where there is room for it, and always where it is pointed at.
    """
    picture = placed.placed(nodes, edges, crowded=crowded)
    traces = _lines(picture.lines)
    if picture.lines:
        traces += [*_troubled(picture.lines), _middles(picture.lines)]
    traces += _nodes([{**node, "marked": str(node["id"]) in marked} for node in picture.nodes], picture.at)
    return look.Drawn(traces, _layout(picture))


def _layout(picture: Placed) -> dict[str, Any]:
    xs, ys = [x for x, _ in picture.points], [y for _, y in picture.points]
    tall = (max(ys) - min(ys) if ys else 0) + 1
    axis = {"visible": False, "showgrid": False, "zeroline": False}
    return look.layout(
        height=int(min(max(tall * placed.ROW + 66, 200), 2400)),
        xaxis={**axis, "range": [min(xs, default=0) - 0.5, max(xs, default=0) + 0.5]},
        yaxis={**axis, "range": [min(ys, default=0) - 0.75, max(ys, default=0) + 0.5]},
        # room for the buttons above what stands highest
        margin={"l": 8, "r": 8, "t": 34, "b": 8},
        # a finger on the picture scrolls the page; who wants to move it presses its button
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
        text=[_label(node) for node in group],
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
        unselected={"marker": {"opacity": 1}, "textfont": {"color": look.TEXT}},
        cliponaxis=False,
    )


def _label(node: dict[str, Any]) -> str:
    name, folded, below = placed.label_of(node)
    first = plot(name) + (f" <b>{folded}</b>" if folded else "")
    return f"{first}<br>{SMALL}{plot(below)}</span>" if below else first


def _node_hover(node: dict[str, Any], says: str) -> str:
    kind = "kind not known" if missing(node["kind"]) else node["kind"]
    told = [plot(node["label"], 80), plot(f"{kind}, {says}")]
    where = [str(node[part]) for part in ("domain", "account", "region") if not missing(node.get(part))]
    if where:
        told.append(plot(" · ".join(where)))
    if not missing(node.get("says")):
        told.append(plot(node["says"], 160))
    if not missing(node.get("folded")) and node["folded"]:
        told.append(f"{node['folded']} more behind it")
    return "<br>".join(told)


def _lines(lines: Sequence[Line]) -> list[Trace]:
    """One trace a style: solid or dashed, by colour and width."""
    styles: dict[tuple[bool, str, float], list[Line]] = {}
    for line in lines:
        edge = line.edge
        style = (edge["delivery"] == "sometimes", edge_color(edge), edge_width(edge))
        styles.setdefault(style, []).append(line)
    return [_line_trace(style, styles[style]) for style in sorted(styles)]


def _line_trace(style: tuple[bool, str, float], group: Sequence[Line]) -> Trace:
    dashed, color, width = style
    xs: list[float | None] = []
    ys: list[float | None] = []
    for line in group:
        xs += [*(x for x, _ in line.path), None]
        ys += [*(y for _, y in line.path), None]
    drawn = {"width": width, "color": color, "dash": "6px,5px" if dashed else "solid"}
    return look.scatter(x=xs, y=ys, mode="lines", line=drawn, hoverinfo="skip", opacity=0.8)


def _troubled(lines: Sequence[Line]) -> list[Trace]:
    """The sign of trouble on the edges whose carrier fails: by shape and colour, and the word is in their label."""
    spots = [line.spot for line in lines if fails(line.edge)]
    mark = look.HEALTH["failing"]
    if not spots:
        return []
    sign = {"symbol": mark.symbol, "color": mark.color, "size": 9}
    return [
        look.scatter(
            x=[x for x, _ in spots], y=[y for _, y in spots], mode="markers", marker=sign, hoverinfo="skip"
        )
    ]


def _middles(lines: Sequence[Line]) -> Trace:
    """What of an edge is pointed at and clicked, and its rate."""
    return look.scatter(
        x=[line.spot[0] for line in lines],
        y=[line.spot[1] for line in lines],
        mode="markers+text",
        text=[plot(line.label) for line in lines],
        textposition="top center",
        textfont={"size": 10},
        hovertext=[_edge_hover(line.edge) for line in lines],
        hoverinfo="text",
        customdata=[["edge", line.row] for line in lines],
        marker={"size": 12, "opacity": 0, "color": look.EDGE},
        selected={"marker": {"opacity": 0.35, "size": 22}},
        unselected={"marker": {"opacity": 0}, "textfont": {"color": look.TEXT}},
        cliponaxis=False,
    )


def _edge_hover(edge: dict[str, Any]) -> str:
    told = [plot(f"{edge['via']}, {edge['delivery']}")]
    if not missing(edge.get("when")) and edge["when"]:
        told.append(plot(edge["when"], 160))
    if not missing(edge.get("says")) and edge["says"] and fails(edge):
        told.append(plot(edge["says"], 160))
    rate = placed.rate_of(edge["rate"])
    over = edge.get("over") or "last 3 hours"
    told.append(f"{rate}, {over}" if rate else "rate not known")
    if not edge["active"]:
        told.append("not active")
    if not missing(edge.get("evidence")):
        told.append(plot(f"evidence: {edge['evidence']}"))
    return "<br>".join(told)


def edge_color(edge: Mapping[str, Any]) -> str:
    """Red where what carries fails, grey where nothing flows."""
    if fails(edge):
        return look.HEALTH["failing"].color
    return look.EDGE if _moves(edge) else look.GREY


def _moves(edge: Mapping[str, Any]) -> bool:
    """Grey is for what carries nothing: not active, or no event in the window."""
    return bool(edge["active"]) and (missing(edge["rate"]) or edge["rate"] > 0)


def edge_width(edge: Mapping[str, Any]) -> float:
    """Pixels, by the rate; where none is known as thin as can be."""
    rate = edge["rate"]
    return WIDTHS[-1][1] if missing(rate) else next(width for least, width in WIDTHS if rate >= least)
