"""The words the sample estate is written in: one small class per kind of thing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from collectors.sample.estate.place import Place

Pattern = Mapping[str, Any]


@dataclass(frozen=True)
class Bus:
    """A classic bus. `allows` are the accounts that its policy lets put events."""

    at: Place
    name: str
    allows: tuple[str, ...] = ()
    tagged: bool = True
    partner_source: str | None = None
    log_level: str | None = None


@dataclass(frozen=True)
class Target:
    """Where a rule sends what matches. `extra` is more of PutTargets' own words (InputTransformer, …)."""

    arn: str
    dead_letter: str | None = None
    id: str | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Rule:
    """A rule on a classic bus: a pattern, or a schedule on the default bus.

    `granted` false: nobody let the rule invoke its functions.
    """

    at: Place
    bus: str
    name: str
    pattern: Pattern | None
    targets: tuple[Target, ...]
    enabled: bool = True
    schedule: str | None = None
    description: str = ""
    granted: bool = True


@dataclass(frozen=True)
class Queue:
    """A queue. `fed_by` are the services its policy lets send: events, sns."""

    at: Place
    name: str
    dead_letter: str | None = None
    max_receives: int = 5
    fed_by: tuple[str, ...] = ("events.amazonaws.com", "sns.amazonaws.com")
    tagged: bool = True


@dataclass(frozen=True)
class Function:
    """A function. `role` when it shares one; `puts` are the buses its role may put events on."""

    at: Place
    name: str
    role: str | None = None
    aliases: tuple[str, ...] = ()
    versions: int = 0
    puts: tuple[str, ...] = ()
    on_success: str | None = None
    on_failure: str | None = None
    dead_letter: str | None = None

    @property
    def role_name(self) -> str:
        """Name of its execution role."""
        return self.role or f"{self.name}-role"


@dataclass(frozen=True)
class EventSourceMapping:
    """A Lambda event source mapping: what a function reads from a queue or a stream."""

    at: Place
    source: str
    function: str
    filters: tuple[Pattern, ...] = ()
    enabled: bool = True


@dataclass(frozen=True)
class Topic:
    """A topic; its subscriptions stand beside it."""

    at: Place
    name: str


@dataclass(frozen=True)
class TopicSubscription:
    """Topic → queue, function or address, with a filter policy in one of SNS's two scopes."""

    topic: str
    protocol: str
    endpoint: str
    policy: Pattern | None = None
    scope: str = "MessageAttributes"
    raw: bool = False
    dead_letter: str | None = None


@dataclass(frozen=True)
class StateMachine:
    """A state machine. `puts` is (bus, source, detail type) of the events that it sends itself."""

    at: Place
    name: str
    puts: tuple[str, str, str] | None = None


@dataclass(frozen=True)
class Stream:
    """A Kinesis stream."""

    at: Place
    name: str


@dataclass(frozen=True)
class DeliveryStream:
    """A Firehose delivery stream into a bucket; `source` is the stream that feeds it, null: put directly."""

    at: Place
    name: str
    bucket: str
    source: str | None = None


@dataclass(frozen=True)
class Pipe:
    """Source → filter → enrichment → target. `puts` is (source, detail type) when the target is a bus."""

    at: Place
    name: str
    source: str
    target: str
    filters: tuple[Pattern, ...] = ()
    enrichment: str | None = None
    puts: tuple[str, str] | None = None
    running: bool = True


@dataclass(frozen=True)
class Schedule:
    """A schedule of EventBridge Scheduler. `puts` is (source, detail type) when the target is a bus."""

    at: Place
    name: str
    expression: str
    target: str
    puts: tuple[str, str] | None = None
    group: str = "acme"


@dataclass(frozen=True)
class ScheduleGroup:
    """A group of schedules; CloudWatch counts by group."""

    at: Place
    name: str = "acme"


@dataclass(frozen=True)
class ApiDestination:
    """An HTTP end, with the connection of the same name that signs its calls."""

    at: Place
    name: str
    url: str
    per_second: int = 20


@dataclass(frozen=True)
class Archive:
    """An archive of a bus: null pattern keeps everything; 0 days is for ever."""

    at: Place
    name: str
    bus: str
    pattern: Pattern | None = None
    days: int = 30


@dataclass(frozen=True)
class LogGroup:
    """A CloudWatch log group that a rule writes to."""

    at: Place
    name: str


@dataclass(frozen=True)
class Bucket:
    """A bucket; names are global, the account owns it. `notifies`: it sends its events to EventBridge."""

    at: Place
    name: str
    notifies: bool = False


@dataclass(frozen=True)
class TaskFamily:
    """A family of ECS task definitions, with as many revisions. `puts` are the buses its tasks' role may put events on."""

    at: Place
    name: str
    revisions: int = 1
    puts: tuple[str, ...] = ()


@dataclass(frozen=True)
class PartnerSource:
    """A partner event source, offered to an account."""

    at: Place
    name: str


@dataclass(frozen=True)
class NewBus:
    """A custom event bus of the new kind."""

    at: Place
    name: str
    days: int = 7
    allows: tuple[str, ...] = ()


@dataclass(frozen=True)
class Subscriber:
    """A subscriber of a new bus, in the account of the consumer. `filters` are scope → pattern, ANDed."""

    at: Place
    name: str
    bus: str
    target: str
    filters: Mapping[str, Pattern] = field(default_factory=dict)
    on_failure: str | None = None
    running: bool = True
    log_level: str | None = None


@dataclass(frozen=True)
class EventSource:
    """A webhook that feeds a new bus."""

    at: Place
    name: str
    bus: str


@dataclass(frozen=True)
class EventType:
    """An event type with its schema's versions, oldest first; the field language is that of `schemas.py`."""

    at: Place
    source: str
    detail_type: str
    versions: tuple[Mapping[str, Any], ...] = ()
    registry: str = "discovered-schemas"
    kind: str = "OpenApi3"


@dataclass(frozen=True)
class Domain:
    """Everything one domain owns. The tags `domain`, `owner` and `team` of its things come from here."""

    name: str
    owner: str
    team: str
    things: tuple[Any, ...]

    def of(self, kind: type[Any]) -> list[Any]:
        """Its things of one kind, in the order written."""
        return [thing for thing in self.things if type(thing) is kind]
