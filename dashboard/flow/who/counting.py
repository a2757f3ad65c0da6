"""Who consumes a type, without making the rows: the catalogue and the map ask it of thousands of types."""

from typing import Any

from dashboard.flow.answers import Question
from dashboard.flow.model import asking, matching, trees
from dashboard.flow.model.estate import Estate
from dashboard.flow.model.subscriptions import Subscription
from dashboard.flow.walk import paths
from dashboard.flow.walk.paths import Walk
from dashboard.flow.who import narrowing


def count(estate: Estate, asked: Question) -> int:
    """Distinct active consumers of the type, as consumers() has them."""
    return len(ends(estate, asked))


def ends(estate: Estate, asked: Question) -> frozenset[str]:
    """ARNs of the active consumers of the type, as consumers() has them."""
    tree = trees.of_type(asked.source, asked.detail_type)
    schema = narrowing.settled(estate, asked)
    found: set[str] = set()
    for bus in asking.entry_buses(estate, asked):
        if estate.links_from(bus, "event-source", "endpoint"):
            found |= _active_ends(paths.walk(estate, bus, schema.tree if schema else tree))
            continue
        for sub in estate.candidates(bus, asked.source, asked.detail_type):
            verdict = sub.decide(tree)
            if verdict.delivery == "never":
                continue
            if schema and verdict.delivery == "sometimes" and not sub.may_take(schema.tree):
                continue
            same, is_filtered = _same_ends(estate, sub)
            if same is None or (schema and is_filtered):
                walk = Walk(estate)
                paths.through(walk, sub, verdict, schema.tree if schema else tree)
                same = _active_ends(walk)
            found |= same
    return frozenset(found)


def _active_ends(walk: Walk) -> frozenset[str]:
    return frozenset(path.hops[-1].arn for path in walk.paths if all(hop.active for hop in path.hops))


def _same_ends(estate: Estate, sub: Subscription) -> tuple[frozenset[str] | None, bool]:
    """The ends behind a subscription where they are the same for every event: no bus comes after it, and no filter that reads the type.

    And whether any filter comes after it: a schema may settle that.
    """
    judged: dict[Any, tuple[frozenset[str] | None, bool]] = estate.memory.setdefault("same-ends", {})
    if sub.order not in judged:
        walk = Walk(estate)
        paths.through(walk, sub, matching.ALWAYS, trees.of_type("", ""))
        chooses = any(_chooses(estate, arn) for arn in walk.touched)
        is_filtered = any(link["filters"] for arn in walk.touched for link in estate.links_from(arn))
        judged[sub.order] = None if chooses else _active_ends(walk), is_filtered
    return judged[sub.order]


def _chooses(estate: Estate, arn: str) -> bool:
    """Whether what comes after this depends on the type of the event."""
    return estate.kind_of(arn) == "bus" or any(
        estate.filter_of(text, link["dialect"] or "data").reads_type
        for link in estate.links_from(arn)
        for text in link["filters"]
    )
