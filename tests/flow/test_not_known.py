"""What is not known of a thing in an account of which not all was read, and of a path beside a dead-letter queue that others fill too."""

from dataclasses import replace

import pytest

from collectors.records import Gap, Metric, Record
from dashboard.flow.answers import Question
from dashboard.flow.backwards.contracts import _health
from dashboard.flow.health.failing import failings
from dashboard.flow.health.judging import broken, health, unclear
from dashboard.flow.health.path import path_health
from dashboard.flow.who.consumers import consumers
from tests.flow.building import (
    ACCOUNT,
    REGION,
    SOURCE,
    TYPE,
    Build,
    function,
    gap,
    link,
    new_bus,
    queue,
    rule,
    subscriber,
)
from tests.flow.test_recovering import BILL, BUS, DEAD, INBOX, NEWS, OTHER, READ, RULE, TUBE, WIRED, of, state

SERIES, NAMES = "cloudwatch:GetMetricData", "cloudwatch:ListMetrics"
FRESH = new_bus()
SUB = subscriber(FRESH, "s", BILL.arn)
GAPS: dict[str, tuple[Gap, set[str]]] = {
    "series of a queue": (gap(action=SERIES, status="partial", subject=DEAD.arn), {"inbox"}),
    "a list of topics": (gap(action=NAMES, subject="AWS/SNS"), {"news"}),
    "names of new buses": (gap(action="eventbridgev2:ListSubscribers", subject="names of new buses"), {"s"}),
    "a name that others share": (
        gap(action=NAMES, status="partial", error="AmbiguousName", subject="x"),
        set(),
    ),
    "series of a rule": (gap(action=SERIES, status="partial", subject=OTHER.arn), {"r", "s"}),
    "a call for many series": (
        gap(action=SERIES, subject="500 series"),
        {"r", "s", "news", "inbox", "tube", "bill"},
    ),
}


@pytest.mark.parametrize("about", GAPS)
def test_a_gap_of_metrics_is_about_things_of_its_own_namespace(build: Build, about: str) -> None:
    rows = [
        *of(RULE.arn, MatchedEvents=10.0, Invocations=10.0),
        *of(SUB.arn, FilterMatched=10.0, EventsDelivered=10.0),
        *of(NEWS.arn, NumberOfMessagesPublished=10.0),
        *of(INBOX.arn, NumberOfMessagesSent=10.0),
        *of(TUBE.arn, EventCount=10.0),
        *of(BILL.arn, Invocations=10.0),
    ]
    missing, expected = GAPS[about]
    estate = build(*WIRED, FRESH, SUB, *rows, read=READ, gaps={(ACCOUNT, REGION, "metrics"): [missing]})
    found = health(estate, [RULE.arn, SUB.arn, NEWS.arn, INBOX.arn, TUBE.arn, BILL.arn])
    assert {estate.name_of(one.arn) for one in found.values() if one.state == "unknown"} == expected


def test_a_silent_loss_is_told_beside_a_gap_about_another_namespace(build: Build) -> None:
    missing = gap(action=SERIES, status="partial", subject=INBOX.arn)
    matched = of(RULE.arn, MatchedEvents=10.0)
    assert state(build, RULE.arn, matched, gaps={(ACCOUNT, REGION, "metrics"): [missing]})[0] == "failing"


def sharing(kind: str) -> list[Record]:
    """Two paths whose queues or functions have one dead-letter queue."""
    own = {"dead_letter_arn": DEAD.arn}
    first, second = function("f1", **own), function("f2", **own)
    ends: list[Record] = [first, second]
    targets = [first.arn, second.arn]
    if kind == "queue":
        first, second, queues = function("f1"), function("f2"), [queue("q1", **own), queue("q2", **own)]
        ends = [
            first,
            second,
            *queues,
            *(link("event-source-mapping", *pair) for pair in zip(queues, (first, second), strict=True)),
        ]
        targets = [one.arn for one in queues]
    other = f'{{"source": ["{SOURCE}"], "detail-type": ["Other"]}}'
    return [BUS, DEAD, *ends, rule(BUS, "a", targets[0]), rule(BUS, "b", targets[1], other)]


def letters(now: float) -> list[Metric]:
    return of(DEAD.arn, ApproximateNumberOfMessagesVisible=(0.0, now))


@pytest.mark.parametrize("kind", ["queue", "function"])
def test_whose_the_letters_in_a_shared_queue_are_is_not_known_where_nobody_counts_them(
    build: Build, kind: str
) -> None:
    estate = build(*sharing(kind), *letters(300), read=READ)
    for told in (TYPE, "Other"):
        (row,) = (
            replace(one, deliverable="yes") for one in consumers(estate, Question(SOURCE, told)).consumers
        )
        says = "Dead-letter queue dead grew by 300 messages in 24 hours; it is shared with 1 other, whose they are is not known."
        assert (broken(estate, row), unclear(estate, row), path_health(estate, row).broken) == (
            None,
            says,
            says,
        )
        assert _health(estate, [row]) == ("unknown", says)
    assert unclear(estate, replace(row, deliverable="no")) is None
    (found,) = failings(estate).failing
    assert (found.name, found.path_count) == ("dead", 2)


def test_letters_that_a_rule_counts_or_that_were_there_before_are_not_told_on_other_paths(
    build: Build,
) -> None:
    third = rule(BUS, "third", INBOX.arn, '{"source": ["x.y"]}', dead_letter_arn=DEAD.arn)
    sent = of(third.arn, MatchedEvents=10.0, Invocations=10.0, InvocationsSentToDlq=(0.0, 5.0))
    for rows in ([*sent, *letters(300)], of(DEAD.arn, ApproximateNumberOfMessagesVisible=300.0)):
        estate = build(*sharing("queue"), INBOX, third, *rows, read=READ)
        found = consumers(estate, Question(SOURCE, TYPE)).consumers
        assert [unclear(estate, replace(row, deliverable="yes")) for row in found] == [None]
