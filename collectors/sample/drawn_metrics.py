"""The metrics of a drawn estate as formulas, and as the `metrics` frame: written as Arrow arrays, since there are millions of points."""

import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from collectors.frames import empty, schema_of
from collectors.metric_layers import Layer, Window, layers
from collectors.metric_table import short
from collectors.sample.drawn import Drawn
from collectors.sample.drawn_rates import arn_of, dead_letter_queues, every, rates
from collectors.sample.estate.day import PEAK_HOUR
from collectors.sample.estate.place import Place
from collectors.sample.estate.shapes import Function, NewBus, Pipe, Queue, Rule, Subscriber, Topic
from collectors.sample.recording import with_id
from collectors.sample.server.series import minutes, series_of, statistic
from collectors.settings import Settings

NEVER = 1e-9
"""Share of what usually does not happen at all; a fault multiplies it."""
FAILURES = ("FailedInvocations", "InvocationsSentToDlq", "RetryInvocationAttempts")
CHUNK = 2_000
Incidents = Mapping[tuple[str, str], Sequence[dict[str, float]]]
"""(ARN, metric) → what happens to the series: incidents as the local AWS takes them."""


class Described(NamedTuple):
    """One series: the ARN it is of, how it is read, and its formula for the local AWS."""

    at: Place
    arn: str
    statistic: str
    formula: dict[str, Any]


def described(drawn: Drawn, seed: int, incidents: Incidents | None = None) -> Iterator[Described]:
    """Every series of a drawn estate, those of one thing together; `incidents` happen to some."""
    through = rates(drawn, seed)
    dead = dead_letter_queues(drawn)
    happening = set(incidents or {})
    for thing_series in (
        _rules(drawn, through, happening),
        _subscribers(drawn, through),
        _others(drawn, through, dead),
    ):
        for one in thing_series:
            happened = (incidents or {}).get((one.arn, one.formula["metric"]))
            yield one._replace(formula=one.formula | {"incidents": list(happened)}) if happened else one


def formulas(
    drawn: Drawn, seed: int, incidents: Incidents | None = None
) -> Iterator[tuple[Place, dict[str, Any]]]:
    """The formulas alone; the local AWS computes the values, one minute a sample."""
    return ((one.at, one.formula) for one in described(drawn, seed, incidents))


def _counted(metric: str, per_hour: float, *, sparse: bool = False) -> tuple[str, str, dict[str, Any]]:
    more = {"base": per_hour / 60, "amplitude": 0.6, "noise": 0.2, "whole": True, "sparse_zero": sparse}
    return metric, "Sum", more


def _level(metric: str, value: float, stat: str = "Maximum") -> tuple[str, str, dict[str, Any]]:
    return metric, stat, {"base": value, "amplitude": 0.2, "noise": 0.3}


def _described(
    at: Place, arn: str, namespace: str, by: dict[str, str], *rows: tuple[str, str, dict[str, Any]]
) -> Iterator[Described]:
    """Counts of one thing stray together: what all fails, fails as often as it is tried."""
    for metric, stat, more in rows:
        named = {"namespace": namespace, "metric": metric, "dimensions": by, "peak_hour": PEAK_HOUR}
        yield Described(at, arn, stat, {**named, "together": f"{at} {by}", **more})


def _rules(
    drawn: Drawn, through: Mapping[str, float], happening: set[tuple[str, str]]
) -> Iterator[Described]:
    """CloudWatch knows failures only of rules that had some."""
    for rule in every(drawn, Rule):
        if not rule.enabled:
            continue
        rate = through[arn_of(rule)]
        by = {"EventBusName": rule.bus, "RuleName": rule.name}
        failures = [_counted(metric, rate * NEVER, sparse=True) for metric in FAILURES]
        yield from _described(
            *(rule.at, arn_of(rule), "AWS/Events", by),
            _counted("MatchedEvents", rate),
            _counted("Invocations", rate, sparse=True),
            _level("IngestionToInvocationSuccessLatency", 220, "p99"),
            *(row for row in failures if (arn_of(rule), row[0]) in happening),
        )


def _subscribers(drawn: Drawn, through: Mapping[str, float]) -> Iterator[Described]:
    for one in every(drawn, Subscriber):
        rate, bus = through[arn_of(one)], one.bus.rsplit("/", 1)[-1]
        by = {"EventBus": bus, "Subscriber": one.name}
        counted = ("FilterMatched", "EventDeliveryAttempts", "EventsDelivered")
        rows = [_counted(metric, rate) for metric in counted]
        dropped = _counted("EventsDropped", rate * NEVER)
        yield from _described(one.at, with_id(arn_of(one)), "AWS/EventsV2", by, *rows, dropped)
    for new in every(drawn, NewBus):
        arn = with_id(new.at.new_bus(new.name))
        put = _counted("PublishEventsEntryCount", 600)
        yield from _described(new.at, arn, "AWS/EventsV2", {"EventBus": new.name}, put)


def _others(drawn: Drawn, through: Mapping[str, float], dead: set[str]) -> Iterator[Described]:
    for queue in every(drawn, Queue):
        arn = arn_of(queue)
        rows = _dead_letters() if arn in dead else _queue(through.get(arn, 0.0))
        yield from _described(queue.at, arn, "AWS/SQS", {"QueueName": queue.name}, *rows)
    for function in every(drawn, Function):
        arn = arn_of(function)
        rows = _function(through.get(arn, 0.0), 90 + len(function.name) * 11)
        yield from _described(function.at, arn, "AWS/Lambda", {"FunctionName": function.name}, *rows)
    for topic in every(drawn, Topic):
        rate = through.get(arn_of(topic), 0.0)
        counted = [_counted("NumberOfMessagesPublished", rate)]
        counted.append(_counted("NumberOfNotificationsFailed", rate * NEVER))
        yield from _described(topic.at, arn_of(topic), "AWS/SNS", {"TopicName": topic.name}, *counted)
    for pipe in every(drawn, Pipe):
        arn, rate = pipe.at.arn("pipes", f"pipe/{pipe.name}"), through.get(pipe.source, 0.0)
        counted = [_counted("EventCount", rate), _counted("Invocations", rate)]
        counted.append(_counted("ExecutionFailed", rate * NEVER))
        yield from _described(pipe.at, arn, "AWS/EventBridge/Pipes", {"PipeName": pipe.name}, *counted)


def _queue(rate: float) -> list[tuple[str, str, dict[str, Any]]]:
    """A queue that is read as fast as it fills, if by something that was not collected."""
    moved = ("NumberOfMessagesSent", "NumberOfMessagesReceived", "NumberOfMessagesDeleted")
    return [
        *(_counted(metric, rate) for metric in moved),
        _level("ApproximateNumberOfMessagesVisible", rate / 400),
        _level("ApproximateAgeOfOldestMessage", 4 if rate else 0),
    ]


def _dead_letters() -> list[tuple[str, str, dict[str, Any]]]:
    return [
        _level("ApproximateNumberOfMessagesVisible", 0),
        _level("ApproximateAgeOfOldestMessage", 0),
    ]


def _function(rate: float, milliseconds: float) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        _counted("Invocations", rate),
        _counted("Errors", rate * 0.001),
        _counted("Throttles", rate * NEVER),
        _level("Duration", milliseconds, "Average"),
    ]


def metrics_table(drawn: Drawn, now: datetime, seed: int, incidents: Incidents | None = None) -> pa.Table:
    """The frame as read at this moment, in all layers that the usual settings ask for."""
    ago = (time.time() - now.timestamp()) / 3600  # formulas count hours back from the time of the clock
    befallen = {
        series: [one | {"start_hours_ago": one["start_hours_ago"] + ago} for one in happened]
        for series, happened in (incidents or {}).items()
    }
    rows = sorted(described(drawn, seed, befallen), key=lambda row: row.arn)  # as a collector gives them
    chosen = np.random.default_rng(seed)
    parts = [empty("metrics")]
    for layer in layers(Settings()):
        span = layer.window(now.timestamp())
        for start in range(0, len(rows), CHUNK):
            chunk = rows[start : start + CHUNK]
            parts.append(_table(chunk, _values(chunk, span, chosen), layer, span))
    return pa.concat_tables(parts)


def _values(rows: Sequence[Described], span: Window, chosen: np.random.Generator) -> NDArray[np.float64]:
    """(series, windows); nan where nothing was sent. What nothing happens to is drawn a window at a time, not a minute."""
    starts = np.arange(span.start.timestamp(), span.end.timestamp(), span.period)
    wave = np.cos(((starts + span.period / 2) / 3600 - PEAK_HOUR) / 24 * 2 * np.pi)

    def of(member: str) -> NDArray[np.float64]:
        return np.array([float(row.formula.get(member, 0)) for row in rows])[:, None]

    counts = np.array([row.statistic == "Sum" for row in rows])[:, None]
    samples = span.period / 60
    groups = np.unique([row.formula["together"] for row in rows], return_inverse=True)[1]
    strays = chosen.uniform(-1, 1, (int(groups.max()) + 1, len(starts)))[groups]
    # a mean of many minutes strays less than one of them
    strays *= np.where(counts, of("noise") / np.sqrt(samples), of("noise"))
    values = of("base") * (1 + of("amplitude") * wave[None, :]) * (1 + strays)
    even = chosen.random((int(groups.max()) + 1, len(starts)))[groups]
    values = np.where(counts, np.floor(values * samples + even), values)
    values[(of("sparse_zero") > 0) & (values == 0)] = np.nan
    befallen = {row.formula["together"] for row in rows if row.formula.get("incidents")}
    for number, row in enumerate(rows):
        if row.formula["together"] in befallen:
            values[number] = exactly(row, span)
    return values


def exactly(row: Described, span: Window) -> NDArray[np.float64]:
    """The values that the local AWS would give, from the minutes of the series."""
    first, last = (int(at.timestamp()) // 60 for at in (span.start, span.end))
    samples = minutes(series_of(row.formula), first, last).reshape(-1, span.period // 60)
    sent = ~np.isnan(samples).all(axis=1)
    values = np.full(len(samples), np.nan)
    values[sent] = statistic(samples[sent], row.statistic)
    return values


def _table(rows: Sequence[Described], values: NDArray[np.float64], layer: Layer, span: Window) -> pa.Table:
    there = ~np.isnan(values)
    offsets = pa.array(np.concatenate([[0], there.sum(axis=1).cumsum()]).astype(np.int32))
    moment = pa.timestamp("us", tz="UTC")
    starts = np.arange(int(span.start.timestamp()), int(span.end.timestamp()), span.period) * 1_000_000
    stamps = pa.array(np.broadcast_to(starts, values.shape)[there]).cast(moment)
    count = len(rows)
    columns = {
        "account": [row.at.account for row in rows],
        "region": [row.at.region for row in rows],
        "collector": ["metrics"] * count,
        "arn": [row.arn for row in rows],
        "namespace": [row.formula["namespace"] for row in rows],
        "metric": [row.formula["metric"] for row in rows],
        "statistic": [row.statistic for row in rows],
        "layer": [layer.name] * count,
        "period_seconds": [span.period] * count,
        "start": [span.start] * count,
        "end": [span.end] * count,
        "times": pa.ListArray.from_arrays(offsets, stamps),
        "values": pa.ListArray.from_arrays(offsets, pa.array(short(values[there]))),
    }
    schema = schema_of("metrics")
    made = (columns[field.name] for field in schema)
    arrays = [
        one.cast(field.type) if isinstance(one, pa.Array) else pa.array(one, field.type)
        for one, field in zip(made, schema, strict=True)
    ]
    return pa.Table.from_arrays(arrays, schema=schema)
