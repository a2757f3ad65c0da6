"""Buses, rules, pipes, schedules, subscribers: EventBridge's own things, as calls to AWS. One function a kind."""

import json
from collections.abc import Mapping
from typing import Any

from collectors.sample.estate.calls import Client, Made, pairs, policy
from collectors.sample.estate.make_services import grant
from collectors.sample.estate.shapes import (
    ApiDestination,
    Archive,
    Bus,
    EventSource,
    NewBus,
    PartnerSource,
    Pipe,
    Rule,
    Schedule,
    ScheduleGroup,
    Subscriber,
)


def make_bus(client: Client, _: Made, thing: Bus, tags: Mapping[str, str]) -> None:
    """A classic bus and the accounts that may put events on it."""
    api = client("events")
    if thing.partner_source:
        api.create_event_bus(Name=thing.name, EventSourceName=thing.partner_source)
        return
    logs = {"LogConfig": {"Level": thing.log_level, "IncludeDetail": "NONE"}} if thing.log_level else {}
    api.create_event_bus(Name=thing.name, Tags=pairs(tags), **logs)
    if thing.allows:
        principal = {"AWS": [f"arn:aws:iam::{account}:root" for account in thing.allows]}
        allowed = policy(thing.at.bus(thing.name), "events:PutEvents", principal, "OtherAccounts")
        api.put_permission(EventBusName=thing.name, Policy=allowed)


def make_archive(client: Client, _: Made, thing: Archive, __: Mapping[str, str]) -> None:
    """An archive of a bus."""
    call = {"EventPattern": json.dumps(thing.pattern)} if thing.pattern else {}
    client("events").create_archive(
        ArchiveName=thing.name, EventSourceArn=thing.at.bus(thing.bus), RetentionDays=thing.days, **call
    )


def make_api_destination(client: Client, made: Made, thing: ApiDestination, _: Mapping[str, str]) -> None:
    """An API destination and the connection that signs its calls."""
    api = client("events")
    key = {"ApiKeyAuthParameters": {"ApiKeyName": "x-api-key", "ApiKeyValue": "testing"}}
    connection = api.create_connection(Name=thing.name, AuthorizationType="API_KEY", AuthParameters=key)
    answer = api.create_api_destination(
        Name=thing.name,
        ConnectionArn=connection["ConnectionArn"],
        InvocationEndpoint=thing.url,
        HttpMethod="POST",
        InvocationRateLimitPerSecond=thing.per_second,
    )
    made.note(thing.at.api_destination(thing.name), answer["ApiDestinationArn"])


def make_rule(client: Client, made: Made, thing: Rule, tags: Mapping[str, str]) -> None:
    """A rule and its targets."""
    api = client("events")
    what: dict[str, Any] = {"ScheduleExpression": thing.schedule} if thing.schedule else {}
    if thing.pattern is not None:
        what["EventPattern"] = json.dumps(thing.pattern)
    api.put_rule(
        Name=thing.name,
        EventBusName=thing.bus,
        State="ENABLED" if thing.enabled else "DISABLED",
        Description=thing.description,
        Tags=pairs(tags),
        **what,
    )
    targets = []
    for number, target in enumerate(thing.targets, 1):
        row = {"Id": target.id or f"target-{number}", "Arn": made.real(target.arn), **target.extra}
        if target.dead_letter:
            row["DeadLetterConfig"] = {"Arn": target.dead_letter}
        targets.append(row)
    if targets:
        api.put_targets(Rule=thing.name, EventBusName=thing.bus, Targets=targets)


def make_pipe(client: Client, made: Made, thing: Pipe, tags: Mapping[str, str]) -> None:
    """A pipe: source, filter, enrichment, target."""
    source: dict[str, Any] = {}
    if thing.filters:
        source["FilterCriteria"] = {"Filters": [{"Pattern": json.dumps(f)} for f in thing.filters]}
    if ":kinesis:" in thing.source:
        source["KinesisStreamParameters"] = {"StartingPosition": "LATEST", "BatchSize": 10}
    call: dict[str, Any] = {"Enrichment": thing.enrichment} if thing.enrichment else {}
    if thing.puts:
        put = {"Source": thing.puts[0], "DetailType": thing.puts[1]}
        call["TargetParameters"] = {"EventBridgeEventBusParameters": put}
    client("pipes").create_pipe(
        Name=thing.name,
        Source=thing.source,
        SourceParameters=source,
        Target=made.real(thing.target),
        RoleArn=thing.at.role(f"{thing.name}-pipe-role"),
        DesiredState="RUNNING" if thing.running else "STOPPED",
        Tags=dict(tags),
        **call,
    )


def make_schedule(client: Client, _: Made, thing: Schedule, __: Mapping[str, str]) -> None:
    """A schedule of EventBridge Scheduler, in the group `acme`."""
    target: dict[str, Any] = {
        "Arn": thing.target,
        "RoleArn": thing.at.role("scheduler-role"),
        "Input": '{"reason": "schedule"}',
    }
    if thing.puts:
        target["EventBridgeParameters"] = {"Source": thing.puts[0], "DetailType": thing.puts[1]}
    client("scheduler").create_schedule(
        Name=thing.name,
        GroupName=thing.group,
        ScheduleExpression=thing.expression,
        FlexibleTimeWindow={"Mode": "OFF"},
        Target=target,
    )


def make_new_bus(client: Client, made: Made, thing: NewBus, tags: Mapping[str, str]) -> None:
    """A new bus, how long it keeps events, and the accounts that may subscribe."""
    api = client("eventbridgev2")
    arn = api.create_event_bus(
        Name=thing.name, StorageConfiguration={"RetentionPeriodInDays": thing.days}, Tags=dict(tags)
    )["EventBusArn"]
    made.note(thing.at.new_bus(thing.name), arn)
    if thing.allows:
        principal = {"AWS": [f"arn:aws:iam::{account}:root" for account in thing.allows]}
        allowed = policy(arn, "events:CreateSubscriber", principal, "OtherAccounts")
        api.put_resource_policy(ResourceArn=arn, PolicyDocument=allowed)


def make_subscriber(client: Client, made: Made, thing: Subscriber, tags: Mapping[str, str]) -> None:
    """A subscriber, made in the account of the consumer."""
    call: dict[str, Any] = {}
    if thing.filters:
        filters = [
            {"Scope": scope, "Pattern": json.dumps(pattern)} for scope, pattern in thing.filters.items()
        ]
        call["FilterConfiguration"] = {"Language": "EVENT_BRIDGE_PATTERN", "Filters": filters}
    if thing.on_failure:
        call["OnFailureConfiguration"] = {"Arn": thing.on_failure}
    if thing.log_level:
        call["LogConfiguration"] = {"Level": thing.log_level}
    answer = client("eventbridgev2").create_subscriber(
        Name=thing.name,
        EventBusArn=made.real(thing.bus),
        InvokeConfiguration={"TargetArn": thing.target, "RoleArn": thing.at.role("deliver-events")},
        State="RUNNING" if thing.running else "STOPPED",
        Tags=dict(tags),
        **call,
    )
    made.note(thing.at.arn("events", f"subscriber/{thing.name}"), answer["SubscriberArn"])


def make_event_source(client: Client, made: Made, thing: EventSource, tags: Mapping[str, str]) -> None:
    """A webhook in front of a new bus."""
    token = {"TokenHttpHeader": "x-acme-token", "SecretValue": "testing"}
    client("eventbridgev2").create_event_source(
        Name=thing.name,
        EventBusArn=made.real(thing.bus),
        Configuration={
            "WebhookEventsConfiguration": {
                "AuthConfiguration": {"StaticTokenAuthConfiguration": token},
                "RoleArn": thing.at.role("deliver-events"),
            }
        },
        Tags=dict(tags),
    )


def make_partner_source(client: Client, _: Made, thing: PartnerSource, __: Mapping[str, str]) -> None:
    """A partner's source, offered to the account."""
    client("events").create_partner_event_source(Name=thing.name, Account=thing.at.account)


def make_schedule_group(client: Client, _: Made, thing: ScheduleGroup, tags: Mapping[str, str]) -> None:
    """A group of schedules."""
    client("scheduler").create_schedule_group(Name=thing.name, Tags=pairs(tags))


def grant_rule(client: Client, made: Made, thing: Rule, _: Mapping[str, str]) -> None:
    """Let a rule invoke the functions that it targets; a function that is gone cannot be asked."""
    if not thing.granted:
        return
    name = thing.name if thing.bus == "default" else f"{thing.bus}/{thing.name}"
    for target in thing.targets:
        if ":function:" in target.arn and target.arn not in made.gone:
            grant(client, target.arn, "events.amazonaws.com", thing.at.arn("events", f"rule/{name}"))
