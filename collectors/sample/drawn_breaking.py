"""A drawn estate while it is broken: what is busy and fed by whom, what a fault has touched, and what its metrics then show."""

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from collectors.sample.drawn import Drawn
from collectors.sample.drawn_rates import every, rates
from collectors.sample.estate.shapes import EventSourceMapping, Pipe, Rule, TopicSubscription

BUSY = 60.0
"""Events an hour: a fault of what hardly runs cannot be told from chance."""
TOLD = 15
"""Events that a fault must have touched."""
NIGHT = 0.4
"""Part of the day's mean that comes at the quietest hour."""


@dataclass(frozen=True)
class Fault:
    """One fault: its kind, the ARN where it broke, all by which it may be named, and how many hours before loading it began."""

    kind: str
    arn: str
    named_by: tuple[str, ...]
    hours_ago: float


@dataclass
class Breaking:
    """The estate while it is broken. `used` holds what a fault has touched: no two touch the same."""

    drawn: Drawn
    seed: int
    used: set[str] = field(default_factory=set)
    replaced: dict[int, Any] = field(default_factory=dict)
    incidents: dict[tuple[str, str], list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    faults: list[Fault] = field(default_factory=list)

    @cached_property
    def chosen(self) -> random.Random:
        """The one source of chance."""
        return random.Random(f"faults {self.seed}")

    @cached_property
    def rates(self) -> dict[str, float]:
        """ARN → events an hour, before anything broke."""
        return rates(self.drawn, self.seed)

    @cached_property
    def feeders(self) -> Counter[str]:
        """How many rules, subscriptions and mappings lead to a thing."""
        found = Counter(target.arn for rule in every(self.drawn, Rule) for target in rule.targets)
        found.update(one.endpoint for one in every(self.drawn, TopicSubscription))
        found.update(one.at.function(one.function) for one in every(self.drawn, EventSourceMapping))
        found.update(one.source for one in every(self.drawn, Pipe))
        return found

    @cached_property
    def readers(self) -> dict[str, list[EventSourceMapping]]:
        """Queue → the mappings that read it."""
        found: dict[str, list[EventSourceMapping]] = defaultdict(list)
        for mapping in every(self.drawn, EventSourceMapping):
            found[mapping.source].append(mapping)
        return found

    @cached_property
    def piped(self) -> set[str]:
        """What a pipe reads: it is left alone."""
        return {pipe.source for pipe in every(self.drawn, Pipe)}

    def hours(self, least: float = 0.5) -> float:
        """Some began within the last hours, some today, some days ago."""
        ages = ((least, 3.5), (3.5, 20), (30, 200))
        return round(self.chosen.uniform(*self.chosen.choice(ages)), 2)

    def part(self, least: float, most: float) -> float:
        """Half of the faults break as much as can be, the others only a part."""
        return most if self.chosen.random() < 0.5 else round(self.chosen.uniform(least, most), 2)

    def busy(self, hours: float, share: float = 1.0) -> float:
        """Events an hour that a thing must have for what befalls this share of them, since so many hours, to be told from chance at night."""
        return max(BUSY, TOLD / (NIGHT * share * min(hours, 3)))

    def happens(self, arn: str, metric: str, hours: float, **what: float) -> None:
        """Something befalls a series, from so many hours ago until now."""
        lasts = {"start_hours_ago": hours, "hours": hours, "stays": True}
        self.incidents[arn, metric].append(lasts | what)

    def tell(self, kind: str, hours: float, *arns: str) -> None:
        """The truth of a fault: the first is where it broke, by all of them it may be named."""
        self.faults.append(Fault(kind, arns[0], arns, hours))

    def take(self, things: Iterable[Any], names: Callable[[Any], Iterable[str | None]]) -> Any:
        """One of the things that no other fault touches; None where there is none."""
        left = [one for one in things if not self.used.intersection(filter(None, names(one)))]
        if not left:
            return None
        found = self.chosen.choice(left)
        self.used.update(filter(None, names(found)))
        return found
