"""The contracts of an event type that were read: every version of every schema that holds it."""

from dataclasses import dataclass

from dashboard.flow.model.estate import Estate
from dashboard.flow.model.fields import schema_of, schemas_of


@dataclass(frozen=True, slots=True)
class Contract:
    """One version of one schema with its content, JSON text. `name` tells it from the others of the type."""

    schema: str
    registry: str
    version: str | None
    name: str
    content: str


def earlier(estate: Estate, schema: str) -> list[tuple[str, str, str | None]]:
    """(content, type, version) of the schema's earlier versions that were read."""
    if "schema-versions" not in estate.memory:
        found: dict[str, list[tuple[str, str, str | None]]] = {}
        for row in estate.snapshot.rows("schema_versions"):
            if row["content"]:
                found.setdefault(row["schema_arn"], []).append(
                    (row["content"], row["type"] or "", row["version"])
                )
        estate.memory["schema-versions"] = found
    by_schema: dict[str, list[tuple[str, str, str | None]]] = estate.memory["schema-versions"]
    return by_schema.get(schema, [])


def contracts(estate: Estate, source: str, detail_type: str) -> tuple[Contract, ...]:
    """All of them: by registry and name, each schema's versions from the oldest to the latest."""
    rows = schemas_of(estate, source, detail_type)
    registries = [row["registry"] for row in rows]
    found = []
    for row in rows:
        name = row["registry"]
        if registries.count(name) > 1:
            name = f"{name}, {row['name']}, {row['region']}"
        texts = {version: content for content, _, version in earlier(estate, row["arn"])} | {
            row["version"]: row["content"]
        }
        for version in sorted(texts, key=_order):
            told = f"{name} version {version}" if version else name
            found.append(Contract(row["arn"], row["registry"], version, told, texts[version]))
    return tuple(found)


def pair(estate: Estate, source: str, detail_type: str) -> tuple[Contract, Contract] | None:
    """The two that one would compare first: the latest of the type's schema with the one before it, else with another schema's latest."""
    every = contracts(estate, source, detail_type)
    main = schema_of(estate, source, detail_type)
    own = [one for one in every if main and one.schema == main["arn"]]
    if len(own) > 1:
        return own[-2], own[-1]
    others = [one for one in every if own and one.schema != own[-1].schema]
    return (others[-1], own[-1]) if others else None


def _order(version: str | None) -> tuple[bool, int, str]:
    text = version or ""
    return (not text.isdecimal(), int(text) if text.isdecimal() else 0, text)
