"""Stand-in for CloudWatch's GetMetricData and ListMetrics over the series of `series`; the rest is moto's."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import numpy as np

from collectors.sample.server.paging import make_token, page, read_token
from collectors.sample.server.series import Series, minutes, series_of, statistic
from collectors.sample.server.store import Store
from collectors.sample.server.wire import AwsError, Call, Params

PAGE = 500
QUERIES = 500
POINTS = 100_800
# How long points of a period are kept, in days: one-minute points 15, five-minute points 63, one-hour points 455.
_KEPT = ((60, 15), (300, 63), (3600, 455))

Book = dict[tuple[str, str, tuple[tuple[str, str], ...]], Series]
STORE: Store[Book] = Store(dict)

_ID = re.compile(r"[a-z][a-zA-Z0-9_]*")  # the model does not hold it


def register(account: str, region: str, specs: list[dict[str, Any]]) -> int:
    """Adds series, or replaces those of the same name. Raises ValueError, KeyError or TypeError for a bad one."""
    made = [series_of(spec) for spec in specs]
    with STORE.lock:
        STORE[account, region].update({series.key: series for series in made})
    return len(made)


def list_metrics(call: Call) -> Params:
    """The metrics by namespace, name and dimensions; with RecentlyActive those that sent something in three hours."""
    params = call.params
    wanted = params.get("Dimensions", [])
    now = int(time.time() // 60)
    rows = [
        _row(series)
        for series in list(STORE[call.scope].values())
        if params.get("Namespace") in {None, series.namespace}
        and params.get("MetricName") in {None, series.metric}
        and all(_has(series, each) for each in wanted)
        and ("RecentlyActive" not in params or _sends(series, now))
    ]
    items, token = page(call, rows, size=PAGE, bad="InvalidParameterValue")
    return {"Metrics": items, **token}


def _sends(series: Series, now: int) -> bool:
    """Whether a series sent anything in the last three hours; one that also sends zeros always did."""
    return not series.sparse_zero or not np.isnan(minutes(series, now - 180, now)).all()


def _row(series: Series) -> Params:
    dimensions = [{"Name": name, "Value": value} for name, value in series.dimensions]
    return {"Namespace": series.namespace, "MetricName": series.metric, "Dimensions": dimensions}


def _has(series: Series, wanted: Params) -> bool:
    return any(
        wanted["Name"] == name and wanted.get("Value") in {None, value} for name, value in series.dimensions
    )


def get_metric_data(call: Call) -> Params:
    """The points of up to 500 queries; at most 100,800 points in one answer, the rest behind a token."""
    queries, start, end = _checked(call)
    if call.quirks.one_item_pages:
        return _one_by_one(call, queries, start, end)
    asked = min(int(call.params.get("MaxDatapoints") or POINTS), POINTS)
    token = call.params.get("NextToken")
    skipped = int(read_token(call, token, _IGNORED, "InvalidNextToken")[0]) if token else 0
    results, passed = [], 0
    for query in queries:
        times, values = _points(call, query["MetricStat"], start, end)
        low = min(max(skipped - passed, 0), len(times))
        high = min(max(skipped + asked - passed, 0), len(times))
        whole = high == len(times)
        passed += len(times)
        results.append(_result(call, query, (times[low:high], values[low:high]), whole=whole))
    more = passed > skipped + asked
    after = {"NextToken": make_token(call, skipped + asked, _IGNORED)} if more else {}
    return {"MetricDataResults": results, "Messages": [], **after}


_IGNORED = {"NextToken", "Limit"}


def _one_by_one(call: Call, queries: list[Params], start: datetime, end: datetime) -> Params:
    """One series a page, whole: point by point, a day of a few series would be thousands of calls."""
    chosen, token = page(call, queries, size=QUERIES, bad="InvalidNextToken")
    results = [
        _result(call, query, _points(call, query["MetricStat"], start, end), whole=True) for query in chosen
    ]
    return {"MetricDataResults": results, "Messages": [], **token}


def _result(call: Call, query: Params, points: tuple[Any, Any], *, whole: bool) -> Params:
    times, values = points
    seconds = (times * 60).astype(np.int64).tolist()
    return {
        "Id": query["Id"],
        "Label": query.get("Label") or query["MetricStat"]["Metric"]["MetricName"],
        "Timestamps": seconds
        if call.protocol == "json"
        else [datetime.fromtimestamp(at, UTC) for at in seconds],
        "Values": values.tolist(),
        "StatusCode": "Complete" if whole else "PartialData",
        "Messages": [],
    }


def _points(call: Call, wanted: Params, start: datetime, end: datetime) -> tuple[Any, Any]:
    """Times (minutes since 1970) and values in the order asked for; nothing for a metric that is not known."""
    metric, period = wanted["Metric"], max(int(wanted["Period"]), 60) // 60
    dimensions = tuple(sorted((each["Name"], each["Value"]) for each in metric.get("Dimensions", [])))
    series = STORE[call.scope].get((metric.get("Namespace", ""), metric.get("MetricName", ""), dimensions))
    now = int(time.time() // 60)
    first = max(int(start.timestamp() // 60), now - _kept_minutes(period * 60)) // period * period
    last = min(-(-int(end.timestamp()) // 60), now)
    unit = wanted.get("Unit")
    if series is None or last <= first or (unit and series.unit not in {None, unit}):
        return np.empty(0), np.empty(0)
    rows = -(-(last - first) // period)
    samples = minutes(series, first, last)
    if rows * period > last - first:
        samples = np.append(samples, np.full(rows * period - (last - first), np.nan))
    samples = samples.reshape(rows, period)
    at = first + np.arange(rows) * period
    sent = ~np.isnan(samples).all(axis=1)
    if not sent.all():
        at, samples = at[sent], samples[sent]
    values = statistic(samples, wanted["Stat"])
    return (at, values) if call.params.get("ScanBy") == "TimestampAscending" else (at[::-1], values[::-1])


def _kept_minutes(period: int) -> int:
    days = [kept for shortest, kept in _KEPT if period >= shortest]
    return days[-1] * 1440


def _invalid(message: str) -> AwsError:
    return AwsError("ValidationError", message, 400)


def _checked(call: Call) -> tuple[list[Params], datetime, datetime]:
    """The queries and the range. Raises AwsError as CloudWatch does."""
    params = call.params
    queries, start, end = params["MetricDataQueries"], params["StartTime"], params["EndTime"]
    problem = next(_problems(queries, start, end), None)
    if problem:
        raise _invalid(problem)
    return [query for query in queries if query.get("ReturnData", True)], start, end


def _problems(queries: list[Params], start: datetime, end: datetime) -> Iterator[str]:
    if start >= end:
        yield "The parameter StartTime must be less than the parameter EndTime."
    if not queries:
        yield "The parameter MetricDataQueries is required."
    if len(queries) > QUERIES:
        yield f"The collection MetricDataQueries must not have a size greater than {QUERIES}."
    ids = [query.get("Id") for query in queries]
    if len(set(ids)) != len(ids):
        yield "The values for parameter id in MetricDataQueries are not unique."
    for number, query in enumerate(queries, 1):
        yield from _query_problems(number, query)


def _query_problems(number: int, query: Params) -> Iterator[str]:
    if not _ID.fullmatch(query["Id"]):
        yield f"The value {query['Id']} for parameter MetricDataQueries.member.{number}.Id is not matching the expected pattern ^{_ID.pattern}$."
    if "MetricStat" not in query:
        yield f"MetricDataQueries.member.{number}: expressions are not served by the local AWS; ask for a MetricStat."
        return
    period, stat = int(query["MetricStat"].get("Period", 0)), query["MetricStat"].get("Stat", "")
    if period not in {1, 5, 10, 20, 30} and (period < 60 or period % 60):
        yield f"The parameter MetricDataQueries.member.{number}.MetricStat.Period must be 1, 5, 10, 20, 30 or a multiple of 60."
    try:
        statistic(np.zeros((1, 1)), stat)
    except ValueError:
        yield f"The value {stat} for parameter MetricDataQueries.member.{number}.MetricStat.Stat is not supported."


HANDLERS = {"ListMetrics": list_metrics, "GetMetricData": get_metric_data}
