"""What became of an event type by the logs of buses: by hour and target, what a level does not tell, and what matched nothing."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from collectors.records import Delivery, Trace
from dashboard.flow.answers import Question
from dashboard.flow.model.known import known
from dashboard.flow.who import deliveries
from dashboard.flow.who.observed import observed
from tests.flow.building import (
    ACCOUNT,
    NOW,
    OTHER,
    REGION,
    SOURCE,
    TYPE,
    Build,
    bus,
    estate_of,
    function,
    gap,
    held,
    new_bus,
    rule,
    subscriber,
)

ORDERS, HUB = bus("orders", log_level="INFO"), bus("hub")
BILL, SHIP = function("bill"), function("ship")
TO_BILL = rule(ORDERS, "to-bill", BILL.arn)
ANY = rule(ORDERS, "any", SHIP.arn, f'{{"source": ["{SOURCE}"]}}')
HOUR = NOW.replace(minute=0) - timedelta(hours=1)
ASKED = Question(SOURCE, TYPE)


def row(hour: datetime = HOUR, **more: Any) -> Delivery:
    values = {
        "hour": hour,
        "bus_arn": ORDERS.arn,
        "source": SOURCE,
        "detail_type": TYPE,
        "caller_account": ACCOUNT,
    }
    values |= {"level": "INFO", "first_seen": hour, "last_seen": hour, "evidence": "s3://logs/"}
    return Delivery(**(values | more))


def at(target: Any, of: Any = TO_BILL, **more: Any) -> Delivery:
    return row(rule_arn=of.arn, target_arn=target.arn, **more)


def errors(**more: Any) -> dict[str, Any]:
    return {"source": None, "detail_type": None, "caller_account": None, "level": "ERROR"} | more


@pytest.mark.parametrize("make", [held, estate_of])
def test_counts_are_summed_by_bus_and_by_target_over_the_hours_asked_for(tmp_path: Path, make: Any) -> None:
    old = HOUR - timedelta(hours=30)
    rows = (
        row(received=10, rejected=1, unmatched=2),
        row(hour=HOUR - timedelta(hours=2), received=5, rejected=0, unmatched=0),
        row(hour=old, received=100, rejected=0, unmatched=0),
        at(BILL, attempts=12, retried=2, throttled=1, succeeded=8, failed=1, dead_lettered=1, latency_ms=800, latency_count=8, latency_max_ms=300, codes=("NO_PERMISSIONS 403",), code_counts=(3,)),
        at(BILL, caller_account=OTHER, attempts=2, retried=0, throttled=0, succeeded=2, failed=0, dead_lettered=0, latency_ms=200, latency_count=2, latency_max_ms=100),
        at(SHIP, ANY, detail_type="Other", attempts=1, retried=0, throttled=0, succeeded=1, failed=0, dead_lettered=0),
    )  # fmt: skip
    estate = make(tmp_path, (ORDERS, BILL, SHIP, TO_BILL, ANY, *rows), read=("buses", "rules", "bus-logs"))
    flow = deliveries.flow_of(estate, ASKED)
    (of_bus,) = flow.buses
    assert (of_bus.name, of_bus.received, of_bus.rejected, of_bus.unmatched) == ("orders", 15, 1, 2)
    (target,) = flow.targets
    assert (target.rule_name, target.target_name, target.target_kind) == ("to-bill", "bill", "function")
    assert (target.attempts, target.succeeded, target.failed, target.dead_lettered) == (14, 10, 1, 1)
    assert (target.latency_ms, target.latency_max_ms, target.codes) == (
        100,
        300,
        (("NO_PERMISSIONS 403", 3),),
    )
    assert flow.window.end - flow.window.start == timedelta(hours=24) + (NOW - NOW.replace(minute=0))
    assert [one.says.startswith("The bus orders logs (INFO)") for one in flow.logging] == [True]


def test_an_hour_in_which_the_bus_logged_other_types_is_zero_and_one_without_any_record_is_absent(
    tmp_path: Path,
) -> None:
    other = {"detail_type": "Other", "received": 3, "rejected": 0, "unmatched": 0}
    rows = (
        row(received=4, rejected=0, unmatched=0),
        row(hour=HOUR - timedelta(hours=1), **other),
        row(hour=HOUR - timedelta(hours=3), received=1, rejected=0, unmatched=0),
    )
    flow = deliveries.flow_of(held(tmp_path, (ORDERS, *rows), read=("bus-logs",)), ASKED)
    (line,) = flow.lines
    assert (line.what, line.name) == ("received", "orders")
    hours = [HOUR - timedelta(hours=back) for back in (3, 1, 0)]
    assert (list(line.times), line.values) == (hours, (1.0, 0.0, 4.0))


def test_a_failure_in_a_log_of_errors_is_of_the_one_type_its_rule_names(tmp_path: Path) -> None:
    bad = {"retried": 0, "throttled": 0, "failed": 2, "dead_lettered": 2}
    rows = (at(BILL, **errors(**bad)), at(SHIP, ANY, **errors(**bad)))
    estate = held(
        tmp_path, (bus("orders", log_level="ERROR"), BILL, SHIP, TO_BILL, ANY, *rows), read=("bus-logs",)
    )
    flow = deliveries.flow_of(estate, ASKED)
    assert [(one.target_name, one.failed, one.succeeded) for one in flow.targets] == [("bill", 2, None)]
    assert [(line.what, line.values) for line in flow.lines] == [("failed", (2.0,))]
    (state,) = flow.logging
    assert (state.level, "successes are not" in state.says) == ("ERROR", True)


@pytest.mark.parametrize(
    ("level", "rows", "says"),
    [
        (None, (), "Logging is off on the bus orders"),
        ("OFF", (), "Logging is off on the bus orders"),
        ("OFF", (row(received=1),), "off on the bus orders by now"),
        ("TRACE", (), "none of its logs was read"),
        ("INFO", (row(received=1),), "The bus orders logs (INFO): how many OrderPlaced it takes in"),
    ],
)
def test_what_a_bus_does_not_log_is_said(
    tmp_path: Path, level: str | None, rows: tuple[Delivery, ...], says: str
) -> None:
    estate = held(tmp_path, (bus("orders", log_level=level), BILL, TO_BILL, *rows), read=("bus-logs",))
    (state,) = deliveries.flow_of(estate, ASKED).logging
    assert says in state.says


def test_of_a_new_bus_the_subscribers_log(tmp_path: Path) -> None:
    fresh = new_bus()
    pattern = f'{{"source": ["{SOURCE}"], "detail-type": ["{TYPE}"]}}'
    loud = subscriber(fresh, "loud", BILL.arn, pattern=pattern, log_level="INFO")
    estate = held(
        tmp_path,
        (fresh, BILL, loud, subscriber(fresh, "still", SHIP.arn, pattern=pattern)),
        read=("bus-logs",),
    )
    (state,) = deliveries.flow_of(estate, ASKED).logging
    assert state.says.startswith("1 of 2 subscribers of the bus fresh log.")


def test_a_type_that_only_a_log_saw_is_known_and_events_that_matched_nothing_are_told(tmp_path: Path) -> None:
    rows = (
        row(detail_type="Renamed", received=3, rejected=0, unmatched=3),
        row(received=9, rejected=0, unmatched=1, hour=HOUR - timedelta(hours=1)),
        row(received=9, rejected=0, unmatched=0),
    )
    estate = held(tmp_path, (ORDERS, BILL, TO_BILL, *rows), read=("bus-logs",))
    told = [(one.detail_type, one.bus, one.events, one.received) for one in deliveries.unmatched(estate)]
    assert told == [("Renamed", ORDERS.arn, 3, 3), (TYPE, ORDERS.arn, 1, 18)]
    entry = known(estate)[SOURCE, "Renamed"]
    assert (entry.known_by, entry.buses, entry.last_seen, entry.events) == (
        ("observed",),
        {ORDERS.arn},
        HOUR,
        3,
    )


def test_accounts_that_put_it_are_told_but_not_those_whose_rules_forward_it(
    tmp_path: Path,
) -> None:
    shop = bus("shop", OTHER)
    onward = rule(shop, "to-orders", ORDERS.arn)
    rows = [
        row(caller_account=account, received=n, rejected=0, unmatched=0)
        for n, account in ((4, ACCOUNT), (5, OTHER))
    ]
    estate = held(tmp_path, (ORDERS, shop, onward, *rows), read=("bus-logs",))
    found = deliveries.callers(estate, ASKED, None)
    assert [(account, [one["received"] for one in of]) for account, of in found] == [(ACCOUNT, [4])]
    assert deliveries.callers(estate, ASKED, frozenset({HUB.arn})) == []
    (seen,) = [one for one in observed(estate, ASKED, None) if one.principal == ACCOUNT]
    assert (seen.kind, seen.evidence, seen.events, seen.failed, seen.read) == (
        "account",
        "observed",
        4,
        0,
        "s3://logs/",
    )
    assert [one.principal for one in observed(estate, ASKED, None, last=1)] == [ACCOUNT]


def test_an_account_of_which_cloudtrail_names_a_principal_is_not_told_twice(tmp_path: Path) -> None:
    role = f"arn:aws:iam::{ACCOUNT}:role/shop"
    trace = Trace(
        principal=role,
        principal_kind="role",
        principal_account=ACCOUNT,
        bus_arn=ORDERS.arn,
        source=SOURCE,
        detail_type=TYPE,
        events=4,
        failed=0,
        first_seen=HOUR,
        last_seen=HOUR,
        evidence="trail",
        hours=(HOUR,),
        events_by_hour=(4,),
        failed_by_hour=(0,),
    )
    logged = [
        row(caller_account=account, received=4, rejected=0, unmatched=0) for account in (ACCOUNT, OTHER)
    ]
    estate = held(tmp_path, (ORDERS, trace, *logged), read=("bus-logs",))
    assert sorted(one.principal or "" for one in observed(estate, ASKED, None)) == [OTHER, role]
    assert known(estate)[SOURCE, TYPE].events == 4


DENIED = [(bus(), "buses", "could not be described"), (new_bus(), "subscribers", "were not all read")]


@pytest.mark.parametrize(("on", "collector", "says"), DENIED)
def test_a_bus_that_was_denied_is_not_told_to_have_its_logging_off(
    build: Build, on: Any, collector: str, says: str
) -> None:
    denied = {(ACCOUNT, REGION, collector): [gap(action="events:Describe")]}
    state = deliveries.state_of(build(on, gaps=denied), on.arn)
    assert (state.level, says in state.says, "is not known" in state.says) == (None, True, True)
