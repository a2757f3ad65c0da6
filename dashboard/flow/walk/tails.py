"""What comes after a step where no event decides it: that is the same for every event, so it is walked once an estate.

Most steps are such: a function, a queue that one function reads, a topic without filter policies. Where a filter, a bus or
anything that makes a new event comes after it, each event is walked on by itself.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from dashboard.flow.answers import Hop
from dashboard.flow.model.estate import Estate
from dashboard.flow.walk.found import Walk
from dashboard.flow.walk.ways import Way

_DECIDING = ("bus", "pipe", "event-source", "endpoint")
"""Kinds that put the event elsewhere, or another in its place."""


class Tail(NamedTuple):
    """One way on: the hops that follow, none where the step is an end; and what there is to say of the end."""

    hops: tuple[Hop, ...]
    note: str | None


class Tails(NamedTuple):
    """Every way on, in the walk's order. `touched` are ARNs, `steps` as a walk counts them, `longest` the most hops."""

    tails: tuple[Tail, ...]
    touched: frozenset[str]
    steps: int
    longest: int


@dataclass
class _Alike(Walk):
    """A walk from one step on, as far as it is the same for every event. `decided`: it is not."""

    decided: bool = False
    longest: int = 0

    def arrived(self, way: Way, tree: Any, here: bool) -> bool:  # noqa: ARG002, FBT001 - as Walk has it
        """Goes on until something decides over the event."""
        self.longest = max(self.longest, len(way.hops) - 1)
        self.decided = self.decided or _decides(self.estate, way.hops[-1].arn)
        return not self.decided


def of(estate: Estate, way: Way, go_on: Callable[[Walk, Way], None], *, here: bool) -> Tails | None:
    """What comes after the way's last hop, by whichever way it was reached; null where that depends on the event.

    `here`: its end is there. `go_on` walks on from it, over an event of which nothing is known.
    """
    explored: dict[Any, Tails | None] = estate.memory.setdefault("tails", {})
    last = way.hops[-1]
    key = (last.arn, last.via, last.runs, here)
    if key not in explored:
        explored[key] = _explored(estate, Way("", hops=(last,)), go_on)
    return explored[key]


def _explored(estate: Estate, start: Way, go_on: Callable[[Walk, Way], None]) -> Tails | None:
    walk = _Alike(estate, decided=_decides(estate, start.hops[-1].arn))
    if not walk.decided:
        go_on(walk, start)
    if walk.decided or walk.notes:
        return None
    found = tuple(Tail(path.hops[1:], path.note) for path in walk.paths)
    return Tails(found, frozenset(walk.touched), walk.steps, walk.longest)


def _decides(estate: Estate, arn: str) -> bool:
    """Whether it depends on the event what comes after this thing."""
    return estate.kind_of(arn) in _DECIDING or any(
        link["filters"] or link["filters_hidden"] for link in estate.links_from(arn)
    )
