"""Athena's SQL, run here: translated by sqlglot, answered by DuckDB over CloudTrail records laid out as Athena's table has them.

As there, requestparameters and responseelements are strings of JSON, names are in lower case, and the partitions are columns.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

import duckdb
import pyarrow as pa
import sqlglot
from sqlglot import exp

from collectors.sample.server import trail_files

_TEXT = pa.string()
_ISSUER = pa.struct([("type", _TEXT), ("arn", _TEXT), ("accountid", _TEXT)])
_IDENTITY = pa.struct(
    [
        *((name, _TEXT) for name in ("type", "arn", "accountid", "invokedby")),
        ("sessioncontext", pa.struct([("sessionissuer", _ISSUER)])),
    ]
)
_STRUCTS = {"useridentity": _IDENTITY}
_STRINGS = ("requestparameters", "responseelements")
_PLAIN = (
    *(
        "eventversion",
        "eventtime",
        "eventsource",
        "eventname",
        "awsregion",
        "errorcode",
        "eventid",
        "recipientaccountid",
    ),
    *("account", "region", "day"),
)
SCHEMA = pa.schema([*_STRUCTS.items(), *((name, _TEXT) for name in (*_STRINGS, *_PLAIN))])


def row_of(record: Mapping[str, Any], partitions: Mapping[str, str]) -> dict[str, Any]:
    """A record of a log file as a row of the table. partitions: account, region and day of the file it lies in."""
    lower = {name.lower(): value for name, value in record.items()} | dict(partitions)
    row: dict[str, Any] = {name: _as(_IDENTITY, lower.get(name)) for name in _STRUCTS}
    for name in _STRINGS:
        row[name] = None if lower.get(name) is None else json.dumps(lower[name])
    for name in _PLAIN:
        row[name] = _as(_TEXT, lower.get(name))
    return row


def _as(kind: pa.DataType, value: Any) -> Any:
    if value is None or not pa.types.is_struct(kind):
        return value if value is None or isinstance(value, str) else json.dumps(value)
    told = {name.lower(): item for name, item in value.items()} if isinstance(value, dict) else {}
    return {field.name: _as(field.type, told.get(field.name)) for field in kind}


@cache
def translate(statement: str) -> str:
    """A question of Athena's as DuckDB takes it. Raises sqlglot's ParseError."""
    return sqlglot.transpile(statement, read="athena", write="duckdb")[0]


def run(
    statement: str, database: str, name: str, rows: Iterable[Mapping[str, Any]]
) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Columns and rows of the answer to a question of Athena's over `database`.`name`.

    Raises sqlglot's ParseError for what is no SQL of Athena, duckdb.Error for what cannot be answered.
    """
    translated = translate(statement)
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.register("records_in", pa.Table.from_pylist(list(rows), schema=SCHEMA))
        connection.execute(f'CREATE SCHEMA "{database}"')
        view = f'CREATE VIEW "{database}"."{name}" AS SELECT * FROM records_in'  # noqa: S608 - a local database of one question
        connection.execute(view)
        answer = connection.execute(translated)
        return [column[0] for column in answer.description or ()], answer.fetchall()


def holds(conditions: Iterable[str], values: Mapping[str, str]) -> bool:
    """Whether all these conditions, written for DuckDB, hold for a row of these values."""
    text = " AND ".join(f"({one})" for one in conditions) or "TRUE"
    columns = ", ".join(f"? AS {name}" for name in values)
    with duckdb.connect(config={"threads": 1}) as connection:
        asked = f"SELECT {text} FROM (SELECT {columns})"  # noqa: S608 - as above
        found = connection.execute(asked, list(values.values())).fetchone()
    return bool(found and found[0])


def partitions_of(parsed: Any, keys: set[str]) -> list[str]:
    """The conditions of the statement that speak of partitions only: by them files are read, or not."""
    where = next(one for one in parsed.find_all(exp.Where) if one.parent.find(exp.Table).db)
    parts = where.this.flatten() if isinstance(where.this, exp.And) else [where.this]
    found = [
        part.sql(dialect="duckdb")
        for part in parts
        if (columns := {one.name.lower() for one in part.find_all(exp.Column)}) and columns <= keys
    ]
    if keys and not found:
        raise ValueError("CONSTRAINT_VIOLATION: the question names no partition")
    return found


def files(
    account: str, partition: str, table: Mapping[str, Any]
) -> Iterator[tuple[trail_files.File, dict[str, str]]]:
    """The files of a table with their partitions, by its storage.location.template."""
    location, template = (table["Parameters"].get(one) for one in ("location", "storage.location.template"))
    by = {one["Name"]: _spelling(table, one["Name"]) for one in table["PartitionKeys"]}
    text = re.escape(template or location)
    for key, spelling in by.items():
        text = text.replace(re.escape(f"${{{key}}}"), f"(?P<{key}>{spelling})")
    for file in trail_files.below(account, partition, location):
        matched = re.match(text, file.location)
        if matched:
            yield file, matched.groupdict()


def _spelling(table: Mapping[str, Any], key: str) -> str:
    """The values of a partition that the table is projected to, as a regular expression."""
    parameters = table["Parameters"]
    if parameters.get(f"projection.{key}.type") == "enum":
        return "|".join(map(re.escape, parameters[f"projection.{key}.values"].split(",")))
    return r"\d{4}/\d\d/\d\d" if parameters.get(f"projection.{key}.type") == "date" else "[^/]+"
