"""What a consumer is given of an event, and what reads it on the way: followed along one path, field by field.

Fields are dotted from the event's root, such as `detail.total`. What a function's own code reads is not visible.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from dashboard.flow.answers import Consumer, Hop
from dashboard.flow.model import arns
from dashboard.flow.model.estate import Estate, Row
from dashboard.flow.model.subscriptions import Subscription

Where = Literal[
    "rule pattern",
    "subscriber filter",
    "event source filter",
    "SNS filter policy",
    "mapping filter",
    "pipe filter",
    "input path",
    "input transformer",
    "enrichment input",
]
By = tuple[str, str]
"""The ARN of what carries, and what to call it."""
WHOLE = ""
_ALL = ("<aws.events.event.json>", "<aws.pipes.event.json>")
_INDEX = re.compile(r"\[(?:\d+|\*|\d*:\d*)\]")
_NAME = re.compile(r"\.?([^.\[\]]+)|\['([^']+)'\]|\[\"([^\"]+)\"\]")
_FILTERS: Mapping[str, Where] = {
    "sns-subscription": "SNS filter policy",
    "event-source-mapping": "mapping filter",
    "pipe-source": "pipe filter",
    "event-source": "event source filter",
}
_TEXT = {"queue": "body", "stream": "data"}


@dataclass(frozen=True, slots=True)
class Spot:
    """A place on a path that reads a field: what kind of place, the ARN of what carries there, and the place in words."""

    field: str
    where: Where
    by: str
    place: str

    @property
    def filters(self) -> bool:
        """Whether it decides if the event passes; otherwise it makes what the next one gets."""
        return self.where.endswith(("pattern", "filter", "policy"))


@dataclass(slots=True)
class Sight:
    """Where a path stands: how the current document's fields are those of the event, and what is still in it.

    A field `prefix.x` of the document is the event's `base.x`; base null: nothing is known. `given` are the fields that
    flow on, WHOLE for all of it; null: what flows on is made by something whose reading is not visible. `unread` are filters
    that could not be read: they may read any field.
    """

    prefix: str = ""
    base: str | None = ""
    given: frozenset[str] | None = frozenset({WHOLE})
    spots: list[Spot] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)

    def of_event(self, path: str) -> str | None:
        """The event's name of a field of the document; null where that is not known, or it is not the event's."""
        if self.base is None:
            return None
        if self.prefix:
            if path != self.prefix and not path.startswith(f"{self.prefix}."):
                return None
            path = path[len(self.prefix) + 1 :]
        return ".".join(part for part in (self.base, path) if part)


def along(estate: Estate, row: Consumer) -> Sight:
    """What reads the event on the way of this consumer row, and what its end is given."""
    sight, before = Sight(), row.bus
    for hop in row.path:
        if hop.via in ("rule", "subscriber"):
            sight = _merged([_through(estate, sight, sub, hop) for sub in _subscriptions(estate, hop)], sight)
        else:
            _over(estate, sight, before, hop)
        before = hop.arn
    return sight


def _subscriptions(estate: Estate, hop: Hop) -> Iterator[Subscription]:
    """The rule's or subscriber's targets that lead to this hop: two of one rule may lead to one resource."""
    yield from (sub for sub in estate.rules.get(hop.by or "", ()) if sub.target == hop.arn)


def _merged(ways: list[Sight], before: Sight) -> Sight:
    """What two targets of one rule that lead to one resource read and give together."""
    if len(ways) < 2:
        return ways[0] if ways else before
    given = [way.given for way in ways]
    same = len({(way.prefix, way.base) for way in ways}) == 1
    return Sight(
        prefix=ways[0].prefix if same else "",
        base=ways[0].base if same else None,
        given=None if None in given else frozenset().union(*(one for one in given if one is not None)),
        spots=list(dict.fromkeys(spot for way in ways for spot in way.spots)),
        unread=list(dict.fromkeys(text for way in ways for text in way.unread)),
    )


def _through(estate: Estate, before: Sight, sub: Subscription, hop: Hop) -> Sight:
    sight = replace(before, spots=[*before.spots], unread=[*before.unread])
    where: Where = "rule pattern" if sub.kind == "rule" else "subscriber filter"
    if sub.row["filters_hidden"] or sub.problem:
        sight.unread.append(f"the {where} of {sub.name}")
    for one in sub.filters:
        if one.scope == "data" and one.pattern is not None:
            _note(sight, one.pattern.fields(), where, (sub.arn, sub.name))
    if not (sub.kind == "rule" and estate.kind_of(hop.arn) == "bus"):
        _input(sight, sub.row, "input transformer", (sub.arn, sub.name))
    return sight


def _over(estate: Estate, sight: Sight, before: str, hop: Hop) -> None:
    """Along a link: its filters read the document, then what the link makes of it is the document."""
    link = _link(estate, before, hop)
    if link is None:
        return
    text = _TEXT.get(estate.kind_of(before))
    if text is not None:
        _as_text(sight, text)
    by = (link["arn"] or before, f"{estate.name_of(before)} → {hop.name}")
    _link_filters(estate, sight, link, by)
    if link["kind"] == "sns-subscription" and not link["raw_delivery"]:
        sight.base = None  # the message is text inside SNS's envelope
    elif link["kind"] == "pipe-enrichment":
        _input(sight, link, "enrichment input", by)
    elif link["kind"] == "pipe-target":
        if _enriched(estate, before):
            sight.given, sight.base = None, None
        _input(sight, link, "input transformer", by)
        if hop.kind == "bus":
            sight.base = None  # a new event, whose fields are the pipe's


def _link_filters(estate: Estate, sight: Sight, link: Row, by: By) -> None:
    if link["dialect"] == "sns-attributes":
        return  # reads message attributes, and the payload is none
    where = _FILTERS.get(link["kind"], "event source filter")
    patterns = [estate.filter_of(text, link["dialect"] or "data").pattern for text in link["filters"]]
    if link["filters_hidden"] or None in patterns:
        sight.unread.append(f"the {where} of {by[1]}")
    for pattern in patterns:
        if pattern is not None:
            _note(sight, pattern.fields(), where, by)


def _link(estate: Estate, before: str, hop: Hop) -> Row | None:
    """The link of this hop. An enrichment is a hop before the pipe's target, which starts at the pipe."""
    named = [row for row in estate.links_to(hop.arn, hop.via) if row["arn"] == hop.by]
    here = [row for row in named if arns.plain(row["from_arn"]) == before]
    return next(iter(here or named), None)


def _enriched(estate: Estate, before: str) -> bool:
    return bool(estate.links_to(before, "pipe-enrichment") or estate.links_from(before, "pipe-enrichment"))


def _as_text(sight: Sight, name: str) -> None:
    """The document becomes the text of a record's field; text inside text is not looked into."""
    if sight.prefix:
        sight.base = None
    sight.prefix = name


def _input(sight: Sight, carrier: Row, where: Where, by: By) -> None:
    kind, paths = carrier["input_kind"], [dotted(path) for path in carrier["input_paths"]]
    if kind in ("event", "with-metadata"):
        sight.base = sight.base if kind == "event" else None
        return
    fields = [sight.of_event(path) for path in paths]
    known = [path for path in fields if path is not None]
    _read(sight, known, "input path" if kind == "path" else where, by)
    if kind == "path":
        sight.given = _narrowed(sight.given, fields)
        sight.base, sight.prefix = (fields[0] if fields else None), ""
    elif kind == "jsonata":
        sight.given, sight.base = None, None
    else:
        whole = any(mark in (carrier["input_template"] or "") for mark in _ALL)
        sight.given = sight.given if whole else _narrowed(sight.given, fields)
        sight.base = None


def _narrowed(given: frozenset[str] | None, fields: list[str | None]) -> frozenset[str] | None:
    """What flows on of what was given when only these fields do."""
    if given is None or None in fields:
        return None
    return frozenset(path for path in fields if path is not None and any(touches(path, g) for g in given))


def _note(sight: Sight, paths: tuple[str, ...], where: Where, by: By) -> None:
    _read(sight, [path for path in map(sight.of_event, paths) if path is not None], where, by)


def _read(sight: Sight, paths: list[str], where: Where, by: By) -> None:
    for path in paths:
        spot = Spot(path, where, by[0], f"the {where} of {by[1]}")
        if path not in ("source", "detail-type") and spot not in sight.spots:
            sight.spots.append(spot)


def touches(one: str, other: str) -> bool:
    """Whether one field is the other, or holds it, or is held by it."""
    return holds(one, other) or holds(other, one)


def holds(outer: str, inner: str) -> bool:
    """Whether the inner field goes when the outer one does."""
    return outer in (WHOLE, inner) or inner.startswith(f"{outer}.")


def dotted(path: str) -> str:
    """A JSON path as a dotted field: `$.detail.lines[0].sku` → `detail.lines.sku`."""
    bare = _INDEX.sub("", path.strip().removeprefix("$"))
    found: list[Any] = [next(part for part in step if part) for step in _NAME.findall(bare)]
    return ".".join(found)
