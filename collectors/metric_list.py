"""METRICS: the one visible list of the CloudWatch metrics that are read. Adding one is a row here, and its price.

CloudWatch asks about $0.01 for 1,000 series read, so only what an answer or a chart shows stands here.
"""

from typing import NamedTuple


class MetricRow(NamedTuple):
    """One metric of one kind of thing.

    dimensions: exactly these and no others. zero_when_missing: CloudWatch gets it only when it is not zero,
    so that a missing point of a thing that is otherwise counted means 0; elsewhere missing means not known.
    """

    namespace: str
    dimensions: tuple[str, ...]
    metric: str
    statistic: str
    zero_when_missing: bool


RULE = ("EventBusName", "RuleName")
DEFAULT_RULE = ("RuleName",)
SUBSCRIBER = ("EventBus", "Subscriber")
NEW_BUS = ("EventBus",)

_RULE_METRICS = (
    ("MatchedEvents", "Sum", False),
    ("TriggeredRules", "Sum", False),
    ("Invocations", "Sum", True),
    ("FailedInvocations", "Sum", True),
    ("InvocationsSentToDlq", "Sum", True),
    ("InvocationsFailedToBeSentToDlq", "Sum", True),
    ("RetryInvocationAttempts", "Sum", True),
    ("ThrottledRules", "Sum", False),
    # p99: a mean hides the few events that wait for minutes
    ("IngestionToInvocationStartLatency", "p99", False),
    ("IngestionToInvocationSuccessLatency", "p99", False),
)
_SUBSCRIBER_METRICS = (
    ("FilterMatched", "Sum", False),
    ("EventDeliveryAttempts", "Sum", False),
    ("EventsDelivered", "Sum", False),
    ("EventsDropped", "Sum", False),
    ("OnFailureDestinationDelivered", "Sum", False),
    ("ApproximateBacklogAge", "Maximum", False),
)

METRICS: tuple[MetricRow, ...] = (
    *(MetricRow("AWS/Events", DEFAULT_RULE, *row) for row in _RULE_METRICS),
    *(MetricRow("AWS/Events", RULE, *row) for row in _RULE_METRICS),
    *(MetricRow("AWS/EventsV2", SUBSCRIBER, *row) for row in _SUBSCRIBER_METRICS),
    MetricRow("AWS/EventsV2", NEW_BUS, "PublishEventsEntryCount", "Sum", False),
    MetricRow("AWS/EventsV2", NEW_BUS, "PublishEventsFailedEntriesCount", "Sum", False),
    # Automatic moves to a dead-letter queue are not in its NumberOfMessagesSent: …Visible tells of them.
    MetricRow("AWS/SQS", ("QueueName",), "NumberOfMessagesSent", "Sum", False),
    MetricRow("AWS/SQS", ("QueueName",), "NumberOfMessagesReceived", "Sum", False),
    MetricRow("AWS/SQS", ("QueueName",), "NumberOfMessagesDeleted", "Sum", False),
    MetricRow("AWS/SQS", ("QueueName",), "ApproximateNumberOfMessagesVisible", "Maximum", False),
    MetricRow("AWS/SQS", ("QueueName",), "ApproximateNumberOfMessagesNotVisible", "Maximum", False),
    MetricRow("AWS/SQS", ("QueueName",), "ApproximateAgeOfOldestMessage", "Maximum", False),
    MetricRow("AWS/Lambda", ("FunctionName",), "Invocations", "Sum", False),
    MetricRow("AWS/Lambda", ("FunctionName",), "Errors", "Sum", False),
    MetricRow("AWS/Lambda", ("FunctionName",), "Throttles", "Sum", False),
    MetricRow("AWS/Lambda", ("FunctionName",), "Duration", "Average", False),
    MetricRow("AWS/Lambda", ("FunctionName",), "IteratorAge", "Maximum", False),
    MetricRow("AWS/Lambda", ("FunctionName",), "DeadLetterErrors", "Sum", False),
    MetricRow("AWS/Lambda", ("FunctionName",), "AsyncEventsDropped", "Sum", False),
    MetricRow("AWS/SNS", ("TopicName",), "NumberOfMessagesPublished", "Sum", False),
    MetricRow("AWS/SNS", ("TopicName",), "NumberOfNotificationsDelivered", "Sum", False),
    MetricRow("AWS/SNS", ("TopicName",), "NumberOfNotificationsFailed", "Sum", False),
    MetricRow("AWS/SNS", ("TopicName",), "NumberOfNotificationsFilteredOut", "Sum", False),
    MetricRow("AWS/EventBridge/Pipes", ("PipeName",), "EventCount", "Sum", False),
    MetricRow("AWS/EventBridge/Pipes", ("PipeName",), "Invocations", "Sum", False),
    MetricRow("AWS/EventBridge/Pipes", ("PipeName",), "ExecutionFailed", "Sum", False),
    MetricRow("AWS/EventBridge/Pipes", ("PipeName",), "ExecutionTimeout", "Sum", False),
    MetricRow("AWS/EventBridge/Pipes", ("PipeName",), "EnrichmentStageFailed", "Sum", False),
    MetricRow("AWS/EventBridge/Pipes", ("PipeName",), "TargetStageFailed", "Sum", False),
    # Scheduler counts by group only, never by schedule.
    MetricRow("AWS/Scheduler", ("ScheduleGroup",), "InvocationAttemptCount", "Sum", False),
    MetricRow("AWS/Scheduler", ("ScheduleGroup",), "TargetErrorCount", "Sum", False),
    MetricRow("AWS/Scheduler", ("ScheduleGroup",), "InvocationDroppedCount", "Sum", False),
)

NAMESPACES = tuple(dict.fromkeys(row.namespace for row in METRICS))
