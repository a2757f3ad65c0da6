"""A day of metrics for a drawn estate, as the `metrics` frame: written as Arrow arrays, since there are millions of points."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from collectors.frames import empty, schema_of
from collectors.sample.drawn import Drawn
from collectors.sample.estate.day import PEAK_HOUR
from collectors.sample.estate.place import Place
from collectors.sample.estate.shapes import Function, Queue, Rule

PERIOD = 300
WINDOWS = 86_400 // PERIOD


class Series(NamedTuple):
    """One series to be drawn: `mean` is its value in one window."""

    at: Place
    arn: str
    namespace: str
    metric: str
    statistic: str
    mean: float


def metrics_table(drawn: Drawn, now: datetime, seed: int) -> pa.Table:
    """The frame: rules, queues and functions, 288 windows of five minutes each. A rule in seven is idle."""
    chosen = np.random.default_rng(seed)
    rows = list(series_of(drawn, chosen))
    if not rows:
        return empty("metrics")
    end = now.astimezone(UTC).replace(second=0, microsecond=0) - timedelta(minutes=now.minute % 5)
    times = [end - timedelta(seconds=PERIOD * back) for back in range(WINDOWS, 0, -1)]
    values = _values(rows, times, chosen)
    columns = _columns(rows, times, values, end)
    schema = schema_of("metrics")
    return pa.Table.from_arrays([columns[field.name].cast(field.type) for field in schema], schema=schema)


def series_of(drawn: Drawn, chosen: np.random.Generator) -> Iterator[Series]:
    """Every series: rules, queues and functions."""
    for domain in drawn.domains:
        for thing in domain.things:
            rate = float(chosen.exponential(20)) * float(chosen.random() > 1 / 7)
            if isinstance(thing, Rule) and thing.enabled:
                arn = thing.at.arn("events", f"rule/{thing.bus}/{thing.name}")
                yield Series(thing.at, arn, "AWS/Events", "MatchedEvents", "Sum", rate)
                yield Series(thing.at, arn, "AWS/Events", "Invocations", "Sum", rate)
                if chosen.random() < 0.02:
                    yield Series(thing.at, arn, "AWS/Events", "FailedInvocations", "Sum", rate / 5)
            elif isinstance(thing, Queue):
                yield from _queue(thing, rate, chosen)
            elif isinstance(thing, Function):
                arn = thing.at.function(thing.name)
                yield Series(thing.at, arn, "AWS/Lambda", "Invocations", "Sum", rate * 3)
                yield Series(thing.at, arn, "AWS/Lambda", "Errors", "Sum", rate * 0.01)
                yield Series(thing.at, arn, "AWS/Lambda", "Duration", "Average", 80 + rate)


def _queue(queue: Queue, rate: float, chosen: np.random.Generator) -> Iterator[Series]:
    arn = queue.at.queue(queue.name)
    slow = 40 if chosen.random() < 0.02 else 1
    yield Series(queue.at, arn, "AWS/SQS", "NumberOfMessagesSent", "Sum", rate * 4)
    yield Series(queue.at, arn, "AWS/SQS", "NumberOfMessagesDeleted", "Sum", rate * 4 / slow)
    yield Series(queue.at, arn, "AWS/SQS", "ApproximateNumberOfMessagesVisible", "Maximum", rate * slow)
    yield Series(queue.at, arn, "AWS/SQS", "ApproximateAgeOfOldestMessage", "Maximum", 5 * slow)


def _values(rows: list[Series], times: list[datetime], chosen: np.random.Generator) -> NDArray[np.float64]:
    hours = np.array([time.hour + time.minute / 60 for time in times])
    day = 1 + 0.6 * np.cos((hours - PEAK_HOUR) / 24 * 2 * np.pi)
    means = np.array([row.mean for row in rows])[:, None]
    noise = chosen.uniform(0.8, 1.2, (len(rows), len(times)))
    whole: NDArray[np.float64] = np.round(means * day[None, :] * noise)
    return whole


def _columns(
    rows: list[Series], times: list[datetime], values: NDArray[np.float64], end: datetime
) -> dict[str, pa.Array]:
    count = len(rows)
    offsets = pa.array(np.arange(0, count * WINDOWS + 1, WINDOWS, dtype=np.int32))
    moment = pa.timestamp("us", tz="UTC")
    micros = np.array([int(time.timestamp()) * 1_000_000 for time in times])
    stamps = pa.array(np.tile(micros, count)).cast(moment)
    return {
        "account": pa.array([row.at.account for row in rows]),
        "region": pa.array([row.at.region for row in rows]),
        "collector": pa.array(["metrics"] * count),
        "arn": pa.array([row.arn for row in rows]),
        "namespace": pa.array([row.namespace for row in rows]),
        "metric": pa.array([row.metric for row in rows]),
        "statistic": pa.array([row.statistic for row in rows]),
        "period_seconds": pa.array([PERIOD] * count),
        "start": pa.array([end - timedelta(days=1)] * count, moment),
        "end": pa.array([end] * count, moment),
        "times": pa.ListArray.from_arrays(offsets, stamps),
        "values": pa.ListArray.from_arrays(offsets, pa.array(values.ravel())),
    }


_DIMENSIONS = {"AWS/SQS": "QueueName", "AWS/Lambda": "FunctionName"}


def formulas(drawn: Drawn, seed: int) -> Iterator[tuple[Place, dict[str, Any]]]:
    """The same series as formulas for the local AWS, which computes their values; one minute is a sample."""
    for row in series_of(drawn, np.random.default_rng(seed)):
        name = row.arn.rsplit(":", 1)[-1]
        if row.namespace == "AWS/Events":
            _, bus, rule = name.split("/")
            by = {"EventBusName": bus, "RuleName": rule}
        else:
            by = {_DIMENSIONS[row.namespace]: name}
        counted = row.statistic == "Sum"
        yield (
            row.at,
            {
                "namespace": row.namespace,
                "metric": row.metric,
                "dimensions": by,
                "base": row.mean / (PERIOD / 60) if counted else row.mean,
                "amplitude": 0.6,
                "peak_hour": PEAK_HOUR,
                "noise": 0.2,
                "whole": counted,
                "sparse_zero": row.metric in {"Invocations", "FailedInvocations"},
            },
        )
