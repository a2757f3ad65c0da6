"""What of a picture is looked at: so many hops from its middle, nodes opened and folded, kinds left out, nodes put together.

Takes the frames of a Neighbourhood and gives frames of the same columns; nodes have one more, `folded`: how many nodes lie
behind one that are not drawn. Nothing is asked of the estate here. The same frames and view give the same.
"""

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import pandas as pd

Row = dict[str, Any]
By = Literal["domain", "owner", "account"]
GROUPS: tuple[By, ...] = ("domain", "owner", "account")
_WORST = ("failing", "unknown", "ok", "idle")
NOBODY = "(none)"
"""What a group is called whose members have no domain, owner or account."""
_EVENTS = ("event", "event type")


@dataclass(frozen=True)
class View:
    """How to look.

    hops: how far from the middle; null: to the end, and so whenever nodes are put together `by` something, since a group of
    which a part is not drawn would tell less than there is. opened, folded: ids beyond which there is one hop more, or none.
    without: kinds left out; left: single nodes left out. shown: ids that are drawn however far away, with the way to them.
    """

    hops: int | None = 1
    opened: frozenset[str] = frozenset()
    folded: frozenset[str] = frozenset()
    without: frozenset[str] = frozenset()
    left: frozenset[str] = frozenset()
    shown: frozenset[str] = frozenset()
    by: By | None = None


def viewed(nodes: pd.DataFrame, edges: pd.DataFrame, view: View) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The frames as looked at."""
    things = {str(row["id"]): row for row in _rows(nodes)}
    ways = _rows(edges)
    things, ways = _without(things, ways, left_out(things, view))
    things, ways = _near(things, ways, view)
    if view.by is not None:
        things, ways = _together(things, ways, view.by)
        _close_up(things)
    columns = [*nodes.columns, "folded"]
    return pd.DataFrame(list(things.values()), columns=columns), pd.DataFrame(
        ways, columns=list(edges.columns)
    )


def _rows(frame: pd.DataFrame) -> list[Row]:
    names = [str(name) for name in frame.columns]
    columns = [[None if _missing(value) else value for value in frame[name].tolist()] for name in names]
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def _missing(value: Any) -> bool:
    return value is pd.NA or (isinstance(value, float) and pd.isna(value))


def group_of(row: Mapping[str, Any], by: By) -> str:
    """Id of the node that a row of nodes is put together in."""
    return str(row["id"]) if _stays(row) else _key(row, by)


def opens(edge: Mapping[str, Any], nodes: Mapping[str, Mapping[str, Any]]) -> str | None:
    """What an edge stands for: the rule, subscriber or link that carries; where nothing does, the end that is not the middle."""
    ends = [end for end in (edge["target"], edge["source"]) if end in nodes and nodes[end]["column"] != 0]
    return next((str(one) for one in (edge["by"], *ends) if not _missing(one) and one), None)


def left_out(things: Mapping[str, Mapping[str, Any]], view: View) -> set[str]:
    """What is left out, by its kind or by itself; the middle never is."""
    out = {node for node, row in things.items() if row["kind"] in view.without or node in view.left}
    return {node for node in out if things[node]["column"] != 0}


def _without(things: Mapping[str, Row], ways: list[Row], out: set[str]) -> tuple[dict[str, Row], list[Row]]:
    """The ways through what is left out go on: what led to one leads to what it led to."""
    for node in sorted(out):
        before = [way for way in ways if way["target"] == node and way["source"] != node]
        after = [way for way in ways if way["source"] == node and way["target"] != node]
        ways = [way for way in ways if node not in (way["source"], way["target"])]
        ways += [_joined(one, other) for one in before for other in after if one["source"] != other["target"]]
    kept = {node: row for node, row in things.items() if node not in out}
    return kept, _once(ways)


def _joined(one: Row, other: Row) -> Row:
    """One way after the other."""
    return {
        **other,
        "source": one["source"],
        "via": f"{one['via']}, {other['via']}",
        "delivery": "always" if one["delivery"] == other["delivery"] == "always" else "sometimes",
        "when": "; ".join(text for text in (one["when"], other["when"]) if text),
        "active": one["active"] and other["active"],
        **_worst([one, other]),
    }


def _once(ways: Iterable[Row]) -> list[Row]:
    return list({(way["source"], way["target"], way["by"]): way for way in ways}.values())


class _Side(NamedTuple):
    """One side of the picture: the ways by the end nearer to the middle, and which of their ends is farther."""

    ways: Mapping[str, list[Row]]
    far: str


def _sides(ways: list[Row]) -> Iterator[_Side]:
    for near, far in (("source", "target"), ("target", "source")):
        by_end: dict[str, list[Row]] = defaultdict(list)
        for way in ways:
            by_end[way[near]].append(way)
        yield _Side(by_end, far)


def _near(things: Mapping[str, Row], ways: list[Row], view: View) -> tuple[dict[str, Row], list[Row]]:
    """Nodes so near to the middle, and those behind the ones that were opened; columns close up."""
    middle = next((node for node, row in things.items() if row["column"] == 0), None)
    seen, behind = set(things), dict[str, set[str]]()
    if middle is not None:
        reached = [(side, _reach(things, side, middle, view)) for side in _sides(ways)]
        seen = set().union(*(near for _, near in reached))
        for side, near in reached:
            behind |= {node: _behind(node, side) for node in near if not _goes_no_further(node, side, near)}
    kept = {
        node: {**row, "folded": len(behind.get(node, set()) - seen)}
        for node, row in things.items()
        if node in seen
    }
    _close_up(kept)
    return kept, [way for way in ways if way["source"] in kept and way["target"] in kept]


def _reach(things: Mapping[str, Row], side: _Side, middle: str, view: View) -> set[str]:
    """What is near on this side."""
    hops = None if view.by else view.hops
    wanted = _towards(side, middle, view.shown)
    near, queue = {middle: 0}, [middle]
    while queue:
        node = queue.pop(0)
        for way in side.ways.get(node, ()):
            other = way[side.far]
            # from the middle to a bus is no step: the event is put there
            far = near[node] + (0 if node == middle and things.get(other, {}).get("kind") == "bus" else 1)
            is_in = (hops is None or far <= hops or node in view.opened) and node not in view.folded
            if other in things and (is_in or other in wanted) and far < near.get(other, len(things) + 1):
                near[other] = far
                queue.append(other)
    return set(near)


def _towards(side: _Side, middle: str, shown: frozenset[str]) -> set[str]:
    """What lies on the shortest way to each of these, and they themselves."""
    if not shown:
        return set()
    came, queue = {middle: middle}, deque([middle])
    while queue:
        node = queue.popleft()
        for way in side.ways.get(node, ()):
            if way[side.far] not in came:
                came[way[side.far]] = node
                queue.append(way[side.far])
    found: set[str] = set()
    for one in shown:
        node = one
        while node in came and node not in found:
            found.add(node)
            node = came[node]
    return found


def _goes_no_further(node: str, side: _Side, near: set[str]) -> bool:
    return all(way[side.far] in near for way in side.ways.get(node, ()))


def _behind(node: str, side: _Side) -> set[str]:
    found, queue = {node}, [node]
    while queue:
        for way in side.ways.get(queue.pop(), ()):
            if way[side.far] not in found:
                found.add(way[side.far])
                queue.append(way[side.far])
    return found


def _close_up(things: Mapping[str, Row]) -> None:
    """No column between the middle and the last stays empty."""
    columns = sorted({row["column"] for row in things.values()})
    at = columns.index(0) if 0 in columns else 0
    for row in things.values():
        row["column"] = columns.index(row["column"]) - at


def _together(things: Mapping[str, Row], ways: list[Row], by: By) -> tuple[dict[str, Row], list[Row]]:
    """One node for all of a domain, owner or account on either side of the middle; event types stay."""
    group = {node: group_of(row, by) for node, row in things.items()}
    members: dict[str, list[Row]] = defaultdict(list)
    for node, row in things.items():
        members[group[node]].append(row)
    made = {key: rows[0] if _stays(rows[0]) else _group(key, rows, by) for key, rows in members.items()}
    between: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for way in ways:
        ends = group[way["source"]], group[way["target"]]
        if ends[0] != ends[1]:
            between[ends].append(way)
    return made, [_bundle(ends, bundled) for ends, bundled in between.items()]


def _stays(row: Mapping[str, Any]) -> bool:
    return row["column"] == 0 or row["kind"] in _EVENTS


def _key(row: Mapping[str, Any], by: By) -> str:
    return f"{'left' if row['column'] < 0 else 'right'}:{row[by] or NOBODY}"


def _group(key: str, rows: list[Row], by: By) -> Row:
    kinds: dict[str, int] = defaultdict(int)
    for row in rows:
        kinds[row["kind"]] += 1
    told = ", ".join(f"{count} {kind}{'' if count == 1 else 's'}" for kind, count in sorted(kinds.items()))
    troubles = [str(row["says"]) for row in rows if row["health"] == "failing" and row["says"]]
    return {
        **dict.fromkeys(rows[0], None),
        "id": key,
        "kind": by,
        "label": rows[0][by] or NOBODY,
        "column": min(row["column"] for row in rows),
        "active": any(row["active"] for row in rows),
        "health": _worst(rows)["health"],
        "says": " ".join([f"{told}.", *troubles]),
        "folded": sum(row["folded"] for row in rows),
    }


def _bundle(ends: tuple[str, str], ways: list[Row]) -> Row:
    rates = [way["rate"] for way in ways if way["rate"] is not None]
    whens = dict.fromkeys(way["when"] for way in ways if way["when"])
    return {
        **ways[0],
        "source": ends[0],
        "target": ends[1],
        "by": ways[0]["by"] if len(ways) == 1 else None,
        "via": ways[0]["via"] if len(ways) == 1 else f"{len(ways)} ways",
        "delivery": "always" if any(way["delivery"] == "always" for way in ways) else "sometimes",
        "when": "; ".join(whens),
        "active": any(way["active"] for way in ways),
        "rate": sum(rates) if rates else None,
        **_worst(ways),
    }


def _worst(rows: list[Row]) -> dict[str, str]:
    """The gravest health among them, with what is said of it."""
    worst = min(rows, key=lambda row: _WORST.index(row["health"]) if row["health"] in _WORST else len(_WORST))
    return {"health": worst["health"], "says": worst["says"]}
