"""Mends of moto's classic buses: logging configuration, updates, and the limit of five targets a rule."""

from __future__ import annotations

import re
from typing import Any

from moto.events.models import events_backends

from collectors.sample.server.lists import list_page
from collectors.sample.server.store import Store
from collectors.sample.server.wire import AwsError, Call, Params

TARGETS_A_RULE = 5
# Targets that EventBridge delivers to with a role only (its guide: "IAM roles for sending events to targets"); the others
# let it in by their own policy. Redshift, SageMaker, Inspector and SSM are left out: no error of theirs was seen.
_NEEDS_ROLE = re.compile(
    r"arn:[^:]+:(kinesis|firehose|states|ecs|batch|codepipeline|codebuild|events):[^:]*:[^:]*:(?!event-bus/)"
)
_SETTABLE = ("Description", "KmsKeyIdentifier", "DeadLetterConfig", "LogConfig")

# What moto does not keep of a bus, by the bus's name.
STORE: Store[dict[str, Params]] = Store(dict)


def _name(text: str) -> str:
    """The name of a bus of its name or ARN."""
    return text.split(":event-bus/", 1)[-1]


def create_event_bus(call: Call) -> Params:
    """As moto, and the logging configuration is kept."""
    params = call.params
    made = call.moto({name: value for name, value in params.items() if name != "LogConfig"})
    kept = {name: params[name] for name in _SETTABLE if name in params}
    STORE[call.scope][params["Name"]] = kept
    return kept | {"EventBusArn": made["EventBusArn"]}


def describe_event_bus(call: Call) -> Params:
    """As moto, with what was kept laid over it."""
    described = call.moto()
    return described | STORE[call.scope].get(described["Name"], {})


def update_event_bus(call: Call) -> Params:
    """Sets what is given; moto has no such operation."""
    params = call.params
    name = params.get("Name", "default")
    described = call.moto({"Name": name}, "DescribeEventBus")
    kept = STORE[call.scope].setdefault(_name(name), {})
    kept.update({each: params[each] for each in _SETTABLE if each in params})
    return {"Arn": described["Arn"], "Name": described["Name"], **kept}


def delete_event_bus(call: Call) -> Params:
    """As moto; what was kept goes too."""
    call.moto()
    STORE[call.scope].pop(_name(call.params["Name"]), None)
    return {}


def put_targets(call: Call) -> Params:
    """As moto, but a rule takes no more than five targets, and some of them only with a role."""
    params = call.params
    bus = {"EventBusName": params["EventBusName"]} if "EventBusName" in params else {}
    wanted = {target["Id"] for target in params["Targets"]}
    if len(wanted) < len(params["Targets"]):
        raise AwsError("ValidationException", "Target Ids must be unique in a request.")
    for target in params["Targets"]:
        if _NEEDS_ROLE.match(target["Arn"]) and not target.get("RoleArn"):
            raise AwsError("ValidationException", f"RoleArn is required for target {target['Arn']}.")
    held = call.moto({"Rule": params["Rule"], **bus}, "ListTargetsByRule")["Targets"]
    if len(wanted | {target["Id"] for target in held}) > TARGETS_A_RULE:
        raise AwsError("LimitExceededException", "The requested resource exceeds the maximum number allowed.")
    return call.moto()


def list_event_buses(call: Call) -> Params:
    """As moto, with the members that moto leaves out of its rows."""
    held = events_backends[call.account][call.region].event_buses
    answer = list_page(call)
    for row in answer["EventBuses"]:
        bus, kept = held.get(row["Name"]), STORE[call.scope].get(row["Name"], {})
        if bus is not None:
            row["CreationTime"], row["LastModifiedTime"] = bus.creation_time, bus.last_modified_time
        if kept.get("Description"):
            row["Description"] = kept["Description"]
    return answer


def _tagged(call: Call) -> tuple[Any, str]:
    """The keeper of tags and the ARN asked for. moto looks by the last word of the ARN and so mixes up namesakes."""
    arn, events = call.params["ResourceARN"], events_backends[call.account][call.region]
    buses = list(events.event_buses.values())
    rules = [rule.arn for bus in buses for rule in list(bus.rules.values())]
    if arn not in rules and arn not in [bus.arn for bus in buses]:
        raise AwsError("ResourceNotFoundException", f"Resource {arn} does not exist.")
    return events.tagger, arn


def list_tags(call: Call) -> Params:
    """The tags of a rule or bus, by its whole ARN."""
    tagger, arn = _tagged(call)
    return {"Tags": tagger.list_tags_for_resource(arn)["Tags"]}


def tag_resource(call: Call) -> Params:
    """Adds or replaces tags."""
    tagger, arn = _tagged(call)
    tagger.tag_resource(arn, call.params["Tags"])
    return {}


def untag_resource(call: Call) -> Params:
    """Removes tags by key."""
    tagger, arn = _tagged(call)
    tagger.untag_resource_using_names(arn, call.params["TagKeys"])
    return {}


HANDLERS = {
    "ListEventBuses": list_event_buses,
    "ListTagsForResource": list_tags,
    "TagResource": tag_resource,
    "UntagResource": untag_resource,
    "CreateEventBus": create_event_bus,
    "DescribeEventBus": describe_event_bus,
    "UpdateEventBus": update_event_bus,
    "DeleteEventBus": delete_event_bus,
    "PutTargets": put_targets,
}
