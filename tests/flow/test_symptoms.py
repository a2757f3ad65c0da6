"""What is wrong with a thing, told with its beginning; what is missing, usual or chance is no trouble."""

from collections.abc import Iterable
from datetime import datetime, timedelta

import pytest

from collectors.records import Metric
from dashboard.flow.health.judging import health
from tests.flow.building import (
    COLLECTORS,
    NOW,
    Build,
    bus,
    function,
    link,
    new_bus,
    pipe,
    queue,
    rule,
    subscriber,
)
from tests.flow.series import Value, since

BUS, BILL, INBOX, DEAD = bus(), function(), queue(), queue("dead")
RULE, OTHER = rule(BUS, "r", INBOX.arn, dead_letter_arn=DEAD.arn), rule(BUS, "other", BILL.arn)
FRESH = new_bus()
SUB, TUBE = subscriber(FRESH, "s", INBOX.arn), pipe()
CRON = rule(BUS, "cron", BILL.arn, schedule="rate(5 minutes)")
MATCHED, INVOKED, FAILED = "MatchedEvents", "Invocations", "FailedInvocations"
SENT, RECEIVED, DELETED = "NumberOfMessagesSent", "NumberOfMessagesReceived", "NumberOfMessagesDeleted"
VISIBLE, AGE = "ApproximateNumberOfMessagesVisible", "ApproximateAgeOfOldestMessage"
LATENCY = "IngestionToInvocationSuccessLatency"
ALIVE = list(since(OTHER.arn, MATCHED, 10))


def of(on: str, **metrics: tuple[float | None, float | None] | float) -> list[Metric]:
    """Series by metric: (before, since five hours), or always the same."""
    found: list[Metric] = []
    for metric, value in metrics.items():
        found += since(on, metric, *value) if isinstance(value, tuple) else since(on, metric, value)
    return found


def state(build: Build, on: str, series: Iterable[Metric]) -> tuple[str, str]:
    wired = link("event-source-mapping", INBOX, BILL), link("pipe-target", TUBE, BILL)
    read = (*COLLECTORS, "metrics")
    estate = build(BUS, FRESH, BILL, INBOX, DEAD, RULE, OTHER, SUB, TUBE, CRON, *wired, *series, read=read)
    found = health(estate, [on])[on]
    return found.state, found.says


TROUBLES = [
    (
        RULE.arn,
        of(RULE.arn, MatchedEvents=10, Invocations=10, FailedInvocations=(None, 2)),
        "Rule r lost 72 events in the last 3 hours, since 07:00 UTC.",
    ),
    (
        RULE.arn,
        of(
            RULE.arn,
            MatchedEvents=10,
            Invocations=10,
            FailedInvocations=(None, 2),
            InvocationsSentToDlq=(None, 2),
        ),
        "Rule r dead-lettered 72 events in the last 3 hours, since 07:00 UTC.",
    ),
    (
        RULE.arn,
        of(RULE.arn, MatchedEvents=10, Invocations=10, FailedInvocations=10),
        "Rule r lost 360 events in the last 3 hours, all of the 90 days that were collected.",
    ),
    (
        RULE.arn,
        of(RULE.arn, MatchedEvents=10, Invocations=(10, None)),
        "Rule r matched 360 events in the last 3 hours, and its target got none of them, since 07:00 UTC.",
    ),
    (
        RULE.arn,
        of(RULE.arn, MatchedEvents=10),
        "Rule r matched 360 events in the last 3 hours, and its target got none of them, all of the 90 days that were collected.",
    ),
    (
        RULE.arn,
        of(RULE.arn, MatchedEvents=10, RetryInvocationAttempts=90),
        "Rule r matched 360 events in the last 3 hours, and its target got none of them, all of the 90 days that were collected.",
    ),
    (
        RULE.arn,
        [*of(RULE.arn, MatchedEvents=(10, 0), Invocations=(10, None)), *ALIVE],
        "Rule r matched nothing in the last 3 hours, though its bus gets events and 120 an hour are usual at this time, since 07:00 UTC.",
    ),
    (
        RULE.arn,
        [*of(RULE.arn, MatchedEvents=(10, None), Invocations=(10, None)), *ALIVE],
        "Rule r matched nothing in the last 3 hours, though its bus gets events and 120 an hour are usual at this time, since 07:00 UTC.",
    ),
    (
        RULE.arn,
        of(RULE.arn, MatchedEvents=10, Invocations=10, IngestionToInvocationSuccessLatency=(300, 60_000)),
        "Rule r delivers 200 times as late as usual, 60 seconds after the event came (p99), since 07:00 UTC.",
    ),
    (
        RULE.arn,
        of(RULE.arn, MatchedEvents=10, Invocations=10, RetryInvocationAttempts=(None, 20)),
        "Rule r tried 720 times again in the last 3 hours, for 360 invocations, since 07:00 UTC.",
    ),
    (
        RULE.arn,
        of(RULE.arn, MatchedEvents=(10, 0), FailedInvocations=(10, None)),
        "Rule r lost 2,280 events in the last 24 hours, all of the 90 days that were collected.",
    ),
    (
        SUB.arn,
        of(SUB.arn, FilterMatched=10, EventsDelivered=10, EventsDropped=(0, 1)),
        "Subscriber s lost 36 events in the last 3 hours, since 07:00 UTC.",
    ),
    (
        SUB.arn,
        of(SUB.arn, FilterMatched=10, EventsDelivered=(10, 0)),
        "Subscriber s matched 360 events in the last 3 hours, and delivered none of them, since 07:00 UTC.",
    ),
    (
        INBOX.arn,
        of(
            INBOX.arn,
            NumberOfMessagesSent=10,
            NumberOfMessagesReceived=(10, 0),
            ApproximateNumberOfMessagesVisible=(1, 600),
            ApproximateAgeOfOldestMessage=(4, 18_000),
        ),
        "Queue inbox holds 600 messages, the oldest for 5 hours, since 07:00 UTC. Nothing took messages from it in the last 3 hours.",
    ),
    (
        INBOX.arn,
        of(
            INBOX.arn,
            NumberOfMessagesSent=10,
            NumberOfMessagesDeleted=(10, 6),
            ApproximateNumberOfMessagesVisible=(1, 240),
        ),
        "Queue inbox holds 240 messages, since 07:00 UTC. In the last 3 hours 360 messages came and 216 were done.",
    ),
    (
        DEAD.arn,
        of(DEAD.arn, ApproximateNumberOfMessagesVisible=(0, 7)),
        "Dead-letter queue dead holds 7 messages, since 07:00 UTC.",
    ),
    (
        BILL.arn,
        of(BILL.arn, Invocations=10, Errors=(0.01, 5)),
        "Function bill had 180 failures in the last 3 hours, of 360 calls, since 07:00 UTC.",
    ),
    (
        BILL.arn,
        of(BILL.arn, Invocations=10, Throttles=(0, 5)),
        "Function bill had 180 throttles in the last 3 hours, of 540 calls, since 07:00 UTC.",
    ),
    (
        BILL.arn,
        of(BILL.arn, Invocations=10, Duration=(200, 4000)),
        "Function bill takes 20 times as long as usual, 4.0 seconds a call, since 07:00 UTC.",
    ),
    (
        BILL.arn,
        of(BILL.arn, Invocations=10, IteratorAge=(100, 3_600_000)),
        "Function bill is 60 minutes behind the stream it reads, since 07:00 UTC.",
    ),
    (
        BILL.arn,
        of(BILL.arn, Invocations=3, Errors=(0, 3), AsyncEventsDropped=(0, 1), DeadLetterErrors=(0, 1)),
        "Function bill had 108 failures in the last 3 hours, of 108 calls, since 07:00 UTC.",
    ),
    (
        BILL.arn,
        [
            *of(BILL.arn, Invocations=10, Errors=0),
            *since(BILL.arn, "AsyncEventsDropped", 0, lambda at: at == NOW - timedelta(hours=2)),
        ],
        "Function bill lost 1 event in the last 24 hours that it was given asynchronously, since 10:00 UTC.",
    ),
    (
        RULE.arn,
        of(
            RULE.arn,
            MatchedEvents=10,
            Invocations=10,
            FailedInvocations=(None, 10),
            InvocationsSentToDlq=(None, 10),
            InvocationsFailedToBeSentToDlq=(None, 10),
        ),
        "Rule r lost 360 events in the last 3 hours, since 07:00 UTC.",
    ),
    (
        RULE.arn,
        of(
            RULE.arn,
            MatchedEvents=10,
            Invocations=10,
            FailedInvocations=(None, 10),
            InvocationsSentToDlq=(None, 8),
            InvocationsFailedToBeSentToDlq=(None, 2),
        ),
        "Rule r lost 72 events and dead-lettered 288 in the last 3 hours, since 07:00 UTC.",
    ),
    (
        CRON.arn,
        of(CRON.arn, TriggeredRules=1, Invocations=1, FailedInvocations=(None, 1)),
        "Rule cron lost 36 events in the last 3 hours, since 07:00 UTC.",
    ),
    (
        TUBE.arn,
        of(TUBE.arn, EventCount=100, Invocations=4, ExecutionFailed=(0, 4), TargetStageFailed=(0, 4)),
        "Pipe tube had 144 failures in the last 3 hours, of 144 executions, since 07:00 UTC. It fails at its target, function bill.",
    ),
    (
        TUBE.arn,
        of(TUBE.arn, EventCount=100, Invocations=100, ExecutionFailed=0, EnrichmentStageFailed=(0, 50)),
        "Pipe tube had 1,800 failures in the last 3 hours, of 3,600 executions, since 07:00 UTC. It fails at its enrichment.",
    ),
    (
        TUBE.arn,
        of(TUBE.arn, EventCount=100, ExecutionFailed=(0, 10)),
        "Pipe tube had 360 failures in the last 3 hours, of 3,600 events, since 07:00 UTC.",
    ),
    (
        INBOX.arn,
        of(INBOX.arn, NumberOfMessagesSent=10, ApproximateAgeOfOldestMessage=(4, 3600)),
        "Queue inbox has a message that is 60 minutes old, since 07:00 UTC.",
    ),
    (
        DEAD.arn,
        of(DEAD.arn, ApproximateNumberOfMessagesVisible=(0, 1)),
        "Dead-letter queue dead holds 1 message, since 07:00 UTC.",
    ),
]


@pytest.mark.parametrize(("on", "series", "told"), TROUBLES, ids=[told[:60] for _, _, told in TROUBLES])
def test_trouble_is_told_in_a_sentence_with_its_beginning(
    build: Build, on: str, series: list[Metric], told: str
) -> None:
    assert state(build, on, series) == ("failing", told)


def test_of_a_pipe_whose_executions_are_not_counted_a_few_failures_are_not_judged(build: Build) -> None:
    assert state(build, TUBE.arn, of(TUBE.arn, EventCount=100, ExecutionFailed=(0, 4))) == (
        "unknown",
        "Pipe tube had 1,200 an hour in the last 3 hours, and 144 failures, of how many executions was not counted.",
    )


def at_night(at: datetime) -> float:
    return 0.0 if at.hour < 14 else 10.0


def on_weekdays(at: datetime) -> float:
    return 10.0 if at.weekday() != NOW.weekday() else 0.0


def both(values: Value) -> list[Metric]:
    return [*since(RULE.arn, MATCHED, values), *since(RULE.arn, INVOKED, values)]


FINE = {
    "all points are missing": of(RULE.arn, MatchedEvents=(10, None), Invocations=10) + ALIVE,
    "it is silent at these hours every day": [*both(at_night), *ALIVE],
    "it is silent on this day of the week": [*both(on_weekdays), *ALIVE],
    "nothing comes onto its bus at all": of(RULE.arn, MatchedEvents=(10, 0), Invocations=(10, None)),
    "too few to tell silence from chance": of(RULE.arn, MatchedEvents=(0.05, 0)) + ALIVE,
    "it always delivers late": of(
        RULE.arn, MatchedEvents=10, Invocations=10, IngestionToInvocationSuccessLatency=60_000
    ),
    "it is always tried again": of(RULE.arn, MatchedEvents=10, Invocations=10, RetryInvocationAttempts=9),
    "it failed before, and no more": of(
        RULE.arn, MatchedEvents=10, Invocations=10, FailedInvocations=(5, None)
    ),
}


@pytest.mark.parametrize("series", FINE.values(), ids=FINE)
def test_what_is_missing_usual_or_chance_is_no_trouble(build: Build, series: list[Metric]) -> None:
    found, said = state(build, RULE.arn, series)
    assert found != "failing", said


@pytest.mark.parametrize(
    ("errors", "calls", "expected"),
    [(1, 6, "ok"), (2, 30, "ok"), (3, 30, "failing"), (1, 1, "failing"), (1, 2, "ok"), (3, 100, "ok")],
)
def test_a_few_failures_of_few_calls_are_chance(
    build: Build, errors: float, calls: float, expected: str
) -> None:
    at = NOW - timedelta(minutes=30)
    series = [
        *since(BILL.arn, INVOKED, lambda start: calls if start == at else 0.0),
        *since(BILL.arn, "Errors", lambda start: errors if start == at else 0.0),
    ]
    assert state(build, BILL.arn, series)[0] == expected


@pytest.mark.parametrize(
    ("hours_ago", "told"),
    [
        (3.5, "since 08:30 UTC"),
        (20, "since 24 Nov 16:00 UTC"),
        (30, "since about 24 Nov 06:00 UTC"),
        (200, "since about 17 Nov 04:00 UTC"),
        (600, "since about 31 Oct 12:00 UTC"),
    ],
)
def test_the_finest_layer_that_shows_it_tells_the_beginning(
    build: Build, hours_ago: float, told: str
) -> None:
    series = since(DEAD.arn, VISIBLE, 0, 9, hours_ago)
    assert told in state(build, DEAD.arn, series)[1]


@pytest.mark.parametrize("hours_ago", [30, 100, 250])
@pytest.mark.parametrize(("stays", "told"), [(0, "matched nothing"), (0.5, "matched 18 events")])
def test_a_rule_that_stopped_days_ago_is_found_in_its_history(
    build: Build, hours_ago: float, stays: float, told: str
) -> None:
    series = [
        *since(RULE.arn, MATCHED, 10, stays, hours_ago),
        *since(RULE.arn, INVOKED, 10, stays, hours_ago),
    ]
    found, said = state(build, RULE.arn, [*series, *ALIVE])
    assert (found, told in said, "since about" in said) == ("failing", True, True)
