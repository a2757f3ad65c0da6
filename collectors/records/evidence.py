"""Rows of who puts events, who may, who changed the wiring, and what is logged."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from collectors.records.record import Arn, Record, Text


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

    kind: Literal["way", "files", "since", "ids", "types", "athena", "insights"] = Field(
        description="way: what was read, and how; files: log files read, of bus logs with `at` those that could not be; since: from where to list next; ids: eventIDs of an hour; types: events on a bus, of one type and hour, whose end was not seen yet; others: of that reader"
    )
    evidence: Text = Field(None, description="The trail's location")
    at: datetime | None = Field(
        None,
        description="way: from which hour on it counts; files: the day, or when they were last there; ids, types: the hour; others: up to when it was read; UTC",
    )
    count: int = Field(0, description="How many hashes")
    hashes: bytes | None = Field(
        None, description="64-bit hashes of eventIDs, events or files, ascending, little-endian"
    )
    source: Text = Field(None, description="types: that of the events")
    detail_type: Text = Field(None, description="types: that of the events")
    caller_account: Text = Field(None, description="types: who put them")


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
        description="Condition of the statement, JSON text; values are kept of source, detail type and the principal's ARN and account, of other keys only that they are asked for",
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
