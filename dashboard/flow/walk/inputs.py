"""What a target gets: the event, a part of it, or what a template makes of it, as far as its shape tells.

Of templates and constants a snapshot holds keys and JSON paths; literals were dropped and are unknown here.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from dashboard.flow.model import trees
from dashboard.flow.model.matching import UNKNOWN, Json, Obj
from dashboard.flow.patterns.partial import UNKNOWN_NUMBER, UNKNOWN_STRING, OneOf

Row = Mapping[str, Any]
_PIECE = re.compile(r'"(?:[^"\\]|\\.)*"|<([^<>]{1,256})>|…')
_WHOLE = re.compile(r"<([^<>]{1,256})>")
_STEP = re.compile(r"\.([A-Za-z0-9_-]+)|\['([^']+)'\]|\[\"([^\"]+)\"\]")
_MARK = "\x00"
_BARE = OneOf((UNKNOWN_NUMBER, True, False, None))
"""A literal outside quotes: a number, true, false or null."""
_EVENT = ("aws.events.event.json", "aws.pipes.event.json")


def after(carrier: Row, tree: Any) -> Any:
    """What the target of a rule, subscriber or pipe gets when an event with this tree goes through."""
    kind = carrier["input_kind"]
    if kind == "event":
        return tree
    if kind == "path" and carrier["input_paths"]:
        return select(tree, carrier["input_paths"][0])
    return _of_template(carrier["input_template"], tree) if kind in ("template", "constant") else UNKNOWN


def select(tree: Any, path: str) -> Any:
    """The part of the tree that a JSON path names. Text that holds JSON is looked into, as pipes do with a body."""
    rest = path.removeprefix("$")
    while rest:
        step = _STEP.match(rest)
        if step is None:
            return UNKNOWN
        inside = tree.tree if isinstance(tree, Json) else tree
        tree = trees.part(inside, next(group for group in step.groups() if group is not None))
        rest = rest[step.end() :]
    return tree.tree if isinstance(tree, Json) else tree


def _of_template(shape: str | None, tree: Any) -> Any:
    """The object or array that a template makes; UNKNOWN where the shape is text, or no whole JSON."""
    if not shape:
        return UNKNOWN
    try:
        read = json.loads(_PIECE.sub(_marked, shape))
    except (ValueError, RecursionError):
        return UNKNOWN
    alone = isinstance(read, str) and not read.startswith(_MARK)
    return UNKNOWN if alone else _filled(read, tree)


def _marked(piece: re.Match[str]) -> str:
    """A placeholder or dropped literal outside quotes, as a JSON string that no template can hold."""
    text = piece.group()
    return text if text.startswith('"') else json.dumps(_MARK + (piece[1] or ""))


def _filled(value: Any, tree: Any) -> Any:
    if isinstance(value, dict):
        return Obj({key: _filled(item, tree) for key, item in value.items()}, open=False)
    if isinstance(value, list):
        return [_filled(item, tree) for item in value]
    if value == _MARK:
        return _BARE
    if isinstance(value, str) and value.startswith(_MARK):
        return tree if value[1:] in _EVENT else _placed(value[1:], tree)
    return _text(value, tree) if isinstance(value, str) and value else value


def _placed(name: str, tree: Any) -> Any:
    return select(tree, name) if name.startswith("$") else UNKNOWN


def _text(text: str, tree: Any) -> Any:
    """A string: one placeholder alone may be known, anything else is some string."""
    whole = _WHOLE.fullmatch(text)
    if whole is None:
        return UNKNOWN_STRING
    found = _placed(whole[1], tree)
    return found if isinstance(found, str) else UNKNOWN
