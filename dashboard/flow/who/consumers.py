"""Who consumes this event: the rows, from every bus where it enters to the last hop."""

from collections.abc import Iterable, Mapping
from typing import Any

from collectors.errors import UsageError
from dashboard.flow.answers import Consumer, Consumers, Deliverable, Hop, Question
from dashboard.flow.model import arns, asking, completeness, trees
from dashboard.flow.model.estate import Estate
from dashboard.flow.model.known import known
from dashboard.flow.walk import again, paths
from dashboard.flow.walk.hops import conditions
from dashboard.flow.walk.paths import Path, Walk
from dashboard.flow.who import kept_out
from dashboard.flow.who.narrowing import Narrowing

_Place = tuple[str | None, str | None, str | None, str | None]
_SURE: dict[Deliverable, int] = {"no": 0, "unknown": 1, "yes": 2}


def consumers(estate: Estate, asked: Question, event: Mapping[str, Any] | None = None) -> Consumers:
    """The answer to "who consumes this?". With `event` that very event is matched.

    Raises UsageError for a bus that nobody knows, and for an event without source or detail type.
    """
    asked = question_of(event, asked.bus) if event is not None else asked
    buses = asking.entry_buses(estate, asked)
    walk = Walk(estate)
    for bus in buses:
        paths.walk(estate, bus, _tree(estate, asked, event, bus), walk)
    rows = told_once([row_of(estate, path) for path in walk.paths])
    rows, excluded = Narrowing(estate, asked).rows(rows) if event is None and not walk.cut else (rows, ())
    if event is None:
        out = kept_out.kept_out(estate, asked, walk)
        excluded = (*excluded, *(kept_out.excluded(row_of(estate, path), why) for path, why in out))
    gaps = completeness.gaps_on(estate, walk.touched)
    return Consumers(
        event=asked,
        snapshot=estate.snapshot.id,
        known=(asked.source, asked.detail_type) in known(estate),
        complete=not gaps and again.is_whole(walk),
        gaps=gaps,
        consumers=tuple(sorted(rows, key=_order)),
        buses=buses,
        notes=again.notes(walk),
        kept=tuple(walk.kept[arn] for arn in sorted(walk.kept)),
        excluded=excluded,
        nearest=asking.nearest_types(estate, asked.source, asked.detail_type),
    )


def question_of(event: Mapping[str, Any], bus: str | None) -> Question:
    """The question that a concrete event asks. Raises UsageError when source or detail type is missing."""
    source, detail_type = event.get("source"), event.get("detail-type")
    if not isinstance(source, str) or not isinstance(detail_type, str):
        raise UsageError('The event needs "source" and "detail-type", both text.')
    return Question(source, detail_type, bus)


def _tree(estate: Estate, asked: Question, event: Mapping[str, Any] | None, bus: str) -> Any:
    if event is None:
        return trees.of_type(asked.source, asked.detail_type)
    return trees.of_event(event, estate.account_of(bus), estate.region_of(bus))


def row_of(estate: Estate, path: Path) -> Consumer:
    """The consumer row of a path: its last hop, and what all hops say together."""
    end = path.hops[-1]
    delivery, when = conditions(path.hops)
    active = all(hop.active for hop in path.hops)
    deliverable = _deliverable(path.hops)
    return Consumer(
        *(end.arn, end.kind, end.name, *_place(estate, end.arn, path.bus)),
        delivery=delivery,
        when=when,
        path=path.hops,
        bus=path.bus,
        subscription=path.subscription,
        active=active,
        deliverable=deliverable,
        why=None if active and deliverable == "yes" else _why(path.hops),
        note=path.note,
    )


def _place(estate: Estate, arn: str, bus: str) -> _Place:
    """Account, region, domain and owner of an end; the same for every event.

    An API call or a document of AWS's own lies in no account: it is made where the bus is.
    """
    places: dict[Any, _Place] = estate.memory.setdefault("places", {})
    found = places.get(arn) or places.get((arn, bus))
    if found is None:
        nowhere = bool(arns.parts(arn)) and estate.account_of(arn) is None
        where = bus if nowhere else arn
        facts = (estate.account_of(where), estate.region_of(where))
        found = places[(arn, bus) if nowhere else arn] = (*facts, estate.domain_of(arn), estate.owner_of(arn))
    return found


def _deliverable(hops: Iterable[Hop]) -> Deliverable:
    answers = [hop.deliverable for hop in hops]
    return "no" if "no" in answers else "unknown" if "unknown" in answers else "yes"


def _why(hops: tuple[Hop, ...]) -> str | None:
    """The gravest reason: what is off before what is refused before what nobody knows."""
    off = [hop.why for hop in hops if not hop.active]
    refused = [hop.why for hop in hops if hop.active and hop.deliverable == "no"]
    open_ = [hop.why for hop in hops if hop.active and hop.deliverable == "unknown"]
    return next((why for why in (*off, *refused, *open_) if why), None)


def told_once(rows: list[Consumer]) -> list[Consumer]:
    """Rows without those that a longer path already tells, because the event arrives there by forwarding.

    Kept is a shorter path that says more: it works where the longer does not, or asks less.
    """
    rows = list({(r.bus, r.subscription, r.path): r for r in rows}.values())
    longer: dict[tuple[str, str, str], list[Consumer]] = {}
    for row in rows:
        for at, hop in enumerate(row.path[:-1]):
            if hop.kind == "bus":
                longer.setdefault((hop.arn, row.path[at + 1].by or "", row.arn), []).append(row)
    return [row for row in rows if not any(_covers(full, row) for full in longer.get(_start(row), ()))]


def _start(row: Consumer) -> tuple[str, str, str]:
    return row.bus, row.path[0].by or "", row.arn


def _covers(full: Consumer, row: Consumer) -> bool:
    """Whether the longer path says all that the shorter one does."""
    ways = [hop.arn for hop in row.path], [hop.arn for hop in full.path]
    if full.bus == row.bus:
        return False  # there the longer one tells of a new event, put on this bus in the wake of the first
    if len(ways[0]) >= len(ways[1]) or ways[1][-len(ways[0]) :] != ways[0]:
        return False
    if (row.active and not full.active) or _SURE[full.deliverable] < _SURE[row.deliverable]:
        return False
    return full.delivery == row.delivery and set(full.when) <= set(row.when)


def _order(row: Consumer) -> tuple[Any, ...]:
    return (
        not row.active,
        row.kind,
        row.name,
        row.arn,
        row.bus,
        row.subscription,
        len(row.path),
        [hop.arn for hop in row.path],
    )
