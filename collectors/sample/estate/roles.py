"""The roles that functions, state machines, pipes and rules run as, and which buses each may put events on."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from collectors.sample.estate.calls import Client
from collectors.sample.estate.shapes import Domain, Function, NewBus, Pipe, StateMachine

# Roles that many rules, subscribers and schedules of an account share: name → the service that assumes it.
SHARED: Mapping[str, str] = {
    "HeadwaterRead": "sts.amazonaws.com",
    "call-api-destinations": "events.amazonaws.com",
    "deliver-events": "events.amazonaws.com",
    "forward-events": "events.amazonaws.com",
    "run-tasks": "events.amazonaws.com",
    "scheduler-role": "scheduler.amazonaws.com",
    "start-workflows": "events.amazonaws.com",
    "write-lake": "firehose.amazonaws.com",
}


@dataclass(frozen=True)
class Role:
    """A role, the service that assumes it, and the buses it may put events on (ARNs, `*` for a new bus's id)."""

    name: str
    service: str
    buses: tuple[str, ...] = ()


def roles_of(account: str, domains: tuple[Domain, ...]) -> list[Role]:
    """The roles of an account: the shared ones, and one for each thing that runs as its own."""
    found = {name: Role(name, service) for name, service in SHARED.items()}
    new_buses = {(bus.at, bus.name) for domain in domains for bus in domain.of(NewBus)}
    for domain in domains:
        for thing in (*domain.of(Function), *domain.of(StateMachine), *domain.of(Pipe)):
            if thing.at.account != account:
                continue
            role = _role(thing, new_buses)
            known = found.get(role.name, role)
            found[role.name] = Role(
                role.name, role.service, tuple(dict.fromkeys((*known.buses, *role.buses)))
            )
    return list(found.values())


def _role(thing: Function | StateMachine | Pipe, new_buses: set[tuple[object, str]]) -> Role:
    if isinstance(thing, Function):
        buses = tuple(
            f"{thing.at.new_bus(name)}/*" if (thing.at, name) in new_buses else thing.at.bus(name)
            for name in thing.puts
        )
        return Role(thing.role_name, "lambda.amazonaws.com", buses)
    if isinstance(thing, StateMachine):
        buses = (thing.at.bus(thing.puts[0]),) if thing.puts else ()
        return Role(f"{thing.name}-role", "states.amazonaws.com", buses)
    buses = (thing.target,) if ":event-bus/" in thing.target else ()
    return Role(f"{thing.name}-pipe-role", "pipes.amazonaws.com", buses)


def make_roles(client: Client, roles: list[Role]) -> None:
    """The roles, each with its inline policy where it may put events."""
    iam = client("iam")
    for role in roles:
        trust = {"Effect": "Allow", "Principal": {"Service": role.service}, "Action": "sts:AssumeRole"}
        iam.create_role(RoleName=role.name, AssumeRolePolicyDocument=_document(trust))
        if role.buses:
            allowed = {"Effect": "Allow", "Action": "events:PutEvents", "Resource": list(role.buses)}
            iam.put_role_policy(
                RoleName=role.name, PolicyName="put-events", PolicyDocument=_document(allowed)
            )


def _document(statement: Mapping[str, object]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
