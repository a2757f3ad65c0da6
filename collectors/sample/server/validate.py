"""Constraints of botocore's models, checked on the server's side as AWS does."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from collectors.sample.server.wire import AwsError, Params

# A few patterns of the models use classes that Python's re does not know; those are not checked.
_UNSUPPORTED = re.compile(r"\\p\{|\(\?<!|\[\[:")


def check(params: Params, shape: Any, code: str) -> None:
    """Raises AwsError(code) naming every member that breaks its constraint, in AWS's own words."""
    if shape is None:
        return
    problems = list(_problems(params, shape, ""))
    if problems:
        plural = "error" if len(problems) == 1 else "errors"
        raise AwsError(code, f"{len(problems)} validation {plural} detected: {'; '.join(problems)}")


def _problems(value: Any, shape: Any, path: str) -> Iterator[str]:
    kind = shape.type_name
    if kind == "structure" and isinstance(value, dict):
        yield from _structure(value, shape, path)
    elif kind == "list" and isinstance(value, list):
        yield from _size(value, shape, path)
        for index, item in enumerate(value):
            yield from _problems(item, shape.member, f"{path}{index + 1}.member.")
    elif kind == "map" and isinstance(value, dict):
        yield from _size(value, shape, path)
    elif kind in {"integer", "long"}:
        yield from _range(value, shape, path)
    elif kind == "string" and isinstance(value, str):
        yield from _string(value, shape, path)


def _structure(value: Params, shape: Any, path: str) -> Iterator[str]:
    for name in shape.required_members:
        if value.get(name) is None:
            yield _says(None, f"{path}{name}", "Member must not be null")
    for name, member in value.items():
        if name in shape.members and member is not None:
            yield from _problems(member, shape.members[name], f"{path}{name}.")


def _says(value: Any, path: str, rule: str) -> str:
    shown = "null" if value is None else f"'{value}'"
    return f"Value {shown} at '{path.rstrip('.')}' failed to satisfy constraint: {rule}"


def _size(value: Any, shape: Any, path: str) -> Iterator[str]:
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    if low is not None and len(value) < low:
        yield _says(value, path, f"Member must have length greater than or equal to {low}")
    if high is not None and len(value) > high:
        yield _says(value, path, f"Member must have length less than or equal to {high}")


def _range(value: int, shape: Any, path: str) -> Iterator[str]:
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    if low is not None and value < low:
        yield _says(value, path, f"Member must have value greater than or equal to {low}")
    if high is not None and value > high:
        yield _says(value, path, f"Member must have value less than or equal to {high}")


def _string(value: str, shape: Any, path: str) -> Iterator[str]:
    yield from _size(value, shape, path)
    pattern = shape.metadata.get("pattern")
    if shape.enum and value not in shape.enum:
        yield _says(value, path, f"Member must satisfy enum value set: [{', '.join(shape.enum)}]")
    elif pattern and not _UNSUPPORTED.search(pattern) and not re.fullmatch(pattern, value, re.DOTALL):
        yield _says(value, path, f"Member must satisfy regular expression pattern: {pattern}")
