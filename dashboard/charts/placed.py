"""A picture before it is drawn: where nodes stand, which way edges run, and where on each its name and click stand.

The page's figure and the exported file are both drawn from this, so that what is exported is what is shown.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import pandas as pd

from dashboard.charts import layered, look
from dashboard.charts.layered import Point
from dashboard.escape import clean

COLUMN, ROW = 155, 66
"""Pixels from one column or row to the next, at least."""
LEAST_WIDTH = 760
"""Pixels that a picture of few columns is wide, at least."""
LABEL = 24
_BELOW = LABEL + 8
_MOST_FLAT = 0.42
_ASIDE = 0.2
_WIDE, _SMALL = 6.3, 5.3
"""Mean width of a character of a name, and of what stands below it or on an edge, in pixels."""
_FROM_END = (38, 54, 70)
"""How far from a node the name of an edge may stand, in pixels; the nearest first."""
_SHARES = (0.6, 0.5, 0.4, 0.7, 0.3)
_CELL = 64

Row = dict[str, Any]
Box = tuple[float, float, float, float]


class Line(NamedTuple):
    """An edge as drawn: its row number, the points it runs through, its label and where that stands."""

    edge: Row
    row: int
    path: list[Point]
    label: str
    spot: Point


class Placed(NamedTuple):
    """Nodes with the place of each, and lines."""

    nodes: list[Row]
    at: dict[str, Point]
    lines: list[Line]

    @property
    def points(self) -> list[Point]:
        """All that must fit into the picture."""
        return [*self.at.values(), *(point for line in self.lines for point in line.path)]


def placed(nodes: pd.DataFrame, edges: pd.DataFrame, *, crowded: bool = False) -> Placed:
    """The picture of these frames. In a crowded one an edge has a label only where there is room for it."""
    drawn = rows_of(nodes)
    columns = {str(node["id"]): int(node["column"]) for node in drawn}
    kept = [
        (row, edge)
        for row, edge in enumerate(rows_of(edges))
        if edge["source"] in columns and edge["target"] in columns
    ]
    ends = [(edge["source"], edge["target"]) for _, edge in kept]
    at, routes = layered.layout(columns, ends)
    pitch = width_of(nodes) / max(_columns(nodes), 1)
    flat = _flat(drawn, pitch)
    paths = [layered.curve(route, flat, aside) for route, aside in zip(routes, _asides(ends), strict=True)]
    room, pairs = _Room(drawn, at, pitch), set(ends)
    leave, arrive = Counter(source for source, _ in pairs), Counter(target for _, target in pairs)
    lines = []
    for (row, edge), path in zip(kept, paths, strict=True):
        label, alone = edge_label(edge), (leave[edge["source"]] == 1, arrive[edge["target"]] == 1)
        spot, fits = room.take(label, _candidates(path, pitch, alone, crowded=crowded))
        lines.append(Line(edge, row, path, label if fits or not crowded else "", spot))
    return Placed(drawn, at, lines)


def width_of(nodes: pd.DataFrame) -> int:
    """How many pixels the picture needs from left to right so that names beside each other stay apart."""
    return max(_columns(nodes) * COLUMN, LEAST_WIDTH)


def _columns(nodes: pd.DataFrame) -> int:
    columns = nodes["column"].tolist()
    return int(max(columns) - min(columns)) + 1 if columns else 0


def rows_of(frame: pd.DataFrame) -> list[Row]:
    """The rows of a frame as dicts. By column: pandas' own way looks at each value's type."""
    names = [str(name) for name in frame.columns]
    return [
        dict(zip(names, row, strict=True))
        for row in zip(*(frame[name].tolist() for name in names), strict=True)
    ]


def state_of(node: Mapping[str, Any]) -> str:
    """How a node is marked: "event", "inactive", or its health."""
    if node["kind"] == "event":
        return "event"
    if not node["active"]:
        return "inactive"
    return str(node["health"]) if node["health"] in look.HEALTH else "unknown"


def label_of(node: Mapping[str, Any]) -> tuple[str, str, str]:
    """What stands below a node, as plain text: its name, +N where so many lie behind it, and its state, kind and domain."""
    state = state_of(node)
    said = [look.HEALTH[state].says] if state in ("failing", "inactive") else []
    said += [str(node[part]) for part in ("kind", "domain") if not missing(node.get(part)) and node[part]]
    folded = f"+{node['folded']}" if not missing(node.get("folded")) and node["folded"] else ""
    below = "" if state == "event" else clean(" · ".join(said), _BELOW)
    return clean(node["label"], LABEL), folded, below


def edge_label(edge: Mapping[str, Any]) -> str:
    """The rate, and the word where what carries fails."""
    word = [look.HEALTH["failing"].says] if fails(edge) else []
    return " · ".join([*word, *filter(None, [rate_of(edge["rate"])])])


def fails(edge: Mapping[str, Any]) -> bool:
    """What carries loses events: also where what it leads to is missing or switched off."""
    return edge.get("health") == "failing"


def rate_of(rate: Any) -> str:
    """Events an hour, in few characters."""
    if missing(rate):
        return ""
    return f"{rate:,.0f}/h" if rate >= 10 or rate == 0 else f"{rate:.1f}/h"


def missing(value: Any) -> bool:
    """Null, however pandas spells it."""
    return value is None or value is pd.NA or (isinstance(value, float) and pd.isna(value))


def _half(node: Mapping[str, Any]) -> float:
    """Half the width of what stands below a node, in pixels."""
    name, folded, below = label_of(node)
    return max(len(f"{name} {folded}".strip()) * _WIDE, len(below) * _SMALL) / 2


def _flat(nodes: Iterable[Row], pitch: float) -> dict[int, float]:
    """Column → how far from its middle its names reach, in columns."""
    widest: dict[int, float] = defaultdict(float)
    for node in nodes:
        column = int(node["column"])
        widest[column] = max(widest[column], _half(node))
    return {column: min((half + 6) / pitch, _MOST_FLAT) for column, half in widest.items()}


def _asides(ends: Sequence[tuple[str, str]]) -> list[float]:
    """How many rows each edge keeps away from the others between its two ends."""
    numbers: dict[frozenset[str], list[int]] = defaultdict(list)
    for index, pair in enumerate(ends):
        numbers[frozenset(pair)].append(index)
    found = [0.0] * len(ends)
    for same in numbers.values():
        for number, index in enumerate(same):
            found[index] = (number - (len(same) - 1) / 2) * _ASIDE
    return found


class _Room:
    """What of the picture is taken, in pixels: nodes, their names, and the labels that were placed."""

    def __init__(self, nodes: Iterable[Row], at: Mapping[str, Point], pitch: float) -> None:
        self._cells: dict[tuple[int, int], list[Box]] = defaultdict(list)
        self._pitch = pitch
        for node in nodes:
            x, y = self._pixels(at[str(node["id"])])
            half = _half(node)
            self._put((x - 11, y - 11, x + 11, y + 11))
            self._put((x - half, y + 10, x + half, y + 38))

    def take(self, label: str, places: Iterable[Point]) -> tuple[Point, bool]:
        """The first place where the label covers nothing, and whether there was one; else the last."""
        half = max(len(label) * _SMALL / 2 + 2, 8)
        point = (0.0, 0.0)
        for point in places:
            x, y = self._pixels(point)
            box = (x - half, y - 15, x + half, y + 4)
            if self._free(box):
                self._put(box)
                return point, True
        return point, False

    def _pixels(self, point: Point) -> Point:
        return point[0] * self._pitch, -point[1] * ROW

    def _put(self, box: Box) -> None:
        for cell in _cells(box):
            self._cells[cell].append(box)

    def _free(self, box: Box) -> bool:
        return not any(_overlap(box, other) for cell in _cells(box) for other in self._cells.get(cell, ()))


def _cells(box: Box) -> Collection[tuple[int, int]]:
    left, top, right, bottom = (int(side // _CELL) for side in box)
    return [(x, y) for x in range(left, right + 1) for y in range(top, bottom + 1)]


def _overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _candidates(
    path: Sequence[Point], pitch: float, alone: tuple[bool, bool], *, crowded: bool
) -> Iterator[Point]:
    """Places on the path, best first: where it runs alone (before its end, after its start, in a column it passes, between).

    Then, unless the picture is crowded, where others run with it.
    """
    first, last = path[0][0], path[-1][0]
    step = 1 if last >= first else -1
    leaves, arrives = alone
    before = [last - step * pixels / pitch for pixels in _FROM_END]
    after = [first + step * pixels / pitch for pixels in _FROM_END]
    passed = [first + step * column for column in range(1, round(abs(last - first)))]
    between = [last - step * share for share in _SHARES]
    shared = [*([] if arrives else before), *([] if leaves else after)]
    own = [*(before if arrives else []), *(after if leaves else []), *passed, *between]
    for x in [*own, *([] if crowded else shared), between[0]]:
        yield _at(path, x)


def _at(path: Sequence[Point], x: float) -> Point:
    """The point of the path at this x; of one that does not get there, its middle."""
    for (x0, y0), (x1, y1) in pairwise(path):
        if x0 != x1 and min(x0, x1) <= x <= max(x0, x1):
            return x, y0 + (y1 - y0) * (x - x0) / (x1 - x0)
    return path[len(path) // 2]
