"""What the estate's buses log: which of them, at which level, where to; and the last day, made from who puts what and what rules take.

`catalogue` logs into a log group, `orders` errors only; `customers` logs every step into a bucket; one subscriber logs. The others are off.
"""

import gzip
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from collectors.sample.estate import GONE, every
from collectors.sample.estate.calls import Client, Made
from collectors.sample.estate.day import spread
from collectors.sample.estate.matching import passes
from collectors.sample.estate.place import Place
from collectors.sample.estate.places import SHOP_EU
from collectors.sample.estate.producing import PUTS, Put
from collectors.sample.estate.rates import fails, share_of
from collectors.sample.estate.shapes import Bus, Rule, Subscriber, Target
from collectors.sample.estate.trail import start_of_day
from collectors.sample.server.bus_days import records

BUCKET = "acme-bus-logs"
HOURS_A_FILE = 3
Flows = dict[tuple[str, str, str], list[int]]
"""(source, detail type, calling account) → events in each hour of the day."""


@dataclass(frozen=True)
class Logged:
    """A bus or a subscriber whose logs are delivered: into its own log group, or into the bucket."""

    at: Place
    name: str
    level: str
    arn: str
    to_bucket: bool = False

    @property
    def group(self) -> str:
        """Name of its log group, as the console chooses it for a bus."""
        return f"/aws/vendedlogs/events/event-bus/{self.name}"


IN_BUCKET = (SHOP_EU.bus("customers"),)


def logged() -> Iterator[Logged]:
    """Every bus and subscriber that has a level."""
    for _, bus in every(Bus):
        if bus.log_level:
            arn = bus.at.bus(bus.name)
            yield Logged(bus.at, bus.name, bus.log_level, arn, arn in IN_BUCKET)
    for _, subscriber in every(Subscriber):
        if subscriber.log_level:
            arn = subscriber.at.arn("events", f"subscriber/{subscriber.name}")
            yield Logged(subscriber.at, subscriber.name, subscriber.log_level, arn)


def make_bus_logs(of: Any, made: Made, now: datetime, control: Any) -> None:
    """Deliveries and a day of records. `of` gives a place's clients, `control(what, body)` tells the local AWS."""
    for one in logged():
        client = of(one.at)
        taker = f"arn:aws:s3:::{BUCKET}" if one.to_bucket else one.at.log_group(one.group)
        day = _day(one, made, start_of_day(now))
        if one.to_bucket:
            _put_files(client, one, day)
        else:
            place = {"account": one.at.account, "region": one.at.region}
            control("logs", place | {"group": one.group, "days": [day]})
        _deliver(client, one, made.real(one.arn), taker)


def _deliver(client: Client, one: Logged, arn: str, taker: str) -> None:
    logs = client("logs")
    logs.put_delivery_source(name=one.name, resourceArn=arn, logType=f"{one.level}_LOGS")
    where = {"destinationResourceArn": taker}
    told = logs.put_delivery_destination(name=one.name, deliveryDestinationConfiguration=where)
    logs.create_delivery(
        deliverySourceName=one.name, deliveryDestinationArn=told["deliveryDestination"]["arn"]
    )


def _put_files(client: Client, one: Logged, day: Mapping[str, Any]) -> None:
    files: dict[datetime, list[str]] = defaultdict(list)
    for record in records(day):
        at = datetime.fromtimestamp(record["message_timestamp_ms"] / 1000, UTC)
        slot = at.replace(hour=at.hour // HOURS_A_FILE * HOURS_A_FILE, minute=0, second=0, microsecond=0)
        files[slot].append(json.dumps(record))
    for slot, lines in files.items():
        folder = f"AWSLogs/{one.at.account}/EventBusLogs/{one.at.region}/{one.name}/{slot:%Y/%m/%d/%H}"
        body = gzip.compress("\n".join(lines).encode(), 1, mtime=0)
        client("s3").put_object(
            Bucket=BUCKET, Key=f"{folder}/{one.name}_{slot:%Y%m%dT%H%M}Z.log.gz", Body=body
        )


def _day(one: Logged, made: Made, begin: datetime) -> dict[str, Any]:
    """The description of a day, as `bus_days` takes it."""
    subscriber = next(
        (each for _, each in every(Subscriber) if one.arn.endswith(f":subscriber/{each.name}")), None
    )
    bus = subscriber.bus if subscriber else one.arn
    flows = [
        {
            "source": source,
            "detail_type": detail_type,
            "caller": caller,
            "counts": counts,
            "rules": list(
                _taken_by_subscriber(subscriber, made, (source, detail_type))
                if subscriber
                else _taken(bus, made, (source, detail_type))
            ),
        }
        for (source, detail_type, caller), counts in on_bus(bus, begin).items()
    ]
    return {
        "bus": made.real(one.arn),
        "level": one.level,
        "begin": int(begin.timestamp() * 1000),
        "flows": flows,
    }


def on_bus(bus: str, begin: datetime) -> Flows:
    """What comes onto a bus: put there, or forwarded by rules. The caller of a forwarded event is the account of the bus before."""
    flows: Flows = defaultdict(lambda: [0] * 24)
    for put in PUTS:
        if put.by.role != "forward-events":  # forwarding is told by the rules
            entered = put.bus or put.at.bus("default")
            for reached, caller in _reached(entered, put).items():
                if reached == bus:
                    counts = flows[put.source, put.detail_type, caller]
                    for hour, count in enumerate(accepted(put, begin)):
                        counts[hour] += count
    return flows


def _reached(entered: str, put: Put) -> dict[str, str]:
    """Bus → account that put the event there."""
    found = {entered: put.at.account}
    waiting = [entered]
    while waiting:
        here = waiting.pop()
        for _, rule in every(Rule):
            takes = rule.at.bus(rule.bus) == here and rule.enabled
            if takes and passes(rule.pattern, (put.source, put.detail_type)):
                for target in rule.targets:
                    if ":event-bus/" in target.arn and target.arn not in found:
                        found[target.arn] = rule.at.account
                        waiting.append(target.arn)
    return found


def accepted(put: Put, begin: datetime) -> list[int]:
    """Accepted entries in each hour from `begin` on: as the trail's records say."""
    calls = spread(put.calls) if put.daily else [put.calls] * 24
    rejected, counts = put.rejected, []
    for hour in range(24):
        made = calls[(begin + timedelta(hours=hour)).hour]
        refused = min(rejected, made)
        rejected -= refused
        counts.append(made * put.entries - refused)
    return counts


def _taken(bus: str, made: Made, event_type: tuple[str, str]) -> Iterator[dict[str, Any]]:
    for _, rule in every(Rule):
        if rule.at.bus(rule.bus) != bus or not rule.enabled or not passes(rule.pattern, event_type):
            continue
        yield {
            "arn": rule.at.arn("events", f"rule/{rule.bus}/{rule.name}"),
            "share": share_of(rule),
            "targets": [_target(rule, target, made) for target in rule.targets],
        }


def _target(rule: Rule, target: Target, made: Made) -> dict[str, Any]:
    if not fails(rule, target):
        return {"arn": made.real(target.arn), "ends": "ok"}
    code = ["RESOURCE_NOT_FOUND", 404] if target.arn in GONE else ["NO_PERMISSIONS", 403]
    ends = "dead-lettered" if target.dead_letter else "dropped"
    return {"arn": made.real(target.arn), "ends": ends, "code": code}


def _taken_by_subscriber(
    one: Subscriber, made: Made, event_type: tuple[str, str]
) -> Iterator[dict[str, Any]]:
    if one.running and all(passes(pattern, event_type) for pattern in one.filters.values()):
        target = {"arn": made.real(one.target), "ends": "ok"}
        yield {"arn": one.name, "share": share_of(one), "targets": [target]}
