"""Functions, their event source mappings and asynchronous destinations over HTTP."""

import io
import json
import zipfile
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from collectors.functions import _destinations, _mapping, _resource, _tell_hidden, _with_filters, unqualified
from collectors.records import Link, Resource
from collectors.sample.server import Server

ARN = "arn:aws:lambda:eu-west-1:111111111111:function:"
QUEUE = "arn:aws:sqs:eu-west-1:111111111111:orders"
ROLE = "arn:aws:iam::111111111111:role/ship"
SCOPE: Any = SimpleNamespace(arn=lambda service, rest: f"arn:aws:{service}:eu-west-1:111111111111:{rest}")


def code() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("app.py", "def handler(event, context): ...")
    return buffer.getvalue()


def function(client: Callable[..., Any], name: str, **more: Any) -> str:
    """A function, with the role that Lambda wants to know."""
    iam = client("iam")
    if not any(role["RoleName"] == "ship" for role in iam.list_roles()["Roles"]):
        iam.create_role(RoleName="ship", AssumeRolePolicyDocument="{}")
    arn: str = client("lambda").create_function(
        FunctionName=name,
        Runtime="python3.13",
        Role=ROLE,
        Handler="app.handler",
        Code={"ZipFile": code()},
        **more,
    )["FunctionArn"]
    return arn


def links(outcome: Any, kind: str) -> list[Link]:
    return [row for row in outcome.rows if isinstance(row, Link) and row.kind == kind]


def functions(outcome: Any) -> list[Resource]:
    return [row for row in outcome.rows if isinstance(row, Resource)]


def test_a_function_with_what_it_reads_and_where_its_results_go(
    client: Callable[..., Any], collect: Callable[..., Any]
) -> None:
    arn = function(client, "ship")
    client("sqs").create_queue(QueueName="orders")
    api, pattern = client("lambda"), json.dumps({"body": {"source": ["acme.orders"]}})
    api.create_event_source_mapping(
        EventSourceArn=QUEUE,
        FunctionName="ship",
        FilterCriteria={"Filters": [{"Pattern": pattern}]},
    )
    api.add_permission(
        FunctionName="ship",
        StatementId="events",
        Action="lambda:InvokeFunction",
        Principal="events.amazonaws.com",
    )
    bus = "arn:aws:events:eu-west-1:111111111111:event-bus/orders"
    api.put_function_event_invoke_config(
        FunctionName="ship", DestinationConfig={"OnSuccess": {"Destination": bus}}
    )
    (outcome,) = collect("functions")
    (row,) = functions(outcome)
    assert (outcome.status, outcome.scope.gaps) == ("ok", [])
    assert (row.arn, row.kind, row.role_arn) == (arn, "function", ROLE)
    assert json.loads(row.policy)["Statement"][0]["Sid"] == "events"
    (mapping,) = links(outcome, "event-source-mapping")
    assert (mapping.from_arn, mapping.to_arn, mapping.dialect) == (QUEUE, arn, "lambda")
    assert (mapping.filters, mapping.filters_hidden, mapping.active) == ((pattern,), False, True)
    (result,) = links(outcome, "async-destination")
    assert (result.from_arn, result.to_arn, result.condition) == (arn, bus, "OnSuccess")


def test_a_function_without_a_policy_is_no_gap(
    client: Callable[..., Any], collect: Callable[..., Any]
) -> None:
    function(client, "ship")
    (outcome,) = collect("functions")
    assert (outcome.status, [row.policy for row in functions(outcome)]) == ("ok", [None])


def test_all_pages_are_read(aws: Server, client: Callable[..., Any], collect: Callable[..., Any]) -> None:
    for number in range(3):
        function(client, f"ship-{number}")
        client("sqs").create_queue(QueueName=f"orders-{number}")
        client("lambda").create_event_source_mapping(
            EventSourceArn=f"{QUEUE}-{number}", FunctionName=f"ship-{number}"
        )
    aws.misbehave({"service": "lambda", "one_item_pages": True, "odd_tokens": True})
    (outcome,) = collect("functions")
    assert sorted(row.name for row in functions(outcome)) == ["ship-0", "ship-1", "ship-2"]
    assert len(links(outcome, "event-source-mapping")) == 3


@pytest.mark.parametrize(
    ("operation", "status"),
    [("ListFunctions", "denied"), ("GetPolicy", "partial"), ("ListEventSourceMappings", "partial")],
)
def test_a_denied_call_is_a_gap_and_the_rest_is_read(
    aws: Server, client: Callable[..., Any], collect: Callable[..., Any], operation: str, status: str
) -> None:
    function(client, "ship")
    aws.misbehave({"service": "lambda", "operation": operation, "deny": True})
    (outcome,) = collect("functions")
    assert outcome.status == status
    assert [gap.action for gap in outcome.scope.gaps] == [f"lambda:{operation}"]
    assert len(functions(outcome)) == (0 if status == "denied" else 1)


def test_nulls_are_nulls(aws: Server, client: Callable[..., Any], collect: Callable[..., Any]) -> None:
    function(client, "ship")
    aws.misbehave(
        {
            "service": "lambda",
            "operation": "ListFunctions",
            "nulls": ["DeadLetterConfig", "Description", "Role"],
        }
    )
    (outcome,) = collect("functions")
    assert [(row.role_arn, row.description) for row in functions(outcome)] == [(None, None)]


def test_a_function_without_an_arn_is_a_gap_that_names_the_field(
    aws: Server, client: Callable[..., Any], collect: Callable[..., Any]
) -> None:
    function(client, "ship")
    aws.misbehave({"service": "lambda", "operation": "ListFunctions", "nulls": ["FunctionArn"]})
    (outcome,) = collect("functions")
    assert functions(outcome) == []
    assert [gap.message.split(".")[0] for gap in outcome.scope.gaps] == [
        "AWS listed one without its FunctionArn"
    ]


BARE = {"UUID": "1", "EventSourceArn": QUEUE, "FunctionArn": f"{ARN}ship:live", "State": "Enabled"}


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, {"to_arn": f"{ARN}ship:live", "active": True, "filters": ()}),
        ({"State": "Disabled"}, {"active": False, "state": "Disabled"}),
        ({"FilterCriteria": {"Filters": []}}, {"filters": ()}),
        ({"FilterCriteria": {"Filters": [{"Pattern": "{}"}]}}, {"filters": ("{}",)}),
        (
            {"DestinationConfig": {"OnFailure": {"Destination": f"{QUEUE}-dlq"}}},
            {"dead_letter_arn": f"{QUEUE}-dlq"},
        ),
        (
            {"EventSourceArn": "arn:aws:kinesis:eu-west-1:111111111111:stream/s/consumer/c:1"},
            {"from_arn": "arn:aws:kinesis:eu-west-1:111111111111:stream/s"},
        ),
    ],
)
def test_a_mapping_as_a_link(changed: dict[str, Any], expected: dict[str, Any]) -> None:
    link = _mapping(SCOPE, BARE | changed, hidden=False)
    assert {name: getattr(link, name) for name in expected} == expected


def test_only_what_a_destination_names_becomes_a_link() -> None:
    configs = [
        {"FunctionArn": f"{ARN}ship:$LATEST", "DestinationConfig": {"OnSuccess": {}, "OnFailure": None}}
    ]
    assert list(_destinations(configs)) == []
    configs[0]["DestinationConfig"] = {"OnFailure": {"Destination": QUEUE}}
    assert [(d["from_arn"], d["condition"]) for d in _destinations(configs)] == [(f"{ARN}ship", "OnFailure")]


@pytest.mark.parametrize("qualifier", ["", ":live", ":12", ":$LATEST"])
def test_a_function_is_the_same_under_every_alias(qualifier: str) -> None:
    assert unqualified(f"{ARN}ship{qualifier}") == f"{ARN}ship"


def test_the_dead_letter_target_and_key_of_a_function_are_kept() -> None:
    told = {"FunctionArn": f"{ARN}ship", "FunctionName": "ship", "KMSKeyArn": "arn:aws:kms:eu-west-1:1:key/1"}
    row = _resource(told | {"DeadLetterConfig": {"TargetArn": f"{QUEUE}-dlq"}})
    assert (row.dead_letter_arn, row.kms_key) == (f"{QUEUE}-dlq", told["KMSKeyArn"])


def test_encrypted_filters_that_cannot_be_read_are_hidden_and_a_gap(
    aws: Server, client: Callable[..., Any], collect: Callable[..., Any]
) -> None:
    """The local Lambda knows no keys: the criteria are taken out of its answers instead."""
    function(client, "ship")
    client("sqs").create_queue(QueueName="orders")
    key = "arn:aws:kms:eu-west-1:111111111111:key/1"
    made = client("lambda").create_event_source_mapping(
        EventSourceArn=QUEUE, FunctionName="ship", FilterCriteria={"Filters": [{"Pattern": "{}"}]}
    )
    (outcome,) = collect("functions")
    assert [link.filters_hidden for link in links(outcome, "event-source-mapping")] == [False]
    scope = outcome.scope
    aws.misbehave({"service": "lambda", "operation": "GetEventSourceMapping", "nulls": ["FilterCriteria"]})
    listed = made | {"KMSKeyArn": key, "FilterCriteria": None}
    assert not _with_filters(scope, listed).get("FilterCriteria")
    aws.behave()
    assert _with_filters(scope, listed)["FilterCriteria"] == {"Filters": [{"Pattern": "{}"}]}
    error = {"ErrorCode": "KMSAccessDeniedException", "Message": "no kms:Decrypt"}
    _tell_hidden(scope, listed | {"FilterCriteriaError": error})
    assert [(gap.status, gap.error) for gap in scope.gaps] == [("denied", "KMSAccessDeniedException")]
