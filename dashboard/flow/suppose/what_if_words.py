"""The answer to "what if?" as one sentence or two, before any table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard.flow.suppose.changes import FieldChange

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dashboard.flow.answers import Question
    from dashboard.flow.suppose.changes import Change
    from dashboard.flow.suppose.effects import Effect, EffectKind

_NAMED = 5
_VERBS = {
    "loses": ("no longer gets it", "no longer get it"),
    "gains": ("newly gets it", "newly get it"),
    "changes": ("gets it differently", "get it differently"),
}


def sentence(
    asked: Question,
    changes: Sequence[Change],
    by_consumer: Mapping[EffectKind, Sequence[str]],
    effects: Sequence[Effect],
) -> str:
    """The whole answer in words. Counts are of distinct consumers that get the event."""
    event = f"{asked.detail_type} ({asked.source})"
    was = sum(len(names) for kind, names in by_consumer.items() if kind != "gains")
    if not changes:
        return f"{event} has {_count(was)} today. Nothing is changed yet."
    start = f"If {_and([change.words() for change in changes], 6)}"
    told = [
        f"{len(names)} {_VERBS[kind][len(names) != 1]}: {_and(names, _NAMED)}"
        for kind in ("loses", "gains", "changes")
        if (names := by_consumer[kind])
    ]
    reading = _reading(changes, effects)
    if not told and reading:
        return f"{start}, {_all(was)} of {event} still {'gets' if was == 1 else 'get'} it as today. {reading}"
    if not told and not was:
        return f"{start}, nothing changes: nobody gets {event}, today or then."
    if not told:
        return f"{start}, nothing changes for {_all(was)} of {event}."
    stay = len(by_consumer["stays"])
    rest = f"{stay} {'stays as it is' if stay == 1 else 'stay as they are'}." if stay else ""
    of = f"of the {_count(was)} of {event}, " if was else f"for {event}, which nobody gets today: "
    return " ".join(text for text in [f"{start}: {of}{'; '.join(told)}.", rest, reading] if text)


def _all(was: int) -> str:
    return "the one consumer" if was == 1 else f"the {was} consumers"


def _count(number: int) -> str:
    return f"{number} consumer" if number == 1 else f"{number} consumers"


def _reading(changes: Sequence[Change], effects: Sequence[Effect]) -> str:
    """Consumers that still get the event and read what is changed: delivery is not all that can break."""
    names = {e.arn: e.name for e in effects if e.reads and e.after and e.after.active}
    if not names:
        return ""
    read = {change.path for change in changes if isinstance(change, FieldChange)}
    what = read.pop() if len(read) == 1 else "what changes"
    told = _and(sorted(names.values()), _NAMED)
    return f"{len(names)} of those that get it {'reads' if len(names) == 1 else 'read'} {what}: {told}."


def _and(names: Sequence[str], most: int) -> str:
    """a, b and c; with more than `most`, how many more."""
    shown = list(names[:most])
    if len(names) > most:
        shown.append(f"{len(names) - most} more")
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"
