"""What stands around a resource: its answer in a sentence, and its neighbours as a picture.

In the picture: event types that come, what brings them, the resource, what it hands on to, event types that it makes.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from dashboard.flow.answers import Health
from dashboard.flow.backwards.making import Produced
from dashboard.flow.backwards.named import Named
from dashboard.flow.backwards.reverse import Consumed
from dashboard.flow.backwards.teams import Team
from dashboard.flow.backwards.upstream import FOLLOWED
from dashboard.flow.health import judging
from dashboard.flow.model import arns, completeness
from dashboard.flow.model.estate import Estate
from dashboard.flow.model.known import Key
from dashboard.flow.who import graph
from dashboard.flow.who.graph import Neighbourhood

_DASH = "\N{EN DASH}"
MOST_AHEAD = 14
"""What is drawn of what a resource leads to; a bus may lead to hundreds."""
_VERBS = {"consumes": "consumes", "passes": "passes on", "arrives": "gets"}


def sentence(resource: Named, got: Sequence[Consumed], made: Sequence[Produced]) -> str:
    """The answer before the picture: what it consumes or passes on, and what it produces."""
    on = [row for row in got if row.row.active]
    role = min((row.role for row in got), key=list(_VERBS).index, default="consumes")
    always = {_key(row) for row in on if row.role == role and row.row.delivery == "always"}
    sometimes = {_key(row) for row in on if row.role == role} - always
    text = f"{resource.name} ({resource.kind}) {_VERBS[role]} {_count(always | sometimes, 'event type')}"
    text += split(len(always), len(sometimes))
    text += f" and produces {_count({_key(row) for row in made if row.sure}, 'event type')}."
    ends = {_key(row) for row in on if row.role == "arrives"} - always - sometimes
    if ends:
        text += f" {_count(ends, 'more')} arrive{'s' if len(ends) == 1 else ''}, and go{'es' if len(ends) == 1 else ''} no further."
    off = {_key(row) for row in got} - {_key(row) for row in on}
    if off:
        text += f" {_count(off, 'more')} would come if what is switched off were on."
    return f"{text} They go no further." if role == "arrives" and on else text


def split(always: int, sometimes: int) -> str:
    """How many of the types that were counted come always, and how many depend on the payload."""
    if always and sometimes:
        return f" {_DASH} {always} always, {sometimes} depending on the payload {_DASH}"
    return (
        f" {_DASH} {'always' if always else 'depending on the payload'} {_DASH}"
        if always or sometimes
        else ""
    )


def of_team(team: Team) -> str:
    """The answer for a domain or owner."""
    takes = [c for c in team.contracts if c.direction == "takes" and c.active]
    gives = [c for c in team.contracts if c.direction == "gives" and c.active]
    others = {c.other for c in takes if c.other}, {c.other for c in gives if c.other}
    text = f"{team.name} has {_count(team.members, 'resource')} and {_count(team.types, 'event type')} of its own."
    text += f" It consumes {_count({(c.source, c.detail_type) for c in takes}, 'event type')} of others"
    text += f" ({', '.join(sorted(others[0]))})" if others[0] else ""
    text += f"; {_count({(c.source, c.detail_type) for c in gives}, 'event type')} of its own"
    text += " is consumed" if len({(c.source, c.detail_type) for c in gives}) == 1 else " are consumed"
    return text + (f" by others ({', '.join(sorted(others[1]))})." if others[1] else " by others.")


def _key(row: Consumed | Produced) -> Key:
    return row.source, row.detail_type


def _count(found: Iterable[Any], word: str) -> str:
    number = len(list(found))
    return f"{number or 'no'} {word}{'' if number == 1 or word == 'more' else 's'}"


def neighbours(
    estate: Estate, arn: str, got: Sequence[Consumed], made: Sequence[Produced], limit: int = 28
) -> Neighbourhood:
    """The picture: at most about `limit` event types, those that come for certain first. Same answer, same frames."""
    picture = _Picture(estate, arn)
    came = sorted(got, key=lambda r: (not r.row.active, r.row.delivery != "always", r.detail_type, r.source))
    shown_types = _first(came, limit // 2)
    for row in came:
        if _key(row) in shown_types:
            picture.comes(row)
    picture.hands_on()
    made = [one for one in made if one.row.evidence != "permitted"]
    makes = _first(made, limit // 2)
    for one in made:
        if _key(one) in makes:
            picture.makes(one)
    total = len({_key(row) for row in got}) + len({_key(row) for row in made})
    shown = len(shown_types) + len(makes) + picture.ahead
    return picture.drawn(shown, total + picture.ahead + len(picture.left_out))


def _first(rows: Sequence[Consumed] | Sequence[Produced], limit: int) -> set[Key]:
    return set(list(dict.fromkeys(_key(row) for row in rows))[:limit])


class _Picture:
    """Nodes and edges as they are found; what is drawn twice stays where it was first."""

    def __init__(self, estate: Estate, arn: str) -> None:
        self.estate, self.arn = estate, arn
        self.nodes: dict[str, dict[str, Any]] = {}
        self.edges: dict[tuple[str, str, str | None], dict[str, Any]] = {}
        self.ahead, self.left_out = 0, set[str]()
        self._add(arn, 0)
        self.nodes[arn]["kind"] = graph.EVENT  # the middle of a picture looks like this

    def comes(self, row: Consumed) -> None:
        """A type, and the last resource that brings it."""
        hops = row.row.path
        before = hops[-2].arn if len(hops) > 1 else row.row.bus
        event = self._event(row.source, row.detail_type, -2, "in")
        way = {"delivery": row.row.delivery, "when": "; ".join(row.row.when), "active": row.row.active}
        if not hops:  # it enters at the bus itself
            self._edge(event, self.arn, None, "bus", way)
            return
        self._add(before, -1)
        self._edge(event, before, None, "on the way", way)
        last = hops[-1]
        step = {"delivery": last.delivery, "when": "; ".join(last.when), "active": last.active}
        self._edge(before, self.arn, last.by, last.via, step)

    def hands_on(self) -> None:
        """What links and the rules of a bus lead to."""
        sure = {"delivery": "always", "when": ""}
        for link in self.estate.links_from(self.arn, *FOLLOWED, "async-destination"):
            target = arns.plain(link["to_arn"])
            way = sure | {"delivery": "sometimes" if link["filters"] else "always", "active": link["active"]}
            self._next(target, link["arn"], link["kind"], way)
        for sub in self.estate.subscriptions_of(self.arn):
            if sub.target is not None and not sub.matches_nothing and self._goes_on(sub.target):
                self._next(
                    sub.target, sub.arn, sub.kind, sure | {"delivery": "sometimes", "active": sub.active}
                )

    def makes(self, one: Produced) -> None:
        """A type that it makes, by its evidence."""
        event = self._event(one.source, one.detail_type, 2, "out")
        more = {
            "delivery": "sometimes" if one.shared else "always",
            "when": one.row.note or "",
            "active": one.row.active,
        }
        self._edge(self.arn, event, None, one.row.evidence, more)

    def _next(self, target: str, by: str | None, via: str, way: Mapping[str, Any]) -> None:
        if self.nodes.get(target, {"column": 1})["column"] <= 0:
            return
        if target not in self.nodes and self.ahead >= MOST_AHEAD:
            self.left_out.add(target)
            return
        self.ahead += target not in self.nodes
        self._add(target, 1, active=False)
        # as on the page of an event type: what is missing, or what nothing switched on leads to, gets nothing
        there = completeness.presence(self.estate, target, self.estate.kind_of(target))
        node, active = self.nodes[target], way["active"] and there.here
        node.update(active=node["active"] or active, why=None if there.here else there.why)
        self._edge(self.arn, target, by, via, {**way, "active": active})

    def _goes_on(self, target: str) -> bool:
        return self.estate.kind_of(target) not in arns.KEEPERS

    def _event(self, source: str, name: str, column: int, side: str) -> str:
        node = f"{side}:{source}/{name}"
        blank = {"account": None, "region": None, "active": True, "domain": source, "owner": None}
        self.nodes.setdefault(
            node, {"id": node, "kind": "event type", "label": name, "column": column, **blank}
        )
        return node

    def _add(self, arn: str, column: int, *, active: bool = True) -> None:
        estate = self.estate
        facts = {
            "domain": estate.domain_of(arn),
            "owner": estate.owner_of(arn),
            "account": estate.account_of(arn),
            "region": estate.region_of(arn),
        }
        node = {"id": arn, "kind": estate.kind_of(arn), "label": estate.name_of(arn), "column": column}
        self.nodes.setdefault(arn, {**node, **facts, "active": active})

    def _edge(self, source: str, target: str, by: str | None, via: str, way: Mapping[str, Any]) -> None:
        edge = {"source": source, "target": target, "via": via, "by": by, **way, "evidence": None}
        kept = self.edges.setdefault((source, target, by), edge)
        kept["active"] = kept["active"] or way["active"]

    def drawn(self, shown: int, total: int) -> Neighbourhood:
        """The frames, with health and rates."""
        wanted = [arn for arn in self.nodes if arns.parts(arn)]
        carriers = [edge["by"] for edge in self.edges.values() if edge["by"]]
        found = judging.health(self.estate, [*wanted, *carriers])
        nodes = sorted(
            self.nodes.values(), key=lambda n: (n["column"], n["domain"] or "~", n["label"], n["id"])
        )
        return Neighbourhood(
            nodes=pd.DataFrame([_node(node, found) for node in nodes], columns=list(graph.NODES)),
            edges=pd.DataFrame(
                [_rated(edge, found) for edge in self.edges.values()], columns=list(graph.EDGES)
            ),
            shown=shown,
            total=total,
        )


def _node(node: Mapping[str, Any], found: Mapping[str, Health]) -> dict[str, Any]:
    judged = found.get(str(node["id"]))
    says = node.get("why") or (judged.says if judged else "")
    return {**node, "health": judged.state if judged else "unknown", "says": says}


def _rated(edge: Mapping[str, Any], found: Mapping[str, Health]) -> dict[str, Any]:
    """With the rate of what carries; of an event type CloudWatch has none."""
    judged = found.get(str(edge["by"])) if edge["by"] else None
    return {**edge, "rate": judged.rate_3h if judged else None, **graph.of_carrier(judged)}
