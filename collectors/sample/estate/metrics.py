"""A day of CloudWatch metrics as formulas (the server computes the values), with one incident that still lasts.

The incident: four hours ago the function `notify-customer` began to slow down and to fail. Its queue
`shipping-notices` backs up and grows old, and what failed too often fills `shipping-notices-dlq`.
"""

from collections.abc import Iterator
from typing import Any

from collectors.sample.estate import every
from collectors.sample.estate.day import PEAK_HOUR
from collectors.sample.estate.place import Place
from collectors.sample.estate.rates import (
    arriving,
    fails,
    passed_on,
    rate_of_bus,
    rate_of_rule,
    rate_of_subscriber,
)
from collectors.sample.estate.shapes import (
    EventSourceMapping,
    Function,
    NewBus,
    Pipe,
    Queue,
    Rule,
    ScheduleGroup,
    Subscriber,
    Topic,
    TopicSubscription,
)

Series = dict[str, Any]
SLOW_FUNCTION, ITS_QUEUE, ITS_DEAD_LETTERS = "notify-customer", "shipping-notices", "shipping-notices-dlq"
KEPT_HOURS = 96  # how long the estate's queues keep a message: `make_services.make_queue`
_LASTS = {"start_hours_ago": 4, "hours": 4, "stays": True}
_INCIDENT: dict[tuple[str, str], Series] = {
    (SLOW_FUNCTION, "Duration"): _LASTS | {"factor": 14},
    (SLOW_FUNCTION, "Errors"): _LASTS | {"add": 1.5},
    (SLOW_FUNCTION, "Throttles"): _LASTS | {"add": 0.5},
    (ITS_QUEUE, "NumberOfMessagesDeleted"): _LASTS | {"factor": 0.3},
    (ITS_QUEUE, "ApproximateNumberOfMessagesVisible"): _LASTS | {"ramp": 340},
    (ITS_QUEUE, "ApproximateNumberOfMessagesNotVisible"): _LASTS | {"add": 20},
    (ITS_QUEUE, "ApproximateAgeOfOldestMessage"): _LASTS | {"ramp": 13500},
    (ITS_DEAD_LETTERS, "ApproximateNumberOfMessagesVisible"): _LASTS | {"ramp": 160},
    (ITS_DEAD_LETTERS, "ApproximateAgeOfOldestMessage"): _LASTS | {"ramp": 14000},
}


def metrics() -> Iterator[tuple[Place, Series]]:
    """Every series with the place that sends it; `base` is the value of one minute at the day's mean."""
    rates = arriving()
    yield from _rules()
    yield from _subscribers()
    read = _read()
    for _, queue in every(Queue):
        arn = queue.at.queue(queue.name)
        for series in _queue(queue, rates.get(arn, 0), read=arn in read):
            yield queue.at, series
    for _, function in every(Function):
        for series in _function(function.name, rates.get(function.at.function(function.name), 0)):
            yield function.at, series
    for _, topic in every(Topic):
        for series in _topic(topic, rates.get(topic.at.topic(topic.name), 0)):
            yield topic.at, series
    for _, pipe in every(Pipe):
        for series in _pipe(pipe, rates.get(pipe.source, 0)):
            yield pipe.at, series
    for _, group in every(ScheduleGroup):
        by_group = {"ScheduleGroup": group.name}
        yield group.at, _counted("AWS/Scheduler", "InvocationAttemptCount", by_group, 4)


def _counted(
    namespace: str, metric: str, by: dict[str, str], per_hour: float, *, sparse: bool = False
) -> Series:
    """A count that follows the shop's day. Counts of one thing stray together: what all fails, fails as often as it is tried."""
    series = {"namespace": namespace, "metric": metric, "dimensions": by, "base": per_hour / 60}
    series |= {"amplitude": 0.6, "peak_hour": PEAK_HOUR, "noise": 0.2, "whole": True, "together": str(by)}
    if sparse:
        series["sparse_zero"] = True
    return _troubled(series, next(iter(by.values())))


def _level(namespace: str, metric: str, by: dict[str, str], value: float) -> Series:
    """A level (a length, an age, a duration) that strays around a value."""
    series: Series = {"namespace": namespace, "metric": metric, "dimensions": by, "base": value}
    series |= {"amplitude": 0.2, "peak_hour": PEAK_HOUR, "noise": 0.3}
    return _troubled(series, next(iter(by.values())))


def _troubled(series: Series, name: str) -> Series:
    incident = _INCIDENT.get((name, series["metric"]))
    return series | {"incidents": [incident]} if incident else series


def _rules() -> Iterator[tuple[Place, Series]]:
    for _, rule in every(Rule):
        rate = rate_of_rule(rule)
        if not rule.enabled:
            continue
        by = {"RuleName": rule.name} if rule.bus == "default" else {"EventBusName": rule.bus}
        by["RuleName"] = rule.name
        failing = [target for target in rule.targets if fails(rule, target)]
        each, failed = rate * len(rule.targets), rate * len(failing)
        dead = rate * sum(target.dead_letter is not None for target in failing)
        counts = {"MatchedEvents": rate, "TriggeredRules": rate, "InvocationAttempts": each}
        counts["SuccessfulInvocationAttempts"] = each - failed
        for metric, per_hour in counts.items():
            yield rule.at, _counted("AWS/Events", metric, by, per_hour)
        yield rule.at, _counted("AWS/Events", "Invocations", by, each, sparse=True)
        yield rule.at, _counted("AWS/Events", "FailedInvocations", by, failed, sparse=True)
        yield rule.at, _counted("AWS/Events", "InvocationsSentToDlq", by, dead, sparse=True)
        yield rule.at, _level("AWS/Events", "IngestionToInvocationStartLatency", by, 180)


def _subscribers() -> Iterator[tuple[Place, Series]]:
    for _, subscriber in every(Subscriber):
        by = {"EventBus": subscriber.bus.rsplit("/", 1)[-1], "Subscriber": subscriber.name}
        rate = rate_of_subscriber(subscriber)
        for metric in ("FilterMatched", "EventDeliveryAttempts", "EventsDelivered", "TargetInvocations"):
            yield subscriber.at, _counted("AWS/EventsV2", metric, by, rate)
        yield subscriber.at, _counted("AWS/EventsV2", "FilterEvaluated", by, rate_of_bus(subscriber.bus))
        yield subscriber.at, _counted("AWS/EventsV2", "EventsDropped", by, 0)
    for _, bus in every(NewBus):
        by = {"EventBus": bus.name}
        yield (
            bus.at,
            _counted("AWS/EventsV2", "PublishEventsEntryCount", by, rate_of_bus(bus.at.new_bus(bus.name))),
        )
        yield bus.at, _counted("AWS/EventsV2", "PublishEventsFailedEntriesCount", by, 0)


def _read() -> set[str]:
    """The queues that something takes from."""
    mappings = {mapping.source for _, mapping in every(EventSourceMapping) if mapping.enabled}
    return mappings | {pipe.source for _, pipe in every(Pipe) if pipe.running}


def _queue(queue: Queue, rate: float, *, read: bool) -> Iterator[Series]:
    by = {"QueueName": queue.name}
    unread = rate > 0 and not read
    taken = rate if read else 0
    yield _counted("AWS/SQS", "NumberOfMessagesSent", by, rate)
    yield _counted("AWS/SQS", "NumberOfMessagesReceived", by, taken)
    yield _counted("AWS/SQS", "NumberOfMessagesDeleted", by, taken)
    waiting = _level("AWS/SQS", "ApproximateNumberOfMessagesVisible", by, rate / 400)
    oldest = _level("AWS/SQS", "ApproximateAgeOfOldestMessage", by, 4 if rate else 0)
    if unread:
        # four days' worth, as long as the queue keeps them
        yield waiting | {"base": rate * KEPT_HOURS, "amplitude": 0, "noise": 0.02}
        yield oldest | {"base": 345_000, "amplitude": 0, "noise": 0.001}
    else:
        yield waiting
        yield oldest
    yield _level("AWS/SQS", "ApproximateNumberOfMessagesNotVisible", by, rate / 600)
    yield _level("AWS/SQS", "SentMessageSize", by, 1400 if rate else 0)


def _function(name: str, rate: float) -> Iterator[Series]:
    by = {"FunctionName": name}
    yield _counted("AWS/Lambda", "Invocations", by, rate)
    yield _counted("AWS/Lambda", "Errors", by, rate * 0.002)
    yield _counted("AWS/Lambda", "Throttles", by, 0)
    if rate:
        yield _level("AWS/Lambda", "Duration", by, 90 + len(name) * 11)


def _topic(topic: Topic, rate: float) -> Iterator[Series]:
    by, arn = {"TopicName": topic.name}, topic.at.topic(topic.name)
    shares = [passed_on(each) for _, each in every(TopicSubscription) if each.topic == arn]
    yield _counted("AWS/SNS", "NumberOfMessagesPublished", by, rate)
    yield _counted("AWS/SNS", "NumberOfNotificationsDelivered", by, rate * sum(shares))
    yield _counted("AWS/SNS", "NumberOfNotificationsFailed", by, 0)
    yield _counted("AWS/SNS", "NumberOfNotificationsFilteredOut", by, rate * (len(shares) - sum(shares)))


def _pipe(pipe: Pipe, rate: float) -> Iterator[Series]:
    if not pipe.running:
        return
    by = {"PipeName": pipe.name}
    for metric in ("EventCount", "Invocations"):
        yield _counted("AWS/EventBridge/Pipes", metric, by, rate)
    for metric in ("ExecutionFailed", "ExecutionTimeout", "TargetStageFailed", "EnrichmentStageFailed"):
        yield _counted("AWS/EventBridge/Pipes", metric, by, 0)
    yield _level("AWS/EventBridge/Pipes", "Duration", by, 220)
