"""Changes that a question may suppose: to fields of the event, and to rules. Each is data and says itself in words."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from collectors.errors import UsageError
from dashboard.flow.patterns import jsontext
from dashboard.flow.patterns.jsontext import Pairs
from dashboard.flow.patterns.scalars import scalar_text

FieldKind = Literal["remove", "set", "other", "optional"]
RuleKind = Literal["disable", "enable", "drop", "pattern"]

_ENVELOPE = ("version", "id", "time", "account", "region", "detail", "replay-name")
_SETTABLE = ("source", "detail-type", "resources")
_SHOWN = 120


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A change of one field, for the whole path. `path` is dotted from the event's root; `value` is that of "set" alone."""

    kind: FieldKind
    path: str
    value: Any = None

    @property
    def steps(self) -> tuple[str, ...]:
        """The path, step by step."""
        return tuple(self.path.split("."))

    def words(self) -> str:
        """As it follows "if"."""
        match self.kind:
            case "remove":
                return f"{self.path} is removed"
            case "optional":
                return f"{self.path} may be left out"
            case "other":
                return f"{self.path} gets a value that no pattern names"
            case "set":
                return f"{self.path} is always {_shown(self.value)}"


@dataclass(frozen=True, slots=True)
class RuleChange:
    """A change of a rule or subscriber. `rule` is its ARN, or its name where that is clear; `pattern` that of "pattern" alone."""

    kind: RuleKind
    rule: str
    pattern: str | None = None
    name: str = ""

    def words(self) -> str:
        """As it follows "if"."""
        name = self.name or self.rule
        match self.kind:
            case "disable":
                return f"{name} is disabled"
            case "enable":
                return f"{name} is enabled"
            case "drop":
                return f"{name} is removed"
            case "pattern":
                return f"{name} gets another pattern"


Change = FieldChange | RuleChange


def field(kind: FieldKind, path: str, text: str | None = None) -> FieldChange:
    """A change of a field; `text` is the JSON of the value it is set to. `total` is detail.total.

    Raises UsageError for a path or value that is none.
    """
    clean = _path(path)
    top = clean.partition(".")[0]
    if top in _SETTABLE:
        return _envelope(kind, clean, text)
    if top in _ENVELOPE and clean != "detail" and top != "detail":
        raise UsageError(f"{top} is written by EventBridge: a producer cannot change it.")
    if clean == "detail":
        raise UsageError(
            "detail is in every event, and always an object: name a field in it, like detail.total."
        )
    if top != "detail":  # all that a producer writes is in there
        clean = f"detail.{clean}"
    return FieldChange(kind, clean, _value(clean, text) if kind == "set" else None)


def _path(path: str) -> str:
    clean = path.strip().removeprefix("$").removeprefix(".")
    clean = re.sub(r"\[(\d+|\*)\]", "", clean)  # patterns see through arrays: all elements are one field
    if not clean or any(not step for step in clean.split(".")):
        raise UsageError(f"{path!r} is no path of a field: write it with dots, like detail.order.total.")
    return clean


def _envelope(kind: FieldKind, path: str, text: str | None) -> FieldChange:
    if kind != "set" or path not in _SETTABLE:
        raise UsageError(
            f"Every event has {path.partition('.')[0]}: it can be set to a value, and nothing else."
        )
    value = _value(path, text)
    if path != "resources" and not isinstance(value, str):
        raise UsageError(f'{path} is always text: write it in quotes, like "com.acme.orders".')
    if path == "resources" and not (isinstance(value, list) and all(isinstance(v, str) for v in value)):
        raise UsageError("resources is always an array of texts.")
    return FieldChange(kind, path, value)


def _value(path: str, text: str | None) -> Any:
    try:
        return jsontext.loads(text or "")
    except ValueError as error:
        hint = " Text needs quotes." if re.fullmatch(r"[\w .:/-]+", text or "") else ""
        says = str(error).removeprefix("the text is not JSON: ")
        raise UsageError(f"The value of {path} is not JSON: {says}.{hint}") from error


def agree(changes: Iterable[FieldChange]) -> tuple[FieldChange, ...]:
    """The changes, each path once. Raises UsageError where two speak of one field, or one of what lies below another."""
    found: list[FieldChange] = []
    for change in changes:
        if change not in found:
            for other in found:
                _clash(other, change)
            found.append(change)
    return tuple(found)


def _clash(one: FieldChange, other: FieldChange) -> None:
    if one.path == other.path:
        raise UsageError(f"{one.path} is changed twice.")
    short, long = sorted((one.path, other.path), key=len)
    if long.startswith(f"{short}."):
        raise UsageError(f"{long} is a part of {short}: change one of the two.")


def _shown(value: Any) -> str:
    text = as_text(value)
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"


def as_text(value: Any) -> str:
    """A JSON value as text again, repeated keys and all digits included."""
    if isinstance(value, dict | Pairs):
        inside = ", ".join(
            f"{json.dumps(k, ensure_ascii=False)}: {as_text(v)}" for k, v in jsontext.items(value)
        )
        return f"{{{inside}}}"
    if isinstance(value, list):
        return f"[{', '.join(as_text(item) for item in value)}]"
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    return scalar_text(value)
