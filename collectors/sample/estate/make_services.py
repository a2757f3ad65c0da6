"""Queues, topics, functions, streams, …: the things events end in, as calls to AWS. One function a kind."""

import io
import json
import zipfile
from collections.abc import Mapping
from typing import Any

from collectors.sample.estate.calls import Client, Made, pairs, policy
from collectors.sample.estate.shapes import (
    Bucket,
    DeliveryStream,
    EventSourceMapping,
    Function,
    LogGroup,
    Queue,
    StateMachine,
    Stream,
    TaskFamily,
    Topic,
    TopicSubscription,
)


def make_queue(client: Client, _: Made, thing: Queue, tags: Mapping[str, str]) -> None:
    """A queue with its redrive and who may send to it."""
    attributes = {"VisibilityTimeout": "60", "MessageRetentionPeriod": "345600"}
    if thing.dead_letter:
        redrive = {
            "deadLetterTargetArn": thing.at.queue(thing.dead_letter),
            "maxReceiveCount": thing.max_receives,
        }
        attributes["RedrivePolicy"] = json.dumps(redrive)
    if thing.fed_by:
        arn = thing.at.queue(thing.name)
        attributes["Policy"] = policy(arn, "sqs:SendMessage", {"Service": list(thing.fed_by)})
    client("sqs").create_queue(QueueName=thing.name, Attributes=attributes, tags=dict(tags))


def make_topic(client: Client, _: Made, thing: Topic, tags: Mapping[str, str]) -> None:
    """A topic that EventBridge may publish to."""
    allowed = policy(thing.at.topic(thing.name), "sns:Publish", {"Service": "events.amazonaws.com"})
    client("sns").create_topic(Name=thing.name, Attributes={"Policy": allowed}, Tags=pairs(tags))


def make_topic_subscription(client: Client, _: Made, thing: TopicSubscription, __: Mapping[str, str]) -> None:
    """A subscription with its filter policy, raw delivery and dead-letter queue."""
    attributes: dict[str, str] = {}
    if thing.policy is not None:
        attributes |= {"FilterPolicy": json.dumps(thing.policy), "FilterPolicyScope": thing.scope}
    if thing.raw:
        attributes["RawMessageDelivery"] = "true"
    if thing.dead_letter:
        attributes["RedrivePolicy"] = json.dumps({"deadLetterTargetArn": thing.dead_letter})
    client("sns").subscribe(
        TopicArn=thing.topic,
        Protocol=thing.protocol,
        Endpoint=thing.endpoint,
        Attributes=attributes,
        ReturnSubscriptionArn=True,
    )
    if thing.protocol == "lambda":
        grant(client, thing.endpoint, "sns.amazonaws.com", thing.topic)


def _zip() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("app.py", "def handler(event, context):\n    return event\n")
    return buffer.getvalue()


_CODE = _zip()


def make_function(client: Client, _: Made, thing: Function, tags: Mapping[str, str]) -> None:
    """A function with its versions, aliases and async destinations."""
    api = client("lambda")
    call: dict[str, Any] = {
        "FunctionName": thing.name,
        "Runtime": "python3.13",
        "Role": thing.at.role(thing.role_name),
        "Handler": "app.handler",
        "Code": {"ZipFile": _CODE},
        "Tags": dict(tags),
        "Timeout": 30,
    }
    if thing.dead_letter:
        call["DeadLetterConfig"] = {"TargetArn": thing.dead_letter}
    api.create_function(**call)
    for number in range(thing.versions):
        # a version is only made when something changed since the last
        api.update_function_configuration(FunctionName=thing.name, Description=f"release {number + 1}")
        api.publish_version(FunctionName=thing.name)
    for alias in thing.aliases:
        api.create_alias(FunctionName=thing.name, Name=alias, FunctionVersion=str(thing.versions))
    ends = {"OnSuccess": thing.on_success, "OnFailure": thing.on_failure}
    chosen = {name: {"Destination": arn} for name, arn in ends.items() if arn}
    if chosen:
        api.put_function_event_invoke_config(
            FunctionName=thing.name, MaximumRetryAttempts=2, DestinationConfig=chosen
        )


def make_mapping(client: Client, _: Made, thing: EventSourceMapping, __: Mapping[str, str]) -> None:
    """What a function reads."""
    call: dict[str, Any] = {
        "EventSourceArn": thing.source,
        "FunctionName": thing.function,
        "Enabled": thing.enabled,
        "BatchSize": 10,
    }
    if thing.filters:
        call["FilterCriteria"] = {"Filters": [{"Pattern": json.dumps(f)} for f in thing.filters]}
    if ":kinesis:" in thing.source:
        call["StartingPosition"] = "LATEST"
    client("lambda").create_event_source_mapping(**call)


def make_state_machine(client: Client, _: Made, thing: StateMachine, tags: Mapping[str, str]) -> None:
    """A state machine of one state; one that puts an event says which in its definition."""
    state: dict[str, Any] = {"Type": "Pass", "End": True}
    if thing.puts:
        bus, source, detail_type = thing.puts
        entry = {"EventBusName": bus, "Source": source, "DetailType": detail_type, "Detail.$": "$"}
        state = {
            "Type": "Task",
            "Resource": "arn:aws:states:::events:putEvents",
            "Parameters": {"Entries": [entry]},
            "End": True,
        }
    client("stepfunctions").create_state_machine(
        name=thing.name,
        definition=json.dumps({"StartAt": "Do", "States": {"Do": state}}),
        roleArn=thing.at.role(f"{thing.name}-role"),
        tags=pairs(tags, "key", "value"),
    )


def make_stream(client: Client, _: Made, thing: Stream, tags: Mapping[str, str]) -> None:
    """A stream of one shard."""
    client("kinesis").create_stream(StreamName=thing.name, ShardCount=1, Tags=dict(tags))


def make_delivery_stream(client: Client, _: Made, thing: DeliveryStream, tags: Mapping[str, str]) -> None:
    """A delivery stream into a bucket, put directly or fed from a stream."""
    role = thing.at.role("write-lake")
    call: dict[str, Any] = {"DeliveryStreamType": "DirectPut"}
    if thing.source:
        fed = {"KinesisStreamARN": thing.at.stream(thing.source), "RoleARN": role}
        call = {"DeliveryStreamType": "KinesisStreamAsSource", "KinesisStreamSourceConfiguration": fed}
    client("firehose").create_delivery_stream(
        DeliveryStreamName=thing.name,
        ExtendedS3DestinationConfiguration={"RoleARN": role, "BucketARN": f"arn:aws:s3:::{thing.bucket}"},
        Tags=pairs(tags),
        **call,
    )


def make_bucket(client: Client, _: Made, thing: Bucket, __: Mapping[str, str]) -> None:
    """A bucket; us-east-1 is S3's unnamed region."""
    where = {"LocationConstraint": thing.at.region}
    call = {} if thing.at.region == "us-east-1" else {"CreateBucketConfiguration": where}
    client("s3").create_bucket(Bucket=thing.name, **call)
    if thing.notifies:
        client("s3").put_bucket_notification_configuration(
            Bucket=thing.name, NotificationConfiguration={"EventBridgeConfiguration": {}}
        )


def make_task_family(client: Client, _: Made, thing: TaskFamily, tags: Mapping[str, str]) -> None:
    """A task definition of one container, as often as it has revisions."""
    for _revision in range(thing.revisions):
        client("ecs").register_task_definition(
            family=thing.name,
            taskRoleArn=thing.at.role(f"{thing.name}-task-role"),
            containerDefinitions=[{"name": thing.name, "image": "acme/job:1", "memory": 512}],
            tags=pairs(tags, "key", "value"),
        )


def make_log_group(client: Client, _: Made, thing: LogGroup, tags: Mapping[str, str]) -> None:
    """A log group."""
    client("logs").create_log_group(logGroupName=thing.name, tags=dict(tags))


def grant(client: Client, function_arn: str, service: str, source_arn: str) -> None:
    """Let a rule or a topic invoke a function, or the one version or alias of it that it targets."""
    name, *qualifier = function_arn.split(":", 6)[6].split(":")
    call = {"Qualifier": qualifier[0]} if qualifier else {}
    client("lambda").add_permission(
        FunctionName=name,
        StatementId=source_arn.rsplit(":", 1)[-1].replace("/", "-").replace(".", "-"),
        Action="lambda:InvokeFunction",
        Principal=service,
        SourceArn=source_arn,
        **call,
    )
