"""A rule in the state ENABLED gets no read-only management events of CloudTrail."""

import json
from typing import Any

import pytest

from dashboard.flow.answers import Question
from dashboard.flow.suppose import trying, what_if
from dashboard.flow.suppose.changes import RuleChange, field
from dashboard.flow.who import consumers, explaining
from tests.flow.building import Build, bus, function, rule

EC2, CALL = "aws.ec2", "AWS API Call via CloudTrail"
ALL = "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"
BUS, BILL = bus("default"), function()
CONDITION = "the API call is not read-only"


def _rule(state: str, source: str = EC2, detail_type: str = CALL, **detail: Any) -> Any:
    pattern = {"source": [source], "detail-type": [detail_type]} | ({"detail": detail} if detail else {})
    return rule(BUS, "r", BILL.arn, json.dumps(pattern), state=state)


@pytest.mark.parametrize(
    ("listens", "when"),
    [
        (_rule("ENABLED"), (CONDITION,)),
        (_rule(ALL), ()),
        (_rule("ENABLED", detail_type="EC2 Instance State-change Notification"), ()),
        (_rule("ENABLED", source="com.acme.audit"), ()),
        (_rule("ENABLED", eventName=["GetRole"]), ("detail.eventName is GetRole", CONDITION)),
        (_rule("ENABLED", readOnly=[False]), ("detail.readOnly is false",)),
        (_rule("ENABLED", eventCategory=["Data"]), ("detail.eventCategory is Data",)),
    ],
)
def test_of_api_calls_an_enabled_rule_gets_those_that_are_not_read_only(
    build: Build, listens: Any, when: tuple[str, ...]
) -> None:
    pattern = json.loads(listens.pattern)
    asked = Question(pattern["source"][0], pattern["detail-type"][0], "default")
    (row,) = consumers.consumers(build(BUS, BILL, listens), asked).consumers
    assert (row.delivery, row.when) == ("sometimes" if when else "always", when)


@pytest.mark.parametrize(
    ("detail", "plain", "with_all"),
    [
        ({"readOnly": True, "eventCategory": "Management"}, "does not match", "matches"),
        ({"readOnly": True, "managementEvent": True}, "does not match", "matches"),
        ({"readOnly": True, "eventCategory": "Data"}, "matches", "matches"),
        ({"readOnly": False, "eventCategory": "Management"}, "matches", "matches"),
        ({"readOnly": True}, "may match", "matches"),
        ({}, "may match", "matches"),
    ],
)
def test_of_one_call_its_record_says_whether_it_is_read_only(
    build: Build, detail: dict[str, Any], plain: str, with_all: str
) -> None:
    event = {"source": EC2, "detail-type": CALL, "detail": detail}
    for state, result in (("ENABLED", plain), (ALL, with_all)):
        estate = build(BUS, BILL, _rule(state))
        (tried,) = trying.try_event(estate, event).tried
        (explained,) = explaining.explain(estate, event)
        found = consumers.consumers(estate, Question(EC2, CALL), event).consumers
        told = (tried.result, explained.matched, len(found))
        assert told == (result, result != "does not match", int(result != "does not match"))
        assert (f"only {ALL}" in explained.sentences[0]) == (state == "ENABLED" and result != "matches")
        assert (CONDITION in tried.reason) == (result == "may match")
        assert (f"only {ALL}" in tried.reason) == (result == "does not match")


def test_supposing_that_a_rule_is_enabled_gives_it_the_state_without_read_only_events(build: Build) -> None:
    asked = Question(EC2, CALL, "default")
    for state, effect, when in (("DISABLED", "gains", (CONDITION,)), (ALL, "stays", ())):
        answer = what_if.what_if(build(BUS, BILL, _rule(state)), asked, [RuleChange("enable", "r")])
        (found,) = answer.effects
        assert found.after is not None
        assert (found.effect, found.after.when) == (effect, when)


def test_supposing_that_calls_are_read_only_loses_an_enabled_rule_and_says_why(build: Build) -> None:
    changes = [field("set", "readOnly", "true"), field("set", "eventCategory", '"Management"')]
    answer = what_if.what_if(build(BUS, BILL, _rule("ENABLED")), Question(EC2, CALL, "default"), changes)
    (found,) = answer.effects
    assert found.effect == "loses"
    assert f"only {ALL}" in (found.why or "")
