"""PutEvents records by Athena: one question for the whole run, asked where the log files lie; what it reads costs money.

The calls: athena:GetTableMetadata (and glue:GetTable behind it), GetWorkGroup, StartQueryExecution, GetQueryExecution,
GetQueryResults, StopQueryExecution. The table itself is never made here: docs/athena.md has its statement.
"""

import re
import time
from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

import pyarrow as pa

from collectors.aws import AWS_ERRORS
from collectors.errors import RefusedError, StoppedError
from collectors.evidence import sums
from collectors.evidence.athena_question import RESULT
from collectors.evidence.athena_sql import Table, not_projected, question, table_of
from collectors.evidence.put_events import NO_ENTRIES, NO_TYPE, NOT_A_RECORD, UNTOLD
from collectors.evidence.reading import Reading
from collectors.evidence.shared import Shared
from collectors.records import Gap
from collectors.scope import Scope
from collectors.unread import rows_of

CATALOG = "AwsDataCatalog"
STATEMENT = "python -m collectors.evidence.athena_table"
USD_PER_TB = 5.0
"""Athena's price of what a question scans, in most regions; each costs at least 10 MB of it."""
LONGEST = 35 * 60.0
"""Seconds that a question may take: Athena itself ends one after 30 minutes unless a longer time was agreed."""
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 10.0
PAGE = 1000
PROBLEMS = {
    "other_version": "records are of an unknown version (eventVersion is not 1.…)",
    "no_record": NOT_A_RECORD,
    "no_entries": NO_ENTRIES,
    "no_type": NO_TYPE,
    "untold": UNTOLD,
}
"""Columns of the answer that count what was left out, and how a gap says it."""
HARMLESS = (
    *("COLUMN_NOT_FOUND", "TABLE_NOT_FOUND", "SCHEMA_NOT_FOUND", "CATALOG_NOT_FOUND", "SYNTAX_ERROR"),
    *("PERMISSION_DENIED", "ACCESS_DENIED", "EXCEEDED_", "CLUSTER_OUT_OF_MEMORY", "TOO_MANY_REQUESTS"),
)
"""Codes of errors (Trino's) whose text is of the question, of rights or of limits: it quotes no record."""
WITHOUT_CODE = (
    *(
        "no reason",
        "Access denied",
        "Access Denied",
        "Insufficient permissions",
        "Insufficient Lake Formation",
    ),
    *("Query exhausted resources", "Query timeout", "Bytes scanned limit", "Query cancelled"),
)
"""How such texts begin where they have no code."""
_CODE = re.compile(r"[A-Z][A-Z0-9_]+")


class Answer(NamedTuple):
    """What the question gave: HOURLY rows of all scopes, None when nothing was read; accounts and regions that the table leaves out."""

    rows: pa.Table | None
    since: datetime
    until: datetime
    missing: tuple[str, ...] = ()
    gaps: tuple[Gap, ...] = ()


def read(scope: Scope) -> Iterator[Reading]:
    """What Athena tells of this scope. Each hour that was asked about stands for what was known of it before."""
    shared: Shared[Answer] = scope.run.once("traces by Athena", Shared)
    answer = shared.get(lambda: _ask(scope))
    evidence = _evidence(scope)
    for gap in answer.gaps:
        if scope.is_first or gap.status != "partial":
            scope.gaps.append(gap)
            scope.lose(*([rows_of("traces", evidence=evidence)] if gap.status != "partial" else ()))
    left_out = [one for one in (scope.account, scope.region) if one in answer.missing]
    if left_out:
        told = f"The table's partitions leave out {' and '.join(left_out)}: make it anew with the statement of {STATEMENT}."
        scope.gap("failed", "athena:GetTableMetadata", "NotInTable", told, evidence)
        scope.lose(rows_of("traces", evidence=evidence))
    elif answer.rows is not None:
        rows = sums.of_scope(answer.rows, scope)
        remembered = sums.seen("athena", evidence, answer.until)
        yield Reading(rows, (answer.since, answer.until), evidence, remembered)


def _evidence(scope: Scope) -> str:
    return f"athena:{scope.settings.athena_database}.{scope.settings.athena_table}"


def _asker(scope: Scope) -> Scope:
    """Where Athena is asked, whichever scope comes first; its gaps are told by each."""
    settings, aws = scope.settings, scope.run.aws
    account = settings.athena_account or aws.home_account
    return Scope(scope.run, account, settings.athena_region or aws.regions[0], scope.collector)


def _ask(scope: Scope) -> Answer:
    asker, evidence, aws = _asker(scope), _evidence(scope), scope.run.aws
    asker.tally = scope.tally
    since, until = sums.window(scope, "athena", evidence)
    rows: pa.Table | None = None
    missing: list[str] = []
    try:
        table, metadata = _table(asker)
        missing = not_projected(table, metadata, {"accounts": aws.accounts, "regions": aws.regions})
        asked = question(table, since, until, aws.accounts, aws.regions, aws.partition)
        found = list(_results(asker, _run(asker, asked)))
        rows, odd = sums.hourly(found, evidence)
        _tell_problems(asker, found, odd, evidence)
    except RefusedError as error:
        asker.refuse(error, evidence)
        rows = None
    return Answer(rows, since, until, tuple(missing), tuple(asker.gaps))


def _table(asker: Scope) -> tuple[Table, dict[str, Any]]:
    """Raises RefusedError when there is no such table, or none that Headwater can ask."""
    settings = asker.settings
    where = f"{settings.athena_database}.{settings.athena_table} in account {asker.account}, {asker.region}"
    makes = (
        f"Print the statement that makes one with: {STATEMENT}; Headwater itself makes none (docs/athena.md)."
    )
    action = "athena:GetTableMetadata"
    try:
        told = asker.call(
            *("athena", "get_table_metadata", "TableMetadata"),
            CatalogName=CATALOG,
            DatabaseName=settings.athena_database,
            TableName=settings.athena_table,
        )["TableMetadata"]
    except RefusedError as error:
        if error.code != "MetadataException":
            raise
        raise RefusedError("failed", action, "NoTable", f"There is no table {where}. {makes}") from error
    try:
        return table_of(settings.athena_database, told), told
    except (ValueError, KeyError, AttributeError, TypeError) as error:
        message = f"The table {where} cannot be asked: {error}. {makes}"
        raise RefusedError("failed", action, "OtherTable", message) from error


def _most(asker: Scope) -> tuple[int, str]:
    """Bytes that the question may scan, and whose limit that is. The workgroup's own, which Athena keeps, may be the lower."""
    settings = asker.settings
    ours = int(settings.athena_most_gb * 1e9)
    told = asker.attempt(
        lambda: asker.call("athena", "get_work_group", "WorkGroup", WorkGroup=settings.athena_workgroup),
        settings.athena_workgroup,
    )
    chosen = ((told or {}).get("WorkGroup") or {}).get("Configuration") or {}
    managed = (chosen.get("ManagedQueryResultsConfiguration") or {}).get("Enabled")
    output = settings.athena_output or (chosen.get("ResultConfiguration") or {}).get("OutputLocation")
    if told and not (output or managed):
        message = f"Workgroup {settings.athena_workgroup} names no place for answers: set athena_output to an s3:// prefix."
        raise RefusedError("failed", "athena:GetWorkGroup", "NoOutput", message)
    theirs = chosen.get("BytesScannedCutoffPerQuery")
    if theirs and theirs < ours:
        return theirs, f"the limit of workgroup {settings.athena_workgroup}"
    return ours, "the setting athena_most_gb"


def _run(asker: Scope, asked: str) -> str:
    """Start the question and wait for its end; its id. Raises RefusedError when it comes to no good end.

    A run that is stopped stops the question.
    """
    settings = asker.settings
    most = _most(asker)
    to: dict[str, Any] = {}
    if settings.athena_output:
        to = {"ResultConfiguration": {"OutputLocation": settings.athena_output}}
    query: str = asker.call(
        *("athena", "start_query_execution", "QueryExecutionId"),
        QueryString=asked,
        QueryExecutionContext={"Database": settings.athena_database, "Catalog": CATALOG},
        WorkGroup=settings.athena_workgroup,
        **to,
    )["QueryExecutionId"]
    with asker.run.under_way.until_done(lambda: _call_off(asker, query)):
        state, reason, scanned = _wait(asker, query, *most)
    asker.tally.charge("Athena", scanned, USD_PER_TB / 1000)
    if state == "SUCCEEDED":
        return query
    message = f"The question to Athena ended as {state}: {reason} ({told_of(scanned)}.)"
    raise RefusedError("failed", "athena:StartQueryExecution", state, message)


def told_of(scanned: int) -> str:
    """What was scanned, and about what that costs."""
    return f"{scanned / 1e9:.2f} GB scanned, about ${scanned / 1e12 * USD_PER_TB:.2f}"


def _wait(asker: Scope, query: str, most: int, whose: str) -> tuple[str, str, int]:
    """(state, reason, bytes scanned) at the end. One that scans or takes too much is stopped."""
    pause, deadline = FIRST_PAUSE, time.monotonic() + LONGEST
    while True:
        told = asker.call("athena", "get_query_execution", "QueryExecution", QueryExecutionId=query)
        status, statistics = (told["QueryExecution"].get(name) or {} for name in ("Status", "Statistics"))
        state, scanned = status.get("State"), statistics.get("DataScannedInBytes") or 0
        if not state:
            message = "Athena did not say how the question stands. It was stopped; please report it."
            raise RefusedError("failed", "athena:GetQueryExecution", "UnexpectedShape", message)
        if state in ("SUCCEEDED", "FAILED", "CANCELLED"):
            return state, _reason(state, status), scanned
        if scanned > most:
            return _stop(asker, query, "TooMuch", f"it scanned more than {whose} allows", scanned)
        if time.monotonic() > deadline:
            return _stop(asker, query, "Timeout", f"it took longer than {LONGEST / 60:.0f} minutes", scanned)
        if asker.run.stop.wait(pause):
            raise StoppedError("Stopped.")
        pause = min(LONGEST_PAUSE, pause * 1.5)


def _reason(state: str | None, status: dict[str, Any]) -> str:
    """Athena's reason where it is of a kind that quotes no record; else of an error only its code."""
    told = " ".join(str(status.get("StateChangeReason") or "no reason").split())
    code, colon, _ = told.partition(":")
    is_code = bool(colon) and _CODE.fullmatch(code) is not None
    if state != "FAILED" or (code.startswith(HARMLESS) if is_code else told.startswith(WITHOUT_CODE)):
        return told[:500]
    return (
        code
        if is_code
        else "Athena's reason is not kept, since it may quote records: see the question in Athena"
    )


def _stop(asker: Scope, query: str, code: str, why: str, scanned: int) -> tuple[str, str, int]:
    told = asker.attempt(
        lambda: asker.call("athena", "stop_query_execution", QueryExecutionId=query), f"query {query}"
    )
    ended = "and was stopped" if told is not None else "and could not be stopped: it runs on"
    return code, f"{why}, {ended}.", scanned


def _call_off(asker: Scope, query: str) -> None:
    """Stop the question on the way out; who cannot is not told, since nobody listens any more."""
    try:
        client = asker.run.aws.hasty_client("athena", asker.account, asker.region)
        client.stop_query_execution(QueryExecutionId=query)
    except (*AWS_ERRORS, RefusedError):
        return


def _results(asker: Scope, query: str) -> Iterator[dict[str, str | None]]:
    """The rows of the answer by column; the first row that Athena gives holds the columns' names."""
    header: list[str | None] | None = None
    token: dict[str, str] = {}
    seen: set[str] = set()
    action = "athena:GetQueryResults"
    while True:
        page = asker.call(
            *("athena", "get_query_results", "ResultSet"), QueryExecutionId=query, MaxResults=PAGE, **token
        )
        for row in page["ResultSet"].get("Rows") or ():
            values = [cell.get("VarCharValue") for cell in row.get("Data") or ()]
            if header is None:
                header = values
                if header != list(RESULT):
                    raise _odd(action, f"columns {header}")
            elif len(values) != len(RESULT):
                raise _odd(action, f"{len(values)} values in a row of {len(RESULT)}")
            else:
                yield dict(zip(RESULT, values, strict=True))
        following = page.get("NextToken")
        if not following:
            break
        if following in seen:
            raise RefusedError("failed", action, "RepeatedToken", "AWS gave the same page token twice.")
        seen.add(following)
        token = {"NextToken": following}
    if header is None:
        raise _odd(action, "no row at all, not even the columns' names")


def _odd(action: str, what: str) -> RefusedError:
    return RefusedError(
        "failed", action, "UnexpectedShape", f"Athena answered {what}. Nothing was taken; please report it."
    )


def _tell_problems(asker: Scope, rows: list[dict[str, str | None]], odd: int, evidence: str) -> None:
    counts = {reason: sum(_count(row[column]) for row in rows) for column, reason in PROBLEMS.items()}
    for reason, count in (counts | {"rows of the answer cannot be read": odd}).items():
        if count:
            asker.gap("partial", evidence, "UnexpectedShape", f"{count} {reason}; by {evidence}.", evidence)


def _count(told: str | None) -> int:
    return int(told) if told and told.isdecimal() else 0
