"""What Logs Insights answers, as HOURLY: each row is made a record again and counted by the rules of log files (`put_events`)."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from collectors.evidence.insights_text import CODED
from collectors.evidence.put_events import ACTIONS, EVENTS, NO_TYPE, NOT_A_RECORD, UNTOLD, parse
from collectors.evidence.reading import HOURLY
from collectors.evidence.remembered import hashes_of
from collectors.log_queries import Row

_KEY = [name for name in HOURLY.names if name not in ("events", "failed", "first_seen", "last_seen")]
Part = tuple[datetime, datetime, int]
"""First and last time, and how often."""


def counted(
    totals: Sequence[Row], singles: Sequence[Row], evidence: str, partition: str
) -> tuple[pa.Table, Counter[str]]:
    """HOURLY of the answers to both queries (`insights_text`), and what was left out, by reason.

    A record that came twice is among the totals twice: what is too much is taken off. A call that was rejected in part is not among them.
    """
    told = [row for row in totals if row.get("entry.source") and row.get("entry.detailType")]
    records = [_of_total(row) for row in told] + [_of_single(row) for row in singles]
    parts = [(row.get("first"), row.get("last"), _number(row.get("entries"))) for row in told]
    parts += [(row.get("time"), row.get("time"), _times(row)) for row in singles]
    columns: dict[str, list[Any]] = {name: [] for name in HOURLY.names}
    parsed, numbers = _parsed(records, partition)
    for number, call in zip(numbers, parsed.call, strict=True):
        first, last, times = parts[number]
        begin, end = np.searchsorted(parsed.of_call, [call, call + 1])
        for kind in range(begin, end):
            group = parsed.groups[parsed.group[kind]]
            sums = (int(parsed.accepted[kind]) * times, int(parsed.failed[kind]) * times)
            seen = (_time(first), _time(last))
            hour = seen[0].replace(minute=0, second=0, microsecond=0)
            given = (hour, group.account, group.region, *group[2:], evidence, *sums, *seen)
            for column, value in zip(columns.values(), given, strict=True):
                column.append(value)
    problems = Counter(
        {NO_TYPE: sum(_number(row.get("entries")) for row in totals) - sum(p[2] for p in parts[: len(told)])}
    )
    for problem in parsed.problems:
        if problem.reason in (UNTOLD, NOT_A_RECORD):
            problems[problem.reason] += problem.times
    return _added(pa.table(columns, schema=HOURLY)), +problems


def _added(rows: pa.Table) -> pa.Table:
    """A row for each key, without those that come to nothing."""
    sums = [("events", "sum"), ("failed", "sum"), ("first_seen", "min"), ("last_seen", "max")]
    added = rows.group_by(_KEY).aggregate(sums)
    added = added.rename_columns({f"{name}_{how}": name for name, how in sums}).select(HOURLY.names)
    return added.filter(pc.greater(pc.add(added["events"], added["failed"]), 0)).cast(HOURLY)


def _parsed(records: Iterable[dict[str, Any]], partition: str) -> tuple[Any, list[int]]:
    """What the records say, and the number of each that says something: its eventID, of which only the hash is told."""
    named = [record | {"eventID": str(number)} for number, record in enumerate(records)]
    parsed = parse([json.dumps({"Records": named}).encode()], partition)
    marks = hashes_of([str(number) for number in range(len(named))])
    number_of = {int(mark): number for number, mark in enumerate(marks)}
    return parsed, [number_of[int(mark)] for mark in parsed.hashes]


def _of_total(row: Row) -> dict[str, Any]:
    identity = {
        "type": row.get("userIdentity.type"),
        "arn": row.get("userIdentity.sessionContext.sessionIssuer.arn") or row.get("who"),
        "accountId": row.get("userIdentity.accountId"),
        "invokedBy": row.get("userIdentity.invokedBy"),
    }
    entry = {name: row.get(f"entry.{name}") for name in ("source", "detailType", "eventBusName")}
    return _record(row.get("eventName"), identity, [entry]) | {
        "eventTime": row.get("first"),
        "awsRegion": row.get("awsRegion"),
        "recipientAccountId": row.get("recipientAccountId"),
        "errorCode": row.get("errorCode"),
    }


def _of_single(row: Row) -> dict[str, Any]:
    identity = {
        "type": row.get("kind"),
        "arn": row.get("issuer") or row.get("caller"),
        "accountId": row.get("owner"),
        "invokedBy": row.get("via"),
    }
    rejected = _number(row["rejected"]) if row.get("rejected") else None
    answers = {"failedEntryCount": rejected, "entries": _json(row.get("answers"))}
    return _record(row.get("action"), identity, _json(row.get("entries"))) | {
        "eventTime": row.get("time"),
        "awsRegion": row.get("region"),
        "recipientAccountId": row.get("account"),
        "errorCode": row.get("error"),
        "responseElements": answers,
    }


def _record(action: str | None, identity: dict[str, Any], entries: Any) -> dict[str, Any]:
    """`action` is one of ACTIONS: nothing else is asked about."""
    return {
        "eventName": action if action in ACTIONS else None,
        "eventSource": EVENTS,
        "userIdentity": identity,
        "requestParameters": {"entries": entries},
    }


def _times(row: Row) -> int:
    """How often a single call is still to be counted: once when the totals leave it out, else less than none."""
    told = row.get("rejected")
    is_single = _number(told) != 0 if told else CODED in row.get("answers", "")
    return 1 if is_single and not row.get("error") else 1 - _number(row.get("copies"))


def _number(value: str | None) -> int:
    try:
        return int(float(value or 0))
    except (ValueError, OverflowError):
        return 0


def _json(text: str | None) -> Any:
    try:
        return json.loads(text or "null")
    except (ValueError, RecursionError):
        return None


def _time(text: str | None) -> datetime:
    return datetime.fromisoformat(text or "").astimezone(UTC)
