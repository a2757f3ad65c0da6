"""Stand-in for EventBridge Schemas: registries, schemas, versions, discoverers, tags, search.

Shapes are botocore's (schemas 2019-12-02). `aws.events` and `discovered-schemas` exist in every account and region.
`aws.events` belongs to AWS: a real account cannot write to it; here the sample may, so that the estate can be loaded.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime

from collectors.sample.server.paging import page
from collectors.sample.server.schema_books import BAD, PAGE, STORE, Registry, Schema, Version, books
from collectors.sample.server.wire import AwsError, Call, Params

VERSIONS_KEPT = 100
# The models hold neither; their documentation and Terraform's provider do.
_REGISTRY = re.compile(r"[.\-_A-Za-z0-9]{1,64}")
_SCHEMA = re.compile(r"[.\-_A-Za-z0-9@]{1,385}")


def _registry(call: Call) -> Registry:
    name = call.params["RegistryName"]
    found = books(call).registries.get(name)
    if found is None:
        raise AwsError("NotFoundException", f"Registry with name {name} does not exist.")
    return found


def _schema(call: Call) -> Schema:
    registry, name = _registry(call), call.params["SchemaName"]
    if name not in registry.schemas:
        raise AwsError("NotFoundException", f"Schema with name {name} does not exist.")
    return registry.schemas[name]


def _listed(call: Call, key: str, rows: list[Params]) -> Params:
    if int(call.params.get("Limit", 1)) < 1:
        raise AwsError(BAD, "Limit must be greater than 0")
    items, token = page(call, rows, size=PAGE, bad=BAD)
    return {key: items, **token}


def _registry_row(registry: Registry) -> Params:
    return {"RegistryArn": registry.arn, "RegistryName": registry.name, "Tags": registry.tags}


def _registry_full(registry: Registry) -> Params:
    return _registry_row(registry) | {"Description": registry.description}


def list_registries(call: Call) -> Params:
    """By name prefix and scope (LOCAL: one's own, AWS: AWS's)."""
    params = call.params
    prefix, scope = params.get("RegistryNamePrefix", ""), params.get("Scope", "").upper()
    if scope not in {"", "LOCAL", "AWS"}:
        raise AwsError(BAD, "Scope must be LOCAL or AWS.")
    rows = [
        _registry_row(registry)
        for name, registry in sorted(books(call).registries.items())
        if name.startswith(prefix) and (not scope or (scope == "AWS") == name.startswith("aws."))
    ]
    return _listed(call, "Registries", rows)


def create_registry(call: Call) -> Params:
    """A new registry; ConflictException where the name is taken."""
    params = call.params
    name, held = params["RegistryName"], books(call)
    if not _REGISTRY.fullmatch(name):
        raise AwsError(
            BAD, "A registry name has 1 to 64 characters: letters, digits, dots, hyphens, underscores."
        )
    if name.startswith("aws."):
        raise AwsError("ForbiddenException", "Registry names that start with aws. are reserved.")
    with STORE.lock:
        if name in held.registries:
            raise AwsError("ConflictException", f"Registry with name {name} already exists.")
        arn = call.arn("schemas", f"registry/{name}")
        held.registries[name] = Registry(name, arn, params.get("Description"), params.get("Tags", {}))
    return _registry_full(held.registries[name])


def update_registry(call: Call) -> Params:
    """Changes the description."""
    registry = _registry(call)
    registry.description = call.params.get("Description")
    return _registry_full(registry)


def delete_registry(call: Call) -> Params:
    """Removes a registry with its schemas; AWS's own stays."""
    name = _registry(call).name
    if name.startswith("aws."):
        raise AwsError("ForbiddenException", f"Registry {name} belongs to AWS and cannot be deleted.")
    del books(call).registries[name]
    return {}


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def _schema_full(schema: Schema, version: Version) -> Params:
    return {
        "Description": schema.description,
        "LastModified": schema.versions[-1].created,
        "SchemaArn": schema.arn,
        "SchemaName": schema.name,
        "SchemaVersion": version.number,
        "Tags": schema.tags,
        "Type": version.type,
        "VersionCreatedDate": version.created,
    }


def _check_content(content: str) -> None:
    try:
        parsed = json.loads(content)
    except ValueError as error:
        raise AwsError(BAD, "Schema content is not valid JSON.") from error
    if not isinstance(parsed, dict):
        raise AwsError(BAD, "Schema content must be a JSON object.")


def create_schema(call: Call) -> Params:
    """A schema with its version 1."""
    registry, params = _registry(call), call.params
    _check_content(params["Content"])
    name = params["SchemaName"]
    if not _SCHEMA.fullmatch(name):
        raise AwsError(
            BAD, "A schema name has 1 to 385 characters: letters, digits, dots, hyphens, underscores, @."
        )
    with STORE.lock:
        if name in registry.schemas:
            raise AwsError("ConflictException", f"Schema with name {name} already exists.")
        arn = call.arn("schemas", f"schema/{registry.name}/{name}")
        first = Version("1", params["Content"], params["Type"], _now())
        schema = Schema(name, arn, params.get("Description"), params.get("Tags", {}), [first])
        registry.schemas[name] = schema
    return _schema_full(schema, first)


def update_schema(call: Call) -> Params:
    """New content makes a new version; the same content none."""
    schema, params = _schema(call), call.params
    schema.description = params.get("Description", schema.description)
    latest, content = schema.versions[-1], params.get("Content")
    if content is not None and content != latest.content:
        _check_content(content)
        if len(schema.versions) >= VERSIONS_KEPT:
            raise AwsError(BAD, f"A schema cannot have more than {VERSIONS_KEPT} versions.")
        schema.made += 1
        schema.versions.append(Version(str(schema.made), content, params.get("Type", latest.type), _now()))
    return _schema_full(schema, schema.versions[-1])


def describe_schema(call: Call) -> Params:
    """One version with its content; the latest by default."""
    schema = _schema(call)
    version = schema.version(call.params.get("SchemaVersion"))
    return _schema_full(schema, version) | {"Content": version.content}


def export_schema(call: Call) -> Params:
    """As describe, in the type asked for; only the schema's own type can be had here."""
    schema = _schema(call)
    version = schema.version(call.params.get("SchemaVersion"))
    if call.params["Type"] != version.type:
        raise AwsError(BAD, f"The schema cannot be exported as {call.params['Type']}.")
    return _schema_full(schema, version) | {"Content": version.content}


def delete_schema(call: Call) -> Params:
    """Removes a schema with all versions."""
    schema = _schema(call)
    del _registry(call).schemas[schema.name]
    return {}


def delete_schema_version(call: Call) -> Params:
    """Removes one version; the last one takes the schema with it."""
    schema = _schema(call)
    schema.versions.remove(schema.version(call.params["SchemaVersion"]))
    if not schema.versions:
        del _registry(call).schemas[schema.name]
    return {}


def list_schemas(call: Call) -> Params:
    """The schemas of a registry by name prefix."""
    prefix = call.params.get("SchemaNamePrefix", "")
    rows = [
        {
            "LastModified": schema.versions[-1].created,
            "SchemaArn": schema.arn,
            "SchemaName": name,
            "Tags": schema.tags,
            "VersionCount": len(schema.versions),
        }
        for name, schema in sorted(_registry(call).schemas.items())
        if name.startswith(prefix)
    ]
    return _listed(call, "Schemas", rows)


def list_schema_versions(call: Call) -> Params:
    """The versions of one schema, newest first."""
    schema = _schema(call)
    rows = [
        {"SchemaArn": schema.arn, "SchemaName": schema.name, "SchemaVersion": each.number, "Type": each.type}
        for each in reversed(schema.versions)
    ]
    return _listed(call, "SchemaVersions", rows)


def search_schemas(call: Call) -> Params:
    """Schemas whose name or content holds every keyword, whatever the case."""
    registry = _registry(call)
    words = call.params["Keywords"].lower().split()
    rows = []
    for name, schema in sorted(registry.schemas.items()):
        found = [v for v in schema.versions if all(w in f"{name} {v.content}".lower() for w in words)]
        if found:
            versions = [{"CreatedDate": v.created, "SchemaVersion": v.number, "Type": v.type} for v in found]
            row = {"RegistryName": registry.name, "SchemaArn": schema.arn, "SchemaName": name}
            rows.append(row | {"SchemaVersions": versions})
    return _listed(call, "Schemas", rows)


HANDLERS = {
    "ListRegistries": list_registries,
    "CreateRegistry": create_registry,
    "DescribeRegistry": lambda call: _registry_full(_registry(call)),
    "UpdateRegistry": update_registry,
    "DeleteRegistry": delete_registry,
    "CreateSchema": create_schema,
    "UpdateSchema": update_schema,
    "DescribeSchema": describe_schema,
    "ExportSchema": export_schema,
    "DeleteSchema": delete_schema,
    "DeleteSchemaVersion": delete_schema_version,
    "ListSchemas": list_schemas,
    "ListSchemaVersions": list_schema_versions,
    "SearchSchemas": search_schemas,
}
