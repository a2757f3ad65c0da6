"""Constraints of botocore's models, checked on the server's side as AWS does: its own clients check few of them.

Everything that a stand-in answers comes by here first (`front`). What the models do not hold, but AWS refuses all the
same, the stand-ins check themselves.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from collectors.sample.server.wire import AwsError, Call, Params, operation_model

# How a service spells "your input breaks a constraint"; the others say ValidationException.
CODES = {
    "athena": "InvalidRequestException",
    "cloudwatch": "ValidationError",
    "eventbridgev2": "InvalidInputException",
    "firehose": "InvalidArgumentException",
    "iam": "ValidationError",
    "kinesis": "InvalidArgumentException",
    "lambda": "InvalidParameterValueException",
    "logs": "InvalidParameterException",
    "organizations": "InvalidInputException",
    "resourcegroupstaggingapi": "InvalidParameterException",
    "s3": "InvalidArgument",
    "schemas": "BadRequestException",
    "sns": "InvalidParameter",
    "sqs": "InvalidParameterValue",
    "sts": "ValidationError",
}
_CODES_BY_MEMBER = {
    ("cloudtrail", "EventCategory"): "InvalidEventCategoryException",
    ("cloudtrail", "LookupAttributes"): "InvalidLookupAttributesException",
    ("cloudtrail", "MaxResults"): "InvalidMaxResultsException",
}
# A token is judged by whoever gave it.
_TOKENS = {"NextToken", "nextToken", "Marker", "PaginationToken", "ContinuationToken"}

Problem = tuple[str, str]  # the member's path, and what AWS says of it


def check(call: Call) -> None:
    """Raises AwsError in the service's own code, naming every member that breaks its constraint, in AWS's own words."""
    shape = operation_model(call.service, call.operation).input_shape
    if shape is None:
        return
    params = {name: value for name, value in call.params.items() if name not in _TOKENS}
    problems = list(_problems(params, shape, ""))
    if problems:
        member = problems[0][0].split(".", 1)[0]
        code = _CODES_BY_MEMBER.get((call.service, member)) or CODES.get(call.service, "ValidationException")
        plural = "error" if len(problems) == 1 else "errors"
        said = "; ".join(text for _, text in problems)
        raise AwsError(code, f"{len(problems)} validation {plural} detected: {said}")


def _problems(value: Any, shape: Any, path: str) -> Iterator[Problem]:
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


def _structure(value: Params, shape: Any, path: str) -> Iterator[Problem]:
    for name in shape.required_members:
        if value.get(name) is None:
            yield _says(None, f"{path}{name}", "Member must not be null")
    for name, member in value.items():
        if name in shape.members and member is not None:
            yield from _problems(member, shape.members[name], f"{path}{name}.")


def _says(value: Any, path: str, rule: str) -> Problem:
    shown, path = "null" if value is None else f"'{value}'", path.rstrip(".")
    return path, f"Value {shown} at '{path}' failed to satisfy constraint: {rule}"


def _size(value: Any, shape: Any, path: str) -> Iterator[Problem]:
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    if low is not None and len(value) < low:
        yield _says(value, path, f"Member must have length greater than or equal to {low}")
    if high is not None and len(value) > high:
        yield _says(value, path, f"Member must have length less than or equal to {high}")


def _range(value: int, shape: Any, path: str) -> Iterator[Problem]:
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    if low is not None and value < low:
        yield _says(value, path, f"Member must have value greater than or equal to {low}")
    if high is not None and value > high:
        yield _says(value, path, f"Member must have value less than or equal to {high}")


def _string(value: str, shape: Any, path: str) -> Iterator[Problem]:
    yield from _size(value, shape, path)
    pattern = shape.metadata.get("pattern")
    if shape.enum and value not in shape.enum:
        yield _says(value, path, f"Member must satisfy enum value set: [{', '.join(shape.enum)}]")
    elif pattern and (compiled := _compiled(pattern)) and not compiled.fullmatch(value):
        yield _says(value, path, f"Member must satisfy regular expression pattern: {pattern}")


@cache
def _compiled(pattern: str) -> re.Pattern[str] | None:
    """A pattern of the models; None for the few whose Java spelling Python does not know: those are not checked."""
    if re.search(r"\\p\{|\(\?<!|\[\[:", pattern):
        return None
    try:
        return re.compile(pattern, re.DOTALL)
    except re.error:
        return None
