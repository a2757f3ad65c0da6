"""The event pattern language of EventBridge: parse, match, explain, and decide for what is only partly known.

docs/patterns.md is the specification; this package is pure Python and does no input or output.
"""

from __future__ import annotations

from dashboard.flow.patterns.deciding import Decision
from dashboard.flow.patterns.errors import EventError, PatternError
from dashboard.flow.patterns.events import Event, prepare
from dashboard.flow.patterns.explaining import Explanation, FieldVerdict
from dashboard.flow.patterns.lines import match_lines
from dashboard.flow.patterns.partial import (
    UNKNOWN,
    UNKNOWN_NUMBER,
    UNKNOWN_STRING,
    Items,
    Json,
    Maybe,
    Obj,
    OneOf,
    Shared,
    Tree,
    event_tree,
)
from dashboard.flow.patterns.pattern import Pattern, parse
from dashboard.flow.patterns.ruleset import Ruleset
from dashboard.flow.patterns.schema import decide_for_type, tree_from_schema

__all__ = [
    "UNKNOWN",
    "UNKNOWN_NUMBER",
    "UNKNOWN_STRING",
    "Decision",
    "Event",
    "EventError",
    "Explanation",
    "FieldVerdict",
    "Items",
    "Json",
    "Maybe",
    "Obj",
    "OneOf",
    "Pattern",
    "PatternError",
    "Ruleset",
    "Shared",
    "Tree",
    "decide_for_type",
    "event_tree",
    "match_lines",
    "parse",
    "prepare",
    "tree_from_schema",
]
