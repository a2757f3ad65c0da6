"""What lies behind a thing that could not be read is unknown: never a certain yes, and never a no."""

import json

import pytest

from collectors.records import Gap, Record
from dashboard.flow.backwards import between, reverse
from tests.flow.building import (
    ACCOUNT,
    REGION,
    SOURCE,
    TYPE,
    Build,
    arn,
    ask,
    bus,
    function,
    gap,
    link,
    new_bus,
    pipe,
    queue,
    rule,
    subscriber,
    topic,
    trace,
)

OPEN = json.dumps({"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}]})
BUS, HUB, FRESH = bus("orders", policy=OPEN), bus("hub", policy=OPEN), new_bus()
NEWS, INBOX, TUBE, BILL = topic(policy=OPEN), queue(policy=OPEN), pipe(), function(policy=OPEN)
SUBSCRIPTION = f"{NEWS.arn}:11111111-2222-3333-4444-555555555555"
OTHERS = '{"source": ["com.other"]}'


def _through_a_topic(body: str) -> list[Record]:
    hidden = link("sns-subscription", NEWS, INBOX, arn=SUBSCRIPTION, filters_hidden=True, raw_delivery=None)
    mapping = link("event-source-mapping", INBOX, BILL, dialect="lambda", filters=(body,))
    return [BUS, NEWS, INBOX, BILL, trace(BUS), rule(BUS, "r", NEWS.arn), hidden, mapping]


def _through_a_pipe(body: str) -> list[Record]:
    links = [
        link("pipe-source", INBOX, TUBE, arn=TUBE.arn, dialect="pipes", filters_hidden=True),
        link("pipe-target", TUBE, HUB, arn=TUBE.arn),
    ]
    return [
        BUS,
        HUB,
        INBOX,
        TUBE,
        BILL,
        trace(BUS),
        rule(BUS, "r", INBOX.arn),
        *links,
        rule(HUB, "o", BILL.arn, body),
    ]


def _through_a_subscriber(body: str) -> list[Record]:
    hidden = subscriber(FRESH, "s", HUB.arn, filters_hidden=True)
    return [FRESH, HUB, BILL, trace(FRESH), hidden, rule(HUB, "o", BILL.arn, body)]


REFUSED: list[tuple[list[Record], str, Gap]] = [
    (
        _through_a_topic(f'{{"body": {{"source": ["{SOURCE}"]}}}}'),
        "topics",
        gap(action="sns:GetSubscriptionAttributes", subject=SUBSCRIPTION),
    ),
    (
        _through_a_topic('{"body": {"Type": ["Notification"]}}'),
        "topics",
        gap(action="sns:GetSubscriptionAttributes", subject=SUBSCRIPTION),
    ),
    (
        _through_a_pipe('{"source": ["com.other"], "detail": {"n": [1]}}'),
        "pipes",
        gap(action="pipes:DescribePipe", subject=TUBE.arn),
    ),
    (
        _through_a_subscriber(OTHERS),
        "subscribers",
        gap(action="events:DescribeSubscriber", subject=arn("events", "subscriber/s/x1")),
    ),
]


@pytest.mark.parametrize(("records", "collector", "refused"), REFUSED)
def test_a_filter_behind_what_could_not_be_described_may_take_what_comes(
    build: Build, records: list[Record], collector: str, refused: Gap
) -> None:
    estate = build(*records, gaps={(ACCOUNT, REGION, collector): [refused]})
    answer = ask(estate)
    assert [(row.name, row.delivery) for row in answer.consumers] == [("bill", "sometimes")]
    assert (answer.complete, [one.action for one in answer.gaps]) == (False, [refused.action])
    (path,) = between.ask(estate, f"{SOURCE}/{TYPE}", "bill")
    assert (path.answer, bool(path.reasons)) == ("unknown", True)
    rows = reverse.consumed(estate, [BILL.arn])
    assert [(row.source, row.row.delivery) for row in rows] == [(SOURCE, "sometimes")]


def test_a_refused_subscription_of_another_topic_does_not_touch_the_answer(build: Build) -> None:
    other = gap(action="sns:GetSubscriptionAttributes", subject=arn("sns", "else:1111"))
    estate = build(BUS, NEWS, rule(BUS, "r", NEWS.arn), gaps={(ACCOUNT, REGION, "topics"): [other]})
    assert ask(estate).complete
