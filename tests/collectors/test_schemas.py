"""Schema registries over HTTP: content without values, versions, AWS's own schemas, discoverers."""

import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from collectors.records import Link, Schema, SchemaVersion
from collectors.sample.server import Server
from collectors.schemas import _content, _named_by, names_in
from collectors.scope import Scope

BUS = "arn:aws:events:eu-west-1:111111111111:event-bus/default"
NAMES = {"x-amazon-events-source": "com.acme.orders", "x-amazon-events-detail-type": "Order Placed"}
Call = Callable[..., Any]


def of(rows: list[Any], kind: type) -> list[Any]:
    return [row for row in rows if isinstance(row, kind)]


def content(version: int = 0) -> str:
    event = {"type": "object", "properties": {"id": {"type": "string", "example": "s3cr3t"}}, **NAMES}
    info = {"title": "Order", "version": f"{version}.0.0"}
    return json.dumps(
        {"openapi": "3.0.0", "info": info, "paths": {}, "components": {"schemas": {"AWSEvent": event}}}
    )


@pytest.fixture
def api(client: Call) -> Any:
    made = client("schemas")
    made.create_registry(RegistryName="own")
    return made


def schema(api: Any, name: str, versions: int = 1) -> None:
    where = {"RegistryName": "own", "SchemaName": name}
    api.create_schema(**where, Type="OpenApi3", Content=content())
    for number in range(1, versions):
        api.update_schema(**where, Type="OpenApi3", Content=content(number))


def test_the_latest_content_names_the_event_and_holds_no_example(api: Any, collect: Call) -> None:
    schema(api, "order", versions=3)
    (outcome,) = collect("schemas")
    (row,) = of(outcome.rows, Schema)
    assert (row.registry, row.source, row.detail_type) == ("own", "com.acme.orders", "Order Placed")
    assert (row.version, row.version_count, row.type) == ("3", 3, "OpenApi3")
    assert "s3cr3t" not in row.content
    assert json.loads(row.content)["info"]["version"] == "2.0.0"
    versions = [(one.schema_arn, one.version) for one in of(outcome.rows, SchemaVersion)]
    assert sorted(versions) == [(row.arn, "1"), (row.arn, "2"), (row.arn, "3")]


def test_the_content_of_earlier_versions_is_read_and_holds_no_example(api: Any, collect: Call) -> None:
    schema(api, "order", versions=3)
    (outcome,) = collect("schemas")
    found = {one.version: one.content for one in of(outcome.rows, SchemaVersion)}
    assert {version: text and json.loads(text)["info"]["version"] for version, text in found.items()} == {
        "1": "0.0.0",
        "2": "1.0.0",
        "3": None,  # stands on the schema
    }
    assert "s3cr3t" not in repr(outcome.rows)


def test_earlier_versions_are_read_within_a_budget_and_all_of_a_schema_or_none(
    api: Any, collect: Call
) -> None:
    for name in ("a", "b", "c"):
        schema(api, name, versions=3)
    (outcome,) = collect("schemas", earlier_versions=5)
    with_content = [one.schema_arn for one in of(outcome.rows, SchemaVersion) if one.content]
    assert (len(with_content), len(set(with_content)), outcome.status) == (4, 2, "ok")


def test_a_schema_of_one_version_costs_one_call(aws: Server, api: Any, collect: Call) -> None:
    schema(api, "order")
    (outcome,) = collect("schemas")
    assert [one.version for one in of(outcome.rows, SchemaVersion)] == ["1"]
    assert "ListSchemaVersions" not in {call["operation"] for call in aws.calls()["calls"]}


def test_of_awss_own_registry_only_what_rules_name_is_fetched(api: Any, client: Call, collect: Call) -> None:
    for name in ("aws.s3@ObjectCreated", "aws.s3@ObjectDeleted", "aws.ec2@ObjectCreated"):
        api.create_schema(RegistryName="aws.events", SchemaName=name, Type="OpenApi3", Content=content())
    pattern = {"source": ["aws.s3"], "detail-type": ["Object Created"]}
    client("events").put_rule(Name="uploads", EventPattern=json.dumps(pattern))
    (outcome,) = collect("schemas")
    assert [row.name for row in of(outcome.rows, Schema)] == ["aws.s3@ObjectCreated"]


@pytest.mark.parametrize(
    ("pattern", "wanted"),
    [
        ('{"source": ["aws.ec2"]}', {"aws.ec2": None}),
        ('{"source": ["aws.ec2"], "detail-type": ["A b-c"]}', {"aws.ec2": {"abc"}}),
        ('{"source": ["aws.ec2"], "detail-type": [{"prefix": "A"}]}', {"aws.ec2": None}),
        ('{"source": [{"prefix": "aws."}]}', {}),
        ('{"source": ["com.acme"]}', {}),
        ("not JSON", {}),
        (None, {}),
    ],
)
def test_which_schemas_of_aws_a_pattern_names(pattern: str | None, wanted: object) -> None:
    assert _named_by([{"EventPattern": pattern}]) == wanted


@pytest.mark.parametrize(
    ("told", "names"),
    [
        ({"components": {"schemas": {"AWSEvent": NAMES}}}, ("com.acme.orders", "Order Placed")),
        (NAMES, ("com.acme.orders", "Order Placed")),
        ({"x-amazon-events-source": "a"}, ("a", None)),
        ({"components": None}, (None, None)),
        ([], (None, None)),
    ],
)
def test_source_and_detail_type_come_from_the_content(told: Any, names: object) -> None:
    assert names_in(told) == names


def test_a_discoverer_leads_from_the_bus_to_the_registry(api: Any, collect: Call) -> None:
    api.create_discoverer(SourceArn=BUS)
    (outcome,) = collect("schemas")
    assert [(row.kind, row.from_arn, row.to_arn, row.active) for row in of(outcome.rows, Link)] == [
        ("discoverer", BUS, "arn:aws:schemas:eu-west-1:111111111111:registry/discovered-schemas", True)
    ]


def test_all_pages_are_read(aws: Server, api: Any, collect: Call) -> None:
    for number in range(3):
        schema(api, f"s{number}", versions=2)
    aws.misbehave({"service": "schemas", "one_item_pages": True, "odd_tokens": True})
    (outcome,) = collect("schemas")
    assert sorted(row.name for row in of(outcome.rows, Schema)) == ["s0", "s1", "s2"]
    assert len(of(outcome.rows, SchemaVersion)) == 6


def test_denied_content_is_null_and_the_versions_stay(aws: Server, api: Any, collect: Call) -> None:
    schema(api, "order", versions=2)
    aws.misbehave({"operation": "DescribeSchema", "deny": True})
    (outcome,) = collect("schemas")
    (row,) = of(outcome.rows, Schema)
    assert (row.content, row.version_count, len(of(outcome.rows, SchemaVersion))) == (None, 2, 2)
    assert [(gap.action, gap.subject) for gap in outcome.scope.gaps] == [("schemas:DescribeSchema", row.arn)]


@pytest.mark.parametrize("text", ["{no JSON", "[" * 900 + "]" * 900])
def test_content_that_cannot_be_read_is_null_and_named_by_a_gap(text: str) -> None:
    scope: Any = Scope(SimpleNamespace(), "1", "r", "schemas")  # type: ignore[arg-type] # no call is made
    assert _content(scope, {"Content": text, "SchemaArn": "arn"})["Text"] is None
    assert [(gap.error, gap.subject) for gap in scope.gaps] == [("NotJson", "arn")]


def test_null_members_are_null(aws: Server, api: Any, collect: Call) -> None:
    schema(api, "order")
    aws.misbehave({"service": "schemas", "nulls": ["Content", "Type", "VersionCount", "Description"]})
    (outcome,) = collect("schemas")
    assert [(row.content, row.type, row.version_count) for row in of(outcome.rows, Schema)] == [
        (None, None, 1)
    ]
