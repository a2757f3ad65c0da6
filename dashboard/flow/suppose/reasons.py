"""Why a path is there for one event and not for another: the carrier that stops it, and its condition in words."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from dashboard.flow.answers import Consumer, Hop
from dashboard.flow.model import arns, trees
from dashboard.flow.model.estate import Row
from dashboard.flow.model.matching import Filter, Obj
from dashboard.flow.walk.paths import Walk

MOST_SAID = 400
Place = tuple[str, tuple[tuple[str, str | None, str], ...]]


@dataclass
class Traced(Walk):
    """A walk that remembers what arrived where. `tree` is the event as it enters its first bus."""

    tree: Any = None
    arrivals: dict[Place, Any] = field(default_factory=dict)

    def arrived(self, way: Any, tree: Any, here: bool) -> bool:  # noqa: FBT001 - as in Walk
        """Remember it, and go on."""
        self.arrivals[_place(way.bus, way.hops)] = tree
        return super().arrived(way, tree, here)


def _place(bus: str, hops: tuple[Hop, ...]) -> Place:
    return bus, tuple((hop.via, hop.by, hop.arn) for hop in hops)


def cut(walk: Traced, row: Consumer) -> str:
    """Why the walk did not go this row's path to its end: the first step it did not make, in words."""
    at = next((n for n in range(len(row.path), 0, -1) if _place(row.bus, row.path[:n]) in walk.arrivals), 0)
    if at == len(row.path):
        return "The event arrives there, and something else reads it on."
    hop = row.path[at]
    tree = walk.arrivals[_place(row.bus, row.path[:at])] if at else walk.tree
    if hop.via in ("rule", "subscriber"):
        return _by_subscription(walk, hop, tree)
    return _by_link(walk, row.path[at - 1].arn if at else row.bus, hop, tree)


def stops(walk: Traced, bus: str, by: str) -> str:
    """Where the event ends that this subscription takes off the bus, though nothing consumes it there."""
    ways = [hops for start, hops in walk.arrivals if start == bus and hops[0][1] == by]
    if not ways:
        target = walk.estate.rules[by][0].target or ""
        name = " ".join(part for part in (walk.estate.kind_of(target), walk.estate.name_of(target)) if part)
        return f"Its target, {name}, keeps the event, and nothing consumes it there."
    longest = max(ways, key=len)
    arn, tree = longest[-1][2], walk.arrivals[bus, longest]
    kind = walk.estate.kind_of(arn)
    says = [
        f"{text} ({link['kind'].replace('-', ' ')} to {walk.estate.name_of(link['to_arn'])})"
        for link in walk.estate.links_from(arn)
        for text in _link_says(walk, link, _seen(kind, arn, link, tree))
    ]
    where = f"It arrives at {kind} {walk.estate.name_of(arn)}, and nothing takes it on from there"
    return f"{where}: {'; '.join(dict.fromkeys(says[:3]))}." if says else f"{where}."


def _by_subscription(walk: Traced, hop: Hop, tree: Any) -> str:
    subs = walk.estate.rules.get(hop.by or "", [])
    if not subs:
        return f"The {hop.via} {arns.name(hop.by or '')} is removed."
    sub = subs[0]
    says = [
        text
        for one in sub.filters
        for text in _why(one, trees.system_metadata(tree) if one.scope == "system" else tree)
    ]
    kept_out = sub.why_kept_out(tree)
    return kept_out if kept_out and not says else _sentence(says, f"{sub.kind} {sub.name}")


def _by_link(walk: Traced, before: str, hop: Hop, tree: Any) -> str:
    kind = walk.estate.kind_of(before)
    found = [
        text
        for link in walk.estate.links_from(before, hop.via)
        if link["arn"] == hop.by and arns.plain(link["to_arn"]) == hop.arn
        for text in _link_says(walk, link, _seen(kind, before, link, tree))
    ]
    return _sentence(found, f"{hop.via.replace('-', ' ')} to {hop.name}")


def _seen(kind: str, arn: str, link: Row, tree: Any) -> Any:
    """What the link's filters look at."""
    if kind in trees.RECORDS:
        return trees.record(kind, arn, tree)
    return Obj({}, open=False) if link["dialect"] == "sns-attributes" else tree


def _link_says(walk: Traced, link: Row, tree: Any) -> Iterator[str]:
    for text in link["filters"]:
        yield from _why(walk.estate.filter_of(text, link["dialect"] or "data"), tree)


def _why(one: Filter, tree: Any) -> Iterator[str]:
    if one.pattern is None or one.scope == "metadata":
        return
    for said in one.pattern.decide(tree).why:
        # a value of the event stands in it, and may be a megabyte
        text = said if len(said) <= MOST_SAID else f"{said[:MOST_SAID]}…"
        condition, cannot, rest = text.partition(" cannot hold")
        plain = not cannot or condition == "its conditions"
        yield text if plain else f"“{condition}” cannot hold{rest}"


def _sentence(says: list[str], who: str) -> str:
    if not says:
        return f"The {who} does not let it through."
    told = "; ".join(dict.fromkeys(says))
    return f"{told[0].upper()}{told[1:]} ({who})."


def difference(before: Consumer, after: Consumer) -> str:
    """What differs in how a consumer gets the event over one path."""
    gone = [text for text in before.when if text not in after.when]
    new = [text for text in after.when if text not in before.when]
    told = []
    if gone:
        told.append(f"No longer depends on: {'; '.join(gone)}.")
    if new:
        told.append(f"{'Now' if before.when else 'No longer every event: it'} depends on: {'; '.join(new)}.")
    return " ".join(told)
