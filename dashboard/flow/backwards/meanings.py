"""What a text in a question may mean: domains, event types, owners, buses, resources and payload fields, whatever its case.

Names repeat across kinds, accounts and regions. All that bear one are told, the likeliest first; a question that is asked of
several is answered "no" only where it is no of all.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product

from dashboard.flow.answers import Found
from dashboard.flow.backwards import named
from dashboard.flow.backwards.between import Between
from dashboard.flow.backwards.named import Named
from dashboard.flow.model import fields
from dashboard.flow.model.domains import domain_of_event
from dashboard.flow.model.estate import Estate
from dashboard.flow.model.known import known
from dashboard.flow.who import search

_FIRST = ("domain", "event", "owner", "bus")
"""Kinds in the order in which a name is taken for one of them; other resources follow by kind."""
_ENDS = {"yes": 0, "unknown": 1, "no": 2}
GOOD = 0.6
"""Score of a hit that is taken for what was meant; a nearer miss is offered instead."""
MOST_PAIRS = 12
_NO_MEANING = ("source", "rule", "field")


def meanings(estate: Estate, text: str) -> tuple[Named, ...]:
    """All that is called so, spelled so first. `KIND:NAME`, `KIND NAME` and `NAME KIND` narrow: queue:orders, the bus orders."""
    text = text.strip().removeprefix("the ")
    found = [*named.exact(estate, text), *_called(estate, text)]
    for kind, name in ((text.partition(":")[::2]), (text.partition(" ")[::2]), (text.rpartition(" ")[::-2])):
        if not found:
            found = [one for one in _called(estate, name) if one.kind == kind.lower()]
    events = known(estate)

    def turn(one: Named) -> tuple[object, ...]:
        order = _FIRST.index(one.kind) if one.kind in _FIRST else len(_FIRST)
        return one.name != text, order, -events[one.event].events if one.event else 0, one.kind, one.key

    return tuple(sorted(dict.fromkeys(found), key=turn))


def rules(estate: Estate, text: str) -> tuple[Named, ...]:
    """Rules and subscribers of this name or ARN: no question but what fails is about them."""
    wanted = text.lower()
    found = (arn for arn, subs in estate.rules.items() if wanted in (subs[0].name.lower(), arn.lower()))
    return tuple(named.resource(estate, arn) for arn in sorted(found))


def likely(estate: Estate, text: str) -> tuple[Named, ...]:
    """Its meanings; where nothing is called so, the one that is called most nearly so."""
    exact = meanings(estate, text)
    hits = () if exact else search.search(estate, text, 6).found
    near = [hit for hit in hits if hit.kind not in _NO_MEANING and hit.score >= GOOD]
    return exact or tuple(_of_hit(estate, hit) for hit in near[:1])


def _of_hit(estate: Estate, hit: Found) -> Named:
    if hit.arn:
        return named.resource(estate, hit.arn)
    if hit.event:
        return Named("event", "event", hit.event[1], event=hit.event)
    return Named("owner" if hit.kind == "owner" else "domain", hit.kind, hit.label)


def domain_of(estate: Estate, one: Named) -> str | None:
    """The domain it belongs to; a domain belongs to itself, an owner to none."""
    if one.event:
        return domain_of_event(estate, *one.event)
    if one.arn:
        return estate.domain_of(one.arn)
    return one.name if one.sort == "domain" else None


def fields_called(estate: Estate, text: str) -> tuple[str, ...]:
    """Payload fields of this path, with or without `detail.`, then those that end in it: total → detail.total, detail.order.total."""
    wanted = text.lower().removeprefix("$.").removeprefix("detail.")
    paths = sorted(fields.by_field(estate), key=lambda path: (path.count("."), path))
    found = [path for path in paths if f".{path.lower()}".endswith(f".{wanted}")] if wanted else []
    return tuple(sorted(found, key=lambda path: path.lower() != f"detail.{wanted}"))


@dataclass(frozen=True, slots=True)
class Asked:
    """The answer for one pair of meanings, of `pairs` that there are; the best of those that were asked."""

    found: Between
    pairs: int


def between(
    starts: Sequence[Named], ends: Sequence[Named], ask: Callable[[Named, Named], Between]
) -> Asked | None:
    """Whether there is a path between any two of the meanings: two domains first. None where no pair can have one."""
    pairs = [(one, other) for one, other in product(starts, ends) if one != other and other.sort != "event"]
    pairs.sort(key=lambda pair: [end.sort for end in pair] != ["domain", "domain"])
    best: Between | None = None
    for pair in pairs[:MOST_PAIRS]:
        found = ask(*pair)
        if best is None or _ENDS[found.answer] < _ENDS[best.answer]:
            best = found
        if best.answer == "yes":
            break
    if best is not None and best.answer == "no" and len(pairs) > MOST_PAIRS:
        more = f"{len(pairs) - MOST_PAIRS} more pairs of what is called so were not asked."
        best = replace(best, answer="unknown", reasons=(*best.reasons, more))
    return Asked(best, len(pairs)) if best else None


def _called(estate: Estate, name: str) -> list[Named]:
    return list(_by_name(estate).get(name.lower(), ()))


def _by_name(estate: Estate) -> Mapping[str, list[Named]]:
    """Everything a question can be about, by its name in small letters. Made once."""
    if "meanings" not in estate.memory:
        found: dict[str, list[Named]] = defaultdict(list)
        events = (Named("event", "event", key[1], event=key) for key in known(estate))
        for one in (*named.all_names(estate), *events):
            found[one.name.lower()].append(one)
        estate.memory["meanings"] = dict(found)
    told: Mapping[str, list[Named]] = estate.memory["meanings"]
    return told
