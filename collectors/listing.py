"""COLLECTORS: the one visible list. A new collector is one file, one row here, one test, one line of docs/collectors.md."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from collectors import (
    api_destinations,
    archives,
    buckets,
    bus_logs,
    buses,
    functions,
    metrics,
    permitted,
    pipes,
    queues,
    rules,
    schedules,
    schemas,
    sources,
    state_machines,
    streams,
    subscribers,
    tags,
    task_families,
    topics,
    traces,
    trails,
)
from collectors.frames import Rows
from collectors.records import Record
from collectors.scope import Scope


@dataclass(frozen=True)
class Collector:
    """A row of the list: its name (part of every scope), what it does, and what it reads in a sentence."""

    name: str
    collect: Callable[[Scope], Iterator[Record | Rows]]
    about: str
    setting: str | None = None
    """The setting that must be true for it to run, where it only runs when asked for."""


COLLECTORS = (
    Collector(
        "buses", buses.collect, "Event buses, classic and new: policy, logging, key, dead-letter queue"
    ),
    Collector("rules", rules.collect, "Rules of every classic bus, with all their targets"),
    Collector("subscribers", subscribers.collect, "Subscribers of new buses: filters, target, state"),
    Collector("sources", sources.collect, "Event sources of classic and new buses, and global endpoints"),
    Collector("archives", archives.collect, "Archives and replays"),
    Collector("api-destinations", api_destinations.collect, "API destinations and their connections"),
    Collector("pipes", pipes.collect, "Pipes: source, filter, enrichment, target"),
    Collector("schedules", schedules.collect, "Schedules and their targets"),
    Collector(
        "schemas", schemas.collect, "Schema registries: schemas, versions, latest content, discoverers"
    ),
    Collector("queues", queues.collect, "Queues: attributes, redrive, policy"),
    Collector("buckets", buckets.collect, "Buckets that send their events to EventBridge"),
    Collector("task-families", task_families.collect, "ECS task families and their roles"),
    Collector("topics", topics.collect, "Topics, their subscriptions and filter policies"),
    Collector("functions", functions.collect, "Functions, event source mappings, asynchronous destinations"),
    Collector("state-machines", state_machines.collect, "State machines and their roles"),
    Collector("streams", streams.collect, "Kinesis streams and Firehose delivery streams"),
    Collector("tags", tags.collect, "Tags: domain, owner, team"),
    Collector("trails", trails.collect, "Trails of CloudTrail: whether they run and log PutEvents"),
    Collector(
        "permitted",
        permitted.collect,
        "Who may put events by an identity policy; only with permitted = true",
        setting="permitted",
    ),
    Collector("traces", traces.collect, "CloudTrail: who put which events, and who changed the wiring"),
    Collector(
        "bus-logs",
        bus_logs.collect,
        "Logs of event buses and subscribers: what became of events, by type and by target",
    ),
    Collector("metrics", metrics.collect, "CloudWatch: rates, failures, backlog, age, latency"),
)
