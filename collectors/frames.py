"""Records ⇄ Arrow tables. A frame is typed from its model, also when it is empty."""

import types
import typing
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache
from typing import Annotated, Any, Literal, NamedTuple

import pyarrow as pa

from collectors.records import FRAMES, SCOPE_COLUMNS, Record

_ARROW: dict[object, pa.DataType] = {
    str: pa.string(),
    int: pa.int64(),
    float: pa.float64(),
    bool: pa.bool_(),
    bytes: pa.binary(),
    datetime: pa.timestamp("us", tz="UTC"),
}


class Rows(NamedTuple):
    """All rows of a frame in a scope as a table, where records would be too slow: its record's columns, any order."""

    frame: str
    table: pa.Table


def arrow_type(annotation: Any) -> pa.DataType:
    """Arrow type of a record's field; optional, literal and annotated types are looked through."""
    origin = typing.get_origin(annotation)
    if origin is Literal:
        return pa.string()
    if origin is Annotated:
        return arrow_type(typing.get_args(annotation)[0])
    if origin in (typing.Union, types.UnionType):
        return arrow_type(next(a for a in typing.get_args(annotation) if a is not type(None)))
    if origin is tuple:
        return pa.list_(arrow_type(typing.get_args(annotation)[0]))
    return _ARROW[annotation]


@cache
def schema_of(frame: str) -> pa.Schema:
    """Columns of a frame: the scope's three, then the record's fields in their order."""
    columns = [pa.field(name, pa.string(), nullable=False) for name in SCOPE_COLUMNS]
    for name, field in FRAMES[frame].model_fields.items():
        columns.append(pa.field(name, arrow_type(field.annotation)))
    return pa.schema(columns)


def frame_of(record: Record) -> str:
    """Name of the frame that holds such records."""
    return _FRAME_OF[type(record)]


_FRAME_OF = {model: name for name, model in FRAMES.items()}


def table_of(frame: str, records: Iterable[Record], scope: Mapping[str, str]) -> pa.Table:
    """Records read in one scope as a table of the frame's schema."""
    rows = list(records)
    schema = schema_of(frame)
    arrays = [pa.array([scope[name]] * len(rows), pa.string()) for name in SCOPE_COLUMNS]
    fields = list(schema)[len(SCOPE_COLUMNS) :]
    arrays += [pa.array([getattr(row, field.name) for row in rows], field.type) for field in fields]
    return pa.Table.from_arrays(arrays, schema=schema)


def with_scope(rows: Rows, scope: Mapping[str, str]) -> pa.Table:
    """Rows that a collector gave as a table, as a table of the frame's schema."""
    schema = schema_of(rows.frame)
    count = len(rows.table)
    columns = [
        pa.array([scope[field.name]] * count, pa.string())
        if field.name in SCOPE_COLUMNS
        else rows.table[field.name].cast(field.type)
        for field in schema
    ]
    return pa.Table.from_arrays(columns, schema=schema)


@cache
def empty(frame: str) -> pa.Table:
    """The frame without rows."""
    return schema_of(frame).empty_table()
