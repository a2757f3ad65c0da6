"""Two versions of a payload's contract side by side: what changed, and whether it can break who reads the events.

A change is breaking when a reader that worked on every event of the older contract may fail on one of the newer: a field
that is gone or may now be absent or null, a type, format or value that was not possible before. All else is safe. A field
that was renamed is one that is gone and one that is new. Alternatives (oneOf, anyOf) are no fields: `unlisted` tells of them.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from dashboard.flow.model.fields import SchemaField, of_schema

Kind = Literal["gone", "new", "type", "null", "required", "values", "format"]
NOT_FIELDS = ("oneOf", "anyOf", "not", "patternProperties", "additionalProperties")
"""Words of a schema that say something about payloads and are not listed as fields."""
_ARRAY = "array of "
_WORDS = {"description", "title", "x-amazon-events-source", "x-amazon-events-detail-type", "openapi", "info"}


@dataclass(frozen=True, slots=True)
class Change:
    """One difference: the field's path, dotted from the event's root, what kind of change, and in a sentence."""

    path: str
    kind: Kind
    breaking: bool
    says: str


def compare(old: str | None, new: str | None) -> tuple[Change, ...]:
    """What changed from one schema's content (JSON text) to the other's, breaking changes first, then by path."""
    before, after = _by_path(old), _by_path(new)
    found: list[Change] = []
    cut: list[str] = []  # what is below a field that is gone, new or of another type goes without saying
    for path in sorted({*before, *after}):
        if any(path.startswith(f"{above}.") for above in cut):
            continue
        changes = list(_field(path, before.get(path), after.get(path)))
        found += changes
        if any(change.kind in ("gone", "new", "type") for change in changes):
            cut.append(path)
    return tuple(sorted(found, key=lambda change: (not change.breaking, change.path)))


def unlisted(old: str | None, new: str | None) -> tuple[str, ...]:
    """Words that stand in either content and say more than fields do, where the two differ in more than their texts."""
    documents = [_bare(content) for content in (old, new)]
    if documents[0] == documents[1]:
        return ()
    texts = [json.dumps(document) for document in documents]
    return tuple(word for word in NOT_FIELDS if any(f'"{word}"' in text for text in texts))


def lines(content: str | None) -> list[str]:
    """The contract as lines of text, one a field, for a comparison line by line."""
    return [_line(field) for field in of_schema(content)]


def _line(field: SchemaField) -> str:
    told = [field.type, field.format or "", "required" if field.required else "", "null" * field.nullable]
    if field.enum:
        told.append(f"one of {', '.join(field.enum)}")
    return f"{field.path}: {', '.join(text for text in told if text)}"


def _by_path(content: str | None) -> dict[str, SchemaField]:
    return {field.path: field for field in of_schema(content)}


def _field(path: str, before: SchemaField | None, after: SchemaField | None) -> Iterator[Change]:
    if after is None:
        yield Change(path, "gone", breaking=True, says="is gone")
        return
    if before is None:
        yield Change(path, "new", breaking=False, says=f"is new ({_line(after).partition(': ')[2]})")
        return
    if _kinds(before) != _kinds(after):
        narrower = all(any(_takes_in(old, new) for old in _kinds(before)) for new in _kinds(after))
        yield Change(path, "type", breaking=not narrower, says=f"was {before.type}, is {after.type}")
    if _may_be_null(before) != _may_be_null(after):
        now = _may_be_null(after)
        yield Change(path, "null", breaking=now, says="may be null now" if now else "is never null any more")
    if before.required != after.required:
        yield Change(path, "required", breaking=before.required, says=_required(after))
    yield from _values(path, before, after)
    if before.format != after.format and (before.format or after.format):
        was, now_ = before.format or "of no format", after.format or "of no format"
        yield Change(path, "format", breaking=before.format is not None, says=f"was {was}, is {now_}")


def _required(after: SchemaField) -> str:
    return "is in every event now" if after.required else "may be absent now"


def _values(path: str, before: SchemaField, after: SchemaField) -> Iterator[Change]:
    was, now = set(before.enum), set(after.enum)
    if was == now:
        return
    if not now:
        yield Change(path, "values", breaking=True, says="may have any value now, not only a listed one")
        return
    if not was:
        yield Change(path, "values", breaking=False, says=f"is one of {', '.join(after.enum)} now")
        return
    if more := [value for value in after.enum if value not in was]:
        yield Change(path, "values", breaking=True, says=f"may also be {', '.join(more)} now")
    if less := [value for value in before.enum if value not in now]:
        yield Change(path, "values", breaking=False, says=f"is never {', '.join(less)} any more")


def _kinds(field: SchemaField) -> frozenset[str]:
    """The types a value may have, null apart."""
    return frozenset(field.type.split(" or ")) - {"null"}


def _takes_in(old: str, new: str) -> bool:
    """Whether every value of the newer type is one of the older: a whole number is a number, anything is any."""
    if old in (new, "any") or (old, new) == ("number", "integer"):
        return True
    inside = new.removeprefix(_ARRAY)
    return inside != new and (
        old == "array" or (old.startswith(_ARRAY) and _takes_in(old[len(_ARRAY) :], inside))
    )


def _may_be_null(field: SchemaField) -> bool:
    return field.nullable or "null" in field.type.split(" or ")


def _bare(content: str | None) -> Any:
    """The content without what only describes."""
    try:
        return _without_texts(json.loads(content or "null"))
    except (ValueError, RecursionError):
        return content


def _without_texts(node: Any) -> Any:
    if isinstance(node, Mapping):
        return {key: _without_texts(value) for key, value in node.items() if key not in _WORDS}
    return [_without_texts(one) for one in node] if isinstance(node, list) else node
