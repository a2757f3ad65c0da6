"""Deliverable or not: whether what stands in the way of one hop, a policy or a role, lets the event through."""

from dataclasses import dataclass

from dashboard.flow import arns, policies
from dashboard.flow.answers import Deliverable
from dashboard.flow.estate import Estate
from dashboard.flow.matching import ALWAYS, Verdict

Told = tuple[Deliverable, str | None]
YES: Told = ("yes", None)

_ACTION = {
    "queue": "sqs:SendMessage",
    "topic": "sns:Publish",
    "function": "lambda:InvokeFunction",
    "bus": "events:PutEvents",
}
_NEEDS_ROLE = (
    "state-machine",
    "stream",
    "delivery-stream",
    "api-destination",
    "task",
    "task-family",
    "job-queue",
)
_SERVICE = {
    "rule": "events.amazonaws.com",
    "subscriber": "events.amazonaws.com",
    "sns-subscription": "sns.amazonaws.com",
}
_FREE = ("event-source-mapping", "pipe-source", "delivery-stream", "event-source", "endpoint")
"""No policy stands in the way: readers, whose role AWS checks when they are made, and EventBridge's own feeds."""


@dataclass(frozen=True)
class Carrier:
    """What carries an event over one hop. `sender` is the ARN a policy would ask for: the rule, or the topic.

    `target` is the end as configured, a qualifier included. `extra`: the dead-letter queue and what is run there.
    """

    via: str
    by: str | None
    sender: str | None
    account: str | None
    role: str | None = None
    verdict: Verdict = ALWAYS
    active: bool = True
    why: str | None = None
    target: str | None = None
    extra: tuple[str | None, str | None] = (None, None)


def deliverable(estate: Estate, carrier: Carrier, target: str, kind: str) -> Told:
    """Whether the hop's target lets the event in, and why not or why that is unknown."""
    if carrier.via in _FREE or kind in ("http", "email", "sms"):
        return YES
    row = estate.row_of(target)
    name = f"{kind} {estate.name_of(target)}"
    if row is None:
        return "unknown", f"The {name} was not collected."
    if kind == "bus":
        return _to_bus(estate, carrier, target)
    return _to_resource(estate, carrier, target, kind, name)


def _to_resource(estate: Estate, carrier: Carrier, target: str, kind: str, name: str) -> Told:
    if carrier.role is not None:
        return "unknown", f"The {name} is reached with a role, whose permissions are not collected."
    if kind not in _ACTION:
        needs = kind in _NEEDS_ROLE and carrier.via == "rule"
        return ("no", f"The {name} needs a delivery role, and none is set.") if needs else ("unknown", None)
    return _by_policy(estate, carrier, target, kind, _caller(carrier))


def _caller(carrier: Carrier) -> policies.Caller:
    facts = {"aws:sourcearn": carrier.sender, "aws:sourceaccount": carrier.account}
    known = {key: value for key, value in facts.items() if value}
    return policies.Caller(_SERVICE.get(carrier.via), carrier.account, carrier.role, known)


def _to_bus(estate: Estate, carrier: Carrier, target: str) -> Told:
    if carrier.account == estate.account_of(target):
        if carrier.role is not None:
            return (
                "unknown",
                f"The bus {estate.name_of(target)} is reached with a role, whose permissions are not collected.",
            )
        return YES
    facts = {
        "aws:sourcearn": carrier.sender,
        "aws:sourceaccount": carrier.account,
        "aws:principalaccount": carrier.account,
    }
    known = {key: value for key, value in facts.items() if value}
    caller = policies.Caller(None, carrier.account, carrier.role, known)
    return _by_policy(estate, carrier, target, "bus", caller)


def _by_policy(estate: Estate, carrier: Carrier, target: str, kind: str, caller: policies.Caller) -> Told:
    row = estate.row_of(target) or {}
    name = f"{kind} {estate.name_of(target)}"
    policy = row.get("policy")
    if policy is None:
        if _unreadable(estate, target):
            return "unknown", f"The policy of {name} could not be read."
        return "no", f"The {name} has no policy that lets {_who(carrier)} in."
    verdict = policies.allows(policy, caller, _ACTION[kind], target)
    if verdict is None:
        return "unknown", f"The policy of {name} has conditions that cannot be decided here."
    return YES if verdict else ("no", f"The policy of {name} does not let {_who(carrier)} in.")


def _who(carrier: Carrier) -> str:
    if carrier.via == "sns-subscription":
        return f"topic {arns.name(carrier.sender or '')}"
    return f"{carrier.via} {arns.name(carrier.sender or carrier.by or '')}"


def _unreadable(estate: Estate, target: str) -> bool:
    """A null policy is "none" only where policies are read at all and no gap concerns this one."""
    place = (estate.account_of(target), estate.region_of(target))
    for row in estate.gap_rows:
        if (row["account"], row["region"]) == place and row["subject"] in (None, target, arns.name(target)):
            words = row["action"].lower()
            if any(word in words for word in ("policy", "attributes", "describeeventbus")):
                return True
    return False
