"""Many patterns asked together: which of them may match an event type, and which match an event.

Each branch of each pattern lies in a bucket under something that an event has to have: its exact source and detail
type where both are named, else one of them, or the letters that it begins or ends with. So a question looks at the few
branches in its buckets, and each of those is then tested exactly: what lies in no bucket is tested every time.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from functools import lru_cache
from itertools import product
from typing import TYPE_CHECKING, Any, NamedTuple

from dashboard.flow.patterns.events import Event, prepare, read_event
from dashboard.flow.patterns.matching import match_branch
from dashboard.flow.patterns.operators.exact import Exact
from dashboard.flow.patterns.operators.prefix import Prefix, PrefixAnyCase
from dashboard.flow.patterns.operators.suffix import Suffix, SuffixAnyCase
from dashboard.flow.patterns.operators.wildcard import Wildcard

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from dashboard.flow.patterns.conditions import Condition
    from dashboard.flow.patterns.leaf import Leaf
    from dashboard.flow.patterns.pattern import Pattern
    from dashboard.flow.patterns.scalars import Scalar

MOST_PLANS = 20_000
"""Event types whose plan is kept; when there are more, all are forgotten and made again as they are asked for."""

Key = tuple[str, str, str]
"""What a value must have: (field, "is", "begins" or "ends", text)."""
_PAIR = "pair"


class _Branch(NamedTuple):
    """A branch: the position of its pattern, its two leading leaves, and what is left."""

    position: int
    source: Leaf | None
    detail_type: Leaf | None
    rest: tuple[Leaf, ...]


class Ruleset:
    """Patterns by their positions in the sequence they were given in. Never changed after it was made."""

    def __init__(self, patterns: Sequence[Pattern]) -> None:
        """Raises ValueError for a pattern of a dialect that reads JSON inside strings."""
        if any(pattern.dialect.opened for pattern in patterns):
            message = "a ruleset takes patterns over events, not over records"
            raise ValueError(message)
        self.patterns = tuple(patterns)
        self._buckets: dict[Any, list[_Branch]] = defaultdict(list)
        self._always: list[_Branch] = []
        self._plans: dict[tuple[str, str], _Plan] = {}
        self._fill([branch for at, pattern in enumerate(patterns) for branch in _branches(at, pattern)])
        self._lengths = _lengths(self._buckets)

    def _fill(self, branches: list[_Branch]) -> None:
        single: list[tuple[_Branch, list[list[Key]]]] = []
        crowd: Counter[Key] = Counter()
        keys_of = lru_cache(maxsize=None)(_keys)  # patterns of one estate name the same sources and types
        for branch in branches:
            ways = [keys_of("s", branch.source), keys_of("t", branch.detail_type)]
            known = [way for way in ways if way is not None]
            if len(known) == len(ways) and all(how == "is" for way in known for _, how, _ in way):
                for (*_, source), (*_, detail_type) in product(*known):
                    self._buckets[_PAIR, source, detail_type].append(branch)
                continue
            single.append((branch, known))
            crowd.update(key for way in known for key in way)
        for branch, known in single:
            # the way whose fullest bucket is the emptiest
            best = min(known, key=lambda way: max((crowd[key] for key in way), default=0), default=None)
            if best is None:
                self._always.append(branch)
            for key in best or ():
                self._buckets[key].append(branch)

    def of_type(self, source: str, detail_type: str) -> tuple[int, ...]:
        """Positions of the patterns of which a branch takes this source and detail type, whatever else it asks, ascending."""
        return self._plan(source, detail_type).positions

    def matching(self, event: str | dict[str, Any] | Event) -> tuple[int, ...]:
        """Positions of the patterns that match the event, ascending, exactly as ``Pattern.matches`` has it.

        Raises EventError when the event is not a JSON object.
        """
        document = event if isinstance(event, Event) else read_event(event)
        source, detail_type = _head(document)
        if source is None or detail_type is None:  # no envelope: everything is tried
            ready = prepare(document)
            return tuple(at for at, pattern in enumerate(self.patterns) if pattern.matches(ready))
        plan = self._plan(source, detail_type)
        return plan.matching(document if isinstance(document, Event) else prepare(document, plan.steps))

    def _plan(self, source: str, detail_type: str) -> _Plan:
        key = (source, detail_type)
        plan = self._plans.get(key)
        if plan is None:
            if len(self._plans) >= MOST_PLANS:
                self._plans.clear()
            plan = self._plans[key] = _Plan(self._taking(source, detail_type))
        return plan

    def _taking(self, source: str, detail_type: str) -> list[_Branch]:
        """The branches whose leading leaves take the type."""
        found = list(self._buckets.get((_PAIR, source, detail_type), ()))
        for (field, how), lengths in self._lengths.items():
            value = source if field == "s" else detail_type
            for length in lengths:
                if length <= len(value):
                    text = value[:length] if how == "begins" else value[len(value) - length :]
                    found += self._buckets.get((field, how, text), ())
        found += self._buckets.get(("s", "is", source), ())
        found += self._buckets.get(("t", "is", detail_type), ())
        return [
            branch
            for branch in dict.fromkeys(found + self._always)
            if (branch.source is None or branch.source.accepts(source))
            and (branch.detail_type is None or branch.detail_type.accepts(detail_type))
        ]


class _Plan:
    """The branches of one event type, those that name a value of the payload by that value."""

    __slots__ = ("by_value", "certain", "positions", "rest", "steps")

    def __init__(self, branches: list[_Branch]) -> None:
        self.positions = tuple(sorted({branch.position for branch in branches}))
        self.certain = tuple(sorted({branch.position for branch in branches if not branch.rest}))
        self.steps = frozenset(step for b in branches for leaf in b.rest for step in leaf.path.split("."))
        self.by_value: dict[str, dict[Scalar, list[_Branch]]] = {}
        self.rest: list[_Branch] = []
        settled = set(self.certain)
        for branch in branches:
            if branch.position in settled:
                continue
            leaf = next(
                (leaf for leaf in branch.rest if leaf.exact and not leaf.tests and not leaf.absent), None
            )
            if leaf is None:
                self.rest.append(branch)
                continue
            named = self.by_value.setdefault(leaf.path, {})
            for value in leaf.exact:
                named.setdefault(value, []).append(branch)

    def matching(self, event: Event) -> tuple[int, ...]:
        found = [branch.position for branch in self.rest if match_branch(branch.rest, event)]
        for path, named in self.by_value.items():
            for value in event.fields.get(path, ()):
                near = named.get(value)
                if near:
                    found += [branch.position for branch in near if match_branch(branch.rest, event)]
        return tuple(sorted({*found, *self.certain})) if found else self.certain


def _head(event: Any) -> tuple[str | None, str | None]:
    """Source and detail type, where each is there once and is a string."""
    if isinstance(event, Event):
        found = [event.fields.get(key, ()) for key in ("source", "detail-type")]
        source, detail_type = (one[0] if len(one) == 1 else None for one in found)
        placed = "source" in event.places or "detail-type" in event.places
        return (None, None) if placed else (_text(source), _text(detail_type))
    if type(event) is dict and "" not in event:  # fields below a nameless one count as its own
        return _text(event.get("source")), _text(event.get("detail-type"))
    return None, None


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _branches(position: int, pattern: Pattern) -> Iterable[_Branch]:
    keys = pattern.dialect.keys
    for branch, head in zip(pattern.branches, pattern.heads, strict=True):
        yield _Branch(position, *head, tuple(leaf for leaf in branch if leaf.path not in keys))


def _keys(field: str, leaf: Leaf | None) -> list[Key] | None:
    """Keys of which a value that meets the leaf has at least one; None where there are none such."""
    if leaf is None:
        return None
    found: list[Key] = []
    for condition in leaf.conditions:
        key = _KEYS.get(type(condition), _nothing)(condition)
        if key is None:
            return None
        found.append((field, *key))
    return list(dict.fromkeys(found))


def _nothing(_: Condition) -> tuple[str, str] | None:
    return None


def _exact(condition: Any) -> tuple[str, str] | None:
    return ("is", condition.value) if isinstance(condition.value, str) else None


def _affix(how: str) -> Callable[[Any], tuple[str, str] | None]:
    return lambda condition: (how, condition.text) if condition.text else None


def _wild(condition: Any) -> tuple[str, str] | None:
    first, last = condition.parts[0], condition.parts[-1]
    if len(condition.parts) == 1:
        return "is", first
    return ("begins", first) if first else ("ends", last) if last else None


_KEYS: dict[type, Callable[[Any], tuple[str, str] | None]] = {
    Exact: _exact,
    Prefix: _affix("begins"),
    Suffix: _affix("ends"),
    Wildcard: _wild,
    PrefixAnyCase: _nothing,
    SuffixAnyCase: _nothing,
}


def _lengths(buckets: Iterable[Any]) -> dict[tuple[str, str], list[int]]:
    """How long the beginnings and ends are that have a bucket."""
    found: dict[tuple[str, str], set[int]] = defaultdict(set)
    for first, how, text in buckets:
        if first != _PAIR and how != "is":
            found[first, how].add(len(text))
    return {key: sorted(lengths) for key, lengths in found.items()}
