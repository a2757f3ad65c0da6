"""What each service allows of its filters, beyond the language: how long, how many, how nested.

A filter that AWS holds was accepted, so one over a limit is matched all the same; it is only told. Limits change and some
are raised on request: AWS's documents of 2026 are the source, docs/patterns.md the table.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dashboard.flow.patterns.errors import PatternError
from dashboard.flow.patterns.grammar import branches
from dashboard.flow.patterns.jsontext import Json, is_object, items, loads

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

LARGEST_NUMBER = 1e9
MOST_DECIMALS = 5


@dataclass(frozen=True)
class Limits:
    """``characters`` of one filter; ``filters`` together; ``fields`` named at the top; ``choices``: combinations of values.

    ``branches``: combinations of ``$or``. ``small_numbers``: within a billion, with five decimals. Null: no such limit.
    """

    characters: int | None = None
    filters: int = 1
    fields: int | None = None
    choices: int | None = None
    branches: int | None = 1000
    small_numbers: bool = False


_SNS = Limits(characters=256 * 1024, fields=5, choices=150, small_numbers=True)
LIMITS: dict[str, Limits] = {
    "rule": Limits(characters=4096),
    "new-bus-data": Limits(characters=4096),
    "new-bus-metadata": Limits(characters=4096),
    "new-bus-system": Limits(characters=4096),
    "pipes": Limits(characters=4096, filters=5),
    "lambda": Limits(characters=4096, filters=10),
    "sns-body": _SNS,
    "sns-attributes": _SNS,
}
"""The limits of each dialect. A rule's pattern may have 2,048 characters, raised on request to what its API takes."""


def over_limits(filters: Sequence[str], dialect: str) -> tuple[str, ...]:
    """What is over a limit of the dialect, one sentence each. ``filters`` stand side by side on one subscription."""
    limits = LIMITS[dialect]
    found = [] if len(filters) <= limits.filters else [f"{len(filters)} filters, at most {limits.filters}"]
    for text in filters:
        found += _over(text, limits)
    return tuple(dict.fromkeys(f"Over a limit of {dialect}: {what}." for what in found))


def _over(text: str, limits: Limits) -> Iterator[str]:
    if limits.characters is not None and len(text) > limits.characters:
        yield f"{len(text):,} characters, at most {limits.characters:,}"
    try:
        document = loads(text)
        forks = len(branches(document))
    except (ValueError, PatternError):
        return
    if limits.branches is not None and forks > limits.branches:
        yield f"{forks:,} combinations of $or, at most {limits.branches:,}"
    fields = len(list(items(document)))
    if limits.fields is not None and fields > limits.fields:
        yield f"{fields} fields, at most {limits.fields}"
    leaves = list(_leaves(document))
    choices = 1
    for values in leaves:
        choices *= len(values)
    if limits.choices is not None and choices > limits.choices:
        yield f"{choices:,} combinations of values, at most {limits.choices}"
    if limits.small_numbers:
        yield from (f"the number {n}" for n in _numbers(leaves) if not _is_small(n))


def _leaves(node: Json) -> Iterator[list[Json]]:
    if is_object(node):
        for _, value in items(node):
            yield from _leaves(value)
    elif isinstance(node, list):
        yield node


def _numbers(node: Json) -> Iterator[float]:
    if isinstance(node, list):
        for value in node:
            yield from _numbers(value)
    elif is_object(node):
        for _, value in items(node):
            yield from _numbers(value)
    elif isinstance(node, int | float) and not isinstance(node, bool):
        yield node


def _is_small(number: float) -> bool:
    return abs(number) <= LARGEST_NUMBER and round(number, MOST_DECIMALS) == number
