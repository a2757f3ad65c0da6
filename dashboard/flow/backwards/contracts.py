"""Contracts: the event types between two teams, with the schema that both rely on, how much flows, and how it does."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from dashboard.flow.answers import Consumer, Consumers, Delivery, HealthState
from dashboard.flow.backwards.reverse import Consumed, whose
from dashboard.flow.health import judging
from dashboard.flow.model import fields
from dashboard.flow.model.estate import Estate
from dashboard.flow.model.known import Key
from dashboard.flow.who import feeds, graph
from dashboard.flow.who.graph import Neighbourhood

Sort = Literal["domain", "owner"]
Direction = Literal["takes", "gives"]
NONE = "(none)"
"""Who belongs to no domain or owner, in a picture."""
_Groups = dict[tuple[str | None, Key], list[Consumer]]


@dataclass(frozen=True, slots=True)
class Contract:
    """An event type between two teams. `takes`: it consumes the other's event; `gives`: the other consumes its own.

    `other` is null where the event or the consumer belongs to nobody. `ends` are the consumers' ARNs. `active` and
    `delivery` are the best of their rows. `schema` is the name of the type's schema, with its `version` and whose it is
    (`schema_of`). `rate`: events an hour that were seen put; `carried`: what the rules and subscribers matched in each of the
    last 3 hours, of this type and others; both null where not known. `health` is the worst of its active paths, `says` why.
    """

    direction: Direction
    other: str | None
    source: str
    detail_type: str
    ends: tuple[str, ...]
    delivery: Delivery
    active: bool
    schema: str | None = None
    version: str | None = None
    schema_of: str | None = None
    rate: float | None = None
    carried: float | None = None
    health: HealthState = "unknown"
    says: str | None = None


def takes(estate: Estate, sort: Sort, own: set[Key], rows: Iterable[Consumed]) -> Iterator[Contract]:
    """What a team, whose own types these are, consumes of others."""
    groups: _Groups = defaultdict(list)
    for one in rows:
        key = (one.source, one.detail_type)
        if key not in own:
            groups[one.domain if sort == "domain" else one.owner, key].append(one.row)
    return _contracts(estate, sort, "takes", groups)


def gives(estate: Estate, sort: Sort, name: str, given: Mapping[Key, Consumers]) -> Iterator[Contract]:
    """What others consume of the team with this name."""
    groups: _Groups = defaultdict(list)
    for key, answer in given.items():
        for row in answer.consumers:
            other = row.domain if sort == "domain" else row.owner
            if other != name:
                groups[other, key].append(row)
    return _contracts(estate, sort, "gives", groups)


def _contracts(estate: Estate, sort: Sort, direction: Direction, groups: _Groups) -> Iterator[Contract]:
    for (other, key), rows in sorted(groups.items(), key=lambda item: (item[0][0] or "~", item[0][1])):
        on = [row for row in rows if row.active]
        health, says = _health(estate, on)
        schema, version, schema_of = _schema(estate, sort, key)
        yield Contract(
            direction,
            other,
            *key,
            ends=tuple(sorted({row.arn for row in rows})),
            delivery="always" if any(row.delivery == "always" for row in on or rows) else "sometimes",
            active=bool(on),
            schema=schema,
            version=version,
            schema_of=schema_of,
            rate=feeds.rates(estate).get(key),
            carried=_carried(estate, on),
            health=health,
            says=says,
        )


def _schema(estate: Estate, sort: Sort, key: Key) -> tuple[str | None, str | None, str | None]:
    """The schema that was changed last, and whose it is: by its own tags or account, else by the event type."""
    row = fields.schema_of(estate, *key)
    if row is None:
        return None, None, None
    own = estate.domain_of(row["arn"]) if sort == "domain" else estate.owner_of(row["arn"])
    told = own or whose(estate, key)[0 if sort == "domain" else 1]
    return row["name"], row["version"], told


def _carried(estate: Estate, rows: Sequence[Consumer]) -> float | None:
    found = judging.health(estate, {row.subscription for row in rows if row.subscription})
    told = [one.rate_3h for one in found.values() if one.rate_3h is not None]
    return sum(told) if told else None


def _health(estate: Estate, rows: Sequence[Consumer]) -> tuple[HealthState, str | None]:
    """Failing where a path is broken; else the best of what its ends are seen to do."""
    says = list(dict.fromkeys(text for row in rows if (text := judging.broken(estate, row))))
    if says:
        return "failing", " ".join(says[:3])
    unclear = next((text for row in rows if (text := judging.unclear(estate, row))), None)
    if unclear:
        return "unknown", unclear
    states = {one.state for one in judging.health(estate, {row.arn for row in rows}).values()}
    order: tuple[HealthState, ...] = ("ok", "idle")
    return next((state for state in order if state in states), "unknown"), None


def picture(estate: Estate, sort: Sort, name: str, found: Sequence[Contract]) -> Neighbourhood:
    """Who gives on the left, the team in the middle, who takes on the right. Same contracts, same frames."""
    blank: dict[str, Any] = {**dict.fromkeys(graph.NODES), "active": True, "health": "unknown", "says": ""}
    nodes = [{**blank, "id": sort, "kind": graph.EVENT, "label": name, "column": 0}]
    edges = []
    for direction, side, column in (("takes", "from", -1), ("gives", "to", 1)):
        between: dict[str, list[Contract]] = defaultdict(list)
        for one in found:
            if one.direction == direction:
                between[one.other or NONE].append(one)
        for other, mine in sorted(between.items()):
            node = f"{side}:{other}"
            owner = estate.owner_of_domain(other) if sort == "domain" else None
            nodes.append(
                {**blank, "id": node, "kind": sort, "label": other, "column": column, "owner": owner}
            )
            source, target = (node, sort) if side == "from" else (sort, node)
            edges.append(_edge(source, target, mine))
    return Neighbourhood(
        nodes=pd.DataFrame(nodes, columns=list(graph.NODES)),
        edges=pd.DataFrame(edges, columns=list(graph.EDGES)),
        shown=len(nodes),
        total=len(nodes),
    )


def _edge(source: str, target: str, mine: Sequence[Contract]) -> dict[str, Any]:
    """All that flows one way between two teams: certain when any of it is, failing when any of it fails."""
    rates = [one.rate for one in mine if one.rate is not None]
    troubles = [one.says for one in mine if one.health == "failing" and one.says]
    return {
        **dict.fromkeys(graph.EDGES),
        "source": source,
        "target": target,
        "via": f"{len(mine)} event type{'' if len(mine) == 1 else 's'}",
        "delivery": "always" if any(one.delivery == "always" for one in mine) else "sometimes",
        "when": "",
        "active": any(one.active for one in mine),
        "rate": sum(rates) if rates else None,
        "health": "failing" if troubles else "unknown",
        "says": " ".join(dict.fromkeys(troubles)),
    }
