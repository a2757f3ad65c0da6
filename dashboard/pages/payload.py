"""The payload of an event type: its schema as a readable tree."""

import pandas as pd
import streamlit as st

from dashboard.flow.answers import Question
from dashboard.flow.model import fields
from dashboard.flow.model.estate import Estate
from dashboard.flow.model.fields import SchemaField
from dashboard.pages import parts, words

INDENT = "\u2003"


def render(estate: Estate, event: Question) -> None:
    """The fields, and which schema says so."""
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
    if not rows:
        st.text("The schema names no fields.")
        return
    parts.table(pd.DataFrame([_field(row) for row in rows]), "payload")


def _field(row: SchemaField) -> dict[str, object]:
    return {
        "Field": INDENT * row.depth + row.name,
        "Type": f"{row.type} ({row.format})" if row.format else row.type,
        "Required": "required" if row.required else "",
        "One of": ", ".join(row.enum),
        "Description": row.description or "",
        "Path": row.path,
    }
