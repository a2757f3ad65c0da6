"""The sample estate's bus logs agree with what is put, with what rules take, and with the day's metrics."""

import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from collectors.sample.estate import bus_logs
from collectors.sample.estate.calls import Made
from collectors.sample.estate.producing import PUTS
from collectors.sample.estate.rates import on_bus
from collectors.sample.estate.trail import start_of_day
from collectors.sample.server.bus_days import records

BEGIN = start_of_day(datetime(2026, 11, 25, 12, tzinfo=UTC))
LOGGED = {one.name: one for one in bus_logs.logged()}


def day(name: str) -> list[dict[str, Any]]:
    return list(records(bus_logs._day(LOGGED[name], Made(()), BEGIN)))


def test_some_buses_log_at_each_level_and_one_subscriber() -> None:
    assert {name: one.level for name, one in LOGGED.items()} == {
        "orders": "ERROR",
        "catalogue": "INFO",
        "customers": "TRACE",
        "reviews-to-catalogue": "INFO",
    }


@pytest.mark.parametrize("name", ["catalogue", "customers", "orders"])
def test_a_bus_takes_in_what_is_accepted_of_what_is_put(name: str) -> None:
    arn = LOGGED[name].arn
    told = {key[:2]: sum(counts) for key, counts in _by_type(bus_logs.on_bus(arn, BEGIN)).items()}
    rejected: Counter[tuple[str, str]] = Counter()
    for put in PUTS:
        rejected[put.source, put.detail_type] += put.rejected
    rates = {key: round(rate * 24) - rejected[key] for key, rate in on_bus()[arn].items()}
    assert told == rates


def _by_type(flows: dict[tuple[str, str, str], list[int]]) -> dict[tuple[str, str], list[int]]:
    found: dict[tuple[str, str], list[int]] = {}
    for (source, detail_type, _), counts in flows.items():
        found[source, detail_type] = found.get((source, detail_type), []) + counts
    return found


def test_records_of_a_day_agree_with_each_other() -> None:
    counts = Counter(record["message_type"] for record in day("catalogue"))
    assert counts["EVENT_INGEST_SUCCESS"] > counts["NO_STANDARD_RULES_MATCHED"] > 24
    assert counts["RULE_MATCH"] == counts["INVOCATION_SUCCESS"] + counts["INVOCATION_DLQ"]
    assert counts["INVOCATION_DLQ"] == counts["INVOCATION_ATTEMPT_PERMANENT_FAILURE"] == 19
    assert not counts["EVENT_RECEIPT"]
    ids = {
        (record["event_id"], record.get("invocation_id"))
        for record in day("catalogue")
        if "INVOCATION" in record["message_type"]
    }
    assert len(ids) == counts["INVOCATION_SUCCESS"] + counts["INVOCATION_DLQ"] == len({one[1] for one in ids})
    traced = Counter(record["message_type"] for record in day("customers"))
    assert traced["EVENT_RECEIPT"] == traced["EVENT_INGEST_SUCCESS"] > 1000


def test_a_log_of_errors_holds_what_failed_and_no_more() -> None:
    found = day("orders")
    assert {record["log_level"] for record in found} == {"ERROR"}
    assert {record["details"]["target_arn"].rsplit(":", 1)[-1] for record in found} == {
        "refund-calculator-old"
    }


@pytest.fixture
def _far_from_utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as patched:
        patched.setenv("TZ", "Asia/Kolkata")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("_far_from_utc")
def test_log_files_are_named_by_the_hours_of_utc_wherever_they_are_made() -> None:
    keys: list[str] = []
    s3 = SimpleNamespace(put_object=lambda **call: keys.append(call["Key"]))
    bus_logs._put_files(
        lambda _: s3, LOGGED["customers"], bus_logs._day(LOGGED["customers"], Made(()), BEGIN)
    )
    assert {key.rsplit("_", 1)[-1] for key in keys if "/2026/11/25/" in key} == {
        f"20261125T{hour:02}00Z.log.gz" for hour in (0, 3, 6, 9)
    }
