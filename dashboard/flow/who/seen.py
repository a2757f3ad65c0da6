"""How we know that something gets an event type, and when that was last seen: by the log of a bus, by CloudWatch, or by the rule alone."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from dashboard.flow.answers import Consumer, Question
from dashboard.flow.health.things import measured
from dashboard.flow.model import deliveries
from dashboard.flow.model.estate import Estate

_TAKEN = {
    ("AWS/Events", "MatchedEvents"),
    ("AWS/Events", "TriggeredRules"),
    ("AWS/Events", "Invocations"),
    ("AWS/EventsV2", "FilterMatched"),
    ("AWS/EventsV2", "EventsDelivered"),
}
"""Metrics of a rule or subscriber that count what it takes."""
_LOGGED = ("matched", "succeeded", "failed", "dead_lettered")


@dataclass(frozen=True, slots=True)
class Seen:
    """Evidence in words, best first: bus log (of this very type), counted (of its rule or subscriber, whatever type), declared.

    `last` is the end of the last window with anything; null where neither tells.
    """

    evidence: str
    last: datetime | None


def seen(estate: Estate, event: Question, row: Consumer) -> Seen:
    """How it is known that the row's subscription takes the type."""
    carrier = row.path[0].via if row.path else "rule"
    rows = deliveries.of_types(estate).get((event.source, event.detail_type), ())
    logged = [one for one in rows if one["rule_arn"] == row.subscription and any(one[c] for c in _LOGGED)]
    if logged:
        return Seen("bus log", max(one["last_seen"] for one in logged))
    last = _counted(estate, row.subscription)
    return Seen("counted by CloudWatch" if last else f"declared by {carrier}", last)


def _counted(estate: Estate, subscription: str) -> datetime | None:
    """The end of the last window in which CloudWatch counted something for the rule or subscriber."""
    ends = [
        series.end - timedelta(seconds=series.silent)
        for series in measured(estate).of(subscription)
        if (series.namespace, series.metric) in _TAKEN and series.silent is not None
    ]
    return max(ends, default=None)
