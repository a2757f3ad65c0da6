"""The Ask box: ranked search over everything that has a name; of a sentence, over what it asks about."""

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from dashboard.flow.answers import Found, FoundKind, Search
from dashboard.flow.model import callers, domains, roles
from dashboard.flow.model.domains import domain_of_event
from dashboard.flow.model.estate import Estate
from dashboard.flow.model.known import known
from dashboard.flow.model.near import closeness
from dashboard.flow.model.sentences import parse
from dashboard.flow.who import catalogue

_ORDER: tuple[FoundKind, ...] = ("event", "source", "domain", "owner", "bus", "rule", "resource", "producer")
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
_NEAR_BELOW = 0.6
_MOST_TRIED = 100  # types looked at for one that lacks something


def search(estate: Estate, text: str, limit: int = 20, domain: str | None = None) -> Search:
    """Hits, best first: exact, prefix, word, part, and where none of these, near. Empty text finds nothing."""
    intent, what, _ = parse(text)
    if not what:
        return Search(what, intent, ())
    items = [item for item in _items(estate) if domain is None or _in_domain(estate, item, domain)]
    wanted = what.lower()
    scored = [replace(item, score=score) for item in items if (score := _score(wanted, item)) > 0]
    if not scored:
        scored = [
            replace(item, score=s * _NEAR_BELOW) for item in items if (s := _nearness(wanted, item)) > 0
        ]
    return Search(what, intent, tuple(sorted(scored, key=_rank)[:limit]))


def suggestions(estate: Estate, domain: str | None = None, limit: int = 8) -> tuple[Found, ...]:
    """What to ask first: the busiest event types, then some that lack a consumer or a producer."""
    types = {
        key: entry
        for key, entry in known(estate).items()
        if domain is None or domain_of_event(estate, *key) == domain
    }
    busy = sorted(types, key=lambda key: (-types[key].events, key[1], key[0]))[:limit]
    # a type that is both seen and named by a rule seldom lacks anything: those are left to the catalogue
    likely = sorted(key for key in types.keys() - busy if not {"observed", "pattern"} <= types[key].by)
    rows = [catalogue.row(estate, *key) for key in busy]
    odd = (row for key in likely[:_MOST_TRIED] if (row := catalogue.row(estate, *key)) and row.orphan)
    return tuple(
        Found("event", row.detail_type, row.orphan or row.source, 0.0, event=(row.source, row.detail_type))
        for row in [*rows, *islice(odd, limit // 2)]
        if row
    )


def _rank(hit: Found) -> tuple[float, int, int, str, str]:
    return -hit.score, _ORDER.index(hit.kind), len(hit.label), hit.label, hit.arn or hit.detail


def _score(wanted: str, item: Found) -> float:
    label = item.label.lower()
    whole = f"{item.detail.lower()} {label}" if item.event else label
    if wanted in (label, whole) or (item.arn or "").lower() == wanted:
        return 1.0
    if label.startswith(wanted):
        return 0.9
    words = {word.lower() for word in _WORD.findall(item.label)}
    if wanted in words or all(part in words for part in _parts(wanted)):
        return 0.8
    if wanted in label:
        return 0.7
    if item.event and wanted in whole:
        return 0.6
    return 0.5 if all(part in whole for part in _parts(wanted)) else 0.0


def _parts(wanted: str) -> list[str]:
    return [part for part in re.split(r"[\s/._@:-]+", wanted) if part] or [wanted]


def _nearness(wanted: str, item: Found) -> float:
    score = closeness(wanted, item.label.lower())
    return score if score >= 0.6 else 0.0


def _in_domain(estate: Estate, item: Found, domain: str) -> bool:
    if item.event:
        return domain_of_event(estate, *item.event) == domain
    if item.arn:
        return estate.domain_of(item.arn) == domain
    return item.kind != "domain" or item.label == domain


def _items(estate: Estate) -> list[Found]:
    if "names" not in estate.memory:
        estate.memory["names"] = list(_all(estate))
    found: list[Found] = estate.memory["names"]
    return found


def _all(estate: Estate) -> Iterator[Found]:
    for source, detail_type in sorted(known(estate)):
        yield Found("event", detail_type, source, 0.0, event=(source, detail_type))
    for source in catalogue.sources(estate):
        yield Found("source", source, "source", 0.0)
    for name in domains.names(estate):
        yield Found("domain", name, "domain", 0.0)
    for name in _owners(estate):
        yield Found("owner", name, "owner", 0.0)
    for arn in sorted(estate.buses):
        yield Found("bus", estate.name_of(arn), "bus", 0.0, arn=arn)
    for arn in sorted(estate.rules):
        sub = estate.rules[arn][0]
        yield Found("rule", sub.name, f"{sub.kind} on {estate.name_of(sub.bus)}", 0.0, arn=arn)
    for arn, row in sorted(estate.resources.items()):
        yield Found("resource", str(row["name"]), str(row["kind"]), 0.0, arn=arn)
    for principal in sorted({row["principal"] for row in estate.traces}):
        if len(roles.resources_of(estate, principal)) != 1:  # else the resource stands for it
            label = callers.permission_set(principal) or estate.name_of(principal)
            yield Found("producer", label, callers.known_as(estate, principal) or "", 0.0, arn=principal)


def _owners(estate: Estate) -> list[str]:
    found = {d.owner for d in estate.settings.domains if d.owner}
    found |= {tags[k] for tags in estate.tags.values() for k in estate.settings.owner_tags if tags.get(k)}
    return sorted(found)
