"""Rules that ask for nothing but the read-only API calls which their state keeps out: what they would lead to."""

from collections.abc import Iterator
from dataclasses import fields

from dashboard.flow.answers import Consumer, Excluded, Question
from dashboard.flow.model import matching, readonly, trees
from dashboard.flow.model.estate import Estate
from dashboard.flow.walk import paths
from dashboard.flow.walk.paths import Path, Walk


def kept_out(estate: Estate, asked: Question, walk: Walk) -> Iterator[tuple[Path, str]]:
    """The paths that begin with such a rule, on the buses that the type came to, each with the reason in a sentence."""
    tree = trees.of_type(asked.source, asked.detail_type)
    if not readonly.is_call(tree):
        return
    for bus in sorted(estate.buses.keys() & walk.touched):
        for sub in estate.candidates(bus, asked.source, asked.detail_type):
            if sub.asks_for(tree) and sub.state_lets_through(tree) == matching.NEVER:
                behind = Walk(estate)
                paths.through(behind, sub, matching.ALWAYS, tree)
                yield from ((path, sub.why_kept_out(tree)) for path in behind.paths)


def excluded(row: Consumer, why: str) -> Excluded:
    """The row as one that gets nothing, though by no schema."""
    same = [one.name for one in fields(Excluded) if one.name not in ("schema", "why")]
    return Excluded(**{name: getattr(row, name) for name in same}, schema="", why=why)
