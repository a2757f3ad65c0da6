"""The one place where flow meets the pattern language.

An event is carried as a partial tree: what is known of it, and UNKNOWN where nothing is. Each hop changes the tree and
each filter decides over it, so that a question about a type and one about a concrete event use the same evaluator.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from dashboard.flow import patterns
from dashboard.flow.patterns.partial import UNKNOWN, Json, Obj, event_tree

Answer = Literal["always", "sometimes", "never"]
Literals = tuple[frozenset[str] | None, frozenset[str] | None]
Pair = tuple[str, str]

_DIALECT = {"data": "rule", "metadata": "new-bus-metadata", "system": "new-bus-system"}
_KEYS = {"data": ("source", "detail-type"), "system": ("aws:Source", "aws:DetailType")}

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
    """Any event of a type, as it enters a bus: only its source and detail type are known."""


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
        if not isinstance(tree, TypeTree) or self.scope != "data":
            return self._decide(tree)
        quick = self.passes(tree.known["source"], tree.known["detail-type"])
        if quick is not None:
            return ALWAYS if quick else NEVER
        # what is left to decide reads neither source nor detail type, so it is the same for every type
        return self._rest if self._is_literal else self._decide(tree)

    def _decide(self, tree: Any) -> Verdict:
        decide = self.pattern.decide_attributes if self.scope == "sns-attributes" else self.pattern.decide
        decision = decide(tree)
        return Verdict(decision.delivery, tuple(decision.when))

    @cached_property
    def _is_literal(self) -> bool:
        asked = [leaf for leaf in ("source", "detail-type") if leaf in self._top]
        return "$or" not in self._top and len(asked) == sum(part is not None for part in self.literals)

    @cached_property
    def _rest(self) -> Verdict:
        source, detail_type = (min(part) if part else "" for part in self.literals)
        return self._decide(event_tree(source, detail_type))

    def passes(self, source: str, detail_type: str) -> bool | None:
        """The quick answer for a known type: whether it passes, or None where the rest of the filter has to decide."""
        by_source, by_type = self.literals
        if (by_source is not None and source not in by_source) or (
            by_type is not None and detail_type not in by_type
        ):
            return False
        return True if self._is_plain else None

    @cached_property
    def _is_plain(self) -> bool:
        """Whether exact sources and detail types are all that it asks for."""
        asked = [part for part in self.literals if part is not None]
        return self.problem is None and len(asked) == len(self._top) > 0

    @cached_property
    def _top(self) -> dict[str, Any]:
        if self.problem is not None or self.scope not in _KEYS:
            return {}
        found = json.loads(self.text)
        return found if isinstance(found, dict) else {}

    @cached_property
    def literals(self) -> Literals:
        """Exact sources and detail types that it asks for; None where it asks for anything else too."""
        source, detail_type = _KEYS.get(self.scope, ("", ""))
        return _all_strings(self._top.get(source)), _all_strings(self._top.get(detail_type))

    @cached_property
    def pairs(self) -> frozenset[Pair]:
        """Types that it names: literal, and never invented from several sources with several types."""
        source, detail_type = _KEYS.get(self.scope, ("", ""))
        found: set[Pair] = set()
        for top in _alternatives(self._top):
            sources, types = _strings(top.get(source)), _strings(top.get(detail_type))
            if len(sources) == 1 or len(types) == 1:
                found |= {(s, t) for s in sources for t in types}
        return frozenset(found)

    @cached_property
    def family(self) -> str:
        """What it takes, in words, by source and detail type."""
        source, detail_type = _KEYS.get(self.scope, ("", ""))
        if self.problem:
            return "unreadable"
        tops = _alternatives(self._top)
        words = [
            f"{_leaf(t.get(source), 'source')}, {_leaf(t.get(detail_type), 'detail type')}" for t in tops
        ]
        return " or ".join(dict.fromkeys(words))

    @cached_property
    def is_open(self) -> bool:
        """Whether it takes types that it does not name one by one."""
        source, detail_type = _KEYS.get(self.scope, ("", ""))
        named = [
            (_all_strings(t.get(source)), _all_strings(t.get(detail_type))) for t in _alternatives(self._top)
        ]
        return any(not s or not t or (len(s) > 1 and len(t) > 1) for s, t in named)


def _alternatives(top: dict[str, Any]) -> list[dict[str, Any]]:
    choices = top.get("$or")
    if not isinstance(choices, list) or len(choices) < 2 or not all(isinstance(c, dict) for c in choices):
        return [top]
    rest = {key: value for key, value in top.items() if key != "$or"}
    return [{**rest, **choice} for choice in choices]


def _strings(leaf: Any) -> list[str]:
    return list(dict.fromkeys(v for v in leaf if isinstance(v, str))) if isinstance(leaf, list) else []


def _all_strings(leaf: Any) -> frozenset[str] | None:
    found = _strings(leaf)
    return (
        frozenset(found)
        if found and isinstance(leaf, list) and all(isinstance(v, str) for v in leaf)
        else None
    )


def _leaf(leaf: Any, what: str) -> str:
    if not isinstance(leaf, list):
        return f"any {what}"
    return f"{what} " + " or ".join(
        v if isinstance(v, str) else json.dumps(v, ensure_ascii=False) for v in leaf
    )


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
    try:
        return Filter(text, scope, patterns.parse(text, dialect=_DIALECT.get(scope, scope)), None)
    except patterns.PatternError as error:
        return Filter(text, scope, None, str(error))
