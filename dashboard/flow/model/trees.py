"""What an event becomes on its way: each function takes the tree that enters a hop and gives the one that leaves it.

Shapes are those of AWS's own documents: the SNS notification, the SQS and Kinesis record of Lambda and Pipes.
What is not known stays UNKNOWN, so that a later filter answers "sometimes" and never guesses.
"""

from collections.abc import Mapping
from typing import Any

from dashboard.flow.model.matching import UNKNOWN, Json, Obj, TypeTree
from dashboard.flow.patterns.partial import UNKNOWN_STRING, Maybe, event_tree

Row = Mapping[str, Any]


def of_type(source: str, detail_type: str) -> Any:
    """Any event of the type: source and detail type known, all else not."""
    return TypeTree(event_tree(source, detail_type).known, (source, detail_type))


def any_event() -> Any:
    """An event of which nothing is known: what passes it for certain takes everything."""
    return Obj(
        {**event_tree("", "").known, "source": UNKNOWN_STRING, "detail-type": UNKNOWN_STRING}, open=False
    )


def of_event(event: Mapping[str, Any], account: str | None, region: str | None) -> Any:
    """A concrete event; envelope fields it leaves out are filled in from the bus, id and time as any may be."""
    filled: dict[str, Any] = {
        "version": "0",
        "id": UNKNOWN_STRING,
        "time": UNKNOWN_STRING,
        "account": account or UNKNOWN,
        "region": region or UNKNOWN,
        "resources": [],
        "detail": {},
    }
    return Obj(filled | dict(event), open=False)


def part(tree: Any, name: str) -> Any:
    """A field of the tree; UNKNOWN where it may or may not be there."""
    if isinstance(tree, Obj):
        found = tree.known.get(name, UNKNOWN)
        return UNKNOWN if isinstance(found, Maybe) else found
    return tree.get(name, UNKNOWN) if isinstance(tree, dict) else UNKNOWN


def text_part(tree: Any, name: str) -> str | None:
    """A field of the tree that is known and a string; otherwise None."""
    found = part(tree, name)
    return found if isinstance(found, str) else None


def notification(topic: str, tree: Any, *, attributes: bool = False) -> Any:
    """The envelope SNS puts around a message, unless the subscription asks for raw delivery.

    `attributes`: message attributes may come with it; what is in them nobody knows.
    """
    texts = ("MessageId", "Timestamp", "SignatureVersion", "Signature", "SigningCertURL", "UnsubscribeURL")
    known: dict[str, Any] = dict.fromkeys(texts, UNKNOWN_STRING)
    known |= {
        "Type": "Notification",
        "TopicArn": topic,
        "Message": Json(tree),
        "Subject": Maybe(UNKNOWN_STRING),
    }
    if not attributes:
        return _around(tree, known, topic, open=False)
    return _around(tree, known | {"MessageAttributes": UNKNOWN}, f"{topic} with attributes", open=False)


RECORDS: dict[str, tuple[str, ...]] = {
    "queue": (
        *("messageId", "receiptHandle", "attributes", "messageAttributes", "md5OfBody"),
        *("md5OfMessageAttributes", "awsRegion"),
    ),
    # what Lambda's records have below "kinesis" those of Pipes have beside the rest
    "stream": (
        *("kinesis", "kinesisSchemaVersion", "partitionKey", "sequenceNumber", "approximateArrivalTimestamp"),
        *("encryptionType", "eventVersion", "eventID", "eventName", "invokeIdentityArn", "awsRegion"),
    ),
    "table": ("eventID", "eventVersion", "dynamodb", "awsRegion", "eventName", "userIdentity"),
    "kafka-cluster": (
        *("topic", "partition", "offset", "timestamp", "timestampType", "key", "value", "headers"),
        *("eventSourceArn", "eventSourceKey", "bootstrapServers"),
    ),
}
"""Fields of a record by what it lies in, as Lambda's and Pipes' documents show it; which of them a filter may ask for differs."""


def record(kind: str, arn: str, tree: Any) -> Any:
    """What a Lambda mapping or a pipe reads of a queue, stream, table or Kafka cluster, as filters see it.

    Nothing else stands in it. The event lies in a message's body or a stream's data; what a table makes of it nobody knows.
    """
    named = dict.fromkeys(RECORDS[kind], UNKNOWN)
    if kind == "queue":
        return queue_record(arn, tree)
    if kind == "stream":
        known = {"data": Json(tree), "eventSource": "aws:kinesis", "eventSourceARN": arn}
        return _around(tree, named | known, arn, open=False)
    return Obj(named | {"eventSource": UNKNOWN, "eventSourceARN": UNKNOWN}, open=False)


def queue_record(queue: str, tree: Any) -> Any:
    """A message as a Lambda mapping or a pipe sees it: the body is text that holds JSON."""
    known = {"body": Json(tree), "eventSource": "aws:sqs", "eventSourceARN": queue}
    return _around(tree, dict.fromkeys(RECORDS["queue"], UNKNOWN) | known, queue, open=False)


def _around(tree: Any, known: dict[str, Any], what: str, *, open: bool) -> Any:  # noqa: A002 - Obj's own word
    """What is put around an event; of any event of a type it stays known that nothing else is."""
    if isinstance(tree, TypeTree):
        return TypeTree(known, tree.key, (*tree.wrapped, what), open)
    return Obj(known, open=open)


def put_on_bus(link: Row, account: str | None, tree: Any) -> Any:
    """The new event that a pipe puts on a bus; its own source and detail type where they are told."""
    known = {
        "source": link["source"] or UNKNOWN,
        "detail-type": link["detail_type"] or UNKNOWN,
        "account": account or UNKNOWN,
        "detail": tree,
    }
    return Obj(known, open=True)


def system_metadata(tree: Any) -> Any:
    """The SYSTEM_METADATA of a new bus's event."""
    known = {"aws:Source": part(tree, "source"), "aws:DetailType": part(tree, "detail-type")}
    return _around(tree, known, "SYSTEM_METADATA", open=True)
