"""The answers: what flow tells pages and the command line. Plain, frozen, and free of AWS's spelling.

Their fields are the fields of the JSON documents (docs/cli.md): names stay, more may be added.
"""

from dashboard.flow.answers.asked import Deliverable, Delivery, GapNote, Question
from dashboard.flow.answers.catalogued import (
    DomainRow,
    EventRow,
    Events,
    Found,
    FoundKind,
    KnownBy,
    OpenSubscription,
    Search,
)
from dashboard.flow.answers.consuming import Consumer, Consumers, Excluded, Hop, Kept
from dashboard.flow.answers.doing import (
    Against,
    Failing,
    FailingPath,
    Failings,
    FlowSeries,
    Health,
    HealthState,
    PathHealth,
    PathStage,
    Stage,
    Step,
    Throughput,
    Trouble,
)
from dashboard.flow.answers.explained import Explanation, FieldVerdict
from dashboard.flow.answers.logged import BusFlow, HourLine, LogState, TargetFlow, TypeFlow, Unmatched
from dashboard.flow.answers.producing import Evidence, Producer, Producers, Window

__all__ = [
    "Against",
    "BusFlow",
    "Consumer",
    "Consumers",
    "Deliverable",
    "Delivery",
    "DomainRow",
    "EventRow",
    "Events",
    "Evidence",
    "Excluded",
    "Explanation",
    "Failing",
    "FailingPath",
    "Failings",
    "FieldVerdict",
    "FlowSeries",
    "Found",
    "FoundKind",
    "GapNote",
    "Health",
    "HealthState",
    "Hop",
    "HourLine",
    "Kept",
    "KnownBy",
    "LogState",
    "OpenSubscription",
    "PathHealth",
    "PathStage",
    "Producer",
    "Producers",
    "Question",
    "Search",
    "Stage",
    "Step",
    "TargetFlow",
    "Throughput",
    "Trouble",
    "TypeFlow",
    "Unmatched",
    "Window",
]
