"""Where a walk stands: the bus it began at, what began it, and every step since."""

from typing import NamedTuple

from dashboard.flow.answers import Hop
from dashboard.flow.model.estate import Estate
from dashboard.flow.model.subscriptions import Subscription


class Way(NamedTuple):
    """The first bus and subscription, the hops so far, the buses among them, and what there is to say of them.

    `accounts` are those that this very event went through, the one that put it first; `attributes` the names of the SNS
    message attributes that the last carrier sends.
    A walk makes one at every step: a named tuple is made many times as fast as a frozen dataclass.
    """

    bus: str
    first: Subscription | None = None
    by: str = ""
    hops: tuple[Hop, ...] = ()
    buses: tuple[str, ...] = ()
    accounts: tuple[str | None, ...] = ()
    said: tuple[str, ...] = ()
    attributes: tuple[str, ...] = ()

    @classmethod
    def of(cls, estate: Estate, bus: str) -> "Way":
        """The way that begins at this bus."""
        return cls(bus, buses=(bus,), accounts=(estate.account_of(bus),))

    def passed(self, arn: str) -> bool:
        """Whether the event has been here before."""
        return arn in self.buses or any(hop.arn == arn for hop in self.hops)

    def starting(self, by: str, first: Subscription | None = None) -> "Way":
        """The same way, begun by this subscription or link unless it has begun before."""
        return self if self.by else self._replace(first=first, by=by)

    def on(self, hop: Hop) -> "Way":
        """The way, one hop longer."""
        return self._replace(hops=(*self.hops, hop))

    def saying(self, text: str | None) -> "Way":
        """The way, with one more thing to say of it."""
        return self._replace(said=(*self.said, text)) if text else self
