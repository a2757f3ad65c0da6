"""A picture to take along: the nodes and edges that are drawn, as Mermaid text, as SVG and as rows."""

from collections.abc import Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape

import pandas as pd

from dashboard.charts import layered, look
from dashboard.charts.graph import edge_color, edge_label, rows_of, state_of
from dashboard.escape import clean

_WIDE, _HIGH, _EDGE = 190, 70, 90
_LABEL = 26
_FONT = "font-family='sans-serif' text-anchor='middle'"
_BREAKS = str.maketrans({'"': "#quot;", "<": "#lt;", ">": "#gt;", "`": "#96;", "[": "#91;", "]": "#93;"})


def mermaid(nodes: pd.DataFrame, edges: pd.DataFrame) -> str:
    """A Mermaid flowchart: dotted where it depends on the payload, thin text on the edges."""
    drawn = rows_of(nodes)
    names = {str(node["id"]): f"n{number}" for number, node in enumerate(drawn)}
    lines = ["flowchart LR"]
    lines += [f'  {names[str(node["id"])]}["{_mermaid(_title(node))}"]' for node in drawn]
    for edge in rows_of(edges):
        if edge["source"] in names and edge["target"] in names:
            arrow = "-.->" if edge["delivery"] == "sometimes" else "-->"
            said = " ".join(text for text in (str(edge["via"]), edge_label(edge)) if text)
            lines.append(f'  {names[edge["source"]]} {arrow}|"{_mermaid(said)}"| {names[edge["target"]]}')
    return "\n".join(lines) + "\n"


def _mermaid(text: str) -> str:
    # "#" begins Mermaid's own entities
    return clean(text, 80).replace("#", "#35;").translate(_BREAKS)


def _title(node: Mapping[str, Any]) -> str:
    return (
        f"{node['label']} ({node['kind']}, {look.HEALTH[state_of(node)].says})"
        if state_of(node) in look.HEALTH
        else str(node["label"])
    )


def table(nodes: pd.DataFrame, edges: pd.DataFrame) -> pd.DataFrame:
    """One row an edge, both ends by name and kind."""
    by_id = {str(node["id"]): node for node in rows_of(nodes)}
    found = [
        {
            "From": by_id[edge["source"]]["label"],
            "From, kind": by_id[edge["source"]]["kind"],
            "Through": edge["via"],
            "To": by_id[edge["target"]]["label"],
            "To, kind": by_id[edge["target"]]["kind"],
            "Delivery": edge["delivery"],
            "When": edge["when"],
            "Active": "yes" if edge["active"] else "no",
            "Events an hour, 3 h": edge["rate"],
            "Health": edge["health"],
        }
        for edge in rows_of(edges)
        if edge["source"] in by_id and edge["target"] in by_id
    ]
    return pd.DataFrame(found)


def svg(nodes: pd.DataFrame, edges: pd.DataFrame, *, rates: bool = True) -> str:
    """The picture as a file: the places of the one on the page, in marks that every viewer draws; `rates` as there."""
    drawn = rows_of(nodes)
    columns = {str(node["id"]): int(node["column"]) for node in drawn}
    lines = [edge for edge in rows_of(edges) if edge["source"] in columns and edge["target"] in columns]
    at, routes = layered.layout(columns, [(edge["source"], edge["target"]) for edge in lines])
    points = [*at.values(), *(point for route in routes for point in route)] or [(0.0, 0.0)]
    left, top = min(x for x, _ in points), max(y for _, y in points)
    wide = (max(x for x, _ in points) - left) * _WIDE + 2 * _EDGE
    high = (top - min(y for _, y in points)) * _HIGH + 2 * _EDGE

    def place(point: layered.Point) -> tuple[float, float]:
        return (point[0] - left) * _WIDE + _EDGE, (top - point[1]) * _HIGH + _EDGE

    parts = [
        f"<svg xmlns='http://www.w3.org/2000/svg' width='{wide:.0f}' height='{high:.0f}' font-size='12'>"
    ]
    parts += [
        _line(edge, [place(p) for p in layered.curve(route)])
        for edge, route in zip(lines, routes, strict=True)
    ]
    parts += [
        _words(place(layered.near_end(r)), edge_label(e, rates=rates), -6, 10)
        for e, r in zip(lines, routes, strict=True)
    ]
    parts += [_node(node, place(at[str(node["id"])])) for node in drawn]
    return "\n".join([*parts, "</svg>"])


def _line(edge: Mapping[str, Any], points: Sequence[layered.Point]) -> str:
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    dash = " stroke-dasharray='6 5'" if edge["delivery"] == "sometimes" else ""
    color = edge_color(edge)
    return f"<polyline points='{path}' fill='none' stroke='{color}' stroke-width='1.8'{dash}/>"


def _node(node: Mapping[str, Any], place: layered.Point) -> str:
    x, y = place
    state = state_of(node)
    mark = look.HEALTH.get(state, look.EVENT)
    fill = "none" if mark.symbol.endswith("open") else mark.color
    shape = (
        f"<circle cx='{x:.1f}' cy='{y:.1f}' r='8' fill='{fill}' stroke='{mark.color}' stroke-width='2'/>"
        if mark.symbol.startswith("circle")
        else f"<rect x='{x - 8:.1f}' y='{y - 8:.1f}' width='16' height='16' fill='{fill}' stroke='{mark.color}' stroke-width='2'/>"
    )
    if mark.symbol == "x":
        shape = (
            f"<path d='M{x - 8:.1f} {y - 8:.1f}l16 16m0 -16l-16 16' stroke='{mark.color}' stroke-width='4'/>"
        )
    below = str(node["kind"]) if state not in ("failing", "inactive") else f"{mark.says} · {node['kind']}"
    return (
        shape
        + _words(place, node["label"], 22, 12)
        + _words(place, below if state != "event" else "", 35, 10)
    )


def _words(place: layered.Point, text: object, down: int, size: int) -> str:
    said = escape(clean(text, _LABEL))
    return (
        f"<text x='{place[0]:.1f}' y='{place[1] + down:.1f}' font-size='{size}' fill='#4B5563' {_FONT}>{said}</text>"
        if said
        else ""
    )
