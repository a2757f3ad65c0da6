"""Stand-in for Logs Insights, and delivery sources of buses: StartQuery, GetQueryResults and StopQuery over records that were put in by the control endpoint.

As AWS: log groups by name or ARN, a query that runs for a while, at most 100,000 rows, 10,000 a page, every value a text, and what
has no value left out. Records may be put in as they are, or described (`bus_days`) and made when first asked for.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from moto.logs.models import DeliverySource, logs_backends

from collectors.sample.server import bus_days, insights_ql, trail_files
from collectors.sample.server.paging import page
from collectors.sample.server.store import Store
from collectors.sample.server.wire import AwsError, Call, Params

LOG_TYPES = ("ERROR_LOGS", "INFO_LOGS", "TRACE_LOGS")
PAGE, MOST = 10_000, 100_000
RUNS_FOR = 0.1
Record = dict[str, Any]


@dataclass
class Group:
    """What a log group holds: records, and what makes more of them when they are asked for."""

    records: list[Record] = field(default_factory=list)
    to_come: list[Callable[[], list[Record]]] = field(default_factory=list)
    arn: str = ""

    def all(self) -> list[Record]:
        """Every record, oldest first; those of the trails that deliver to the group are read anew, from their log files."""
        delivered = [
            record | {"@timestamp": at, "@message": json.dumps(record)}
            for record in trail_files.of_log_group(self.arn)
            if (at := _time(record))
        ]
        if delivered:
            return sorted([*self._own(), *delivered], key=lambda record: record["@timestamp"])
        return self._own()

    def _own(self) -> list[Record]:
        if self.to_come:
            for make in self.to_come:
                self.records += make()
            self.to_come.clear()
            self.records.sort(key=lambda record: record["@timestamp"])
        return self.records


@dataclass
class Query:
    """A query that was started; it runs for RUNS_FOR seconds."""

    text: str
    groups: list[Group]
    span: tuple[int, int]
    limit: int
    began: float = field(default_factory=time.monotonic)
    status: str = "Running"
    rows: list[Record] = field(default_factory=list)
    scanned: int = 0


BUS_RECORD = 700
"""Bytes of a record of a bus, about: it is not written down to be counted."""
GROUPS: Store[dict[str, Group]] = Store(dict)
QUERIES: Store[dict[str, Query]] = Store(dict)


def inject(account: str, region: str, group: str, records: list[Record]) -> int:
    """Adds records to a log group, made where it is not there."""
    made = [record | {"@timestamp": _time(record)} for record in records]
    return _put(account, region, group, lambda: made)


def describe(account: str, region: str, group: str, days: list[dict[str, Any]]) -> int:
    """Adds what buses logged, described as `bus_days` has it; the records are made when first asked for."""

    def make() -> list[Record]:
        found = (record for day in days for record in bus_days.records(day))
        return [record | {"@timestamp": record["message_timestamp_ms"]} for record in found]

    return _put(account, region, group, make)


def _put(account: str, region: str, name: str, make: Callable[[], list[Record]]) -> int:
    groups = logs_backends[account][region].groups
    if name not in groups:
        logs_backends[account][region].create_log_group(name, {})
    with GROUPS.lock:
        GROUPS[account, region].setdefault(name, Group()).to_come.append(make)
    return 1


def _time(record: Record) -> int:
    told = record.get("message_timestamp_ms", record.get("eventTime"))
    if isinstance(told, str):
        try:
            return round(datetime.fromisoformat(told).timestamp() * 1000)
        except ValueError:
            return 0
    return int(told or 0)


def start_query(call: Call) -> Params:
    """Begins a query; a query that is malformed is refused at once."""
    params = call.params
    given = [params["logGroupName"]] if "logGroupName" in params else params.get("logGroupNames")
    given = given or params.get("logGroupIdentifiers") or []
    if not given:
        raise AwsError("InvalidParameterException", "No log group was named.")
    groups = [_group(call, one) for one in given]
    try:
        insights_ql.run(params["queryString"], [])
    except insights_ql.MalformedError as error:
        raise AwsError("MalformedQueryException", str(error)) from error
    span = (params["startTime"] * 1000, params["endTime"] * 1000 + 999)
    identifier = secrets.token_hex(16)
    with QUERIES.lock:
        QUERIES[call.scope][identifier] = Query(
            params["queryString"], groups, span, params.get("limit", PAGE)
        )
    return {"queryId": identifier}


def _group(call: Call, given: str) -> Group:
    """A log group by its name or ARN; an ARN must not end in a star."""
    account, region, name = call.account, call.region, given
    if given.startswith("arn:"):
        if given.endswith("*"):
            raise AwsError(
                "InvalidParameterException", "The ARN of a log group must not end with an asterisk."
            )
        _, _, _, region, account, _, name = given.split(":", 6)
    if (account, region) != call.scope or name not in logs_backends[account][region].groups:
        raise AwsError(
            "ResourceNotFoundException", f"Log group '{name}' does not exist for account ID '{account}'"
        )
    group = GROUPS[account, region].setdefault(name, Group())
    group.arn = call.arn("logs", f"log-group:{name}:*")
    return group


def _query(call: Call) -> Query:
    found = QUERIES[call.scope].get(call.params["queryId"])
    if found is None:
        raise AwsError("ResourceNotFoundException", "The specified query does not exist.")
    return found


def get_query_results(call: Call) -> Params:
    """Nothing while it runs, then a page of the rows."""
    query, bent = _query(call), call.quirks.query or {}
    if "state" in bent and query.status == "Running":
        query.status = bent["state"]
    with QUERIES.lock:
        if query.status == "Running" and time.monotonic() - query.began > RUNS_FOR:
            query.rows, query.scanned = _run(query)
            query.status = "Complete"
    statistics = {"bytesScanned": float(bent.get("scanned", query.scanned))}
    if query.status != "Complete":
        return {"results": [], "status": query.status, "statistics": statistics}
    items, token = page(
        call,
        query.rows,
        size=PAGE,
        bad="InvalidParameterException",
        incoming="nextToken",
        outgoing="nextToken",
        limit="maxItems",
    )
    rows = [
        [{"field": name, "value": _text(value)} for name, value in row.items() if value is not None]
        for row in items
    ]
    return {"results": rows, "status": "Complete", "statistics": statistics, **token}


def _run(query: Query) -> tuple[list[Record], int]:
    """The rows, and the bytes of all records of the time."""
    begin, end = query.span
    with GROUPS.lock:
        records = [one for group in query.groups for one in group.all() if begin <= one["@timestamp"] <= end]
    scanned = sum(len(one["@message"]) if "@message" in one else BUS_RECORD for one in records)
    return insights_ql.run(query.text, records)[: min(query.limit, MOST)], scanned


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(int(value))
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def stop_query(call: Call) -> Params:
    """Ends a query that still runs."""
    query = _query(call)
    if query.status != "Running":
        raise AwsError("InvalidParameterException", "The specified query is not running.")
    query.status = "Cancelled"
    return {"success": True}


def put_delivery_source(call: Call) -> Params:
    """As moto, which does not know that buses and subscribers have logs: one source for each of their three kinds."""
    params = call.params
    arn, kind = params["resourceArn"], params["logType"]
    if arn.split(":")[2] != "events":
        return call.moto()
    if kind not in LOG_TYPES:
        raise AwsError("ValidationException", "This service is not allowed for this LogSource.")
    made = DeliverySource(call.account, call.region, params["name"], arn, kind, params.get("tags"))
    logs_backends[call.account][call.region].delivery_sources[params["name"]] = made
    return {"deliverySource": made.to_dict()}


HANDLERS = {
    "PutDeliverySource": put_delivery_source,
    "StartQuery": start_query,
    "GetQueryResults": get_query_results,
    "StopQuery": stop_query,
}
