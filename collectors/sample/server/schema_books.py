"""What the stand-in for EventBridge Schemas holds: registries with their schemas, and discoverers."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from collectors.sample.server.store import Store
from collectors.sample.server.wire import AwsError, Call

BAD = "BadRequestException"
# Pages are not documented; 100 is what other EventBridge lists use.
PAGE = 100


@dataclass
class Version:
    """One version of a schema's content."""

    number: str
    content: str
    type: str
    created: datetime


@dataclass
class Schema:
    """A schema and its versions, oldest first."""

    name: str
    arn: str
    description: str | None
    tags: dict[str, str]
    versions: list[Version]
    made: int = 1

    def version(self, number: str | None) -> Version:
        """The version asked for, or the latest. Raises NotFoundException."""
        if number is None:
            return self.versions[-1]
        for each in self.versions:
            if each.number == number:
                return each
        raise AwsError("NotFoundException", f"Schema version {number} does not exist.")


@dataclass
class Registry:
    """A registry and its schemas by name."""

    name: str
    arn: str
    description: str | None = None
    tags: dict[str, str] = field(default_factory=dict)
    schemas: dict[str, Schema] = field(default_factory=dict)
    policy: str | None = None
    revision: int = 0


@dataclass
class Books:
    """What one account and region holds."""

    registries: dict[str, Registry] = field(default_factory=dict)
    discoverers: dict[str, dict[str, Any]] = field(default_factory=dict)


STORE: Store[Books] = Store(Books)


def books(call: Call) -> Books:
    """The registries of the call's account and region, with AWS's own two in place."""
    held = STORE[call.scope]
    if not held.registries:
        arn = f"arn:{call.partition}:schemas:{call.region}::registry/aws.events"
        held.registries["aws.events"] = Registry(
            "aws.events", arn, "Schemas of events that AWS services send"
        )
        name = "discovered-schemas"
        held.registries[name] = Registry(
            name, call.arn("schemas", f"registry/{name}"), "Schemas found by discoverers"
        )
    return held
