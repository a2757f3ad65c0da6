"""A leaf of a pattern: a path and the conditions of which one has to hold."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

from dashboard.flow.patterns.operators.exact import Exact, ExactAddress
from dashboard.flow.patterns.operators.exists import Absent
from dashboard.flow.patterns.scalars import scalar_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dashboard.flow.patterns.conditions import Condition
    from dashboard.flow.patterns.scalars import Scalar


class Leaf:
    """The conditions on the field at ``path``, in the order of the pattern; ``absent`` says one is exists: false."""

    __slots__ = ("__weakref__", "_whole", "absent", "conditions", "exact", "path", "tests")

    def __init__(self, path: str, conditions: tuple[Condition, ...]) -> None:
        self.path = path
        self.conditions = conditions
        self.exact = frozenset(c.value for c in conditions if isinstance(c, Exact))
        self.tests = tuple(c.compiled() for c in conditions if not isinstance(c, Exact | Absent))
        self.absent = any(isinstance(c, Absent) for c in conditions)
        self._whole: str | None = None

    @classmethod
    def of(cls, path: str, conditions: tuple[Condition, ...]) -> Leaf:
        """The leaf; the same one for what is asked alike, so that what is found out about it is found out once."""
        leaf = _LEAVES.get((path, conditions))
        if leaf is None:
            leaf = _LEAVES[path, conditions] = cls(path, conditions)
        return leaf

    def accepts(self, value: Scalar) -> bool:
        """Whether one value of the event meets one of the conditions."""
        return value in self.exact or (bool(self.tests) and any(test(value) for test in self.tests))

    def words(self, conditions: Sequence[Condition] | None = None) -> str:
        """The leaf as a sentence, or what is left of it when only some of its ``conditions`` count."""
        if conditions is not None and len(conditions) < len(self.conditions):
            return f"{self.path} {conditions_words(conditions)}"
        if self._whole is None:
            self._whole = f"{self.path} {conditions_words(self.conditions)}"
        return self._whole


_LEAVES: WeakValueDictionary[tuple[str, tuple[Condition, ...]], Leaf] = WeakValueDictionary()


def conditions_words(conditions: Iterable[Condition]) -> str:
    """Several conditions as alternatives; literals next to each other become one list."""
    phrases: list[str] = []
    for is_literal, run in groupby(
        dict.fromkeys(conditions), key=lambda c: isinstance(c, Exact | ExactAddress)
    ):
        group = list(run)
        values = [scalar_words(c.value) for c in group if isinstance(c, Exact | ExactAddress)]
        if is_literal and len(values) > 1:
            phrases.append(f"is one of {', '.join(values)}")
        else:
            phrases.extend(condition.words() for condition in group)
    return " or ".join(phrases)
