"""Values of Logs Insights' language: fields of a record, comparisons, functions, and what stats makes of many."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

Row = dict[str, Any]
Value = Callable[[Row], Any]


def stamp(at: int) -> str:
    """Milliseconds since 1970 as Logs Insights writes a time."""
    return datetime.fromtimestamp(at / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S.") + f"{at % 1000:03d}"


def either(left: Value, right: Value) -> Value:
    """Either of two tests."""
    return lambda row: left(row) or right(row)


def both(left: Value, right: Value) -> Value:
    """Both of two tests."""
    return lambda row: left(row) and right(row)


def field(path: str) -> Value:
    """A field by its own name, as a column of stats has it, or by the path into the record."""
    if "." not in path:
        return lambda row: row.get(path)

    def find(inside: Any, rest: str) -> Any:
        if not isinstance(inside, dict):
            return None
        if rest in inside:
            return inside[rest]
        first, _, more = rest.partition(".")
        return find(inside.get(first), more) if more else None

    return lambda row: find(row, path)


def from_json(value: Any) -> Any:
    """An object or list of its JSON text; None for anything else."""
    try:
        found = json.loads(value)
    except (TypeError, ValueError):
        return None
    return found if isinstance(found, (dict, list)) else None


def to_json(value: Any) -> str | None:
    """The JSON text of an object or list; None for anything else."""
    return json.dumps(value) if isinstance(value, (dict, list)) else None


JSON: dict[str, Callable[[Any], Any]] = {"jsonparse": from_json, "jsonstringify": to_json}


def order(value: Any) -> tuple[bool, bool, Any]:
    """What a value is sorted by: what is absent first, numbers before texts."""
    return value is not None, isinstance(value, str), value if value is not None else 0


def total(values: list[Any]) -> Any:
    """The sum of the numbers among them."""
    return sum(value for value in values if isinstance(value, (int, float)))


COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "<=": lambda a, b: a is not None and a <= b,
    ">=": lambda a, b: a is not None and a >= b,
    "!=": lambda a, b: a != b,
    "=": lambda a, b: a == b,
    "<": lambda a, b: a is not None and a < b,
    ">": lambda a, b: a is not None and a > b,
}
AGGREGATES: dict[str, Callable[[list[Any]], Any]] = {
    "count": len,
    "count_distinct": lambda values: len(set(values)),
    "sum": total,
    "avg": lambda values: total(values) / len(values) if values else None,
    "min": lambda values: min(values, default=None),
    "max": lambda values: max(values, default=None),
    "sortslast": lambda values: max(values, key=order, default=None),
    "sortsfirst": lambda values: min(values, key=order, default=None),
    "latest": lambda values: values[-1] if values else None,
    "earliest": lambda values: values[0] if values else None,
}
