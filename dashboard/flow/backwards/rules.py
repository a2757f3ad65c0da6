"""A rule or subscriber by itself: which event types it takes of those that come to its bus, and to what it hands them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from dashboard.flow.answers import Consumer, Deliverable, GapNote, Question
from dashboard.flow.backwards import around, reverse, upstream
from dashboard.flow.backwards.reverse import whose
from dashboard.flow.health import judging
from dashboard.flow.model import matching, near, trees
from dashboard.flow.model.estate import Estate
from dashboard.flow.model.known import Key
from dashboard.flow.model.subscriptions import Subscription
from dashboard.flow.walk import hops
from dashboard.flow.who import graph
from dashboard.flow.who.graph import Neighbourhood
from dashboard.flow.who.narrowing import Narrowing

RETRIES, AGE_SECONDS = 185, 86_400
"""What AWS does where a target says nothing: so many retries, for so long."""
Takes = Literal["always", "sometimes", "never"]
_ORDER: tuple[Takes, ...] = ("always", "sometimes", "never")


@dataclass(frozen=True, slots=True)
class Match:
    """An event type that comes to the bus and that the pattern, by source and detail type alone, takes.

    `takes` is never where the type's schemas rule out what else the pattern asks; `says` is what they settle. `comes` are the
    rows of the type on the bus: one without a path where it enters there, else those that forward it.
    """

    source: str
    detail_type: str
    domain: str | None
    owner: str | None
    takes: Takes
    when: tuple[str, ...]
    says: str | None
    comes: tuple[Consumer, ...]


@dataclass(frozen=True, slots=True)
class Target:
    """What a rule hands its events to. `retries` and `age_seconds` as AWS applies them; `row` is the subscription's."""

    arn: str
    kind: str
    name: str
    active: bool
    deliverable: Deliverable
    why: str | None
    retries: int
    age_seconds: int
    sub: Subscription


@dataclass(frozen=True, slots=True)
class RuleAnswer:
    """A rule or subscriber. `words` are the conditions of its filters, all of which hold; `gaps` may hide what comes to its bus."""

    arn: str
    kind: str
    name: str
    bus: str
    active: bool
    why: str | None
    problem: str | None
    words: tuple[str, ...]
    matches: tuple[Match, ...]
    targets: tuple[Target, ...]
    gaps: tuple[GapNote, ...]


def named(estate: Estate, text: str) -> tuple[str, ...]:
    """ARNs of the rules and subscribers that this ARN or name means; `rule:NAME` and `subscriber:NAME` narrow."""
    if text in estate.rules:
        return (text,)
    kind, _, name = text.partition(":")
    whole = tuple(sorted(arn for arn in estate.rules if estate.name_of(arn) == text))
    return whole or tuple(
        sorted(a for a in estate.rules if estate.name_of(a) == name and estate.kind_of(a) == kind)
    )


def nearest(estate: Estate, text: str, limit: int = 5) -> tuple[str, ...]:
    """Names of rules near a name that none bears."""
    return near.nearest(text, dict.fromkeys(estate.name_of(arn) for arn in estate.rules), limit)


def rule(estate: Estate, arn: str) -> RuleAnswer:
    """The rule or subscriber with this ARN, which the estate has."""
    subs = estate.rules[arn]
    first = subs[0]
    return RuleAnswer(
        arn=arn,
        kind=first.kind,
        name=first.name,
        bus=first.bus,
        active=first.active,
        why=first.why,
        problem=first.problem,
        words=words(first),
        matches=tuple(sorted(_matches(estate, first), key=_order)),
        targets=tuple(target(estate, sub) for sub in subs if sub.target),
        gaps=reverse.gaps_before(estate, [first.bus]),
    )


def _order(one: Match) -> tuple[int, str, str]:
    return _ORDER.index(one.takes), one.detail_type, one.source


def words(sub: Subscription) -> tuple[str, ...]:
    """What its filters ask, a condition each; none where everything passes, or nothing does."""
    return tuple(text for one in sub.filters if one.pattern is not None for text in one.pattern.words())


def in_words(sub: Subscription) -> str:
    """The same in one line, with what there is to say where there are no conditions."""
    if sub.problem:
        return f"cannot be read: {sub.problem}"
    if sub.row["filters_hidden"]:
        return "its filter could not be read"
    if sub.matches_nothing:
        return f"takes no events: it runs by schedule {sub.row['schedule'] or ''}".rstrip()
    return "; ".join(words(sub)) or "every event of the bus"


def _matches(estate: Estate, sub: Subscription) -> Iterable[Match]:
    up = upstream.upstream(estate, [sub.bus])
    for key, buses in upstream.types(estate, up):
        if not sub.may_take(trees.of_type(*key)):
            continue
        rows = reverse.arriving(estate, up, Question(*key), buses).rows
        comes = tuple(one.row for one in rows if one.row.arn == sub.bus)
        if comes:
            yield _match(estate, sub, key, comes)


def _match(estate: Estate, sub: Subscription, key: Key, comes: tuple[Consumer, ...]) -> Match:
    verdict, says = sub.decide(trees.of_type(*key)), None
    if verdict.delivery == "sometimes":
        schema = Narrowing(estate, Question(*key))
        says = schema.of(sub.arn)
        if schema.settles:
            narrowed = sub.decide(schema.tree)
            verdict = verdict if narrowed.delivery == "never" else narrowed
            takes: Takes = narrowed.delivery
            return Match(*key, *whose(estate, key), takes, verdict.when, says, comes)
    return Match(*key, *whose(estate, key), verdict.delivery, verdict.when, says, comes)


def target(estate: Estate, sub: Subscription) -> Target:
    """What a subscription with a target hands its events to."""
    arn = sub.target or ""
    found = hops.hop(estate, arn, estate.kind_of(arn), sub.carrier, matching.ALWAYS)[0]
    retries, age = sub.row["retry_attempts"], sub.row["max_age_seconds"]
    return Target(
        arn=arn,
        kind=found.kind,
        name=found.name,
        active=found.active,
        deliverable=found.deliverable,
        why=found.why,
        retries=RETRIES if retries is None else retries,
        age_seconds=AGE_SECONDS if age is None else age,
        sub=sub,
    )


def sentence(estate: Estate, one: RuleAnswer) -> str:
    """The answer before the tables: what it takes, and to what it hands that."""
    counts = {takes: sum(match.takes == takes for match in one.matches) for takes in _ORDER}
    some = counts["always"] + counts["sometimes"]
    text = f"{one.name} ({one.kind} on bus {estate.name_of(one.bus)}) takes {_types(some)}"
    text += around.split(counts["always"], counts["sometimes"])
    text += f" and hands {'it' if some == 1 else 'them'} to {_targets(one)}."
    if not some:
        text = text.replace(" and hands them to", ", and would hand what it takes to")
    if counts["never"]:
        text += f" {_types(counts['never'])} more would match by name, and never can by {'its' if counts['never'] == 1 else 'their'} schema."
    return f"{text} {one.why}" if one.why else text


def _types(count: int) -> str:
    return f"{count or 'no'} event type{'' if count == 1 else 's'}"


def _targets(one: RuleAnswer) -> str:
    names = [f"{target.kind} {target.name}".rstrip() for target in one.targets]
    if not names:
        return "nothing"
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


MOST_DRAWN = 30
"""Event types and targets that are drawn, each: those that are taken for certain first."""


def picture(estate: Estate, one: RuleAnswer) -> Neighbourhood:
    """Event types that match, the rule in the middle, its targets. Same answer, same frames."""
    taken = [match for match in one.matches if match.takes != "never"]
    matches, targets = taken[:MOST_DRAWN], one.targets[:MOST_DRAWN]
    health = judging.health(estate, [one.arn, *(target.arn for target in targets)])
    blank: dict[str, Any] = {**dict.fromkeys(graph.NODES), "active": True, "health": "unknown", "says": ""}
    nodes = [
        {**blank, "id": one.arn, "kind": graph.EVENT, "label": one.name, "column": 0, "active": one.active}
    ]
    nodes[0] |= {"health": health[one.arn].state, "says": health[one.arn].says}
    edges = []
    for match in matches:
        key = f"in:{match.source}/{match.detail_type}"
        nodes.append(
            {
                **blank,
                "id": key,
                "kind": "event type",
                "label": match.detail_type,
                "column": -1,
                "domain": match.domain,
            }
        )
        edges.append(_edge(key, one.arn, None, one, delivery=match.takes, when="; ".join(match.when)))
    for target in {target.arn: target for target in targets}.values():
        found = health[target.arn]
        placed: dict[str, Any] = {
            "account": estate.account_of(target.arn),
            "region": estate.region_of(target.arn),
        }
        more = {"domain": estate.domain_of(target.arn), "owner": estate.owner_of(target.arn), **placed}
        more |= {"active": target.active, "health": found.state, "says": found.says}
        nodes.append(
            {**blank, "id": target.arn, "kind": target.kind, "label": target.name, "column": 1, **more}
        )
        carried = {"rate": health[one.arn].rate_3h, **graph.of_carrier(health[one.arn])}
        edges.append(_edge(one.arn, target.arn, one.arn, one, **carried))
    return Neighbourhood(
        nodes=pd.DataFrame(nodes, columns=list(graph.NODES)),
        edges=pd.DataFrame(edges, columns=list(graph.EDGES)),
        shown=len(matches) + len(targets),
        total=len(taken) + len(one.targets),
    )


def _edge(source: str, target: str, by: str | None, one: RuleAnswer, **more: Any) -> dict[str, Any]:
    blank = {**dict.fromkeys(graph.EDGES), "delivery": "always", "when": "", "health": "unknown", "says": ""}
    return {
        **blank,
        "source": source,
        "target": target,
        "by": by,
        "via": one.kind,
        "active": one.active,
        **more,
    }
