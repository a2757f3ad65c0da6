"""Where a walk stands: the bus it began at, what began it, and every step since."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from dashboard.flow.answers import Hop
from dashboard.flow.model import trees
from dashboard.flow.model.estate import Estate
from dashboard.flow.model.matching import UNKNOWN
from dashboard.flow.model.subscriptions import Subscription

Kind = tuple[str | None, str | None]
"""Source and detail type; null where it is not known."""


class Put(NamedTuple):
    """An event that was put on a bus: before which hop, its kind, and what is known of it."""

    at: int
    kind: Kind
    tree: Any

    def covers(self, other: "Put") -> bool:
        """Whether the other event can go nowhere where this one was not tried: it is the same, or this one may be any."""
        return self.tree is UNKNOWN or self.tree in (other.tree, trees.any_event())


_UNKNOWN = Put(-1, (None, None), UNKNOWN)


class Way(NamedTuple):
    """The first bus and subscription, the hops so far, the buses among them, and what there is to say of them.

    `puts` are the events one after the other: the one that it began with, and each new one that a pipe or a transformer made
    of it. `accounts` are those that this very event went through, the one that put it first; `attributes` the names of the SNS
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
    puts: tuple[Put, ...] = (_UNKNOWN,)

    @classmethod
    def of(cls, estate: Estate, bus: str, tree: Any) -> "Way":
        """The way that begins at this bus, with this event."""
        accounts = (estate.account_of(bus),)
        return cls(bus, buses=(bus,), accounts=accounts, puts=(Put(-1, _kind(tree), tree),))

    def putting(self, tree: Any) -> "Way":
        """The way, with a new event that goes to a bus."""
        return self._replace(puts=(*self.puts, Put(len(self.hops), _kind(tree), tree)))

    def passed(self, arn: str) -> bool:
        """Whether the event has been here before; a new event of another kind has not been where the old one was."""
        if arn not in self.buses and arn not in [hop.arn for hop in self.hops]:
            return False
        return len(self.puts) == 1 or bool(self.same_kind(arn))

    def same_kind(self, arn: str) -> tuple[Put, ...]:
        """The events that have been here and were of the kind that the event is now."""
        now = self.puts[-1].kind
        return tuple(put for put in self._were_at(arn) if put.kind == now)

    def _were_at(self, arn: str) -> Iterator[Put]:
        if arn == self.bus:
            yield self.puts[0]
        for at, hop in enumerate(self.hops):
            if hop.arn == arn:
                yield next(put for put in reversed(self.puts) if put.at <= at)

    def starting(self, by: str, first: Subscription | None = None) -> "Way":
        """The same way, begun by this subscription or link unless it has begun before."""
        return self if self.by else self._replace(first=first, by=by)

    def sending(self, attributes: Sequence[str] | None) -> "Way":
        """The way, with the names of the SNS message attributes that the next carrier sends."""
        names = tuple(attributes or ())
        return self if names == self.attributes else self._replace(attributes=names)

    def on(self, hop: Hop) -> "Way":
        """The way, one hop longer."""
        return self._replace(hops=(*self.hops, hop))

    def saying(self, text: str | None) -> "Way":
        """The way, with one more thing to say of it."""
        return self._replace(said=(*self.said, text)) if text else self


def _kind(tree: Any) -> Kind:
    return trees.text_part(tree, "source"), trees.text_part(tree, "detail-type")
