"""A bus by itself: how it is set up, who puts which events on it, its rules and subscribers, and what it forwards."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from dashboard.flow.answers import Producer, Question
from dashboard.flow.backwards import rules, upstream
from dashboard.flow.backwards.reverse import Consumed, whose
from dashboard.flow.model import arns, asking, trees
from dashboard.flow.model.estate import Estate, Row
from dashboard.flow.model.known import Key, known
from dashboard.flow.model.subscriptions import Subscription
from dashboard.flow.who import producers

_GRADES = ("observed", "declared", "permitted", "named")
DISCOVERED = "discovered-schemas"
"""The registry into which schema discovery writes."""
_DASH = "\N{EN DASH}"


@dataclass(frozen=True, slots=True)
class Putter:
    """Who puts events on the bus: the best evidence of all types, and the sums of what was observed."""

    arn: str
    kind: str
    name: str
    known_as: str | None
    account: str | None
    region: str | None
    domain: str | None
    owner: str | None
    evidence: str
    types: tuple[Key, ...]
    events: int | None
    failed: int | None
    last_seen: datetime | None
    note: str | None


@dataclass(frozen=True, slots=True)
class Comes:
    """An event type on the bus: `comes` is enters when it is put there, may when no bus is known for it; `forwarded_from` are other buses.

    `always` and `sometimes` count the active rules and subscribers that take it, by source, detail type and payload.
    """

    source: str
    detail_type: str
    domain: str | None
    owner: str | None
    comes: Literal["enters", "may", "forwarded"]
    forwarded_from: tuple[str, ...]
    producers: tuple[str, ...]
    evidence: str | None
    always: int
    sometimes: int
    events: int
    last_seen: datetime | None


@dataclass(frozen=True, slots=True)
class Forward:
    """A rule, subscriber or link that carries events from one bus to another."""

    direction: Literal["to", "from"]
    bus: str
    by: str | None
    via: str
    active: bool
    takes: str


@dataclass(frozen=True, slots=True)
class BusAnswer:
    """A bus. `rules` are ARNs, by name; `archives` and `replays` ARNs of what keeps and puts back its events."""

    arn: str
    putters: tuple[Putter, ...]
    types: tuple[Comes, ...]
    rules: tuple[str, ...]
    forwards: tuple[Forward, ...]
    archives: tuple[Row, ...]
    replays: tuple[Row, ...]
    discoverers: tuple[Row, ...]


def bus(estate: Estate, arn: str, got: Sequence[Consumed]) -> BusAnswer:
    """The bus with this ARN; `got` is what `reverse` found to get there."""
    made = {key: _made(estate, key, arn) for key in _entering(estate, arn)}
    own = [row for row in estate.resources.values() if row["parent_arn"] == arn]
    return BusAnswer(
        arn=arn,
        putters=tuple(sorted(_putters(made), key=_by_evidence)),
        types=tuple(_types(estate, arn, got, made)),
        rules=tuple(sorted({sub.arn for sub in estate.subscriptions_of(arn)}, key=estate.name_of)),
        forwards=tuple(_forwards(estate, arn)),
        archives=tuple(row for row in own if row["kind"] == "archive"),
        replays=tuple(row for row in own if row["kind"] == "replay"),
        discoverers=tuple(estate.links_from(arn, "discoverer")),
    )


def _entering(estate: Estate, arn: str) -> list[Key]:
    return [key for key in sorted(known(estate)) if arn in asking.enters(estate, *key)]


def _made(estate: Estate, key: Key, bus_arn: str) -> list[Producer]:
    """Producer rows of the type on the bus; what only its name points to is no evidence for a bus."""
    rows = producers.producers(estate, Question(*key, bus_arn)).producers
    return [row for row in rows if row.bus in (None, bus_arn) and row.evidence != "named"]


def _putters(made: dict[Key, list[Producer]]) -> Iterator[Putter]:
    groups: dict[str, list[tuple[Key, Producer]]] = defaultdict(list)
    for key, rows in made.items():
        for row in rows:
            groups[row.arn].append((key, row))
    for arn, pairs in groups.items():
        best = min((row for _, row in pairs), key=lambda row: _GRADES.index(row.evidence))
        counted = [row for _, row in pairs if row.events is not None]
        yield Putter(
            arn=arn,
            kind=best.kind,
            name=best.name,
            known_as=best.known_as,
            account=best.account,
            region=best.region,
            domain=best.domain,
            owner=best.owner,
            evidence=best.evidence,
            types=tuple(dict.fromkeys(key for key, row in pairs if row.evidence == best.evidence)),
            events=sum(row.events or 0 for row in counted) if counted else None,
            failed=sum(row.failed or 0 for row in counted) if counted else None,
            last_seen=max((row.last_seen for row in counted if row.last_seen), default=None),
            note=best.note,
        )


def _by_evidence(one: Putter) -> tuple[int, int, str, str]:
    return _GRADES.index(one.evidence), -(one.events or 0), one.name, one.arn


def _types(
    estate: Estate, arn: str, got: Sequence[Consumed], made: dict[Key, list[Producer]]
) -> Iterator[Comes]:
    found: dict[Key, list[Consumed]] = defaultdict(list)
    for one in got:
        found[one.source, one.detail_type].append(one)
    for key in sorted({*found, *made}, key=lambda key: (key[1], key[0])):
        rows = [row for row in made.get(key, ()) if row.evidence != "permitted"]
        takes = list(_takes(estate, arn, key))
        entry = known(estate)[key]
        yield Comes(
            *key,
            *whose(estate, key),
            comes=_comes(found[key], enters=key in made),
            forwarded_from=tuple(dict.fromkeys(_before(one) for one in found[key] if one.row.path)),
            producers=tuple(dict.fromkeys(row.name for row in rows)),
            evidence=rows[0].evidence if rows else None,
            always=takes.count("always"),
            sometimes=takes.count("sometimes"),
            events=entry.events,
            last_seen=entry.last_seen,
        )


def _comes(rows: Sequence[Consumed], *, enters: bool) -> Literal["enters", "may", "forwarded"]:
    if enters:
        return "enters"
    return "may" if any(not one.row.path for one in rows) else "forwarded"


def _before(one: Consumed) -> str:
    """The last thing before the bus on the way to it: another bus, or what feeds it."""
    path = one.row.path
    return path[-2].arn if len(path) > 1 else one.row.bus


def _takes(estate: Estate, arn: str, key: Key) -> Iterator[str]:
    """Always or sometimes, for each active rule that takes the type; what only keeps a copy takes nothing."""
    tree = trees.of_type(*key)
    seen = set()
    for sub in estate.candidates(arn, *key):
        if sub.arn in seen or not sub.active or estate.kind_of(sub.target or "") in arns.KEEPERS:
            continue
        seen.add(sub.arn)
        delivery = sub.decide(tree).delivery
        if delivery != "never":
            yield delivery


def _forwards(estate: Estate, arn: str) -> Iterator[Forward]:
    for sub in estate.subscriptions_of(arn):
        if sub.target and estate.kind_of(sub.target) == "bus":
            yield _by_rule("to", sub.target, sub)
    for sub in upstream.by_target(estate).get(arn, ()):
        yield _by_rule("from", sub.bus, sub)
    for link in estate.links_to(arn, "event-source", "endpoint"):
        origin = arns.plain(link["from_arn"])
        yield Forward(
            "from", origin, link["arn"], link["kind"], bool(link["active"]), "what comes from there"
        )
    for link in estate.links_from(arn, "event-source", "endpoint"):
        target = arns.plain(link["to_arn"])
        yield Forward("to", target, link["arn"], link["kind"], bool(link["active"]), "what comes here")


def _by_rule(direction: Literal["to", "from"], other: str, sub: Subscription) -> Forward:
    return Forward(direction, other, sub.arn, sub.kind, sub.active, rules.in_words(sub))


def sentence(estate: Estate, one: BusAnswer, failing: int) -> str:
    """The answer before the tables; `failing` of its rules are seen to fail."""
    row = estate.buses[one.arn]
    kind = "subscriber" if row["kind"] == "new" else "rule"
    entering = [each for each in one.types if each.comes != "forwarded"]
    sure = [
        each
        for each in one.putters
        if each.evidence in ("observed", "declared") and each.arn not in estate.rules
    ]
    text = f"{row['name']} ({row['kind']} bus) has {_count(one.types, 'event type')}"
    text += (
        f" {_DASH} {len(entering)} put here, {len(one.types) - len(entering)} forwarded {_DASH}"
        if one.types
        else ""
    )
    text += f" from {_count(sure, 'producer')} seen or declared, and {_count(one.rules, kind)}"
    off = [arn for arn in one.rules if not estate.rules[arn][0].active]
    told = [f"{len(off)} switched off"] if off else []
    told += [f"{failing} failing"] if failing else []
    text += f" ({', '.join(told)})." if told else "."
    for direction, verb in (("to", "forwards to"), ("from", "gets from")):
        others = dict.fromkeys(
            estate.name_of(each.bus) for each in one.forwards if each.direction == direction and each.active
        )
        text += (
            f" It {verb} {', '.join(list(others)[:4])}{' and others' if len(others) > 4 else ''}."
            if others
            else ""
        )
    return text


def _count(found: Iterable[object], word: str) -> str:
    number = len(list(found))
    return f"{number or 'no'} {word}{'' if number == 1 else 's'}"
