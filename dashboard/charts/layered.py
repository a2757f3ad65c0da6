"""Where the nodes of a picture stand: columns are given, rows are chosen so that few edges cross.

Same nodes and edges, same places: nothing here is random, and ties are settled by the node's own order.
"""

from collections.abc import Mapping, Sequence

_SWEEPS = 4


def rows(columns: Mapping[str, int], edges: Sequence[tuple[str, str]]) -> dict[str, float]:
    """Row of each node, 0 in the middle of its column, growing downwards; one apart from the next.

    `columns` gives each node's column and, by its order, the order in which ties are settled.
    """
    layers: dict[int, list[str]] = {}
    for node, column in columns.items():
        layers.setdefault(column, []).append(node)
    near: dict[str, list[str]] = {node: [] for node in columns}
    for source, target in edges:
        if source in near and target in near:
            near[source].append(target)
            near[target].append(source)
    place = _spread(layers)
    for sweep in range(_SWEEPS):
        for column in sorted(layers, reverse=bool(sweep % 2)):
            layers[column].sort(key=lambda node: _middle(place, near[node], place[node]))
            place |= _spread({column: layers[column]})
    return place


def _spread(layers: Mapping[int, list[str]]) -> dict[str, float]:
    return {
        node: index - (len(nodes) - 1) / 2 for nodes in layers.values() for index, node in enumerate(nodes)
    }


def _middle(place: Mapping[str, float], neighbours: Sequence[str], own: float) -> float:
    """Mean row of the neighbours. A node without any stays where it is."""
    return sum(place[node] for node in neighbours) / len(neighbours) if neighbours else own


def curve(start: tuple[float, float], end: tuple[float, float], steps: int = 14) -> list[tuple[float, float]]:
    """Points of a soft S from one node to the other: it leaves and arrives level, so that edges can be told apart."""
    (x0, y0), (x1, y1) = start, end
    if y0 == y1:
        return [start, end]
    points = []
    for step in range(steps + 1):
        t = step / steps
        ease = t * t * (3 - 2 * t)
        points.append((x0 + (x1 - x0) * t, y0 + (y1 - y0) * ease))
    return points
