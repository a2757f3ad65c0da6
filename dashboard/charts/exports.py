"""A picture to take along: the nodes and edges that are drawn, as Mermaid text, as SVG and as rows."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape

import pandas as pd

from dashboard.charts import look, placed
from dashboard.charts.graph import edge_color, edge_width
from dashboard.charts.layered import Point
from dashboard.charts.placed import Line, edge_label, fails, label_of, rows_of, state_of
from dashboard.escape import clean

_WIDE, _HIGH, _EDGE = 180, 70, 90
_GROUND, _INK = "#FFFFFF", "#1B2330"
# a name is read over the line behind it
_FONT = f"font-family='sans-serif' text-anchor='middle' fill='{_INK}' stroke='{_GROUND}' stroke-width='4' paint-order='stroke'"
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
    rows = rows_of(edges)
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
        for edge in (rows[row] for row in kept(nodes, edges))
    ]
    return pd.DataFrame(found)


def kept(nodes: pd.DataFrame, edges: pd.DataFrame) -> list[int]:
    """Numbers of the edges whose two ends are drawn: the rows of `table`."""
    ids = set(nodes["id"])
    ends = zip(edges["source"].tolist(), edges["target"].tolist(), strict=True)
    return [row for row, (source, target) in enumerate(ends) if source in ids and target in ids]


def things(drawn: pd.DataFrame) -> pd.DataFrame:
    """One row a node."""
    return pd.DataFrame(
        {
            "Node": row["label"],
            "Kind": row["kind"],
            "State": look.HEALTH[state_of(row)].says if state_of(row) in look.HEALTH else None,
            "Domain": row["domain"],
            "Owner": row["owner"],
            "Account": row["account"],
            "Region": row["region"],
            "Behind it": row["folded"],
            "Remark": row["says"],
        }
        for row in rows_of(drawn)
    )


def svg(
    nodes: pd.DataFrame, edges: pd.DataFrame, marked: Collection[str] = (), *, crowded: bool = False
) -> str:
    """The picture as a file: places, widths, marks and rings of the one on the page, and its legend; on a ground of its own."""
    picture = placed.placed(nodes, edges, crowded=crowded)
    stands, points = picture.at, picture.points or [(0.0, 0.0)]
    left, top = min(x for x, _ in points), max(y for _, y in points)
    wide = (max(x for x, _ in points) - left) * _WIDE + 2 * _EDGE
    high = (top - min(y for _, y in points)) * _HIGH + 2 * _EDGE

    def place(point: Point) -> Point:
        return (point[0] - left) * _WIDE + _EDGE, (top - point[1]) * _HIGH + _EDGE

    parts = [
        f"<svg xmlns='http://www.w3.org/2000/svg' width='{wide:.0f}' height='{high:.0f}' font-size='12'>",
        f"<rect width='100%' height='100%' fill='{_GROUND}'/>",
        *(_line(line, [place(point) for point in line.path]) for line in picture.lines),
        *(_on_line(line, place(line.spot)) for line in picture.lines),
        *(_node(node, place(stands[str(node["id"])]), marked) for node in picture.nodes),
        _words((wide / 2, high - 16), look.legend("dashed: depends", "grey: nothing flows"), 0, 10, 200),
    ]
    return "\n".join([*filter(None, parts), "</svg>"])


def _line(line: Line, points: Sequence[Point]) -> str:
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    dash = " stroke-dasharray='6 5'" if line.edge["delivery"] == "sometimes" else ""
    look_of = f"stroke='{edge_color(line.edge)}' stroke-width='{edge_width(line.edge)}' stroke-opacity='0.8'"
    return f"<polyline points='{path}' fill='none' {look_of}{dash}/>"


def _on_line(line: Line, place: Point) -> str:
    """The edge's label, and the sign of trouble where what carries fails."""
    sign = _shape("x", place, look.HEALTH["failing"].color, 4) if fails(line.edge) else ""
    return sign + _words(place, line.label, -7, 10)


def _node(node: Mapping[str, Any], place: Point, marked: Collection[str]) -> str:
    state = state_of(node)
    mark = look.HEALTH.get(state, look.EVENT)
    name, folded, below = label_of(node)
    size = 11 if state == "event" else 8
    ring = f"<circle cx='{place[0]:.1f}' cy='{place[1]:.1f}' r='15' fill='none' stroke='{look.EVENT.color}' stroke-width='4'/>"
    return (
        (ring if str(node["id"]) in marked else "")
        + _shape(mark.symbol, place, mark.color, size)
        + _words(place, f"{name} {folded}".strip(), 23, 12)
        + _words(place, below, 36, 10)
    )


def _shape(symbol: str, place: Point, color: str, size: int) -> str:
    """A mark as plotly draws it."""
    x, y = place
    fill = "none" if symbol.endswith("open") else color
    drawn = f"fill='{fill}' stroke='{color}' stroke-width='2'"
    if symbol == "x":
        span = 2 * size
        return f"<path d='M{x - size:.1f} {y - size:.1f}l{span} {span}m0 -{span}l-{span} {span}' stroke='{color}' stroke-width='{size / 2}'/>"
    if symbol == "diamond":
        return f"<path d='M{x:.1f} {y - size:.1f}l{size} {size}l-{size} {size}l-{size} -{size}z' {drawn}/>"
    if symbol.startswith("circle"):
        return f"<circle cx='{x:.1f}' cy='{y:.1f}' r='{size}' {drawn}/>"
    return f"<rect x='{x - size:.1f}' y='{y - size:.1f}' width='{2 * size}' height='{2 * size}' {drawn}/>"


def _words(place: Point, text: str, down: int, size: int, limit: int = 80) -> str:
    if not text:
        return ""
    at = f"x='{place[0]:.1f}' y='{place[1] + down:.1f}'"
    return f"<text {at} font-size='{size}' {_FONT}>{escape(clean(text, limit))}</text>"
