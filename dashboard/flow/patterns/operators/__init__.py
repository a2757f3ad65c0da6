"""The operators of the pattern language. Adding one is a file, a row here, a section in docs/patterns.md and a test."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dashboard.flow.patterns.operators import (
    anything_but,
    cidr,
    exactly,
    exists,
    ignore_case,
    numeric,
    prefix,
    suffix,
    wildcard,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from dashboard.flow.patterns.conditions import Condition
    from dashboard.flow.patterns.errors import Step
    from dashboard.flow.patterns.jsontext import Json


class Operator(NamedTuple):
    """An operator: the key in a pattern, and what reads its argument found at a JSON path."""

    name: str
    parse: Callable[[Json, tuple[Step, ...]], Condition]


OPERATORS: list[Operator] = [
    Operator(prefix.NAME, prefix.parse),
    Operator(suffix.NAME, suffix.parse),
    Operator(ignore_case.NAME, ignore_case.parse),
    Operator(wildcard.NAME, wildcard.parse),
    Operator(anything_but.NAME, anything_but.parse),
    Operator(numeric.NAME, numeric.parse),
    Operator(cidr.NAME, cidr.parse),
    Operator(exists.NAME, exists.parse),
    Operator(exactly.NAME, exactly.parse),
]
