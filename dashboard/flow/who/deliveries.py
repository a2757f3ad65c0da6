"""What became of an event type, by the logs of buses: taken in, matched, delivered and failed, by the hour and by target.

Nothing is guessed: what a bus does not log is said, with what would be seen if it did.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from dashboard.flow.answers import (
    BusFlow,
    HourLine,
    LogState,
    Question,
    TargetFlow,
    TypeFlow,
    Unmatched,
    Window,
)
from dashboard.flow.model import arns, asking, deliveries
from dashboard.flow.model.estate import Estate, Row
from dashboard.flow.model.subscriptions import Subscription
from dashboard.flow.model.trees import of_type
from dashboard.flow.who import sight

HOUR = timedelta(hours=1)
Caller = tuple[str, list[Row]]


def flow_of(estate: Estate, asked: Question, hours: int = 24, back: int = 0) -> TypeFlow:
    """What became of the type in the last hours before the logs were read, or in the same hours `back` hours before.

    Raises UsageError for a bus that nobody knows.
    """
    buses = (
        asking.entry_buses(estate, asked)
        if asked.bus
        else asking.enters(estate, asked.source, asked.detail_type)
    )
    window = window_of(estate, hours, back)
    key = (asked.source, asked.detail_type)
    rows = [row for row in deliveries.hours_of(estate, key, window.start) if row["hour"] < window.end]
    if asked.bus:
        rows = [row for row in rows if row["bus_arn"] in buses]
    reached = sorted({*buses, *(row["bus_arn"] for row in rows if row["bus_arn"])})
    logged = deliveries.hours_of_buses(estate, reached, window.start)
    return TypeFlow(
        event=asked,
        window=window,
        buses=tuple(_bus(estate, bus, rows) for bus in reached),
        targets=tuple(_targets(estate, rows)),
        lines=tuple(_lines(estate, rows, logged, window)),
        logging=tuple(state_of(estate, bus, asked.detail_type) for bus in reached),
    )


def window_of(estate: Estate, hours: int, back: int = 0) -> Window:
    """So many whole hours before the logs of buses were last read, and the one under way; or the same `back` hours before."""
    end = (deliveries.read_until(estate) or estate.snapshot.at) - back * HOUR
    return Window(end.replace(minute=0, second=0, microsecond=0) - hours * HOUR, end)


def _bus(estate: Estate, bus: str, rows: Sequence[Row]) -> BusFlow:
    mine = [row for row in rows if row["bus_arn"] == bus]
    return BusFlow(
        bus=bus,
        name=estate.name_of(bus),
        received=_sum(mine, "received"),
        rejected=_sum(mine, "rejected"),
        unmatched=_sum(mine, "unmatched"),
        read=tuple(sorted({row["evidence"] for row in mine})),
    )


def _targets(estate: Estate, rows: Sequence[Row]) -> Iterable[TargetFlow]:
    """One for each rule and target, those that failed most first."""
    found: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        if row["rule_arn"] and row["target_arn"]:
            found.setdefault((row["rule_arn"], row["target_arn"]), []).append(row)
    made = [_target(estate, *key, of) for key, of in found.items()]
    return sorted(made, key=lambda one: (-(one.failed or 0), -(one.succeeded or 0), one.rule, one.target))


def _target(estate: Estate, rule: str, target: str, rows: Sequence[Row]) -> TargetFlow:
    codes: Counter[str] = Counter()
    for row in rows:
        codes.update(dict(zip(row["codes"], row["code_counts"], strict=True)))
    latency, count = _sum(rows, "latency_ms"), _sum(rows, "latency_count")
    return TargetFlow(
        rule=rule,
        rule_name=estate.name_of(rule),
        target=target,
        target_name=estate.name_of(arns.plain(target)),
        target_kind=estate.kind_of(arns.plain(target)),
        bus=rows[0]["bus_arn"],
        attempts=_sum(rows, "attempts"),
        retried=_sum(rows, "retried"),
        throttled=_sum(rows, "throttled"),
        succeeded=_sum(rows, "succeeded"),
        failed=_sum(rows, "failed"),
        dead_lettered=_sum(rows, "dead_lettered"),
        latency_ms=latency / count if latency is not None and count else None,
        latency_max_ms=max(
            (row["latency_max_ms"] for row in rows if row["latency_max_ms"] is not None), default=None
        ),
        codes=tuple(codes.most_common()),
    )


def _lines(
    estate: Estate, rows: Sequence[Row], logged: dict[str, dict[datetime, str]], window: Window
) -> Iterable[HourLine]:
    """What is drawn: taken in and matched by nothing on each bus, delivered and failed at each target."""
    found: dict[tuple[str, str, str, str | None], Counter[datetime]] = {}
    for row in rows:
        bus = row["bus_arn"]
        what = ("received", "unmatched") if row["rule_arn"] is None else ("succeeded", "failed")
        for stage in what if bus and (row["rule_arn"] is None or row["target_arn"]) else ():
            if row[stage] is not None:
                name = _line_name(estate, row)
                hours = found.setdefault((stage, name, bus, row["target_arn"]), Counter())
                hours[row["hour"]] += row[stage]
    for (stage, name, bus, target), hours in sorted(found.items(), key=lambda one: -sum(one[1].values())):
        # an hour in which the bus logged other events had none of these; one in which it logged nothing is not known
        told = logged.get(bus, {})
        known = sorted(hour for hour, level in told.items() if level != "ERROR" or stage == "failed")
        if any(hours.values()) or stage in ("received", "succeeded"):
            times = tuple(hour for hour in known if window.start <= hour < window.end)
            yield HourLine(stage, name, bus, target, times, tuple(float(hours[hour]) for hour in times))


def _line_name(estate: Estate, row: Row) -> str:
    if row["rule_arn"] is None:
        return estate.name_of(row["bus_arn"])
    return f"{estate.name_of(row['rule_arn'])} to {estate.name_of(arns.plain(row['target_arn']))}"


def state_of(estate: Estate, bus: str, detail_type: str = "events") -> LogState:
    """What a bus logs, in a sentence, with what would be seen if it logged more."""
    row, name = estate.buses.get(bus), estate.name_of(bus)
    if row is None:
        return LogState(
            bus, name, None, False, f"The bus {name} was not collected: whether it logs is not known."
        )
    if not sight.is_read(estate, bus):
        told = f"The bus {name} could not be described, or not by the last run: whether it logs is not known."
        return LogState(bus, name, None, bus in _read(estate), told)
    if row["kind"] == "new":
        return _of_new_bus(estate, bus, name, detail_type)
    level = row["log_level"] or "OFF"
    read = bus in _read(estate)
    seen = f"how many {detail_type} it takes in, and how many reach or miss each target"
    if level == "OFF" and read:
        says = f"Logging is off on the bus {name} by now; what is told here was logged before."
    elif level == "OFF":
        says = f"Logging is off on the bus {name}. With its level at INFO, {seen} would stand here."
    elif not read and level != "ERROR":
        says = f"The bus {name} logs ({level}), but none of its logs was read: no delivery that Headwater reads, or nothing logged yet."
    elif level == "ERROR":
        says = f"The bus {name} logs errors only: failures are seen, successes are not. With its level at INFO, {seen} would stand here."
    else:
        says = f"The bus {name} logs ({level}): {seen}."
    return LogState(bus, name, level, read, says)


def _of_new_bus(estate: Estate, bus: str, name: str, detail_type: str) -> LogState:
    """New buses do not log themselves: their subscribers do, each for itself."""
    if not sight.were_listed(estate, bus):
        told = f"The subscribers of the bus {name} were not all read: whether they log is not known."
        return LogState(bus, name, None, bus in _read(estate), told)
    subs = [sub for sub in estate.subscriptions_of(bus) if sub.kind == "subscriber"]
    on = [sub for sub in subs if (sub.row["log_level"] or "OFF") != "OFF"]
    says = f"{len(on)} of {len(subs)} subscribers of the bus {name} log. With their level at INFO, how many {detail_type} each takes and delivers would stand here."
    level = max((str(sub.row["log_level"]) for sub in on), default="OFF")
    return LogState(bus, name, level, bus in _read(estate), says)


def _read(estate: Estate) -> frozenset[str]:
    """Buses of which a record was read."""
    if "buses-with-logs" not in estate.memory:
        told = frozenset(row["bus_arn"] for row in deliveries.sums(estate) if row["bus_arn"])
        estate.memory["buses-with-logs"] = told
    result: frozenset[str] = estate.memory["buses-with-logs"]
    return result


def unmatched(estate: Estate) -> tuple[Unmatched, ...]:
    """Types of which events matched no rule of a bus, by all the hours that are kept; most first.

    `received` is how many came: where fewer matched nothing, a rule asks for something of the payload.
    """
    found: dict[tuple[str, str, str], list[Row]] = {}
    for key, rows in deliveries.of_types(estate).items():
        for row in rows:
            if row["rule_arn"] is None and row["bus_arn"]:
                found.setdefault((*key, row["bus_arn"]), []).append(row)
    made = [
        Unmatched(
            source=source,
            detail_type=detail_type,
            bus=bus,
            events=_sum(rows, "unmatched") or 0,
            received=_sum(rows, "received"),
            last_seen=max(row["last_seen"] for row in rows),
        )
        for (source, detail_type, bus), rows in found.items()
        if _sum(rows, "unmatched")
    ]
    return tuple(sorted(made, key=lambda one: (-one.events, one.source, one.detail_type, one.bus)))


def callers(
    estate: Estate,
    asked: Question,
    buses: frozenset[str] | None,
    since: datetime | None = None,
) -> list[Caller]:
    """Accounts that the logs saw put the type, each with its rows (received, rejected, evidence, …).

    An account of which a rule forwards the type onto that bus is left out there: the rule is declared, and the log of the
    bus does not tell it from others of its account.
    """
    found: dict[str, list[Row]] = {}
    key = (asked.source, asked.detail_type)
    rows = deliveries.hours_of(estate, key, since) if since else deliveries.of_types(estate).get(key, ())
    for row in rows:
        account, bus = row["caller_account"], row["bus_arn"]
        told = account and row["rule_arn"] is None and (buses is None or bus in buses)
        if told and not _forwards(estate, asked, account, bus):
            found.setdefault(account, []).append(row)
    return sorted(found.items())


def _forwards(estate: Estate, asked: Question, account: str, bus: str | None) -> bool:
    tree = of_type(asked.source, asked.detail_type)
    return any(
        sub.target == bus and sub.account == account and sub.may_take(tree) for sub in _onto_buses(estate)
    )


def _onto_buses(estate: Estate) -> list[Subscription]:
    if "rules-onto-buses" not in estate.memory:
        estate.memory["rules-onto-buses"] = [
            sub for sub in estate.subscriptions if sub.target in estate.buses
        ]
    result: list[Subscription] = estate.memory["rules-onto-buses"]
    return result


def _sum(rows: Iterable[Row], name: str) -> int | None:
    """None where no row tells."""
    told = [row[name] for row in rows if row[name] is not None]
    return sum(told) if told else None
