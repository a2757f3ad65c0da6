"""Fields read: which payload fields the consumers of a type depend on, and who breaks when one is dropped.

A field that filters read is dropped for a try: the event is walked again without it, so what is said of a filter is
what the filter does. What a function's own code reads is not visible: that is said, and never guessed.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from dashboard.flow.answers import Consumer, Consumers, Hop, Question
from dashboard.flow.backwards.seeing import WHOLE, Sight, Spot, along, dotted, holds, touches
from dashboard.flow.model import asking, fields, laying
from dashboard.flow.model.estate import Estate
from dashboard.flow.patterns.partial import Obj, event_tree
from dashboard.flow.walk import paths
from dashboard.flow.walk.paths import Walk
from dashboard.flow.who.consumers import consumers, row_of
from dashboard.flow.who.narrowing import settled

Breaks = Literal["yes", "changes", "unknown", "no"]
BREAKS: tuple[Breaks, ...] = ("yes", "changes", "unknown", "no")
Key = tuple[Any, ...]
Rows = dict[Key, Consumer]
_CODE = {
    "function": "unknown: the function's own code",
    "queue": "unknown: whoever reads the queue",
    "stream": "unknown: whoever reads the stream",
    "state-machine": "unknown: the state machine's own definition",
    "http": "unknown: what answers at that address",
    "api-destination": "unknown: what answers at that address",
    "email": "unknown: whoever reads the message",
    "sms": "unknown: whoever reads the message",
    "log-group": "unknown: whoever reads the log",
}


@dataclass(frozen=True, slots=True)
class Effect:
    """What happens at one place when a field is absent. `breaks`: the consumer no longer gets what it gets now."""

    spot: Spot
    breaks: Breaks
    says: str


@dataclass(frozen=True, slots=True)
class Reader:
    """A consumer row: what reads the event on its way, and what the consumer itself is given.

    `given` are fields that flow on to it, "" for the whole event; null: what it gets is made by something whose reading
    is not visible. `code` says what cannot be seen; null: it is given nothing of the event beyond what is listed.
    """

    row: Consumer
    effects: tuple[Effect, ...]
    given: tuple[str, ...] | None
    code: str | None


@dataclass(frozen=True, slots=True)
class Dropped:
    """What dropping one field does to one consumer row, in the gravest word, with the reasons."""

    row: Consumer
    breaks: Breaks
    says: tuple[str, ...]
    spots: tuple[Spot, ...]


@dataclass(frozen=True, slots=True)
class Readers:
    """All consumer rows of a type with what they read. `fields` are those that anything reads, by name."""

    answer: Consumers
    readers: tuple[Reader, ...]

    @property
    def fields(self) -> tuple[str, ...]:
        """Payload fields that a pattern, filter, input path or transformer reads."""
        return tuple(sorted({effect.spot.field for one in self.readers for effect in one.effects}))


def readers(estate: Estate, asked: Question) -> Readers:
    """What each consumer row reads. Raises UsageError for a bus that nobody knows."""
    answer = consumers(estate, asked)
    sights = [(row, along(estate, row)) for row in answer.consumers]
    tried = sorted(
        {s.field for _, sight in sights for s in sight.spots if s.filters and _is_payload(s.field)}
    )
    now = _rows(estate, asked) if tried else {}
    after = {name: _rows(estate, asked, name) for name in tried}
    found = []
    for row, sight in sights:
        effects = tuple(
            _effect(row, spot, now, after.get(spot.field, {}))
            for spot in sight.spots
            if _is_payload(spot.field)
        )
        given = None if sight.given is None else tuple(sorted(sight.given))
        found.append(Reader(row, effects, given, _code(row, sight)))
    return Readers(answer, tuple(found))


def dropped(
    estate: Estate, asked: Question, name: str, answer: Consumers | None = None
) -> tuple[Consumers, tuple[Dropped, ...]]:
    """Who breaks if this field is dropped: every consumer row, the gravest first. `answer` where it is at hand."""
    name, answer = named(name), answer or consumers(estate, asked)
    now, after = _rows(estate, asked), _rows(estate, asked, name)
    found = [_dropped(estate, row, name, now, after) for row in answer.consumers]
    order = sorted(found, key=lambda one: (not one.row.active, BREAKS.index(one.breaks)))
    return answer, tuple(order)


def named(name: str) -> str:
    """A field as a person types it, dotted from the event's root: `total` and `$.detail.total` are `detail.total`."""
    path = dotted(name)
    return path if _is_payload(path) else f"detail.{path}" if path else "detail"


def known_fields(estate: Estate, answer: Consumers) -> tuple[str, ...]:
    """Fields to choose from: those of the type's schema, and those that anything on the way reads."""
    schema = fields.schema_of(estate, answer.event.source, answer.event.detail_type)
    of_schema = [named(f.path) for f in fields.of_schema(schema["content"])] if schema else []
    read = {spot.field for _, spot in spots(estate, answer)}
    return tuple(dict.fromkeys([*of_schema, *sorted(read)]))


def spots(estate: Estate, answer: Consumers) -> Iterator[tuple[Consumer, Spot]]:
    """Every place on the way of a consumer row that reads the payload."""
    for row in answer.consumers:
        yield from ((row, spot) for spot in along(estate, row).spots if _is_payload(spot.field))


def _is_payload(name: str) -> bool:
    return holds("detail", name)


def _dropped(estate: Estate, row: Consumer, name: str, now: Rows, after: Rows) -> Dropped:
    sight = along(estate, row)
    spots = [spot for spot in sight.spots if holds(name, spot.field)]
    effects = [_effect(row, spot, now, after) for spot in spots]
    says = [effect.says for effect in effects]
    breaks: Breaks = min((e.breaks for e in effects), key=BREAKS.index, default="no")
    if breaks == "no" and _sees(sight, name):
        breaks = "unknown"
        says.append(_code(row, sight) or "")
    if breaks == "no" and not says:
        says.append("It is not given this field.")
    return Dropped(row, breaks, tuple(dict.fromkeys(says)), tuple(spots))


def _sees(sight: Sight, name: str) -> bool:
    return bool(sight.unread) or sight.given is None or any(touches(name, given) for given in sight.given)


def _code(row: Consumer, sight: Sight) -> str | None:
    """What cannot be seen of this consumer's reading."""
    if sight.unread:
        return f"unknown: {' and '.join(sight.unread)} could not be read"
    if sight.given is None:
        return "unknown: what it gets is made of the event on the way, and how is not visible"
    if not sight.given:
        return None
    text = _CODE.get(row.kind, f"unknown: what the {row.kind} does with it")
    return text if WHOLE in sight.given else f"{text}, which is given {', '.join(sorted(sight.given))} alone"


def _effect(row: Consumer, spot: Spot, now: Rows, after: Rows) -> Effect:
    place = spot.place
    if spot.where == "input path":
        return Effect(spot, "yes", f"Without {spot.field} {place} selects nothing.")
    if not spot.filters:
        return Effect(spot, "yes", f"Without {spot.field} {place} gets an empty value.")
    before, then = _hop(now, row, spot), _hop(after, row, spot)
    if then is None:
        return Effect(spot, "yes", f"Without {spot.field} {place} can no longer match.")
    if before is not None and (before.delivery, before.when) == (then.delivery, then.when):
        return Effect(spot, "no", f"Without {spot.field} {place} matches as before.")
    if then.delivery == "always":
        return Effect(spot, "changes", f"Without {spot.field} {place} lets every event through.")
    return Effect(spot, "changes", f"Without {spot.field} {place} matches on its other conditions alone.")


def _hop(rows: Rows, row: Consumer, spot: Spot) -> Hop | None:
    """The step of the row at which the spot stands, in another walk; null where the event does not come through."""
    found = rows.get(_key(row))
    return next((hop for hop in found.path if hop.by == spot.by), found.path[0]) if found else None


def _rows(estate: Estate, asked: Question, without: str | None = None) -> Rows:
    """The consumer rows of the type; or those there are when no event has the field."""
    tree = _tree(estate, asked, without)
    walk = Walk(estate)
    for bus in asking.entry_buses(estate, asked):
        paths.walk(estate, bus, tree, walk)
    rows = (row_of(estate, path) for path in walk.paths)
    return {_key(row): row for row in rows}


def _tree(estate: Estate, asked: Question, without: str | None) -> Any:
    """Any event of the type, or any without the field, as its schemas have it where they settle that."""
    narrowing = settled(estate, asked)
    today = narrowing.tree if narrowing else event_tree(asked.source, asked.detail_type)
    if without is None:
        return today
    steps = tuple(without.split(".")[1:])
    laid = laying.Laid(laying.absent, there=False)
    detail = laid.on(today.known["detail"], steps, "detail") if steps else Obj({}, open=False)
    return Obj({**today.known, "detail": detail}, open=False)


def _key(row: Consumer) -> Key:
    return row.bus, row.subscription, tuple((hop.arn, hop.by) for hop in row.path)


def breaking(rows: Iterable[Dropped]) -> tuple[Dropped, ...]:
    """Active rows that break for certain."""
    return tuple(one for one in rows if one.breaks == "yes" and one.row.active)
