"""The payload of an event type: its schema as a readable tree with who reads what, an example, and its versions."""

import json

import pandas as pd
import streamlit as st

from dashboard.flow.answers import Consumers
from dashboard.flow.backwards import reading
from dashboard.flow.model import fields
from dashboard.flow.model.estate import Estate
from dashboard.flow.model.fields import SchemaField
from dashboard.flow.suppose import example
from dashboard.pages import comparing, parts, reversed_answers, words

INDENT = "\u2003"
_OPTIONAL = ("One of", "Description")
"""Columns that are left out where no field has any."""


def render(estate: Estate, got: Consumers) -> None:
    """The fields, which schema says so, an event made up by it, and what changed between its versions."""
    event = got.event
    schema = fields.schema_of(estate, event.source, event.detail_type)
    if schema is None:
        st.text("No registry that was read holds a schema of it. Schema discovery on the bus would make one.")
        return
    rows = fields.of_schema(schema["content"])
    told = [
        f"{schema['name']} in registry {schema['registry']}",
        f"version {schema['version']} of {schema['version_count']}" if schema["version"] else None,
        f"changed {words.moment(schema['modified_at'])}" if schema["modified_at"] else None,
    ]
    parts.quiet(words.joined(told), "schema")
    if rows:
        read = {one.field: len(one.readers) for one in reversed_answers.fields_read(estate, got)[0]}
        frame = pd.DataFrame([_field(row, read) for row in rows])
        parts.table(frame.drop(columns=[name for name in _OPTIONAL if not frame[name].any()]), "payload")
    else:
        st.text("The schema names no fields.")
    with st.expander("An example event, made up by the schema"):
        made = example.of_type(estate, event.source, event.detail_type)
        st.code(json.dumps(made, indent=2, ensure_ascii=False), language=None)
    comparing.render(estate, got)


def _field(row: SchemaField, read: dict[str, int]) -> dict[str, object]:
    kind = f"{row.type} ({row.format})" if row.format else row.type
    return {
        "Field": INDENT * row.depth + row.name,
        "Type": f"{kind} or null" if row.nullable else kind,
        "Required": "required" if row.required else "",
        "One of": ", ".join(row.enum),
        "Readers": read.get(reading.named(row.path), 0),
        "Description": row.description or "",
        "Path": row.path,
    }
