"""A frame's file as a table of today's columns, and the error that says what to do where it cannot be read."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from collectors.errors import DamagedError
from collectors.frames import schema_of


@contextlib.contextmanager
def readable(path: Path) -> Iterator[None]:
    """Raises DamagedError for what goes wrong while this file is read."""
    try:
        yield
    except (OSError, pa.ArrowException) as error:
        raise DamagedError(f"{path} cannot be read ({type(error).__name__}). {again(path.parent)}") from error


def again(folder: Path) -> str:
    """What to do about a damaged snapshot."""
    return f"Collect again, or remove {folder}."


def conform(table: pa.Table, frame: str) -> pa.Table:
    """A snapshot of an older version may lack columns: they are null. Foreign columns are left out."""
    schema = schema_of(frame)
    columns = [
        table[field.name].cast(field.type)
        if field.name in table.column_names
        else _missing(len(table), field, frame)
        for field in schema
    ]
    return pa.Table.from_arrays(columns, schema=pa.schema([field.with_nullable(True) for field in schema]))


def _missing(count: int, field: pa.Field, frame: str) -> pa.Array:
    """A column that an older snapshot lacks. Of metrics it knew the recent layer only."""
    if (frame, field.name) == ("metrics", "layer"):
        return pa.array(["recent"] * count, field.type)
    return pa.nulls(count, field.type)
