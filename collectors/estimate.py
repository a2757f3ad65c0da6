"""What a run will ask of AWS, told before the first call: calls, time and the price of CloudWatch.

Judged by the last snapshot: how many calls each scope made, else how many rows it has. A floor, not a promise:
AWS may answer slower than its quotas allow.
"""

import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from collectors.metric_estimate import Sweep, sweeps
from collectors.metric_estimate import sentence as sentence_of
from collectors.metric_layers import USD_PER_SERIES
from collectors.pace import DEFAULT_QUOTA, QUOTAS, SHARE
from collectors.run import SIDE_BY_SIDE
from collectors.settings import Settings
from collectors.snapshot import Snapshot

SECONDS_PER_CALL = 0.06
"""A call's usual way there and back, for what runs side by side below the quotas."""

CALLS_PER_ROW: dict[str, tuple[str, float]] = {
    "buses": ("events", 1.0),
    "rules": ("events", 1.01),
    "subscribers": ("eventbridgev2", 1.0),
    "sources": ("events", 1.0),
    "archives": ("events", 1.0),
    "api-destinations": ("events", 1.0),
    "pipes": ("pipes", 0.4),
    "schedules": ("scheduler", 0.5),
    "schemas": ("schemas", 1.0),
    "queues": ("sqs", 0.6),
    "buckets": ("s3", 5.0),
    "task-families": ("ecs", 1.0),
    "topics": ("sns", 1.5),
    "functions": ("lambda", 1.5),
    "state-machines": ("stepfunctions", 1.0),
    "streams": ("firehose", 1.0),
    "tags": ("resourcegroupstaggingapi", 0.01),
    "trails": ("cloudtrail", 2.0),
    "permitted": ("iam", 0.01),
    "traces": ("cloudtrail", 0.02),
    "bus-logs": ("logs", 0.02),
    "metrics": ("cloudwatch", 0.005),
}
"""Collector → the service that its time goes to, and how many calls a row of it costs, where no run has told."""

BASE_CALLS = 2
NO_SNAPSHOT = (
    "How much there is to read is not known before the first run. For each account and region 10,000 rules take at least "
    "203 s (one call a rule, at AWS's 50 calls a second); CloudWatch asks $0.01 for 1,000 series, three times in the first run: for the day, 15 days and 90 days."
)


@dataclass(frozen=True)
class Estimate:
    """calls, seconds and cloudwatch_usd are null where nothing is known; the sentence always tells."""

    calls: int | None
    seconds: float | None
    cloudwatch_usd: float | None
    sentence: str


def estimate(
    last: Snapshot | None, accounts: Sequence[str], regions: Sequence[str], given: Settings
) -> Estimate:
    """What collecting these accounts and regions will take, from the scopes of the last snapshot."""
    wanted = {(account, region) for account in accounts for region in regions}
    rows = [row for row in last.rows("scopes") if (row["account"], row["region"]) in wanted] if last else []
    if last is None or not rows:
        return Estimate(None, None, None, NO_SNAPSHOT)
    swept = sweeps(last, rows, given, time.time())
    calls = {_key(row): _calls(row, swept) for row in rows}
    usd = sum(one.metrics for one in swept.values()) * USD_PER_SERIES
    total = sum(calls.values())
    seconds = max([_seconds(calls, given.pace), *(one.seconds(given.pace) for one in swept.values())])
    unknown = len(wanted - {(row["account"], row["region"]) for row in rows})
    told = _sentence(total, seconds, sentence_of(list(swept.values())), last.at, unknown)
    return Estimate(total, seconds, usd, told)


def _key(row: Mapping[str, Any]) -> tuple[str, str, str]:
    return row["account"], row["region"], row["collector"]


def _calls(row: Mapping[str, Any], swept: Mapping[tuple[str, str], Sweep]) -> int:
    """Calls of one scope: those of its last run, or by its rows when that run did not read it."""
    rows, made = int(row["rows"]), int(row["calls"])
    if row["collector"] == "metrics":
        return swept[row["account"], row["region"]].all_calls
    by_rows = BASE_CALLS + round(rows * CALLS_PER_ROW.get(row["collector"], ("", 1.0))[1])
    return made if made and row["status"] == "ok" else max(made, by_rows)


def _seconds(calls: Mapping[tuple[str, str, str], int], pace: float) -> float:
    """Every (account, region, service) is paced by itself; what no quota holds back is bound by the scopes at a time."""
    queues: dict[tuple[str, str, str], int] = defaultdict(int)
    for (account, region, collector), count in calls.items():
        queues[account, region, CALLS_PER_ROW.get(collector, ("", 1.0))[0]] += count
    paced = [
        count / (QUOTAS.get((service, "*"), DEFAULT_QUOTA) * SHARE * pace)
        for (_, _, service), count in queues.items()
    ]
    return max([*paced, sum(calls.values()) * SECONDS_PER_CALL / SIDE_BY_SIDE])


def _sentence(calls: int, seconds: float, metrics: str, at: datetime, unknown: int) -> str:
    took = f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"
    told = (
        f"About {calls:,} calls to AWS, at least {took}, and about {metrics}, "
        f"judged by the snapshot of {at:%Y-%m-%d %H:%M} UTC."
    )
    if unknown:
        told += f" {unknown} of the accounts and regions asked for {'is' if unknown == 1 else 'are'} not in it: more will come."
    return told
