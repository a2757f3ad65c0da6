"""A rule in the state ENABLED gets no read-only management events of CloudTrail."""

import json
from typing import Any

import pytest

from dashboard.flow.answers import Question
from dashboard.flow.backwards import between, reverse
from dashboard.flow.suppose import trying, what_if
from dashboard.flow.suppose.changes import RuleChange, field
from dashboard.flow.who import consumers, explaining
from tests.flow.building import Build, bus, function, rule

EC2, CALL = "aws.ec2", "AWS API Call via CloudTrail"
ALL = "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"
BUS, BILL = bus("default"), function()
CONDITION = "the API call is not read-only"
NOT_MANAGEMENT = "the API call is not a management event"


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
        (_rule("ENABLED", readOnly=[True]), ("detail.readOnly is true", NOT_MANAGEMENT)),
        (_rule("ENABLED", eventCategory=["Management"]), ("detail.eventCategory is Management", CONDITION)),
        (
            _rule("ENABLED", readOnly=[True], managementEvent=[False]),
            ("detail.managementEvent is false", "detail.readOnly is true"),
        ),
        (_rule("ENABLED", readOnly=["true"]), ('detail.readOnly is "true"',)),
        (
            _rule(ALL, readOnly=[True], eventCategory=["Management"]),
            ("detail.eventCategory is Management", "detail.readOnly is true"),
        ),
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
        open_ = NOT_MANAGEMENT if detail.get("readOnly") else CONDITION
        assert (open_ in tried.reason) == (result == "may match")
        assert (f"only {ALL}" in tried.reason) == (result == "does not match")


@pytest.mark.parametrize("management", [{"eventCategory": ["Management"]}, {"managementEvent": [True]}])
def test_an_enabled_rule_that_asks_for_nothing_but_read_only_calls_never_gets_one(
    build: Build, management: dict[str, Any]
) -> None:
    estate = build(BUS, BILL, _rule("ENABLED", readOnly=[True], **management))
    asked = Question(EC2, CALL, "default")
    answer = consumers.consumers(estate, asked)
    (out,) = answer.excluded
    assert (answer.consumers, out.name, out.schema) == ((), "bill", "")
    assert out.why.endswith("it asks for nothing else.")
    for start in (f"{EC2}/{CALL}", "default"):
        (path,) = between.ask(estate, start, "bill")
        assert path.answer == "no", start
    assert not reverse.consumed(estate, [BILL.arn])
    event = {"source": EC2, "detail-type": CALL, "detail": {"readOnly": True}}
    assert consumers.consumers(estate, asked, event).consumers == ()


def test_supposing_what_an_enabled_rule_asks_for_and_never_gets_changes_nothing(build: Build) -> None:
    estate = build(BUS, BILL, _rule("ENABLED", readOnly=[True], eventCategory=["Management"]))
    changes = [field("set", "readOnly", "true"), field("set", "eventCategory", '"Management"')]
    assert what_if.what_if(estate, Question(EC2, CALL, "default"), changes).effects == ()
    lets = [RuleChange("pattern", "r", pattern=_rule(ALL).pattern)]
    (found,) = what_if.what_if(estate, Question(EC2, CALL, "default"), lets).effects
    assert (found.effect, "it asks for nothing else" in (found.why or "")) == ("gains", True)


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
