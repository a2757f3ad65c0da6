"""Registries, schemas with their versions, and discoverers, as calls to AWS."""

from collectors.sample.estate.calls import Client
from collectors.sample.estate.events import AWS, DISCOVERED
from collectors.sample.estate.place import Place
from collectors.sample.estate.schemas import content, schema_name
from collectors.sample.estate.shapes import EventType

_OWN_REGISTRIES = (AWS, "discovered-schemas")  # AWS makes these in every account


def make_schemas(client: Client, place: Place, events: tuple[EventType, ...]) -> None:
    """Every schema of one place, version by version."""
    here = [event for event in events if event.at == place]
    api = client("schemas")
    for registry in dict.fromkeys(event.registry for event in here):
        if registry not in _OWN_REGISTRIES:
            api.create_registry(RegistryName=registry, Description="What teams promised each other")
    for event in here:
        name = {"RegistryName": event.registry, "SchemaName": schema_name(event)}
        api.create_schema(**name, Type=event.kind, Content=content(event, 0))
        for version in range(1, len(event.versions)):
            api.update_schema(**name, Type=event.kind, Content=content(event, version))


def make_discoverers(client: Client, place: Place) -> None:
    """The discoverers that are on; their buses must be there."""
    for where, bus in DISCOVERED:
        if where == place:
            client("schemas").create_discoverer(SourceArn=place.bus(bus), Description=f"Schemas of {bus}")
