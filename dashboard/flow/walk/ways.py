"""Where a walk stands: the bus it began at, what began it, and every step since."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, Optional

from dashboard.flow.answers import Hop
from dashboard.flow.model import trees
from dashboard.flow.model.estate import Estate
from dashboard.flow.model.subscriptions import Subscription
from dashboard.flow.model.widening import widened


class Kind(NamedTuple):
    """Source and detail type of an event, null where not known. `maker`: what made a message of it that is no event on a bus."""

    source: str | None
    detail_type: str | None
    maker: str = ""

    @property
    def is_known(self) -> bool:
        """Whether it is told apart from others: a message is, by its maker."""
        return bool(self.maker) or None not in self


class Seen(NamedTuple):
    """A step that was made: where, of which kind what arrived was, and all that decides where it may go on from there."""

    arn: str
    kind: Kind
    tree: Any
    accounts: tuple[str | None, ...]
    attributes: tuple[str, ...]
    before: Optional["Seen"] = None

    def covers(self, other: "Seen") -> bool:
        """Whether the other can go nowhere where this one was not tried."""
        crossed = len(set(self.accounts)) > 1
        fewer = crossed and not set(other.accounts) <= set(self.accounts)
        same = self.attributes == other.attributes
        return same and not fewer and widened(self.tree, other.tree) is self.tree


class Way(NamedTuple):
    """The first bus and subscription, the hops so far, the buses among them, and what there is to say of them.

    `accounts` are those that this very event went through, the one that put it first; `attributes` the names of the SNS
    message attributes that the last carrier sends. `kind` is that of the event or message as it is now, `seen` the last step
    that was made and, by it, each before; a step that is missing there began with something of which nothing is known.
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
    kind: Kind = Kind(None, None)
    seen: Seen | None = None

    @classmethod
    def of(cls, estate: Estate, bus: str, tree: Any) -> "Way":
        """The way that begins at this bus, with this event."""
        accounts, kind = (estate.account_of(bus),), _kind(tree)
        return cls(bus, buses=(bus,), accounts=accounts, kind=kind, seen=Seen(bus, kind, tree, accounts, ()))

    def alone(self, hop: Hop, tree: Any) -> "Way":
        """A way that begins with this hop, to which the event comes as it is now."""
        begun = Way("", by=hop.by or "", accounts=self.accounts, attributes=self.attributes, kind=self.kind)
        return begun.on(hop, tree)

    def putting(self, tree: Any, maker: str = "") -> "Way":
        """The way, with a new event that goes to a bus; with a message to something else where a maker is named."""
        return self._replace(kind=self.kind._replace(maker=maker) if maker else _kind(tree))

    def passed(self, arn: str) -> bool:
        """Whether the event has been here before; a new one of another kind has not been where the old one was."""
        if arn not in self.buses and arn not in [hop.arn for hop in self.hops]:
            return False
        kinds = [one.kind for one in self._seen_at(arn)]
        return not kinds or self.kind in kinds

    def covers(self, tree: Any, arn: str) -> bool:
        """Whether nothing can come of this event here that did not come of one that was here before."""
        now = Seen(arn, self.kind, tree, self.accounts, self.attributes)
        earlier = [one for one in self._seen_at(arn) if one.kind == self.kind]
        return not earlier or any(one.covers(now) for one in earlier)

    def _seen_at(self, arn: str) -> Iterator[Seen]:
        one = self.seen
        while one is not None:
            if one.arn == arn:
                yield one
            one = one.before

    def starting(self, by: str, first: Subscription | None = None) -> "Way":
        """The same way, begun by this subscription or link unless it has begun before."""
        return self if self.by else Way(self.bus, first, by, *self[3:])

    def sending(self, attributes: Sequence[str] | None) -> "Way":
        """The way, with the names of the SNS message attributes that the next carrier sends."""
        names = tuple(attributes or ())
        return self if names == self.attributes else self._replace(attributes=names)

    def on(self, hop: Hop, tree: Any) -> "Way":
        """The way, one hop longer; `tree` is what arrives."""
        seen = Seen(hop.arn, self.kind, tree, self.accounts, self.attributes, self.seen)
        ways = self.buses, self.accounts, self.said, self.attributes
        return Way(self.bus, self.first, self.by, (*self.hops, hop), *ways, self.kind, seen)

    def saying(self, text: str | None) -> "Way":
        """The way, with one more thing to say of it."""
        return self._replace(said=(*self.said, text)) if text else self


def _kind(tree: Any) -> Kind:
    return Kind(trees.text_part(tree, "source"), trees.text_part(tree, "detail-type"))
