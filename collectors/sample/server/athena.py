"""Stand-in for Athena: a table of CloudTrail's log files, and questions over them that are really answered (`sql`).

CREATE DATABASE and CREATE EXTERNAL TABLE are taken as Athena's editor takes them, so that the documented statement is what makes the
table here too. A question is answered when it is first asked about; only the files of partitions that it names are read and counted.
The misbehaviour rule's member `query` decides how a question goes: {"state", "reason", "scanned"}.
"""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from collectors.sample.server.paging import page
from collectors.sample.server.store import Store
from collectors.sample.server.wire import AwsError, Call, Params

CATALOG = "AwsDataCatalog"
SERDES = ("org.apache.hive.hcatalog.data.JsonSerDe", "org.openx.data.jsonserde.JsonSerDe")
_OVER = ("SUCCEEDED", "FAILED", "CANCELLED")


@dataclass
class Query:
    """One execution."""

    id: str
    text: str
    workgroup: str
    output: str | None
    at: datetime
    state: str = "QUEUED"
    reason: str | None = None
    scanned: int = 0
    columns: list[str] = field(default_factory=list)
    rows: list[tuple[Any, ...]] = field(default_factory=list)


@dataclass
class Held:
    """Databases, tables and executions of one (account, region), and what was set of its workgroups."""

    databases: set[str] = field(default_factory=lambda: {"default"})
    tables: dict[tuple[str, str], Params] = field(default_factory=dict)
    queries: dict[str, Query] = field(default_factory=dict)
    workgroups: dict[str, Params] = field(default_factory=dict)


STORE: Store[Held] = Store(Held)


def get_work_group(call: Call) -> Params:
    """As moto, with what UpdateWorkGroup set."""
    answer = call.moto()
    changed = STORE[call.scope].workgroups.get(call.params["WorkGroup"], {})
    answer["WorkGroup"]["Configuration"] = (answer["WorkGroup"].get("Configuration") or {}) | changed
    return answer


def update_work_group(call: Call) -> Params:
    """Moto has none. Only the place of the answers and the limit of a question can be changed here."""
    call.moto({"WorkGroup": call.params["WorkGroup"]}, "GetWorkGroup")
    updates = call.params.get("ConfigurationUpdates") or {}
    changed: Params = {}
    if "ResultConfigurationUpdates" in updates:
        changed["ResultConfiguration"] = {
            "OutputLocation": updates["ResultConfigurationUpdates"].get("OutputLocation")
        }
    if "BytesScannedCutoffPerQuery" in updates:
        changed["BytesScannedCutoffPerQuery"] = updates["BytesScannedCutoffPerQuery"]
    with STORE.lock:
        STORE[call.scope].workgroups.setdefault(call.params["WorkGroup"], {}).update(changed)
    return {}


def get_table_metadata(call: Call) -> Params:
    """Columns, partitions and properties of a table that CREATE EXTERNAL TABLE made."""
    asked, held = call.params, STORE[call.scope]
    with STORE.lock:
        for query in [one for one in held.queries.values() if one.state == "QUEUED" and _makes(one)]:
            _carry_out(call, query)
    found = held.tables.get((asked["DatabaseName"].lower(), asked["TableName"].lower()))
    if asked["CatalogName"] != CATALOG or found is None:
        raise AwsError(
            "MetadataException", f"EntityNotFoundException: Table {asked['TableName']} is not found"
        )
    return {"TableMetadata": found}


def start_query(call: Call) -> Params:
    """Takes a statement; it is carried out when it is asked about, or what it makes is."""
    asked, held = call.params, STORE[call.scope]
    name = asked.get("WorkGroup") or "primary"
    workgroup = get_work_group(_asking(call, "GetWorkGroup", {"WorkGroup": name}))["WorkGroup"]
    of_group = (workgroup["Configuration"].get("ResultConfiguration") or {}).get("OutputLocation")
    output = (asked.get("ResultConfiguration") or {}).get("OutputLocation") or of_group
    if not output:
        raise AwsError(
            "InvalidRequestException",
            "No output location provided. An output location is required either through the Workgroup result "
            "configuration setting or as an API input.",
        )
    query = Query(str(uuid.uuid4()), asked["QueryString"], name, output, datetime.now(UTC))
    with STORE.lock:
        held.queries[query.id] = query
    return {"QueryExecutionId": query.id}


def _asking(call: Call, operation: str, params: Params) -> Call:
    return Call(
        *("athena", operation, call.protocol, call.account, call.region, call.environ, b"", call.access_key),
        params=params,
        backend=call.backend,
    )


def _query(call: Call) -> Query:
    found = STORE[call.scope].queries.get(call.params["QueryExecutionId"])
    if found is None:
        raise AwsError(
            "InvalidRequestException", f"QueryExecution {call.params['QueryExecutionId']} was not found"
        )
    return found


def get_query(call: Call) -> Params:
    """How a question stands; it is answered when it is first asked about."""
    query = _query(call)
    bent = call.quirks.query
    with STORE.lock:
        if bent and query.state not in _OVER:
            query.state = bent.get("state", query.state)
            query.reason = bent.get("reason")
            query.scanned = int(bent.get("scanned", query.scanned))
        elif query.state in ("QUEUED", "RUNNING"):
            _carry_out(call, query)
    times = {"SubmissionDateTime": query.at}
    if query.state in _OVER:
        times["CompletionDateTime"] = datetime.now(UTC)
    status: Params = {"State": query.state, "StateChangeReason": query.reason, **times}
    return {
        "QueryExecution": {
            "QueryExecutionId": query.id,
            "Query": query.text,
            "Status": status,
            "Statistics": {"DataScannedInBytes": query.scanned},
            "WorkGroup": query.workgroup,
            "ResultConfiguration": {"OutputLocation": query.output},
        }
    }


def stop_query(call: Call) -> Params:
    """Ends a question that is not over."""
    query = _query(call)
    with STORE.lock:
        if query.state not in _OVER:
            query.state, query.reason = "CANCELLED", "Query was cancelled by user"
    return {}


def get_results(call: Call) -> Params:
    """Pages of at most 1,000 rows; the first row of the first page holds the names of the columns. A value is a text, or absent."""
    query = _query(call)
    if query.state != "SUCCEEDED":
        raise AwsError(
            "InvalidRequestException", f"Query has not yet finished. Current state: {query.state}", 400
        )
    rows = [tuple(query.columns), *query.rows]
    given, token = page(call, rows, size=1000, bad="InvalidRequestException", limit="MaxResults")
    columns = [{"Name": name, "Label": name, "Type": "varchar"} for name in query.columns]
    cells = [
        {"Data": [{} if value is None else {"VarCharValue": str(value)} for value in row]} for row in given
    ]
    return {"ResultSet": {"Rows": cells, "ResultSetMetadata": {"ColumnInfo": columns}}, **token}


def _makes(query: Query) -> bool:
    return query.text.lstrip()[:6].upper() == "CREATE"


def _carry_out(call: Call, query: Query) -> None:
    # imported here: they take long, and most local AWSs are never asked a question
    import duckdb  # noqa: PLC0415
    import sqlglot  # noqa: PLC0415
    from sqlglot.errors import SqlglotError  # noqa: PLC0415

    held = STORE[call.scope]
    try:
        parsed = sqlglot.parse_one(query.text, read="athena")
        if _makes(query):
            _create(held, parsed)
        else:
            _answer(call, held, query, parsed)
        limit = held.workgroups.get(query.workgroup, {}).get("BytesScannedCutoffPerQuery")
        query.state = "SUCCEEDED"
        if limit and query.scanned > limit:
            query.state, query.reason = "CANCELLED", "Bytes scanned limit was exceeded"
    except (SqlglotError, duckdb.Error, ValueError, LookupError, OSError) as error:
        query.state, query.reason = "FAILED", f"SYNTAX_ERROR: {error}"


def _create(held: Held, parsed: Any) -> None:
    from sqlglot import exp  # noqa: PLC0415 - as above

    if parsed.kind in {"SCHEMA", "DATABASE"}:
        held.databases.add(parsed.this.name.lower() or parsed.this.db.lower())
        return
    table = parsed.this.this
    key = (table.db.lower(), table.name.lower())
    if key[0] not in held.databases:
        raise ValueError(f"Database {key[0]} not found")
    properties = parsed.args["properties"].expressions
    location = next(one.this.this for one in properties if isinstance(one, exp.LocationProperty))
    serde = next(one.this.this for one in properties if isinstance(one, exp.RowFormatSerdeProperty))
    by = [one.this.expressions for one in properties if isinstance(one, exp.PartitionedByProperty)]
    if serde not in SERDES:
        raise ValueError(f"no SerDe {serde}")
    parameters = {one.name: one.args["value"].name for one in properties if type(one) is exp.Property}
    held.tables[key] = {
        "Name": table.name,
        "CreateTime": datetime.now(UTC),
        "TableType": "EXTERNAL_TABLE",
        "Columns": [_column(one) for one in parsed.this.expressions],
        "PartitionKeys": [_column(one) for one in (by[0] if by else [])],
        "Parameters": parameters | {"EXTERNAL": "TRUE", "location": location},
    }


def _column(told: Any) -> Params:
    kind = re.sub(r"\s", "", told.args["kind"].sql(dialect="hive")).lower()
    return {"Name": told.name.lower(), "Type": kind}


def _answer(call: Call, held: Held, query: Query, parsed: Any) -> None:
    from sqlglot import exp  # noqa: PLC0415 - as above

    from collectors.sample.server import sql  # noqa: PLC0415 - as above

    tables = [one for one in parsed.find_all(exp.Table) if one.db]
    names = {(one.db.lower(), one.name.lower()) for one in tables}
    if len(names) != 1 or not names <= held.tables.keys():
        raise ValueError(f"Table {names} does not exist")
    (name,) = names
    wanted = sql.partitions_of(parsed, {one["Name"] for one in held.tables[name]["PartitionKeys"]})
    rows = []
    for file, partitions in sql.files(call.account, call.partition, held.tables[name]):
        if sql.holds(wanted, partitions):
            query.scanned += len(file.body)
            rows += [sql.row_of(record, partitions) for record in file.records]
    query.columns, query.rows = sql.run(query.text, *name, rows)


HANDLERS = {
    "GetWorkGroup": get_work_group,
    "UpdateWorkGroup": update_work_group,
    "GetTableMetadata": get_table_metadata,
    "StartQueryExecution": start_query,
    "GetQueryExecution": get_query,
    "StopQueryExecution": stop_query,
    "GetQueryResults": get_results,
}
