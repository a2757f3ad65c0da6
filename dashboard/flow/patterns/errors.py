"""What can be wrong with a pattern or an event, told in one sentence that names the place."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

Step = str | int
"""One step of a JSON path: a key, or an index in an array."""


def path_text(steps: Iterable[Step]) -> str:
    """The JSON path of ``steps``, such as ``$.detail["a b"][0]``."""
    parts = ["$"]
    for step in steps:
        if isinstance(step, int):
            parts.append(f"[{step}]")
        elif step.replace("-", "a").replace("_", "a").isalnum():
            parts.append(f".{step}")
        else:
            parts.append(f"[{json.dumps(step, ensure_ascii=False)}]")
    return "".join(parts)


class PatternError(ValueError):
    """The text is no event pattern. ``path`` is the JSON path, ``expected`` what should stand there.

    ``kind`` is "malformed", or "unsupported in dialect" where the reference engine would take it
    but the dialect it was parsed for does not.
    """

    def __init__(self, path: str, expected: str, kind: str = "malformed") -> None:
        super().__init__(f"At {path}: expected {expected}.")
        self.path = path
        self.expected = expected
        self.kind = kind


class EventError(ValueError):
    """The event is not a JSON object; the message is one sentence."""
