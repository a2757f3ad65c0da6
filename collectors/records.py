"""The dataframe model: one pydantic model per frame, the meaning of a column on its field.

Every frame also has the columns `account`, `region` and `collector` (the scope that read the row).
Missing is null, never "". Times are UTC. Sizes are bytes, ages seconds. docs/data.md is generated from here.
"""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field


def _null_if_empty(value: object) -> object:
    return None if value == "" else value


def _is_arn(value: str) -> str:
    if not value.startswith("arn:") or value.count(":") < 5:
        raise ValueError(f"not an ARN: {value[:120]!r}")
    return value


Text = Annotated[str | None, BeforeValidator(_null_if_empty)]
Arn = Annotated[str, AfterValidator(_is_arn)]

Status = Literal["ok", "partial", "denied", "throttled", "unsupported", "failed"]
InputKind = Literal["event", "path", "constant", "template", "jsonata", "with-metadata"]
Dialect = Literal["sns-attributes", "sns-body", "lambda", "pipes"]
LinkKind = Literal[
    "sns-subscription",
    "event-source-mapping",
    "pipe-source",
    "pipe-enrichment",
    "pipe-target",
    "async-destination",
    "redrive",
    "archive",
    "replay",
    "schedule",
    "discoverer",
    "event-source",
    "endpoint",
    "delivery-stream",
    "notification",
    "put-events",
]


class Record(BaseModel):
    """A row. Collectors yield these; a value that does not fit is a gap that names the field."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Bus(Record):
    """An event bus, classic or new. The default bus of each region is one."""

    arn: Arn = Field(description="Identity. A new bus's ARN ends in an id that makes it unique")
    name: str = Field(description="Name; repeats across accounts and regions")
    kind: Literal["classic", "new"] = Field(
        description="classic: events API, rules; new: eventbridgev2 API, subscribers"
    )
    description: Text = Field(None, description="As its owner wrote it")
    state: Text = Field(None, description="New buses: ACTIVE, CREATING, …; null for classic ones")
    policy: Text = Field(
        None,
        description="Resource policy, JSON text; null when there is none or it was not readable (then a gap says so)",
    )
    kms_key: Text = Field(None, description="Customer-managed key; schema discovery does not work with one")
    dead_letter_arn: Text = Field(None, description="The bus's own dead-letter queue")
    log_level: Text = Field(
        None, description="OFF, ERROR, INFO or TRACE (DescribeEventBus LogConfig); null: not set"
    )
    log_detail: Text = Field(None, description="NONE or FULL: whether logs hold the event's detail")
    retention_days: int | None = Field(
        None, description="New buses: days events stay replayable; days, 1 to 365"
    )
    partner_source: Text = Field(None, description="Partner event source that feeds a classic partner bus")
    created_at: datetime | None = Field(None, description="UTC")
    modified_at: datetime | None = Field(None, description="UTC")


class Subscription(Record):
    """bus → filter → target: a classic rule's target, or a new bus's subscriber.

    Identity is (arn, target_id). A rule without targets, or whose targets could not be read, is one row with null target_id.
    """

    arn: Arn = Field(description="ARN of the rule or of the subscriber")
    target_id: Text = Field(
        None,
        description="The target's id within the rule; null for subscribers and for a rule without targets",
    )
    kind: Literal["rule", "subscriber"] = Field(description="rule: classic bus; subscriber: new bus")
    name: str = Field(description="Name of the rule or subscriber; repeats across buses")
    bus_arn: Arn = Field(description="The bus it listens on")
    state: str = Field(
        description="ENABLED, DISABLED, ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS; RUNNING, STOPPED"
    )
    revoked: bool = Field(False, description="A subscriber whose access the bus's owner has revoked")
    description: Text = Field(None, description="As its owner wrote it")
    managed_by: Text = Field(
        None, description="The AWS service that made the rule, e.g. schemas.amazonaws.com"
    )
    pattern: Text = Field(
        None,
        description="Event pattern of the rule, or the subscriber's DATA filter, JSON text as AWS holds it; null: none",
    )
    metadata_pattern: Text = Field(
        None, description="The subscriber's METADATA filter; ANDed with the others"
    )
    system_pattern: Text = Field(
        None, description="The subscriber's SYSTEM_METADATA filter; ANDed with the others"
    )
    filters_hidden: bool = Field(
        False,
        description="A subscriber that is listed but whose filters were not readable, or a rule of which AWS told no pattern: it may take anything",
    )
    schedule: Text = Field(
        None, description="cron(…) or rate(…) of a scheduled rule; such a rule matches no events"
    )
    target_arn: Text = Field(None, description="Where matching events go, as configured (a qualifier stays)")
    role_arn: Text = Field(None, description="Role used to deliver")
    dead_letter_arn: Text = Field(
        None, description="Queue for events that could not be delivered; null: none, they are dropped"
    )
    retry_attempts: int | None = Field(None, description="Maximum retries; null: AWS's default of 185")
    max_age_seconds: int | None = Field(
        None, description="Maximum event age, seconds; null: AWS's default of 86400"
    )
    input_kind: InputKind = Field(
        "event", description="What the target gets: the event, a part of it, a constant, a template, JSONata"
    )
    input_paths: tuple[str, ...] = Field((), description="JSON paths of the event that the input reads")
    input_template: Text = Field(
        None, description="Shape of the template: keys and placeholders; literals are dropped"
    )
    log_level: Text = Field(None, description="Subscriber log level; null for rules")
    runs: Text = Field(
        None, description="ECS: the task definition that is run on the cluster; Batch: the job definition"
    )
    attributes: tuple[str, ...] = Field(
        (), description="Names of the SNS message attributes that a subscriber sends; rules send none"
    )


class Resource(Record):
    """Anything but a bus that an event can pass through or end in."""

    arn: Arn = Field(description="Identity, without version or alias")
    kind: str = Field(
        description="queue, topic, function, state-machine, stream, table, delivery-stream, pipe, schedule, archive, api-destination, connection, event-source, endpoint, log-group, task-family, bucket"
    )
    name: str = Field(description="Name as its owner knows it")
    state: Text = Field(None, description="State in the service's own word; null where it has none")
    description: Text = Field(None, description="As its owner wrote it")
    role_arn: Text = Field(
        None, description="The role it runs as: how a PutEvents caller is traced back to it"
    )
    policy: Text = Field(None, description="Resource policy, JSON text")
    endpoint: Text = Field(
        None, description="API destinations: URL without query; event sources: partner or service name"
    )
    parent_arn: Text = Field(
        None, description="API destination → its connection; archive and replay → its bus"
    )
    kms_key: Text = Field(None, description="Customer-managed key")
    dead_letter_arn: Text = Field(
        None, description="Where failures go: a queue's redrive target, a function's dead-letter target"
    )
    max_receives: int | None = Field(
        None, description="Queues: receives before a message moves to the dead-letter queue"
    )
    retention_seconds: int | None = Field(
        None,
        description="Queues, streams, archives: how long messages are kept, seconds; null: without end or not applicable",
    )
    visibility_timeout_seconds: int | None = Field(
        None, description="Queues: seconds a received message stays hidden"
    )
    schedule: Text = Field(None, description="Schedules: cron(…), rate(…) or at(…)")
    pattern: Text = Field(None, description="Archives and event sources: which events they take, JSON text")
    created_at: datetime | None = Field(None, description="UTC")
    modified_at: datetime | None = Field(None, description="UTC")


class Link(Record):
    """Whatever carries an event onward between two resources, rules and subscribers aside."""

    arn: Text = Field(
        None,
        description="ARN of the link itself: SNS subscription, event source mapping, pipe, schedule; null where it has none",
    )
    kind: LinkKind = Field(description="What carries the event")
    from_arn: Arn = Field(description="Where it comes from")
    to_arn: str = Field(
        description="Where it goes: an ARN, or the address of an HTTP, e-mail or SMS subscription (addresses of people are shortened)"
    )
    state: Text = Field(
        None,
        description="State in the service's own word: Enabled, Disabled, RUNNING, STOPPED, PendingConfirmation",
    )
    active: bool = Field(True, description="False when disabled, stopped or not confirmed")
    dialect: Dialect | None = Field(None, description="Language of the filters")
    filters: tuple[str, ...] = Field((), description="Patterns, JSON text, ORed; none: everything passes")
    filters_hidden: bool = Field(
        False, description="Filters exist but could not be read (encrypted or denied)"
    )
    condition: Text = Field(None, description="Async destinations: OnSuccess or OnFailure; SNS: protocol")
    raw_delivery: bool | None = Field(
        False, description="SNS: the message arrives bare, without SNS's envelope; null: could not be read"
    )
    dead_letter_arn: Text = Field(None, description="Where what could not be carried goes")
    role_arn: Text = Field(None, description="Role used to carry")
    input_kind: InputKind = Field(
        "event", description="What arrives: the event, a part of it, a constant, a template"
    )
    input_paths: tuple[str, ...] = Field((), description="JSON paths the input reads")
    input_template: Text = Field(None, description="Shape of the template; literals are dropped")
    source: Text = Field(
        None,
        description="Source it puts on a bus with: pipe, schedule, state machine or endpoint; null: not told",
    )
    detail_type: Text = Field(None, description="Detail type it puts on a bus with; null: not told")
    runs: Text = Field(
        None, description="ECS: the task definition that is run on the cluster; Batch: the job definition"
    )


class Policy(Record):
    """A policy that decides whether an event is delivered: of a role that delivers, or of one version or alias of a function.

    A row for each policy and each scope that names the role; the same role may have rows of several scopes.
    """

    arn: Arn = Field(description="The role, or the function with its version or alias")
    kind: Literal["absent", "trust", "permissions", "boundary", "resource"] = Field(
        description="absent: there is no such role; trust: who may be the role; permissions and boundary: what it may do; resource: who may call the version or alias"
    )
    name: Text = Field(None, description="Name or ARN of the policy; null for trust and resource")
    document: Text = Field(None, description="The policy, JSON text; null: there is none")


class Schema(Record):
    """A schema in a registry, with the content of its latest version."""

    arn: Arn = Field(description="Identity")
    registry: str = Field(description="aws.events, discovered-schemas or a custom registry")
    name: str = Field(description="Name in the registry, e.g. com.acme.orders@OrderPlaced")
    type: Text = Field(None, description="OpenApi3 or JSONSchemaDraft4")
    description: Text = Field(None, description="As its owner wrote it")
    source: Text = Field(
        None, description="x-amazon-events-source, read from the content; null when it does not say"
    )
    detail_type: Text = Field(None, description="x-amazon-events-detail-type, read from the content")
    version: Text = Field(None, description="Latest version")
    version_count: int = Field(0, description="How many versions there are")
    content: Text = Field(
        None,
        description="Latest content, JSON text, without example and default values; null when not fetched",
    )
    created_at: datetime | None = Field(None, description="UTC: when the latest version was made")
    modified_at: datetime | None = Field(None, description="UTC")


class SchemaVersion(Record):
    """One version of a schema: its metadata."""

    schema_arn: Arn = Field(description="The schema's ARN")
    version: str = Field(description="Version, a number as text")
    type: Text = Field(None, description="OpenApi3 or JSONSchemaDraft4")
    content: Text = Field(
        None,
        description="Content of an earlier version, as the schema's; null: not fetched, or the latest one",
    )


class Tag(Record):
    """A tag on a resource, bus, rule or subscriber."""

    arn: Arn = Field(description="What it is on")
    key: str = Field(description="Key")
    value: str = Field(description="Value; may be empty")


class Trace(Record):
    """Who put which events where, from CloudTrail data events: totals of all that is kept, and the hours. No event bodies."""

    principal: str = Field(
        description="Who called: the role behind the session (sessionIssuer.arn), the user, or the service"
    )
    principal_kind: Literal["role", "person", "user", "service", "account", "unknown"] = Field(
        description="person: a role of IAM Identity Center; names of people are not kept"
    )
    principal_account: Text = Field(None, description="Account of the caller")
    via: Text = Field(
        None, description="Service that called on its behalf (invokedBy), e.g. pipes.amazonaws.com"
    )
    action: Literal["PutEvents", "PutPartnerEvents"] = Field("PutEvents", description="The call")
    bus_arn: Arn = Field(
        description="Bus the entry named; the caller's default bus when it named none. PutPartnerEvents: the partner event source"
    )
    source: str = Field(description="Source of the entry")
    detail_type: str = Field(description="Detail type of the entry")
    events: int = Field(description="Accepted entries; a record seen twice (same eventID) counts once")
    failed: int = Field(description="Rejected entries")
    first_seen: datetime = Field(description="UTC, exact")
    last_seen: datetime = Field(description="UTC, exact")
    evidence: str = Field(
        description="Where it was read: the trail's location; athena:… or insights:… when not from files"
    )
    hours: tuple[datetime, ...] = Field(
        (), description="Starts of the hours in which it was seen, ascending, UTC"
    )
    events_by_hour: tuple[int, ...] = Field((), description="Accepted entries of each of these hours")
    failed_by_hour: tuple[int, ...] = Field((), description="Rejected entries of each of these hours")


class Seen(Record):
    """What the readers of traces remember, so that the next run reads only what is new and nothing counts twice."""

    kind: Literal["way", "files", "since", "ids", "athena", "insights"] = Field(
        description="way: what was read, and how; files: log files read; since: from where to list next; ids: eventIDs of an hour; others: of that reader"
    )
    evidence: Text = Field(None, description="The trail's location")
    at: datetime | None = Field(
        None, description="files: the day; ids: the hour; since and others: up to when it was read; UTC"
    )
    count: int = Field(0, description="How many hashes")
    hashes: bytes | None = Field(
        None, description="64-bit hashes of eventIDs or files, ascending, little-endian"
    )


class PrincipalRole(Record):
    """A role that was seen to put events, or that a bus's policy names: who may be it, by its trust policy. Its tags are rows of `tags`.

    Identity is (arn, the scope that read it): a role belongs to the account, and each region's scope tells of those it saw.
    """

    arn: Arn = Field(description="The role")
    name: str = Field(description="Its name, without the path")
    absent: bool = Field(False, description="There is no such role (any more)")
    trusted: tuple[str, ...] = Field(
        (),
        description="Who may be the role: services (lambda.amazonaws.com), hosts of identity providers (token.actions.githubusercontent.com), accounts; * for anyone",
    )
    description: Text = Field(None, description="As its owner wrote it")
    created_at: datetime | None = Field(None, description="UTC")


class Grant(Record):
    """A statement of an identity policy that is about PutEvents, by the role or user that has it. Only with `permitted = true`.

    Its boundary's statements are rows too: what it does not allow, no other policy does.
    """

    principal: Arn = Field(description="The role or user; a user has the statements of its groups too")
    principal_kind: Literal["role", "user"] = Field(description="role or user")
    kind: Literal["permissions", "boundary"] = Field(
        description="permissions: a policy of its own, attached, or of a group; boundary: its permissions boundary"
    )
    policy: str = Field(description="Name or ARN of the policy")
    boundary: Text = Field(None, description="ARN of the principal's permissions boundary; null: none")
    effect: Literal["Allow", "Deny", "none", "unread"] = Field(
        description="Allow or Deny; none: the boundary says nothing of PutEvents; unread: the policy's text did not come"
    )
    actions: tuple[str, ...] = Field((), description="Action of the statement, those that cover PutEvents")
    not_actions: tuple[str, ...] = Field((), description="NotAction of the statement")
    resources: tuple[str, ...] = Field((), description="Resource of the statement")
    not_resources: tuple[str, ...] = Field((), description="NotResource of the statement")
    conditions: Text = Field(
        None,
        description="Condition of the statement, JSON text; values are kept of source and detail type, of other keys only that they are asked for",
    )


class Trail(Record):
    """A trail of CloudTrail, as each account that it tells about sees it, in the trail's home region.

    Whether it logs PutEvents decides what can be observed. Identity is (account, arn).
    """

    arn: Arn = Field(description="The trail; its account is the one that owns it")
    name: str = Field(description="Its name")
    home_region: Text = Field(None, description="Where it was made, and where its selectors are set")
    bucket: Text = Field(None, description="Bucket of its log files")
    prefix: Text = Field(None, description="Prefix of its log files in the bucket")
    log_group: Text = Field(None, description="ARN of the log group it also writes to; null: none")
    kms_key: Text = Field(None, description="Key of its log files; null: S3's own")
    is_multi_region: bool = Field(False, description="Whether it tells of all regions")
    is_organization: bool = Field(False, description="Whether it tells of all accounts of an organization")
    is_logging: bool | None = Field(
        None, description="Whether it is switched on (GetTrailStatus); null: not readable"
    )
    selectors_read: bool = Field(False, description="Whether its event selectors could be read")
    puts: Literal["all", "some", "none"] | None = Field(
        None,
        description="PutEvents data events in its log: all; some, by a further condition of the selector; none; null: selectors were not readable",
    )
    selectors: Text = Field(
        None,
        description="Its event selectors, JSON text as PutEventSelectors takes them: EventSelectors or AdvancedEventSelectors",
    )


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


class Change(Record):
    """Who changed the wiring: a management event from CloudTrail's event history."""

    id: str = Field(description="eventID")
    at: datetime = Field(description="UTC")
    action: str = Field(description="PutRule, PutTargets, CreateSubscriber, …")
    principal: Text = Field(
        None, description="Role, user or service that did it; names of people are not kept"
    )
    resource: Text = Field(None, description="Name or ARN of what was changed, as CloudTrail gives it")
    error: Text = Field(None, description="Error code when the call was refused")


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


class Gap(Record):
    """Something that could not be read. Denied is never empty."""

    action: str = Field(description="API action, e.g. events:ListRules, or the file that could not be read")
    status: Status = Field(
        description="partial (an unexpected shape), denied, throttled, unsupported or failed"
    )
    error: Text = Field(None, description="Error code AWS gave, or the exception's name")
    message: str = Field(description="One sentence: what happened and what to do")
    subject: Text = Field(None, description="ARN or name of the one thing concerned; null: the whole scope")
    kept_rows: int = Field(0, description="Rows of an earlier run that stay because this could not be read")
    kept_at: datetime | None = Field(None, description="UTC: when those were read; null: there are none")
    at: datetime = Field(description="UTC")


class ScopeRun(Record):
    """What became of one scope (account, region, collector) when it was last asked for."""

    status: Status = Field(description="ok: all read; partial: with gaps; otherwise nothing was read")
    rows: int = Field(description="Rows the snapshot holds of this scope")
    calls: int = Field(description="Calls made to AWS")
    throttles: int = Field(description="Calls that AWS throttled; each was tried again")
    seconds: float = Field(description="Duration, seconds")
    error: Text = Field(None, description="The first error, one sentence")
    asked: Text = Field(
        None, description="What was asked for where AWS asks for money, one sentence; null: nothing was"
    )
    usd: float | None = Field(None, description="What that costs by AWS's list price, US dollars, estimated")
    tried_at: datetime = Field(description="UTC: when it was last asked for")
    read_at: datetime | None = Field(
        None,
        description="UTC: when its rows were read; older than tried_at when the last try failed; null: never",
    )


FRAMES: dict[str, type[Record]] = {
    "buses": Bus,
    "subscriptions": Subscription,
    "resources": Resource,
    "links": Link,
    "policies": Policy,
    "schemas": Schema,
    "schema_versions": SchemaVersion,
    "tags": Tag,
    "traces": Trace,
    "deliveries": Delivery,
    "seen": Seen,
    "principals": PrincipalRole,
    "grants": Grant,
    "trails": Trail,
    "changes": Change,
    "metrics": Metric,
    "gaps": Gap,
    "scopes": ScopeRun,
}
"""The one list of frames: name → the model of its rows."""

SCOPE_COLUMNS = ("account", "region", "collector")
