"""Where the nodes of a picture stand and which way its edges run: columns are given, rows are chosen so that few cross.

An edge over several columns gets a place of its own in each column it passes, so that it runs between the nodes and not
through them. Same nodes and edges, same picture: nothing here is random, and ties are settled by the order given.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

_SWEEPS = 6
Point = tuple[float, float]
Edge = tuple[str, str]


class Places(NamedTuple):
    """Where each node stands, and through which points each edge runs, both ends included. x is the column."""

    at: dict[str, Point]
    routes: list[list[Point]]


def layout(columns: Mapping[str, int], edges: Sequence[Edge]) -> Places:
    """Places of the nodes (rows grow downwards, 0 in the middle) and a route for each edge, in the order given."""
    ends = [(source, target) for source, target in edges if source in columns and target in columns]
    standing = dict(columns)
    chains = [_chain(standing, index, edge) for index, edge in enumerate(ends)]
    pieces = list(dict.fromkeys(pair for chain in chains for pair in pairwise(chain)))
    rows = _rows(standing, pieces)
    at = {node: (float(standing[node]), -rows[node]) for node in standing}
    return Places({node: at[node] for node in columns}, [[at[stop] for stop in chain] for chain in chains])


def _chain(standing: dict[str, int], index: int, edge: Edge) -> list[str]:
    """The edge's stops: its ends, and a bend in each column between them. Bends are added to what stands."""
    source, target = edge
    first, last = standing[source], standing[target]
    step = 1 if last >= first else -1
    bends = []
    for column in range(first + step, last, step):
        bend = f"\0bend {index} {column}"
        standing[bend] = column
        bends.append(bend)
    return [source, *bends, target]


def _rows(columns: Mapping[str, int], edges: Sequence[Edge]) -> dict[str, float]:
    layers: dict[int, list[str]] = {}
    for node, column in columns.items():
        layers.setdefault(column, []).append(node)
    before: dict[str, list[str]] = {node: [] for node in columns}
    after: dict[str, list[str]] = {node: [] for node in columns}
    for source, target in edges:
        after[source].append(target)
        before[target].append(source)
    place: dict[str, float] = {}
    for nodes in layers.values():
        place |= _spread(nodes)
    for sweep in range(_SWEEPS):
        # to the right by what comes before, then to the left by what comes after
        back = bool(sweep % 2)
        near = after if back else before
        for column in sorted(layers, reverse=back):
            layers[column].sort(key=lambda node: _middle(place, near[node], place[node]))
            place |= _spread(layers[column])
    return place


def _spread(nodes: Sequence[str]) -> dict[str, float]:
    return {node: index - (len(nodes) - 1) / 2 for index, node in enumerate(nodes)}


def _middle(place: Mapping[str, float], neighbours: Sequence[str], own: float) -> float:
    """Mean row of the neighbours. A node without any stays where it is."""
    return sum(place[node] for node in neighbours) / len(neighbours) if neighbours else own


def curve(route: Sequence[Point], steps: int = 12) -> list[Point]:
    """Points of a soft S from stop to stop: it leaves and arrives level, so that edges can be told apart."""
    points = [route[0]]
    for (x0, y0), (x1, y1) in pairwise(route):
        for step in range(1, steps + 1):
            t = step / steps
            points.append((x0 + (x1 - x0) * t, y0 + (y1 - y0) * _ease(t)))
    return points


def near_end(route: Sequence[Point], share: float = 0.6) -> Point:
    """A point on the edge's last piece: there edges that end in different nodes are apart."""
    (x0, y0), (x1, y1) = route[-2], route[-1]
    return x0 + (x1 - x0) * share, y0 + (y1 - y0) * _ease(share)


def _ease(t: float) -> float:
    return t * t * (3 - 2 * t)
