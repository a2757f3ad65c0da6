"""From what a person types to what it names: ARNs, names, "source/detail-type", domains, owners.

Names repeat across accounts and kinds: all that bear one are meant, each on its own. `KIND:NAME` narrows, as in
`queue:orders` or `domain:orders`.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from collectors.errors import UsageError
from dashboard.flow.backwards import making, upstream
from dashboard.flow.model import arns, domains, near
from dashboard.flow.model.estate import Estate
from dashboard.flow.model.known import Key, known

Sort = Literal["resource", "event", "domain", "owner"]


@dataclass(frozen=True, slots=True)
class Named:
    """What a name means. `kind` is the resource's kind, or event, domain, owner; `arn` is set for resources, `event` for types."""

    sort: Sort
    kind: str
    name: str
    arn: str | None = None
    event: Key | None = None
    account: str | None = None
    region: str | None = None

    @property
    def key(self) -> str:
        """What finds it again, and nothing else: a resource's ARN, else kind and name."""
        return self.arn or ("/".join(self.event) if self.event else f"{self.kind}:{self.name}")


def find(estate: Estate, text: str) -> tuple[Named, ...]:
    """Everything that is called so. Raises UsageError with the nearest names where nothing is."""
    found = exact(estate, text)
    if not found:
        raise UsageError(_unknown(estate, text))
    return found


def exact(estate: Estate, text: str) -> tuple[Named, ...]:
    """Everything that is called so; nothing where nothing is."""
    kind, _, name = text.partition(":")
    return tuple(_exact(estate, text) or [one for one in _exact(estate, name) if one.kind == kind])


def is_known(estate: Estate, arn: str) -> bool:
    """Whether it was collected, something leads to it, or it makes events."""
    return arn in _names(estate).by_arn


def all_names(estate: Estate) -> tuple[Named, ...]:
    """Buses, resources, domains and owners, by name: what a question can be about. Made once an estate."""
    if "all-names" not in estate.memory:
        found = [Named("domain", "domain", name) for name in domains.names(estate)]
        found += [Named("owner", "owner", name) for name in owners(estate)]
        found += [resource(estate, arn) for arn in (*estate.buses, *estate.resources)]
        estate.memory["all-names"] = tuple(sorted(found, key=lambda n: (n.name.lower(), n.kind, n.arn or "")))
    names: tuple[Named, ...] = estate.memory["all-names"]
    return names


def resources(estate: Estate, text: str) -> tuple[Named, ...]:
    """Functions, queues, buses … of that name or ARN. Raises UsageError."""
    found = tuple(one for one in find(estate, text) if one.sort == "resource")
    if not found:
        what = find(estate, text)[0]
        more = f" --{what.sort} {what.name} asks about it." if what.sort in ("domain", "owner") else ""
        raise UsageError(f"{text} is no resource: it is {_article(what.kind)}.{more}")
    return found


def ends(estate: Estate, text: str) -> tuple[Named, ...]:
    """Resources, domains and owners of that name: what a path can end in. Raises UsageError."""
    found = tuple(one for one in find(estate, text) if one.sort != "event")
    if not found:
        raise UsageError(f"{text} is an event type: a path ends in a resource, a domain or an owner.")
    return found


def resource(estate: Estate, arn: str) -> Named:
    """The resource with this ARN."""
    kind = "aws-service" if arn.startswith("aws.") else estate.kind_of(arn)
    return Named(
        "resource",
        kind,
        estate.name_of(arn),
        arn,
        account=estate.account_of(arn),
        region=estate.region_of(arn),
    )


def _exact(estate: Estate, text: str) -> list[Named]:
    if not text:
        return []
    names = _names(estate)
    whole = next((arn for arn in (text, arns.plain(text)) if arn in names.by_arn), None)
    if whole is not None and arns.parts(whole):
        return [resource(estate, whole)]
    # a principal without an ARN may bear the name of a domain
    found = [
        resource(estate, arn)
        for arn in dict.fromkeys((*([whole] if whole else []), *names.by_name.get(text, ())))
    ]
    found += [Named("event", "event", key[1], event=key) for key in _events(estate, text)]
    if text in domains.names(estate):
        found.append(Named("domain", "domain", text))
    if text in names.owners:
        found.append(Named("owner", "owner", text))
    return found


def _events(estate: Estate, text: str) -> Iterator[Key]:
    """Types that the text spells as "source/detail-type"; either may hold a slash of its own."""
    for at, letter in enumerate(text):
        key = (text[:at], text[at + 1 :])
        if letter == "/" and key in known(estate):
            yield key


@dataclass(frozen=True)
class _Names:
    by_arn: frozenset[str]
    by_name: dict[str, list[str]]
    owners: frozenset[str]


def _names(estate: Estate) -> _Names:
    if "names-of-resources" not in estate.memory:
        every = sorted(set(_all(estate)))
        by_name: dict[str, list[str]] = defaultdict(list)
        for arn in every:
            by_name[estate.name_of(arn)].append(arn)
        estate.memory["names-of-resources"] = _Names(
            frozenset(every), dict(by_name), frozenset(owners(estate))
        )
    found: _Names = estate.memory["names-of-resources"]
    return found


def _all(estate: Estate) -> Iterator[str]:
    """All that was collected, all that something leads to, and all that makes events."""
    yield from estate.buses
    yield from estate.resources
    yield from making.makers(estate)
    yield from (sub.target for sub in estate.subscriptions if sub.target)
    yield from (arns.plain(link["to_arn"]) for link in estate.links if link["kind"] in upstream.FOLLOWED)


def owners(estate: Estate) -> tuple[str, ...]:
    """Every owner that the settings or tags name, sorted."""
    found = {domain.owner for domain in estate.settings.domains if domain.owner}
    found |= {
        tags[key] for tags in estate.tags.values() for key in estate.settings.owner_tags if tags.get(key)
    }
    return tuple(sorted(found))


def _unknown(estate: Estate, text: str) -> str:
    rule = next((arn for arn in estate.rules if text in (arn, estate.name_of(arn))), None)
    if rule is not None:
        ends = ", ".join(sub.target for sub in estate.rules[rule] if sub.target) or "nothing"
        return f"{text} is a {estate.kind_of(rule)}: it leads to {ends}."
    names = {*_names(estate).by_name, *domains.names(estate), *_names(estate).owners}
    types = {f"{source}/{name}" for source, name in known(estate)}
    close = near.nearest(arns.name(text) if arns.parts(text) else text, names | types, 5)
    return f"Nothing is called {text}. The nearest: {', '.join(close) or 'none'}."


def _article(kind: str) -> str:
    return f"an {kind}" if kind[0] in "aeiou" else f"a {kind}"
