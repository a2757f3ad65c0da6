"""Which event types a pattern of the estate can let through: by source and detail type, whatever the payload.

Only the operators that the estate uses on those two fields. It is not the product's own matcher on purpose: the sample
must not be right only because that one is.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from collectors.sample.estate.shapes import Pattern


def passes(pattern: Pattern | None, event_type: tuple[str, str]) -> bool:
    """Whether events of a type (source, detail type) can pass a rule's pattern, or a filter of a new bus."""
    if pattern is None:
        return False
    names = (("source", "aws:Source"), ("detail-type", "aws:DetailType"))
    conditions = [[pattern[name] for name in spelt if name in pattern] for spelt in names]
    return all(
        _any(alternatives, value)
        for value, given in zip(event_type, conditions, strict=True)
        for alternatives in given
    )


def _any(alternatives: Iterable[Any], value: str) -> bool:
    return any(_one(alternative, value) for alternative in alternatives)


def _one(alternative: str | Mapping[str, Any], value: str) -> bool:
    if isinstance(alternative, str):
        return alternative == value
    ((operator, argument),) = alternative.items()
    return _OPERATORS[operator](argument, value)


def _anything_but(argument: Any, value: str) -> bool:
    return not _any(argument if isinstance(argument, list) else [argument], value)


def _wildcard(argument: str, value: str) -> bool:
    return re.fullmatch(".*".join(map(re.escape, argument.split("*"))), value) is not None


_OPERATORS: Mapping[str, Callable[[Any, str], bool]] = {
    "prefix": lambda argument, value: value.startswith(argument),
    "suffix": lambda argument, value: value.endswith(argument),
    "equals-ignore-case": lambda argument, value: value.casefold() == argument.casefold(),
    "wildcard": _wildcard,
    "anything-but": _anything_but,
}
