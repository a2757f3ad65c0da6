"""What can lead to a resource: the way back over links and subscriptions, and the types that may come that way.

Sound, never exact: it may hold what leads nowhere, and never leaves out what may lead there. The walk decides.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from dashboard.flow.answers import Question
from dashboard.flow.model import arns, asking
from dashboard.flow.model.estate import Estate
from dashboard.flow.model.known import Key, known
from dashboard.flow.model.subscriptions import Subscription
from dashboard.flow.patterns.literals import only_named

FOLLOWED = (
    "sns-subscription",
    "event-source-mapping",
    "pipe-source",
    "pipe-enrichment",
    "pipe-target",
    "event-source",
    "endpoint",
    "delivery-stream",
)
"""Links that a walk goes along; the others start new flows, keep events or carry failures."""


@dataclass(frozen=True)
class Upstream:
    """What leads to the targets.

    `resources`: all from which an event may get there, the targets and their buses included. `passed`: those, and the
    enrichments on the way. `subscriptions`: by bus, those that lead on to one of the resources. `last`: those that no
    forwarding of the same event comes after. `fed`: what enters a bus gets to a target without any subscription in between.
    """

    targets: frozenset[str]
    resources: frozenset[str]
    passed: frozenset[str]
    subscriptions: dict[str, tuple[Subscription, ...]]
    last: tuple[Subscription, ...]
    fed: bool


def upstream(estate: Estate, targets: Iterable[str]) -> Upstream:
    """What leads to any of these resources."""
    wanted = frozenset(targets)
    leading = by_target(estate)
    resources, stack = set(wanted), list(wanted)
    found: dict[str, list[Subscription]] = defaultdict(list)
    while stack:
        resource = stack.pop()
        for sub in leading.get(resource, ()):
            found[sub.bus].append(sub)
        for before in _before(estate, resource, leading):
            if before not in resources:
                resources.add(before)
                stack.append(before)
    # the types that come after one which makes another event tell nothing of those before
    last = [
        sub
        for subs in found.values()
        for sub in subs
        if sub.target in wanted or estate.kind_of(sub.target or "") != "bus" or sub.makes_another
    ]
    return Upstream(
        targets=wanted,
        resources=frozenset(resources),
        passed=frozenset(resources | set(_enrichments(estate, resources))),
        subscriptions={bus: tuple(sorted(subs, key=lambda s: s.order)) for bus, subs in found.items()},
        last=tuple(last),
        fed=_fed(estate, wanted),
    )


def types(estate: Estate, up: Upstream) -> list[tuple[Key, tuple[str, ...]]]:
    """Known types that may get there, each with the buses to begin at."""
    if up.fed:
        keys: Iterable[Key] = known(estate)
    else:
        keys = {key for sub in up.last for key in _may_take(estate, sub)}
    found = []
    for key in sorted(keys):
        buses = tuple(bus for bus in entering(estate, key) if bus in up.resources)
        if buses:
            found.append((key, buses))
    return found


def entering(estate: Estate, key: Key) -> tuple[str, ...]:
    """Buses at which a question about the type begins; the same for every question."""
    memory: dict[Key, tuple[str, ...]] = estate.memory.setdefault("entering", {})
    if key not in memory:
        memory[key] = asking.entry_buses(estate, Question(*key))
    return memory[key]


def by_target(estate: Estate) -> dict[str, list[Subscription]]:
    """Subscriptions by what they lead to; those that match nothing are left out."""
    if "by-target" not in estate.memory:
        found: dict[str, list[Subscription]] = defaultdict(list)
        for sub in estate.subscriptions:
            if sub.target is not None and not sub.matches_nothing:
                found[sub.target].append(sub)
        estate.memory["by-target"] = dict(found)
    result: dict[str, list[Subscription]] = estate.memory["by-target"]
    return result


def _before(estate: Estate, resource: str, leading: dict[str, list[Subscription]]) -> Iterator[str]:
    yield from dict.fromkeys(sub.bus for sub in leading.get(resource, ()))
    yield from (arns.plain(link["from_arn"]) for link in estate.links_to(resource, *FOLLOWED))


def _enrichments(estate: Estate, resources: Iterable[str]) -> Iterator[str]:
    for resource in resources:
        yield from (arns.plain(link["to_arn"]) for link in estate.links_from(resource, "pipe-enrichment"))


def _fed(estate: Estate, targets: frozenset[str]) -> bool:
    """Whether links alone lead from a bus to a target, or a target is a bus."""
    seen, stack = set(targets), list(targets)
    while stack:
        resource = stack.pop()
        if resource in estate.buses:
            return True
        for link in estate.links_to(resource, "event-source", "endpoint"):
            before = arns.plain(link["from_arn"])
            if before not in seen:
                seen.add(before)
                stack.append(before)
    return False


def _may_take(estate: Estate, sub: Subscription) -> Iterable[Key]:
    """Known types that the subscription may take, by the exact sources and detail types that one of its filters asks for."""
    for one in sub.filters:
        heads = list(one.pattern.heads) if one.pattern is not None and one.scope != "metadata" else []
        named = [(only_named(by_source), only_named(by_type)) for by_source, by_type in heads]
        if named and all(sources is not None or types is not None for sources, types in named):
            return {key for sources, types in named for key in _of_parts(estate, sources, types)}
    return known(estate)


def _of_parts(estate: Estate, sources: list[str] | None, types: list[str] | None) -> Iterable[Key]:
    """Known types of these sources and detail types; None: any, of one of the two at most."""
    if sources is not None and types is not None:
        every = known(estate)
        return [(source, name) for source in sources for name in types if (source, name) in every]
    part, values = (0, sources or ()) if sources is not None else (1, types or ())
    return [key for value in values for key in _types_by_part(estate)[part].get(value, ())]


def _types_by_part(estate: Estate) -> tuple[dict[str, list[Key]], dict[str, list[Key]]]:
    if "types-by-part" not in estate.memory:
        by_part: tuple[dict[str, list[Key]], dict[str, list[Key]]] = ({}, {})
        for key in known(estate):
            for part in (0, 1):
                by_part[part].setdefault(key[part], []).append(key)
        estate.memory["types-by-part"] = by_part
    result: tuple[dict[str, list[Key]], dict[str, list[Key]]] = estate.memory["types-by-part"]
    return result
