"""Health from CloudWatch's series, the first broken stage, and the picture of the neighbourhood."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from collectors.records import Metric
from dashboard.flow.answers import Question
from dashboard.flow.health.judging import broken, health
from dashboard.flow.who.consumers import consumers
from dashboard.flow.who.graph import EVENT, neighbourhood
from dashboard.flow.who.producers import producers
from dashboard.flow.who.summary import sentence
from tests.flow.building import COLLECTORS, NOW, SOURCE, TYPE, Build, bus, function, gap, link, queue, rule

BUS, BILL, INBOX, DEAD = bus(), function(), queue(), queue("dead")
RULE = rule(BUS, "r", INBOX.arn, dead_letter_arn=DEAD.arn)
ASKED = Question(SOURCE, TYPE)
READ = (*COLLECTORS, "metrics")


def metric(on: str, namespace: str, name: str, *values: float, hours_ago: float = 1) -> Metric:
    """Points five minutes apart, the last one so many hours before the window's end."""
    times = [NOW - timedelta(hours=hours_ago, minutes=5 * n) for n in range(len(values))][::-1]
    return Metric(
        arn=on,
        namespace=namespace,
        metric=name,
        statistic="Sum",
        period_seconds=300,
        start=NOW - timedelta(hours=24),
        end=NOW,
        times=tuple(times),
        values=values,
    )


STATES: list[tuple[str, list[Metric], str]] = [
    (BILL.arn, [], "unknown"),
    (BILL.arn, [metric(BILL.arn, "AWS/Lambda", "Invocations")], "unknown"),
    (BILL.arn, [metric(BILL.arn, "AWS/Lambda", "Invocations", 0, 0)], "idle"),
    (BILL.arn, [metric(BILL.arn, "AWS/Lambda", "Invocations", 100)], "ok"),
    (
        BILL.arn,
        [metric(BILL.arn, "AWS/Lambda", "Invocations", 100), metric(BILL.arn, "AWS/Lambda", "Errors", 4)],
        "ok",
    ),
    (
        BILL.arn,
        [metric(BILL.arn, "AWS/Lambda", "Invocations", 100), metric(BILL.arn, "AWS/Lambda", "Errors", 5)],
        "failing",
    ),
    (
        BILL.arn,
        [
            metric(BILL.arn, "AWS/Lambda", "Invocations", 100),
            metric(BILL.arn, "AWS/Lambda", "Errors", 50, hours_ago=5),
        ],
        "ok",
    ),
    (
        RULE.arn,
        [
            metric(RULE.arn, "AWS/Events", "MatchedEvents", 9),
            metric(RULE.arn, "AWS/Events", "FailedInvocations", 1),
        ],
        "failing",
    ),
    (INBOX.arn, [metric(INBOX.arn, "AWS/SQS", "ApproximateAgeOfOldestMessage", 901)], "failing"),
    (DEAD.arn, [metric(DEAD.arn, "AWS/SQS", "ApproximateNumberOfMessagesVisible", 2)], "failing"),
    (DEAD.arn, [metric(DEAD.arn, "AWS/SQS", "ApproximateNumberOfMessagesVisible", 2, 0)], "idle"),
]


@pytest.mark.parametrize(("on", "series", "state"), STATES)
def test_the_state_follows_from_the_last_three_hours(
    build: Build, on: str, series: list[Metric], state: str
) -> None:
    estate = build(BUS, BILL, INBOX, DEAD, RULE, *series, read=READ)
    assert health(estate, [on])[on].state == state


def test_missing_points_are_null_unless_the_metric_is_only_sent_when_not_zero(build: Build) -> None:
    estate = build(
        *(BUS, BILL, INBOX, RULE),
        metric(RULE.arn, "AWS/Events", "MatchedEvents", 6),
        metric(BILL.arn, "AWS/Lambda", "Invocations", 6),
        read=READ,
    )
    found = health(estate, [RULE.arn, BILL.arn])
    assert (found[RULE.arn].failed_3h, found[BILL.arn].failed_3h) == (0, None)


PARTLY = {
    ("111111111111", "eu-west-1", "metrics"): [gap(action="cloudwatch:GetMetricData", status="partial")]
}
UNREAD = [
    (RULE.arn, [("AWS/Events", "MatchedEvents"), ("AWS/Events", "Invocations")], "FailedInvocations"),
    (BILL.arn, [("AWS/Lambda", "Invocations")], "Errors"),
    (INBOX.arn, [("AWS/SQS", "NumberOfMessagesSent")], "backlog or age"),
]


@pytest.mark.parametrize(("on", "counted", "unread"), UNREAD)
def test_without_the_failures_that_could_not_be_read_nothing_is_said_to_be_well(
    build: Build, on: str, counted: list[tuple[str, str]], unread: str
) -> None:
    rows = [metric(on, space, name, 6) for space, name in counted]
    found = health(build(BUS, BILL, INBOX, RULE, *rows, read=READ, gaps=PARTLY), [on])[on]
    assert (found.state, found.failed_3h) == ("unknown", None)
    assert found.says.endswith(
        f"whether it is in trouble is not known: no {unread} came, and not all was read."
    )


@pytest.mark.parametrize(
    ("counted", "state", "told"),
    [
        ({"ApproximateNumberOfMessagesVisible": 3, "NumberOfMessagesReceived": 9}, "unknown", "holds 3 mess"),
        ({"NumberOfMessagesSent": 0}, "idle", "no traffic in the last 24 hours"),
        ({"ApproximateNumberOfMessagesVisible": 3, "NumberOfMessagesSent": 9}, "ok", "3 an hour"),
    ],
)
def test_no_traffic_is_said_only_where_what_is_sent_was_counted(
    build: Build, counted: dict[str, float], state: str, told: str
) -> None:
    rows = [metric(INBOX.arn, "AWS/SQS", name, value) for name, value in counted.items()]
    found = health(build(BUS, INBOX, RULE, *rows, read=READ), [INBOX.arn])[INBOX.arn]
    assert (found.state, told in found.says) == (state, True)


def test_rates_are_an_hours_average_over_three_and_twenty_four_hours(build: Build) -> None:
    estate = build(BUS, BILL, metric(BILL.arn, "AWS/Lambda", "Invocations", 24, 24))
    found = health(estate, [BILL.arn])[BILL.arn]
    assert (found.rate_3h, found.rate_24h, found.window_end) == (16, 2, NOW)


def _estate(build: Build, *more: Any) -> Any:
    return build(BUS, BILL, INBOX, DEAD, RULE, link("event-source-mapping", INBOX, BILL), *more)


def test_the_first_broken_stage_is_named(build: Build) -> None:
    estate = _estate(
        build,
        metric(BILL.arn, "AWS/Lambda", "Invocations", 10),
        metric(BILL.arn, "AWS/Lambda", "Errors", 9),
        metric(INBOX.arn, "AWS/SQS", "ApproximateAgeOfOldestMessage", 3600),
        metric(INBOX.arn, "AWS/SQS", "ApproximateNumberOfMessagesVisible", 40),
    )
    (row,) = consumers(estate, ASKED).consumers
    said = broken(estate, replace(row, deliverable="yes"))
    assert said == "Queue inbox holds 40 messages, the oldest for 60 minutes."


def _said(estate: Any, detail_type: str = TYPE) -> str | None:
    (row,) = consumers(estate, Question(SOURCE, detail_type)).consumers
    return broken(estate, replace(row, deliverable="yes"))


FILLED = metric(DEAD.arn, "AWS/SQS", "ApproximateNumberOfMessagesVisible", 30)


def test_dead_letters_in_a_shared_queue_break_only_the_path_that_put_them_there(build: Build) -> None:
    other, pattern = function("c2"), '{"source": ["com.acme.orders"], "detail-type": ["Other"]}'
    mine = rule(BUS, "a", BILL.arn, dead_letter_arn=DEAD.arn)
    theirs = rule(BUS, "b", other.arn, pattern, dead_letter_arn=DEAD.arn)
    sent = [
        metric(mine.arn, "AWS/Events", name, 3)
        for name in ("MatchedEvents", "Invocations", "InvocationsSentToDlq")
    ]
    estate = build(BUS, BILL, other, DEAD, mine, theirs, FILLED, *sent, read=READ)
    assert _said(estate, "Other") is None
    assert str(_said(estate)).startswith("Rule a dead-lettered 3 events")


def test_a_stage_that_is_broken_now_is_named_before_the_dead_letters_of_old(build: Build) -> None:
    assert str(_said(_estate(build, FILLED))).startswith("Dead-letter queue dead holds 30 messages")
    behind = metric(INBOX.arn, "AWS/SQS", "ApproximateAgeOfOldestMessage", 18_000)
    assert str(_said(_estate(build, FILLED, behind))).startswith("Queue inbox")


@pytest.mark.parametrize(
    ("deliverable", "more"),
    [("yes", ""), ("unknown", ""), ("no", " 1 consumer cannot be delivered to.")],
)
def test_the_answer_is_a_sentence(build: Build, deliverable: Any, more: str) -> None:
    estate = _estate(build)
    answer = consumers(estate, ASKED)
    (row,) = answer.consumers
    told = replace(answer, consumers=(replace(row, deliverable=deliverable),))
    assert sentence(told, producers(estate, ASKED), {}) == (
        f"{TYPE} ({SOURCE}) is produced by no services and consumed by 1 \N{EN DASH} 1 always, 0 depending on the payload"
        f" \N{EN DASH} in no named domain.{more}"
    )


def test_the_neighbourhood_has_the_event_before_its_hops_and_consumers_last(build: Build) -> None:
    estate = _estate(build)
    picture = neighbourhood(estate, consumers(estate, ASKED), producers(estate, ASKED))
    columns = dict(zip(picture.nodes["id"], picture.nodes["column"], strict=True))
    assert columns == {EVENT: 0, BUS.arn: 1, INBOX.arn: 2, BILL.arn: 3}
    assert list(zip(picture.edges["source"], picture.edges["target"], picture.edges["via"], strict=True)) == [
        (EVENT, BUS.arn, "bus"),
        (BUS.arn, INBOX.arn, "rule"),
        (INBOX.arn, BILL.arn, "event-source-mapping"),
    ]


def test_an_edge_has_the_health_of_what_carries(build: Build) -> None:
    lost = [
        metric(RULE.arn, "AWS/Events", "MatchedEvents", 9),
        metric(RULE.arn, "AWS/Events", "FailedInvocations", 1),
    ]
    estate = _estate(build, *lost)
    picture = neighbourhood(estate, consumers(estate, ASKED), producers(estate, ASKED))
    told = dict(
        zip(
            picture.edges["target"],
            zip(picture.edges["health"], picture.edges["says"], strict=True),
            strict=True,
        )
    )
    assert told[INBOX.arn] == ("failing", "Rule r lost 1 event in the last 3 hours, since 11:00 UTC.")
    assert told[BILL.arn][0] == "unknown"


def test_a_rule_that_loses_events_is_told_though_its_target_is_missing(build: Build) -> None:
    lost = [
        metric(RULE.arn, "AWS/Events", "MatchedEvents", 9),
        metric(RULE.arn, "AWS/Events", "FailedInvocations", 9),
    ]
    gone = build(BUS, rule(BUS, "r", BILL.arn), *lost)
    answer = consumers(gone, ASKED)
    (row,) = answer.consumers
    assert not row.active
    found = health(gone, [row.subscription, row.arn])
    assert "1 rule on the way is failing." in sentence(answer, producers(gone, ASKED), found)
    edges = neighbourhood(gone, answer, producers(gone, ASKED)).edges.set_index("target")
    assert edges["health"][BILL.arn] == "failing"


def test_a_large_picture_is_cut_and_says_so(build: Build) -> None:
    ends = [function(f"f{n}") for n in range(30)]
    estate = build(BUS, *ends, *(rule(BUS, f"r{n}", end.arn) for n, end in enumerate(ends)))
    picture = neighbourhood(estate, consumers(estate, ASKED), producers(estate, ASKED), limit=20)
    assert (len(picture.nodes), picture.shown, picture.total) == (20, 18, 30)
