"""Subscribers of new buses over HTTP: filters by scope, other accounts, and what denied or odd answers become."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from collectors.sample.server import Server

ACCOUNT, OTHER = "111111111111", "222222222222"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/deliver"
Call = Callable[..., Any]


def new_bus(api: Any, *, open_to: str | None = None) -> str:
    arn: str = api.create_event_bus(Name="core", StorageConfiguration={"RetentionPeriodInDays": 1})[
        "EventBusArn"
    ]
    if open_to:
        allowed = {
            "Effect": "Allow",
            "Sid": "others",
            "Principal": {"AWS": f"arn:aws:iam::{open_to}:root"},
            "Action": "events:*",
            "Resource": arn,
        }
        document = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
        api.put_resource_policy(ResourceArn=arn, PolicyDocument=document)
    return arn


def subscribe(api: Any, bus: str, name: str, account: str = ACCOUNT, **more: Any) -> str:
    invoke = {
        "TargetArn": f"arn:aws:sqs:eu-west-1:{account}:q",
        "RoleArn": f"arn:aws:iam::{account}:role/deliver",
    }
    arn: str = api.create_subscriber(Name=name, EventBusArn=bus, InvokeConfiguration=invoke, **more)[
        "SubscriberArn"
    ]
    return arn


@pytest.fixture
def api(client: Call) -> Any:
    return client("eventbridgev2")


def test_filters_stand_by_scope(api: Any, collect: Call) -> None:
    bus = new_bus(api)
    patterns = {
        "DATA": '{"detail": {"x": [1]}}',
        "SYSTEM_METADATA": '{"aws:Source": ["com.acme"]}',
    }
    filters = [{"Scope": scope, "Pattern": pattern} for scope, pattern in patterns.items()]
    arn = subscribe(
        api,
        bus,
        "some",
        FilterConfiguration={"Language": "EVENT_BRIDGE_PATTERN", "Filters": filters},
        OnFailureConfiguration={"Arn": f"arn:aws:sqs:eu-west-1:{ACCOUNT}:dlq"},
        RetryPolicy={"MaxRetryAttempts": 2, "MaxEventAgeInSeconds": 120, "RetryStrategy": "ALL"},
    )
    (outcome,) = collect("subscribers")
    (row,) = outcome.rows
    assert (row.arn, row.bus_arn, row.kind, row.target_id) == (arn, bus, "subscriber", None)
    assert (row.pattern, row.metadata_pattern, row.system_pattern) == (
        patterns["DATA"],
        None,
        patterns["SYSTEM_METADATA"],
    )
    assert (row.retry_attempts, row.max_age_seconds) == (2, 120)
    assert (row.target_arn, row.role_arn) == (f"arn:aws:sqs:eu-west-1:{ACCOUNT}:q", ROLE)
    assert row.dead_letter_arn == f"arn:aws:sqs:eu-west-1:{ACCOUNT}:dlq"


@pytest.mark.parametrize(
    ("transformer", "kind", "template"),
    [
        ({"Type": "RAW"}, "event", None),
        ({"Type": "WITH_METADATA"}, "with-metadata", None),
        (
            {
                "Type": "JSONATA",
                "JsonataConfiguration": {"Expression": '{% {"id": detail.id, "k": "s3cr3t"} %}'},
            },
            "jsonata",
            '{"id": detail.id, "k": "…"}',
        ),
    ],
)
def test_the_transformer_is_told_by_kind(
    api: Any, collect: Call, transformer: dict[str, Any], kind: str, template: str | None
) -> None:
    subscribe(api, new_bus(api), "one", Transformer=transformer)
    (outcome,) = collect("subscribers")
    assert [(row.input_kind, row.input_template) for row in outcome.rows] == [(kind, template)]


@pytest.mark.parametrize(
    ("qualifier", "target"),
    [("live", "function:f:live"), ("{% $events.Data.q %}", "function:f"), (None, "function:f")],
)
def test_the_version_or_alias_that_a_subscriber_calls_is_told(
    api: Any, collect: Call, qualifier: str | None, target: str
) -> None:
    parameters = {"InvocationType": "EVENT"} | ({"Qualifier": qualifier} if qualifier else {})
    at = f"arn:aws:lambda:eu-west-1:{ACCOUNT}:"
    invoke = {"TargetArn": f"{at}function:f", "RoleArn": ROLE, "LambdaParameters": parameters}
    api.create_subscriber(Name="one", EventBusArn=new_bus(api), InvokeConfiguration=invoke)
    (outcome,) = collect("subscribers")
    assert [row.target_arn for row in outcome.rows] == [f"{at}{target}"]


def test_of_the_message_attributes_that_a_subscriber_sends_only_the_names_are_kept(
    api: Any, collect: Call
) -> None:
    sent = {"kind": {"DataType": "String", "StringValue": "s3cr3t"}}
    topic = f"arn:aws:sns:eu-west-1:{ACCOUNT}:news"
    invoke = {"TargetArn": topic, "RoleArn": ROLE, "SnsParameters": {"MessageAttributes": sent}}
    api.create_subscriber(Name="one", EventBusArn=new_bus(api), InvokeConfiguration=invoke)
    (outcome,) = collect("subscribers")
    assert [row.attributes for row in outcome.rows] == [("kind",)]
    assert "s3cr3t" not in repr(outcome.rows)


def test_a_subscriber_of_another_account_of_the_run_appears_once(
    client: Call, api: Any, collect: Call
) -> None:
    bus = new_bus(api, open_to=OTHER)
    arn = subscribe(client("eventbridgev2", OTHER), bus, "theirs", OTHER)
    outcomes = collect("subscribers", (ACCOUNT, OTHER))
    assert [(o.scope.account, row.arn) for o in outcomes for row in o.rows] == [(ACCOUNT, arn)]


def test_an_accounts_own_subscriber_on_a_bus_outside_the_run_is_seen(
    client: Call, api: Any, collect: Call
) -> None:
    bus = new_bus(client("eventbridgev2", OTHER), open_to=ACCOUNT)
    arn = subscribe(api, bus, "mine")
    (outcome,) = collect("subscribers")
    assert [(row.arn, row.bus_arn) for row in outcome.rows] == [(arn, bus)]


def test_all_pages_are_read(aws: Server, api: Any, collect: Call) -> None:
    bus = new_bus(api)
    for number in range(4):
        subscribe(api, bus, f"s{number}")
    aws.misbehave({"service": "eventbridgev2", "one_item_pages": True, "odd_tokens": True})
    (outcome,) = collect("subscribers")
    assert sorted(row.name for row in outcome.rows) == ["s0", "s1", "s2", "s3"]


def test_a_subscriber_whose_filters_are_denied_is_a_gap_and_a_row_that_says_so(
    aws: Server, api: Any, collect: Call
) -> None:
    arn = subscribe(api, new_bus(api), "hidden")
    aws.misbehave({"service": "eventbridgev2", "operation": "DescribeSubscriber", "deny": True})
    (outcome,) = collect("subscribers")
    assert [(row.arn, row.filters_hidden, row.pattern) for row in outcome.rows] == [(arn, True, None)]
    assert outcome.status == "partial"
    assert [(gap.action, gap.subject) for gap in outcome.scope.gaps] == [("events:DescribeSubscriber", arn)]


def test_a_region_without_the_new_api_is_unsupported(aws: Server, collect: Call) -> None:
    aws.misbehave({"service": "eventbridgev2", "unsupported": True})
    (outcome,) = collect("subscribers")
    assert (outcome.rows, outcome.status) == ([], "unsupported")


def test_a_subscriber_without_state_is_a_gap_that_names_the_field(
    aws: Server, api: Any, collect: Call
) -> None:
    subscribe(api, new_bus(api), "odd")
    aws.misbehave({"service": "eventbridgev2", "nulls": ["State"]})
    (outcome,) = collect("subscribers")
    assert outcome.rows == []
    assert [(gap.status, "state" in gap.message) for gap in outcome.scope.gaps] == [("partial", True)]


@pytest.mark.parametrize("payload", ["FULL", "ON_ERROR_ONLY"])
def test_what_its_log_holds_is_told(api: Any, collect: Call, payload: str) -> None:
    subscribe(api, new_bus(api), "s", LogConfiguration={"Level": "ERROR", "IncludePayload": payload})
    (outcome,) = collect("subscribers")
    assert [(row.log_level, row.log_payload) for row in outcome.rows] == [("ERROR", payload)]
