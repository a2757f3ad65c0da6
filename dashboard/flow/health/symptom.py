"""A symptom: what is wrong with one thing, in a sentence that still lacks its beginning, and where to look for that."""

from collections.abc import Callable
from typing import Any, NamedTuple

from dashboard.flow.answers import Stage
from dashboard.flow.health import beginning, usual
from dashboard.flow.health.beginning import Since
from dashboard.flow.health.lines import Line, Lines
from dashboard.flow.health.things import Thing


class Symptom(NamedTuple):
    """`says` has no full stop; `more` is a further sentence. `began` finds the beginning in the thing's series."""

    arn: str
    stage: Stage
    says: str
    began: Callable[[Lines], Since | None]
    lost: float = 0.0
    failed: float = 0.0
    missing: float = 0.0
    dead_lettered: float = 0.0
    waiting: float = 0.0
    age_seconds: float | None = None
    more: str = ""
    sure: bool = True
    """False: only the beginning makes it one; without one it has been like this for as long as is known."""
    holds: Callable[[Lines], bool] | None = None
    """What its series, point by point, must bear out for it to be one."""


def symptom_of(
    thing: Thing, stage: Stage, says: str, began: Callable[[Lines], Since | None], **more: Any
) -> Symptom:
    """A symptom whose sentence begins with the thing."""
    return Symptom(thing.arn, stage, f"{thing.title} {says}", began, **more)


def layers(lines: Lines, thing: Thing, *metrics: str) -> list[Line]:
    """Layers of one metric, or of several added up."""
    found = [lines[thing.arn, metric] for metric in metrics if (thing.arn, metric) in lines]
    return beginning.together(found)


def judged_by(thing: Thing, tried: str) -> int:
    """Hours to judge by: where nothing was tried in the last three, the last day tells how it was when it last was."""
    return 3 if thing.count(tried) > 0 else 24


def lasting(thing: Thing, hours: int, tried: str, *bad: str) -> Callable[[Lines], bool] | None:
    """Of a day, whether it had not recovered by its end."""
    return (
        None
        if hours == 3
        else lambda lines: usual.still(layers(lines, thing, *bad), layers(lines, thing, tried))
    )
