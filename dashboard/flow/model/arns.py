"""ARNs: their parts, the kind of thing they name, and the one spelling under which flow keeps a thing.

arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE; nothing here knows which partition it is in.
"""

from functools import lru_cache
from typing import NamedTuple

from dashboard.flow.model import kinds

KEEPERS = frozenset({"archive", "replay", "registry"})
"""Kinds that keep a copy: a rule may point there, but nothing consumes."""


class Parts(NamedTuple):
    """The parts of an ARN; region and account are None where the ARN leaves them out."""

    partition: str
    service: str
    region: str | None
    account: str | None
    resource: str


@lru_cache(maxsize=200_000)
def parts(arn: str) -> Parts | None:
    """The parts, or None when it is no ARN (the address of an HTTP subscription)."""
    if not arn.startswith("arn:") or arn.count(":") < 5:
        return None
    _, partition, service, region, account, resource = arn.split(":", 5)
    return Parts(partition, service, region or None, account or None, resource)


@lru_cache(maxsize=200_000)
def plain(arn: str) -> str:
    """The ARN without what selects a version of the same thing: alias, version, `:*`, consumer, stream label."""
    found = parts(arn)
    if found is None:
        return arn
    resource = found.resource
    if (found.service == "lambda" and resource.startswith("function:")) or (
        found.service == "states" and resource.startswith("stateMachine:")
    ):
        resource = ":".join(resource.split(":")[:2])
    elif found.service == "logs":
        resource = resource.removesuffix(":*")
    elif found.service in ("kinesis", "dynamodb"):
        resource = "/".join(resource.split("/")[:2])
    return arn if resource == found.resource else arn[: len(arn) - len(found.resource)] + resource


@lru_cache(maxsize=200_000)
def kind(arn: str) -> str:
    """What the ARN names, in Headwater's words; for what is no ARN: http, email or sms."""
    found = parts(arn)
    if found is None:
        return "http" if "://" in arn else "email" if "@" in arn else "sms"
    return kinds.kind_of(found.service, found.resource)


def name(arn: str) -> str:
    """The name a person knows the thing by."""
    found = parts(arn)
    return arn if found is None else _name(found)


def _name(found: Parts) -> str:
    resource, service = found.resource, found.service
    if service in ("events", "eventsv2") and "/" in resource:
        return _events_name(resource.split("/"))
    if service == "execute-api":
        return resource
    if service == "logs" or resource.startswith("aws-sdk:"):
        return resource.removeprefix("log-group:").removesuffix(":*").removeprefix("aws-sdk:")
    if service in ("lambda", "states") and ":" in resource:
        return resource.split(":")[1]
    if service in ("iam", "scheduler"):
        return resource.split("/")[-1]
    return resource.split("/", 1)[-1] if "/" in resource else resource.split(":")[-1]


def _events_name(pieces: list[str]) -> str:
    if pieces[0] in ("api-destination", "connection", "event-busv2") and len(pieces) > 2:
        return "/".join(pieces[1:-1])
    return pieces[-1] if pieces[0] == "rule" else "/".join(pieces[1:])


def topic_of(arn: str) -> str | None:
    """The topic in an SNS subscription's ARN, `TOPIC:ID`; null where it is no such ARN."""
    found = parts(arn)
    if found is None or found.service != "sns" or ":" not in found.resource:
        return None
    return arn.rpartition(":")[0]


def rule_bus(arn: str) -> str | None:
    """Name of the bus in a rule's ARN: `rule/BUS/NAME`, or `rule/NAME` on the default bus."""
    found = parts(arn)
    if found is None or not found.resource.startswith("rule/"):
        return None
    pieces = found.resource.split("/")
    return "/".join(pieces[1:-1]) or "default"
