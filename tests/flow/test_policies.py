"""Resource policies: the cases that decide, and those that must stay unknown."""

import json
from typing import Any

import pytest

from dashboard.flow.answers import Question
from dashboard.flow.consumers import consumers
from dashboard.flow.policies import Caller, allows
from tests.flow.building import OTHER, SOURCE, TYPE, Build, arn, bus, function, gap, queue, rule

RULE, QUEUE = arn("events", "rule/orders/r"), arn("sqs", "inbox")
CALLER = Caller("events.amazonaws.com", "111111111111", None, {"aws:sourcearn": RULE})
ALLOW = {
    "Effect": "Allow",
    "Principal": {"Service": "events.amazonaws.com"},
    "Action": "sqs:SendMessage",
    "Resource": QUEUE,
}

CASES: list[tuple[list[dict[str, Any]], bool | None]] = [
    ([ALLOW], True),
    ([], False),
    ([ALLOW | {"Action": "SQS:*"}], True),
    ([ALLOW | {"Action": ["sqs:ReceiveMessage"]}], False),
    ([ALLOW | {"Resource": "*"}], True),
    ([ALLOW | {"Resource": arn("sqs", "other")}], False),
    ([ALLOW | {"Principal": "*"}], True),
    ([ALLOW | {"Principal": {"AWS": "*"}}], True),
    ([ALLOW | {"Principal": {"Service": "sns.amazonaws.com"}}], False),
    ([{k: v for k, v in ALLOW.items() if k != "Principal"} | {"NotPrincipal": {"AWS": "1"}}], None),
    ([ALLOW | {"Condition": {"ArnEquals": {"aws:SourceArn": RULE}}}], True),
    ([ALLOW | {"Condition": {"ArnLike": {"AWS:SourceArn": arn("events", "rule/orders/*")}}}], True),
    ([ALLOW | {"Condition": {"ArnEquals": {"aws:SourceArn": arn("events", "rule/else")}}}], False),
    ([ALLOW | {"Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}}], None),
    ([ALLOW | {"Condition": {"IpAddress": {"aws:SourceArn": "10.0.0.0/8"}}}], None),
    ([ALLOW, ALLOW | {"Effect": "Deny"}], False),
    ([ALLOW, ALLOW | {"Effect": "Deny", "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o"}}}], None),
]


@pytest.mark.parametrize(("statements", "verdict"), CASES)
def test_a_policy_lets_in_keeps_out_or_cannot_be_decided(
    statements: list[dict[str, Any]],
    verdict: bool | None,  # noqa: FBT001 - a case
) -> None:
    assert allows(json.dumps({"Statement": statements}), CALLER, "sqs:SendMessage", QUEUE) is verdict


def test_a_policy_that_is_no_json_cannot_be_decided() -> None:
    assert allows("{", CALLER, "sqs:SendMessage", QUEUE) is None


BUS = bus()
POLICY = json.dumps({"Statement": [ALLOW | {"Condition": {"ArnEquals": {"aws:SourceArn": RULE}}}]})
PATHS = [
    (queue(policy=POLICY), {}, None, "yes"),
    (queue(), {}, None, "no"),
    (queue(), {"role_arn": "arn:aws:iam::111111111111:role/deliver"}, None, "unknown"),
    (queue(), {}, gap(subject=QUEUE, action="sqs:GetQueueAttributes"), "unknown"),
    (function(), {}, None, "no"),
]


@pytest.mark.parametrize(("target", "more", "hole", "expected"), PATHS)
def test_a_path_is_deliverable_when_the_targets_policy_says_so(
    build: Build, target: Any, more: dict[str, Any], hole: Any, expected: str
) -> None:
    gaps = {("111111111111", "eu-west-1", "queues"): [hole]} if hole else {}
    estate = build(BUS, target, rule(BUS, "r", target.arn, **more), gaps=gaps)
    (row,) = consumers(estate, Question(SOURCE, TYPE)).consumers
    assert (row.deliverable, row.active) == (expected, True)


BUSES = [("111111111111", "yes"), (OTHER, "no")]


@pytest.mark.parametrize(("trusted", "expected"), BUSES)
def test_a_bus_in_another_account_has_to_trust_the_sender(build: Build, trusted: str, expected: str) -> None:
    trust = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{trusted}:root"},
        "Action": "events:PutEvents",
    }
    far = bus("far", OTHER, policy=json.dumps({"Statement": [trust]}))
    end = function("f", OTHER)
    estate = build(
        BUS, far, end, rule(BUS, "to", far.arn), rule(far, "r", end.arn), accounts=("111111111111", OTHER)
    )
    row = next(r for r in consumers(estate, Question(SOURCE, TYPE, BUS.arn)).consumers)
    assert row.path[0].deliverable == expected
