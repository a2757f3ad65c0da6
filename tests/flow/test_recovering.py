"""What has recovered, and what only seems to have: losses, bursts that come again, messages that are hidden, a backlog with one dip."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import pytest

from collectors.records import Metric, Record
from dashboard.flow.health.judging import health
from tests.flow.building import (
    COLLECTORS,
    NOW,
    Build,
    bus,
    function,
    link,
    pipe,
    queue,
    rule,
    topic,
)
from tests.flow.series import Value, seen, since

BUS, BILL, INBOX, DEAD, NEWS, TUBE = bus(), function(), queue(), queue("dead"), topic(), pipe()
RULE, OTHER = rule(BUS, "r", INBOX.arn), rule(BUS, "other", BILL.arn)
WIRED = (BUS, BILL, INBOX, DEAD, NEWS, TUBE, RULE, OTHER, link("event-source-mapping", INBOX, BILL))
READ = (*COLLECTORS, "metrics")
VISIBLE, AGE = "ApproximateNumberOfMessagesVisible", "ApproximateAgeOfOldestMessage"
IN_FLIGHT = "ApproximateNumberOfMessagesNotVisible"


def of(on: str, **series: Value | tuple[Value, Value]) -> list[Metric]:
    """Series by metric: as it always was, or (before, since 5 hours)."""
    rows: list[Metric] = []
    for name, value in series.items():
        rows += since(on, name, *value) if isinstance(value, tuple) else since(on, name, value)
    return rows


def state(
    build: Build, on: str, rows: Iterable[Metric], records: Iterable[Record] = WIRED, **more: Any
) -> tuple[str, str]:
    found = health(build(*records, *rows, **{"read": READ, **more}), [on])[on]
    return found.state, found.says


def is_early(at: datetime) -> bool:
    """From 80 to 40 minutes ago."""
    return timedelta(minutes=40) < NOW - at <= timedelta(minutes=80)


def lost_a_while_ago() -> dict[str, tuple[str, list[Metric]]]:
    def lost(at: datetime) -> float | None:
        return 100.0 if is_early(at) else None

    def given(at: datetime) -> float:
        return 0.0 if is_early(at) else 100.0

    return {
        "Topic news had 800 failures in the last 3 hours, of 3,600 deliveries, since 10:40 UTC": (
            NEWS.arn,
            [
                *of(NEWS.arn, NumberOfMessagesPublished=100.0),
                *seen(NEWS.arn, "NumberOfNotificationsFailed", lost),
                *seen(NEWS.arn, "NumberOfNotificationsDelivered", given),
            ],
        ),
        "Pipe tube had 800 failures in the last 3 hours, of 3,600 executions, since 10:40 UTC": (
            TUBE.arn,
            [
                *of(TUBE.arn, EventCount=100.0, Invocations=100.0),
                *seen(TUBE.arn, "ExecutionFailed", lambda at: lost(at) or 0.0),
            ],
        ),
        "Function bill had 800 failures in the last 3 hours, of 3,600 calls, since 10:40 UTC": (
            BILL.arn,
            [
                *of(BILL.arn, Invocations=100.0),
                *seen(BILL.arn, "Errors", lambda at: lost(at) or 0.0),
                *seen(BILL.arn, "AsyncEventsDropped", lambda at: 50.0 if is_early(at) else 0.0),
            ],
        ),
    }


@pytest.mark.parametrize("says", lost_a_while_ago())
def test_what_was_lost_for_good_is_told_whatever_works_since(build: Build, says: str) -> None:
    on, rows = lost_a_while_ago()[says]
    found, told = state(build, on, rows)
    assert (found, says in told) == ("failing", True)


def test_calls_that_are_tried_again_have_recovered(build: Build) -> None:
    rows = [
        *of(BILL.arn, Invocations=100.0),
        *seen(BILL.arn, "Errors", lambda at: 100.0 if is_early(at) else 0.0),
    ]
    assert state(build, BILL.arn, rows)[0] == "ok"


def errors(
    build: Build, failing: Any, calls: Any = lambda at: 30.0 if at.minute < 5 else 5.0
) -> tuple[str, str]:
    rows = [
        *seen(BILL.arn, "Invocations", calls),
        *seen(BILL.arn, "Errors", failing),
        *seen(BILL.arn, "Throttles", lambda _: 0.0),
    ]
    return state(build, BILL.arn, rows)


def test_bursts_of_failures_that_come_again_have_not_recovered_between(build: Build) -> None:
    hourly = lambda at: 30.0 if at.minute < 5 and at >= NOW - timedelta(hours=48) else 0.0  # noqa: E731
    assert errors(build, hourly) == (
        "failing",
        "Function bill had 90 failures in the last 3 hours, of 255 calls, since about 23 Nov 12:00 UTC.",
    )


@pytest.mark.parametrize("strays", [(), (50,), (50, 110, 300, 700)])
def test_an_outage_has_recovered_though_single_calls_failed_before_or_after(
    build: Build, strays: tuple[int, ...]
) -> None:
    def failing(at: datetime) -> float:
        minutes = int((NOW - at).total_seconds() / 60)
        return 30.0 if 60 < minutes <= 100 else float(minutes in strays)

    found, says = errors(build, failing, lambda _: 30.0)
    assert (found, says.endswith("failures among them, and no trouble now.")) == ("ok", True)


def test_no_trouble_now_is_said_only_where_nothing_failed_lately(build: Build) -> None:
    found = errors(build, lambda _: 3.0, lambda _: 100.0)
    assert found == (
        "ok",
        "Function bill had 1,200 an hour in the last 3 hours, 108 failures among them, too few to be trouble.",
    )


def test_events_that_were_given_up_are_told_though_calls_that_failed_recovered(build: Build) -> None:
    def ago(at: datetime) -> float:
        return (NOW - at).total_seconds() / 3600

    rows = [
        *seen(BILL.arn, "Invocations", lambda at: 10.0 if ago(at) > 4 else 0.0),
        *seen(BILL.arn, "Errors", lambda at: 10.0 if 10 < ago(at) <= 14 else 0.0),
        *seen(BILL.arn, "AsyncEventsDropped", lambda at: 5.0 if 10 < ago(at) <= 14 else 0.0),
    ]
    found, says = state(build, BILL.arn, rows)
    assert (found, "lost 240 events in the last 24 hours" in says) == ("failing", True)


def test_a_pipe_whose_executions_are_counted_but_not_yet_known_is_judged_by_its_events(build: Build) -> None:
    failing = of(TUBE.arn, EventCount=100.0, ExecutionFailed=(None, 1.0))
    found, says = state(build, TUBE.arn, [*failing, *since(TUBE.arn, "Invocations", None)])
    assert (found, "36 failures, of how many executions was not counted" in says) == ("unknown", True)


def old(hours: float) -> list[Metric]:
    """A queue whose oldest message has been there for so long, and none waits."""
    age = lambda at: max(hours * 3600 - (NOW - at).total_seconds(), 1.0)  # noqa: E731
    return [*of(INBOX.arn, ApproximateNumberOfMessagesVisible=0.0), *seen(INBOX.arn, AGE, age)]


@pytest.mark.parametrize(
    ("hours", "in_flight", "hidden", "expected"),
    [
        (60, 30, None, "failing"),
        (11, 30, None, "ok"),
        (2, 30, 3600, "failing"),
        (1, 30, 3600, "ok"),
        (60, 0, 30, "ok"),
    ],
)
def test_a_message_in_flight_may_be_as_old_as_it_may_be_hidden(
    build: Build, hours: float, in_flight: float, hidden: int | None, expected: str
) -> None:
    inbox = queue(visibility_timeout_seconds=hidden)
    rows = [
        *old(hours),
        *of(INBOX.arn, NumberOfMessagesSent=10.0, ApproximateNumberOfMessagesNotVisible=in_flight),
    ]
    found, says = state(build, INBOX.arn, rows, [inbox if one is INBOX else one for one in WIRED])
    assert (found, "with none waiting and 30 in flight" in says) == (expected, expected == "failing")


@pytest.mark.parametrize(
    ("in_flight", "received", "expected", "told"),
    [
        (
            5.0,
            3.0,
            "unknown",
            "was sent nothing in the last 24 hours, and holds 5 messages",
        ),
        (0.0, 3.0, "ok", "though 864 messages came out of it, and it is empty"),
        (0.0, 0.0, "idle", "had no traffic in the last 24 hours"),
    ],
)
def test_a_queue_that_holds_or_hands_out_messages_is_not_without_traffic(
    build: Build, in_flight: float, received: float, expected: str, told: str
) -> None:
    counts = {"NumberOfMessagesSent": 0.0, "NumberOfMessagesReceived": received, IN_FLIGHT: in_flight}
    found, says = state(build, INBOX.arn, of(INBOX.arn, **{VISIBLE: 0.0, AGE: 1.0}, **counts))
    assert (found, told in says) == (expected, True)


def growing(at: datetime) -> float:
    """200 more each five minutes for ten hours, with a dip each third time."""
    windows = 120 - int((NOW - at).total_seconds() / 300)
    return 5.0 if windows < 0 else 5 + 200 * windows * (0.94 if windows % 3 == 2 else 1.0)


def put_at_once(at: datetime) -> float:
    """9,000 ten minutes ago, of which each five minutes 500 are done."""
    windows = 3 - int((NOW - at).total_seconds() / 300)
    return 5.0 if windows < 0 else 9000.0 - 500 * windows


def worked_off(at: datetime) -> float:
    return 20_000.0 - 300 * (36 - (NOW - at).total_seconds() / 300) if NOW - at <= timedelta(hours=3) else 5.0


@pytest.mark.parametrize(
    ("waiting", "expected"), [(growing, "failing"), (put_at_once, "ok"), (worked_off, "ok")]
)
def test_a_queue_is_drained_where_it_gets_shorter_over_half_an_hour(
    build: Build, waiting: Any, expected: str
) -> None:
    done = {"NumberOfMessagesReceived": 100.0, "NumberOfMessagesDeleted": 100.0}
    rows = [*seen(INBOX.arn, VISIBLE, waiting), *of(INBOX.arn, NumberOfMessagesSent=300.0, **done)]
    assert state(build, INBOX.arn, rows)[0] == expected
