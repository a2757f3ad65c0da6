"""The state of a thing in a sentence: ok only where its traffic and its failures are known, else what of it is not."""

from datetime import UTC, timedelta
from typing import NamedTuple

from dashboard.flow.answers import HealthState, Trouble
from dashboard.flow.health import calls, queues
from dashboard.flow.health.taking import metric_of
from dashboard.flow.health.things import Thing, events, is_dead_letter, is_whole, measured, number
from dashboard.flow.model.metrics import ROLES, Figures

BEHIND = timedelta(hours=1)
"""How far the metrics of a thing may end before the estate's latest, without a word."""
FAILURES = {
    "rule": ("FailedInvocations",),
    "subscriber": ("EventsDropped",),
    "function": ("Errors",),
    "topic": ("NumberOfNotificationsFailed",),
    "pipe": ("ExecutionFailed",),
}
"""What has to be known for it to be without trouble; of a queue its backlog or age."""
FEW = 3
"""Hours below which nothing is judged."""
FROM_BUS = ("rule", "subscriber")
FEW_EVENTS = 10
"""Usual events without which their absence says nothing."""


class State(NamedTuple):
    """A state, and the sentence that tells it."""

    state: HealthState
    says: str


def state_of(one: Thing, found: Figures, troubles: tuple[Trouble, ...]) -> State:
    """What is known of it now, and no more."""
    title = f"{one.kind.capitalize()} {one.name}"
    if found.end is None:
        return State("unknown", f"No metrics were collected for {one.kind} {one.name}.")
    if troubles:
        return State("failing", " ".join(trouble.says for trouble in troubles))
    if is_old(one):
        return State("unknown", _as_it_was(one, found, title))
    hours = max(row.hours for row in one.series.values())
    if hours < FEW:
        return State("unknown", f"{title} has metrics of {number(hours)} hours only, too few to judge it.")
    if not found.rate_3h and not found.rate_24h:
        return _without_traffic(one, found, title)
    return _with_traffic(one, found, title)


def is_old(one: Thing) -> bool:
    """Whether its metrics could not be read again where the rest of the estate is further on."""
    end = max((row.end for row in one.series.values()), default=None)
    latest = measured(one.estate).end
    return end is not None and latest is not None and latest - end > BEHIND


def _as_it_was(one: Thing, found: Figures, title: str) -> str:
    at = f"{found.end.astimezone(UTC):%d %b %H:%M} UTC" if found.end else "then"
    if found.rate_3h is None:
        return f"The metrics of {one.kind} {one.name} end {at}; how it does since is not known."
    return f"{title} had {number(found.rate_3h)} an hour in the 3 hours before {at}; how it does since is not known."


def _without_traffic(one: Thing, found: Figures, title: str) -> State:
    if found.rate_3h is not None or found.rate_24h is not None:
        hours = 3 if found.rate_24h is None else 24
        more = "; more was not collected" if hours == 3 else ""
        idle = State("idle", f"{title} had no traffic in the last {hours} hours{more}.")
        return _without_arrivals(one, found, f"{title} was sent nothing in the last {hours} hours") or idle
    if found.backlog is None:
        return State("unknown", f"CloudWatch has no points for {one.kind} {one.name} in the window.")
    if is_dead_letter(one.estate, one.arn) and found.backlog == 0:
        return State("idle", f"{one.title} is empty.")
    holds = f"{title} holds {events(round(found.backlog), 'message')}"
    return State("unknown", f"{holds}; what is sent to it was not counted.")


def _without_arrivals(one: Thing, found: Figures, had: str) -> State | None:
    """Of a queue that is sent nothing, and yet holds messages or handed some out, as of those that were moved back to it."""
    held = (one.last(queues.VISIBLE) or 0) + (one.last(queues.IN_FLIGHT) or 0)
    taken = one.count(queues.RECEIVED, hours=3 if found.rate_24h is None else 24)
    if held:
        says = f"{had}, and holds {events(round(held), 'message')}; whether they are in trouble is not known."
        return State("unknown", says)
    if not taken:
        return None
    told = f"{had}, though {events(taken, 'message')} came out of it"
    if found.backlog is None:
        return State("unknown", f"{told}; what it holds is not known.")
    return State("ok", f"{told}, and it is empty.")


def _with_traffic(one: Thing, found: Figures, title: str) -> State:
    usually = _usually(one) if found.rate_3h == 0 else 0.0
    if usually >= FEW_EVENTS:
        hourly = number(usually / 3)
        return State(
            "idle",
            f"{title} had nothing in the last 3 hours, though {hourly} an hour are usual at this time.",
        )
    if found.rate_3h is None:
        had = f"{title} had {events(round((found.rate_24h or 0) * 24))} in the last 24 hours"
    else:
        had = f"{title} had {number(found.rate_3h)} an hour in the last 3 hours"
    unread = _unread(one, found)
    if unread:
        return State(
            "unknown",
            f"{had}; whether it is in trouble is not known: no {unread} came, and not all was read.",
        )
    if one.kind == "pipe" and found.failed_3h and not calls.counts_executions(one):
        of = f"{events(found.failed_3h, 'failure')}, of how many executions was not counted"
        return State("unknown", f"{had}, and {of}.")
    if not found.failed_3h:
        return State("ok", f"{had}, and no trouble.")
    now = "and no trouble now" if _is_well_now(one) else "too few to be trouble"
    return State("ok", f"{had}, {events(found.failed_3h, 'failure')} among them, {now}.")


def _is_well_now(one: Thing) -> bool:
    """Whether it is known that nothing failed in the last half hour."""
    failed = [row for row in one.series.values() if ROLES.get((row.namespace, row.metric)) == "failed"]
    return all(row.sum(0.5) == 0 for row in failed)


def _usually(one: Thing) -> float:
    """How many a rule or subscriber had at least in these three hours of the last seven days."""
    had = one.usual(metric_of(one)) if one.kind in FROM_BUS else None
    return had.low * 3 if had is not None and had.last_week is not None else 0.0


def _unread(one: Thing, found: Figures) -> str:
    """What would tell of trouble, and could not be read; a series that CloudWatch does not have counted nothing."""
    if is_whole(one.estate, one.arn):
        return ""
    if one.kind == "queue":
        return "" if found.backlog is not None or found.age is not None else "backlog or age"
    return ", ".join(name for name in FAILURES.get(one.kind, ()) if one.sum(name) is None)
