"""Rows of what is wired: buses, subscriptions, resources, links, policies, tags."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from collectors.records.record import Arn, Dialect, InputKind, LinkKind, Record, Text


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
    log_payload: Text = Field(
        None,
        description="FULL or ON_ERROR_ONLY: whether a subscriber's logs hold the payload of events; null for rules, and where it is not told",
    )
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


class Tag(Record):
    """A tag on a resource, bus, rule or subscriber."""

    arn: Arn = Field(description="What it is on")
    key: str = Field(description="Key")
    value: str = Field(description="Value; may be empty")
