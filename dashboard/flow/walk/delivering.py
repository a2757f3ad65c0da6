"""Deliverable or not: whether what stands in the way of one hop, a policy or a role, lets the event through."""

from dataclasses import dataclass

from dashboard.flow.answers import Deliverable
from dashboard.flow.model import arns, completeness
from dashboard.flow.model.carriers import Carrier
from dashboard.flow.model.estate import Estate
from dashboard.flow.walk import granting, policies
from dashboard.flow.walk.granting import ACTIONS, SERVICES, Role
from dashboard.flow.walk.policies import Caller, Judged

_BY_POLICY = ("queue", "topic", "function", "bus")
"""Kinds with a policy of their own."""
_NEEDS_ROLE = (
    "state-machine",
    "stream",
    "delivery-stream",
    "api-destination",
    "task",
    "task-family",
    "job-queue",
)
_FREE = ("event-source-mapping", "pipe-source", "delivery-stream", "event-source", "endpoint")
"""No policy stands in the way: readers, whose role AWS checks when they are made, and EventBridge's own feeds."""


@dataclass(frozen=True)
class Told:
    """The answer, why not or why nobody can tell, and for "yes" the statement that lets it through where one does."""

    deliverable: Deliverable
    why: str | None = None
    by: str | None = None


YES = Told("yes")


@dataclass(frozen=True)
class _Hop:
    """One hop that is judged: its end by ARN, kind and name."""

    estate: Estate
    carrier: Carrier
    arn: str
    kind: str

    @property
    def name(self) -> str:
        return f"{self.kind} {self.estate.name_of(self.arn)}"

    @property
    def asked(self) -> str:
        """The end as configured: a version or alias has its own ARN."""
        return self.carrier.target or self.arn

    @property
    def crosses(self) -> bool:
        account = self.estate.account_of(self.arn)
        return account is not None and self.carrier.account != account


def deliverable(estate: Estate, carrier: Carrier, target: str, kind: str) -> Told:
    """Whether the hop's target lets the event in, and why not or why that is unknown."""
    if carrier.via in _FREE or kind in ("http", "email", "sms", "push"):
        return YES
    hop = _Hop(estate, carrier, target, kind)
    there = estate.row_of(target) is not None
    if carrier.role is not None:
        told = _by_role(hop, carrier.role)
        return told if there or told.deliverable == "no" or not _is_listed(kind) else _unread(hop)
    if not there:
        return _unread(hop)
    if kind == "bus":
        return _to_bus(hop)
    return _by_policy(hop) if kind in _BY_POLICY else _without_role(hop)


def _to_bus(hop: _Hop) -> Told:
    """Without a role: a bus of another account must let the sender's in; one of the same only must not keep it out.

    AWS documents a role for every bus of another region, and does not say what becomes of an event without one.
    """
    told = _by_policy(hop) if hop.crosses else _kept_out(hop)
    sender, region = arns.parts(hop.carrier.sender or ""), hop.estate.region_of(hop.arn)
    if told.deliverable == "yes" and sender is not None and sender.region != region:
        return Told("unknown", f"The {hop.name} is in another region, and no delivery role is set.")
    return told


def _kept_out(hop: _Hop) -> Told:
    """Whether a bus of the same account denies it, to EventBridge or to the account: which of them asks is not documented."""
    was_read, policy = _policy(hop)
    if not was_read:
        return Told("unknown", f"The policy of {hop.name} could not be read.")
    if policy is None:
        return YES
    own = hop.carrier.facts | {"aws:principalaccount": hop.carrier.account or ""}
    neither = {key: value for key, value in own.items() if key != "aws:principalisawsservice"}
    callers = (
        Caller(SERVICES.get(hop.carrier.via), hop.carrier.account, None, own),
        Caller(None, hop.carrier.account, None, neither),
    )
    judged = [_asked_of(policy, caller, hop) for caller in callers]
    against = next((one for one in judged if one.denied is not False), None)
    if against is None:
        return YES
    if all(one.denied for one in judged):
        who = _who(hop.carrier)
        return Told("no", f"The policy of {hop.name} does not let {who} in: {against.by} denies it.")
    return Told(
        "unknown", f"Whether the policy of {hop.name} denies it cannot be decided here: {against.by}."
    )


def _without_role(hop: _Hop) -> Told:
    if hop.kind in _NEEDS_ROLE and hop.carrier.via == "rule":
        return Told("no", f"The {hop.name} needs a delivery role, and none is set.")
    return Told("unknown")


def _is_listed(kind: str) -> bool:
    """Whether things of the kind are collected, so that one which was not seen says something."""
    return kind in (*_BY_POLICY, "stream", "delivery-stream", "state-machine", "api-destination")


def _unread(hop: _Hop) -> Told:
    if not _is_listed(hop.kind):
        return Told("unknown", f"Whether the {hop.name} lets it in is not known: its kind is not collected.")
    return Told("unknown", f"The {hop.name} was not collected.")


def _by_policy(hop: _Hop) -> Told:
    """The service itself delivers: what the end's own policy says."""
    carrier = hop.carrier
    service = None if hop.kind == "bus" else SERVICES.get(carrier.via)
    facts = carrier.facts | ({"aws:principalaccount": carrier.account or ""} if hop.kind == "bus" else {})
    was_read, policy = _policy(hop)
    if not was_read:
        return Told("unknown", f"The policy of {hop.name} could not be read.")
    if policy is None:
        return Told("no", f"The {hop.name} has no policy that lets {_who(carrier)} in.")
    judged = _asked_of(policy, Caller(service, carrier.account, None, facts), hop)
    if judged.allows is None:
        return Told(
            "unknown", f"The policy of {hop.name} has conditions that cannot be decided here: {judged.by}."
        )
    if judged.allows:
        return Told("yes", None, f"{judged.by} of {hop.name}")
    denied = f": {judged.by} denies it" if judged.denied else ""
    return Told("no", f"The policy of {hop.name} does not let {_who(carrier)} in{denied}.")


def _policy(hop: _Hop) -> tuple[bool, str | None]:
    """Whether the end's policy was read, and it. A version or alias of a function has one of its own."""
    if hop.kind == "function" and arns.plain(hop.asked) != hop.asked:
        return granting.policy_of(hop.estate, hop.asked)
    policy = (hop.estate.row_of(hop.arn) or {}).get("policy")
    return policy is not None or not _unreadable(hop.estate, hop.arn), policy


def _asked_of(policy: str, caller: Caller, hop: _Hop) -> Judged:
    return policies.judge({"": policy}, caller, ACTIONS[hop.kind][0], hop.asked)


def _by_role(hop: _Hop, arn: str) -> Told:
    """A role delivers: the service must be it, it must be allowed, and the end of another account must let it in."""
    name = f"role {arns.name(arn)}"
    role = granting.role_of(hop.estate, arn)
    if role is None:
        return Told("unknown", f"The {hop.name} is reached with the {name}, whose policies were not read.")
    if role.absent:
        return Told("no", f"The {hop.name} is reached with the {name}, and there is no such role.")
    carrier = hop.carrier
    trusts = granting.may_be(role, carrier.via, carrier.facts)
    # who delivers for a new bus is not documented for certain
    if trusts.allows is None or (not trusts.allows and carrier.via == "subscriber"):
        return Told(
            "unknown", f"Whether the {name} trusts {SERVICES.get(carrier.via)} cannot be decided here."
        )
    if not trusts.allows:
        return Told("no", f"The {name} does not trust {SERVICES.get(carrier.via)}.")
    told = _may(hop, role, name)
    if told.deliverable == "yes" and hop.crosses and hop.kind in _BY_POLICY:
        return _let_in(hop, role, told)
    return told


def _may(hop: _Hop, role: Role, name: str) -> Told:
    """What the role's own policies, and in one account the end's as well, say of the delivery."""
    resources = {"ecs:RunTask": hop.carrier.extra[1], "iam:PassRole": "*"}
    judged = {
        action: _may_one(hop, role, action, resources.get(action, hop.asked))
        for action in granting.actions_on(hop.kind, hop.asked)
    }
    if not judged:
        return Told("unknown", f"What the {name} needs to reach the {hop.name} is not known here.")
    if all(one.allows for one in judged.values()):
        return Told("yes", None, f"{next(iter(judged.values())).by} of {name}")
    first, verdict = next((a, one) for a, one in judged.items() if not one.allows)
    if all(one.allows is False for one in judged.values()) or (
        first == "ecs:RunTask" and verdict.allows is False
    ):
        by = f": {verdict.by} denies it" if verdict.denied else ""
        return Told("no", f"The {name} may not do {first} on the {hop.name}{by}.")
    by = f": {verdict.by}" if verdict.by else ""
    return Told("unknown", f"Whether the {name} may do {first} on the {hop.name} cannot be decided here{by}.")


def _may_one(hop: _Hop, role: Role, action: str, resource: str | None) -> Judged:
    if resource is None:
        return Judged(None)
    own = granting.may_do(role, action, resource, hop.carrier.facts_of_role)
    if hop.crosses or hop.kind not in _BY_POLICY or own.denied:
        return own
    was_read, policy = _policy(hop)
    if not was_read or hop.estate.row_of(hop.arn) is None:
        # it may name the role, or keep it out
        return Judged(None, own.denied, f"the policy of {hop.name} could not be read")
    if policy is None:
        return own
    caller = Caller(None, hop.carrier.account, role.arn, hop.carrier.facts_of_role)
    ends = policies.judge({"": policy}, caller, action, resource)
    if ends.denied is not False:
        return Judged(False if ends.denied else None, ends.denied, f"{ends.by} of {hop.name}")
    named = policies.judge(
        {"": policy}, Caller(None, None, role.arn, hop.carrier.facts_of_role), action, resource
    )
    return own if own.allows or not named.allows else Judged(True, by=f"{named.by} of {hop.name}")


def _let_in(hop: _Hop, role: Role, told: Told) -> Told:
    """Whether the end of another account lets the role in as well."""
    if hop.estate.row_of(hop.arn) is None:
        return _unread(hop)
    was_read, policy = _policy(hop)
    if not was_read:
        return Told("unknown", f"The policy of {hop.name} could not be read.")
    if policy is None:
        return Told("no", f"The {hop.name} has no policy that lets {_who(hop.carrier)} in.")
    judged = _asked_of(policy, Caller(None, hop.carrier.account, role.arn, hop.carrier.facts_of_role), hop)
    if judged.allows is None:
        return Told(
            "unknown", f"The policy of {hop.name} has conditions that cannot be decided here: {judged.by}."
        )
    if judged.allows:
        return Told("yes", None, f"{told.by}, and {judged.by} of {hop.name}")
    return Told("no", f"The policy of {hop.name} does not let {_who(hop.carrier)} in.")


def _who(carrier: Carrier) -> str:
    if carrier.via == "sns-subscription":
        return f"topic {arns.name(carrier.sender or '')}"
    return f"{carrier.via} {arns.name(carrier.sender or carrier.by or '')}"


def _unreadable(estate: Estate, target: str) -> bool:
    """A null policy is "none" only where policies are read at all and no gap concerns this one."""
    place = (estate.account_of(target), estate.region_of(target))
    for row in estate.gap_rows:
        if (row["account"], row["region"]) == place and completeness.is_about(row["subject"], target):
            words = row["action"].lower()
            if any(word in words for word in ("policy", "policies", "attributes", "describeeventbus")):
                return True
    return False
