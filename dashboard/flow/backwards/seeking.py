"""A walk that goes only where it may come to what is asked about, and what becomes of an event there."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from dashboard.flow.answers import Hop
from dashboard.flow.backwards.upstream import Upstream
from dashboard.flow.model.subscriptions import Subscription
from dashboard.flow.walk import paths
from dashboard.flow.walk.paths import Path, Walk
from dashboard.flow.walk.ways import Way

FEW = 16
Role = Literal["consumes", "passes", "arrives"]


class Arrival(NamedTuple):
    """A path that came to a target, what becomes of the event there, and whether any of it depends on the payload."""

    path: Path
    role: Role
    open: bool


@dataclass
class Seeking(Walk):
    """A walk that goes only where one of the targets may come, and notes each arrival there with its role.

    With `ends` only where the target is the end; then the paths themselves tell it.
    """

    up: Upstream | None = None
    ends: bool = False
    arrivals: list[Arrival] = field(default_factory=list)

    def alike(self) -> Walk:
        """A new walk to the same targets."""
        return Seeking(self.estate, up=self.up, ends=self.ends)

    @property
    def got_to(self) -> set[tuple[str, bool]]:
        """Targets it arrived at, and whether over a way that is on."""
        found = (one.path.hops for one in self.arrivals)
        return super().got_to | {(hops[-1].arn, all(hop.active for hop in hops)) for hops in found}

    def subscriptions(self, bus: str, tree: Any) -> Sequence[Subscription]:
        """Those of the bus that lead on to a target: few are tried one by one, of many the index takes its pick."""
        mine = self.up.subscriptions.get(bus, ()) if self.up else ()
        if len(mine) <= FEW or self.up is None:
            return mine
        return [sub for sub in super().subscriptions(bus, tree) if sub.target in self.up.resources]

    def wants(self, arn: str) -> bool:
        """Whether a target may come after it."""
        return self.up is None or arn in self.up.passed

    def arrived(self, way: Way, tree: Any, here: bool) -> bool:  # noqa: FBT001 - as Walk has it
        """Notes an arrival; goes on from there only where another target may come."""
        if self.ends or self.up is None or way.hops[-1].arn not in self.up.targets:
            return True
        probe = Probe(self.estate)
        paths.beyond(probe, way, tree, here=here)
        ends = [path for path in probe.paths if len(path.hops) == len(way.hops)]
        role: Role = "consumes" if ends else "passes" if probe.paths else "arrives"
        certain = probe.certain if probe.paths else is_certain(way.hops)
        first = way.first.target_id if way.first else None
        path = Path(way.bus, way.by, first, way.hops, ends[0].note if ends else None)
        self.arrivals.append(Arrival(path, role, not certain))
        self.cut = self.cut or probe.cut
        # an enrichment is a hop on the way to what comes after the pipe
        return len(self.up.targets) > 1 or way.hops[-1].via == "pipe-enrichment"


class Probe(Walk):
    """A walk that ends with the first path that is certain, or a few that are not."""

    def wants(self, arn: str) -> bool:  # noqa: ARG002 - as Walk has it
        """Whether it has not found enough yet."""
        return len(self.paths) < FEW and not self.certain

    @property
    def certain(self) -> bool:
        """Whether something gets the event, whatever its payload."""
        return any(is_certain(path.hops) for path in self.paths)


def is_certain(hops: Iterable[Hop]) -> bool:
    """Whether none of the steps depends on the event."""
    return all(hop.delivery == "always" for hop in hops)
