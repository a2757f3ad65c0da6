"""SQS queues and their redrive. Without MaxResults, list_queues stops silently at 1,000 queues."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

from collectors.missing import as_far_as_read, call_or_nothing
from collectors.records import Link, Record, Resource
from collectors.redrive import redrive
from collectors.scope import Scope
from collectors.unread import Unread, rows_of

ACTION = "sqs:GetQueueAttributes"


def collect(scope: Scope) -> Iterator[Record]:
    """Rows of `resources` (queue) and `links` (redrive). sqs:ListQueues + GetQueueAttributes.

    RedrivePolicy names the dead-letter queue from the queue's side, so ListDeadLetterSourceQueues is not needed.
    A queue whose attributes are denied is still a row, with a gap beside it: it exists.
    """

    def lost(url: str) -> Iterator[Unread]:
        yield rows_of("links", kind="redrive", from_arn=_arn_of(scope, url))

    lists = (rows_of("resources", kind="queue"), rows_of("links", kind="redrive"))
    urls = as_far_as_read(scope, _urls(scope), None, *lists)
    for url, told in scope.each(urls, lambda url: _attributes(scope, url), str, lost):
        if told is not None and not told:
            continue  # deleted since it was listed
        queue = {"QueueUrl": url, "QueueArn": _arn_of(scope, url)} | (told or {})
        yield from scope.rows(_resource, [queue], ACTION)
        if queue.get("RedrivePolicy"):
            yield from scope.rows(_redrive, [queue], ACTION)


def _urls(scope: Scope) -> Iterator[str]:
    return scope.pages("sqs", "list_queues", "QueueUrls", MaxResults=1000)


def _attributes(scope: Scope, url: str) -> dict[str, Any]:
    asked = {"QueueUrl": url, "AttributeNames": ["All"]}
    answer = call_or_nothing(scope, "sqs", "get_queue_attributes", needs="Attributes", **asked)
    found: dict[str, Any] = {k: v for k, v in (answer.get("Attributes") or {}).items() if v is not None}
    return found | {"QueueUrl": url} if answer else {}


def _arn_of(scope: Scope, url: str) -> str:
    """A queue URL ends in /ACCOUNT/NAME, whatever its host is."""
    account, _, name = urlsplit(url).path.strip("/").rpartition("/")
    return scope.arn("sqs", unquote(name), account=account.rpartition("/")[2] or None)


def _resource(queue: Mapping[str, Any]) -> Resource:
    policy = redrive(queue.get("RedrivePolicy"))
    return Resource(
        arn=queue["QueueArn"],
        kind="queue",
        name=queue["QueueArn"].rpartition(":")[2],
        policy=queue.get("Policy"),
        kms_key=customer_key(queue.get("KmsMasterKeyId")),
        dead_letter_arn=policy.get("deadLetterTargetArn"),
        max_receives=policy.get("maxReceiveCount"),
        retention_seconds=queue.get("MessageRetentionPeriod"),
        visibility_timeout_seconds=queue.get("VisibilityTimeout"),
        created_at=queue.get("CreatedTimestamp"),
        modified_at=queue.get("LastModifiedTimestamp"),
    )


def _redrive(queue: Mapping[str, Any]) -> Link:
    target = redrive(queue.get("RedrivePolicy")).get("deadLetterTargetArn")
    return Link.model_validate({"kind": "redrive", "from_arn": queue["QueueArn"], "to_arn": target})


def customer_key(key: str | None) -> str | None:
    """The key, unless it is the one that AWS manages for the service (alias/aws/…)."""
    return None if key and key.rpartition(":")[2].startswith("alias/aws/") else key
