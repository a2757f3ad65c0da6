"""Domains: the parts of the company that events, buses and consumers belong to."""

from collections import Counter
from collections.abc import Callable

from dashboard.flow.answers import DomainRow
from dashboard.flow.model import roles
from dashboard.flow.model.estate import Estate
from dashboard.flow.model.known import Known, known


def domain_of_source(estate: Estate, source: str) -> str | None:
    """The domain with the longest source prefix that fits, or None."""
    fits = [(len(p), d.name) for d in estate.settings.domains for p in d.sources if source.startswith(p)]
    return max(fits)[1] if fits else None


def domain_of_event(estate: Estate, source: str, detail_type: str) -> str | None:
    """Domain of a type: by its source, else a tag on its schema, else that of whoever was seen to put it, else of its bus.

    The last two only where all agree; default buses say nothing.
    """
    by_source = domain_of_source(estate, source)
    if by_source:
        return by_source
    entry = known(estate).get((source, detail_type), Known())
    for schema in entry.schemas:
        tagged = estate.tag(schema, estate.settings.domain_tags)
        if tagged:
            return tagged
    return _agreed(estate, entry, estate.domain_of)


def _agreed(estate: Estate, entry: Known, of: Callable[[str], str | None]) -> str | None:
    """What those who were seen to put the type agree on, else the buses; null where they do not agree."""
    makers = {arn for role in entry.principals for arn in roles.resources_of(estate, role)}
    buses = {bus for bus in entry.observed or entry.buses if estate.name_of(bus) != "default"}
    for things in (makers, buses):
        found = {of(arn) for arn in things} - {None}
        if len(found) == 1:
            return found.pop()
    return None


def owner_of_event(estate: Estate, source: str, detail_type: str) -> str | None:
    """Owner of a type: a tag on its schema, else the owner of its domain, else that of whoever was seen to put it."""
    entry = known(estate).get((source, detail_type), Known())
    for schema in entry.schemas:
        tagged = estate.tag(schema, estate.settings.owner_tags)
        if tagged:
            return tagged
    named = estate.owner_of_domain(domain_of_event(estate, source, detail_type))
    return named or _agreed(estate, entry, estate.owner_of)


def names(estate: Estate) -> tuple[str, ...]:
    """Every domain that the settings or tags name, sorted."""
    found = {domain.name for domain in estate.settings.domains}
    found |= {tags[k] for tags in estate.tags.values() for k in estate.settings.domain_tags if tags.get(k)}
    return tuple(sorted(found))


def domains(estate: Estate) -> tuple[DomainRow, ...]:
    """Each domain with what it has; last, with domain null, what belongs to none."""
    events = Counter(domain_of_event(estate, *key) for key in known(estate))
    buses = Counter(estate.domain_of(arn) for arn in estate.buses)
    rules = Counter(estate.domain_of(arn) for arn in estate.rules)
    resources = Counter(estate.domain_of(arn) for arn in estate.resources)
    rows = [*names(estate), None]
    return tuple(
        DomainRow(
            domain=name,
            owner=estate.owner_of_domain(name),
            events=events[name],
            buses=buses[name],
            rules=rules[name],
            resources=resources[name],
        )
        for name in rows
    )
