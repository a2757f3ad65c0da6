"""The same language where it is not the same: what rules, new buses, pipes, Lambda and SNS each take.

A filter found in an account was accepted by its service. Where it holds something its dialect is documented to lack,
our documents are older than the service, or we misread it: parsing then raises PatternError of the kind "unsupported
in dialect", which callers report and treat as "may match".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dashboard.flow.patterns.errors import PatternError, path_text
from dashboard.flow.patterns.jsontext import Json, is_object, items
from dashboard.flow.patterns.operators.anything_but import NoneOf
from dashboard.flow.patterns.operators.prefix import PrefixAnyCase
from dashboard.flow.patterns.operators.suffix import SuffixAnyCase

if TYPE_CHECKING:
    from dashboard.flow.patterns.conditions import Condition
    from dashboard.flow.patterns.grammar import Branch

_ANYTHING_BUT_OPERATOR = "anything-but with an operator"
_ANY_CASE = "prefix and suffix with equals-ignore-case"
_KEYS = ("source", "detail-type")


@dataclass(frozen=True)
class Dialect:
    """What one service takes.

    ``lacks``: operators it has not. ``exact_only``: literals alone. ``nested``: objects inside objects.
    ``empty_takes_all``: an empty pattern lets everything pass; where it does not, it is an error.
    ``opened``: top-level fields whose text is read as JSON. ``keys``: where source and detail type stand.
    """

    name: str
    title: str
    lacks: frozenset[str] = frozenset()
    exact_only: bool = False
    nested: bool = True
    empty_takes_all: bool = True
    opened: frozenset[str] = frozenset()
    keys: tuple[str, str] = _KEYS


DIALECTS: list[Dialect] = [
    Dialect("rule", "a rule of a classic bus", empty_takes_all=False),
    Dialect("new-bus-data", "a DATA filter of a new bus", lacks=frozenset({"wildcard"})),
    Dialect("new-bus-metadata", "a METADATA filter of a new bus", exact_only=True),
    Dialect(
        "new-bus-system",
        "a SYSTEM_METADATA filter of a new bus",
        lacks=frozenset({"wildcard"}),
        keys=("aws:Source", "aws:DetailType"),
    ),
    Dialect(
        "pipes",
        "a pipe's filter",
        lacks=frozenset({"wildcard", _ANYTHING_BUT_OPERATOR}),
        opened=frozenset({"body", "data"}),
    ),
    Dialect(
        "lambda",
        "an event source mapping's filter",
        lacks=frozenset({"wildcard", "cidr", _ANYTHING_BUT_OPERATOR, _ANY_CASE}),
        opened=frozenset({"body", "data"}),
    ),
    Dialect("sns-body", "an SNS filter policy on the body"),
    Dialect("sns-attributes", "an SNS filter policy on attributes", nested=False),
]

_ALIASES = {"data": "new-bus-data", "metadata": "new-bus-metadata", "system-metadata": "new-bus-system"}
_BY_NAME = {dialect.name: dialect for dialect in DIALECTS}


def dialect_named(name: str) -> Dialect:
    """The dialect; raises ValueError for a name that there is not."""
    found = _BY_NAME.get(_ALIASES.get(name, name))
    if found is None:
        message = f"no dialect {name}; there are {', '.join(_BY_NAME)}"
        raise ValueError(message)
    return found


def takes_all(document: Json, dialect: Dialect) -> bool:
    """Whether the pattern is empty (or null) and the dialect lets everything pass then."""
    return dialect.empty_takes_all and (document is None or (is_object(document) and not document))


def check(document: Json, branches: list[Branch], dialect: Dialect) -> None:
    """Raises PatternError of the kind "unsupported in dialect" for what the dialect does not have."""
    if not dialect.nested or dialect.exact_only:
        for key, value in items(document):
            if key == "$or" and dialect.exact_only:
                raise _unsupported(key, dialect, "$or")
            if is_object(value) and not dialect.nested:
                raise _unsupported(key, dialect, "an object")
    for branch in branches:
        for path, conditions in branch.items():
            for condition in conditions:
                name = _name(condition)
                if name in dialect.lacks or condition.operator in dialect.lacks:
                    raise _unsupported(path, dialect, name)
                if dialect.exact_only and condition.operator:
                    raise _unsupported(path, dialect, name)


def _name(condition: Condition) -> str:
    if isinstance(condition, NoneOf):
        return _ANYTHING_BUT_OPERATOR
    if isinstance(condition, PrefixAnyCase | SuffixAnyCase):
        return _ANY_CASE
    return condition.operator


def _unsupported(path: str, dialect: Dialect, what: str) -> PatternError:
    expected = f"what {dialect.title} has, and {what} is not among it"
    return PatternError(path_text(path.split(".")), expected, kind="unsupported in dialect")
