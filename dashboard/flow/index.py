"""An index over the subscriptions of one bus, so that a question does not scan them all.

Sound, never exact: it may give a subscription that does not match, and never leaves out one that may.
"""

from collections import defaultdict
from dataclasses import dataclass

from dashboard.flow.matching import Filter
from dashboard.flow.subscriptions import Subscription

Bucket = list[Subscription]


@dataclass(frozen=True)
class BusIndex:
    """Subscriptions by the literals they ask for: both parts, the source alone, the detail type alone, neither."""

    pairs: dict[tuple[str, str], Bucket]
    sources: dict[str, Bucket]
    detail_types: dict[str, Bucket]
    rest: Bucket
    every: Bucket

    @classmethod
    def of(cls, subscriptions: list[Subscription]) -> "BusIndex":
        """The index of these subscriptions; those that match no event at all are left out."""
        pairs: dict[tuple[str, str], Bucket] = defaultdict(list)
        sources: dict[str, Bucket] = defaultdict(list)
        detail_types: dict[str, Bucket] = defaultdict(list)
        rest: Bucket = []
        every = [sub for sub in subscriptions if not sub.matches_nothing]
        for sub in every:
            by_source, by_type = _literals(sub.filters)
            if by_source is not None and by_type is not None:
                for source in by_source:
                    for detail_type in by_type:
                        pairs[source, detail_type].append(sub)
            elif by_source is not None:
                for source in by_source:
                    sources[source].append(sub)
            elif by_type is not None:
                for detail_type in by_type:
                    detail_types[detail_type].append(sub)
            else:
                rest.append(sub)
        return cls(dict(pairs), dict(sources), dict(detail_types), rest, every)

    def candidates(self, source: str | None, detail_type: str | None) -> Bucket:
        """What may match the type, in the order of the bus; None where a part is not known."""
        if source is None or detail_type is None:
            return self.every
        found = (
            self.pairs.get((source, detail_type), [])
            + self.sources.get(source, [])
            + self.detail_types.get(detail_type, [])
            + self.rest
        )
        return sorted(found, key=lambda sub: sub.order)


def _literals(filters: tuple[Filter, ...]) -> tuple[frozenset[str] | None, frozenset[str] | None]:
    """The exact sources and detail types that the filters ask for; None where they ask for anything."""
    source: frozenset[str] | None = None
    detail_type: frozenset[str] | None = None
    for one in filters:
        by_source, by_type = one.literals
        source = by_source if source is None else source if by_source is None else source & by_source
        detail_type = (
            by_type if detail_type is None else detail_type if by_type is None else detail_type & by_type
        )
    return source, detail_type
