"""Why an event matches a rule or does not, field by field."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class FieldVerdict:
    """One field of a pattern against one event: the condition, what the event had, in a sentence."""

    path: str
    condition: str
    had: str
    matched: bool
    sentence: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why an event does or does not match one subscription, field by field. `problem` is set when its pattern is malformed."""

    subscription: str
    name: str
    bus: str
    matched: bool
    fields: tuple[FieldVerdict, ...] = field(default=())
    sentences: tuple[str, ...] = ()
    active: bool = True
    problem: str | None = None
