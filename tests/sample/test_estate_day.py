"""The sample estate's last day: rates, CloudTrail log files, the event history and the incident."""

import gzip
import json
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from collectors.sample.estate import every
from collectors.sample.estate.changes import history
from collectors.sample.estate.day import spread
from collectors.sample.estate.metrics import ITS_DEAD_LETTERS, ITS_QUEUE, SLOW_FUNCTION, metrics
from collectors.sample.estate.place import Place
from collectors.sample.estate.places import CORE_EU, CORE_US, OPS_EU, OPS_US, SHOP_EU
from collectors.sample.estate.producing import PUTS
from collectors.sample.estate.shapes import Rule
from collectors.sample.estate.trail import log_files
from collectors.sample.server.series import minutes, series_of

NOW = datetime(2026, 11, 25, 11, 40, tzinfo=UTC)


@pytest.fixture(scope="module")
def files() -> list[tuple[str, bytes]]:
    return list(log_files(NOW))


@pytest.fixture(scope="module")
def records(files: list[tuple[str, bytes]]) -> list[dict[str, Any]]:
    return [record for _, body in files for record in json.loads(gzip.decompress(body))["Records"]]


@pytest.mark.parametrize("per_hour", [1, 2, 7, 12, 100])
def test_a_daily_rate_comes_to_its_mean_over_24_hours(per_hour: int) -> None:
    assert sum(spread(per_hour)) == 24 * per_hour


def test_a_day_has_more_calls_in_the_evening_than_at_night() -> None:
    hours = spread(12)
    assert hours[19] > 2 * hours[7]


def test_log_files_lie_where_cloudtrail_puts_them(files: list[tuple[str, bytes]]) -> None:
    for key, _ in files:
        folder, account, service, region, year, _, _, name = key.split("/")
        assert (folder, service, year) == ("AWSLogs", "CloudTrail", "2026")
        assert name.startswith(f"{account}_CloudTrail_{region}_")


def test_the_same_now_gives_the_same_files_byte_for_byte(files: list[tuple[str, bytes]]) -> None:
    assert list(log_files(NOW)) == files


def test_records_cover_the_24_whole_hours_before_now(records: list[dict[str, Any]]) -> None:
    times = {datetime.fromisoformat(record["eventTime"]) for record in records}
    begin = datetime(2026, 11, 24, 11, tzinfo=UTC)
    assert begin <= min(times)
    assert max(times) < begin + timedelta(hours=24)
    assert len({time.hour for time in times}) == 24


@pytest.mark.parametrize("minute", [49, 50])
def test_whoever_collects_a_few_minutes_after_loading_still_finds_the_whole_day(minute: int) -> None:
    loaded = NOW.replace(minute=minute)
    times = [
        datetime.fromisoformat(record["eventTime"])
        for _, body in log_files(loaded)
        for record in json.loads(gzip.decompress(body))["Records"]
    ]
    collected = loaded + timedelta(minutes=9)
    oldest_read = collected.replace(minute=0) - timedelta(hours=24)
    assert min(times) >= oldest_read


def test_some_records_come_twice_with_one_event_id(records: list[dict[str, Any]]) -> None:
    ids = Counter(record["eventID"] for record in records)
    assert sorted(set(ids.values())) == [1, 2]


def _counts(records: list[dict[str, Any]]) -> dict[tuple[str, str, str], list[int]]:
    counts: dict[tuple[str, str, str], list[int]] = defaultdict(lambda: [0, 0])
    for record in {r["eventID"]: r for r in records if r["eventName"] == "PutEvents"}.values():
        issuer = record["userIdentity"]["sessionContext"]["sessionIssuer"]["arn"]
        answers = (record["responseElements"] or {}).get("entries")
        for number, entry in enumerate(record["requestParameters"]["entries"]):
            accepted = answers is not None and "eventId" in answers[number]
            counts[issuer, entry["source"], entry["detailType"]][0 if accepted else 1] += 1
    return counts


def test_each_event_once_the_day_has_what_the_table_says(records: list[dict[str, Any]]) -> None:
    expected: dict[tuple[str, str, str], list[int]] = defaultdict(lambda: [0, 0])
    for put in PUTS:
        row = expected[put.at.role(put.by.role), put.source, put.detail_type]
        row[0] += 24 * put.calls * put.entries - put.rejected
        row[1] += put.rejected
    found = _counts(records)
    assert {key: found[key] for key in expected if "some-worker" not in key[0]} == dict(expected)


def test_a_call_that_was_refused_whole_has_no_response(records: list[dict[str, Any]]) -> None:
    refused = [record for record in records if record.get("errorCode") == "AccessDenied"]
    assert {record["responseElements"] for record in refused} == {None}
    assert refused


def test_records_of_other_services_are_mixed_in(records: list[dict[str, Any]]) -> None:
    assert {"SendMessage", "Publish", "Invoke", "PutEvents"} <= {record["eventName"] for record in records}


def test_no_record_holds_an_event_body(records: list[dict[str, Any]]) -> None:
    details = {e["detail"] for r in records for e in (r["requestParameters"] or {}).get("entries", [])}
    assert details == {"HIDDEN_DUE_TO_SECURITY_REASONS"}


def test_the_incident_touches_a_function_its_queue_and_its_dead_letters() -> None:
    troubled = {
        (next(iter(series["dimensions"].values())), series["metric"])
        for _, series in metrics()
        if "incidents" in series
    }
    assert (SLOW_FUNCTION, "Duration") in troubled
    assert (ITS_QUEUE, "ApproximateAgeOfOldestMessage") in troubled
    assert (ITS_QUEUE, "ApproximateNumberOfMessagesVisible") in troubled
    assert (ITS_DEAD_LETTERS, "ApproximateNumberOfMessagesVisible") in troubled


def test_no_metric_is_told_twice() -> None:
    keys = [
        (place, series["namespace"], series["metric"], tuple(sorted(series["dimensions"].items())))
        for place, series in metrics()
    ]
    assert len(keys) == len(set(keys))


def test_the_last_change_before_the_incident_is_told_by_the_history() -> None:
    told = [(record["eventName"], record["eventTime"]) for _, record in history(NOW)]
    assert ("PutTargets", "2026-11-25T07:28:00Z") in told
    assert {"PutRule", "CreateSubscriber", "DeleteRule"} <= {name for name, _ in told}


def _per_hour(place: Place, metric: str, name: str) -> float:
    """What a series counts in an hour, on the day's mean."""
    [base] = [
        series["base"]
        for at, series in metrics()
        if (at, series["metric"]) == (place, metric) and name in series["dimensions"].values()
    ]
    return float(base * 60)


@pytest.mark.parametrize(
    ("place", "metric", "name", "per_hour"),
    [
        # nothing is sent to what no event reaches, or what refuses the rule
        (SHOP_EU, "MatchedEvents", "kiosk-orders", 0),
        (SHOP_EU, "Invocations", "kiosk-printer", 0),
        (SHOP_EU, "FailedInvocations", "tag-images", 0.8),
        (SHOP_EU, "InvocationsSentToDlq", "tag-images", 0.8),
        (SHOP_EU, "Invocations", "image-tagger", 0),
        (SHOP_EU, "NumberOfMessagesSent", "catalogue-undelivered", 0.8),
        (SHOP_EU, "FailedInvocations", "order-cancelled-refund", 8),
        (SHOP_EU, "InvocationsSentToDlq", "order-cancelled-refund", 0),
        (SHOP_EU, "Invocations", "legacy-exporter", 0),
        (SHOP_EU, "NumberOfMessagesSent", "return-labels", 0),
        # a rule sees what is put on its own bus, or forwarded there
        (OPS_US, "MatchedEvents", "us-parcels", 12),
        (OPS_US, "Invocations", "us-tracking", 12),
        (OPS_EU, "MatchedEvents", "parcel-shipped-tracking", 80),
        (CORE_EU, "MatchedEvents", "shipping-notices", 80 + 70),
        (CORE_EU, "MatchedEvents", "lost-parcels", 1 + 1),
        (CORE_US, "MatchedEvents", "price-model", 50),
        (OPS_US, "MatchedEvents", "us-stock-sync", 40 + 10),
        (SHOP_EU, "MatchedEvents", "confirm-on-authorised", 100),
        (OPS_EU, "PublishEventsEntryCount", "payments-core", 10 + 2),
        # what nobody takes from fills
        (OPS_EU, "NumberOfMessagesSent", "manual-picking", 6),
        (OPS_EU, "NumberOfMessagesReceived", "manual-picking", 0),
        (OPS_EU, "Invocations", "manual-picker", 0),
        (SHOP_EU, "NumberOfMessagesReceived", "order-amendments", 0),
        # what puts is called, and a topic's notifications add up
        (SHOP_EU, "Invocations", "checkout-api", 12 + 4 + 1),
        (SHOP_EU, "EventCount", "orders-outbox", 20),
        (SHOP_EU, "NumberOfNotificationsDelivered", "order-returns", 0),
        (SHOP_EU, "NumberOfNotificationsFilteredOut", "order-returns", 3),
    ],
)
def test_a_metric_tells_what_the_estate_and_its_producers_say(
    place: Place, metric: str, name: str, per_hour: float
) -> None:
    assert _per_hour(place, metric, name) == pytest.approx(per_hour)


def test_a_queue_that_nobody_reads_holds_what_came_in_four_days() -> None:
    waiting = {
        series["dimensions"]["QueueName"]: series["base"]
        for _, series in metrics()
        if series["metric"] == "ApproximateNumberOfMessagesVisible" and series["base"] > 1
    }
    filling = {"order-amendments": 2 * 96, "manual-picking": 6 * 96, "catalogue-undelivered": 0.8 * 96}
    assert waiting == pytest.approx(filling)


def test_no_rule_that_forwards_tests_the_payload() -> None:
    forwarding = [rule for _, rule in every(Rule) for target in rule.targets if ":event-bus/" in target.arn]
    assert len(forwarding) > 10
    assert all(set(rule.pattern or {}) <= {"source", "detail-type"} for rule in forwarding)


def test_a_rule_whose_target_is_gone_fails_as_often_as_it_invokes() -> None:
    told = {
        series["metric"]: series_of(series)
        for at, series in metrics()
        if at == SHOP_EU and series["dimensions"].get("RuleName") == "order-cancelled-refund"
    }
    day = [minutes(told[name], 29_400_000, 29_401_440) for name in ("Invocations", "FailedInvocations")]
    assert np.nansum(day[0]) > 100
    assert np.array_equal(day[0], day[1], equal_nan=True)
