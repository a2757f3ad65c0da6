"""Who consumes: consumer rows with their paths, what is kept and what is excluded."""

from dataclasses import dataclass

from dashboard.flow.answers.asked import Deliverable, Delivery, GapNote, Question


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
