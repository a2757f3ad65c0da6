"""What is usual is told from the same minutes of earlier days, whatever the minute of now; a last point tells of three hours only."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

import pytest

from collectors.records import Metric
from dashboard.flow.health.failing import failings
from dashboard.flow.health.judging import health
from tests.flow import series
from tests.flow.building import (
    ACCOUNT,
    COLLECTORS,
    NOW,
    Build,
    bus,
    function,
    gap,
    link,
    new_bus,
    queue,
    rule,
    subscriber,
    topic,
)
from tests.flow.series import seen, since

BUS, FRESH, BILL, INBOX, DEAD, NEWS = bus(), new_bus(), function(), queue(), queue("dead"), topic()
RULE, OTHER = rule(BUS, "r", INBOX.arn, dead_letter_arn=DEAD.arn), rule(BUS, "other", BILL.arn)
SUB = subscriber(FRESH, "s", INBOX.arn)
WIRED = (BUS, FRESH, BILL, INBOX, DEAD, NEWS, RULE, OTHER, SUB, link("event-source-mapping", INBOX, BILL))
MATCHED, INVOKED = "MatchedEvents", "Invocations"
SENT, RECEIVED, DELETED = "NumberOfMessagesSent", "NumberOfMessagesReceived", "NumberOfMessagesDeleted"
VISIBLE, AGE = "ApproximateNumberOfMessagesVisible", "ApproximateAgeOfOldestMessage"
Times = Callable[[datetime], float | None]
READ = (*COLLECTORS, "metrics")


def state(build: Build, on: str, rows: Iterable[Metric], **more: object) -> tuple[str, str]:
    found = health(build(*WIRED, *rows, **{"read": READ, **more}), [on])[on]
    return found.state, found.says


def passed(on: str, values: Times, end: datetime = NOW) -> list[Metric]:
    """What a rule matches, and hands on all of it."""
    return [row for metric in (MATCHED, INVOKED) for row in seen(on, metric, values, end)]


def alive(end: datetime = NOW) -> list[Metric]:
    return passed(OTHER.arn, lambda _: 10.0, end)


def daily_batch(at: datetime) -> float:
    return 20.0 if at.hour == 9 and at.minute < 50 else 0.0


def weekdays(at: datetime) -> float:
    return 10.0 if at.weekday() < 5 else 0.0


def until_quarter(at: datetime) -> float:
    return 10.0 if at.weekday() != 2 or (at.hour, at.minute) < (12, 15) else 0.0


def month_end(at: datetime) -> float:
    return 10.0 if timedelta(days=8.75) <= NOW - at < timedelta(days=10) else 0.0


def load_test(at: datetime) -> float:
    return 10.0 if timedelta(days=4) < NOW - at <= timedelta(days=5) else 0.0


SATURDAY = NOW.replace(day=28, hour=0)
HEALTHY: dict[str, tuple[Times, datetime]] = {
    "a batch of every day just before the window": (daily_batch, NOW + timedelta(minutes=55)),
    "a batch of every day in the window": (daily_batch, NOW),
    "weekdays only, an hour into the weekend": (weekdays, SATURDAY + timedelta(minutes=60)),
    "weekdays only, on Sunday": (weekdays, SATURDAY + timedelta(hours=35, minutes=25)),
    "it ends within an hour on this day of the week": (until_quarter, NOW + timedelta(minutes=50)),
    "a month's end ten days ago": (month_end, NOW),
    "a test of one day five days ago": (load_test, NOW),
}


@pytest.mark.parametrize(("values", "end"), HEALTHY.values(), ids=HEALTHY)
def test_batches_weekends_and_single_busy_days_raise_nothing(
    build: Build, values: Times, end: datetime
) -> None:
    found, said = state(build, RULE.arn, [*passed(RULE.arn, values, end), *alive(end)])
    assert found != "failing", said


@pytest.mark.parametrize(
    ("minute", "hours_ago"), [(0, 0.5), (5, 1), (25, 0.5), (55, 2), (55, 2.9), (25, 3.1)]
)
@pytest.mark.parametrize("stays", [0.0, 0.02])
def test_a_rule_that_stopped_matching_is_told_from_half_an_hour_on_at_any_minute(
    build: Build, minute: int, hours_ago: float, stays: float
) -> None:
    end = NOW + timedelta(minutes=minute)
    begun = end - timedelta(hours=hours_ago)
    rows = passed(RULE.arn, lambda at: 10.0 if at + timedelta(minutes=1) < begun else 10.0 * stays, end)
    found, said = state(build, RULE.arn, [*rows, *alive(end)])
    assert (found, f"{begun:%H:}" in said or hours_ago > 2, "are usual" in said) == ("failing", True, True)


@pytest.mark.parametrize("an_hour", [4, 9])
@pytest.mark.parametrize("hours_ago", [4, 30, 72, 200])
def test_a_rule_of_a_few_events_an_hour_that_stopped_is_told(
    build: Build, an_hour: float, hours_ago: float
) -> None:
    begun = NOW - timedelta(hours=hours_ago)
    rows = passed(RULE.arn, lambda at: an_hour / 12 if at < begun else 0.0)
    found, said = state(build, RULE.arn, [*rows, *alive()])
    assert (found, f"{an_hour} an hour" in said) == ("failing", True)


def test_what_is_silent_with_its_whole_bus_is_not_said_to_be_well(build: Build) -> None:
    rows = [row for one in (RULE, OTHER) for row in passed(one.arn, between((2200, 5), 10))]
    assert state(build, RULE.arn, rows) == (
        "idle",
        "Rule r had nothing in the last 3 hours, though 120 an hour are usual at this time.",
    )


def test_an_event_a_day_is_too_few_to_tell_a_silence_of_two_days(build: Build) -> None:
    rows = passed(RULE.arn, lambda at: float((at.hour, at.minute) == (2, 0) and NOW - at > timedelta(days=2)))
    assert state(build, RULE.arn, [*rows, *alive()])[0] != "failing"


def paused_every(days: int) -> Times:
    return lambda at: 0.0 if (NOW.date() - at.date()).days % days == 0 and 7 <= at.hour < 13 else 10.0


def paused_on_some_days(at: datetime) -> float:
    return 0.0 if (NOW.date() - at.date()).days in (0, 8, 10, 11, 13) and 7 <= at.hour < 13 else 10.0


def paused_at_any_hour(at: datetime) -> float:
    """On two days of the last fortnight for two hours, and now since three."""
    pauses = ((3, 0), (100, 98), (200, 198))
    return 0.0 if any(last < (NOW - at) / timedelta(hours=1) <= first for first, last in pauses) else 10.0


@pytest.mark.parametrize(
    "values",
    [*map(paused_every, (8, 9, 10, 14)), paused_on_some_days, paused_at_any_hour],
    ids=["8 days", "9 days", "10 days", "14 days", "5 of 15 days", "now and then"],
)
def test_what_pauses_now_and_then_is_no_rule_that_stopped(build: Build, values: Times) -> None:
    found, said = state(build, RULE.arn, [*passed(RULE.arn, values), *alive()])
    assert found != "failing", said


@pytest.mark.parametrize("days", [8, 11])
def test_a_rule_of_some_days_that_stopped_is_told_by_the_days_that_it_has(build: Build, days: int) -> None:
    born, begun = NOW - timedelta(days=days), NOW - timedelta(hours=5)
    rows = passed(RULE.arn, lambda at: 10.0 if born <= at < begun else 0.0)
    assert state(build, RULE.arn, [*rows, *alive()])[0] == "failing"


@pytest.mark.parametrize("hours_ago", [0.5, 1, 2.9, 5, 50])
@pytest.mark.parametrize("stays", [0.0, 0.1])
def test_a_target_that_gets_nothing_or_little_is_told_from_half_an_hour_on(
    build: Build, hours_ago: float, stays: float
) -> None:
    rows = [*since(RULE.arn, MATCHED, 10), *since(RULE.arn, INVOKED, 10, 10 * stays or None, hours_ago)]
    found, said = state(build, RULE.arn, rows)
    assert (found, "and its target got" in said, "since" in said) == ("failing", True, True)


def test_what_a_slow_target_gets_late_every_night_is_no_loss(build: Build) -> None:
    end = NOW.replace(hour=2, minute=30)

    def handed(at: datetime) -> float:
        return 10.0 if 2 <= at.hour < 12 else 0.0

    rows = seen(RULE.arn, MATCHED, lambda at: 1200.0 if (at.hour, at.minute) == (2, 0) else 0.0, end)
    assert state(build, RULE.arn, [*rows, *seen(RULE.arn, INVOKED, handed, end)])[0] != "failing"


def test_points_that_are_missing_for_an_hour_raise_nothing(build: Build) -> None:
    rows = [row for name in (MATCHED, INVOKED) for row in since(RULE.arn, name, 10, None, 1)]
    assert state(build, RULE.arn, [*rows, *alive()])[0] == "ok"


def test_a_rule_without_a_series_of_invocations_is_unknown_where_not_all_metrics_were_read(
    build: Build,
) -> None:
    gaps = {(ACCOUNT, "eu-west-1", "metrics"): [gap(action="cloudwatch:GetMetricData", status="partial")]}
    rows = list(since(RULE.arn, MATCHED, 10))
    assert state(build, RULE.arn, rows, gaps=gaps)[0] == "unknown"
    assert state(build, RULE.arn, rows, read=COLLECTORS)[0] == "unknown"
    assert state(build, RULE.arn, rows)[0] == "failing"


def nightly(at: datetime) -> float:
    """Hours since two at night."""
    return (at.hour + at.minute / 60 - 2) % 24


def read_nightly(end: datetime) -> list[Metric]:
    taken: Times = lambda at: 1440.0 if at.hour == 2 and at.minute < 5 else 0.0  # noqa: E731 - a formula
    return _queue(end, taken, lambda at: 60 * nightly(at), lambda at: 3600 * nightly(at))


def read_hourly(end: datetime) -> list[Metric]:
    taken: Times = lambda at: 60.0 if at.minute == 0 else 0.0  # noqa: E731 - a formula
    return _queue(end, taken, lambda at: at.minute + 5.0, lambda at: at.minute * 60 + 300.0)


def no_more_read_since_monday(end: datetime) -> list[Metric]:
    begun = NOW.replace(day=23, hour=2)
    waits: Times = lambda at: nightly(at) if at < begun else (at - begun).total_seconds() / 3600  # noqa: E731
    taken: Times = lambda at: 1440.0 if at < begun and at.hour == 2 and at.minute < 5 else 0.0  # noqa: E731
    return _queue(end, taken, lambda at: 60 * (waits(at) or 0), lambda at: 3600 * (waits(at) or 0))


def _queue(end: datetime, taken: Times, waiting: Times, age: Times) -> list[Metric]:
    told = {SENT: lambda _: 5.0, RECEIVED: taken, DELETED: taken, VISIBLE: waiting, AGE: age}
    return [row for metric, values in told.items() for row in seen(INBOX.arn, metric, values, end)]


@pytest.mark.parametrize("minute", [0, 50])
@pytest.mark.parametrize(
    ("told", "expected"),
    [(read_nightly, "ok"), (read_hourly, "ok"), (no_more_read_since_monday, "failing")],
)
def test_a_queue_read_in_batches_is_behind_only_when_a_batch_is_left_out(
    build: Build, told: Callable[[datetime], list[Metric]], expected: str, minute: int
) -> None:
    assert state(build, INBOX.arn, told(NOW + timedelta(minutes=minute)))[0] == expected


def test_what_is_worked_on_for_long_while_nothing_waits_is_no_backlog(build: Build) -> None:
    rows = _queue(
        NOW, lambda _: 5.0, lambda _: 0.0, lambda at: 2400.0 if NOW - at < timedelta(hours=5) else 4.0
    )
    rows += since(INBOX.arn, "ApproximateNumberOfMessagesNotVisible", 0, 3)
    assert state(build, INBOX.arn, rows)[0] == "ok"


@pytest.mark.parametrize(("each_minute", "expected"), [(-100, "ok"), (100, "failing")])
def test_what_was_put_at_once_and_is_worked_off_is_no_backlog(
    build: Build, each_minute: float, expected: str
) -> None:
    """Six thousand messages twelve minutes ago."""
    begun = NOW - timedelta(minutes=12)

    def waiting(at: datetime) -> float:
        return 2.0 if at < begun else 6000 + each_minute * (at - begun).total_seconds() / 60

    told: dict[str, Times] = {
        SENT: lambda at: 6000.0 if begun <= at < begun + timedelta(minutes=5) else 5.0,
        RECEIVED: lambda at: 500.0 if at >= begun else 5.0,
        DELETED: lambda at: 500.0 if at >= begun else 5.0,
        VISIBLE: waiting,
        AGE: lambda at: (at - begun).total_seconds() + 300 if at >= begun else 1.0,
    }
    rows = [row for metric, values in told.items() for row in seen(INBOX.arn, metric, values)]
    assert state(build, INBOX.arn, rows)[0] == expected


OLD = timedelta(hours=20)
STALE = {
    "a function whose last batch was old": (
        BILL.arn,
        [
            *seen(BILL.arn, INVOKED, lambda at: 5.0 if NOW - at >= OLD else 0.0),
            *seen(BILL.arn, "IteratorAge", lambda at: 1_200_000.0 if NOW - at >= OLD else None),
        ],
    ),
    "a dead-letter queue": (
        DEAD.arn,
        list(seen(DEAD.arn, VISIBLE, lambda at: 7.0 if NOW - at > OLD else None)),
    ),
    "a queue": (INBOX.arn, list(seen(INBOX.arn, AGE, lambda at: 1200.0 if NOW - at > OLD else None))),
}


@pytest.mark.parametrize(("on", "rows"), STALE.values(), ids=STALE)
def test_a_last_point_of_yesterday_tells_nothing_of_now(build: Build, on: str, rows: list[Metric]) -> None:
    assert state(build, on, rows)[0] != "failing"


def test_metrics_that_ended_days_ago_are_told_with_the_time_that_they_are_of(build: Build) -> None:
    old = NOW - timedelta(days=2)
    there = rule(bus("far", account="222222222222"), "far", BILL.arn)
    begun = old - timedelta(hours=5)
    rows = [*passed(there.arn, lambda _: 10.0, old), *alive()]
    rows += seen(there.arn, "FailedInvocations", lambda at: 2.0 if at >= begun else None, old)
    accounts = (ACCOUNT, "222222222222")
    estate = build(*WIRED, there, *rows, read=READ, accounts=accounts)
    (found,) = failings(estate).failing
    assert (
        found.says
        == "Rule far lost 72 events in the 3 hours before 23 Nov 12:00 UTC, since 23 Nov 07:00 UTC."
    )


def between(hours: tuple[float, float], value: float) -> Times:
    first, last = (NOW - timedelta(hours=one) for one in hours)
    return lambda at: value if first <= at < last else 0.0


def at_two(at: datetime) -> float:
    return 10.0 if at.hour == 2 else 0.0


def part_of(values: Times, share: float) -> Times:
    return lambda at: share * (values(at) or 0) or None


def last_night(values: Times) -> Times:
    return lambda at: values(at) if NOW - at < timedelta(days=1) else 0.0


def before_last_night(values: Times) -> Times:
    return lambda at: values(at) if NOW - at >= timedelta(days=1) else 0.0


EARLIER = {
    "lost 600 events in the last 24 hours": (
        BILL.arn,
        [*since(BILL.arn, INVOKED, 10), *seen(BILL.arn, "AsyncEventsDropped", between((9, 4), 10))],
    ),
    "Subscriber s lost 600 events in the last 24 hours": (
        SUB.arn,
        [
            *seen(SUB.arn, "FilterMatched", between((9, 4), 10)),
            *seen(SUB.arn, "EventsDropped", between((9, 4), 10)),
            *seen(SUB.arn, "EventsDelivered", lambda _: 0.0),
        ],
    ),
    "Rule r lost 48 events in the last 24 hours": (
        RULE.arn,
        [*passed(RULE.arn, at_two), *seen(RULE.arn, "FailedInvocations", part_of(at_two, 0.4))],
    ),
    "matched 120 events in the last 24 hours, and its target got none": (
        RULE.arn,
        [*seen(RULE.arn, MATCHED, at_two), *seen(RULE.arn, INVOKED, before_last_night(at_two))],
    ),
    "had 120 failures in the last 24 hours, of 120 calls": (
        BILL.arn,
        [*seen(BILL.arn, INVOKED, at_two), *seen(BILL.arn, "Errors", last_night(at_two))],
    ),
}


@pytest.mark.parametrize("told", EARLIER)
def test_a_loss_of_last_night_is_told_where_nothing_has_worked_since(build: Build, told: str) -> None:
    on, rows = EARLIER[told]
    found, said = state(build, on, rows)
    assert (found, told in said) == ("failing", True)


def test_what_failed_last_night_and_worked_afterwards_has_recovered(build: Build) -> None:
    failed = between((20, 16), 2)
    rows = [*passed(RULE.arn, between((24, 5), 10)), *seen(RULE.arn, "FailedInvocations", failed)]
    assert state(build, RULE.arn, rows)[0] == "ok"


def test_throttled_invocations_come_later_and_are_not_lost(build: Build) -> None:
    rows = [*passed(RULE.arn, lambda _: 10.0), *since(RULE.arn, "ThrottledRules", 0, 2)]
    (found,) = failings(build(*WIRED, *rows)).failing
    assert (found.stage, found.lost) == ("retried", 0)
    assert found.says.startswith("Rule r was throttled 72 times in the last 3 hours, and delivers later")


def test_dead_letters_are_counted_not_the_level_of_their_queue(build: Build) -> None:
    one = between((1, 0.95), 1)
    rows = [*passed(RULE.arn, lambda _: 10.0), *since(DEAD.arn, VISIBLE, 5000, 5001, 1)]
    rows += [
        row for name in ("FailedInvocations", "InvocationsSentToDlq") for row in seen(RULE.arn, name, one)
    ]
    assert [row.dead_lettered for row in failings(build(*WIRED, *rows)).failing] == [1]
    rows = list(since(DEAD.arn, VISIBLE, 5000, 5003, 1))
    assert [row.dead_lettered for row in failings(build(*WIRED, *rows)).failing] == [3]


@pytest.mark.parametrize(
    ("published", "delivered", "failed", "told"),
    [(1, 0, 2, "72 failures in the last 3 hours, of 72 deliveries"), (1, 49, 1, ""), (1, 19, 1, "of 720")],
)
def test_a_topic_is_judged_by_its_deliveries_of_which_a_message_has_many(
    build: Build, published: float, delivered: float, failed: float, told: str
) -> None:
    names = {"Published": published, "Delivered": delivered, "Failed": failed}
    metrics = {
        "Published": "NumberOfMessages",
        "Delivered": "NumberOfNotifications",
        "Failed": "NumberOfNotifications",
    }
    rows = [row for name, value in names.items() for row in since(NEWS.arn, metrics[name] + name, value)]
    found, said = state(build, NEWS.arn, rows)
    assert (found, told in said) == ("failing" if told else "ok", True)


def test_a_subscriber_whose_events_wait_ever_longer_is_behind(build: Build) -> None:
    rows = [*since(SUB.arn, "FilterMatched", 10), *since(SUB.arn, "EventsDelivered", 10, 8)]
    rows += since(SUB.arn, "ApproximateBacklogAge", 1, 18_000)
    found, said = state(build, SUB.arn, rows)
    assert (found, said) == (
        "failing",
        "Subscriber s has events waiting for 5 hours to be delivered, since 07:00 UTC.",
    )


def weekly_run(at: datetime) -> float:
    return 60_000.0 if at.weekday() == NOW.weekday() and at.hour in (9, 10, 11) else 200.0


def monthly_run(at: datetime) -> float:
    return 60_000.0 if at.day == NOW.day and at.hour in (9, 10, 11) else 200.0


def run_of_today(at: datetime) -> float:
    return monthly_run(at) if NOW - at < timedelta(days=1) else 200.0


def job_now_and_then(at: datetime) -> float:
    """Forty minutes each third day, at another hour each time, and now."""
    days = (NOW - at).days
    hour = (12 + 5 * days) % 24
    return 20_000.0 if days % 3 == 0 and 60 * (at.hour - hour) + at.minute - 20 in range(-60, 40) else 200.0


def test_a_function_that_failed_hours_ago_and_works_since_has_recovered(build: Build) -> None:
    errors: Times = lambda at: 300.0 if timedelta(hours=2.4) < NOW - at <= timedelta(hours=2.5) else 0.0  # noqa: E731
    rows = [*since(BILL.arn, INVOKED, 100), *seen(BILL.arn, "Errors", errors)]
    assert state(build, BILL.arn, rows) == (
        "ok",
        "Function bill had 1,200 an hour in the last 3 hours, 600 failures among them, and no trouble now.",
    )


@pytest.mark.parametrize(
    ("duration", "expected"),
    [(job_now_and_then, "ok"), (weekly_run, "ok"), (monthly_run, "ok"), (run_of_today, "failing")],
)
def test_a_run_is_as_slow_as_last_week_or_month(build: Build, duration: Times, expected: str) -> None:
    rows = [*since(BILL.arn, INVOKED, 10), *seen(BILL.arn, "Duration", duration)]
    assert state(build, BILL.arn, rows)[0] == expected


@pytest.mark.parametrize(
    ("hours", "day", "expected"), [(1, None, "unknown"), (3, None, "ok"), (24, 120.0, "ok")]
)
def test_a_rate_is_unknown_over_more_hours_than_were_collected(
    build: Build, hours: int, day: float | None, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(series.LAYERS, "recent", (hours, 300))
    found = health(build(*WIRED, *alive(), read=READ), [OTHER.arn])[OTHER.arn]
    assert (found.rate_3h, found.rate_24h) == (None if hours < 3 else 120, day)
    assert (found.state, found.failed_3h) == (expected, None if hours < 3 else 0)


@pytest.mark.parametrize("hours", [3, 6, 12])
def test_a_queue_of_which_some_hours_were_collected_has_the_traffic_of_those(
    build: Build, hours: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(series.LAYERS, "recent", (hours, 300))
    rows = _queue(NOW, lambda _: 5.0, lambda _: 1.0, lambda _: 4.0)
    found, said = state(build, INBOX.arn, rows)
    assert (found, said) == ("ok", "Queue inbox had 60 an hour in the last 3 hours, and no trouble.")


def test_what_was_well_two_days_ago_is_not_known_to_be_well_now(build: Build) -> None:
    there = rule(bus("far", account="222222222222"), "far", BILL.arn)
    rows = [*passed(there.arn, lambda _: 10.0, NOW - timedelta(days=2)), *alive()]
    estate = build(*WIRED, there, *rows, read=READ, accounts=(ACCOUNT, "222222222222"))
    found = health(estate, [there.arn])[there.arn]
    assert (found.state, found.says) == (
        "unknown",
        "Rule far had 120 an hour in the 3 hours before 23 Nov 12:00 UTC; how it does since is not known.",
    )
    answer = failings(estate)
    assert (answer.looked_at, answer.old) == (2, 1)


def test_a_month_of_hours_is_its_own_history(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    layers = {"recent": (720, 3600), "months": (2160, 21_600)}
    monkeypatch.setattr(series, "LAYERS", layers)
    rows = [row for name in (MATCHED, INVOKED) for row in since(RULE.arn, name, 10, 0)]
    assert "120 an hour are usual" in state(build, RULE.arn, [*rows, *alive()])[1]


def test_why_is_not_told_of_a_rule_that_stopped_matching(build: Build) -> None:
    gone = rule(BUS, "r", function("gone").arn)
    rows = [row for name in (MATCHED, INVOKED) for row in since(gone.arn, name, 10, 0)]
    found = failings(build(BUS, BILL, gone, OTHER, *rows, *alive())).failing
    assert [(row.stage, row.why) for row in found] == [("matched", None)]
