"""The neighbourhood of an event as two frames: producers left, the event in the middle, consumers right, hops between."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from dashboard.flow.answers import Consumer, Consumers, Health, Producer, Producers
from dashboard.flow.health import judging
from dashboard.flow.model import arns
from dashboard.flow.model.estate import Estate

EVENT = "event"
NODES = ("id", "kind", "label", "column", "domain", "owner", "account", "region", "active", "health", "says")
EDGES = (
    *("source", "target", "via", "by", "delivery", "when", "active", "rate", "evidence"),
    *("health", "says"),
)


@dataclass(frozen=True)
class Neighbourhood:
    """The picture as data.

    nodes: id (ARN, or "event"), kind, label, column (producers -1, event 0, hops 1.., consumers last), domain,
    owner, account, region, active, health, says. edges: source, target, via, by, delivery, when, active, rate (an hour; null:
    not measured), evidence, health and says of what carries. `shown` of `total` consumer and producer rows are drawn.
    """

    nodes: pd.DataFrame
    edges: pd.DataFrame
    shown: int
    total: int


def neighbourhood(estate: Estate, answer: Consumers, made: Producers, limit: int = 200) -> Neighbourhood:
    """The picture of an answer, at most about `limit` nodes: active and certain paths first.

    The same answer gives the same frames.
    """
    rows = sorted(
        answer.consumers, key=lambda r: (not r.active, r.delivery != "always", r.name, r.arn, str(r.path))
    )
    makers = list(made.producers)
    kept_makers, kept = makers[: limit // 3], _within(rows, limit - min(len(makers), limit // 3) - 1)
    nodes, edges = _Nodes(estate, answer), _Edges()
    for maker in kept_makers:
        _add_maker(nodes, edges, maker)
    for row in kept:
        _add_path(estate, nodes, edges, row)
    found = judging.health(estate, [arn for arn in [*nodes.rows, *edges.carriers()] if arns.parts(arn)])
    return Neighbourhood(
        nodes=pd.DataFrame([_node(row, found) for row in nodes.ordered()], columns=list(NODES)),
        edges=pd.DataFrame([_edge(row, found) for row in edges.rows.values()], columns=list(EDGES)),
        shown=len(kept) + len(kept_makers),
        total=len(rows) + len(makers),
    )


def _within(rows: list[Consumer], limit: int) -> list[Consumer]:
    kept, seen = [], set()
    for row in rows:
        seen |= {row.bus, *(hop.arn for hop in row.path)}
        if len(seen) > limit:
            break
        kept.append(row)
    return kept


class _Nodes:
    def __init__(self, estate: Estate, answer: Consumers) -> None:
        self.estate = estate
        label = answer.event.detail_type
        self.rows: dict[str, dict[str, Any]] = {EVENT: _blank(EVENT, EVENT, label) | {"column": 0}}
        self.ends: set[str] = set()

    def add(self, arn: str, column: int, **more: Any) -> None:
        row = self.rows.get(arn)
        if row is None:
            estate = self.estate
            row = self.rows[arn] = _blank(arn, estate.kind_of(arn), estate.name_of(arn)) | {
                "column": column,
                "domain": estate.domain_of(arn),
                "owner": estate.owner_of(arn),
                "account": estate.account_of(arn),
                "region": estate.region_of(arn),
                "active": False,
            }
        row["column"] = min(row["column"], column) if column < 0 else max(row["column"], column)
        active = row["active"] or more.pop("active", True)
        row.update(more, active=active)

    def ordered(self) -> list[dict[str, Any]]:
        last = max((row["column"] for row in self.rows.values()), default=0)
        for arn in self.ends:
            self.rows[arn]["column"] = last
        return sorted(
            self.rows.values(), key=lambda r: (r["column"], r["domain"] or "~", r["label"], r["id"])
        )


class _Edges:
    def __init__(self) -> None:
        self.rows: dict[tuple[str, str, str | None], dict[str, Any]] = {}

    def add(self, source: str, target: str, by: str | None, **more: Any) -> None:
        row = self.rows.setdefault(
            (source, target, by), {"source": source, "target": target, "by": by, **more}
        )
        row["active"] = row["active"] or more["active"]

    def carriers(self) -> list[str]:
        return [row["by"] for row in self.rows.values() if row["by"]]


def _blank(node: str, kind: str, label: str) -> dict[str, Any]:
    values = {"id": node, "kind": kind, "label": label}
    return {**values, **dict.fromkeys(("domain", "owner", "account", "region")), "active": True}


def _add_maker(nodes: _Nodes, edges: _Edges, maker: Producer) -> None:
    node = maker.arn
    if node in nodes.rows and nodes.rows[node]["column"] >= 0:
        node = f"producer:{maker.arn}"  # what produces and consumes is drawn on both sides
    nodes.add(node, -1, kind=maker.kind, label=maker.name, domain=maker.domain, active=maker.active)
    more = {"via": maker.evidence, "delivery": "always", "when": maker.note or "", "active": maker.active}
    edges.add(node, EVENT, None, **more, evidence=maker.evidence)


def _add_path(estate: Estate, nodes: _Nodes, edges: _Edges, row: Consumer) -> None:
    before = EVENT
    plain = {"via": "bus", "delivery": "always", "when": "", "active": True, "evidence": "declared"}
    bus = _right(nodes, row.bus)
    nodes.add(bus, 1, label=estate.name_of(row.bus), kind="bus")
    edges.add(before, bus, None, **plain)
    before = bus
    passed = {bus}
    for column, hop in enumerate(row.path, start=2):
        node = _right(nodes, hop.arn)
        # what a new event passes again stays where the first one passed it
        at = nodes.rows[node]["column"] if node in passed else column
        passed.add(node)
        nodes.add(node, at, label=hop.name, kind=hop.kind, active=hop.active)
        more = {"via": hop.via, "delivery": hop.delivery, "when": "; ".join(hop.when), "active": hop.active}
        edges.add(before, node, hop.by, **more, evidence="declared")
        before = node
    nodes.ends.add(before)


def _right(nodes: _Nodes, arn: str) -> str:
    drawn = nodes.rows.get(arn)
    return f"consumer:{arn}" if drawn is not None and drawn["column"] < 0 else arn


def _node(row: Mapping[str, Any], found: Mapping[str, Health]) -> dict[str, Any]:
    judged = found.get(row["id"])
    return {**row, "health": judged.state if judged else "unknown", "says": judged.says if judged else ""}


def _edge(row: Mapping[str, Any], found: Mapping[str, Health]) -> dict[str, Any]:
    judged = _first(found.get(arn) for arn in (row["by"], row["target"]) if arn)
    return {**row, "rate": judged.rate_3h if judged else None, **of_carrier(found.get(str(row["by"])))}


def of_carrier(judged: Health | None) -> dict[str, str]:
    """How the rule, subscriber or link of an edge does. What it leads to tells of itself."""
    return {"health": judged.state if judged else "unknown", "says": judged.says if judged else ""}


def _first(found: Iterable[Health | None]) -> Health | None:
    return next((one for one in found if one is not None and one.rate_3h is not None), None)
