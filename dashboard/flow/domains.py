"""Domains: the parts of the company that events, buses and consumers belong to."""

from collections import Counter

from dashboard.flow.answers import DomainRow
from dashboard.flow.estate import Estate
from dashboard.flow.known import Known, known


def domain_of_source(estate: Estate, source: str) -> str | None:
    """The domain with the longest source prefix that fits, or None."""
    fits = [(len(p), d.name) for d in estate.settings.domains for p in d.sources if source.startswith(p)]
    return max(fits)[1] if fits else None


def domain_of_event(estate: Estate, source: str, detail_type: str) -> str | None:
    """Domain of a type: by its source, else a tag on its schema, else that of its only bus (default buses say nothing)."""
    by_source = domain_of_source(estate, source)
    if by_source:
        return by_source
    entry = known(estate).get((source, detail_type), Known())
    for schema in entry.schemas:
        tagged = estate.tag(schema, estate.settings.domain_tags)
        if tagged:
            return tagged
    buses = [bus for bus in entry.buses if estate.name_of(bus) != "default"]
    found = {estate.domain_of(bus) for bus in buses}
    return found.pop() if len(found) == 1 else None


def owner_of_event(estate: Estate, source: str, detail_type: str) -> str | None:
    """Owner of a type: a tag on its schema, else the owner of its domain."""
    entry = known(estate).get((source, detail_type), Known())
    for schema in entry.schemas:
        tagged = estate.tag(schema, estate.settings.owner_tags)
        if tagged:
            return tagged
    return estate.owner_of_domain(domain_of_event(estate, source, detail_type))


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
