"""What fails in a whole estate: troubles that belong together, the seeded faults of generated estates and nothing else, the sample's incident."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from collectors.sample import generate
from collectors.sample.drawn_breaking import Fault
from collectors.sample.size import Size
from collectors.settings import Settings
from dashboard.flow.answers import Failing, Failings, Question
from dashboard.flow.health.failing import failings
from dashboard.flow.health.path import path_health
from dashboard.flow.model.estate import Estate
from dashboard.flow.who import flowing
from dashboard.flow.who.consumers import consumers
from tests.flow.building import NOW, SOURCE, TYPE, Build, bus, function, gap, link, queue, rule, topic
from tests.flow.series import since

BUS, BILL, DEAD = bus(), function(), queue("dead")
INBOX = queue(dead_letter_arn=DEAD.arn)
RULE = rule(BUS, "r", INBOX.arn)
WIRED = (BUS, BILL, DEAD, INBOX, RULE, link("event-source-mapping", INBOX, BILL))
BEHIND = (
    *since(INBOX.arn, "ApproximateAgeOfOldestMessage", 4, 18_000),
    *since(INBOX.arn, "ApproximateNumberOfMessagesVisible", 1, 600),
)
SLOW = tuple(since(BILL.arn, "Invocations", 10)) + tuple(since(BILL.arn, "Duration", 200, 4000))
FILLING = tuple(since(DEAD.arn, "ApproximateNumberOfMessagesVisible", 0, 30))


def test_a_queue_its_slow_reader_and_its_dead_letters_are_one_fault(build: Build) -> None:
    (found,) = failings(build(*WIRED, *BEHIND, *SLOW, *FILLING)).failing
    assert (found.name, found.stage, found.waiting, found.dead_lettered) == ("inbox", "read", 600, 30)
    assert [one.name for one in found.troubles] == ["inbox", "bill", "dead"]
    (way,) = found.paths
    assert ([step.name for step in way.path], way.subscription) == (["r", "inbox", "bill"], RULE.arn)


def test_dead_letters_that_nothing_explains_stand_alone_with_the_paths_of_their_owner(build: Build) -> None:
    (found,) = failings(build(*WIRED, *FILLING)).failing
    assert (found.name, found.stage, found.path_count) == ("dead", "dead-lettered", 1)
    assert [step.name for step in found.paths[0].path] == ["r", "inbox", "bill"]


def test_a_shared_dead_letter_queue_does_not_make_one_fault_of_two(build: Build) -> None:
    rules = [rule(BUS, name, BILL.arn, dead_letter_arn=DEAD.arn) for name in ("a", "b")]
    failing = [row for one in rules for row in since(one.arn, "FailedInvocations", 0, 1)]
    matched = [
        row for one in rules for name in ("MatchedEvents", "Invocations") for row in since(one.arn, name, 10)
    ]
    found = failings(build(BUS, BILL, DEAD, *rules, *matched, *failing, *FILLING)).failing
    assert [[one.name for one in row.troubles] for row in found] == [["a", "dead"], ["b", "dead"]]


def test_the_worst_comes_first_by_lost_then_dead_lettered_then_waiting(build: Build) -> None:
    lossy, other = rule(BUS, "lossy", BILL.arn), queue("other")
    series = [*since(lossy.arn, "FailedInvocations", 0, 1), *since(lossy.arn, "MatchedEvents", 10)]
    series += since(other.arn, "ApproximateNumberOfMessagesVisible", 1, 900)
    series += since(other.arn, "ApproximateAgeOfOldestMessage", 1, 18_000)
    found = failings(build(*WIRED, lossy, other, *BEHIND, *FILLING, *series)).failing
    assert [row.name for row in found] == ["lossy", "inbox", "other"]


def test_what_failed_or_never_came_counts_among_the_worst(build: Build) -> None:
    stopped, other, big, one = (
        rule(BUS, "a", BILL.arn),
        rule(BUS, "b", BILL.arn),
        function("big"),
        queue("one"),
    )
    own = rule(BUS, "own", BILL.arn, dead_letter_arn=one.arn)
    series = [*since(big.arn, "Invocations", 1000), *since(big.arn, "Errors", 0, 900)]
    series += [row for name in ("MatchedEvents", "Invocations") for row in since(stopped.arn, name, 1000, 0)]
    series += [row for name in ("MatchedEvents", "Invocations") for row in since(other.arn, name, 10)]
    series += since(one.arn, "ApproximateNumberOfMessagesVisible", 0, 1)
    found = failings(build(BUS, BILL, stopped, other, big, one, own, *series)).failing
    assert [(row.name, round(row.missing), row.failed) for row in found] == [
        ("a", 60_000, 0),
        ("big", 0, 54_000),
        ("one", 0, 0),
    ]


def test_why_is_told_where_the_wiring_tells_it(build: Build) -> None:
    lost = rule(BUS, "lost", function("gone").arn)
    series = [*since(lost.arn, "FailedInvocations", 0, 1), *since(lost.arn, "MatchedEvents", 10)]
    (found,) = failings(build(BUS, BILL, lost, *series)).failing
    assert found.why == "The function gone does not exist: target missing."


def test_a_domain_narrows_to_what_is_its_own_or_on_a_way_to_it(build: Build) -> None:
    estate = build(*WIRED, *BEHIND)
    assert failings(estate, "nobody").failing == ()
    assert len(failings(estate).failing) == 1


def test_what_has_no_metrics_is_counted_and_what_was_denied_is_a_gap(build: Build) -> None:
    scope = ("111111111111", "eu-west-1", "metrics")
    denied = build(*WIRED, gaps={scope: [gap(action="cloudwatch:GetMetricData")]})
    found = failings(denied)
    assert (found.failing, found.looked_at, found.unknown, found.complete) == ((), 0, 4, False)
    never = failings(build(*WIRED))
    assert [one.message for one in never.gaps] == ["Metrics of 111111111111 eu-west-1 were not collected."]


def test_a_path_is_told_stage_by_stage_with_what_is_usual(build: Build) -> None:
    matched = [row for name in ("MatchedEvents", "Invocations") for row in since(RULE.arn, name, 10)]
    estate = build(*WIRED, *BEHIND, *SLOW, *matched)
    (row,) = consumers(estate, Question(SOURCE, TYPE)).consumers
    told = path_health(estate, replace(row, deliverable="yes"))
    stages = {(one.name, one.stage): (one.value, one.usual) for one in told.stages}
    assert stages["r", "matched"] == (360, 360)
    assert stages["inbox", "waiting"] == (600, 1)
    assert stages["bill", "duration"] == (4000, 200)
    assert told.broken is not None
    assert told.broken.startswith("Queue inbox holds 600 messages")


def test_throughput_of_a_type_has_the_series_of_every_step_once(build: Build) -> None:
    more = topic()
    estate = build(
        *WIRED,
        more,
        *BEHIND,
        *since(RULE.arn, "MatchedEvents", 10),
        *since(more.arn, "NumberOfMessagesPublished", 1),
    )
    found = flowing.of_event(estate, Question(SOURCE, TYPE), "7d")
    assert [(one.name, one.metric, one.period_seconds) for one in found.series] == [
        ("r", "MatchedEvents", 3600),
        ("inbox", "ApproximateAgeOfOldestMessage", 3600),
        ("inbox", "ApproximateNumberOfMessagesVisible", 3600),
    ]
    matched = found.series[0]
    assert (matched.total, matched.an_hour) == (10 * 12 * 168, 120)
    assert matched.yesterday is not None
    assert (matched.yesterday.total, len(found.paths)) == (matched.total, 1)


SIZE: dict[str, Any] = {
    "rules": 400,
    "queues": 120,
    "schemas": 2,
    "functions": 150,
    "buses": 4,
    "event_types": 60,
}


def generated(store: Path, faults: int | None, at: datetime) -> tuple[Failings, tuple[Fault, ...]]:
    made = generate.as_snapshot(store, faults=faults, now=at, **SIZE)
    _, _, truth = generate.broken(Size(**SIZE), 1, faults)
    return failings(Estate.of(made, Settings())), truth


def names(row: Failing) -> set[str]:
    return {one.arn for one in row.troubles}


def hours_since(row: Failing, found: Failings) -> float:
    assert row.since is not None
    assert found.window_end is not None
    return (found.window_end - row.since).total_seconds() / 3600


def unexplained(rows: Iterable[Failing], truth: Iterable[Fault]) -> list[str]:
    return [row.says for row in rows if not any(names(row) & set(fault.named_by) for fault in truth)]


TIMES = {1: (3, 7), 2: (12, 58), 3: (19, 31), 4: (23, 45)}
"""Seed of faults → when it is read: what is usual is told at any minute of the day, of faults from half an hour on."""


@pytest.mark.parametrize(("faults", "at"), TIMES.items())
def test_every_seeded_fault_is_named_with_its_beginning_and_nothing_else_is(
    tmp_path: Path, faults: int, at: tuple[int, int]
) -> None:
    found, truth = generated(tmp_path, faults, NOW.replace(hour=at[0], minute=at[1]))
    assert len(truth) == 6
    missed = [fault for fault in truth if not any(names(row) & set(fault.named_by) for row in found.failing)]
    assert (missed, unexplained(found.failing, truth)) == ([], [])
    for fault in truth:
        row = next(row for row in found.failing if names(row) & set(fault.named_by))
        # to five minutes within the last day, to the hour before; a backlog shows a little later than it begins
        assert hours_since(row, found) == pytest.approx(
            fault.hours_ago, abs=0.5 if fault.hours_ago < 23 else 2
        )


@pytest.mark.parametrize(("hour", "minute"), [(4, 41), (15, 20)])
def test_a_healthy_generated_estate_raises_nothing(tmp_path: Path, hour: int, minute: int) -> None:
    found, _ = generated(tmp_path, None, NOW.replace(hour=hour, minute=minute))
    assert (found.failing, found.complete) == ((), True)
    assert found.looked_at > 600


def test_the_incident_of_the_sample_estate_is_found_and_shown(sample_estate: Estate) -> None:
    found = failings(sample_estate)
    begun = [row for row in found.failing if row.since]
    (incident,) = begun
    assert {one.name for one in incident.troubles} == {
        "shipping-notices",
        "notify-customer",
        "shipping-notices-dlq",
    }
    assert hours_since(incident, found) == pytest.approx(4, abs=0.4)
    always = {row.name: row.why for row in found.failing if row.always}
    assert set(always) == {"order-cancelled-refund", "tag-images", "manual-picking", "order-amendments"}
    assert "does not exist" in str(always["order-cancelled-refund"])
    assert "has no policy that lets rule tag-images in" in str(always["tag-images"])
