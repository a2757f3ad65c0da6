"""What became of an event type, on its page: charts and a row a target where its buses log, and a sentence where they do not."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from collectors.records import Bus, Delivery
from tests.pages.conftest import Run, write
from tests.pages.estate import BILL, SHOP, arn, records

SOLD = {"source": "com.shop", "type": "Sold"}
HOUR = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(hours=1)


def told(level: str, **more: object) -> Delivery:
    values = {
        "hour": HOUR,
        "bus_arn": SHOP,
        "source": "com.shop",
        "detail_type": "Sold",
        "caller_account": "111111111111",
    }
    values |= {"level": level, "first_seen": HOUR, "last_seen": HOUR, "evidence": "s3://logs/AWSLogs/"}
    return Delivery.model_validate(values | more)


def at_bill(level: str, **more: object) -> Delivery:
    sent = {"rule_arn": arn("events", "rule/shop/to-bill"), "target_arn": BILL}
    return told(level, **sent, codes=("NO_PERMISSIONS 403",), code_counts=(2,), **more)


def with_logs(store: Path, level: str | None, *rows: Delivery) -> None:
    others = [row for row in records() if not isinstance(row, Bus)]
    write(store, [*others, Bus(arn=SHOP, name="shop", kind="classic", log_level=level), *rows])


@pytest.mark.parametrize("level", [None, "OFF"])
def test_a_bus_that_does_not_log_is_told_with_what_would_be_seen(
    level: str | None, store: Path, run_bare: Run
) -> None:
    with_logs(store, level)
    app = run_bare("event", view="Throughput", **SOLD)
    assert not app.exception
    (text,) = [one.value for one in app.text if "Logging is off on the bus shop" in one.value]
    assert "how many Sold it takes in" in text
    assert "window-delivered" not in repr(app.main)


def test_where_a_bus_logs_its_targets_stand_in_a_table_with_source_window_and_resolution(
    store: Path, run_bare: Run
) -> None:
    with_logs(
        store,
        "INFO",
        told("INFO", received=9, rejected=0, unmatched=0),
        at_bill("INFO", attempts=11, succeeded=7, failed=2, dead_lettered=2, retried=2, throttled=0),
    )
    app = run_bare("event", view="Throughput", **SOLD)
    assert not app.exception
    table = next(frame.value for frame in app.dataframe if "Given up" in frame.value.columns)
    row = table.iloc[0].to_dict()
    assert (row["Rule"], row["Target"], row["Delivered"], row["Given up"]) == ("to-bill", "bill", 7, 2)
    assert row["Failed with"] == "NO_PERMISSIONS 403 (2)"
    caption = next(
        one.value for one in [*app.text, *app.caption, *app.markdown] if "by the logs of buses" in one.value
    )
    assert "s3://logs/AWSLogs/" in caption
    assert "one point each hour" in caption


def test_the_same_hours_before_are_drawn_behind_or_said_not_to_be_there(store: Path, run_bare: Run) -> None:
    counts = {"received": 9, "rejected": 0, "unmatched": 0}
    day = timedelta(days=1)
    with_logs(
        store, "INFO", told("INFO", **counts), told("INFO", **counts | {"hour": HOUR - day, "received": 4})
    )
    app = run_bare("event", view="Throughput", **SOLD, compare="yesterday")
    assert not app.exception
    assert any("the same hours yesterday." in one.value for one in [*app.text, *app.caption, *app.markdown])
    app = run_bare("event", view="Throughput", **SOLD, compare="last week")
    assert any("last week were not read" in one.value for one in [*app.text, *app.caption, *app.markdown])


def test_of_a_bus_that_logs_errors_the_successes_are_unknown_and_not_none(store: Path, run_bare: Run) -> None:
    with_logs(store, "ERROR", at_bill("ERROR", failed=2, dead_lettered=2, retried=0, throttled=0))
    app = run_bare("event", view="Throughput", **SOLD)
    table = next(frame.value for frame in app.dataframe if "Given up" in frame.value.columns)
    assert table.iloc[0]["Given up"] == 2
    assert table["Delivered"].isna().all()
    assert any("successes are not" in one.value for one in app.text)
