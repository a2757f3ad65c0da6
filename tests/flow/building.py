"""A builder of small estates: records in, an Estate out, through the real frames and, where asked, a real store."""

import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pandas as pd
import pyarrow as pa

from collectors import snapshot
from collectors.frames import empty, frame_of, table_of
from collectors.records import FRAMES, Bus, Gap, Link, Record, Resource, ScopeRun, Seen, Subscription, Trace
from collectors.settings import Settings
from dashboard.flow.answers import Consumer, Consumers, Question
from dashboard.flow.model.estate import Estate
from dashboard.flow.who.consumers import consumers
from tests.commanding import clean

ACCOUNT, OTHER, THIRD, REGION = "111111111111", "222222222222", "333333333333", "eu-west-1"
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
SOURCE, TYPE = "com.acme.orders", "OrderPlaced"
COLLECTORS = (
    *("buses", "rules", "subscribers", "sources", "archives", "queues", "topics", "functions", "pipes"),
    *("streams", "state-machines", "api-destinations", "schedules", "buckets", "traces"),
)
Build = Callable[..., Estate]


def arn(service: str, resource: str, account: str = ACCOUNT, region: str = REGION) -> str:
    return f"arn:aws:{service}:{region}:{account}:{resource}"


def bus(name: str = "orders", account: str = ACCOUNT, **more: Any) -> Bus:
    return Bus(arn=arn("events", f"event-bus/{name}", account), name=name, **{"kind": "classic", **more})


def new_bus(name: str = "fresh") -> Bus:
    return Bus(arn=arn("events", f"event-busv2/{name}/abc123"), name=name, kind="new")


def rule(on: Bus, name: str, target: str | None, pattern: str | None = None, **more: Any) -> Subscription:
    account = on.arn.split(":")[4]
    values = {"kind": "rule", "state": "ENABLED", "target_id": "1" if target else None, "target_arn": target}
    values |= {"pattern": pattern or f'{{"source": ["{SOURCE}"], "detail-type": ["{TYPE}"]}}'}
    where = name if on.name == "default" else f"{on.name}/{name}"
    return Subscription(
        arn=arn("events", f"rule/{where}", account), name=name, bus_arn=on.arn, **(values | more)
    )


def subscriber(on: Bus, name: str, target: str, **more: Any) -> Subscription:
    values = {"kind": "subscriber", "state": "RUNNING", "target_arn": target} | more
    return Subscription(arn=arn("events", f"subscriber/{name}/x1"), name=name, bus_arn=on.arn, **values)


def function(name: str = "bill", account: str = ACCOUNT, **more: Any) -> Resource:
    return Resource(arn=arn("lambda", f"function:{name}", account), kind="function", name=name, **more)


def queue(name: str = "inbox", account: str = ACCOUNT, **more: Any) -> Resource:
    return Resource(arn=arn("sqs", name, account), kind="queue", name=name, **more)


def topic(name: str = "news", account: str = ACCOUNT, **more: Any) -> Resource:
    return Resource(arn=arn("sns", name, account), kind="topic", name=name, **more)


def pipe(name: str = "tube", **more: Any) -> Resource:
    return Resource(arn=arn("pipes", f"pipe/{name}"), kind="pipe", name=name, **more)


def link(kind: str, start: Record | str, end: Record | str, **more: Any) -> Link:
    ends = [e if isinstance(e, str) else e.arn for e in (start, end)]  # type: ignore[attr-defined]
    return Link(kind=kind, from_arn=ends[0], to_arn=ends[1], **more)  # type: ignore[arg-type]


def gap(**more: Any) -> Gap:
    return Gap(**({"action": "x:List", "status": "denied", "message": "AWS said no.", "at": NOW} | more))


def run(status: str = "ok") -> ScopeRun:
    return ScopeRun(status=status, rows=0, calls=1, throttles=0, seconds=0.1, tried_at=NOW, read_at=NOW)  # type: ignore[arg-type]


def _scope_of(record: Record) -> tuple[str, str, str]:
    named = getattr(record, "arn", None) or getattr(record, "from_arn", None)
    # CloudTrail tells of a call in the account that calls
    caller = getattr(record, "principal_account", None)
    parts = named.split(":") if named else ["", "", "", REGION, caller or ACCOUNT]
    return parts[4] or ACCOUNT, parts[3] or REGION, "test"


def estate_of(store: Path, records: Iterable[Record], **more: Any) -> Estate:
    """The estate of these records, written to a real store and read from it; more: as for `held`."""
    settings = more.pop("settings", None) or _usual().model_copy(update={"store": store})
    return Estate.of(snapshot.write(store, _tables(records, **more), "local"), settings)


def held(store: Path, records: Iterable[Record], **more: Any) -> Estate:
    """The same without the files, which cost more than most tests; metrics are only ever read from a file.

    more: gaps={(account, region, collector): [Gap]}, read=collectors, accounts=…, settings=…, seen={account: where its calls were read}.
    """
    rows = list(records)
    if any(frame_of(row) == "metrics" for row in rows):
        return estate_of(store, rows, **more)
    settings = more.pop("settings", None) or _usual().model_copy(update={"store": store})
    tables = _tables(rows, **more)
    manifest = snapshot.Manifest(
        id=f"held-{next(_NUMBERS)}",
        at=datetime.now(UTC),
        estate="local",
        headwater="0.1.0",
        frames={frame: len(tables.get(frame, ())) for frame in FRAMES},
    )
    found = _Held(store, manifest)
    found._tables = {frame: tables[frame] if frame in tables else empty(frame) for frame in FRAMES}
    return Estate.of(found, settings)


class _Held(snapshot.Snapshot):
    def metrics_of(self, arns: list[str]) -> pd.DataFrame:  # noqa: ARG002 - there are none
        return self.frame("metrics")

    def metric_batches(self, layer: str = "recent") -> Iterator[pa.RecordBatch]:  # noqa: ARG002 - there are none
        yield from self.table("metrics").to_batches()


_NUMBERS = count()


@cache
def _usual() -> Settings:
    """Settings that nobody set. Looking for them takes as long as a small test."""
    with patch.dict(os.environ, clean(), clear=True):
        return Settings()


@cache
def _was_read(account: str, collector: str) -> pa.Table:
    """The row that says that the collector read this account."""
    return table_of("scopes", [run()], {"account": account, "region": REGION, "collector": collector})


def _tables(
    records: Iterable[Record],
    gaps: dict[tuple[str, str, str], list[Gap]] | None = None,
    read: Iterable[str] = COLLECTORS,
    accounts: Iterable[str] = (ACCOUNT,),
    seen: dict[str, str] | None = None,
) -> dict[str, pa.Table]:
    tables: dict[str, list[pa.Table]] = defaultdict(list)
    grouped: dict[tuple[str, str, str, str], list[Record]] = defaultdict(list)
    for record in records:
        grouped[(frame_of(record), *_scope_of(record))].append(record)
    for scope, rows in (gaps or {}).items():
        grouped[("gaps", *scope)] = list(rows)
    for account, where in (seen or {}).items():
        kind: Any = where.partition(":")[0] if where.startswith(("athena:", "insights:")) else "since"
        grouped["seen", account, REGION, "traces"] = [Seen(kind=kind, evidence=where)]
    tables["scopes"] += [_was_read(account, collector) for account in accounts for collector in read]
    for (frame, account, region, collector), rows in grouped.items():
        scope = {"account": account, "region": region, "collector": collector}
        tables[frame].append(table_of(frame, rows, scope))
    return {frame: pa.concat_tables(parts) for frame, parts in tables.items() if parts}


def ask(estate: Estate, on: str | None = None, event: dict[str, Any] | None = None) -> Consumers:
    """Who consumes the type that all these estates speak of."""
    return consumers(estate, Question(SOURCE, TYPE, on), event)


def told(answer: Consumers) -> list[tuple[str, str, bool]]:
    return [(row.name, row.delivery, row.active) for row in answer.consumers]


def only(answer: Consumers) -> Consumer:
    (row,) = answer.consumers
    return row


def trace(on: Record, source: str = SOURCE, detail_type: str = TYPE, **more: Any) -> Trace:
    values = {
        "principal": f"arn:aws:iam::{ACCOUNT}:role/shop",
        "principal_kind": "role",
        "events": 3,
    }
    values |= {"failed": 1, "first_seen": NOW, "last_seen": NOW, "evidence": "s3://trail"}
    return Trace(bus_arn=on.arn, source=source, detail_type=detail_type, **(values | more))  # type: ignore[attr-defined]
