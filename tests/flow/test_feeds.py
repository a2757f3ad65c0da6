"""Who feeds whom: domains, the event types between them, and how many flow."""

import json

from collectors.records import Tag
from collectors.settings import Domain, Settings
from dashboard.flow.who import feeds
from tests.flow.building import SOURCE, TYPE, Build, bus, function, queue, rule, trace
from tests.flow.series import since

BUS, BILL, INBOX = bus(), function(), queue()
SETTINGS = Settings(domains=(Domain(name="orders", sources=(SOURCE,)),))
MONEY = Tag(arn=BILL.arn, key="domain", value="money")


def pattern(detail_type: str) -> str:
    return json.dumps({"source": [SOURCE], "detail-type": [detail_type]})


def told(found: tuple[feeds.Feed, ...]) -> list[tuple[str, str, list[str], int]]:
    return [(one.giver, one.taker, [name for _, name in one.types], one.consumers) for one in found]


def test_a_domain_feeds_those_that_consume_its_types(build: Build) -> None:
    rules = [rule(BUS, "a", BILL.arn, pattern("A")), rule(BUS, "b", INBOX.arn, pattern("B"))]
    estate = build(BUS, BILL, INBOX, MONEY, *rules, settings=SETTINGS)
    assert told(feeds.feeds(estate)) == [("orders", "money", ["A"], 1), ("orders", "(none)", ["B"], 1)]


def test_a_type_that_nobody_consumes_feeds_nobody(build: Build) -> None:
    off = rule(BUS, "a", BILL.arn, pattern("A"), state="DISABLED")
    assert feeds.feeds(build(BUS, BILL, off, settings=SETTINGS)) == ()


def test_the_rate_is_that_of_events_that_were_seen(build: Build) -> None:
    estate = build(BUS, BILL, MONEY, trace(BUS), rule(BUS, "a", BILL.arn, pattern(TYPE)), settings=SETTINGS)
    (one,) = feeds.feeds(estate)
    seen = feeds.window(estate)
    assert seen is not None
    hours = max((seen[1] - seen[0]).total_seconds() / 3600, 1)
    assert one.rate == sum(row["events"] for row in estate.traces) / hours


def test_the_picture_has_givers_left_and_takers_right(build: Build) -> None:
    estate = build(BUS, BILL, MONEY, rule(BUS, "a", BILL.arn, pattern("A")), settings=SETTINGS)
    nodes, edges = feeds.picture(feeds.feeds(estate))
    assert list(zip(nodes["id"], nodes["column"], strict=True)) == [("left:orders", 0), ("right:money", 1)]
    assert list(edges["via"]) == ["1 event type"]
    assert list(nodes["health"]) == ["unknown", "unknown"]


def test_a_taker_that_faults_touch_is_failing_on_the_map(build: Build) -> None:
    wired = rule(BUS, "a", BILL.arn, pattern("A"))
    lost = [since(wired.arn, "MatchedEvents", 10), since(wired.arn, "FailedInvocations", None, 10, 2)]
    estate = build(BUS, BILL, MONEY, wired, *lost[0], *lost[1], settings=SETTINGS)
    troubles = feeds.troubled(estate)
    nodes, _ = feeds.picture(feeds.feeds(estate), troubles)
    told = nodes.set_index("id")
    assert troubles["money"] == 1
    assert (told["health"]["right:money"], told["health"]["left:orders"]) == ("failing", "unknown")
    assert told["says"]["right:money"] == "1 fault on the way to it, or its own."
