"""Why an event does or does not match: every subscription of the buses asked about, field by field."""

from collections.abc import Mapping
from typing import Any

from collectors.errors import UsageError
from dashboard.flow import patterns
from dashboard.flow.answers import Explanation, FieldVerdict
from dashboard.flow.model import asking, near, trees
from dashboard.flow.model.estate import Estate
from dashboard.flow.model.matching import Filter
from dashboard.flow.model.subscriptions import Subscription
from dashboard.flow.who.consumers import question_of


def explain(
    estate: Estate, event: Mapping[str, Any], rule_arn: str | None = None, bus: str | None = None
) -> tuple[Explanation, ...]:
    """One explanation a subscription: matches first, then the nearest miss. With `rule_arn` that rule alone.

    Raises UsageError for a rule or bus that nobody knows, and for an event without source or detail type.
    """
    asked = question_of(event, bus)
    if rule_arn is not None:
        if rule_arn not in estate.rules:
            close = near.nearest(rule_arn, estate.rules, 3)
            raise UsageError(f"There is no rule {rule_arn}. The nearest: {', '.join(close) or 'none'}.")
        rules = [rule_arn]
    else:
        buses = asking.entry_buses(estate, asked)
        rules = list(dict.fromkeys(sub.arn for b in buses for sub in estate.subscriptions_of(b)))
    found = [_one(estate, estate.rules[arn][0], event) for arn in rules]
    return tuple(sorted(found, key=_nearness))


def _nearness(one: Explanation) -> tuple[Any, ...]:
    missed = sum(not verdict.matched for verdict in one.fields)
    hit = sum(verdict.matched for verdict in one.fields)
    return not one.matched, one.problem is not None, not one.fields, missed, -hit, one.name, one.subscription


def _one(estate: Estate, sub: Subscription, event: Mapping[str, Any]) -> Explanation:
    if sub.problem:
        return _said(sub, False, (f"The pattern cannot be read. {sub.problem}",), problem=sub.problem)
    if sub.matches_nothing:
        return _said(sub, False, ("It has no event pattern: a schedule starts it, and no event.",))
    if not sub.filters:
        return _said(sub, True, ("It has no filter: every event matches.",))
    matched, fields, sentences = True, [], []
    for one in sub.filters:
        found = _filtered(estate, sub, one, event)
        matched = matched and found.matched
        fields += found.fields
        sentences += found.sentences()
    verdicts = tuple(
        FieldVerdict(v.path, v.condition, ", ".join(v.values), v.ok, v.sentence())
        for v in fields
        if v.alternative == 0
    )
    tree = trees.of_event(event, estate.account_of(sub.bus), estate.region_of(sub.bus))
    state = sub.state_lets_through(tree)
    if matched and state.delivery != "always":
        matched = state.delivery != "never"
        sentences.insert(0, sub.why_kept_out(tree))
    return _said(sub, matched, tuple(sentences), fields=verdicts)


def _filtered(estate: Estate, sub: Subscription, one: Filter, event: Mapping[str, Any]) -> Any:
    """What the pattern says of the part of the event that the filter's scope sees."""
    if one.scope == "data":
        return one.pattern.explain(patterns.prepare(filled(estate, event, sub.bus)))
    if one.scope == "system":
        seen = {"aws:Source": event["source"], "aws:DetailType": event["detail-type"]}
        return one.pattern.explain(patterns.prepare(seen))
    return one.pattern.explain(patterns.prepare({}))  # events of PutEvents carry no metadata


def filled(estate: Estate, event: Mapping[str, Any], bus: str) -> dict[str, Any]:
    """The event with the envelope fields it leaves out, as the bus would fill them in."""
    envelope: dict[str, Any] = {
        "version": "0",
        "id": "00000000-0000-0000-0000-000000000000",
        "time": "1970-01-01T00:00:00Z",
        "account": estate.account_of(bus) or "",
        "region": estate.region_of(bus) or "",
        "resources": [],
        "detail": {},
    }
    return envelope | dict(event)


def _said(
    sub: Subscription,
    matched: bool,  # noqa: FBT001 - the two outcomes of a match
    sentences: tuple[str, ...],
    fields: tuple[FieldVerdict, ...] = (),
    problem: str | None = None,
) -> Explanation:
    return Explanation(
        subscription=sub.arn,
        name=sub.name,
        bus=sub.bus,
        matched=matched,
        fields=fields,
        sentences=sentences,
        active=sub.active,
        problem=problem,
    )
