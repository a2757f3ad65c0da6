"""What a walk finds: its paths, and all there is to tell beside them."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from dashboard.flow.answers import Hop, Kept
from dashboard.flow.model import trees
from dashboard.flow.model.estate import Estate
from dashboard.flow.model.subscriptions import Subscription
from dashboard.flow.model.widening import widened
from dashboard.flow.walk.ways import Way

MOST_TOLD = 20
"""Remarks of one sort that are told one by one; buses that all forward to all have more loops than anyone can read."""


@dataclass(frozen=True, slots=True)
class Path:
    """One way from the bus to an end. The last hop is the end."""

    bus: str
    subscription: str
    target_id: str | None
    hops: tuple[Hop, ...]
    note: str | None = None


class Turn(NamedTuple):
    """What came where another of its kind had passed: a way that begins there, what arrives, and whether its end is there."""

    way: Way
    tree: Any
    here: bool

    @property
    def key(self) -> Any:
        """The same for all that may go on alike but for what they hold."""
        way = self.way
        return way.hops[-1].arn, way.kind, frozenset(way.accounts), way.attributes


@dataclass
class Walk:
    """What a walk found: the paths, remarks (loops, hops that AWS does not make), archives that keep it, and every ARN it touched.

    `barred`: hops that AWS does not make. `cut`: a limit was met. `remarks`: how many there are of each sort. `again`: what was not followed from where another of its kind had passed, and is not the same.
    """

    estate: Estate
    paths: list[Path] = field(default_factory=list)
    notes: dict[str, None] = field(default_factory=dict)
    touched: set[str] = field(default_factory=set)
    barred: dict[str, None] = field(default_factory=dict)
    kept: dict[str, Kept] = field(default_factory=dict)
    steps: int = 0
    cut: bool = False
    remarks: Counter[str] = field(default_factory=Counter)
    again: dict[Any, Turn] = field(default_factory=dict)

    @property
    def looks_for_something(self) -> bool:
        """Whether each step is told to it: then none is taken from what an earlier walk found."""
        return type(self) is not Walk

    def alike(self) -> "Walk":
        """A new walk that goes wherever this one would."""
        return Walk(self.estate)

    @property
    def got_to(self) -> set[tuple[str, bool]]:
        """What it got to, and whether over a way that is on."""
        return {(path.hops[-1].arn, all(hop.active for hop in path.hops)) for path in self.paths}

    def remark(self, sort: str, says: Callable[[], str]) -> list[str]:
        """Keeps a remark, and tells it, where it is one of the first of its sort; the others are counted."""
        self.remarks[sort] += 1
        if self.remarks[sort] > MOST_TOLD:
            return []
        told = f"{sort}: {says()}."
        self.notes[told] = None
        return [told]

    def more(self) -> list[str]:
        """Of which sorts there are more remarks than are told."""
        sorts = self.remarks.items()
        return [f"{sort}: {n - MOST_TOLD:,} more times." for sort, n in sorts if n > MOST_TOLD]

    def turned(self, turn: Turn) -> bool:
        """Keeps what came where another of its kind had passed, with all that is kept of such; whether that is more than was."""
        had = self.again.get(turn.key)
        tree = turn.tree if had is None else widened(had.tree, turn.tree)
        if had is not None and tree is had.tree:
            return False
        self.again[turn.key] = Turn(turn.way.alone(turn.way.hops[-1], tree), tree, turn.here)
        return True

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
