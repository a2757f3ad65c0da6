"""Events that are replayed from an archive carry replay-name, and all others do not."""

import json

import pytest

from collectors.errors import UsageError
from collectors.records import Resource
from dashboard.flow.backwards import between
from dashboard.flow.suppose import changes, trying
from tests.flow.building import (
    REGION,
    SOURCE,
    TYPE,
    Build,
    arn,
    ask,
    bus,
    function,
    link,
    rule,
    told,
)

BUS, BILL = bus(), function()
EVENT = {"source": SOURCE, "detail-type": TYPE}
REPLAYED = EVENT | {"replay-name": "again"}


def _on(*, exists: bool) -> str:
    return json.dumps({"source": [SOURCE], "detail-type": [TYPE], "replay-name": [{"exists": exists}]})


@pytest.mark.parametrize(
    ("pattern", "when", "takes"),
    [
        (_on(exists=True), "replay-name is present", (0, 1)),
        (_on(exists=False), "replay-name is absent", (1, 0)),
    ],
)
def test_a_rule_on_replay_takes_some_events_of_a_type_and_of_one_event_it_is_known(
    build: Build, pattern: str, when: str, takes: tuple[int, int]
) -> None:
    estate = build(BUS, BILL, rule(BUS, "r", BILL.arn, pattern))
    (row,) = ask(estate).consumers
    assert (row.delivery, row.when) == ("sometimes", (when,))
    for event, count in zip((EVENT, REPLAYED), takes, strict=True):
        assert told(ask(estate, event=event)) == [("bill", "always", True)] * count
        assert trying.try_event(estate, event).counts["matches"] == count


def test_a_path_of_replayed_events_alone_is_a_path(build: Build) -> None:
    estate = build(BUS, BILL, rule(BUS, "r", BILL.arn, _on(exists=True)))
    (found,) = between.ask(estate, f"{SOURCE}/{TYPE}", "bill")
    assert [(route.delivery, route.when) for route in found.routes] == [
        ("sometimes", ("replay-name is present",))
    ]


def test_the_managed_rule_of_an_archive_is_no_consumer_and_leaves_the_archive_as_its_own_pattern_has_it(
    build: Build,
) -> None:
    archive = Resource(arn=arn("events", "archive/all"), kind="archive", name="all")
    managed = rule(BUS, "Events-Archive-all", f"arn:aws:events:{REGION}:::", _on(exists=False))
    answer = ask(build(BUS, BILL, archive, link("archive", BUS, archive), managed, rule(BUS, "r", BILL.arn)))
    assert told(answer) == [("bill", "always", True)]
    assert [(kept.name, kept.delivery, kept.when) for kept in answer.kept] == [("all", "always", ())]
    assert answer.complete


def test_a_producer_cannot_change_that_an_event_is_replayed() -> None:
    with pytest.raises(UsageError, match="replay-name is written by EventBridge"):
        changes.field("set", "replay-name", '"again"')
