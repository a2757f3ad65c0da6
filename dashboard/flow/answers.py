"""The answers: what flow tells pages and the command line. Plain, frozen, and free of AWS's spelling.

Their fields are the fields of the JSON documents (docs/cli.md): names stay, more may be added.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Delivery = Literal["always", "sometimes"]
Deliverable = Literal["yes", "no", "unknown"]
Evidence = Literal["observed", "declared", "permitted", "named"]
KnownBy = Literal["schema", "observed", "pattern"]
HealthState = Literal["ok", "failing", "idle", "unknown"]
FoundKind = Literal["event", "source", "bus", "rule", "resource", "producer", "domain", "owner"]


@dataclass(frozen=True, slots=True)
class Question:
    """Which event is asked about. `bus` is a name or an ARN; None asks for every bus where the type enters."""

    source: str
    detail_type: str
    bus: str | None = None


@dataclass(frozen=True, slots=True)
class GapNote:
    """Something that could not be read and touches the answer."""

    account: str
    region: str
    collector: str
    action: str
    status: str
    message: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Hop:
    """One step of a path: what the event reaches, and what carried it there.

    `via` is the kind of carrier: rule, subscriber, or a link's kind (records.LinkKind). `by` is the carrier's
    ARN, null where it has none. `when` are the conditions of this step alone. `dead_letter` is the queue for what this
    step could not deliver; `runs` the task or job definition that is run there; `granted` the statement of a policy that
    lets it through, where one does.
    """

    arn: str
    kind: str
    via: str
    by: str | None = None
    name: str = ""
    delivery: Delivery = "always"
    when: tuple[str, ...] = ()
    active: bool = True
    deliverable: Deliverable = "unknown"
    why: str | None = None
    dead_letter: str | None = None
    runs: str | None = None
    granted: str | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """Something that keeps a copy of the event and consumes nothing: an archive of a bus that the event reaches."""

    arn: str
    kind: str
    name: str
    bus: str
    delivery: Delivery
    when: tuple[str, ...] = ()
    active: bool = True


@dataclass(frozen=True, slots=True)
class Consumer:
    """A consumer row: (subscription, end, path). `bus` is where the path begins, `subscription` its first step's.

    `path` leaves the first bus out and ends in the consumer itself. `why` tells why it is not active, or not
    deliverable; null when all is well. `note` tells what else a reader should know, e.g. a queue that nobody reads.
    """

    arn: str
    kind: str
    name: str
    account: str | None
    region: str | None
    domain: str | None
    owner: str | None
    delivery: Delivery
    when: tuple[str, ...]
    path: tuple[Hop, ...]
    bus: str
    subscription: str
    active: bool
    deliverable: Deliverable
    why: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Excluded:
    """What a filter would lead to, were it not that its condition can never hold. Fields as a Consumer's.

    That is so by the type's schemas, which `schema` names; or, with an empty `schema`, since a rule asks for nothing but the
    read-only API calls that its state keeps out. `why` is one sentence.
    """

    arn: str
    kind: str
    name: str
    account: str | None
    region: str | None
    domain: str | None
    owner: str | None
    bus: str
    subscription: str
    path: tuple[Hop, ...]
    active: bool
    schema: str
    why: str


@dataclass(frozen=True, slots=True)
class Consumers:
    """Who consumes the event. `count` is distinct ARNs of active rows; the rows are sorted and stable."""

    event: Question
    snapshot: str
    known: bool
    complete: bool
    gaps: tuple[GapNote, ...]
    consumers: tuple[Consumer, ...]
    buses: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    nearest: tuple[tuple[str, str], ...] = ()
    kept: tuple[Kept, ...] = ()
    excluded: tuple[Excluded, ...] = ()

    @property
    def count(self) -> int:
        """Distinct consumers that get it now."""
        return len({row.arn for row in self.consumers if row.active})


@dataclass(frozen=True, slots=True)
class Producer:
    """A producer row: one a (event type, principal), or one a declaration. `source` is the source it puts with.

    `events` counts accepted entries and `failed` rejected ones, both null unless observed, in the answer's window. `read` says where
    the evidence was read: a trail's location, a bus's log, a link, a rule, a policy, a setting. `known_as` is what people call
    the principal where its name does not tell; `shared` are ARNs of all that run as a role which several share; `via` is the
    service that called on its behalf.
    """

    arn: str
    kind: str
    name: str
    account: str | None
    region: str | None
    domain: str | None
    owner: str | None
    evidence: Evidence
    principal: str | None
    source: str
    first_seen: datetime | None = None
    last_seen: datetime | None = None
    events: int | None = None
    failed: int | None = None
    bus: str | None = None
    read: str | None = None
    active: bool = True
    note: str | None = None
    known_as: str | None = None
    shared: tuple[str, ...] = ()
    via: str | None = None


@dataclass(frozen=True, slots=True)
class Window:
    """A span of time, UTC: from `start` until before `end`."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class LogState:
    """What a bus logs. `level` OFF, ERROR, INFO or TRACE (null: not known), `read` whether a record of it was read, `says` a sentence."""

    bus: str
    name: str
    level: str | None
    read: bool
    says: str


@dataclass(frozen=True, slots=True)
class BusFlow:
    """Events of a type on a bus, by its logs. Null: its logs do not tell. `read` is where they were read."""

    bus: str
    name: str
    received: int | None
    rejected: int | None
    unmatched: int | None
    read: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TargetFlow:
    """Events of a type at one target of one rule or subscriber, by the logs of its bus. Null: they do not tell.

    `latency_ms` is the mean from ingestion to the end of the delivery; `codes` what failed attempts ended with, most frequent first.
    """

    rule: str
    rule_name: str
    target: str
    target_name: str
    target_kind: str
    bus: str | None
    attempts: int | None
    retried: int | None
    throttled: int | None
    succeeded: int | None
    failed: int | None
    dead_lettered: int | None
    latency_ms: float | None
    latency_max_ms: int | None
    codes: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class HourLine:
    """Counts by the hour: `what` is received, unmatched, succeeded or failed. An hour that is not known is absent."""

    what: str
    name: str
    bus: str
    target: str | None
    times: tuple[datetime, ...]
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class TypeFlow:
    """What became of an event type in a window, by the logs of buses; `logging` tells of each bus what it logs."""

    event: Question
    window: Window
    buses: tuple[BusFlow, ...]
    targets: tuple[TargetFlow, ...]
    lines: tuple[HourLine, ...]
    logging: tuple[LogState, ...]


@dataclass(frozen=True, slots=True)
class Unmatched:
    """Events of a type that matched no rule of a bus, of those received, in all hours that are kept."""

    source: str
    detail_type: str
    bus: str
    events: int
    received: int | None
    last_seen: datetime


@dataclass(frozen=True, slots=True)
class Producers:
    """Who produces the event, best evidence first.

    `window` is the time that the counts are of; null when nothing was read that could count. `notes` say what could not be
    observed because it is switched off, and what was not asked for.
    """

    event: Question
    snapshot: str
    known: bool
    complete: bool
    gaps: tuple[GapNote, ...]
    producers: tuple[Producer, ...]
    nearest: tuple[tuple[str, str], ...] = ()
    window: Window | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EventRow:
    """One event type of the catalogue. `producers` and `consumers` are counts of distinct ARNs.

    `producers` counts the observed and declared ones. `schema` is the schema's ARN. `orphan` is null, or says in a few
    words what is missing: no consumer, or no producer seen.
    """

    source: str
    detail_type: str
    buses: tuple[str, ...]
    domain: str | None
    owner: str | None
    schema: str | None
    producers: int
    consumers: int
    last_seen: datetime | None
    known_by: tuple[KnownBy, ...]
    events: int = 0
    orphan: str | None = None


@dataclass(frozen=True, slots=True)
class OpenSubscription:
    """A subscription that takes types which it does not name one by one; `family` says in words which.

    Prefixes, wildcards, any type of a source, catch-alls, and several sources with several types.
    """

    bus: str
    subscription: str
    name: str
    family: str
    catch_all: bool


@dataclass(frozen=True, slots=True)
class Events:
    """The catalogue, and apart from it what is open and what is malformed."""

    snapshot: str
    complete: bool
    gaps: tuple[GapNote, ...]
    events: tuple[EventRow, ...]
    open: tuple[OpenSubscription, ...] = ()
    malformed: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class DomainRow:
    """A domain and what it has. Domain null is what belongs to none."""

    domain: str | None
    owner: str | None
    events: int
    buses: int
    rules: int
    resources: int


@dataclass(frozen=True, slots=True)
class Health:
    """How a thing does, from CloudWatch. A number is null when CloudWatch has no series or no point for it.

    Rates are events an hour; `failed` counts failures, throttles and drops; `backlog` messages and `age_seconds` the age
    of the oldest one, both at the last point; `dead_lettered` what waits in (queue) or went to (rule) a dead-letter queue.
    `window_end` is when the window ends. `says` is one sentence; `since` when its trouble began, null when the series do
    not tell, or there is none.
    """

    arn: str
    state: HealthState
    says: str
    rate_3h: float | None = None
    rate_24h: float | None = None
    failed_3h: float | None = None
    failed_24h: float | None = None
    backlog: float | None = None
    age_seconds: float | None = None
    dead_lettered: float | None = None
    window_end: datetime | None = None
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A hit of the search, best first. `score` is 0 to 1; `event` is set for event types."""

    kind: FoundKind
    label: str
    detail: str
    score: float
    arn: str | None = None
    event: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Search:
    """What was asked for and what fits. `intent` is what the sentence asked, `text` what was searched for."""

    text: str
    intent: Literal["consumers", "producers", "between", "reads", "failing", "any"]
    found: tuple[Found, ...]


@dataclass(frozen=True, slots=True)
class FieldVerdict:
    """One field of a pattern against one event: the condition, what the event had, in a sentence."""

    path: str
    condition: str
    had: str
    matched: bool
    sentence: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why an event does or does not match one subscription, field by field. `problem` is set when its pattern is malformed."""

    subscription: str
    name: str
    bus: str
    matched: bool
    fields: tuple[FieldVerdict, ...] = field(default=())
    sentences: tuple[str, ...] = ()
    active: bool = True
    problem: str | None = None


Stage = Literal["matched", "invoked", "delivered", "failed", "retried", "dead-lettered", "read", "handled"]
"""Where on a path something is wrong, in the order of the way: by the rule or subscriber, the queue, the consumer."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing that does not do as it should, and at which stage of the paths through it.

    `since` is when it began, null when the series do not tell; `always`: it was so all the time that was collected. `lost`
    and `dead_lettered` are events of the last 24 hours (a dead-letter queue: what it holds), `waiting` those in a queue.
    """

    arn: str
    kind: str
    name: str
    stage: Stage
    says: str
    since: datetime | None = None
    always: bool = False
    lost: float = 0.0
    dead_lettered: float = 0.0
    waiting: float = 0.0
    age_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """A thing on a failing path."""

    arn: str
    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class FailingPath:
    """One way through what is broken: from a subscription of a bus to the last thing known. Both null: nothing leads there."""

    bus: str | None
    subscription: str | None
    path: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Failing:
    """What is broken: the first broken stage, all troubles that belong to it, and the paths through it.

    `says` is the sentence about the first broken stage; `lost`, `dead_lettered`, `waiting` are those of all its troubles.
    `paths` are the first of `path_count`.
    """

    arn: str
    kind: str
    name: str
    account: str | None
    region: str | None
    domain: str | None
    owner: str | None
    stage: Stage
    says: str
    since: datetime | None
    always: bool
    lost: float
    dead_lettered: float
    waiting: float
    age_seconds: float | None
    why: str | None
    troubles: tuple[Trouble, ...]
    paths: tuple[FailingPath, ...]
    path_count: int


@dataclass(frozen=True, slots=True)
class Failings:
    """Everything that fails, worst first: by lost events, then dead-lettered, then waiting.

    `looked_at` is how many things have series, `unknown` how many rules, subscribers, queues and functions have none.
    """

    snapshot: str
    complete: bool
    gaps: tuple[GapNote, ...]
    window_end: datetime | None
    looked_at: int
    unknown: int
    failing: tuple[Failing, ...]


@dataclass(frozen=True, slots=True)
class PathStage:
    """One figure of one stage of a path, over the last 3 hours (`waiting`, `age`: the last point), and what is usual then.

    `value` is null where CloudWatch has no series or no point; `usual` is an hour's average of the same hours of the last
    seven days times three for counts, null where history does not tell.
    """

    stage: str
    arn: str
    kind: str
    name: str
    metric: str
    unit: str
    value: float | None
    usual: float | None = None


@dataclass(frozen=True, slots=True)
class PathHealth:
    """How one path does, stage by stage: matched, invoked, delivered, failed, retried, dead-lettered, read, handled.

    `broken` is its first broken stage in a sentence, null when none is seen to be.
    """

    arn: str
    kind: str
    name: str
    bus: str
    subscription: str
    broken: str | None
    stages: tuple[PathStage, ...]


@dataclass(frozen=True, slots=True)
class Against:
    """The same hours before: their total and highest point, as sums of windows of the series' own length."""

    total: float | None
    highest: float | None
    period_seconds: int


@dataclass(frozen=True, slots=True)
class FlowSeries:
    """A series over a range. `total`, and `an_hour` of it, are null for what is no count; `times` are starts of windows."""

    arn: str
    kind: str
    name: str
    namespace: str
    metric: str
    statistic: str
    period_seconds: int
    since: datetime
    until: datetime
    total: float | None
    an_hour: float | None
    highest: float | None
    last: float | None
    yesterday: Against | None
    last_week: Against | None
    times: tuple[datetime, ...]
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Throughput:
    """What flows through a thing, or along the paths of an event type. CloudWatch counts by rule, never by event type."""

    asked: str
    event: Question | None
    snapshot: str
    known: bool
    complete: bool
    gaps: tuple[GapNote, ...]
    range: str
    source: str
    series: tuple[FlowSeries, ...]
    paths: tuple[PathHealth, ...]
    nearest: tuple[tuple[str, str], ...] = ()
