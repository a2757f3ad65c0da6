"""Where the nodes of a picture stand and which way its edges run: columns are given, rows are chosen so that few cross.

An edge over several columns gets a place of its own in each column it passes, so that it runs between the nodes and not
through them; nodes stand as near to the level of what they are joined to as the order in their column lets them. Same nodes
and edges, same picture: nothing here is random, and ties are settled by the order given.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

_SWEEPS = 6
_LEVELLED = ("after", "before", "both", "both", "before")
"""By what a column is brought to a level, one sweep each."""
_BEND = "\0bend"
_GAPS = {(False, False): 1.0, (False, True): 0.8, (True, False): 0.4, (True, True): 0.35}
"""Rows from one to the next below it, by whether each is a bend. A name stands below its node: there a bend keeps away."""
_BOW = 0.3
"""How far to the right an edge between two of one column swings, in columns."""
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
        bend = f"{_BEND} {index} {column}"
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
    joined = {
        "before": before,
        "after": after,
        "both": {node: before[node] + after[node] for node in columns},
    }
    for by in _LEVELLED:
        for column in sorted(layers, reverse=by == "after"):
            wished = [_middle(place, joined[by][node], place[node]) for node in layers[column]]
            place |= _level(layers[column], wished)
    return place


def _spread(nodes: Sequence[str]) -> dict[str, float]:
    return {node: index - (len(nodes) - 1) / 2 for index, node in enumerate(nodes)}


def _middle(place: Mapping[str, float], neighbours: Sequence[str], own: float) -> float:
    """Mean row of the neighbours. A node without any stays where it is."""
    return sum(place[node] for node in neighbours) / len(neighbours) if neighbours else own


def _level(nodes: Sequence[str], wished: Sequence[float]) -> dict[str, float]:
    """The rows nearest to the wished ones (least squares) that keep the order and the gaps: pool adjacent violators."""
    below = [0.0]
    for upper, lower in pairwise(nodes):
        below.append(below[-1] + _GAPS[upper.startswith(_BEND), lower.startswith(_BEND)])
    pools: list[tuple[float, int]] = []
    for wish, offset in zip(wished, below, strict=True):
        mean, count = wish - offset, 1
        while pools and pools[-1][0] > mean:
            before, many = pools.pop()
            mean, count = (mean * count + before * many) / (count + many), count + many
        pools.append((mean, count))
    means = [mean for mean, count in pools for _ in range(count)]
    return {node: mean + offset for node, mean, offset in zip(nodes, means, below, strict=True)}


def curve(route: Sequence[Point], flat: Mapping[int, float], aside: float = 0.0) -> list[Point]:
    """Points of an edge from stop to stop, level where names stand, so that it crosses none.

    `flat`: column → how far from its middle its names reach; `aside`: rows it keeps away from others between the same ends.
    """
    points = [route[0]]
    for start, end in pairwise(route):
        piece = _piece(start, end, flat)
        points += [(x, y + aside) for x, y in piece[:-1]]
        points.append(end if end == route[-1] else (end[0], end[1] + aside))
    return points


def _piece(start: Point, end: Point, flat: Mapping[int, float], steps: int = 8) -> list[Point]:
    """A soft S; between two of one column a bow. Begins after the start, ends with the end."""
    (x0, y0), (x1, y1) = start, end
    shares = [step / steps for step in range(steps + 1)]
    if x0 == x1:
        return [(x0 + 4 * _BOW * t * (1 - t), y0 + (y1 - y0) * t) for t in shares[1:]]
    begins, ends = flat.get(round(x0), 0.0), 1 - flat.get(round(x1), 0.0)
    moved = [(begins + (ends - begins) * t, _ease(t)) for t in shares]
    near = [(0.1, 0.0), *moved, (0.9, 1.0), (1.0, 1.0)]
    return [(x0 + (x1 - x0) * t, y0 + (y1 - y0) * share) for t, share in near]


def _ease(t: float) -> float:
    return t * t * (3 - 2 * t)
