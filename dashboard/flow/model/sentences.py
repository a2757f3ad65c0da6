"""What a sentence typed into the Ask box asks, and about what. Anything that is no such sentence is a name to search for."""

import re
from typing import Literal, NamedTuple

Intent = Literal["consumers", "producers", "between", "reads", "failing", "any"]


class Sentence(NamedTuple):
    """What is asked about `what`; `other` is where a path leads to. "any": a name, or a thing's whole answer."""

    intent: Intent
    what: str
    other: str | None = None


_TAKES = r"consumes?|gets?|receives?|listens?\s+(?:to|for)|reads?|subscribes?\s+to|uses?|needs?|depends?\s+on"
_MAKES = r"produces?|sends?|emits?|puts?|publishes|publish|makes?|raises?"
_DOES = r"consume|get|receive|read|take|produce|send|emit|put|publish|make"
_FIELD = r"(?P<what>(?:\$\.)?detail(?:\.[^\s?]+)?)"
_FORMS: tuple[tuple[Intent, str], ...] = (
    ("reads", rf"(?:who|what|which\s+\w+)\s+(?:reads?|uses?|needs?|depends?\s+on|looks?\s+at)\s+{_FIELD}"),
    ("reads", rf"(?:who|what)\s+breaks?\s+(?:if|when|without)\b.*?{_FIELD}.*?"),
    ("reads", r"(?:who|what)\s+breaks?\s+without\s+(?P<what>\S+?)"),
    ("reads", r"(?:who|what)\s+breaks?\s+(?:if|when)\s+\w+\s+(?:drops?|removes?|deletes?)\s+(?P<what>\S+?)"),
    (
        "between",
        r"(?:what\s+|which\s+\w+\s+)?(?:flows?|goes|gets|comes)\s+from\s+(?P<what>.+?)\s+to\s+(?P<other>.+?)",
    ),
    ("between", r"(?:is\s+there\s+)?(?:a\s+|the\s+)?path\s+(?:from\s+)?(?P<what>.+?)\s+to\s+(?P<other>.+?)"),
    (
        "between",
        r"(?:how\s+)?(?:does|do|can)\s+(?P<what>.+?)\s+(?:reach|get\s+to|flow\s+to)\s+(?P<other>.+?)",
    ),
    ("between", r"from\s+(?P<what>.+?)\s+to\s+(?P<other>.+?)"),
    (
        "failing",
        r"(?:what(?:'s|\s+is|\s+are)?|which\s+\w+\s+(?:is|are))\s+(?:failing|broken|down|unhealthy)(?:\s+in\s+(?P<what>.+?))?",
    ),
    ("failing", r"what\s+fails(?:\s+in\s+(?P<what>.+?))?"),
    ("failing", r"(?:failing|failures)(?:\s+in\s+(?P<what>.+?))?"),
    ("consumers", rf"(?:who|what|which\s+\w+)\s+(?:{_TAKES})\s+(?P<what>.+?)"),
    ("producers", rf"(?:who|what|which\s+\w+)\s+(?:{_MAKES})\s+(?P<what>.+?)"),
    ("consumers", r"consumers?\s+of\s+(?P<what>.+?)"),
    ("producers", r"producers?\s+of\s+(?P<what>.+?)"),
    # the reverse, "what does billing consume and produce?", asks about billing
    (
        "any",
        rf"(?:what(?:\s+\w+)?|which\s+[\w\s]+?)\s+(?:does|do)\s+(?:the\s+)?(?P<what>.+?)\s+(?:{_DOES})(?:\s+(?:and|or)\s+\w+)?",
    ),
)
_SENTENCES = tuple((intent, re.compile(rf"\s*{form}\s*\??\s*", re.IGNORECASE)) for intent, form in _FORMS)


def parse(text: str) -> Sentence:
    """What a sentence asks: "who consumes OrderPlaced?" is ("consumers", "OrderPlaced"); of "failing" `what` may be empty."""
    for intent, form in _SENTENCES:
        found = form.fullmatch(text)
        if found:
            told = found.groupdict()
            return Sentence(intent, _name(told["what"]), _name(told["other"]) if "other" in told else None)
    return Sentence("any", text.strip().rstrip("?").strip())


def _name(text: str | None) -> str:
    return (text or "").strip().strip("\"'")
