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
FoundKind = Literal["event", "source", "bus", "rule", "resource", "domain", "owner"]


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
    """What a filter would lead to, were it not that by the type's schemas its condition can never hold. Fields as a Consumer's.

    `schema` names the schemas, `why` is one sentence.
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

    `events` counts accepted entries and `failed` rejected ones, both null unless observed. `read` says where the
    evidence was read: a trail's location, a link, a rule, a policy, a setting.
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


@dataclass(frozen=True, slots=True)
class Producers:
    """Who produces the event, best evidence first."""

    event: Question
    snapshot: str
    known: bool
    complete: bool
    gaps: tuple[GapNote, ...]
    producers: tuple[Producer, ...]
    nearest: tuple[tuple[str, str], ...] = ()


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
    `window_end` is when the window ends. `says` is one sentence.
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
    intent: Literal["consumers", "producers", "any"]
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
