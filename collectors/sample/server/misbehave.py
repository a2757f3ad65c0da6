"""Rules that make the local AWS deny, throttle, fail, hang or answer oddly, and the count of every call.

A rule is JSON. Its match members, each optional: account, region, service, operation (exact, or a list), and
contains (a text that the request's path or body must hold). Its effects, each optional:

    deny: true                 AccessDenied in the service's own spelling, naming the IAM action
    throttle: calls a second   a token bucket (burst: calls at once, default one second's worth)
    fail: true or a status     HTTP 500 InternalFailure, or {"status", "code", "message"}
    times: n                   deny, fail, hang and unsupported only the first n calls that match
    hang: seconds              the answer comes that much later
    unsupported: true          the endpoint does not know the service
    one_item_pages, odd_tokens, empty_pages: true
    nulls: [member], drop: [member]   members of the output that are null, or absent
    of: text                   nulls and drop only of structures that hold this text themselves
    query: {"state", "reason", "scanned"}   how a question to Athena or Logs Insights stands when it is asked about
    empty: [member]            lists of the output with nothing in them
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from collectors.sample.server.wire import AwsError, Call, Quirks

_MATCHES = ("account", "region", "service", "operation")
_PAGES = ("one_item_pages", "odd_tokens", "empty_pages")
_EFFECTS = ("deny", "throttle", "burst", "fail", "times", "hang", "unsupported", *_PAGES)
_MEMBERS = ("nulls", "drop", "empty", "of", "query")
# Where IAM's name of a service or of an action is not botocore's.
_IAM_SERVICES = {
    "eventbridgev2": "events",
    "stepfunctions": "states",
    "resourcegroupstaggingapi": "tag",
}
_IAM_ACTIONS = {
    "s3:ListBuckets": "s3:ListAllMyBuckets",
    "s3:ListObjectsV2": "s3:ListBucket",
    "s3:GetBucketNotificationConfiguration": "s3:GetBucketNotification",
}
# The spelling of "denied" and of "too fast" differs by protocol and service.
_DENIED = {"query": "AccessDenied", "rest-xml": "AccessDenied"}
_DENIED_BY_SERVICE = {"sns": "AuthorizationError", "sqs": "AccessDenied", "cloudwatch": "AccessDenied"}
_THROTTLED = {"query": "Throttling", "rest-xml": "SlowDown"}
_THROTTLED_BY_SERVICE = {
    "lambda": "TooManyRequestsException",
    "kinesis": "LimitExceededException",
    "sqs": "RequestThrottled",
    "organizations": "TooManyRequestsException",
    "schemas": "TooManyRequestsException",
    "cloudwatch": "Throttling",
    "stepfunctions": "ThrottlingException",
}


@dataclass
class Bucket:
    """A token bucket: `rate` calls a second, `burst` at once."""

    rate: float
    burst: float
    tokens: float = 0.0
    at: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        self.tokens = self.burst

    def take(self) -> bool:
        """Whether one more call fits now."""
        now = time.monotonic()
        self.tokens = min(self.burst, self.tokens + (now - self.at) * self.rate)
        self.at = now
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True


@dataclass
class Rule:
    """One rule as it was posted, with what it has done so far."""

    spec: dict[str, Any]
    used: int = 0
    buckets: dict[tuple[str, str], Bucket] = field(default_factory=dict)

    def matches(self, call: Call) -> bool:
        """Whether the rule speaks of this call."""
        for name in _MATCHES:
            wanted = self.spec.get(name)
            if wanted is not None and getattr(call, name) not in (
                [wanted] if isinstance(wanted, str) else wanted
            ):
                return False
        text = str(self.spec.get("contains", ""))
        return text.encode() in call.body or text in str(call.environ.get("PATH_INFO"))

    def admits(self, call: Call) -> bool:
        """Whether the quota of the rule lets this call through. Each account and region has its own."""
        rate = float(self.spec["throttle"])
        burst = float(self.spec.get("burst", max(1.0, rate)))
        return self.buckets.setdefault(call.scope, Bucket(rate, burst)).take()


def rule(spec: dict[str, Any]) -> Rule:
    """A rule of a posted JSON object. Raises ValueError naming a member that no rule has."""
    unknown = sorted(set(spec) - {*_MATCHES, "contains", *_EFFECTS, *_MEMBERS})
    if unknown:
        raise ValueError(f"unknown members in a misbehaviour rule: {', '.join(unknown)}")
    return Rule(dict(spec))


class Conduct:
    """The rules in force and the count of calls; one for a server, shared by its threads."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.rules: list[Rule] = []
        self.calls: Counter[tuple[str, str, str, str]] = Counter()
        self.throttled: Counter[tuple[str, str, str, str]] = Counter()

    def apply(self, call: Call) -> None:
        """Counts the call and sets its quirks. Raises AwsError where a rule says so, and sleeps where one says hang."""
        key = (call.account, call.region, call.service, call.operation)
        wait = 0.0
        failure: AwsError | None = None
        with self.lock:
            self.calls[key] += 1
            for each in [one for one in self.rules if one.matches(call)]:
                _bend(call.quirks, each.spec)
                if "throttle" in each.spec and not each.admits(call):
                    self.throttled[key] += 1
                    failure = failure or _throttled(call)
                    continue
                if "times" in each.spec and each.used >= int(each.spec["times"]):
                    continue
                each.used += 1
                wait = max(wait, float(each.spec.get("hang", 0)))
                failure = failure or _failure(call, each.spec)
        if wait:
            time.sleep(wait)
        if failure:
            raise failure

    def report(self) -> dict[str, Any]:
        """The counts, as GET /_headwater/calls answers them."""
        with self.lock:
            rows: list[dict[str, Any]] = [
                {
                    "account": key[0],
                    "region": key[1],
                    "service": key[2],
                    "operation": key[3],
                    "action": iam_action(key[2], key[3]),
                    "calls": count,
                    "throttled": self.throttled.get(key, 0),
                }
                for key, count in sorted(self.calls.items())
            ]
        total = sum(row["calls"] for row in rows)
        return {"calls": rows, "total": total, "throttled": sum(row["throttled"] for row in rows)}


def _bend(quirks: Quirks, spec: dict[str, Any]) -> None:
    for name in _PAGES:
        if spec.get(name):
            setattr(quirks, name, True)
    quirks.nulls += spec.get("nulls", [])
    quirks.drop += spec.get("drop", [])
    quirks.empty += spec.get("empty", [])
    quirks.of = spec.get("of", quirks.of)
    quirks.query = spec.get("query", quirks.query)


def iam_action(service: str, operation: str) -> str:
    """The IAM action that allows an operation, such as events:ListRules."""
    name = f"{_IAM_SERVICES.get(service, service)}:{operation}"
    return _IAM_ACTIONS.get(name, name)


def _failure(call: Call, spec: dict[str, Any]) -> AwsError | None:
    if spec.get("deny"):
        return denied(call)
    if spec.get("unsupported"):
        return AwsError(
            "UnknownOperationException", "The requested operation is not recognized by the service.", 404
        )
    fail = spec.get("fail")
    if not fail:
        return None
    if isinstance(fail, dict):
        code = str(fail.get("code", "InternalFailure"))
        return AwsError(code, str(fail.get("message", "failed on request")), int(fail.get("status", 500)))
    status = 500 if fail is True else int(fail)
    return AwsError(
        "InternalFailure", "The request processing has failed because of an unknown error.", status
    )


def denied(call: Call, resource: str = "*") -> AwsError:
    """What AWS answers to a call that no policy allows."""
    code = _DENIED_BY_SERVICE.get(call.service) or _DENIED.get(call.protocol, "AccessDeniedException")
    action = iam_action(call.service, call.operation)
    who = f"arn:{call.partition}:sts::{call.account}:assumed-role/headwater/headwater"
    message = (
        f"User: {who} is not authorized to perform: {action} on resource: {resource} "
        f"because no identity-based policy allows the {action} action"
    )
    return AwsError(code, message, 403 if call.protocol != "json" else 400)


def _throttled(call: Call) -> AwsError:
    code = _THROTTLED_BY_SERVICE.get(call.service) or _THROTTLED.get(call.protocol, "ThrottlingException")
    status = 429 if call.service in {"lambda", "eventbridgev2", "pipes", "scheduler", "schemas"} else 400
    return AwsError(code, "Rate exceeded", 503 if code == "SlowDown" else status)
