"""What the local AWS does as AWS and not as moto."""

import json
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from collectors.sample.server import Server

Client = Callable[..., Any]
QUEUE = "arn:aws:sqs:eu-west-1:111111111111:orders"
PATTERN = '{"source": ["orders"], "detail": {"total": [{"numeric": [">", 3e2]}]}}'


def test_a_bus_keeps_its_logging_and_its_description(client: Client) -> None:
    events = client("events")
    dead = {"Arn": f"{QUEUE}-dlq"}
    logs = {"Level": "INFO", "IncludeDetail": "FULL"}
    events.create_event_bus(Name="orders", LogConfig=logs, DeadLetterConfig=dead, Description="one")
    events.update_event_bus(Name="orders", Description="two")
    told = events.describe_event_bus(Name="orders")
    assert (told["LogConfig"], told["DeadLetterConfig"], told["Description"]) == (logs, dead, "two")
    rows = {row["Name"]: row for row in events.list_event_buses()["EventBuses"]}
    assert rows["orders"]["Description"] == "two"
    assert "CreationTime" in rows["default"]
    assert "LogConfig" not in rows["orders"]


def test_a_rule_takes_five_targets_and_no_more(client: Client) -> None:
    events = client("events")
    events.put_rule(Name="orders", EventPattern=PATTERN)
    five = [{"Id": str(number), "Arn": QUEUE} for number in range(5)]
    events.put_targets(Rule="orders", Targets=five)
    events.put_targets(Rule="orders", Targets=five[:1])
    with pytest.raises(events.exceptions.LimitExceededException):
        events.put_targets(Rule="orders", Targets=[{"Id": "6", "Arn": QUEUE}])
    assert len(events.list_targets_by_rule(Rule="orders")["Targets"]) == 5


@pytest.mark.parametrize(
    ("service", "resource", "refused"),
    [
        ("kinesis", "stream/stock", True),
        ("firehose", "deliverystream/lake", True),
        ("states", "stateMachine:refund", True),
        ("ecs", "cluster/jobs", True),
        ("events", "api-destination/erp/11111111-1111-1111-1111-111111111111", True),
        ("events", "event-bus/other", False),
        ("lambda", "function:mail", False),
        ("sns", "orders", False),
    ],
)
def test_a_target_that_is_reached_by_a_role_is_refused_without_one(
    client: Client,
    service: str,
    resource: str,
    refused: bool,  # noqa: FBT001 - a column of the table
) -> None:
    events = client("events")
    events.put_rule(Name="orders", EventPattern=PATTERN)
    arn = f"arn:aws:{service}:eu-west-1:111111111111:{resource}"
    role = "arn:aws:iam::111111111111:role/deliver"
    if refused:
        with pytest.raises(ClientError, match=f"RoleArn is required for target {arn}"):
            events.put_targets(Rule="orders", Targets=[{"Id": "1", "Arn": QUEUE}, {"Id": "2", "Arn": arn}])
        assert events.list_targets_by_rule(Rule="orders")["Targets"] == []
    events.put_targets(
        Rule="orders", Targets=[{"Id": "2", "Arn": arn, **({"RoleArn": role} if refused else {})}]
    )
    [kept] = events.list_targets_by_rule(Rule="orders")["Targets"]
    assert (kept["Arn"], kept.get("RoleArn")) == (arn, role if refused else None)


def test_a_pattern_comes_back_as_it_was_written(client: Client) -> None:
    client("events").put_rule(Name="orders", EventPattern=PATTERN)
    assert client("events").list_rules()["Rules"][0]["EventPattern"] == PATTERN


def test_rules_of_one_name_on_two_buses_keep_their_own_tags(client: Client) -> None:
    events = client("events")
    events.create_event_bus(Name="other")
    for bus in ("default", "other"):
        events.put_rule(
            Name="audit", EventBusName=bus, EventPattern=PATTERN, Tags=[{"Key": "bus", "Value": bus}]
        )
    arn = "arn:aws:events:eu-west-1:111111111111:rule/other/audit"
    assert events.list_tags_for_resource(ResourceARN=arn)["Tags"] == [{"Key": "bus", "Value": "other"}]
    found = client("resourcegroupstaggingapi").get_resources(TagFilters=[{"Key": "bus", "Values": ["other"]}])
    assert [row["ResourceARN"] for row in found["ResourceTagMappingList"]] == [arn]


def test_tags_of_every_kind_of_resource_are_found(client: Client) -> None:
    tag = [{"Key": "team", "Value": "orders"}]
    client("events").create_event_bus(Name="orders", Tags=tag)
    client("events").put_rule(Name="orders", EventPattern=PATTERN, Tags=tag)
    client("sqs").create_queue(QueueName="orders", tags={"team": "orders"})
    client("sns").create_topic(Name="orders", Tags=tag)
    client("eventbridgev2").create_event_bus(Name="orders", Tags={"team": "orders"})
    client("schemas").create_registry(RegistryName="orders", Tags={"team": "orders"})
    client("scheduler").create_schedule_group(Name="orders", Tags=tag)
    client("kinesis").create_stream(StreamName="orders", ShardCount=1, Tags={"team": "orders"})
    client("pipes").create_pipe(
        Name="orders",
        Source=QUEUE,
        Target=QUEUE,
        RoleArn="arn:aws:iam::111111111111:role/r",
        Tags={"team": "orders"},
    )
    tagging = client("resourcegroupstaggingapi")
    pages = tagging.get_paginator("get_resources").paginate(TagFilters=[{"Key": "team"}])
    kinds = sorted(
        row["ResourceARN"].split(":", 2)[2] for page in pages for row in page["ResourceTagMappingList"]
    )
    assert [kind.rsplit("orders", 1)[0].replace(":eu-west-1:111111111111:", " ") for kind in kinds] == [
        "events event-bus/",
        "events event-busv2/",
        "events rule/",
        "kinesis stream/",
        "pipes pipe/",
        "scheduler schedule-group/",
        "schemas registry/",
        "sns ",
        "sqs ",
    ]
    only = tagging.get_resources(ResourceTypeFilters=["events:rule"])["ResourceTagMappingList"]
    assert [row["ResourceARN"] for row in only] == ["arn:aws:events:eu-west-1:111111111111:rule/orders"]


def test_a_partner_source_waits_for_its_bus(client: Client, server: Server) -> None:
    name = "aws.partner/example.com/1/orders"
    place = {"account": "111111111111", "region": "eu-west-1"}
    server.control("POST", "partner-sources", place | {"names": [name]})
    events = client("events")
    [offered] = events.list_event_sources()["EventSources"]
    assert (offered["Name"], offered["CreatedBy"], offered["State"]) == (name, "example.com", "PENDING")
    assert offered["Arn"] == f"arn:aws:events:eu-west-1::event-source/{name}"
    events.create_event_bus(Name=name, EventSourceName=name)
    events.put_rule(Name="take", EventBusName=name, EventPattern=PATTERN)
    assert events.list_event_sources()["EventSources"][0]["State"] == "ACTIVE"
    arn = f"arn:aws:events:eu-west-1:111111111111:event-bus/{name}"
    assert [rule["Name"] for rule in events.list_rules(EventBusName=arn)["Rules"]] == ["take"]


def test_a_pipe_made_to_stand_still_does(client: Client) -> None:
    criteria = {"FilterCriteria": {"Filters": [{"Pattern": '{"body": {"a": [1]}}'}]}}
    client("pipes").create_pipe(
        Name="orders",
        Source=QUEUE,
        Target=QUEUE,
        RoleArn="arn:aws:iam::111111111111:role/r",
        SourceParameters=criteria,
        DesiredState="STOPPED",
    )
    assert client("pipes").list_pipes()["Pipes"][0]["CurrentState"] == "STOPPED"
    told = client("pipes").describe_pipe(Name="orders")
    assert (told["CurrentState"], told["SourceParameters"]) == ("STOPPED", criteria)


def test_a_bucket_tells_that_its_events_go_to_eventbridge(client: Client) -> None:
    s3 = client("s3")
    s3.create_bucket(Bucket="orders-files", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    assert "EventBridgeConfiguration" not in s3.get_bucket_notification_configuration(Bucket="orders-files")
    s3.put_bucket_notification_configuration(
        Bucket="orders-files", NotificationConfiguration={"EventBridgeConfiguration": {}}
    )
    assert "EventBridgeConfiguration" in s3.get_bucket_notification_configuration(Bucket="orders-files")


def test_queues_are_stamped_in_whole_seconds(client: Client) -> None:
    url = client("sqs").create_queue(QueueName="orders")["QueueUrl"]
    told = client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert told["CreatedTimestamp"].isdigit()


def test_events_are_accepted_or_refused_one_by_one(client: Client) -> None:
    good = {"Source": "orders", "DetailType": "OrderPlaced", "Detail": "{}"}
    answer = client("events").put_events(
        Entries=[good, good | {"Detail": "no JSON"}, good | {"Source": "aws.mine"}, {"Source": "orders"}]
    )
    assert answer["FailedEntryCount"] == 3
    assert [entry.get("ErrorCode") for entry in answer["Entries"]] == [
        None,
        "MalformedDetail",
        "NotAuthorizedForSourceException",
        "InvalidArgument",
    ]


def test_an_account_outside_an_organization_is_told_so(client: Client) -> None:
    organizations = client("organizations")
    with pytest.raises(organizations.exceptions.AWSOrganizationsNotInUseException):
        organizations.list_accounts()


def test_accounts_and_regions_do_not_see_each_other(client: Client) -> None:
    for service, make, arguments, listing, key in [
        ("events", "create_event_bus", {"Name": "x"}, "list_event_buses", "EventBuses"),
        ("sqs", "create_queue", {"QueueName": "x"}, "list_queues", "QueueUrls"),
        ("schemas", "create_registry", {"RegistryName": "x"}, "list_registries", "Registries"),
        ("eventbridgev2", "create_event_bus", {"Name": "x"}, "list_event_buses", "EventBuses"),
    ]:
        before = len(getattr(client(service), listing)().get(key, []))
        getattr(client(service), make)(**arguments)
        assert len(getattr(client(service), listing)()[key]) == before + 1
        for account, region in (("222222222222", "eu-west-1"), ("111111111111", "us-east-1")):
            assert len(getattr(client(service, account, region), listing)().get(key, [])) == before, service


def test_keys_of_an_assumed_role_belong_to_its_account(client: Client, server: Server) -> None:
    client("iam", "222222222222").create_role(RoleName="HeadwaterRead", AssumeRolePolicyDocument="{}")
    given = client("sts").assume_role(
        RoleArn="arn:aws:iam::222222222222:role/HeadwaterRead", RoleSessionName="test"
    )["Credentials"]
    client("events", "222222222222").create_event_bus(Name="theirs")
    client("schemas", "222222222222").create_registry(RegistryName="theirs")
    session = boto3.Session(
        given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"], "eu-west-1"
    )
    assert (
        session.client("sts", endpoint_url=server.endpoint_url).get_caller_identity()["Account"]
        == "222222222222"
    )
    buses = session.client("events", endpoint_url=server.endpoint_url).list_event_buses()["EventBuses"]
    registries = session.client("schemas", endpoint_url=server.endpoint_url).list_registries()["Registries"]
    assert "theirs" in [bus["Name"] for bus in buses]
    assert "theirs" in [registry["RegistryName"] for registry in registries]


def test_a_role_that_does_not_exist_cannot_be_assumed(client: Client) -> None:
    client("iam", "222222222222").create_role(RoleName="HeadwaterRead", AssumeRolePolicyDocument="{}")
    with pytest.raises(ClientError) as denied:
        client("sts").assume_role(RoleArn="arn:aws:iam::222222222222:role/Other", RoleSessionName="test")
    assert denied.value.response["Error"]["Code"] == "AccessDenied"


def test_a_queue_policy_and_a_filter_policy_come_back_whole(client: Client) -> None:
    topic = client("sns").create_topic(Name="orders")["TopicArn"]
    given = {
        "FilterPolicy": json.dumps({"total": [{"numeric": [">", 100]}]}),
        "FilterPolicyScope": "MessageBody",
        "RawMessageDelivery": "true",
        "RedrivePolicy": json.dumps({"deadLetterTargetArn": f"{QUEUE}-dlq"}),
    }
    client("sqs").create_queue(QueueName="orders")
    made = client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=QUEUE, Attributes=given)
    told = client("sns").get_subscription_attributes(SubscriptionArn=made["SubscriptionArn"])["Attributes"]
    assert {name: told[name] for name in given} == given
