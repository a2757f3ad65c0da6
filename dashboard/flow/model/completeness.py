"""Complete or not: which gaps touch the scopes that an answer's paths run through."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from dashboard.flow.answers import GapNote
from dashboard.flow.model import arns
from dashboard.flow.model.estate import Estate, Row, Scope

_READS = {
    "bus": ("buses", "rules", "subscribers", "sources", "archives"),
    "queue": ("queues", "functions", "pipes"),
    "stream": ("streams", "functions", "pipes"),
    "table": ("functions", "pipes"),
    "kafka-cluster": ("functions", "pipes"),
    "topic": ("topics",),
    "pipe": ("pipes",),
    "function": ("functions",),
    "state-machine": ("state-machines",),
    "api-destination": ("api-destinations",),
    "delivery-stream": ("streams",),
    "endpoint": ("sources",),
    "event-source": ("sources",),
}
"""Collectors that each kind needs, all of them: those that read it, and those that read where it leads."""
_LISTED = {
    "bus": ("buses", "events:ListEventBuses"),
    "queue": ("queues", "sqs:ListQueues"),
    "stream": ("streams", "kinesis:ListStreams"),
    "topic": ("topics", "sns:ListTopics"),
    "pipe": ("pipes", "pipes:ListPipes"),
    "function": ("functions", "lambda:ListFunctions"),
    "state-machine": ("state-machines", "states:ListStateMachines"),
    "api-destination": ("api-destinations", "events:ListApiDestinations"),
}
"""The collector and the call that list each kind: only where they were answered, what is not there is missing."""
NOT_COLLECTED = "not collected"
"""The action of a gap where nobody looked."""
_ONE_OF_MANY = ("queue", "topic", "function", "state-machine", "stream", "schedule")


@dataclass(frozen=True)
class Presence:
    """Is a target there? `here` false: its scope was read and it is not. `collected` false: nobody looked."""

    here: bool
    collected: bool
    why: str | None = None


class _About(NamedTuple):
    """What an answer depends on that touches a thing: the scopes that tell of it, and the gap where nobody looked."""

    needs: tuple[Scope, ...]
    outside: GapNote | None


def presence(estate: Estate, arn: str, kind: str) -> Presence:
    """Whether a target exists; "missing" only when its scope was read, else it is merely not collected."""
    if estate.row_of(arn) is not None or arns.parts(arn) is None:
        return Presence(here=True, collected=True)
    account, region = estate.account_of(arn), estate.region_of(arn)
    # an API call or a document of AWS's own lies in no account; a role or user in no region, and in no list
    if account is None or (region is None and account in estate.accounts):
        return Presence(here=True, collected=True)
    name = f"{kind} {estate.name_of(arn)}"
    if (account, region) not in estate.places:
        return Presence(
            True, False, f"The {name} is in account {account}, {region}, which was not collected."
        )
    if kind not in _LISTED:
        return Presence(here=True, collected=True)
    if _was_listed(estate, (account, region or ""), arn, kind):
        return Presence(False, True, f"The {name} does not exist: target missing.")
    return Presence(True, False, f"The {name} could not be looked up: its scope was not read.")


def _was_listed(estate: Estate, place: tuple[str, str], arn: str, kind: str) -> bool:
    """Whether all things of the kind were listed there, and nothing about this one was refused."""
    collector, call = _LISTED[kind]
    run = estate.scopes.get((*place, collector))
    if run is None or run["status"] not in ("ok", "partial"):
        return False
    return not any(
        is_about(gap["subject"], arn) or (gap["action"] == call and arns.parts(gap["subject"]) is None)
        for gap in estate.gap_rows
        if (gap["account"], gap["region"], gap["collector"]) == (*place, collector)
    )


def is_about(subject: str | None, arn: str) -> bool:
    """Whether a gap's subject is this thing, or everything. AWS is asked about a queue by its URL: …/ACCOUNT/NAME."""
    if subject is None or subject in (arn, arns.plain(arn), arns.name(arn)):
        return True
    found = arns.parts(arn)
    if found is None or found.service != "sqs" or "://" not in subject:
        return False
    return subject.endswith(f"/{found.account}/{found.resource}")


def gaps_on(estate: Estate, touched: Iterable[str]) -> tuple[GapNote, ...]:
    """Gaps of the scopes that these things (ARNs of buses, queues, ends …) depend on, in the snapshot's order."""
    things = {arns.plain(arn) for arn in touched}
    needs = _needs(estate, things)
    found = [
        note
        for row, note in zip(estate.gap_rows, estate.gaps, strict=True)
        if (row["account"], row["region"], row["collector"]) in needs and _concerns(estate, row, things)
    ]
    found += never_read(estate, needs, found)
    return tuple(dict.fromkeys((*found, *_outside(estate, things, found))))


def _needs(estate: Estate, things: set[str]) -> set[Scope]:
    needs = {scope for arn in things for scope in _about(estate, arn).needs}
    if not things and not estate.buses:  # an event that enters nowhere, because no bus is known
        needs = {(account, region, "buses") for account, region, _ in estate.scopes}
    return needs


def _about(estate: Estate, arn: str) -> _About:
    """Judged once: answers touch the same things again and again."""
    judged: dict[str, _About] = estate.memory.setdefault("scopes-of-things", {})
    if arn not in judged:
        kind, account, region = estate.kind_of(arn), estate.account_of(arn), estate.region_of(arn)
        read_by = _READS.get(kind, ()) if account and region else ()
        needs = tuple((account or "", region or "", one) for one in read_by)
        there = presence(estate, arn, kind)
        collector = _LISTED[kind][0] if kind in _LISTED else kind
        scope = (account or "", region or "", collector)
        judged[arn] = _About(
            needs, None if there.collected else _not_collected(estate, scope, there.why or "")
        )
    return judged[arn]


def never_read(estate: Estate, needs: Iterable[Scope], told: Iterable[GapNote] = ()) -> list[GapNote]:
    """Scopes that no run ever read, in places of which others were: what they hold is not nothing, but unknown.

    `told` are gaps that say so already.
    """
    gone = {(gap.account, gap.region, gap.collector) for gap in told}
    return [
        _not_collected(estate, scope, f"{_words(scope[2])} of {scope[0]} {scope[1]} were not collected.")
        for scope in sorted({scope for scope in needs if not _was_read(estate.scopes.get(scope))} - gone)
        if scope[:2] in estate.places
    ]


def _was_read(run: Row | None) -> bool:
    """What a region does not offer holds nothing, and is read by that."""
    return run is not None and (
        run["read_at"] is not None or run["status"] in ("ok", "partial", "unsupported")
    )


def _words(collector: str) -> str:
    name = {"sources": "event sources", "archives": "archives and replays"}.get(collector, collector)
    name = name.replace("-", " ").replace("api ", "API ")
    return name[0].upper() + name[1:]


def _not_collected(estate: Estate, scope: Scope, message: str) -> GapNote:
    return GapNote(*scope, action=NOT_COLLECTED, status="partial", message=message, at=estate.snapshot.at)


def _concerns(estate: Estate, row: Row, things: set[str]) -> bool:
    """A gap about one other queue, function or rule's bus does not touch the answer."""
    subject = row["subject"]
    if row["action"].startswith("iam:"):
        return False  # whether it is delivered is then unknown, and says so
    if subject is not None and "://" in subject and row["action"].startswith("sqs:"):
        return any(is_about(subject, arn) for arn in things)
    if subject is None or arns.parts(subject) is None:
        return True
    plain = arns.topic_of(subject) or arns.plain(subject)
    if plain in things:
        return True
    bus = arns.rule_bus(subject)
    if bus is not None:
        return any(estate.kind_of(a) == "bus" and estate.name_of(a) == bus for a in things)
    return estate.kind_of(plain) not in (*_ONE_OF_MANY, "bus")


def _outside(estate: Estate, things: set[str], told: Iterable[GapNote]) -> list[GapNote]:
    """Targets where nobody looked: places not collected, and scopes that hold no row and were not read."""
    found: dict[Scope, GapNote] = {}
    known = {(gap.account, gap.region, gap.collector) for gap in told if gap.action == NOT_COLLECTED}
    for arn in sorted(things):
        note = _about(estate, arn).outside
        if note is not None and (scope := (note.account, note.region, note.collector)) not in known:
            found[scope] = note
    return list(found.values())
