"""Why an event matches or does not, field by field."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dashboard.flow.patterns.matching import match_branch, match_flat
from dashboard.flow.patterns.scalars import scalar_text

if TYPE_CHECKING:
    from dashboard.flow.patterns.events import Event
    from dashboard.flow.patterns.leaf import Leaf

_SHOWN = 5  # values of one field in a sentence; an array may hold thousands


@dataclass(frozen=True)
class FieldVerdict:
    """One field: its path, the condition in words, the values the event has there as JSON text, and whether it is met.

    ``alternative`` numbers the ``$or`` branch it belongs to, from 0 for the one that comes nearest.
    """

    path: str
    condition: str
    values: tuple[str, ...]
    ok: bool
    alternative: int = 0

    def sentence(self) -> str:
        """The verdict as one sentence."""
        if not self.values:
            return f"{self.condition}: {'yes' if self.ok else 'no'}, the event has no {self.path}."
        more = len(self.values) - _SHOWN
        values = ", ".join(self.values[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
        return f"{self.condition}: {'yes' if self.ok else 'no'}, the event has {values}."


@dataclass(frozen=True)
class Explanation:
    """Whether the event matched, and the verdict on each field: the nearest alternative first, what failed first.

    ``scattered``: in the nearest alternative each field is met, but by different elements of one array.
    """

    matched: bool
    fields: tuple[FieldVerdict, ...]
    scattered: bool = False

    def sentences(self) -> tuple[str, ...]:
        """The explanation as sentences, the nearest alternative only."""
        lines = [verdict.sentence() for verdict in self.fields if verdict.alternative == 0]
        if self.scattered:
            lines.insert(0, "Each field is met, but not within one element of the array: no match.")
        return tuple(lines)


def explain(branches: tuple[tuple[Leaf, ...], ...], event: Event) -> Explanation:
    """The explanation for a prepared event, which has to hold every field (no ``steps`` left out)."""
    judged = []
    for branch in branches:
        matched = match_branch(branch, event)
        # a field that is absent from the element that matched is met, though another element has it
        verdicts = [(leaf, matched or match_flat((leaf,), event)) for leaf in branch]
        judged.append((not matched, sum(not ok for _, ok in verdicts), verdicts))
    judged.sort(key=lambda entry: entry[:2])
    missed, failing, _ = judged[0]
    fields = tuple(
        FieldVerdict(leaf.path, leaf.words(), _values(leaf, event), ok, number)
        for number, (_, _, verdicts) in enumerate(judged)
        for leaf, ok in sorted(verdicts, key=lambda verdict: verdict[1])
    )
    return Explanation(not missed, fields, scattered=missed and failing == 0)


def _values(leaf: Leaf, event: Event) -> tuple[str, ...]:
    return tuple(scalar_text(value) for value in event.fields.get(leaf.path, ()))
