"""The ways through a thing by the wiring alone: back to the subscriptions of buses that lead to it, and on to its ends."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from dashboard.flow.answers import FailingPath, Step
from dashboard.flow.model.estate import Estate
from dashboard.flow.model.subscriptions import Subscription

CARRIES = (
    "sns-subscription",
    "event-source-mapping",
    "pipe-source",
    "pipe-enrichment",
    "pipe-target",
    "delivery-stream",
)
"""Links that carry an event onward; what only keeps it, or carries failures, is no way."""
MOST = 20
_DEEPEST = 8


def through(estate: Estate, arn: str) -> tuple[tuple[FailingPath, ...], int]:
    """The first paths through a thing, and how many there are. A thing that nothing leads to is a path of its own."""
    if arn in estate.rules:
        before: list[tuple[str, ...]] = [(arn,)]
        after = [way for target in _targets(estate, arn) for way in _onward(estate, target)] or [()]
    else:
        before, after = _back(estate, arn, ()), [way[1:] for way in _onward(estate, arn)]
    ways = [(*start, *end) for start in before for end in after]
    return tuple(_path(estate, way) for way in ways[:MOST]), len(ways)


def _path(estate: Estate, way: Sequence[str]) -> FailingPath:
    steps = tuple(Step(arn, estate.kind_of(arn), estate.name_of(arn)) for arn in way)
    first = way[0]
    if first in estate.rules:
        return FailingPath(estate.rules[first][0].bus, first, steps)
    return FailingPath(None, None, steps)


def _targets(estate: Estate, rule: str) -> list[str]:
    return list(dict.fromkeys(sub.target for sub in estate.rules[rule] if sub.target))


def _onward(estate: Estate, arn: str) -> list[tuple[str, ...]]:
    """The ways from a thing to its ends, itself included. A bus ends one: from there the event goes on its own ways."""
    ways: list[tuple[str, ...]] = []
    stack: list[tuple[str, ...]] = [(arn,)]
    while stack:
        way = stack.pop()
        more = [] if way[-1] in estate.buses else _next(estate, way[-1])
        more = [one for one in more if one not in way and len(way) < _DEEPEST]
        ways += [] if more else [way]
        stack += [(*way, one) for one in reversed(more)]
    return ways


def _next(estate: Estate, arn: str) -> list[str]:
    links = estate.links_from(arn, *CARRIES)
    return list(dict.fromkeys(link["to_arn"] for link in links if link["from_arn"] != link["to_arn"]))


def _back(estate: Estate, arn: str, after: tuple[str, ...]) -> list[tuple[str, ...]]:
    """The ways that end in a thing, each from a subscription on; where nothing leads further back, from there on."""
    way = (arn, *after)
    rules = sorted({sub.arn for sub in by_target(estate).get(arn, ())})
    found = [(rule, *way) for rule in rules]
    if len(way) < _DEEPEST:
        for link in estate.links_to(arn, *CARRIES):
            if link["from_arn"] not in way and link["from_arn"] not in estate.buses:
                found += _back(estate, link["from_arn"], way)
    return list(dict.fromkeys(found)) or [way]


def by_target(estate: Estate) -> Mapping[str, list[Subscription]]:
    """Target → the subscriptions of buses that lead to it."""
    if "subscriptions by target" not in estate.memory:
        found: dict[str, list[Subscription]] = defaultdict(list)
        for sub in estate.subscriptions:
            if sub.target:
                found[sub.target].append(sub)
        estate.memory["subscriptions by target"] = dict(found)
    known: Mapping[str, list[Subscription]] = estate.memory["subscriptions by target"]
    return known
