"""Whether what a rule or subscriber matches gets to its target: what was neither handed on nor told as failed is silently lost."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from dashboard.flow.answers import Stage
from dashboard.flow.health import beginning, usual
from dashboard.flow.health.beginning import Since
from dashboard.flow.health.lines import Line, Lines, Values
from dashboard.flow.health.symptom import Symptom
from dashboard.flow.health.things import Thing, events, is_on, is_whole, number

SOME = 10
"""Events that did not get there."""
SHARE = 0.5
"""Part of those matched."""
LAG = 600
"""Seconds that a delivery may take."""
ALL = 0.9
"""Part of its events that a target must have got, or not, for it to have got all of them or none."""
FEW = 20
"""Windows with events that must have come to all targets."""
LONG = 7 * 24 * 3600
WHOLE = 0.9
"""Part of a week's events that got there: what came late was made up for."""


class Counts(NamedTuple):
    """How a kind counts what it takes, hands on, and what of the rest it tells."""

    stage: Stage
    taken: str
    handed: str
    told: tuple[str, ...]
    delayed: tuple[str, ...] = ()


COUNTS = {
    "rule": Counts(
        *("invoked", "MatchedEvents", "Invocations"),
        ("FailedInvocations", "InvocationsSentToDlq"),
        ("ThrottledRules",),
    ),
    "subscriber": Counts(
        *("delivered", "FilterMatched", "EventsDelivered"),
        ("EventsDropped", "OnFailureDestinationDelivered"),
    ),
}


class _Layer(NamedTuple):
    line: Line
    handed: Values


def hands_nothing_on(thing: Thing) -> Symptom | None:
    """Ten or more and half of what it matched did not get there; where it matched nothing in three hours, by the last 24."""
    how = COUNTS[thing.kind]
    hours = 3 if thing.count(how.taken) > 0 else 24
    if thing.sum(how.taken, hours) is None or not is_on(thing) or thing.count(*how.delayed, hours=hours) > 0:
        return None
    found = [(window, _missing(thing, how, window)) for window in (hours, 0.5)]
    if not any(lost >= max(SOME, SHARE * thing.count(how.taken, hours=window)) for window, lost in found):
        return None
    matched, lost = thing.count(how.taken, hours=hours), found[0][1]
    got = number(matched - lost) if lost < matched else "none"
    told = f"and its target got {got} of them" if thing.kind == "rule" else f"and delivered {got} of them"
    return Symptom(
        *(
            thing.arn,
            how.stage,
            f"{thing.title} matched {number(matched)} events in the last {hours} hours, {told}",
        ),
        lambda lines: _began(_of(lines, thing, how)),
        lost=max(_missing(thing, how, 24), 0.0),
        holds=lambda lines: _is_lost(_of(lines, thing, how)),
    )


def leaves_a_target_out(thing: Thing) -> Symptom | None:
    """Of a rule with several targets, what one of them or more got nothing of, though for a week each event was handed to all."""
    targets = len({sub.target for sub in thing.estate.rules[thing.arn] if sub.active and sub.target})
    how = COUNTS["rule"]
    matched, handed = thing.sum(how.taken), thing.sum(how.handed)
    if targets < 2 or not matched or not handed or thing.count(*how.delayed) > 0:
        return None
    lost = targets * matched - max(handed, thing.count(*how.told))
    if lost < max(SOME, ALL * matched) or lost >= targets * matched - SOME:
        return None
    left_out = max(round(lost / matched), 1)
    says = f"matched {events(matched)} in the last 3 hours, and {left_out} of its {targets} targets got none of them"
    return Symptom(
        *(thing.arn, how.stage, f"{thing.title} {says}"),
        lambda lines: _fell(_of(lines, thing, how), targets),
        lost=max(targets * thing.count(how.taken, hours=24) - thing.count(how.handed, hours=24), 0.0),
        sure=False,
    )


def _fell(layers: Sequence[_Layer], targets: int) -> Since | None:
    """Where not all targets got each event any more, of which for the week before, and before that too, they did."""
    for line, handed in layers:
        if line.period < usual.HOUR:
            continue
        taken = np.nan_to_num(line.values)
        some = np.flatnonzero(taken > 0)
        whole = handed[some] >= (targets - 1 + ALL) * taken[some]
        last = int(np.flatnonzero(whole)[-1]) if whole.any() else -1
        before = max(last + 1 - LONG // line.period, 0)
        if last >= FEW and whole[before : last + 1].mean() >= WHOLE and last + 1 < len(some):
            return _finest(layers, targets) or beginning.at(line, int(some[last + 1]))
    return None


def _finest(layers: Sequence[_Layer], targets: int) -> Since | None:
    """The same in points of five minutes, where it began within their day."""
    line, handed = layers[0]
    taken = np.nan_to_num(line.values)
    some = np.flatnonzero(taken > 0)
    whole = np.flatnonzero(handed[some] >= (targets - 1 + ALL) * taken[some])
    if not len(whole) or whole[-1] + 1 >= len(some):
        return None
    return beginning.at(line, int(some[whole[-1] + 1]))


def _missing(thing: Thing, how: Counts, hours: float) -> float:
    """Events that were matched and of which nothing else is told; 0 where that is not known."""
    taken, handed = thing.sum(how.taken, hours), thing.sum(how.handed, hours)
    if (
        handed is None
        and thing.kind == "rule"
        and how.handed not in thing.series
        and is_whole(thing.estate, thing.arn)
    ):
        handed = 0.0  # sent only when not zero: without any it is not even listed
    if taken is None or handed is None:
        return 0.0
    return taken - max(handed, thing.count(*how.told, hours=hours))


def _of(lines: Lines, thing: Thing, how: Counts) -> list[_Layer]:
    """What was matched, layer by layer, and what was handed on or told of in the same windows."""
    there = {
        (line.period, line.start, metric): line.values
        for metric in (how.handed, *how.told)
        for line in lines.get((thing.arn, metric), ())
    }
    found = []
    for line in lines.get((thing.arn, how.taken), ()):
        counts = [there.get((line.period, line.start, metric)) for metric in (how.handed, *how.told)]
        known = [np.zeros(len(line.values)) if one is None else np.nan_to_num(one) for one in counts]
        found.append(_Layer(line, np.maximum(known[0], np.sum(known[1:], axis=0))))
    return found


def _is_lost(layers: Sequence[_Layer]) -> bool:
    """Whether it did not get there late either, and other days at these hours were not the same and made up for."""
    if not layers:
        return False
    line, handed = layers[0]
    taken = np.nan_to_num(line.values)
    some = np.flatnonzero(taken > 0)
    until = min(int(some[-1]) + 1 if len(some) else 0, len(taken) - LAG // line.period)
    for hours in (3, 0.5):
        first = max(until - int(hours * usual.HOUR) // line.period, 0)
        matched = taken[first:until].sum()
        lost = matched - handed[first:].sum()
        if lost >= max(SOME, SHARE * matched):
            span = line.start + first * line.period, line.end
            return not _is_usual(layers, lost / matched, span)
    return False


def _is_usual(layers: Sequence[_Layer], share: float, span: tuple[int, int]) -> bool:
    line, handed = next((layer for layer in layers if layer.line.period == usual.HOUR), (None, np.empty(0)))
    if line is None:
        return False
    missing = Line(line.start, line.period, np.nan_to_num(line.values) - handed)
    days = range(1, usual.DAYS + 1)
    alike = [
        bool(len(all_) and all_.sum() > 0 and lost.sum() * 2 >= share * all_.sum())
        for all_, lost in zip(
            (np.nan_to_num(one) for one in usual.earlier([line], *span, days)),
            usual.earlier([missing], *span, days),
            strict=True,
        )
    ]
    week = slice(-usual.DAYS * 24, None)
    return usual.is_usual(alike) and bool(handed[week].sum() >= WHOLE * np.nansum(line.values[week]))


def _began(layers: Sequence[_Layer]) -> Since | None:
    """Where a greater share stopped getting there."""
    taken = [layer.line for layer in layers]
    lost = [
        Line(line.start, line.period, _never_handed(np.nan_to_num(line.values) - handed))
        for line, handed in layers
    ]
    return beginning.share(lost, taken)


def _never_handed(missing: Values) -> Values:
    """Of what is missing in each window, and made up for in others, what never was by the end."""
    lasting = np.minimum.accumulate(np.cumsum(missing)[::-1])[::-1]
    never: Values = np.diff(lasting, prepend=min(0.0, lasting[0]))
    return never
