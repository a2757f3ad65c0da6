"""A symptom: what is wrong with one thing, in a sentence that still lacks its beginning, and where to look for that."""

from collections.abc import Callable
from typing import NamedTuple

from dashboard.flow.answers import Stage
from dashboard.flow.health.beginning import Since
from dashboard.flow.health.lines import Lines


class Symptom(NamedTuple):
    """`says` has no full stop; `more` is a further sentence. `began` finds the beginning in the thing's series."""

    arn: str
    stage: Stage
    says: str
    began: Callable[[Lines], Since | None]
    lost: float = 0.0
    dead_lettered: float = 0.0
    waiting: float = 0.0
    age_seconds: float | None = None
    more: str = ""
    sure: bool = True
    """False: only the beginning makes it one; without one it has been like this for as long as is known."""
