"""The stand-in for the new buses: ARNs with an id, subscribers of other accounts, filters, policies, revocation."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

Client = Callable[..., Any]
QUEUE = "arn:aws:sqs:eu-west-1:222222222222:orders"
ROLE = "arn:aws:iam::222222222222:role/deliver"
SHARED = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "share",
            "Effect": "Allow",
            "Principal": {"AWS": "arn:aws:iam::222222222222:root"},
            "Action": "events:*",
            "Resource": "*",
        }
    ],
}


@pytest.fixture
def bus(client: Client) -> str:
    """The ARN of a bus of the home account, shared with the other one."""
    api = client("eventbridgev2")
    arn: str = api.create_event_bus(Name="orders", StorageConfiguration={"RetentionPeriodInDays": 7})[
        "EventBusArn"
    ]
    api.put_resource_policy(ResourceArn=arn, PolicyDocument=json.dumps(SHARED))
    return arn


def subscribe(
    client: Client, bus: str, name: str = "stock", account: str = "222222222222", **more: Any
) -> str:
    made = client("eventbridgev2", account).create_subscriber(
        Name=name, EventBusArn=bus, InvokeConfiguration={"TargetArn": QUEUE, "RoleArn": ROLE}, **more
    )
    arn: str = made["SubscriberArn"]
    return arn


def test_a_name_used_again_makes_another_arn(client: Client, bus: str) -> None:
    api = client("eventbridgev2")
    api.delete_event_bus(EventBusArn=bus)
    again = api.create_event_bus(Name="orders")["EventBusArn"]
    assert again != bus
    assert again.rsplit("/", 1)[0] == bus.rsplit("/", 1)[0]
    with pytest.raises(api.exceptions.ResourceNotFoundException):
        api.describe_event_bus(EventBusArn=bus)


def test_everything_of_a_subscriber_comes_back(client: Client, bus: str) -> None:
    filters = [
        {"Scope": "DATA", "Pattern": '{"source": ["orders"]}'},
        {"Scope": "SYSTEM_METADATA", "Pattern": '{"aws:DetailType": ["OrderPlaced"]}'},
    ]
    given = {
        "FilterConfiguration": {"Language": "EVENT_BRIDGE_PATTERN", "Filters": filters},
        "RetryPolicy": {"MaxRetryAttempts": 5, "MaxEventAgeInSeconds": 3600},
        "OnFailureConfiguration": {"Arn": f"{QUEUE}-dlq"},
        "Transformer": {"Type": "JSONATA", "JsonataConfiguration": {"Expression": "{% $ %}"}},
        "LogConfiguration": {"Level": "ERROR"},
        "Description": "stock",
        "State": "STOPPED",
    }
    arn = subscribe(client, bus, **given, Tags={"team": "stock"})
    told = client("eventbridgev2", "222222222222").describe_subscriber(SubscriberArn=arn)
    assert {name: told[name] for name in given} == given
    assert (told["EventBusArn"], told["Revoked"], told["InvokeConfiguration"]["TargetArn"]) == (
        bus,
        False,
        QUEUE,
    )
    tags = client("eventbridgev2", "222222222222").list_tags_for_resource(ResourceArn=arn)
    assert tags["Tags"] == {"team": "stock"}


def test_the_bus_owner_sees_subscribers_of_every_account_and_the_consumer_its_own(
    client: Client, bus: str
) -> None:
    theirs, ours = subscribe(client, bus), subscribe(client, bus, "own", "111111111111")
    owner, consumer = client("eventbridgev2"), client("eventbridgev2", "222222222222")
    seen = owner.list_subscribers(EventBusArn=bus)["Subscribers"]
    assert {(row["SubscriberArn"], row["SubscriberAccountId"], row["TargetArn"]) for row in seen} == {
        (theirs, "222222222222", QUEUE),
        (ours, "111111111111", QUEUE),
    }
    assert [row["SubscriberArn"] for row in owner.list_subscribers()["Subscribers"]] == [ours]
    assert [row["SubscriberArn"] for row in consumer.list_subscribers(EventBusArn=bus)["Subscribers"]] == [
        theirs
    ]
    assert owner.describe_subscriber(SubscriberArn=theirs)["Name"] == "stock"
    with pytest.raises(consumer.exceptions.ResourceNotFoundException):
        consumer.describe_subscriber(SubscriberArn=ours)


def test_a_revoked_subscriber_is_marked_for_good(client: Client, bus: str) -> None:
    arn = subscribe(client, bus)
    client("eventbridgev2").revoke_resource(Arn=arn)
    consumer = client("eventbridgev2", "222222222222")
    assert consumer.describe_subscriber(SubscriberArn=arn)["Revoked"] is True
    with pytest.raises(consumer.exceptions.InvalidStateException):
        consumer.update_subscriber(SubscriberArn=arn, State="RUNNING")
    with pytest.raises(consumer.exceptions.ResourceNotFoundException):
        consumer.revoke_resource(Arn=arn)


def test_a_bus_shared_by_a_policy_can_be_described_and_another_cannot(client: Client, bus: str) -> None:
    assert client("eventbridgev2", "222222222222").describe_event_bus(EventBusArn=bus)["Name"] == "orders"
    stranger = client("eventbridgev2", "333333333333")
    with pytest.raises(stranger.exceptions.AccessDeniedException):
        stranger.describe_event_bus(EventBusArn=bus)


def test_policies_are_listed_by_name_and_read_one_by_one(client: Client, bus: str) -> None:
    api = client("eventbridgev2")
    [row] = api.list_resource_policies(ResourceArn=bus)["PolicySummaries"]
    told = api.get_resource_policy(ResourceArn=bus, PolicyName=row["PolicyName"])
    assert (row["PolicyName"], json.loads(told["PolicyDocument"])) == ("default", SHARED)
    assert told["RevisionId"] == row["RevisionId"]


def test_event_sources_tell_their_kind_and_keep_secrets_to_themselves(client: Client, bus: str) -> None:
    api = client("eventbridgev2")
    made = api.create_event_source(
        Name="s3", EventBusArn=bus, Configuration={"AwsServiceEventsConfiguration": {"AwsService": "aws.s3"}}
    )
    token = {
        "StaticTokenAuthConfiguration": {
            "TokenHttpHeader": "x-token",
            "SecretValue": "testing-testing-testing",
        }
    }
    hook = {"AuthConfiguration": token, "RoleArn": ROLE}
    api.create_event_source(Name="hook", EventBusArn=bus, Configuration={"WebhookEventsConfiguration": hook})
    rows = api.list_event_sources(EventBusArn=bus)["EventSources"]
    assert {(row["Name"], row["Type"], row["State"]) for row in rows} == {
        ("s3", "AWS_SERVICE_EVENTS", "ACTIVE"),
        ("hook", "WEBHOOK_EVENTS", "ACTIVE"),
    }
    assert ":event-sourcev2/aws.service/s3/" in made["EventSourceArn"]
    told = [api.describe_event_source(EventSourceArn=row["EventSourceArn"]) for row in rows]
    assert "testing-testing" not in str(told)


def refused(call: Callable[..., Any], **arguments: Any) -> str:
    with pytest.raises(ClientError) as error:
        call(**arguments)
    code: str = error.value.response["Error"]["Code"]
    return code


def test_input_is_checked_as_the_model_says(client: Client, bus: str) -> None:
    api = client("eventbridgev2")
    wild = {"Filters": [{"Scope": "DATA", "Pattern": '{"source": [{"wildcard": "a*"}]}'}]}
    twice = {"Filters": [{"Scope": "DATA", "Pattern": '{"source": ["a"]}'}] * 2}
    invoke = {"TargetArn": QUEUE, "RoleArn": ROLE}
    public = {"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "events:*", "Resource": "*"}]}
    assert [
        refused(api.create_event_bus, Name="has space"),
        refused(api.create_event_bus, Name="orders"),
        refused(
            api.describe_event_bus, EventBusArn="arn:aws:events:eu-west-1:111111111111:event-bus/default"
        ),
        refused(api.describe_event_bus, EventBusArn=bus[:-1] + ("a" if bus[-1] != "a" else "b")),
        refused(
            api.create_subscriber,
            Name="s",
            EventBusArn=bus,
            InvokeConfiguration=invoke,
            FilterConfiguration=wild,
        ),
        refused(
            api.create_subscriber,
            Name="s",
            EventBusArn=bus,
            InvokeConfiguration=invoke,
            FilterConfiguration=twice,
        ),
        refused(api.put_resource_policy, ResourceArn=bus, PolicyDocument=json.dumps(public)),
        refused(api.delete_event_source, EventSourceArn="nonsense"),
    ] == [
        "InvalidInputException",
        "ResourceAlreadyExistsException",
        "InvalidInputException",
        "ResourceNotFoundException",
        "InvalidInputException",
        "InvalidInputException",
        "PublicPolicyException",
        "InvalidInputException",
    ]
    subscribe(client, bus)
    assert refused(api.delete_event_bus, EventBusArn=bus) == "InvalidStateException"


def test_a_client_token_makes_a_thing_once(client: Client) -> None:
    api = client("eventbridgev2")
    first = api.create_event_bus(Name="orders", ClientToken="again")
    assert api.create_event_bus(Name="orders", ClientToken="again")["EventBusArn"] == first["EventBusArn"]
    assert (
        refused(api.create_event_bus, Name="other", ClientToken="again")
        == "IdempotentParameterMismatchException"
    )
