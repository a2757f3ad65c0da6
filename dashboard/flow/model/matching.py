"""The one place where flow meets the pattern language.

An event is carried as a partial tree: what is known of it, and UNKNOWN where nothing is. Each hop changes the tree and
each filter decides over it, so that a question about a type and one about a concrete event use the same evaluator.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from dashboard.flow import patterns
from dashboard.flow.patterns import Decision
from dashboard.flow.patterns.partial import UNKNOWN, Json, Obj, Shared

Answer = Literal["always", "sometimes", "never"]
Pair = tuple[str, str]

_DIALECT = {
    "data": "rule",
    "new-data": "new-bus-data",
    "metadata": "new-bus-metadata",
    "system": "new-bus-system",
}
TYPE_KEYS = ("source", "detail-type")
_TYPE_STEPS = {*TYPE_KEYS, "aws:Source", "aws:DetailType"}

__all__ = [
    "ALWAYS",
    "NEVER",
    "UNKNOWN",
    "Filter",
    "Json",
    "Obj",
    "Parser",
    "TypeTree",
    "Verdict",
    "all_of",
    "any_of",
]


class TypeTree(Obj):
    """Any event of a type, of which only source and detail type are known, and what became of it on its way.

    ``wrapped`` names what was put around it, outermost last: trees of a type that were wrapped alike differ in nothing else.
    """

    def __init__(
        self,
        known: dict[str, Any],
        key: Pair,
        wrapped: tuple[str, ...] = (),
        open: bool = False,  # noqa: A002, FBT001, FBT002 - Obj's own word
    ) -> None:
        super().__init__(known, open)
        object.__setattr__(self, "key", key)
        object.__setattr__(self, "wrapped", wrapped)

    key: Pair
    wrapped: tuple[str, ...]


@dataclass(frozen=True)
class Narrowed(Shared):
    """Any event of a type that keeps to a schema: what is settled for the type is settled for these events as well."""

    of_type: Any = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether an event passes, and for "sometimes" the conditions in words."""

    delivery: Answer
    when: tuple[str, ...] = ()


ALWAYS = Verdict("always")
NEVER = Verdict("never")


def all_of(verdicts: Iterable[Verdict]) -> Verdict:
    """All must pass."""
    found = list(verdicts)
    if any(v.delivery == "never" for v in found):
        return NEVER
    when = tuple(dict.fromkeys(text for v in found if v.delivery == "sometimes" for text in v.when))
    return Verdict("sometimes", when) if any(v.delivery == "sometimes" for v in found) else ALWAYS


def any_of(verdicts: Sequence[Verdict]) -> Verdict:
    """One must pass; none at all means everything passes."""
    if not verdicts or any(v.delivery == "always" for v in verdicts):
        return ALWAYS
    some = [v for v in verdicts if v.delivery == "sometimes"]
    if not some:
        return NEVER
    if len(some) == 1:
        return some[0]
    return Verdict("sometimes", (" or ".join(dict.fromkeys(" and ".join(v.when) for v in some)),))


@dataclass(frozen=True)
class Filter:
    """One filter: the text as AWS holds it, the scope or dialect it is written for, and its pattern or what is wrong."""

    text: str
    scope: str
    pattern: Any
    problem: str | None

    def decide(self, tree: Any) -> Verdict:
        """Whether such an event passes. A malformed filter may do anything: sometimes, with the reason."""
        if self.problem is not None:
            return Verdict("sometimes", (f"the pattern cannot be read: {self.problem}",))
        if isinstance(tree, TypeTree) and not tree.wrapped and self._is_of_events:
            alive = self.pattern.alive(*tree.key)
            return self._once(alive, lambda: self.pattern.decide_alive(alive))
        if isinstance(tree, TypeTree):
            seen = (tree.wrapped, tree.key if self.reads_type else None)
            return self._once(seen, lambda: self.pattern.decide(tree))
        if tree is UNKNOWN:
            return self._once(UNKNOWN, lambda: self.pattern.decide(UNKNOWN))
        if isinstance(tree, Narrowed) and (plain := self.decide(tree.of_type)).delivery != "sometimes":
            return plain
        return _verdict(self.pattern.decide(tree))

    def _once(self, seen: Any, decide: Callable[[], Decision]) -> Verdict:
        """Decided once for all trees in which the filter sees the same."""
        found = self._decided.get(seen)
        if found is None:
            found = self._decided[seen] = _verdict(decide())
        return found

    @cached_property
    def _is_of_events(self) -> bool:
        return self.pattern.dialect.keys == TYPE_KEYS and not self.pattern.dialect.opened

    @cached_property
    def reads_type(self) -> bool:
        """Whether its answer may depend on source and detail type."""
        return self.pattern is not None and not self.pattern.steps.isdisjoint(_TYPE_STEPS)

    @cached_property
    def _decided(self) -> dict[Any, Verdict]:
        return {}

    @property
    def pairs(self) -> frozenset[Pair]:
        """Types that it names: literal, and never invented from several sources with several types."""
        return frozenset() if self.pattern is None else self.pattern.pairs()

    @property
    def family(self) -> str:
        """What it takes, in words, by source and detail type."""
        return "unreadable" if self.pattern is None else self.pattern.family()

    @property
    def is_open(self) -> bool:
        """Whether it takes types that it does not name one by one."""
        return self.pattern is None or self.pattern.is_open


def _verdict(decision: Decision) -> Verdict:
    return Verdict(decision.delivery, decision.when)


class Parser:
    """Texts → filters; the same text in the same dialect is parsed once, since estates repeat themselves."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, str], Filter] = {}

    def __call__(self, text: str, scope: str) -> Filter:
        """The filter; its `problem` is one sentence where the text is no pattern."""
        key = (text, scope)
        if key not in self._seen:
            self._seen[key] = _filter(text, scope)
        return self._seen[key]


def _filter(text: str, scope: str) -> Filter:
    """A new bus's DATA filter sees what a rule's pattern does, in a language of its own."""
    sees = "data" if scope == "new-data" else scope
    try:
        return Filter(text, sees, patterns.parse(text, dialect=_DIALECT.get(scope, scope)), None)
    except patterns.PatternError as error:
        return Filter(text, sees, None, str(error))
