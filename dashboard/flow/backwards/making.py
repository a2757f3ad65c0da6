"""What a resource produces: the types for which `producers` names it, found without asking every type."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from dashboard.flow.answers import Producer, Question
from dashboard.flow.backwards.reverse import whose
from dashboard.flow.model import arns, asking, feeding, roles
from dashboard.flow.model.estate import Estate
from dashboard.flow.model.known import Key, known
from dashboard.flow.who import declared, identity, producers
from dashboard.flow.who.permitted import principals as permitted_by

Made = dict[str, set[Key]]


@dataclass(frozen=True, slots=True)
class Produced:
    """An event type that a resource makes. `domain` and `owner` are the event type's, `row` is its producer row.

    `shared`: the role that put it is that of several resources, and nothing tells which of them it was; `row` is the role's.
    """

    source: str
    detail_type: str
    domain: str | None
    owner: str | None
    row: Producer
    shared: bool = False

    @property
    def sure(self) -> bool:
        """Whether it was seen, or is declared, to be made by this very resource."""
        return not self.shared and self.row.evidence in ("observed", "declared")


def produced(estate: Estate, resources: Iterable[str], *, permitted: bool = False) -> tuple[Produced, ...]:
    """What these resources make: seen or declared, by type. With what a role puts that several resources share.

    With `permitted` also what a bus's policy lets their own roles put, whether or not they do.
    """
    made, shared = _made(estate)
    found = []
    for resource in dict.fromkeys(resources):
        for key in sorted(made.get(resource, ())):
            found += [_told(estate, key, row) for row in _rows(estate, key) if row.arn == resource]
        for role in sorted(shared.get(resource, ())):
            for key in sorted(made.get(role, ())):
                rows = (row for row in _rows(estate, key) if row.arn == role)
                found += [_told(estate, key, row, shared=True) for row in rows]
        if permitted:
            found += _permitted(estate, resource)
    return tuple(dict.fromkeys(found))


def _permitted(estate: Estate, resource: str) -> list[Produced]:
    """Rows of the types that the resource, or its role, may put by name. A whole account's permission names nobody."""
    principals = {resource, (estate.row_of(resource) or {}).get("role_arn")} - {None}
    buses = {bus for bus, named in _granted(estate).items() if principals & named}
    if not buses:
        return []
    keys = [key for key in sorted(known(estate)) if buses & set(asking.enters(estate, *key))]
    return [
        _told(estate, key, row, shared=row.arn != resource and len(row.shared) > 1)
        for key in keys
        for row in producers.producers(estate, Question(*key)).producers
        if row.evidence == "permitted" and (row.arn in principals or row.principal in principals)
    ]


def _granted(estate: Estate) -> dict[str, frozenset[str]]:
    """By bus: principals that its policy, or one of their own, lets put events."""
    if "granted" not in estate.memory:
        estate.memory["granted"] = {
            bus: permitted_by(estate, bus) | identity.principals(estate, bus) for bus in estate.buses
        }
    found: dict[str, frozenset[str]] = estate.memory["granted"]
    return found


def puts_on(estate: Estate, resource: str, key: Key) -> frozenset[str]:
    """Buses on which the resource puts the type, as far as that was seen or is declared."""
    roles_of_it = {resource, (estate.row_of(resource) or {}).get("role_arn")}
    seen = {
        feeding.entered(estate, row)
        for row in producers.traces(estate).get(key, ())
        if row["principal"] in roles_of_it
        and resource in (row["principal"], *roles.callers_of(estate, row["principal"], row["via"]))
    }
    declares = {
        row.bus for row in declared.own(estate, Question(*key), None) if row.arn == resource and row.bus
    }
    return frozenset(seen | declares)


def makers(estate: Estate) -> frozenset[str]:
    """Everything that was seen to make an event, declares that it does, or may by name."""
    made, shared = _made(estate)
    named = {one for names in _granted(estate).values() for one in names if arns.parts(one)}
    return frozenset(made.keys() | shared.keys() | named)


def makes(estate: Estate, arn: str) -> bool:
    """Whether this very resource or role was seen or is declared to make an event."""
    return arn in _made(estate)[0]


def _told(estate: Estate, key: Key, row: Producer, *, shared: bool = False) -> Produced:
    return Produced(*key, *whose(estate, key), row, shared)


def _rows(estate: Estate, key: Key) -> list[Producer]:
    """Observed and declared rows of the type, as `producers` has them; forwarding rules make nothing."""
    asked = Question(*key)
    seen = producers.observed(estate, asked, None)
    names = {row.arn for row in seen}
    return seen + [row for row in declared.own(estate, asked, None) if row.arn not in names]


def _made(estate: Estate) -> tuple[Made, dict[str, set[str]]]:
    """Types by what may make them, and roles by the resources that share them."""
    if "made" not in estate.memory:
        made: Made = defaultdict(set)
        shared: dict[str, set[str]] = defaultdict(set)
        _add_observed(estate, made, shared)
        _add_links(estate, made)
        _add_sources(estate, made)
        estate.memory["made"] = dict(made), dict(shared)
    found: tuple[Made, dict[str, set[str]]] = estate.memory["made"]
    return found


def _add_observed(estate: Estate, made: Made, shared: dict[str, set[str]]) -> None:
    for row in estate.traces:
        owners = roles.callers_of(estate, row["principal"], row["via"])
        made[roles.named(estate, row["principal"], row["via"])].add((row["source"], row["detail_type"]))
        if len(owners) > 1:
            for owner in owners:
                shared[owner].add(row["principal"])


def _add_links(estate: Estate, made: Made) -> None:
    links = feeding.links_to_buses(estate)
    for link in (row for kind in feeding.PUTTING for row in links.get(kind, [])):
        if link["source"]:
            made[arns.plain(link["from_arn"])] |= _of_source(estate, link["source"], link["detail_type"])
    for link in links.get("async-destination", []):
        made[arns.plain(link["from_arn"])].add(declared.result_of(link))
    for link in links.get("notification", []):
        made[link["from_arn"]] |= {key for key in _of_source(estate, "aws.s3") if declared.is_of_bucket(*key)}


def _of_source(estate: Estate, source: str, detail_type: str | None = None) -> set[Key]:
    if detail_type is not None:
        return {(source, detail_type)}
    return {key for key in known(estate) if key[0] == source}


def _add_sources(estate: Estate, made: Made) -> None:
    """AWS services by their name, their and partners' event sources, and partner buses that stand for one."""
    for key in known(estate):
        if feeding.is_aws_service(key[0]):
            made[key[0]].add(key)
        for origin, _, _ in feeding.event_sources(estate, *key):
            made[origin].add(key)
