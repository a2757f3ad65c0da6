"""The catalogue: every known event type, what knows it, and the subscriptions that stay open."""

from collections.abc import Iterator

from dashboard.flow.answers import EventRow, Events, OpenSubscription, Question
from dashboard.flow.model import arns, domains, fields, trees
from dashboard.flow.model.estate import Estate
from dashboard.flow.model.known import Key, Known, known
from dashboard.flow.patterns.limits import over_limits
from dashboard.flow.who import counting, producers


def knows(estate: Estate, source: str, detail_type: str) -> bool:
    """Whether anything knows the type."""
    return (source, detail_type) in known(estate)


def sources(estate: Estate) -> tuple[str, ...]:
    """Every source of a known type, sorted."""
    return tuple(sorted({source for source, _ in known(estate)}))


def events(estate: Estate, domain: str | None = None) -> Events:
    """The catalogue, of one domain or whole. Computed once an estate and kept on it."""
    if "catalogue" not in estate.memory:
        estate.memory["catalogue"] = _events(estate)
    whole: Events = estate.memory["catalogue"]
    if domain is None:
        return whole
    rows = tuple(row for row in whole.events if row.domain == domain)
    return Events(whole.snapshot, whole.complete, whole.gaps, rows, whole.open, whole.malformed)


def _events(estate: Estate) -> Events:
    rows = [found for key in sorted(known(estate)) if (found := row(estate, *key))]
    # every scope goes into the catalogue, so every gap touches it
    return Events(
        snapshot=estate.snapshot.id,
        complete=not estate.gaps,
        gaps=estate.gaps,
        events=tuple(rows),
        open=_open(estate),
        malformed=tuple(_malformed(estate)),
    )


def row(estate: Estate, source: str, detail_type: str) -> EventRow | None:
    """One row of the catalogue; None for a type that nothing knows. Computed once an estate."""
    entry = known(estate).get((source, detail_type))
    if entry is None:
        return None
    rows: dict[Key, EventRow] = estate.memory.setdefault("catalogue-rows", {})
    if (source, detail_type) not in rows:
        rows[source, detail_type] = _row(estate, Question(source, detail_type), entry)
    return rows[source, detail_type]


def _row(estate: Estate, asked: Question, entry: Known) -> EventRow:
    consumed, produced = counting.count(estate, asked), producers.count(estate, asked)
    key = (asked.source, asked.detail_type)
    schema = fields.schema_of(estate, *key)
    return EventRow(
        source=key[0],
        detail_type=key[1],
        buses=tuple(sorted(entry.buses)),
        domain=domains.domain_of_event(estate, *key),
        owner=domains.owner_of_event(estate, *key),
        schema=schema["arn"] if schema else min(entry.schemas, default=None),
        producers=produced,
        consumers=consumed,
        last_seen=entry.last_seen,
        known_by=entry.known_by,
        events=entry.events,
        orphan=_orphan(consumed, produced),
    )


def _malformed(estate: Estate) -> Iterator[tuple[str, str]]:
    """Filters that cannot be read, or are over a limit of their service: of rules and subscribers, and of links."""
    for sub in estate.subscriptions:
        if sub.problem:
            yield sub.arn, sub.problem
    for link in sorted(estate.links, key=lambda row: (row["arn"] or row["to_arn"], row["from_arn"])):
        name, dialect = link["arn"] or link["to_arn"], link["dialect"]
        problems = [
            one.problem
            for text in link["filters"]
            if (one := estate.filter_of(text, dialect or "data")).problem
        ]
        over = over_limits(list(link["filters"]), dialect) if dialect else ()
        yield from ((name, problem) for problem in (*problems, *over))


def _orphan(consumed: int, produced: int) -> str | None:
    if consumed and produced:
        return None
    if not consumed and not produced:
        return "no consumer, no producer seen"
    return "no producer seen" if consumed else "no consumer"


def _open(estate: Estate) -> tuple[OpenSubscription, ...]:
    found = []
    for arn in sorted(estate.rules):
        sub = estate.rules[arn][0]
        keeps = sub.target is not None and estate.kind_of(sub.target) in arns.KEEPERS
        if sub.matches_nothing or sub.problem or keeps:
            continue
        if sub.filters and not all(one.is_open for one in sub.filters):
            continue
        words = [one.family for one in sub.filters if one.scope != "metadata"]
        family = " and ".join(words) or "any source, any detail type"
        catch_all = sub.decide(trees.any_event()).delivery == "always"
        found.append(OpenSubscription(sub.bus, arn, sub.name, family, catch_all))
    return tuple(found)
