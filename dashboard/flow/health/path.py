"""How one path does: the figures of each of its stages, in the order of the way, and the first that is broken."""

from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from dashboard.flow.answers import Consumer, PathHealth, PathStage
from dashboard.flow.health.judging import broken, stages, unclear
from dashboard.flow.health.things import Thing, learn, thing
from dashboard.flow.model.estate import Estate
from dashboard.flow.model.measured import Series


class Figure(NamedTuple):
    """A stage's figure: its metric, its unit, and whether the window's sum, its mean or the last point tells."""

    stage: str
    metric: str
    unit: str
    how: Literal["sum", "mean", "last"] = "sum"


FIGURES: dict[str, tuple[Figure, ...]] = {
    "rule": (
        Figure("matched", "MatchedEvents", "events"),
        Figure("invoked", "Invocations", "invocations"),
        Figure("latency", "IngestionToInvocationSuccessLatency", "milliseconds, mean of the p99", "mean"),
        Figure("failed", "FailedInvocations", "invocations"),
        Figure("retried", "RetryInvocationAttempts", "attempts"),
        Figure("dead-lettered", "InvocationsSentToDlq", "events"),
    ),
    "subscriber": (
        Figure("matched", "FilterMatched", "events"),
        Figure("invoked", "EventDeliveryAttempts", "attempts"),
        Figure("delivered", "EventsDelivered", "events"),
        Figure("failed", "EventsDropped", "events"),
        Figure("dead-lettered", "OnFailureDestinationDelivered", "events"),
        Figure("age", "ApproximateBacklogAge", "seconds", "last"),
    ),
    "queue": (
        Figure("arrived", "NumberOfMessagesSent", "messages"),
        Figure("waiting", "ApproximateNumberOfMessagesVisible", "messages", "last"),
        Figure("age", "ApproximateAgeOfOldestMessage", "seconds", "last"),
        Figure("read", "NumberOfMessagesReceived", "messages"),
        Figure("done", "NumberOfMessagesDeleted", "messages"),
    ),
    "function": (
        Figure("handled", "Invocations", "calls"),
        Figure("failed", "Errors", "calls"),
        Figure("throttled", "Throttles", "calls"),
        Figure("duration", "Duration", "milliseconds", "mean"),
        Figure("age", "IteratorAge", "milliseconds", "last"),
    ),
    "topic": (
        Figure("arrived", "NumberOfMessagesPublished", "messages"),
        Figure("delivered", "NumberOfNotificationsDelivered", "notifications"),
        Figure("failed", "NumberOfNotificationsFailed", "notifications"),
    ),
    "pipe": (
        Figure("handled", "EventCount", "events"),
        Figure("executed", "Invocations", "executions"),
        Figure("failed", "ExecutionFailed", "executions"),
        Figure("enrichment failed", "EnrichmentStageFailed", "executions"),
        Figure("target failed", "TargetStageFailed", "executions"),
    ),
}


def path_health(estate: Estate, row: Consumer) -> PathHealth:
    """The stages of a consumer row's path; what CloudWatch does not count has none."""
    figures = figures_of(estate, stages(estate, row))
    return PathHealth(
        arn=row.arn,
        kind=row.kind,
        name=row.name,
        bus=row.bus,
        subscription=row.subscription,
        broken=broken(estate, row) or unclear(estate, row),
        stages=figures,
    )


def figures_of(estate: Estate, arns: Iterable[str]) -> tuple[PathStage, ...]:
    """The figures of these things, one after the other."""
    wanted = list(dict.fromkeys(arns))
    learn(estate, wanted)
    return tuple(figure for arn in wanted for figure in stages_of(thing(estate, arn)))


def stages_of(one: Thing) -> Iterator[PathStage]:
    """The figures of one thing, those that it has series of."""
    for figure in FIGURES.get(one.kind, ()):
        series = one.series.get(figure.metric)
        if series is not None:
            value, usual = _value(series, figure), _usual(series, figure)
            where = (figure.stage, one.arn, one.kind, one.name, figure.metric, figure.unit)
            yield PathStage(*where, value, usual)


def _value(series: Series, figure: Figure) -> float | None:
    if figure.how == "sum":
        return series.sum(3)
    return series.mean(3) if figure.how == "mean" else series.last


def _usual(series: Series, figure: Figure) -> float | None:
    if series.usual is None:
        return None
    return series.usual.mean * 3 if figure.how == "sum" else series.usual.mean
