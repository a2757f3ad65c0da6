"""The Ask box: ranked search over everything that has a name; of a sentence, over what it asks about."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from heapq import nsmallest
from itertools import islice

from dashboard.flow.answers import Found, FoundKind, Search
from dashboard.flow.model import callers, domains, fields, roles
from dashboard.flow.model.domains import domain_of_event
from dashboard.flow.model.estate import Estate
from dashboard.flow.model.known import known
from dashboard.flow.model.near import close
from dashboard.flow.model.sentences import parse
from dashboard.flow.who import catalogue

_ORDER: tuple[FoundKind, ...] = (
    "event",
    "source",
    "domain",
    "owner",
    "bus",
    "rule",
    "resource",
    "producer",
    "field",
)
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
_PART = re.compile(r"[\s/._@:-]+")
_NEAR_BELOW = 0.6
_MOST_TRIED = 100  # types looked at for one that lacks something


@dataclass(frozen=True)
class _Name:
    """One thing that has a name, in small letters: its label, and of an event type source and detail type."""

    item: Found
    label: str
    whole: str
    words: frozenset[str]


def search(estate: Estate, text: str, limit: int = 20, domain: str | None = None) -> Search:
    """Hits, best first: exact, prefix, word, part, and where none of these, near. Empty text finds nothing."""
    intent, what, _ = parse(text)
    if not what:
        return Search(what, intent, ())
    wanted = what.lower()
    hits = (
        (name, score)
        for name, score in _found(estate, wanted)
        if domain is None or _in_domain(estate, name.item, domain)
    )
    best = nsmallest(limit, hits, key=_rank)
    return Search(what, intent, tuple(replace(name.item, score=score) for name, score in best))


def _found(estate: Estate, wanted: str) -> list[tuple[_Name, float]]:
    names, wholes, arns = _names(estate)
    parts = [part for part in _PART.split(wanted) if part] or [wanted]
    longest = max(parts, key=len)
    # whatever fits holds every part: nearly all names are done with by looking for the longest
    likely = [names[at] for at, whole in enumerate(wholes) if longest in whole]
    scored = [(arns[wanted], 1.0)] if wanted in arns else []
    scored += [(name, score) for name in likely if (score := _score(wanted, parts, name))]
    if scored:
        return scored
    labels = [name.label for name in names]
    return [(names[at], score * _NEAR_BELOW) for at, score in close(wanted, labels, _NEAR_BELOW)]


def suggestions(estate: Estate, domain: str | None = None, limit: int = 8) -> tuple[Found, ...]:
    """What to ask first: the busiest event types, then some that lack a consumer or a producer. Made once an estate."""
    made: dict[str | None, tuple[Found, ...]] = estate.memory.setdefault(f"suggestions-{limit}", {})
    if domain not in made:
        made[domain] = _suggestions(estate, domain, limit)
    return made[domain]


def _suggestions(estate: Estate, domain: str | None, limit: int) -> tuple[Found, ...]:
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


def _rank(hit: tuple[_Name, float]) -> tuple[float, int, int, str, str]:
    name, score = hit
    item = name.item
    return -score, _ORDER.index(item.kind), len(item.label), item.label, item.arn or item.detail


def _score(wanted: str, parts: Sequence[str], name: _Name) -> float:
    if wanted in (name.label, name.whole):
        return 1.0
    if name.label.startswith((wanted, f"detail.{wanted}")):  # nobody types a field's whole path
        return 0.9
    if wanted in name.words or all(part in name.words for part in parts):
        return 0.8
    if wanted in name.label:
        return 0.7
    if name.item.event and wanted in name.whole:
        return 0.6
    return 0.5 if all(part in name.whole for part in parts) else 0.0


def _in_domain(estate: Estate, item: Found, domain: str) -> bool:
    if item.event:
        return domain_of_event(estate, *item.event) == domain
    if item.arn:
        return estate.domain_of(item.arn) == domain
    if item.kind == "field":
        return any(domain_of_event(estate, *key) == domain for key in fields.by_field(estate)[item.label])
    return item.kind != "domain" or item.label == domain


def _names(estate: Estate) -> tuple[list[_Name], list[str], dict[str, _Name]]:
    """Everything that has a name, what each is looked for in, and by ARN in small letters. Made once."""
    if "names" not in estate.memory:
        names = [_name(item) for item in _all(estate)]
        arns = {name.item.arn.lower(): name for name in names if name.item.arn}
        estate.memory["names"] = names, [name.whole for name in names], arns
    found: tuple[list[_Name], list[str], dict[str, _Name]] = estate.memory["names"]
    return found


def _name(item: Found) -> _Name:
    label = item.label.lower()
    words = frozenset(word.lower() for word in _WORD.findall(item.label))
    return _Name(item, label, f"{item.detail.lower()} {label}" if item.event else label, words)


def _all(estate: Estate) -> Iterator[Found]:
    for source, detail_type in sorted(known(estate)):
        yield Found("event", detail_type, source, 0.0, event=(source, detail_type))
    for source in catalogue.sources(estate):
        yield Found("source", source, "source", 0.0)
    for name in domains.names(estate):
        yield Found("domain", name, "domain", 0.0)
    for name in _owners(estate):
        yield Found("owner", name, "owner", 0.0)
    yield from _things(estate)
    for path, types in sorted(fields.by_field(estate).items()):
        yield Found("field", path, f"field of {len(types)} event type{'' if len(types) == 1 else 's'}", 0.0)


def _things(estate: Estate) -> Iterator[Found]:
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
