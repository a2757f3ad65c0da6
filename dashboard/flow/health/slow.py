"""Whether something takes several times as long as usual: lately beside the same hours of earlier days, or for days."""

from collections.abc import Sequence

from dashboard.flow.answers import Stage
from dashboard.flow.health import beginning, usual
from dashboard.flow.health.lines import Line
from dashboard.flow.health.symptom import Symptom, layers, symptom_of
from dashboard.flow.health.things import Thing, length, number

FEW = 3
"""Points that a time may be told from."""
MANY_TIMES = 5.0
"""Of the highest usual latency or duration."""
LATE_MS = 1_000.0


def lately(thing: Thing, metric: str) -> float:
    """The mean of three hours, or of the last half one where that is higher; 0 without points."""
    series = thing.series.get(metric)
    if series is None:
        return 0.0
    half = series.mean(0.5) if series.points[0.5] >= FEW else None
    return max(series.mean(3) or 0.0, half or 0.0)


def slow(thing: Thing, metric: str, stage: Stage, does: str, what: str) -> Symptom | None:
    """Five times the highest usual, and a second or more; or five times the lowest, and history shows since when."""
    series, had = thing.series.get(metric), thing.usual(metric)
    if series is None or had is None or had.days < 3 or series.points[3] < FEW:
        return None
    now = lately(thing, metric)
    if now < LATE_MS or now < MANY_TIMES * had.low:
        return None
    sure = now >= MANY_TIMES * had.high  # else it has been slow for days, or is on some
    before = had.mean if sure else had.low
    times = (
        f"{number(round(now / max(before, 1)))} times as {'late' if does == 'delivers' else 'long'} as usual"
    )
    return symptom_of(
        *(thing, stage, f"{does} {times}, {length(now / 1000)} {what}"),
        lambda lines: beginning.level(
            layers(lines, thing, metric) if sure else beginning.history(layers(lines, thing, metric)),
            0 if sure else usual.DAY,  # a weekly run is slow for some hours
        ),
        sure=sure,
        holds=(lambda lines: not _is_known(layers(lines, thing, metric))) if sure else None,
    )


def _is_known(lines: Sequence[Line]) -> bool:
    return usual.is_monthly(lines) or usual.is_habit(lines)
