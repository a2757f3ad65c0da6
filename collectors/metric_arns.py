"""From a metric's dimensions to the ARN of what it measures."""

from collections import defaultdict
from functools import cached_property
from typing import Any

from collectors.errors import RefusedError
from collectors.scope import Scope
from collectors.unread import rows_of


class Owners:
    """ARNs of what the metrics of one account and region measure."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._told: set[str] = set()

    def arn_of(self, namespace: str, values: dict[str, str]) -> str | None:
        """The ARN, or null when it cannot be named: an ambiguous name is a gap, one that is gone is none."""
        if namespace == "AWS/EventsV2":
            return self._of_new_bus(values)
        if namespace == "AWS/Events":
            return self._rule(values)
        service, prefix, name = _BY_NAME[namespace]
        return self._scope.arn(service, f"{prefix}{values[name]}") if values[name] else None

    def _rule(self, values: dict[str, str]) -> str | None:
        """`rule/NAME` on the default bus, else `rule/BUS/NAME`."""
        bus = values.get("EventBusName", "default").rpartition("event-bus/")[2]
        name = values.get("RuleName")
        if not bus or not name:
            return None
        return self._scope.arn("events", f"rule/{name}" if bus == "default" else f"rule/{bus}/{name}")

    def _of_new_bus(self, values: dict[str, str]) -> str | None:
        """The dimension's value is an ARN, NAME/ID or a name: documents say each."""
        bus, subscriber = values.get("EventBus", ""), values.get("Subscriber")
        if subscriber is None:
            return bus if bus.startswith("arn:") else self._only(self._buses[bus], bus)
        if subscriber.startswith("arn:"):
            return subscriber
        bus_arns = {bus} if bus.startswith("arn:") else self._buses[bus]
        return self._only({arn for one in bus_arns for arn in self._subscribers[one, subscriber]}, subscriber)

    def _only(self, arns: set[str], name: str) -> str | None:
        # CloudWatch names what was deleted up to two weeks ago: none is no gap, two are
        if len(arns) > 1 and name not in self._told:
            self._told.add(name)
            told = f"CloudWatch counts by the name {name!r}, which {len(arns)} things share: their metrics are left out."
            self._scope.gap("partial", "cloudwatch:ListMetrics", "AmbiguousName", told, name)
        return next(iter(arns)) if len(arns) == 1 else None

    @cached_property
    def _listed(self) -> list[dict[str, Any]]:
        """All subscribers that this account may see: its own, and those on its buses."""
        own = self._list("list_subscribers", "Subscribers")
        for bus in self._list("list_event_buses", "EventBuses"):
            own += self._list("list_subscribers", "Subscribers", EventBusArn=bus.get("EventBusArn"))
            own.append({"EventBusArn": bus.get("EventBusArn")})
        return [one for one in own if one.get("EventBusArn")]

    def _list(self, operation: str, key: str, **params: Any) -> list[dict[str, Any]]:
        try:
            return list(self._scope.pages("eventbridgev2", operation, key, **params))
        except RefusedError as error:
            if error.status != "unsupported":
                of_new = rows_of("metrics", namespace="AWS/EventsV2")
                self._scope.refuse(error, "names of new buses and subscribers in metrics", of_new)
            return []

    @cached_property
    def _buses(self) -> defaultdict[str, set[str]]:
        """Name, and NAME/ID as the guide has it → ARNs; the ARN is …:event-busv2/NAME/ID."""
        found: defaultdict[str, set[str]] = defaultdict(set)
        for one in self._listed:
            path = one["EventBusArn"].rpartition("event-busv2/")[2]
            for name in (path, path.split("/")[0]):
                found[name].add(one["EventBusArn"])
        return found

    @cached_property
    def _subscribers(self) -> defaultdict[tuple[str, str], set[str]]:
        """(bus ARN, subscriber name) → ARNs."""
        found: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
        for one in self._listed:
            if one.get("SubscriberArn"):
                found[one["EventBusArn"], one.get("Name") or ""].add(one["SubscriberArn"])
        return found


_BY_NAME = {
    "AWS/SQS": ("sqs", "", "QueueName"),
    "AWS/SNS": ("sns", "", "TopicName"),
    "AWS/Lambda": ("lambda", "function:", "FunctionName"),
    "AWS/EventBridge/Pipes": ("pipes", "pipe/", "PipeName"),
    "AWS/Scheduler": ("scheduler", "schedule-group/", "ScheduleGroup"),
}
"""Namespace → service and prefix of the ARN, and the dimension that holds the name."""
