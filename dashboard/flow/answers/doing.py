"""How things do: health, what fails and since when, the stages of a path, what flows over a range."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from dashboard.flow.answers.asked import GapNote, Question

HealthState = Literal["ok", "failing", "idle", "unknown"]


@dataclass(frozen=True, slots=True)
class Health:
    """How a thing does, from CloudWatch. A number is null when CloudWatch has no series or no point for it.

    Rates are events an hour; `failed` counts failures, throttles and drops (of a pipe: executions); `backlog` messages and
    `age_seconds` the age of the oldest one, both at the last point; `dead_lettered` what waits in (queue) or went to (rule) a dead-letter queue.
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


Stage = Literal["matched", "invoked", "delivered", "failed", "retried", "dead-lettered", "read", "handled"]
"""Where on a path something is wrong, in the order of the way: by the rule or subscriber, the queue, the consumer."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing that does not do as it should, and at which stage of the paths through it.

    `since` is when it began, null when the series do not tell; `always`: it was so all the time that was collected. `lost`
    and `dead_lettered` are events of the last 24 hours (a dead-letter queue: what it holds), `waiting` those in a queue,
    `failed` calls of the last 24 hours, `missing` events that did not come in them though they are usual.
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
    failed: float = 0.0
    missing: float = 0.0


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

    `says` is the sentence about the first broken stage; `lost`, `dead_lettered`, `waiting`, `failed` and `missing` are those
    of all its troubles. `paths` are the first of `path_count`.
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
    failed: float = 0.0
    missing: float = 0.0


@dataclass(frozen=True, slots=True)
class Failings:
    """Everything that fails, worst first: by events lost or missing, then dead-lettered or failed, then waiting.

    `looked_at` is how many things have series, `old` of how many of those they end an hour or more before `window_end`, so
    that how they do since is not known; `unknown` how many rules, subscribers, queues, functions, topics and pipes have none.
    """

    snapshot: str
    complete: bool
    gaps: tuple[GapNote, ...]
    window_end: datetime | None
    looked_at: int
    unknown: int
    failing: tuple[Failing, ...]
    old: int = 0


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

    `broken` is its first broken stage in a sentence, or a dead-letter queue that grows and is shared, whose letters are not known to be of
    this path; null when none is seen to be.
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
    """The same minutes before: their total over exactly the same length, and the highest of the points that tell, each of `period_seconds`.

    Of points longer than the series' own, the part that falls into the range counts by its share of time.
    """

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
