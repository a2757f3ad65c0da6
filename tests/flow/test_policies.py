"""Resource policies: the cases that decide, and those that must stay unknown."""

import json
from typing import Any

import pytest

from collectors.records import Bus, Policy, Record, Resource, Subscription
from dashboard.flow.answers import Hop, Question
from dashboard.flow.walk.policies import Caller, allows
from dashboard.flow.who.consumers import consumers
from tests.flow.building import (
    ACCOUNT,
    OTHER,
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
    only,
    pipe,
    queue,
    rule,
    subscriber,
    topic,
)

RULE, QUEUE = arn("events", "rule/orders/r"), arn("sqs", "inbox")
CALLER = Caller(
    "events.amazonaws.com",
    ACCOUNT,
    None,
    {"aws:sourcearn": RULE, "aws:sourceaccount": ACCOUNT, "aws:securetransport": "true"},
)
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
    ([ALLOW | {"Condition": {"ArnNotEquals": {"aws:SourceArn": RULE}}}], False),
    ([ALLOW | {"Condition": {"StringNotLike": {"aws:SourceArn": "arn:aws:events:*:rule/else"}}}], True),
    ([ALLOW | {"Condition": {"StringLike": {"aws:SourceArn": "${aws:PrincipalArn}"}}}], None),
    ([ALLOW | {"Resource": "arn:aws:sqs:*:*:${aws:PrincipalAccount}"}], None),
    ([ALLOW | {"Condition": {"Bool": {"aws:SecureTransport": True}}}], True),
    ([ALLOW | {"Condition": {"StringEquals": {"aws:SourceAccount": 111111111111}}}], True),
    ([ALLOW | {"Condition": {"StringEquals": {"aws:SourceAccount": [222222222222, "1"]}}}], False),
    ([ALLOW | {"Condition": {"StringNotEquals": {"aws:SourceAccount": 111111111111}}}], False),
    ([ALLOW, ALLOW | {"Effect": "Deny", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}], True),
    ([ALLOW, ALLOW | {"Effect": "Deny", "Condition": {"Bool": {"aws:SecureTransport": "true"}}}], False),
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


NEAR = arn("events", "event-bus/near")
KEEP_OUT = {"Effect": "Deny", "Principal": "*", "Action": "events:PutEvents", "Resource": "*"}
OF_ONE_ACCOUNT = [
    (None, None, "yes"),
    (KEEP_OUT, None, "no"),
    (KEEP_OUT | {"Resource": f"{NEAR}-2"}, None, "yes"),
    (KEEP_OUT | {"Condition": {"StringEquals": {"aws:PrincipalAccount": OTHER}}}, None, "yes"),
    (KEEP_OUT | {"Condition": {"StringNotEquals": {"aws:PrincipalOrgID": "o-1"}}}, None, "unknown"),
    (KEEP_OUT | {"Principal": {"Service": "events.amazonaws.com"}}, None, "unknown"),  # if it is who asks
    (KEEP_OUT | {"Principal": {"AWS": OTHER}}, None, "yes"),
    (None, gap(subject=NEAR, action="events:DescribeEventBus"), "unknown"),
]


@pytest.mark.parametrize(("statement", "hole", "expected"), OF_ONE_ACCOUNT)
def test_a_bus_of_the_same_account_lets_in_what_its_policy_does_not_deny(
    build: Build, statement: dict[str, Any] | None, hole: Any, expected: str
) -> None:
    near = bus("near", policy=statement and json.dumps({"Statement": [statement]}))
    gaps = {(ACCOUNT, "eu-west-1", "buses"): [hole]} if hole else {}
    found = only(ask(build(BUS, near, function(), *forwarded(NEAR), gaps=gaps), BUS.arn)).path[0]
    assert (found.deliverable, found.why is None) == (expected, expected == "yes")


def forwarded(to: str) -> list[Record]:
    return [
        rule(BUS, "to", to),
        Subscription(
            arn=to.replace("event-bus/", "rule/") + "/r",
            name="r",
            bus_arn=to,
            kind="rule",
            state="ENABLED",
            target_id="1",
            target_arn=function().arn,
            pattern=f'{{"source": ["{SOURCE}"]}}',
        ),
    ]


TRUSTED = {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "events:PutEvents", "Resource": "*"}


@pytest.mark.parametrize("policy", [None, json.dumps({"Statement": [TRUSTED]})])
def test_without_a_role_a_bus_of_another_region_is_never_certain(build: Build, policy: str | None) -> None:
    there = NEAR.replace("eu-west-1", "eu-central-1")
    records = [BUS, Bus(arn=there, name="near", kind="classic", policy=policy), function()]
    found = only(ask(build(*records, *forwarded(there)), BUS.arn)).path[0]
    assert found.deliverable == "unknown"
    assert found.why == "The bus near is in another region, and no delivery role is set."


ROLE = f"arn:aws:iam::{ACCOUNT}:role/deliver"
STREAM = Resource(arn=arn("kinesis", "stream/flow"), kind="stream", name="flow")
FLOW = Resource(arn=arn("states", "stateMachine:flow"), kind="state-machine", name="flow")


def text(*statements: dict[str, Any]) -> str:
    return json.dumps({"Statement": [{"Effect": "Allow", "Resource": "*"} | one for one in statements]})


def trust(service: str = "events.amazonaws.com", **more: Any) -> Policy:
    allowed = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"} | more
    return Policy(arn=ROLE, kind="trust", document=json.dumps({"Statement": [allowed]}))


def may(*statements: dict[str, Any], kind: Any = "permissions", name: str = "own") -> Policy:
    return Policy(arn=ROLE, kind=kind, name=name, document=text(*statements))


SEND = {"Sid": "Send", "Action": "sqs:SendMessage", "Resource": QUEUE}
ASKS_MFA = {"Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}}
ROLES: list[tuple[list[Policy], str, str | None]] = [
    ([], "unknown", "The queue inbox is reached with the role deliver, whose policies were not read."),
    (
        [Policy(arn=ROLE, kind="absent")],
        "no",
        "The queue inbox is reached with the role deliver, and there is no such role.",
    ),
    ([trust(), may(SEND)], "yes", None),
    ([trust(), may(SEND | {"Resource": "arn:aws:sqs:*:*:in*"})], "yes", None),
    ([trust(), may(SEND | {"Action": "sqs:*"})], "yes", None),
    ([trust()], "no", "The role deliver may not do sqs:SendMessage on the queue inbox."),
    (
        [trust(), may(SEND | {"Resource": arn("sqs", "other")})],
        "no",
        "The role deliver may not do sqs:SendMessage on the queue inbox.",
    ),
    (
        [trust("lambda.amazonaws.com"), may(SEND)],
        "no",
        "The role deliver does not trust events.amazonaws.com.",
    ),
    (
        [trust(Condition={"ArnEquals": {"aws:SourceArn": RULE}}), may(SEND)],
        "yes",
        None,
    ),
    (
        [trust(Condition={"ArnEquals": {"aws:SourceArn": arn("events", "rule/else")}}), may(SEND)],
        "no",
        "The role deliver does not trust events.amazonaws.com.",
    ),
    (
        [trust(Condition={"StringEquals": {"aws:SourceOrgID": "o-1"}}), may(SEND)],
        "unknown",
        "Whether the role deliver trusts events.amazonaws.com cannot be decided here.",
    ),
    (
        [trust(), may(SEND | ASKS_MFA)],
        "unknown",
        "Whether the role deliver may do sqs:SendMessage on the queue inbox cannot be decided here: statement Send of policy own.",
    ),
    (
        [
            trust(),
            may(SEND),
            may(SEND | {"Effect": "Deny", "Sid": "Never"}, name="arn:aws:iam::aws:policy/Stop"),
        ],
        "no",
        "The role deliver may not do sqs:SendMessage on the queue inbox: statement Never of policy Stop denies it.",
    ),
    ([trust(), may(SEND), may(SEND, kind="boundary", name="limit")], "yes", None),
    (
        [trust(), may(SEND), may({"Action": "sns:*"}, kind="boundary", name="limit")],
        "no",
        "The role deliver may not do sqs:SendMessage on the queue inbox.",
    ),
]


def hop(build: Build, *records: Record, **more: Any) -> Hop:
    return only(ask(build(BUS, *records, **more), BUS.arn)).path[-1]


@pytest.mark.parametrize(("policies", "expected", "why"), ROLES)
def test_delivery_with_a_role_is_judged_by_its_policies(
    build: Build, policies: list[Policy], expected: str, why: str | None
) -> None:
    found = hop(build, queue(), rule(BUS, "r", QUEUE, role_arn=ROLE), *policies)
    assert (found.deliverable, found.why) == (expected, why)


def test_the_statement_that_lets_it_through_is_named(build: Build) -> None:
    by_role = hop(build, queue(), rule(BUS, "r", QUEUE, role_arn=ROLE), trust(), may(SEND))
    assert by_role.granted == "statement Send of policy own of role deliver"
    by_policy = hop(build, queue(policy=json.dumps({"Statement": [ALLOW]})), rule(BUS, "r", QUEUE))
    assert by_policy.granted == "statement 1 of queue inbox"


ENDS_POLICIES = [
    ({"Effect": "Deny", "Principal": "*", "Action": "sqs:*", "Resource": "*"}, [SEND], "no"),
    (
        {"Effect": "Allow", "Principal": {"AWS": ROLE}, "Action": "sqs:SendMessage", "Resource": "*"},
        [],
        "yes",
    ),
    (
        {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "sqs:SendMessage", "Resource": "*"},
        [],
        "no",
    ),
    (
        {
            "Effect": "Deny",
            "Principal": "*",
            "Action": "sqs:*",
            "Resource": "*",
            "Condition": {"StringNotEquals": {"aws:PrincipalOrgID": "o-1"}},
        },
        [SEND],
        "unknown",
    ),
]


@pytest.mark.parametrize(("statement", "allowed", "expected"), ENDS_POLICIES)
def test_the_ends_own_policy_may_let_the_role_in_or_keep_it_out(
    build: Build, statement: dict[str, Any], allowed: list[dict[str, Any]], expected: str
) -> None:
    end = queue(policy=json.dumps({"Statement": [statement]}))
    roles = [trust(), *([may(*allowed)] if allowed else [])]
    assert hop(build, end, rule(BUS, "r", QUEUE, role_arn=ROLE), *roles).deliverable == expected


URL = "https://sqs.eu-west-1.amazonaws.com/111111111111/inbox"
UNREAD = [
    ([SEND], URL, "unknown"),  # its policy may keep the role out
    ([], URL, "unknown"),  # or name it
    ([SEND | {"Effect": "Deny"}], URL, "no"),
    ([SEND], f"{URL}-2", "yes"),
    ([], f"{URL}-2", "no"),
    ([SEND], None, "unknown"),
]


@pytest.mark.parametrize(("allowed", "subject", "expected"), UNREAD)
def test_with_a_role_too_an_ends_policy_that_was_not_read_leaves_it_open(
    build: Build, allowed: list[dict[str, Any]], subject: str | None, expected: str
) -> None:
    denied = {(ACCOUNT, "eu-west-1", "queues"): [gap(subject=subject, action="sqs:GetQueueAttributes")]}
    roles = [trust(), *([may(*allowed)] if allowed else [])]
    found = hop(build, queue(), rule(BUS, "r", QUEUE, role_arn=ROLE), *roles, gaps=denied)
    assert found.deliverable == expected
    assert ("policy of queue inbox could not be read" in (found.why or "")) == (expected == "unknown")


@pytest.mark.parametrize(("subject", "expected"), [(URL, "unknown"), (f"{URL}-2", "no")])
def test_a_queue_is_named_by_its_url_where_its_policy_was_not_read(
    build: Build, subject: str, expected: str
) -> None:
    denied = {(ACCOUNT, "eu-west-1", "queues"): [gap(subject=subject, action="sqs:GetQueueAttributes")]}
    answer = ask(build(BUS, queue(), rule(BUS, "r", QUEUE), gaps=denied))
    assert (only(answer).deliverable, answer.complete) == (expected, expected == "no")


def test_a_role_without_the_right_may_be_named_by_an_end_that_was_not_collected(build: Build) -> None:
    far = arn("sqs", "inbox").replace("eu-west-1", "eu-central-1")
    assert hop(build, rule(BUS, "r", far, role_arn=ROLE), trust(), may(SEND)).deliverable == "unknown"


CROSSING = [
    (None, "no"),
    ({"Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}}, "yes"),
    ({"Principal": {"AWS": ROLE}}, "yes"),
    ({"Principal": {"AWS": OTHER}}, "no"),
    ({"Principal": "*", "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}}, "unknown"),
    ({"Principal": "*", "Condition": {"StringEquals": {"aws:PrincipalAccount": ACCOUNT}}}, "yes"),
]


@pytest.mark.parametrize(("lets_in", "expected"), CROSSING)
def test_an_end_of_another_account_has_to_let_the_role_in_too(
    build: Build, lets_in: dict[str, Any] | None, expected: str
) -> None:
    far = queue("far", OTHER)
    policy = lets_in and json.dumps(
        {"Statement": [{"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": far.arn} | lets_in]}
    )
    end = queue("far", OTHER, policy=policy)
    records = [end, rule(BUS, "r", far.arn, role_arn=ROLE), trust(), may(SEND | {"Resource": far.arn})]
    assert hop(build, *records, accounts=(ACCOUNT, OTHER)).deliverable == expected


TASK = arn("ecs", "task-definition/nightly:3")
KINDS = [
    (STREAM, ["kinesis:PutRecord", "kinesis:PutRecords"], {}, "yes"),
    (STREAM, ["kinesis:PutRecord"], {}, "unknown"),
    (STREAM, ["sqs:*"], {}, "no"),
    (FLOW, ["states:StartExecution"], {}, "yes"),
    (FLOW, ["states:DescribeExecution"], {}, "no"),
    (arn("ecs", "cluster/prod"), ["ecs:RunTask", "iam:PassRole"], {"runs": TASK}, "yes"),
    (arn("ecs", "cluster/prod"), ["ecs:RunTask"], {"runs": TASK}, "unknown"),
    (arn("ecs", "cluster/prod"), ["iam:PassRole"], {"runs": TASK}, "no"),
    (arn("ecs", "cluster/prod"), ["ecs:RunTask", "iam:PassRole"], {}, "unknown"),
    (arn("batch", "job-queue/high"), ["batch:SubmitJob"], {}, "yes"),
    (arn("execute-api", "ab12/prod/POST/orders"), ["execute-api:Invoke"], {}, "yes"),
    (arn("codepipeline", "ship"), ["codepipeline:StartPipelineExecution"], {}, "yes"),
    (arn("sagemaker", "pipeline/train"), ["codepipeline:StartPipelineExecution"], {}, "no"),
    (arn("appsync", "endpoints/graphql-api/ab12"), ["appsync:GraphQL"], {}, "unknown"),
    (bus("next").arn, ["events:PutEvents"], {}, "unknown"),  # a bus that was not collected
]


@pytest.mark.parametrize(("end", "actions", "more", "expected"), KINDS)
def test_each_kind_of_target_asks_for_its_own_permission(
    build: Build, end: Resource | str, actions: list[str], more: dict[str, Any], expected: str
) -> None:
    records = [] if isinstance(end, str) else [end]
    target = end if isinstance(end, str) else end.arn
    allowed = may({"Action": actions})
    rules = [rule(BUS, "r", target, role_arn=ROLE, **more), trust(), allowed]
    assert hop(build, *records, *rules, read=("rules",)).deliverable == expected


CARRIED = [("pipes.amazonaws.com", "yes"), ("events.amazonaws.com", "no")]


@pytest.mark.parametrize(("service", "expected"), CARRIED)
def test_a_pipe_delivers_with_its_role(build: Build, service: str, expected: str) -> None:
    inbox = queue(policy=json.dumps({"Statement": [ALLOW]}))
    records = [inbox, pipe(), FLOW, rule(BUS, "r", inbox.arn), link("pipe-source", inbox, pipe())]
    carried = link("pipe-target", pipe(), FLOW, role_arn=ROLE)
    found = hop(build, *records, carried, trust(service), may({"Action": "states:StartExecution"}))
    assert found.deliverable == expected


SUBSCRIBED = [("events.amazonaws.com", "yes"), ("something.amazonaws.com", "unknown")]


@pytest.mark.parametrize(("service", "expected"), SUBSCRIBED)
def test_a_subscriber_delivers_with_its_role(build: Build, service: str, expected: str) -> None:
    fresh = new_bus()
    records = [fresh, queue(), subscriber(fresh, "s", QUEUE, role_arn=ROLE), trust(service), may(SEND)]
    assert only(ask(build(*records), "fresh")).deliverable == expected


def test_a_topic_reaches_a_delivery_stream_with_the_role_of_the_subscription(build: Build) -> None:
    lake = Resource(arn=arn("firehose", "deliverystream/lake"), kind="delivery-stream", name="lake")
    news = topic(policy=text({"Principal": "*", "Action": "sns:Publish"}))
    carried = link("sns-subscription", news, lake, role_arn=ROLE)
    records = [news, lake, rule(BUS, "r", news.arn), carried, trust("sns.amazonaws.com")]
    assert hop(build, *records, may({"Action": "firehose:*"})).deliverable == "yes"


QUALIFIED = [
    ([], "unknown"),
    ([None], "no"),
    ([text({"Principal": {"Service": "events.amazonaws.com"}, "Action": "lambda:InvokeFunction"})], "yes"),
    ([text({"Principal": {"Service": "sns.amazonaws.com"}, "Action": "lambda:InvokeFunction"})], "no"),
]


@pytest.mark.parametrize(("documents", "expected"), QUALIFIED)
def test_an_alias_has_a_policy_of_its_own(build: Build, documents: list[str | None], expected: str) -> None:
    opened = text({"Principal": "*", "Action": "lambda:InvokeFunction"})
    bill, live = function(policy=opened), f"{function().arn}:live"
    rows = [Policy(arn=live, kind="resource", document=document) for document in documents]
    assert hop(build, bill, rule(BUS, "r", live), *rows).deliverable == expected


def test_a_role_that_could_not_be_read_leaves_the_answer_complete_and_the_delivery_unknown(
    build: Build,
) -> None:
    gaps = {(ACCOUNT, "eu-west-1", "rules"): [gap(action="iam:GetRole", subject=ROLE)]}
    answer = ask(build(BUS, queue(), rule(BUS, "r", QUEUE, role_arn=ROLE), gaps=gaps))
    assert (only(answer).deliverable, answer.complete) == ("unknown", True)
