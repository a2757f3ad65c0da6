"""Things of an estate as the records that the collectors would have made of them, without a server between."""

import json
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from collectors import records
from collectors.records import Record
from collectors.sample.estate.calls import policy, tags_of
from collectors.sample.estate.place import Place
from collectors.sample.estate.producing import Put
from collectors.sample.estate.schemas import content, schema_name
from collectors.sample.estate.shapes import (
    Bus,
    Domain,
    EventSourceMapping,
    EventType,
    Function,
    NewBus,
    Pipe,
    Queue,
    Rule,
    StateMachine,
    Subscriber,
    Topic,
    TopicSubscription,
)

Row = tuple[Place, str, Record]
"""The place and the collector of a scope, and a record that it read."""


def rows_of(domain: Domain) -> Iterator[Row]:
    """Records of everything a domain owns, its tags included."""
    for thing in domain.things:
        for place, collector, record in _MAKERS[type(thing)](thing):
            yield place, collector, record
            if isinstance(record, records.Bus | records.Resource):
                for key, value in tags_of(domain, thing).items():
                    yield place, "tags", records.Tag(arn=record.arn, key=key, value=value)


def default_bus(place: Place) -> Row:
    """The bus that every region of an account has."""
    return place, "buses", records.Bus(arn=place.bus("default"), name="default", kind="classic")


def with_id(arn: str) -> str:
    """The ARN of a thing of the new kind, with an id that is always the same."""
    return f"{arn}/{uuid.uuid5(uuid.NAMESPACE_URL, arn).hex[:25]}"


def _bus(thing: Bus) -> Iterator[Row]:
    arn = thing.at.bus(thing.name)
    allowed = None
    if thing.allows:
        principal = {"AWS": [f"arn:aws:iam::{account}:root" for account in thing.allows]}
        allowed = policy(arn, "events:PutEvents", principal, "OtherAccounts")
    yield thing.at, "buses", records.Bus(arn=arn, name=thing.name, kind="classic", policy=allowed)


def _new_bus(thing: NewBus) -> Iterator[Row]:
    arn = with_id(thing.at.new_bus(thing.name))
    made = records.Bus(arn=arn, name=thing.name, kind="new", state="ACTIVE", retention_days=thing.days)
    yield thing.at, "buses", made


def _rule(thing: Rule) -> Iterator[Row]:
    for number, target in enumerate(thing.targets, 1):
        row = records.Subscription(
            arn=thing.at.arn("events", f"rule/{thing.bus}/{thing.name}"),
            target_id=f"target-{number}",
            kind="rule",
            name=thing.name,
            bus_arn=thing.at.bus(thing.bus),
            state="ENABLED" if thing.enabled else "DISABLED",
            pattern=json.dumps(thing.pattern),
            target_arn=target.arn,
            role_arn=target.extra.get("RoleArn"),
            dead_letter_arn=target.dead_letter,
        )
        yield thing.at, "rules", row


def _subscriber(thing: Subscriber) -> Iterator[Row]:
    row = records.Subscription(
        arn=with_id(thing.at.arn("events", f"subscriber/{thing.name}")),
        kind="subscriber",
        name=thing.name,
        bus_arn=with_id(thing.bus),
        state="RUNNING" if thing.running else "STOPPED",
        pattern=json.dumps(thing.filters["DATA"]),
        target_arn=thing.target,
        role_arn=thing.at.role("deliver-events"),
    )
    yield thing.at, "subscribers", row


def _resource(thing: Any, kind: str, arn: str, collector: str, **more: Any) -> Row:
    return thing.at, collector, records.Resource(arn=arn, kind=kind, name=thing.name, **more)


def _queue(thing: Queue) -> Iterator[Row]:
    arn = thing.at.queue(thing.name)
    dead = thing.at.queue(thing.dead_letter) if thing.dead_letter else None
    yield _resource(
        thing,
        "queue",
        arn,
        "queues",
        dead_letter_arn=dead,
        max_receives=thing.max_receives if dead else None,
        policy=policy(arn, "sqs:SendMessage", {"Service": list(thing.fed_by)}),
        retention_seconds=345_600,
        visibility_timeout_seconds=60,
    )
    if dead:
        yield thing.at, "queues", records.Link(kind="redrive", from_arn=arn, to_arn=dead)


def _function(thing: Function) -> Iterator[Row]:
    arn = thing.at.function(thing.name)
    services = {"Service": ["events.amazonaws.com", "sns.amazonaws.com"]}
    allowed = policy(arn, "lambda:InvokeFunction", services)
    role = thing.at.role(thing.role_name)
    yield _resource(thing, "function", arn, "functions", state="Active", role_arn=role, policy=allowed)


def _topic(thing: Topic) -> Iterator[Row]:
    arn = thing.at.topic(thing.name)
    allowed = policy(arn, "sns:Publish", {"Service": "events.amazonaws.com"})
    yield _resource(thing, "topic", arn, "topics", policy=allowed)


def _state_machine(thing: StateMachine) -> Iterator[Row]:
    arn, role = thing.at.state_machine(thing.name), thing.at.role(f"{thing.name}-role")
    yield _resource(thing, "state-machine", arn, "state-machines", state="ACTIVE", role_arn=role)


def _mapping(thing: EventSourceMapping) -> Iterator[Row]:
    to = thing.at.function(thing.function)
    link = records.Link(
        arn=thing.at.arn(
            "lambda", f"event-source-mapping:{uuid.uuid5(uuid.NAMESPACE_URL, thing.source + to)}"
        ),
        kind="event-source-mapping",
        from_arn=thing.source,
        to_arn=to,
        state="Enabled" if thing.enabled else "Disabled",
        active=thing.enabled,
        dialect="lambda",
        filters=tuple(json.dumps(each) for each in thing.filters),
    )
    yield thing.at, "functions", link


def _topic_subscription(thing: TopicSubscription) -> Iterator[Row]:
    _, _, _, region, account, _ = thing.topic.split(":", 5)
    link = records.Link(
        arn=f"{thing.topic}:{uuid.uuid5(uuid.NAMESPACE_URL, thing.topic + thing.endpoint)}",
        kind="sns-subscription",
        from_arn=thing.topic,
        to_arn=thing.endpoint,
        dialect="sns-body" if thing.scope == "MessageBody" else "sns-attributes",
        filters=(json.dumps(thing.policy),) if thing.policy else (),
        condition=thing.protocol,
        raw_delivery=thing.raw,
    )
    yield Place(account, region), "topics", link


def _pipe(thing: Pipe) -> Iterator[Row]:
    arn, role = thing.at.arn("pipes", f"pipe/{thing.name}"), thing.at.role(f"{thing.name}-pipe-role")
    state = "RUNNING" if thing.running else "STOPPED"
    common: dict[str, Any] = {"arn": arn, "state": state, "active": thing.running, "role_arn": role}
    yield _resource(thing, "pipe", arn, "pipes", state=state, role_arn=role)
    filters = tuple(json.dumps(each) for each in thing.filters)
    source = records.Link(
        kind="pipe-source", from_arn=thing.source, to_arn=arn, dialect="pipes", filters=filters, **common
    )
    yield thing.at, "pipes", source
    yield thing.at, "pipes", records.Link(kind="pipe-target", from_arn=arn, to_arn=thing.target, **common)


_MAKERS: dict[type[Any], Callable[[Any], Iterator[Row]]] = {
    Bus: _bus,
    NewBus: _new_bus,
    Rule: _rule,
    Subscriber: _subscriber,
    Queue: _queue,
    Function: _function,
    Topic: _topic,
    StateMachine: _state_machine,
    EventSourceMapping: _mapping,
    TopicSubscription: _topic_subscription,
    Pipe: _pipe,
}


def schema_rows(event: EventType) -> Iterator[Row]:
    """A schema with its latest content, and its versions."""
    arn = event.at.arn("schemas", f"schema/{event.registry}/{schema_name(event)}")
    latest = len(event.versions)
    yield (
        event.at,
        "schemas",
        records.Schema(
            arn=arn,
            registry=event.registry,
            name=schema_name(event),
            type=event.kind,
            source=event.source,
            detail_type=event.detail_type,
            version=str(latest),
            version_count=latest,
            content=content(event, latest - 1),
        ),
    )
    for version in range(1, latest + 1):
        yield (
            event.at,
            "schemas",
            records.SchemaVersion(schema_arn=arn, version=str(version), type=event.kind),
        )


def trace_rows(put: Put, now: datetime, hours: int) -> Iterator[Row]:
    """What was seen of a producer in the last hours."""
    this = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    seen = tuple(this - timedelta(hours=back) for back in range(hours, 0, -1))
    count = put.calls * put.entries
    yield (
        put.at,
        "traces",
        records.Trace(
            principal=put.at.role(put.by.role),
            principal_kind="role",
            principal_account=put.at.account,
            bus_arn=put.bus or put.at.bus("default"),
            source=put.source,
            detail_type=put.detail_type,
            events=count * hours,
            failed=0,
            first_seen=seen[0],
            last_seen=seen[-1] + timedelta(minutes=55),
            evidence="s3://acme-cloudtrail-logs/AWSLogs/",
            hours=seen,
            events_by_hour=(count,) * hours,
            failed_by_hour=(0,) * hours,
        ),
    )
