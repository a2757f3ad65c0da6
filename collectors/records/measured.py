"""Rows of what flowed: by the logs of buses, and by CloudWatch."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from collectors.records.record import Arn, Record, Text


class Delivery(Record):
    """What became of events, by the hour, event type and target, from the logs of buses and of new buses' subscribers.

    Three kinds of rows: of a bus (no rule): received, rejected, unmatched; of a rule (no target): matched; of a rule and target:
    attempts, retried, throttled, succeeded, failed, dead_lettered. A count is null where it belongs to another kind of row, and where the
    level of the log does not tell it: a log of errors knows no success.
    """

    hour: datetime = Field(description="Start of the hour in which it was logged, UTC")
    bus_arn: Text = Field(
        None,
        description="The bus; null: a subscriber's log names the subscriber only, and it could not be described",
    )
    source: Text = Field(
        None,
        description="Source of the events; null: no record that was read tells it (a log of errors names the rule and target only)",
    )
    detail_type: Text = Field(None, description="Detail type of the events; null as source is")
    caller_account: Text = Field(None, description="Account that put them; null: not told")
    rule_arn: Text = Field(None, description="The rule or subscriber; null: the row is of the bus")
    target_arn: Text = Field(None, description="The target; null: the row is of the bus or of the rule")
    level: Literal["ERROR", "INFO", "TRACE"] = Field(
        description="Finest level of any record of the bus in that hour; ERROR: successes are not known"
    )
    received: int | None = Field(None, description="Events that the bus took in")
    rejected: int | None = Field(None, description="Events that the bus could not take in")
    unmatched: int | None = Field(None, description="Events that matched no rule (managed rules aside)")
    matched: int | None = Field(
        None, description="Events that the rule matched; a rule's matches may be logged at TRACE only"
    )
    attempts: int | None = Field(None, description="Attempts to deliver, retries included")
    retried: int | None = Field(None, description="Attempts that failed and are to be repeated")
    throttled: int | None = Field(None, description="Attempts that the target throttled")
    succeeded: int | None = Field(None, description="Events delivered")
    failed: int | None = Field(
        None, description="Events given up: dead-lettered, or dropped where there is no dead-letter queue"
    )
    dead_lettered: int | None = Field(None, description="Events put into the dead-letter queue")
    latency_ms: int | None = Field(
        None,
        description="Milliseconds from ingestion to the end of the delivery, summed over latency_count of them",
    )
    latency_count: int = Field(0, description="Deliveries whose latency is told")
    latency_max_ms: int | None = Field(None, description="The longest, milliseconds")
    duration_ms: int | None = Field(
        None, description="Milliseconds that the target took, summed over duration_count of them"
    )
    duration_count: int = Field(0, description="Deliveries whose duration is told")
    codes: tuple[str, ...] = Field(
        (), description="What failed attempts ended with: status word and HTTP status, no messages; ascending"
    )
    code_counts: tuple[int, ...] = Field((), description="How often each of the codes")
    first_seen: datetime = Field(description="UTC")
    last_seen: datetime = Field(description="UTC")
    evidence: str = Field(description="Where it was read: s3://…, a folder, or the ARN of a log group")


class Metric(Record):
    """One series of a CloudWatch metric: its points stand in two lists of equal length, oldest first."""

    arn: Arn = Field(
        description="What it measures: rule, subscriber, bus, queue, function, topic, pipe or schedule group"
    )
    namespace: str = Field(
        description="AWS/Events, AWS/EventsV2, AWS/SQS, AWS/Lambda, AWS/SNS, AWS/EventBridge/Pipes, AWS/Scheduler"
    )
    metric: str = Field(description="Name in CloudWatch")
    statistic: str = Field(description="Sum, Average, Maximum or p99")
    layer: Literal["recent", "days", "months"] = Field(
        "recent",
        description="Which range: recent (metric_hours), days (15 days by the hour), months (90 days in 6 hours)",
    )
    period_seconds: int = Field(description="Length of each point's window, seconds")
    start: datetime = Field(description="Start of the range that was asked for, UTC")
    end: datetime = Field(description="End of the range that was asked for, UTC")
    times: tuple[datetime, ...] = Field(
        description="Start of each point's window, UTC; a window CloudWatch has no point for is absent"
    )
    values: tuple[float, ...] = Field(
        description="Values in the metric's own unit: count, seconds, milliseconds or bytes; whole numbers as they are, others to five digits"
    )
