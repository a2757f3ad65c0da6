"""What a walk finds: its paths, and all there is to tell beside them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from dashboard.flow.answers import Hop, Kept
from dashboard.flow.model import trees
from dashboard.flow.model.estate import Estate
from dashboard.flow.model.subscriptions import Subscription
from dashboard.flow.walk.ways import Put, Way


@dataclass(frozen=True, slots=True)
class Path:
    """One way from the bus to an end. The last hop is the end."""

    bus: str
    subscription: str
    target_id: str | None
    hops: tuple[Hop, ...]
    note: str | None = None


@dataclass
class Walk:
    """What a walk found: the paths, remarks (loops, hops that AWS does not make), archives that keep it, and every ARN it touched.

    `cut`: a limit was met. `again`: new events that were not followed from a bus where one of their kind had passed.
    """

    estate: Estate
    paths: list[Path] = field(default_factory=list)
    notes: dict[str, None] = field(default_factory=dict)
    touched: set[str] = field(default_factory=set)
    kept: dict[str, Kept] = field(default_factory=dict)
    steps: int = 0
    cut: bool = False
    again: list[tuple[str, Put]] = field(default_factory=list)

    @property
    def looks_for_something(self) -> bool:
        """Whether each step is told to it: then none is taken from what an earlier walk found."""
        return type(self) is not Walk

    def turned_back(self, arn: str, way: Way) -> None:
        """Keeps a new event that came where another of its kind had passed: that is no loop of the very same event."""
        put, buses = way.puts[-1], (*way.buses, arn) if arn in self.estate.buses else way.buses
        if buses and not any(other.covers(put) for other in way.same_kind(arn)):
            self.again.append((buses[-1], put))

    def subscriptions(self, bus: str, tree: Any) -> Sequence[Subscription]:
        """Subscriptions of the bus that may take the event."""
        return self.estate.candidates(
            bus, trees.text_part(tree, "source"), trees.text_part(tree, "detail-type")
        )

    def wants(self, arn: str) -> bool:  # noqa: ARG002 - for walks that look for something
        """Whether the walk goes to this thing at all."""
        return True

    def arrived(self, way: Way, tree: Any, here: bool) -> bool:  # noqa: ARG002, FBT001 - for walks that look for something
        """Told of each step, what arrives, and whether its end is there; says whether the walk goes on."""
        return True
