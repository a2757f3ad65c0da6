"""Where a walk stands: the bus it began at, what began it, and every step since."""

from dataclasses import dataclass

from dashboard.flow.answers import Hop
from dashboard.flow.subscriptions import Subscription


@dataclass(frozen=True, slots=True)
class Way:
    """The first bus and subscription, the hops so far, and the buses among them."""

    bus: str
    first: Subscription | None = None
    by: str = ""
    hops: tuple[Hop, ...] = ()
    buses: tuple[str, ...] = ()

    def passed(self, arn: str) -> bool:
        """Whether the event has been here before."""
        return arn in self.buses or any(hop.arn == arn for hop in self.hops)

    def starting(self, by: str, first: Subscription | None = None) -> "Way":
        """The same way, begun by this subscription or link unless it has begun before."""
        return self if self.by else Way(self.bus, first, by, self.hops, self.buses)

    def on(self, hop: Hop) -> "Way":
        """The way, one hop longer."""
        return Way(self.bus, self.first, self.by, (*self.hops, hop), self.buses)
