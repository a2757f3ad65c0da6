"""Series of metrics for small estates: what each hour's points were before a moment, and are since, in all three layers."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

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
}
NOT_SUMS = {
    "ApproximateNumberOfMessagesVisible": "Maximum",
    "ApproximateAgeOfOldestMessage": "Maximum",
    "IteratorAge": "Maximum",
    "Duration": "Average",
    "IngestionToInvocationSuccessLatency": "p99",
}


def always(at: datetime) -> float | None:
    """Stands for: as before."""
    raise AssertionError(at)


def since(on: str, metric: str, before: Value, now: Value = always, hours_ago: float = 5) -> Iterator[Metric]:
    """A series whose five minutes held `before` and hold `now` since so many hours; None: no point. `now` left out: as before."""
    kind = on.split(":")[5].split("/", maxsplit=1)[0] if ":events:" in on else on.split(":")[2]
    turned = NOW - timedelta(hours=hours_ago)
    statistic = NOT_SUMS.get(metric, "Sum")
    for layer, (hours, period) in LAYERS.items():
        starts = [NOW - timedelta(seconds=period * back) for back in range(hours * 3600 // period, 0, -1)]
        points = {at: _value(before if now is always or at < turned else now, at) for at in starts}
        scale = period / 300 if statistic == "Sum" else 1
        yield Metric(
            arn=on,
            namespace=NAMESPACES[kind],
            metric=metric,
            statistic=statistic,
            layer=layer,  # type: ignore[arg-type]
            period_seconds=period,
            start=starts[0],
            end=NOW,
            times=tuple(at for at, value in points.items() if value is not None),
            values=tuple(value * scale for value in points.values() if value is not None),
        )


def _value(value: Value, at: datetime) -> float | None:
    return value(at) if callable(value) else value
