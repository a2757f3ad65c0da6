"""The stand-in for EventBridge Schemas behaves as the registry does."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

Client = Callable[..., Any]
V1 = json.dumps({"openapi": "3.0.0", "info": {"title": "OrderPlaced"}})
V2 = json.dumps(
    {"openapi": "3.0.0", "info": {"title": "OrderPlaced"}, "components": {"schemas": {"Total": {}}}}
)


@pytest.fixture
def schemas(client: Client) -> Any:
    """A client, and a registry `acme` with one schema."""
    api = client("schemas")
    api.create_registry(RegistryName="acme", Description="ours", Tags={"team": "orders"})
    api.create_schema(
        RegistryName="acme",
        SchemaName="acme.orders@OrderPlaced",
        Type="OpenApi3",
        Content=V1,
        Tags={"a": "b"},
    )
    return api


def test_aws_events_and_discovered_schemas_exist_in_every_place(client: Client) -> None:
    for account, region in (("111111111111", "eu-west-1"), ("222222222222", "us-east-1")):
        api = client("schemas", account, region)
        names = [row["RegistryName"] for row in api.list_registries()["Registries"]]
        assert names == ["aws.events", "discovered-schemas"]
    own = client("schemas").list_registries(Scope="LOCAL")["Registries"]
    assert [row["RegistryArn"] for row in own] == [
        "arn:aws:schemas:eu-west-1:111111111111:registry/discovered-schemas"
    ]


def test_new_content_makes_a_version_and_the_same_content_makes_none(schemas: Any) -> None:
    one = {"RegistryName": "acme", "SchemaName": "acme.orders@OrderPlaced"}
    assert schemas.update_schema(**one, Content=V1)["SchemaVersion"] == "1"
    assert schemas.update_schema(**one, Content=V2)["SchemaVersion"] == "2"
    versions = [row["SchemaVersion"] for row in schemas.list_schema_versions(**one)["SchemaVersions"]]
    assert versions == ["2", "1"]
    assert schemas.describe_schema(**one)["Content"] == V2
    assert schemas.describe_schema(**one, SchemaVersion="1")["Content"] == V1
    [row] = schemas.list_schemas(RegistryName="acme")["Schemas"]
    assert (row["VersionCount"], row["Tags"]) == (2, {"a": "b"})
    assert row["LastModified"].utcoffset() is not None


def test_a_number_of_a_deleted_version_is_not_used_again(schemas: Any) -> None:
    one = {"RegistryName": "acme", "SchemaName": "acme.orders@OrderPlaced"}
    schemas.update_schema(**one, Content=V2)
    schemas.delete_schema_version(**one, SchemaVersion="2")
    assert schemas.update_schema(**one, Content=V2)["SchemaVersion"] == "3"


def test_search_finds_words_of_name_and_content_whatever_the_case(schemas: Any) -> None:
    assert schemas.search_schemas(RegistryName="acme", Keywords="orderplaced OPENAPI")["Schemas"]
    assert schemas.search_schemas(RegistryName="acme", Keywords="refund")["Schemas"] == []


def test_a_discoverer_starts_and_stops_and_there_is_one_for_a_bus(schemas: Any) -> None:
    bus = "arn:aws:events:eu-west-1:111111111111:event-bus/default"
    made = schemas.create_discoverer(SourceArn=bus, Tags={"a": "b"})
    schemas.stop_discoverer(DiscovererId=made["DiscovererId"])
    [row] = schemas.list_discoverers(SourceArnPrefix=bus)["Discoverers"]
    assert (row["State"], row["SourceArn"], row["CrossAccount"]) == ("STOPPED", bus, True)
    with pytest.raises(schemas.exceptions.ConflictException):
        schemas.create_discoverer(SourceArn=bus)


ERRORS = [
    ("list_schemas", {"RegistryName": "nope"}, "NotFoundException"),
    ("describe_schema", {"RegistryName": "acme", "SchemaName": "nope"}, "NotFoundException"),
    (
        "describe_schema",
        {"RegistryName": "acme", "SchemaName": "acme.orders@OrderPlaced", "SchemaVersion": "9"},
        "NotFoundException",
    ),
    ("create_registry", {"RegistryName": "acme"}, "ConflictException"),
    ("create_registry", {"RegistryName": "aws.mine"}, "ForbiddenException"),
    (
        "create_schema",
        {"RegistryName": "acme", "SchemaName": "x", "Type": "OpenApi3", "Content": "not JSON"},
        "BadRequestException",
    ),
    (
        "create_schema",
        {"RegistryName": "acme", "SchemaName": "x", "Type": "Avro", "Content": "{}"},
        "BadRequestException",
    ),
    ("get_resource_policy", {"RegistryName": "acme"}, "NotFoundException"),
    ("describe_discoverer", {"DiscovererId": "nope"}, "NotFoundException"),
    (
        "list_tags_for_resource",
        {"ResourceArn": "arn:aws:schemas:eu-west-1:1:registry/x"},
        "NotFoundException",
    ),
]


@pytest.mark.parametrize(("call", "arguments", "code"), ERRORS)
def test_what_is_not_there_or_not_allowed_is_a_modelled_error(
    schemas: Any, call: str, arguments: dict[str, Any], code: str
) -> None:
    with pytest.raises(ClientError) as refused:
        getattr(schemas, call)(**arguments)
    assert refused.value.response["Error"]["Code"] == code
