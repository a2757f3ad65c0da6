"""What a walk did not follow: a new event on a bus where one of its kind had passed, which may hold other fields.

A loop of the very same event hides nothing. Where a pipe or a transformer makes a new one at every turn, the second turn
is tried by itself: the walk is whole where that leads nowhere else.
"""

from dashboard.flow.model.estate import Estate
from dashboard.flow.walk import paths
from dashboard.flow.walk.paths import Walk
from dashboard.flow.walk.ways import Put

MOST_TRIED = 8


def is_whole(walk: Walk) -> bool:
    """Whether nothing may lie beyond what was walked."""
    return not walk.cut and not unfollowed(walk)


def notes(walk: Walk) -> tuple[str, ...]:
    """What there is to say of the walk, and of what it did not follow."""
    return (*walk.notes, *unfollowed(walk))


def unfollowed(walk: Walk) -> tuple[str, ...]:
    """What was put on a bus again and may go on to somewhere else, one sentence each."""
    tried = [one for one in walk.again[:MOST_TRIED] if _leads_on(walk, *one)]
    rest = walk.again[MOST_TRIED:]
    return tuple(dict.fromkeys(_sentence(walk.estate, *one) for one in (*tried, *rest)))


def _leads_on(walk: Walk, bus: str, put: Put) -> bool:
    if None in put.kind:
        return True
    onward = paths.walk(walk.estate, bus, put.tree)
    if onward.cut or any(None in other.kind for _, other in onward.again):
        return True
    return not (onward.touched <= walk.touched and _ends(onward) <= _ends(walk))


def _ends(walk: Walk) -> set[tuple[str, bool]]:
    return {(path.hops[-1].arn, all(hop.active for hop in path.hops)) for path in walk.paths}


def _sentence(estate: Estate, bus: str, put: Put) -> str:
    kind = (
        "an event of a type that is not known"
        if None in put.kind
        else f"a new {'/'.join(map(str, put.kind))}"
    )
    return f"Bus {estate.name_of(bus)} gets {kind} again: where that goes was not followed."
