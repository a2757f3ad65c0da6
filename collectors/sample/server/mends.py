"""Small corrections of moto's answers, each with what AWS does instead."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable

from moto.iam.models import iam_backends

from collectors.sample.server import sources
from collectors.sample.server.lists import list_page
from collectors.sample.server.paging import page
from collectors.sample.server.store import Store
from collectors.sample.server.wire import AwsError, Call, Params, unknown_operation

# Buckets whose notification configuration turns EventBridge on: moto forgets that member.
_TO_EVENTBRIDGE: Store[set[str]] = Store(set)


def assume_role(call: Call) -> Params:
    """A role that does not exist cannot be assumed; moto lets anyone in.

    An account without any role trusts every name: it is still empty, and someone must be able to begin.
    """
    arn = call.params["RoleArn"]
    account = arn.split(":")[4]
    roles = iam_backends[account][call.partition].roles if account in iam_backends else {}
    if roles and not any(role.arn == arn for role in list(roles.values())):
        who = f"arn:{call.partition}:iam::{call.account}:user/headwater"
        message = f"User: {who} is not authorized to perform: sts:AssumeRole on resource: {arn}"
        raise AwsError("AccessDenied", message, 403)
    return call.moto()


def list_accounts(call: Call) -> Params:
    """An account outside an organization is told so; moto answers with an empty list."""
    answer = list_page(call)
    if not answer["Accounts"] and not call.params.get("NextToken"):
        raise AwsError(
            "AWSOrganizationsNotInUseException", "Your account is not a member of an organization."
        )
    return answer


def _settled(pipe: Params) -> Params:
    """A pipe that was made or asked to stand still does; in moto it runs."""
    if pipe.get("DesiredState") == "STOPPED" and pipe.get("CurrentState") == "RUNNING":
        pipe["CurrentState"] = "STOPPED"
    return pipe


def list_pipes(call: Call) -> Params:
    """By AWS's pages, with the state that was asked for."""
    state = call.params.pop("CurrentState", None)
    wanted = call.params.pop("DesiredState", None)
    answer = list_page(call)
    pipes = [_settled(pipe) for pipe in answer["Pipes"]]
    answer["Pipes"] = [
        pipe
        for pipe in pipes
        if state in {None, pipe["CurrentState"]} and wanted in {None, pipe["DesiredState"]}
    ]
    return answer


def put_notification(call: Call) -> Params:
    """Keeps whether a bucket's events go to EventBridge."""
    bucket, held = call.params["Bucket"], _TO_EVENTBRIDGE[call.scope]
    answer = call.moto()
    held.discard(bucket)
    if "EventBridgeConfiguration" in call.params["NotificationConfiguration"]:
        held.add(bucket)
    return answer


def get_notification(call: Call) -> Params:
    """As moto, with EventBridge where it was turned on."""
    on = call.params["Bucket"] in _TO_EVENTBRIDGE[call.scope]
    return call.moto() | ({"EventBridgeConfiguration": {}} if on else {})


def put_events(call: Call) -> Params:
    """Checks and accepts entries. Nothing is delivered: moto would, to some targets, and fails at others."""
    entries = []
    for entry in call.params["Entries"]:
        problem = _entry_problem(entry)
        entries.append(problem or {"EventId": str(uuid.uuid4())})
    return {"FailedEntryCount": sum("ErrorCode" in each for each in entries), "Entries": entries}


def _entry_problem(entry: Params) -> Params | None:
    for name in ("Source", "DetailType", "Detail"):
        if not entry.get(name):
            return {
                "ErrorCode": "InvalidArgument",
                "ErrorMessage": f"Parameter {name} is not valid. Reason: {name} is a required argument.",
            }
    try:
        whole = isinstance(json.loads(entry["Detail"]), dict)
    except ValueError:
        whole = False
    if not whole:
        return {"ErrorCode": "MalformedDetail", "ErrorMessage": "Detail is malformed."}
    if entry["Source"].startswith("aws."):
        return {
            "ErrorCode": "NotAuthorizedForSourceException",
            "ErrorMessage": "Not authorized for the source.",
        }
    return None


def create_stream(call: Call) -> Params:
    """As moto, which forgets the tags that come with a stream."""
    answer = call.moto()
    if call.params.get("Tags"):
        given = {"StreamName": call.params["StreamName"], "Tags": call.params["Tags"]}
        call.moto(given, "AddTagsToStream")
    return answer


def create_partner_source(call: Call) -> Params:
    """As moto, with the ARN spelled as on AWS."""
    return {"EventSourceArn": sources.offer(call.params["Account"], call.region, call.params["Name"])}


_OF_ACCOUNT = ("UserDetailList", "RoleDetailList", "GroupDetailList", "Policies")


def account_details(call: Call) -> Params:
    """In pages. moto gives everything at once; it has none of AWS's own managed policies."""
    whole = call.moto({name: value for name, value in call.params.items() if name == "Filter"})
    rows = [(key, one) for key in _OF_ACCOUNT for one in whole.get(key) or ()]
    items, token = page(call, rows, size=100, incoming="Marker", limit="MaxItems", outgoing="Marker")
    found: Params = {key: [one for of, one in items if of == key] for key in _OF_ACCOUNT}
    return found | {"IsTruncated": bool(token), **token}


def _absent(call: Call) -> Params:
    raise unknown_operation(call.operation)


HANDLERS: dict[tuple[str, str], Callable[[Call], Params]] = {
    ("sts", "AssumeRole"): assume_role,
    ("iam", "GetAccountAuthorizationDetails"): account_details,
    ("organizations", "ListAccounts"): list_accounts,
    ("pipes", "ListPipes"): list_pipes,
    ("pipes", "DescribePipe"): lambda call: _settled(call.moto()),
    ("s3", "PutBucketNotificationConfiguration"): put_notification,
    ("s3", "GetBucketNotificationConfiguration"): get_notification,
    ("kinesis", "CreateStream"): create_stream,
    ("events", "PutEvents"): put_events,
    ("events", "CreatePartnerEventSource"): create_partner_source,
    # moto answers nothing at all, which reads as "does not match"
    ("events", "TestEventPattern"): _absent,
}
