"""An index over the subscriptions of one bus, so that a question does not scan them all.

Sound, never exact: it may give a subscription that does not match, and never leaves out one that may.
"""

from collections import defaultdict
from collections.abc import Sequence

from dashboard.flow.model.subscriptions import Subscription
from dashboard.flow.patterns import Ruleset


class BusIndex:
    """Subscriptions by the pattern of their events; those that match no event at all are left out."""

    def __init__(self, subscriptions: Sequence[Subscription]) -> None:
        self.every = [sub for sub in subscriptions if not sub.matches_nothing]
        self._open: list[int] = []
        by_pattern: dict[int, list[int]] = defaultdict(list)
        patterns = {}
        for at, sub in enumerate(self.every):
            pattern = next((f.pattern for f in sub.filters if f.scope == "data" and f.pattern), None)
            if pattern is None:
                self._open.append(at)
            else:
                patterns[id(pattern)] = pattern
                by_pattern[id(pattern)].append(at)
        self._places = list(by_pattern.values())
        self._ruleset = Ruleset([patterns[key] for key in by_pattern])

    def candidates(self, source: str | None, detail_type: str | None) -> list[Subscription]:
        """What may match the type, in the order of the bus; None where a part is not known."""
        if source is None or detail_type is None:
            return self.every
        found = [at for number in self._ruleset.of_type(source, detail_type) for at in self._places[number]]
        return [self.every[at] for at in sorted(found + self._open)]
