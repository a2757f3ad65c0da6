"""GROUPS: the one visible list of the charts of a thing, and of the CloudWatch metrics that are drawn in each."""

from typing import NamedTuple


class Group(NamedTuple):
    """Metrics that share an axis."""

    title: str
    unit: str
    metrics: tuple[str, ...]


GROUPS = (
    Group(
        "Rate",
        "in each window",
        (
            "MatchedEvents",
            "TriggeredRules",
            "FilterMatched",
            "EventDeliveryAttempts",
            "PublishEventsEntryCount",
            "NumberOfMessagesSent",
            "NumberOfMessagesReceived",
            "NumberOfMessagesDeleted",
            "NumberOfMessagesPublished",
            "NumberOfNotificationsDelivered",
            "NumberOfNotificationsFilteredOut",
            "Invocations",
            "EventsDelivered",
            "EventCount",
            "InvocationAttemptCount",
        ),
    ),
    Group(
        "Failures",
        "in each window",
        (
            "FailedInvocations",
            "ThrottledRules",
            "InvocationsSentToDlq",
            "InvocationsFailedToBeSentToDlq",
            "EventsDropped",
            "OnFailureDestinationDelivered",
            "PublishEventsFailedEntriesCount",
            "Errors",
            "Throttles",
            "DeadLetterErrors",
            "AsyncEventsDropped",
            "NumberOfNotificationsFailed",
            "ExecutionFailed",
            "ExecutionTimeout",
            "EnrichmentStageFailed",
            "TargetStageFailed",
            "TargetErrorCount",
            "InvocationDroppedCount",
            "RetryInvocationAttempts",
        ),
    ),
    Group(
        "Latency",
        "milliseconds",
        ("IngestionToInvocationStartLatency", "IngestionToInvocationSuccessLatency", "Duration"),
    ),
    Group(
        "Backlog", "messages", ("ApproximateNumberOfMessagesVisible", "ApproximateNumberOfMessagesNotVisible")
    ),
    Group("Age of the oldest message", "seconds", ("ApproximateAgeOfOldestMessage", "ApproximateBacklogAge")),
    Group("Age of the records read from the stream", "milliseconds", ("IteratorAge",)),
)
"""All that is read of CloudWatch is drawn: each metric of METRICS stands in one of them (a test says so)."""
