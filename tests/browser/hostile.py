"""An estate whose every name was written by someone who means harm, or does not know better."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa

from collectors import snapshot
from collectors.frames import frame_of, table_of
from collectors.records import (
    Bus,
    Gap,
    Link,
    Metric,
    Record,
    Resource,
    Schema,
    SchemaVersion,
    ScopeRun,
    Subscription,
    Tag,
    Trace,
)

HOST = "evil.example"
NAMES = (
    f'<img src="http://{HOST}/a.png" onerror="alert(1)">',
    f"![picture](http://{HOST}/b.png)",
    f"[link](http://{HOST}/c)",
    f'<a href="http://{HOST}/d">anchor</a> <b>bold</b>',
    f"http://{HOST}/e www.{HOST} me@{HOST}",
    "**bold** _italic_ `code` # head | cell",
    ":material/home: :smile: :red[red] $x^2$ -> --",
    f'=HYPERLINK("http://{HOST}/f")',
    "right\u202eot-left",
    "tab\tline\nbell\x07",
    "%{customdata} %{x}",
    "a" * 10_000,
)
SCOPE = {"account": "111111111111", "region": "eu-west-1", "collector": "rules"}
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


def arn(service: str, resource: str) -> str:
    return f"arn:aws:{service}:eu-west-1:111111111111:{resource}"


def write(store: Path) -> snapshot.Snapshot:
    """A snapshot with each name in every field that AWS lets people write."""
    records = [record for number, name in enumerate(NAMES) for record in _records(number, name)]
    records.append(
        ScopeRun(
            status="partial",
            rows=1,
            calls=1,
            throttles=0,
            seconds=0.1,
            error=NAMES[0],
            tried_at=NOW,
            read_at=NOW,
        )
    )
    tables: dict[str, pa.Table] = {}
    for frame in {frame_of(record) for record in records}:
        tables[frame] = table_of(frame, [r for r in records if frame_of(r) == frame], SCOPE)
    return snapshot.write(store, tables, "hostile")


def _records(number: int, name: str) -> list[Record]:
    bus, function = arn("events", f"event-bus/b{number}"), arn("lambda", f"function:f{number}")
    rule = arn("events", f"rule/b{number}/r{number}")
    queue, kept = arn("sqs", f"q{number}"), arn("events", f"archive/a{number}")
    pattern = json.dumps({"source": [name], "detail-type": [name], "detail": {name: [name]}})
    tags = [
        Tag(arn=thing, key=key, value=name) for thing in (bus, function, rule) for key in ("domain", "owner")
    ]
    return [
        Bus(arn=bus, name=name, kind="classic", description=name, policy=name),
        Subscription(
            arn=rule,
            target_id="1",
            kind="rule",
            name=name,
            bus_arn=bus,
            state="ENABLED",
            description=name,
            pattern=pattern,
            target_arn=function,
            input_kind="template",
            input_paths=(f"$.detail.{name}",),
            input_template=name,
            dead_letter_arn=queue,
            role_arn=arn("iam", f"role/{name}"),
        ),
        Resource(arn=queue, kind="queue", name=name, policy=name),
        Resource(
            arn=kept, kind="archive", name=name, parent_arn=bus, state=name, pattern=pattern, description=name
        ),
        Link(kind="archive", from_arn=bus, to_arn=kept, state=name),
        Link(kind="event-source-mapping", from_arn=queue, to_arn=function, state=name, filters=(pattern,)),
        Resource(arn=function, kind="function", name=name, description=name, state=name, endpoint=name),
        *tags,
        _schema(number, name),
        _version(number, name),
        Trace(
            principal=name,
            principal_kind="user",
            bus_arn=bus,
            source=name,
            detail_type=name,
            events=1,
            failed=0,
            first_seen=NOW,
            last_seen=NOW,
            evidence=name,
        ),
        Gap(action=f"events:{name}", status="denied", error=name, message=name, subject=name, at=NOW),
        Metric(
            arn=rule,
            namespace="AWS/Events",
            metric="MatchedEvents",
            statistic="Sum",
            period_seconds=300,
            start=NOW.replace(hour=0),
            end=NOW,
            times=(NOW.replace(hour=11), NOW.replace(hour=11, minute=5)),
            values=(1.0, 2.0),
        ),
    ]


def _version(number: int, name: str) -> SchemaVersion:
    """An earlier version that had another field of a hostile name: the two can be compared."""
    field = {"type": "string", "description": name, "enum": [name, "x"], "format": name}
    detail = {"type": "object", "properties": {f"{name}2": field, name: {"type": "number"}}}
    content = json.dumps({"properties": {"detail": detail}})
    return SchemaVersion(
        schema_arn=arn("schemas", f"schema/r/s{number}"),
        version="0",
        type="JSONSchemaDraft4",
        content=content,
    )


def _schema(number: int, name: str) -> Schema:
    field = {"type": name, "description": name, "enum": [name], "format": name}
    detail = {"type": "object", "required": [name], "properties": {name: field}}
    return Schema(
        arn=arn("schemas", f"schema/r/s{number}"),
        registry=name,
        name=name,
        type="JSONSchemaDraft4",
        description=name,
        source=name,
        detail_type=name,
        version=name,
        version_count=2,
        content=json.dumps({"properties": {"detail": detail}}),
    )
