"""Rules and subscribers in the documents of `resource`: their keys are a contract (docs/cli.md)."""

from collections.abc import Sequence

from dashboard.flow.backwards import rules
from dashboard.flow.backwards.rules import Match, RuleAnswer
from dashboard.flow.documents import Document
from dashboard.flow.model.estate import Estate
from dashboard.flow.model.subscriptions import Subscription


def listening(estate: Estate, bus: str) -> Sequence[str]:
    """The rules and subscribers of a bus, by ARN."""
    return sorted({sub.arn for sub in estate.subscriptions_of(bus)})


def rule(estate: Estate, arn: str, answer: RuleAnswer | None = None) -> Document:
    """A rule by itself; the types that match stand there when it was asked about."""
    subs = estate.rules[arn]
    first = subs[0]
    return {
        "arn": arn,
        "kind": first.kind,
        "name": first.name,
        "bus": first.bus,
        "state": first.row["state"],
        "active": first.active,
        "why": first.why,
        "words": list(rules.words(first)),
        "problem": first.problem,
        "targets": [_target(estate, sub) for sub in subs if sub.target],
        "matches": None
        if answer is None
        else [
            {"source": one.source, "detail_type": one.detail_type, "takes": one.takes, "when": list(one.when)}
            | {"says": one.says}
            for one in answer.matches
        ],
    }


def _target(estate: Estate, sub: Subscription) -> Document:
    one = rules.target(estate, sub)
    facts = {"arn": one.arn, "kind": one.kind, "name": one.name, "active": one.active}
    facts |= {"deliverable": one.deliverable, "why": one.why, "input": sub.row["input_kind"]}
    facts |= {"retries": one.retries, "age_seconds": one.age_seconds}
    return facts | {"dead_letter": sub.row["dead_letter_arn"], "role": sub.row["role_arn"]}


def counted(estate: Estate, one: RuleAnswer) -> Document:
    """Its row of `resources`."""
    taken = [match for match in one.matches if match.takes != "never"]
    return {
        "arn": one.arn,
        "kind": one.kind,
        "name": one.name,
        "account": estate.account_of(one.arn),
        "region": estate.region_of(one.arn),
        "domain": estate.domain_of(one.arn),
        "owner": estate.owner_of(one.arn),
        "collected": True,
        "consumes": 0,
        "passes": len(taken),
        "arrives": 0,
        "produces": 0,
    }


def taken(one: RuleAnswer, match: Match) -> Document:
    """Its row of `flows` for an event type that it takes; keys that are left out are null."""
    head = {"resource": one.arn, "name": one.name, "kind": one.kind, "direction": "passes"}
    event = {"source": match.source, "detail_type": match.detail_type}
    whose = {"event_domain": match.domain, "event_owner": match.owner}
    how = {"delivery": match.takes, "when": list(match.when), "active": one.active, "why": one.why}
    return {
        **head,
        **event,
        **whose,
        **how,
        "note": match.says,
        "bus": one.bus,
        "subscription": one.arn,
        "path": [],
    }
