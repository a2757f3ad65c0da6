"""What a walk did not follow: an event or message that came where another of its kind had passed, and is not the same.

A loop of the very same event hides nothing. Where a pipe or a transformer makes a new one at every turn, what comes of the
next turn is tried by itself, and of each after it, until all that differs between the turns is taken as not known: the walk
is whole where none of them gets to anything else.
"""

from collections.abc import Iterator

from dashboard.flow.walk import paths
from dashboard.flow.walk.found import Turn, Walk

MOST_TRIED = 24


def is_whole(walk: Walk) -> bool:
    """Whether nothing may lie beyond what was walked."""
    return not walk.cut and not unfollowed(walk)


def notes(walk: Walk) -> tuple[str, ...]:
    """What there is to say of the walk, and of what it did not follow."""
    return (*walk.notes, *walk.more(), *unfollowed(walk))


def left_out(walk: Walk) -> tuple[str, ...]:
    """What may lie beyond what was walked, one sentence each; none where the walk is whole."""
    return (*((paths.TOO_MUCH,) if walk.cut else ()), *unfollowed(walk))


def unfollowed(walk: Walk) -> tuple[str, ...]:
    """What came somewhere again and may go on to somewhere else, one sentence each."""
    return tuple(dict.fromkeys(_sentence(turn) for turn in _leading_on(walk)))


def _leading_on(walk: Walk) -> Iterator[Turn]:
    all_ = Walk(walk.estate, again=dict(walk.again))
    pending, tried = list(walk.again), 0
    while pending:
        key = pending.pop(0)
        turn = all_.again[key]
        tried += 1
        onward = _onward(walk, turn) if tried <= MOST_TRIED and turn.way.kind.is_known else None
        if onward is None:
            yield turn
            continue
        for other in onward.again.values():
            if all_.turned(other) and other.key not in pending:
                pending.append(other.key)


def _onward(walk: Walk, turn: Turn) -> Walk | None:
    """The walk from where it came again; null where that gets to anything else."""
    onward = walk.alike()
    paths.beyond(onward, turn.way, turn.tree, here=turn.here)
    if onward.cut or not (onward.touched <= walk.touched and onward.got_to <= walk.got_to):
        return None
    return onward


def _sentence(turn: Turn) -> str:
    hop, kind = turn.way.hops[-1], turn.way.kind
    what = (
        f"a new {kind.source}/{kind.detail_type}" if kind.is_known else "an event of a type that is not known"
    )
    if kind.maker:
        what = "a new message"
    return f"{hop.kind.capitalize()} {hop.name} gets {what} again: where that goes was not followed."
