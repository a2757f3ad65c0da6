"""The event pattern language of EventBridge: parse, match, explain, and decide for what is only partly known.

docs/patterns.md is the specification; this package is pure Python and does no input or output.
"""

from __future__ import annotations

from dashboard.flow.patterns.errors import EventError, PatternError
from dashboard.flow.patterns.events import Event, prepare
from dashboard.flow.patterns.pattern import Pattern, parse

__all__ = ["Event", "EventError", "Pattern", "PatternError", "parse", "prepare"]
