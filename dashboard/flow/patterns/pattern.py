"""A parsed event pattern and the questions it answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dashboard.flow.patterns import literals as naming
from dashboard.flow.patterns.deciding import Decision, decide, decide_of_type, may_match
from dashboard.flow.patterns.dialects import Dialect, check, dialect_named, takes_all
from dashboard.flow.patterns.errors import PatternError
from dashboard.flow.patterns.events import Event, prepare, read_event
from dashboard.flow.patterns.explaining import Explanation, explain
from dashboard.flow.patterns.grammar import branches
from dashboard.flow.patterns.jsontext import loads
from dashboard.flow.patterns.leaf import Leaf
from dashboard.flow.patterns.matching import match_branch, sort_key
from dashboard.flow.patterns.opening import opened_fields

if TYPE_CHECKING:
    from dashboard.flow.patterns.partial import Tree


class Pattern:
    """A pattern: an event matches when it matches all leaves of any of ``branches``. Never changed after it was made.

    Leaves stand in the reference's order of fields. One branch without a leaf matches everything.
    """

    __slots__ = ("branches", "dialect", "heads", "steps")

    def __init__(self, found: tuple[tuple[Leaf, ...], ...], dialect: Dialect) -> None:
        self.branches = found
        self.dialect = dialect
        self.heads = tuple(naming.heads(found, dialect.keys))
        self.steps = frozenset(step for path in self.fields() for step in path.split("."))

    def matches(self, event: str | dict[str, Any] | Event) -> bool:
        """Whether the event matches, exactly as the reference engine has it.

        In the dialects of pipes and Lambda the event is the record; its body or data may be JSON text.
        Raises EventError when the event is not a JSON object.
        """
        ready = event if isinstance(event, Event) else self._prepare(event)
        for branch in self.branches:  # noqa: SIM110 - any() with a generator costs a third of a simple match
            if match_branch(branch, ready):
                return True
        return False

    def _prepare(self, event: str | dict[str, Any], *, whole: bool = False) -> Event:
        steps = None if whole else self.steps
        if self.dialect.opened:
            return prepare(opened_fields(read_event(event), self.dialect.opened), steps)
        return prepare(event, steps)

    def explain(self, event: str | dict[str, Any] | Event) -> Explanation:
        """Why the event matches or does not. Raises EventError when it is not a JSON object."""
        return explain(self.branches, event if isinstance(event, Event) else self._prepare(event, whole=True))

    def decide(self, tree: Tree) -> Decision:
        """Whether every, some or no completion of a partial tree matches (see ``partial``).

        SNS message attributes are a flat object of their names: String a string, String.Array an array, Number a
        number; Binary ones are left out, as SNS does.
        """
        return decide(self.branches, tree, self.dialect.opened)

    def may_match(self, tree: Tree) -> bool:
        """Whether some completion of a partial tree matches: cheaper than ``decide`` where only "never" matters."""
        return may_match(self.branches, tree, self.dialect.opened)

    def fields(self) -> tuple[str, ...]:
        """The paths of the fields that the pattern reads, such as ``detail.total``."""
        return tuple(dict.fromkeys(leaf.path for branch in self.branches for leaf in branch))

    def words(self) -> tuple[str, ...]:
        """The pattern in words, one condition each; all have to hold. Branches of ``$or`` become one condition."""
        ways = [[leaf.words() for leaf in branch] for branch in self.branches]
        common = [text for text in ways[0] if all(text in way for way in ways)]
        if len(ways) == 1:
            return tuple(common)
        rests = dict.fromkeys(" and ".join(t for t in way if t not in common) for way in ways)
        if "" in rests or len(rests) == 1:
            return tuple(common)
        return (*common, "either " + " or ".join(f"({r})" if " and " in r else r for r in rests))

    def alive(self, source: str, detail_type: str) -> tuple[int, ...]:
        """Positions of the branches that take this source and detail type, whatever else they ask."""
        found = [
            at
            for at, (by_source, by_type) in enumerate(self.heads)
            if (by_source is None or by_source.accepts(source))
            and (by_type is None or by_type.accepts(detail_type))
        ]
        return tuple(found)

    def decide_alive(self, alive: tuple[int, ...]) -> Decision:
        """``decide`` over any event of a type that just these branches take (``alive``)."""
        if not alive:
            return Decision("never")
        keys = self.dialect.keys
        rests = (tuple(leaf for leaf in self.branches[at] if leaf.path not in keys) for at in alive)
        return decide_of_type(tuple(rests))

    def pairs(self) -> frozenset[tuple[str, str]]:
        """The (source, detail type) pairs that it makes known."""
        return naming.pairs(self.heads)

    @property
    def is_open(self) -> bool:
        """Whether it takes types that ``pairs`` does not list."""
        return naming.is_open(self.heads)

    def family(self) -> str:
        """The types that it takes, in words: "source begins with aws.; any detail type"."""
        return naming.family(self.heads)


def parse(text: str | dict[str, Any] | None, dialect: str = "rule") -> Pattern:
    """The pattern in JSON text, or in an already parsed object, read as ``dialect`` has it.

    Text keeps repeated keys (objects merge, the last leaf wins) and every digit. Raises PatternError.
    """
    document: Any = text
    language = dialect_named(dialect)
    if isinstance(text, str):
        try:
            document = loads(text)
        except ValueError as error:
            raise PatternError("$", f"JSON, but {error}") from None
    if takes_all(document, language):
        return Pattern(((),), language)
    found = branches(document)
    check(document, found, language)
    return Pattern(tuple(_leaves(branch) for branch in found), language)


def _leaves(branch: dict[str, Any]) -> tuple[Leaf, ...]:
    return tuple(Leaf.of(path, branch[path]) for path in sorted(branch, key=sort_key))
