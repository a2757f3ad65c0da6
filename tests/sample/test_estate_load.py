"""What boto3 finds in the local AWS after loading is what the estate's data says."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from collectors.sample.estate import every
from collectors.sample.estate.events import EVENT_TYPES
from collectors.sample.estate.place import Place
from collectors.sample.estate.places import CORE_EU, OPS_EU, OPS_US, PLACES, SHOP_EU
from collectors.sample.estate.schemas import schema_name
from collectors.sample.estate.shapes import Bus, Function, Queue, Rule, Subscriber
from collectors.sample.load import environment


def _client(collected: Any, service: str, place: Place) -> Any:
    keys = collected.server.keys(place.account)
    return boto3.client(service, endpoint_url=collected.server.endpoint_url, region_name=place.region, **keys)


def _pages(client: Any, operation: str, key: str, **call: Any) -> list[Any]:
    return [item for page in client.get_paginator(operation).paginate(**call) for item in page.get(key, [])]


def _written(kind: type[Any], place: Place) -> list[Any]:
    return [thing for _, thing in every(kind) if thing.at == place]


@pytest.mark.parametrize("place", PLACES, ids=str)
def test_each_bus_holds_its_rules_with_their_targets_and_patterns(collected: Any, place: Place) -> None:
    events = _client(collected, "events", place)
    for bus in {bus.name for bus in _written(Bus, place)} | {"default"}:
        expected = {rule.name: rule for rule in _written(Rule, place) if rule.bus == bus}
        listed = _pages(events, "list_rules", "Rules", EventBusName=bus)
        found = {rule["Name"]: rule for rule in listed if not rule["Name"].startswith("Events-Archive")}
        assert {n for n, rule in found.items() if rule["State"] == "ENABLED"} >= {
            n for n, rule in expected.items() if rule.enabled
        }
        for name, rule in expected.items():
            assert json.loads(found[name].get("EventPattern", "null")) == rule.pattern
            targets = events.list_targets_by_rule(Rule=name, EventBusName=bus)["Targets"]
            assert len(targets) == len(rule.targets)


@pytest.mark.parametrize("place", PLACES, ids=str)
def test_each_place_holds_its_queues_and_functions(collected: Any, place: Place) -> None:
    urls = _pages(_client(collected, "sqs", place), "list_queues", "QueueUrls")
    functions = _pages(_client(collected, "lambda", place), "list_functions", "Functions")
    assert {url.rsplit("/", 1)[-1] for url in urls} == {queue.name for queue in _written(Queue, place)}
    assert {f["FunctionName"] for f in functions} == {each.name for each in _written(Function, place)}


def test_subscribers_lie_in_the_account_that_made_them(collected: Any) -> None:
    found = {}
    for place in PLACES:
        listed = _pages(_client(collected, "eventbridgev2", place), "list_subscribers", "Subscribers")
        for row in listed:
            found[row["Name"]] = row["SubscriberArn"].split(":")[4]
    assert found == {each.name: each.at.account for _, each in every(Subscriber)}


@pytest.mark.parametrize("place", [SHOP_EU, OPS_EU, CORE_EU], ids=str)
def test_schemas_have_all_their_versions(collected: Any, place: Place) -> None:
    schemas = _client(collected, "schemas", place)
    for event in (event for event in EVENT_TYPES if event.at == place):
        name = {"RegistryName": event.registry, "SchemaName": schema_name(event)}
        versions = _pages(schemas, "list_schema_versions", "SchemaVersions", **name)
        assert len(versions) == len(event.versions), schema_name(event)


def test_one_account_denies_one_call(collected: Any) -> None:
    with pytest.raises(ClientError, match="not authorized"):
        _client(collected, "schemas", OPS_US).list_schemas(RegistryName="discovered-schemas")
    assert _client(collected, "schemas", OPS_EU).list_schemas(RegistryName="discovered-schemas")["Schemas"]


def test_things_carry_their_domain_as_a_tag_but_for_a_few(collected: Any) -> None:
    tagging = _client(collected, "resourcegroupstaggingapi", SHOP_EU)
    rows = _pages(tagging, "get_resources", "ResourceTagMappingList")
    domains = Counter(tag["Value"] for row in rows for tag in row["Tags"] if tag["Key"] == "domain")
    arns = {row["ResourceARN"] for row in rows if row["Tags"]}
    assert {"orders", "catalogue", "customers"} <= set(domains)
    assert SHOP_EU.queue("order-restock") in arns
    assert SHOP_EU.queue("legacy-updates") not in arns


def test_the_trail_names_the_bucket_and_its_files_are_there(collected: Any) -> None:
    (trail,) = _client(collected, "cloudtrail", CORE_EU).describe_trails()["trailList"]
    s3 = _client(collected, "s3", CORE_EU)
    keys = [row["Key"] for row in _pages(s3, "list_objects_v2", "Contents", Bucket=trail["S3BucketName"])]
    assert len(keys) > 20
    assert all(Path(key).name.endswith(".json.gz") for key in keys)


def test_the_environment_names_every_account_and_region() -> None:
    told = environment()
    places = {
        (a, r) for a in told["HEADWATER_ACCOUNTS"].split(",") for r in told["HEADWATER_REGIONS"].split(",")
    }
    assert places == {(place.account, place.region) for place in PLACES}
