"""Series of metrics for small estates: what each hour's points were before a moment, and are since, in all three layers."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

from collectors.records import Metric
from tests.flow.building import NOW

LAYERS = {"recent": (24, 300), "days": (360, 3600), "months": (2160, 21_600)}
Value = float | None | Callable[[datetime], float | None]
NAMESPACES = {
    "rule": "AWS/Events",
    "subscriber": "AWS/EventsV2",
    "sqs": "AWS/SQS",
    "lambda": "AWS/Lambda",
    "sns": "AWS/SNS",
    "pipes": "AWS/EventBridge/Pipes",
}
NOT_SUMS = {
    "ApproximateNumberOfMessagesVisible": "Maximum",
    "ApproximateNumberOfMessagesNotVisible": "Maximum",
    "ApproximateAgeOfOldestMessage": "Maximum",
    "IteratorAge": "Maximum",
    "ApproximateBacklogAge": "Maximum",
    "Duration": "Average",
    "IngestionToInvocationSuccessLatency": "p99",
}


def always(at: datetime) -> float | None:
    """Stands for: as before."""
    raise AssertionError(at)


def since(on: str, metric: str, before: Value, now: Value = always, hours_ago: float = 5) -> Iterator[Metric]:
    """A series whose five minutes held `before` and hold `now` since so many hours; None: no point. `now` left out: as before."""
    turned = NOW - timedelta(hours=hours_ago)
    statistic = NOT_SUMS.get(metric, "Sum")
    for layer, (hours, period) in LAYERS.items():
        starts = [NOW - timedelta(seconds=period * back) for back in range(hours * 3600 // period, 0, -1)]
        points = {at: _value(before if now is always or at < turned else now, at) for at in starts}
        scale = period / 300 if statistic == "Sum" else 1
        found = {at: value * scale for at, value in points.items() if value is not None}
        yield _row(on, metric, layer, (starts[0], NOW), found)


def _row(
    on: str, metric: str, layer: str, span: tuple[datetime, datetime], points: dict[datetime, float]
) -> Metric:
    kind = on.split(":")[5].split("/", maxsplit=1)[0] if ":events:" in on else on.split(":")[2]
    return Metric(
        arn=on,
        namespace=NAMESPACES[kind],
        metric=metric,
        statistic=NOT_SUMS.get(metric, "Sum"),
        layer=layer,  # type: ignore[arg-type]
        period_seconds=LAYERS[layer][1],
        start=span[0],
        end=span[1],
        times=tuple(points),
        values=tuple(points.values()),
    )


def _value(value: Value, at: datetime) -> float | None:
    return value(at) if callable(value) else value


def seen(
    on: str, metric: str, value: Callable[[datetime], float | None], end: datetime = NOW
) -> Iterator[Metric]:
    """A series read at any minute: every layer ends with its own last whole window, and its points tell of the five minutes in them."""
    for layer, (hours, period) in LAYERS.items():
        until = datetime.fromtimestamp(int(end.timestamp()) // period * period, UTC)
        start = until - timedelta(hours=hours)
        windows = [start + timedelta(seconds=period * number) for number in range(hours * 3600 // period)]
        fine = [timedelta(seconds=300 * number) for number in range(period // 300)]
        told = {at: [one for step in fine if (one := value(at + step)) is not None] for at in windows}
        points = {at: _together(values, metric) for at, values in told.items() if values}
        yield _row(on, metric, layer, (start, until), points)


def _together(values: list[float], metric: str) -> float:
    statistic = NOT_SUMS.get(metric, "Sum")
    if statistic == "Average":
        return sum(values) / len(values)
    return sum(values) if statistic == "Sum" else max(values)
