"""Rows of the schema registries."""

from datetime import datetime

from pydantic import Field

from collectors.records.record import Arn, Record, Text


class Schema(Record):
    """A schema in a registry, with the content of its latest version."""

    arn: Arn = Field(description="Identity")
    registry: str = Field(description="aws.events, discovered-schemas or a custom registry")
    name: str = Field(description="Name in the registry, e.g. com.acme.orders@OrderPlaced")
    type: Text = Field(None, description="OpenApi3 or JSONSchemaDraft4")
    description: Text = Field(None, description="As its owner wrote it")
    source: Text = Field(
        None, description="x-amazon-events-source, read from the content; null when it does not say"
    )
    detail_type: Text = Field(None, description="x-amazon-events-detail-type, read from the content")
    version: Text = Field(None, description="Latest version")
    version_count: int = Field(0, description="How many versions there are")
    content: Text = Field(
        None,
        description="Latest content, JSON text, without example and default values; null when not fetched",
    )
    created_at: datetime | None = Field(None, description="UTC: when the latest version was made")
    modified_at: datetime | None = Field(None, description="UTC")


class SchemaVersion(Record):
    """One version of a schema: its metadata."""

    schema_arn: Arn = Field(description="The schema's ARN")
    version: str = Field(description="Version, a number as text")
    type: Text = Field(None, description="OpenApi3 or JSONSchemaDraft4")
    content: Text = Field(
        None,
        description="Content of an earlier version, as the schema's; null: not fetched, or the latest one",
    )
