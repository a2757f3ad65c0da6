"""Schema registries: schemas, the metadata of every version, the latest content and some earlier ones, and discoverers.

AWS's own registry, aws.events, holds thousands of schemas: only those that a rule of the default bus names are fetched
(AWS services put their events on default buses).
"""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from collectors import redaction
from collectors.errors import RefusedError
from collectors.missing import call_or_nothing
from collectors.records import Link, Record, Schema, SchemaVersion
from collectors.scope import Scope
from collectors.unread import Unread, rows_of

AWS_REGISTRY = "aws.events"
DISCOVERED = "discovered-schemas"
LIST = "schemas:ListSchemas"


def collect(scope: Scope) -> Iterator[Record]:
    """Rows of `schemas`, `schema_versions` and `links`. schemas:ListRegistries, ListSchemas, DescribeSchema, ListSchemaVersions, ListDiscoverers."""
    registries = scope.attempt(
        lambda: list(scope.pages("schemas", "list_registries", "Registries")),
        "registries",
        *_lost(scope, ""),
    )
    named = scope.with_key(registries or (), "RegistryName", "schemas:ListRegistries")
    names = [registry["RegistryName"] for registry in named]
    own = (name for name in names if name != AWS_REGISTRY)
    listed = chain(_listed(scope, own), _of_aws(scope) if AWS_REGISTRY in names else ())
    budget = _Budget(scope.settings.earlier_versions)
    for schema, told in scope.each(listed, lambda schema: _fetch(scope, schema, budget), _name):
        yield from _rows(scope, schema | (told or {}))
    yield from _discoverers(scope)


def _listed(scope: Scope, registries: Iterator[str]) -> Iterator[dict[str, Any]]:
    def fetch(registry: str) -> list[dict[str, Any]]:
        return list(scope.pages("schemas", "list_schemas", "Schemas", RegistryName=registry))

    for registry, found in scope.each(registries, fetch, str, lambda name: _lost(scope, f"{name}/")):
        for schema in scope.with_key(found or (), "SchemaName", LIST):
            yield {"RegistryName": registry} | schema


@dataclass
class _Budget:
    """How many earlier versions may still be read; a schema gets all of its own or none."""

    left: int
    lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, count: int) -> bool:
        with self.lock:
            if count > self.left:
                return False
            self.left -= count
            return True


def _lost(scope: Scope, below: str) -> tuple[Unread, ...]:
    """Schemas whose ARN goes on so: with the registry, or with the registry and the beginning of a name."""
    arn = scope.arn("schemas", f"schema/{below}*")
    return rows_of("schemas", arn=arn), rows_of("schema_versions", schema_arn=arn)


def _fetch(scope: Scope, schema: dict[str, Any], budget: _Budget) -> dict[str, Any]:
    """Latest content, and the versions: not asked for where there is but one, the latest. Earlier contents within the budget."""
    where = {"RegistryName": schema["RegistryName"], "SchemaName": schema["SchemaName"]}
    told: dict[str, Any] = {}
    try:
        told = scope.call("schemas", "describe_schema", needs="SchemaArn", **where)
    except RefusedError as error:
        lost = rows_of("schemas", arn=_name(schema)).in_place_of_new()
        scope.refuse(error, _name(schema), lost)
    if told and schema.get("VersionCount") == 1:
        return told | {"Versions": [told]}
    versions = list(scope.pages("schemas", "list_schema_versions", "SchemaVersions", **where))
    earlier = [one for one in versions if one.get("SchemaVersion") not in (None, told.get("SchemaVersion"))]
    if told and budget.take(len(earlier)):
        for one in earlier:
            found = scope.attempt(lambda one=one: _earlier(scope, where, one), _name(schema))  # type: ignore[misc]
            one["Content"] = found
    return told | {"Versions": versions}


def _earlier(scope: Scope, where: dict[str, str], version: dict[str, Any]) -> str | None:
    """Content of an earlier version; null where it went away meanwhile."""
    answer = call_or_nothing(
        scope, "schemas", "describe_schema", **where, SchemaVersion=version["SchemaVersion"]
    )
    text: str | None = answer.get("Content")
    return text


def _rows(scope: Scope, schema: dict[str, Any]) -> Iterator[Record]:
    yield from scope.rows(_schema, [schema | _content(scope, schema)], "schemas:DescribeSchema")
    latest = schema.get("SchemaVersion")
    versions = [
        {"SchemaArn": schema.get("SchemaArn"), "Text": None}
        | _given(version)
        | (
            _content(scope, version)
            if version.get("Content") and version.get("SchemaVersion") != latest
            else {}
        )
        for version in schema.get("Versions") or ()
    ]
    yield from scope.rows(_version, versions, "schemas:ListSchemaVersions")


def _given(version: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in version.items() if value is not None}


def _content(scope: Scope, schema: dict[str, Any]) -> dict[str, str | None]:
    """What the content tells: Text without values, Source, DetailType. Null, and a gap, where it is no JSON."""
    text = schema.get("Content")
    try:
        content = json.loads(text or "null")
        source, detail_type = names_in(content)
        kept = redaction.schema_content(content) if text else None
    except (ValueError, RecursionError) as error:
        scope.gap(
            "partial",
            "schemas:DescribeSchema",
            "NotJson",
            f"The content of this schema is not JSON ({error}); it is shown without content.",
            _name(schema),
        )
        return {"Text": None, "Source": None, "DetailType": None}
    return {"Text": kept, "Source": source, "DetailType": detail_type}


def names_in(content: Any) -> tuple[str | None, str | None]:
    """(source, detail type) that a schema's content tells, at its root or on one of its parts, AWSEvent first."""
    root = content if isinstance(content, dict) else {}
    components = root.get("components")
    parts = components.get("schemas") if isinstance(components, dict) else None
    parts = parts if isinstance(parts, dict) else {}
    for part in (parts.get("AWSEvent"), root, *parts.values()):
        if isinstance(part, dict) and isinstance(part.get("x-amazon-events-source"), str):
            detail_type = part.get("x-amazon-events-detail-type")
            return part["x-amazon-events-source"], detail_type if isinstance(detail_type, str) else None
    return None, None


def _of_aws(scope: Scope) -> Iterator[dict[str, Any]]:
    rules = scope.attempt(
        lambda: list(scope.pages("events", "list_rules", "Rules", EventBusName="default")),
        "rules of the default bus, for the schemas of AWS services",
        *_lost(scope, f"{AWS_REGISTRY}/"),
    )
    wanted = sorted(_named_by(rules or ()).items())

    def fetch(item: tuple[str, set[str] | None]) -> list[dict[str, Any]]:
        prefix = f"{item[0]}@"
        return list(
            scope.pages(
                "schemas", "list_schemas", "Schemas", RegistryName=AWS_REGISTRY, SchemaNamePrefix=prefix
            )
        )

    def lost(item: tuple[str, set[str] | None]) -> tuple[Unread, ...]:
        return _lost(scope, f"{AWS_REGISTRY}/{item[0]}@")

    for (_, types), found in scope.each(wanted, fetch, lambda item: f"{AWS_REGISTRY} {item[0]}", lost):
        for schema in scope.with_key(found or (), "SchemaName", LIST):
            name = schema["SchemaName"].partition("@")[2]
            if types is None or _letters(name) in types:
                yield {"RegistryName": AWS_REGISTRY} | schema


def _named_by(rules: Any) -> dict[str, set[str] | None]:
    """AWS sources that patterns name exactly → their detail types, letters only; None: all of the source."""
    wanted: dict[str, set[str] | None] = {}
    for rule in rules:
        try:
            pattern = json.loads(rule.get("EventPattern") or "{}")
        except ValueError:
            continue
        types = _texts(pattern, "detail-type")
        for source in _texts(pattern, "source") or ():
            if not source.startswith("aws."):
                continue
            known = wanted.setdefault(source, set())
            wanted[source] = (
                None if types is None or known is None else known | {_letters(one) for one in types}
            )
    return wanted


def _texts(pattern: Any, key: str) -> list[str] | None:
    """The exact values of a field; None where it is absent or holds anything but exact values."""
    values = pattern.get(key) if isinstance(pattern, dict) else None
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        return None
    return values


def _letters(text: str) -> str:
    """A schema is named after its detail type in Pascal case: only letters and digits can be compared."""
    return "".join(letter for letter in text.lower() if letter.isalnum())


def _discoverers(scope: Scope) -> Iterator[Record]:
    found = scope.attempt(
        lambda: list(scope.pages("schemas", "list_discoverers", "Discoverers")),
        "discoverers",
        rows_of("links", kind="discoverer"),
    )
    registry = scope.arn("schemas", f"registry/{DISCOVERED}")
    told = [discoverer | {"Registry": registry} for discoverer in found or ()]
    yield from scope.rows(_discoverer, told, "schemas:ListDiscoverers")


def _name(schema: dict[str, Any]) -> str:
    return schema.get("SchemaArn") or schema.get("SchemaName") or "?"


def _schema(schema: dict[str, Any]) -> Schema:
    return Schema(
        arn=schema.get("SchemaArn"),
        registry=schema["RegistryName"],
        name=schema.get("SchemaName"),
        type=schema.get("Type"),
        description=schema.get("Description"),
        source=schema["Source"],
        detail_type=schema["DetailType"],
        version=schema.get("SchemaVersion"),
        version_count=schema.get("VersionCount") or len(schema.get("Versions") or ()),
        content=schema["Text"],
        created_at=schema.get("VersionCreatedDate"),
        modified_at=schema.get("LastModified"),
    )


def _version(version: dict[str, Any]) -> SchemaVersion:
    return SchemaVersion(
        schema_arn=version.get("SchemaArn"),
        version=version.get("SchemaVersion"),
        type=version.get("Type"),
        content=version["Text"],
    )


def _discoverer(discoverer: dict[str, Any]) -> Link:
    return Link(
        arn=discoverer.get("DiscovererArn"),
        kind="discoverer",
        from_arn=discoverer.get("SourceArn"),
        to_arn=discoverer["Registry"],
        state=discoverer.get("State"),
        active=discoverer.get("State") == "STARTED",
    )
