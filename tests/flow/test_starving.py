"""What gets nothing any more although what stands before it hands over, and what of that is as usual or not known."""

from collections.abc import Iterable

import pytest

from collectors.records import Metric, Record
from dashboard.flow.health.failing import failings
from tests.flow.building import (
    ACCOUNT,
    COLLECTORS,
    NOW,
    Build,
    bus,
    function,
    gap,
    link,
    pipe,
    queue,
    rule,
    topic,
)
from tests.flow.series import seen, since

BUS, BILL, SEND, INBOX, NEWS, TUBE = bus(), function(), function("send"), queue(), topic(), pipe()
RULE = rule(BUS, "r", BILL.arn)
READ = (*COLLECTORS, "metrics")
SENT, DELETED = "NumberOfMessagesSent", "NumberOfMessagesDeleted"
PUBLISHED, DELIVERED = "NumberOfMessagesPublished", "NumberOfNotificationsDelivered"
FILTERED = "NumberOfNotificationsFilteredOut"


def of(on: str, **metrics: tuple[float | None, float | None] | float) -> list[Metric]:
    found: list[Metric] = []
    for metric, value in metrics.items():
        found += since(on, metric, *value) if isinstance(value, tuple) else since(on, metric, value)
    return found


def handing(arn: str = RULE.arn) -> list[Metric]:
    return of(arn, MatchedEvents=10, Invocations=10)


TO_NEWS, TO_INBOX = rule(BUS, "n", NEWS.arn), rule(BUS, "q", INBOX.arn)
ON_NEWS = link("sns-subscription", NEWS, BILL)
TWO = (RULE, RULE.model_copy(update={"target_id": "2", "target_arn": SEND.arn}))
STARVING: dict[str, tuple[list[Record], list[Metric]]] = {
    "Function bill was not called once in the last 3 hours, though rule r handed it 360 events, since 07:00 UTC.": (
        [RULE],
        [*handing(), *of(BILL.arn, Invocations=(10, 0), Errors=(0, None))],
    ),
    "Topic news got nothing in the last 3 hours, though rule n handed it 360 events, since 07:00 UTC.": (
        [TO_NEWS, ON_NEWS],
        [*handing(TO_NEWS.arn), *of(NEWS.arn, **{PUBLISHED: (10, 0), DELIVERED: (10, 0)})],
    ),
    "Queue inbox got nothing in the last 3 hours, though rule q handed it 360 events, since 07:00 UTC.": (
        [TO_INBOX],
        [*handing(TO_INBOX.arn), *of(INBOX.arn, **{SENT: (10, 0)})],
    ),
    "Function bill was not called once in the last 3 hours, though topic news handed it 360 events, since 07:00 UTC.": (
        [ON_NEWS],
        [*of(NEWS.arn, **{PUBLISHED: 10, DELIVERED: 10}), *of(BILL.arn, Invocations=(10, 0))],
    ),
    "Pipe tube took nothing in the last 3 hours, though queue inbox handed it 360 events, since 07:00 UTC.": (
        [link("pipe-source", INBOX, TUBE)],
        [*of(INBOX.arn, **{SENT: 10, DELETED: 10}), *of(TUBE.arn, EventCount=(100, 0), ExecutionFailed=0)],
    ),
    "Topic news delivered none of 360 messages in the last 3 hours: its filters left out 360, since 07:00 UTC.": (
        [ON_NEWS],
        of(NEWS.arn, **{PUBLISHED: 10, DELIVERED: (10, 0), FILTERED: (0, 10)}),
    ),
    "Rule r matched 360 events in the last 3 hours, and 1 of its 2 targets got none of them, since 07:00 UTC.": (
        list(TWO),
        of(RULE.arn, MatchedEvents=10, Invocations=(20, 10)),
    ),
}


def told(build: Build, records: Iterable[Record], rows: Iterable[Metric], **more: object) -> list[str]:
    estate = build(BUS, BILL, SEND, INBOX, NEWS, TUBE, *records, *rows, **{"read": READ, **more})
    return [trouble.says for row in failings(estate).failing for trouble in row.troubles]


@pytest.mark.parametrize("says", STARVING)
def test_what_gets_nothing_though_it_was_handed_events_is_told(build: Build, says: str) -> None:
    assert says in told(build, *STARVING[says])


def test_a_function_without_points_got_nothing_where_others_have_some(build: Build) -> None:
    rows = [*handing(), *of(BILL.arn, Invocations=(10, None))]
    assert told(build, [RULE], rows) == []
    others = of(SEND.arn, Invocations=10)
    (says,) = told(build, [RULE], [*rows, *others])
    assert says.startswith("Function bill was not called once")
    partly = {(ACCOUNT, "eu-west-1", "metrics"): [gap(action="cloudwatch:GetMetricData", status="partial")]}
    assert told(build, [RULE], [*rows, *others], gaps=partly) == []


FINE: dict[str, tuple[list[Record], list[Metric]]] = {
    "nothing was handed over": ([RULE], [*of(RULE.arn, MatchedEvents=0), *of(BILL.arn, Invocations=(10, 0))]),
    "it goes to another target too": ([*TWO], [*handing(), *of(BILL.arn, Invocations=(10, 0))]),
    "it never got more": ([RULE], [*handing(), *of(BILL.arn, Invocations=0)]),
    "it got nothing at these hours on another day": (
        [RULE],
        [
            *handing(),
            *seen(BILL.arn, "Invocations", lambda at: 0.0 if (NOW - at).days in (0, 9) else 10.0),
        ],
    ),
    "a target was added today": (list(TWO), of(RULE.arn, MatchedEvents=10, Invocations=10)),
    "a target was added an hour ago": (
        list(TWO),
        list(since(RULE.arn, "MatchedEvents", 10)) + list(since(RULE.arn, "Invocations", 10, 20, 1)),
    ),
    "both targets get all": (list(TWO), of(RULE.arn, MatchedEvents=10, Invocations=20)),
    "all was always filtered out": ([ON_NEWS], of(NEWS.arn, **{PUBLISHED: 10, DELIVERED: 0, FILTERED: 10})),
}


@pytest.mark.parametrize("case", FINE)
def test_what_is_usual_or_not_known_is_no_starving(build: Build, case: str) -> None:
    assert told(build, *FINE[case]) == []
