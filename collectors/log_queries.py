"""CloudWatch Logs Insights: one query from its start to all of its rows, given up in time and stopped where it is given up.

logs:StartQuery, GetQueryResults, StopQuery. AWS gives at most 100,000 rows of a query, 10,000 a page; a caller that gets MOST_ROWS
must ask again for less time, or rows are missing. AWS ends a query after an hour by itself.
"""

import contextlib
import time
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from collectors.aws import AWS_ERRORS
from collectors.errors import RefusedError, StoppedError
from collectors.scope import Scope

MOST_ROWS = 100_000
PAGE = 10_000
USD_PER_GB = 0.005
"""The price of what a query scans, in most regions."""
MOST_SECONDS = 900.0
"""What a query may take before it is given up."""
FIRST_PAUSE, LONGEST_PAUSE = 0.3, 5.0
START = "logs:StartQuery"
_RUNNING = ("Scheduled", "Running", "Unknown")

Row = dict[str, str]
"""One row: name of the field → its value as text. A field without a value is absent."""


def run_query(
    scope: Scope,
    groups: Sequence[str],
    query: str,
    begin: datetime,
    end: datetime,
    seconds: float | None = None,
) -> list[Row]:
    """All rows of a query over log groups (ARNs) from `begin` until before `end`, both whole seconds.

    Raises RefusedError when AWS refuses it, when it fails or is cancelled, and "failed" Timeout when it takes longer
    than `seconds` (MOST_SECONDS); StoppedError when the run is asked to stop. A query that is given up is stopped.
    """
    started = scope.call(
        "logs",
        "start_query",
        needs="queryId",
        logGroupIdentifiers=[group.removesuffix(":*") for group in groups],
        startTime=int(begin.timestamp()),
        endTime=int(end.timestamp()) - 1,  # AWS takes the last second in
        queryString=query,
        limit=MOST_ROWS,
    )
    identifier = started["queryId"]
    with scope.run.under_way.until_done(lambda: _stop(scope, identifier)):
        first = _ended(scope, identifier, MOST_SECONDS if seconds is None else seconds)
    scanned = int((first.get("statistics") or {}).get("bytesScanned") or 0)
    scope.tally.charge("Logs Insights", scanned, USD_PER_GB)
    return [_row(fields) for fields in _all_rows(scope, identifier, first)]


def _ended(scope: Scope, identifier: str, seconds: float) -> dict[str, Any]:
    """The first page of a query that is complete."""
    deadline, pause = time.monotonic() + seconds, FIRST_PAUSE
    while True:
        # no query ends at once, and asking is paced
        if scope.run.stop.wait(min(pause, max(0.0, deadline - time.monotonic()) + 0.01)):
            raise StoppedError("Stopped.")
        pause = min(LONGEST_PAUSE, pause * 1.6)
        answer = scope.call("logs", "get_query_results", needs="status", queryId=identifier)
        status = answer["status"]
        if status == "Complete":
            return answer
        if status not in _RUNNING:
            told = (
                f"CloudWatch Logs ended the query as {status}. Collect again; name less to read if it stays."
            )
            raise RefusedError("failed", START, str(status), told)
        if time.monotonic() > deadline:
            told = f"CloudWatch Logs did not end the query within {seconds:.0f} s; it was stopped."
            raise RefusedError("failed", START, "Timeout", told)


def _all_rows(scope: Scope, identifier: str, page: dict[str, Any]) -> list[list[dict[str, str]]]:
    rows = list(page.get("results") or ())
    seen: set[str] = set()
    while page.get("nextToken"):
        if page["nextToken"] in seen:
            told = "CloudWatch Logs gave the same page token twice."
            raise RefusedError("failed", "logs:GetQueryResults", "RepeatedToken", told)
        seen.add(page["nextToken"])
        page = scope.call(
            "logs", "get_query_results", needs="results", queryId=identifier, nextToken=page["nextToken"]
        )
        rows += page["results"]
    return rows


def _row(fields: list[dict[str, str]]) -> Row:
    found = ((one.get("field"), one.get("value")) for one in fields)
    return {name: value for name, value in found if name and value is not None}


def _stop(scope: Scope, identifier: str) -> None:
    """A query that ended meanwhile is no trouble, and AWS ends others by itself."""
    with contextlib.suppress(*AWS_ERRORS, RefusedError):
        client = scope.run.aws.hasty_client("logs", scope.account, scope.region)
        client.stop_query(queryId=identifier)
