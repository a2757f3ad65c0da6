"""Page sizes, limits and tokens of list calls, as AWS has them, over moto's complete lists.

moto pages some lists differently (50 rules), others not at all (functions), so its whole list is read and paged here.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from collectors.sample.server.paging import page
from collectors.sample.server.wire import AwsError, Call, Params


@dataclass(frozen=True)
class List:
    """How one operation pages: names of its members, items a page, and the error for a token it does not know."""

    key: str
    size: int
    incoming: str = "NextToken"
    outgoing: str = "NextToken"
    limit: str = "Limit"
    default: int | None = None
    bad: str = "ValidationException"


def _events(key: str) -> List:
    return List(key, 100)


def _lambda(key: str, size: int) -> List:
    return List(key, size, "Marker", "NextMarker", "MaxItems", bad="InvalidParameterValueException")


def _deliveries(key: str) -> List:
    return List(key, 50, "nextToken", "nextToken", "limit", bad="ValidationException")


def _sns(key: str) -> List:
    return List(key, 100, bad="InvalidParameter")


LISTS: dict[tuple[str, str], List] = {
    ("events", "ListRules"): _events("Rules"),
    ("events", "ListTargetsByRule"): _events("Targets"),
    ("events", "ListRuleNamesByTarget"): _events("RuleNames"),
    ("events", "ListEventBuses"): _events("EventBuses"),
    ("events", "ListArchives"): _events("Archives"),
    ("events", "ListReplays"): _events("Replays"),
    ("events", "ListConnections"): _events("Connections"),
    ("events", "ListApiDestinations"): _events("ApiDestinations"),
    ("sns", "ListTopics"): _sns("Topics"),
    ("sns", "ListSubscriptions"): _sns("Subscriptions"),
    ("sns", "ListSubscriptionsByTopic"): _sns("Subscriptions"),
    ("lambda", "ListFunctions"): _lambda("Functions", 50),
    ("lambda", "ListEventSourceMappings"): _lambda("EventSourceMappings", 100),
    ("lambda", "ListFunctionEventInvokeConfigs"): _lambda("FunctionEventInvokeConfigs", 50),
    ("lambda", "ListAliases"): _lambda("Aliases", 50),
    ("pipes", "ListPipes"): List("Pipes", 100),
    ("scheduler", "ListSchedules"): List("Schedules", 100, limit="MaxResults"),
    ("scheduler", "ListScheduleGroups"): List("ScheduleGroups", 100, limit="MaxResults"),
    ("stepfunctions", "ListStateMachines"): List(
        "stateMachines",
        1000,
        "nextToken",
        "nextToken",
        "maxResults",
        default=100,
        bad="InvalidToken",
    ),
    ("s3", "ListBuckets"): List(
        "Buckets", 1000, "ContinuationToken", "ContinuationToken", "MaxBuckets", bad="InvalidArgument"
    ),
    ("ecs", "ListTaskDefinitionFamilies"): List(
        "families", 100, "nextToken", "nextToken", "maxResults", bad="ClientException"
    ),
    ("organizations", "ListAccounts"): List("Accounts", 20, limit="MaxResults", bad="InvalidInputException"),
    ("logs", "DescribeDeliverySources"): _deliveries("deliverySources"),
    ("logs", "DescribeDeliveries"): _deliveries("deliveries"),
    ("logs", "DescribeDeliveryDestinations"): _deliveries("deliveryDestinations"),
    ("logs", "DescribeLogGroups"): List(
        "logGroups",
        50,
        "nextToken",
        "nextToken",
        "limit",
        bad="InvalidParameterException",
    ),
}

# Lists that go on from a name: moto does that, and pages of one only need its limit.
_BY_NAME = {
    ("firehose", "ListDeliveryStreams"): ("Limit", 10),
    ("dynamodb", "ListTables"): ("Limit", 100),
    ("s3", "ListObjectsV2"): ("MaxKeys", 1000),
    ("iam", "ListRoles"): ("MaxItems", 100),
}
# The rest of a list whose first page was given, so that its pages fit together and cost moto one call.
_BEGUN: OrderedDict[tuple[str, ...], list[Any]] = OrderedDict()
_BEGUN_LOCK = threading.Lock()
_BEGUN_KEPT = 256


def whole_list(call: Call, spec: List, params: Params) -> list[Any]:
    """Every item of one of moto's lists, whatever its pages."""
    items: list[Any] = []
    token: Params = {}
    while True:
        answer = call.moto(params | token)
        items += answer.get(spec.key, [])
        after = answer.get(spec.outgoing)
        if not after:
            return items
        token = {spec.incoming: after}


def list_page(call: Call) -> Params:
    """One page of a list by AWS's sizes."""
    spec = LISTS[call.service, call.operation]
    asked = {name: value for name, value in call.params.items() if name not in {spec.incoming, spec.limit}}
    key = (call.account, call.region, call.service, call.operation, repr(sorted(asked.items())))
    items = _begun(key) if spec.incoming in call.params else None
    if items is None:
        items = whole_list(call, spec, asked)
    if spec.default is not None and not call.params.get(spec.limit):
        call.params[spec.limit] = spec.default
    rows, token = page(
        call,
        items,
        size=spec.size,
        bad=spec.bad,
        incoming=spec.incoming,
        limit=spec.limit,
        outgoing=spec.outgoing,
    )
    if token:
        _begin(key, items)
    return {spec.key: rows, **token}


def _begun(key: tuple[str, ...]) -> list[Any] | None:
    with _BEGUN_LOCK:
        return _BEGUN.get(key)


def _begin(key: tuple[str, ...], items: list[Any]) -> None:
    with _BEGUN_LOCK:
        _BEGUN[key] = items
        _BEGUN.move_to_end(key)
        while len(_BEGUN) > _BEGUN_KEPT:
            _BEGUN.popitem(last=False)


def forget_begun() -> None:
    """Drops what was kept of lists under way."""
    with _BEGUN_LOCK:
        _BEGUN.clear()


def list_queues(call: Call) -> Params:
    """Without MaxResults at most 1,000 queues and no token, however many there are: AWS's own trap."""
    spec = List("QueueUrls", 1000, limit="MaxResults", bad="InvalidParameterValue")
    if not 1 <= int(call.params.get("MaxResults", 1)) <= spec.size:  # the model has no bounds
        raise AwsError(spec.bad, "Value for parameter MaxResults is invalid. Reason: must be from 1 to 1000.")
    prefix = {name: call.params[name] for name in ("QueueNamePrefix",) if name in call.params}
    items = whole_list(call, spec, {**prefix, "MaxResults": 1000})
    if "MaxResults" not in call.params and "NextToken" not in call.params:
        return {"QueueUrls": items[:1000]}
    rows, token = page(call, items, size=1000, bad=spec.bad, limit="MaxResults")
    return {"QueueUrls": rows, **token}


def list_by_name(call: Call) -> Params:
    """A list that goes on from a name, with AWS's limit where the client gives none."""
    name, size = _BY_NAME[call.service, call.operation]
    limit = 1 if call.quirks.one_item_pages else min(int(call.params.get(name, size)), size)
    return call.moto(call.params | {name: limit})


def list_streams(call: Call) -> Params:
    """Kinesis: names and summaries of the same page, and a token beside the name to go on from (moto has neither)."""
    names: list[str] = []
    while True:
        start = {"ExclusiveStartStreamName": names[-1]} if names else {}
        answer = call.moto({"Limit": 10000, **start})
        names += answer["StreamNames"]
        if not answer["HasMoreStreams"]:
            break
    summaries = {each["StreamName"]: each for each in answer.get("StreamSummaries", [])}
    names.sort()
    after = call.params.get("ExclusiveStartStreamName", "")
    rest = [name for name in names if name > after]
    rows, token = page(call, rest, size=100, bad="ExpiredNextTokenException")
    return {
        "StreamNames": rows,
        "HasMoreStreams": bool(token),
        "StreamSummaries": [summaries[name] for name in rows if name in summaries],
        **token,
    }


HANDLERS: dict[tuple[str, str], Callable[[Call], Params]] = {
    **dict.fromkeys(LISTS, list_page),
    **dict.fromkeys(_BY_NAME, list_by_name),
    ("sqs", "ListQueues"): list_queues,
    ("kinesis", "ListStreams"): list_streams,
}

# Lists that are asked for once a rule or topic: where moto's own answer has no token and the call names neither token
# nor limit, it is AWS's answer already, and going round by the parsers would only cost time.
PLAIN = {("events", "ListTargetsByRule"), ("events", "ListRules")}


def is_plain(call: Call) -> bool:
    """Whether moto's answer may be handed on as it is."""
    bent = call.quirks.bends_pages or call.quirks.bends_members
    asks = b'"NextToken"' in call.body or b'"Limit"' in call.body
    return (call.service, call.operation) in PLAIN and not bent and not asks


def is_whole(body: bytes) -> bool:
    """Whether an answer of moto's, as JSON, has no further page."""
    return b'"NextToken"' not in body.replace(b'"NextToken": null', b"")
