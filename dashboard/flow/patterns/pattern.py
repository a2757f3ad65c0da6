"""A parsed event pattern and the questions it answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dashboard.flow.patterns.errors import PatternError
from dashboard.flow.patterns.events import Event, prepare
from dashboard.flow.patterns.grammar import branches
from dashboard.flow.patterns.jsontext import loads
from dashboard.flow.patterns.leaf import Leaf
from dashboard.flow.patterns.matching import match_flat, match_placed, sort_key


class Pattern:
    """A pattern: an event matches when it matches all leaves of any of ``branches``. Never changed after it was made.

    Leaves stand in the reference's order of fields. A pattern without a branch is not possible; one whose only
    branch has no leaf matches everything (see ``dialects``).
    """

    __slots__ = ("branches", "steps")

    def __init__(self, found: tuple[tuple[Leaf, ...], ...]) -> None:
        self.branches = found
        self.steps = frozenset(step for path in self.fields() for step in path.split("."))

    def matches(self, event: str | dict[str, Any] | Event) -> bool:
        """Whether the event matches, exactly as the reference engine has it.

        Raises EventError when the event is not a JSON object.
        """
        ready = event if type(event) is Event else prepare(event, self.steps)
        if not ready.places:
            return any(match_flat(branch, ready) for branch in self.branches)
        return any(match_flat(branch, ready) and match_placed(branch, ready) for branch in self.branches)

    def fields(self) -> tuple[str, ...]:
        """The paths of the fields that the pattern reads, such as ``detail.total``."""
        return tuple(dict.fromkeys(leaf.path for branch in self.branches for leaf in branch))


def parse(text: str | dict[str, Any]) -> Pattern:
    """The pattern in JSON text, or in an already parsed object.

    Text keeps repeated keys (objects merge, the last leaf wins) and every digit. Raises PatternError.
    """
    document: Any = text
    if isinstance(text, str):
        try:
            document = loads(text)
        except ValueError as error:
            raise PatternError("$", f"JSON, but {error}") from None
    return Pattern(tuple(_leaves(branch) for branch in branches(document)))


def _leaves(branch: dict[str, Any]) -> tuple[Leaf, ...]:
    return tuple(Leaf(path, branch[path]) for path in sorted(branch, key=sort_key))
