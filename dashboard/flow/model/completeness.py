"""Complete or not: which gaps touch the scopes that an answer's paths run through."""

from collections.abc import Iterable
from dataclasses import dataclass

from dashboard.flow.answers import GapNote
from dashboard.flow.model import arns
from dashboard.flow.model.estate import Estate, Row

_READS = {
    "bus": ("buses", "rules", "subscribers", "event-sources", "archives"),
    "queue": ("queues", "functions", "event-source-mappings", "mappings", "pipes"),
    "stream": ("streams", "functions", "event-source-mappings", "mappings", "pipes", "delivery-streams"),
    "table": ("streams", "tables", "functions", "event-source-mappings", "mappings", "pipes"),
    "kafka-cluster": ("functions", "event-source-mappings", "mappings", "pipes"),
    "topic": ("topics", "subscriptions"),
    "pipe": ("pipes",),
    "function": ("functions",),
    "state-machine": ("state-machines", "statemachines"),
    "api-destination": ("api-destinations", "destinations", "connections"),
    "delivery-stream": ("delivery-streams", "streams", "firehose"),
    "endpoint": ("endpoints", "buses"),
    "event-source": ("event-sources", "subscribers", "buses"),
}
_EXISTS = {
    "bus": ("buses", "subscribers"),
    "queue": ("queues",),
    "stream": ("streams",),
    "topic": ("topics",),
    "pipe": ("pipes",),
    "function": ("functions",),
    "state-machine": ("state-machines", "statemachines"),
    "api-destination": ("api-destinations", "destinations"),
}
_ONE_OF_MANY = ("queue", "topic", "function", "state-machine", "stream", "schedule")


@dataclass(frozen=True)
class Presence:
    """Is a target there? `here` false: its scope was read and it is not. `collected` false: nobody looked."""

    here: bool
    collected: bool
    why: str | None = None


def presence(estate: Estate, arn: str, kind: str) -> Presence:
    """Whether a target exists; "missing" only when its scope was read, else it is merely not collected."""
    if estate.row_of(arn) is not None or arns.parts(arn) is None:
        return Presence(here=True, collected=True)
    account, region = estate.account_of(arn), estate.region_of(arn)
    if account is None:
        return Presence(
            here=True, collected=True
        )  # an API call, or a document of AWS's own: it lies in no account
    name = f"{kind} {estate.name_of(arn)}"
    if (account, region) not in estate.places:
        return Presence(
            True, False, f"The {name} is in account {account}, {region}, which was not collected."
        )
    if kind not in _EXISTS:
        return Presence(here=True, collected=True)
    if any(_read(estate, account, region, c, arn) for c in _EXISTS[kind]):
        return Presence(False, True, f"The {name} does not exist: target missing.")
    return Presence(True, False, f"The {name} could not be looked up: its scope was not read.")


def _read(estate: Estate, account: str | None, region: str | None, collector: str, arn: str) -> bool:
    for (a, r, c), row in estate.scopes.items():
        if (a, r, c.replace("_", "-")) == (account, region, collector) and row["status"] in ("ok", "partial"):
            gaps = (g for g in estate.gap_rows if (g["account"], g["region"], g["collector"]) == (a, r, c))
            return not any(g["subject"] in (None, arn, arns.name(arn)) for g in gaps)
    return False


def gaps_on(estate: Estate, touched: Iterable[str]) -> tuple[GapNote, ...]:
    """Gaps of the scopes that these things (ARNs of buses, queues, ends …) depend on, in the snapshot's order."""
    things = {arns.plain(arn) for arn in touched}
    needs = _needs(estate, things)
    found = [
        note
        for row, note in zip(estate.gap_rows, estate.gaps, strict=True)
        if (row["account"], row["region"], row["collector"].replace("_", "-")) in needs
        and _concerns(estate, row, things)
    ]
    return tuple(dict.fromkeys(found)) + tuple(_outside(estate, things))


def _needs(estate: Estate, things: set[str]) -> set[tuple[str | None, str | None, str]]:
    needs: set[tuple[str | None, str | None, str]] = set()
    for arn in things:
        place = (estate.account_of(arn), estate.region_of(arn))
        needs |= {(*place, collector) for collector in _READS.get(estate.kind_of(arn), ())}
    return needs


def _concerns(estate: Estate, row: Row, things: set[str]) -> bool:
    """A gap about one other queue, function or rule's bus does not touch the answer."""
    subject = row["subject"]
    if row["action"].startswith("iam:"):
        return False  # whether it is delivered is then unknown, and says so
    if subject is None or arns.parts(subject) is None:
        return True
    plain = arns.plain(subject)
    if plain in things:
        return True
    bus = arns.rule_bus(subject)
    if bus is not None:
        return any(estate.kind_of(a) == "bus" and estate.name_of(a) == bus for a in things)
    return estate.kind_of(plain) not in (*_ONE_OF_MANY, "bus")


def _outside(estate: Estate, things: set[str]) -> list[GapNote]:
    """Targets where nobody looked: places not collected, and scopes that hold no row and were not read."""
    found: dict[tuple[str, str, str], GapNote] = {}
    for arn in sorted(things):
        there = presence(estate, arn, estate.kind_of(arn))
        if there.collected:
            continue
        place = (estate.account_of(arn) or "", estate.region_of(arn) or "", _collector(estate.kind_of(arn)))
        found[place] = GapNote(
            *place, action="not collected", status="failed", message=there.why or "", at=estate.snapshot.at
        )
    return list(found.values())


def _collector(kind: str) -> str:
    return _EXISTS.get(kind, (kind,))[0]
