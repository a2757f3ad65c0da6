"""The roles that functions, state machines, pipes and rules run as: who may be each, and what it may do."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from collectors.sample.estate.calls import Client, pairs
from collectors.sample.estate.places import CORE, CORE_EU
from collectors.sample.estate.shapes import (
    Domain,
    Function,
    NewBus,
    Pipe,
    Rule,
    Schedule,
    StateMachine,
    Subscriber,
    TaskFamily,
)

# Roles that many rules, subscribers and schedules of an account share: name → the services that assume it.
SHARED: Mapping[str, tuple[str, ...]] = {
    "HeadwaterRead": ("sts.amazonaws.com",),
    "call-api-destinations": ("events.amazonaws.com",),
    "deliver-events": ("events.amazonaws.com",),
    "forward-events": ("events.amazonaws.com",),
    "run-tasks": ("events.amazonaws.com",),
    "scheduler-role": ("scheduler.amazonaws.com",),
    "start-workflows": ("events.amazonaws.com",),
    "write-lake": ("firehose.amazonaws.com", "events.amazonaws.com"),
}

# What delivering to a service's resources asks for.
_DELIVERS: Mapping[str, tuple[str, ...]] = {
    "sqs": ("sqs:SendMessage",),
    "sns": ("sns:Publish",),
    "lambda": ("lambda:InvokeFunction",),
    "kinesis": ("kinesis:PutRecord", "kinesis:PutRecords"),
    "firehose": ("firehose:PutRecord", "firehose:PutRecordBatch"),
    "states": ("states:StartExecution",),
    "events": ("events:PutEvents",),
    "api-destination": ("events:InvokeApiDestination",),
    "ecs": ("ecs:RunTask", "iam:PassRole"),
}

Grant = tuple[str, tuple[str, ...]]

GITHUB = "token.actions.githubusercontent.com"


@dataclass(frozen=True)
class Role:
    """A role, the services that assume it, and what it may do: (resource, actions). A new bus's ARN ends in `*`.

    `trusts` is an identity provider whose tokens are taken instead of a service.
    """

    name: str
    services: tuple[str, ...]
    may: tuple[Grant, ...] = ()
    trusts: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)


CI = Role(
    "ci-deploy",
    (),
    ((CORE_EU.bus("hub"), _DELIVERS["events"]),),
    trusts=GITHUB,
    tags={"domain": "platform", "owner": "erik.olsen@acme.example", "team": "platform"},
)
"""The role of the pipeline that deploys: GitHub Actions assumes it, by its tokens."""


def roles_of(account: str, domains: tuple[Domain, ...]) -> list[Role]:
    """The roles of an account: the shared ones, and one for each thing that runs as its own."""
    found = {name: Role(name, services) for name, services in SHARED.items()}
    if account == CORE:
        found[CI.name] = CI
    new_buses = {(bus.at, bus.name) for domain in domains for bus in domain.of(NewBus)}
    for domain in domains:
        for role in _roles(account, domain, new_buses):
            known = found.get(role.name, role)
            found[role.name] = replace(known, may=tuple(dict.fromkeys((*known.may, *role.may))))
    return list(found.values())


def _roles(account: str, domain: Domain, new_buses: set[tuple[object, str]]) -> Iterator[Role]:
    for thing in (*domain.of(Function), *domain.of(StateMachine), *domain.of(Pipe), *domain.of(TaskFamily)):
        if thing.at.account == account:
            yield _role(thing, new_buses)
    for rule in domain.of(Rule):
        for target in rule.targets:
            role = str(target.extra.get("RoleArn", ""))
            if rule.at.account == account and role:
                name = role.rsplit("/", 1)[-1]
                yield Role(name, SHARED[name], (_delivery(target.arn),))
    for subscriber in domain.of(Subscriber):
        if subscriber.at.account == account:
            yield Role("deliver-events", SHARED["deliver-events"], (_delivery(subscriber.target),))
    for schedule in domain.of(Schedule):
        if schedule.at.account == account:
            yield Role("scheduler-role", SHARED["scheduler-role"], (_delivery(schedule.target),))


def _delivery(arn: str) -> Grant:
    """What delivering to this target asks for. AWS gives API destinations and new buses an id of their own."""
    if ":api-destination/" in arn:
        return f"{arn}/*", _DELIVERS["api-destination"]
    service = arn.split(":")[2]
    if service == "ecs":
        return "*", _DELIVERS["ecs"]
    return (f"{arn}/*" if ":event-busv2/" in arn else arn), _DELIVERS[service]


def _role(thing: Function | StateMachine | Pipe | TaskFamily, new_buses: set[tuple[object, str]]) -> Role:
    if isinstance(thing, Function):
        buses = tuple(
            f"{thing.at.new_bus(name)}/*" if (thing.at, name) in new_buses else thing.at.bus(name)
            for name in thing.puts
        )
        return Role(
            thing.role_name, ("lambda.amazonaws.com",), tuple((bus, _DELIVERS["events"]) for bus in buses)
        )
    if isinstance(thing, StateMachine):
        sends = ((thing.at.bus(thing.puts[0]), _DELIVERS["events"]),) if thing.puts else ()
        return Role(f"{thing.name}-role", ("states.amazonaws.com",), sends)
    if isinstance(thing, TaskFamily):
        may = tuple((thing.at.bus(name), _DELIVERS["events"]) for name in thing.puts)
        return Role(f"{thing.name}-task-role", ("ecs-tasks.amazonaws.com",), may)
    ends = [thing.target, *([thing.enrichment] if thing.enrichment else [])]
    return Role(f"{thing.name}-pipe-role", ("pipes.amazonaws.com",), tuple(map(_delivery, ends)))


def make_roles(client: Client, roles: list[Role]) -> None:
    """The roles, each with its inline policy where it may do anything."""
    iam = client("iam")
    for role in roles:
        iam.create_role(
            RoleName=role.name, AssumeRolePolicyDocument=_document(_trust(role)), Tags=pairs(role.tags)
        )
        if role.may:
            allowed = [
                {"Effect": "Allow", "Action": list(actions), "Resource": resource}
                for resource, actions in role.may
            ]
            document = _document(*allowed)
            if (
                role.name == "forward-events"
            ):  # one role has its permissions in a managed policy, the others inline
                made = iam.create_policy(PolicyName=role.name, PolicyDocument=document)["Policy"]["Arn"]
                iam.attach_role_policy(RoleName=role.name, PolicyArn=made)
            else:
                iam.put_role_policy(RoleName=role.name, PolicyName="deliver", PolicyDocument=document)


def _trust(role: Role) -> Mapping[str, object]:
    if role.trusts is None:
        return {"Effect": "Allow", "Principal": {"Service": list(role.services)}, "Action": "sts:AssumeRole"}
    return {
        "Effect": "Allow",
        "Principal": {"Federated": f"arn:aws:iam::{CORE}:oidc-provider/{role.trusts}"},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringLike": {f"{role.trusts}:sub": "repo:acme/platform:*"}},
    }


def _document(*statements: Mapping[str, object]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
