"""What the logs of buses told: sums by event type for the whole estate, hours for one type only, since a fortnight of them is large.

A log of errors names rule and target of what failed, not its type: where the rule names exactly one type, it is of that type.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from dashboard.flow.model.estate import Estate, Row
from dashboard.flow.model.subscriptions import Subscription

Key = tuple[str, str]
COLLECTOR = "bus-logs"
_BY = ("source", "detail_type", "bus_arn", "caller_account", "rule_arn", "target_arn", "evidence")
_COUNTS = ("received", "rejected", "unmatched", "matched", "succeeded", "failed", "dead_lettered")


def sums(estate: Estate) -> list[Row]:
    """Counts of each (type, bus, caller, rule, target) over all hours that are kept; null where no hour tells. Once an estate.

    A row has _BY, _COUNTS, first_seen and last_seen.
    """
    if "delivery-sums" not in estate.memory:
        table = _table(estate, (*_BY, *_COUNTS, "first_seen", "last_seen"))
        asked = [(name, "sum", pc.ScalarAggregateOptions(min_count=1)) for name in _COUNTS]
        found = table.group_by(list(_BY)).aggregate([*asked, ("first_seen", "min"), ("last_seen", "max")])
        names = {"first_seen_min": "first_seen", "last_seen_max": "last_seen"}
        names |= {f"{name}_sum": name for name in _COUNTS}
        estate.memory["delivery-sums"] = found.rename_columns(
            [names.get(name, name) for name in found.column_names]
        ).to_pylist()
    result: list[Row] = estate.memory["delivery-sums"]
    return result


def of_types(estate: Estate) -> dict[Key, list[Row]]:
    """Rows of `sums` by the type they tell, or that their rule alone can be of."""
    if "delivery-types" not in estate.memory:
        found: dict[Key, list[Row]] = {}
        for row in sums(estate):
            key = (row["source"], row["detail_type"]) if row["source"] else only_type(estate, row["rule_arn"])
            if key and key[1]:
                found.setdefault(key, []).append(row)
        estate.memory["delivery-types"] = found
    result: dict[Key, list[Row]] = estate.memory["delivery-types"]
    return result


def only_type(estate: Estate, rule: str | None) -> Key | None:
    """The one type that a rule or subscriber takes; None where it may take others, or is not known."""
    subs: Sequence[Subscription] = estate.rules.get(rule or "", ())
    found = {pair for sub in subs for one in sub.filters for pair in one.pairs}
    is_open = not subs or any(one.is_open for sub in subs for one in sub.filters)
    return next(iter(found)) if len(found) == 1 and not is_open else None


def hours_of(estate: Estate, key: Key, since: datetime) -> list[Row]:
    """Rows of `deliveries` of one type from an hour on, read from the file; raises StoreError when it cannot be read."""
    rules = {row["rule_arn"] for row in of_types(estate).get(key, ()) if row["source"] is None}
    mine = (pc.field("source") == key[0]) & (pc.field("detail_type") == key[1])
    if rules:
        mine = mine | (
            pc.is_null(pc.field("source")) & pc.field("rule_arn").isin(pa.array(sorted(rules), pa.string()))
        )
    return _rows(estate, mine & (pc.field("hour") >= pa.scalar(since)))


def hours_of_buses(estate: Estate, buses: Iterable[str], since: datetime) -> dict[str, dict[datetime, str]]:
    """Bus → the hours in which it logged anything, each with the finest level of a record."""
    wanted = pc.field("bus_arn").isin(pa.array(sorted(buses), pa.string())) & (
        pc.field("hour") >= pa.scalar(since)
    )
    table = _table(estate, ("bus_arn", "hour", "level"), wanted)
    told = table.group_by(["bus_arn", "hour"]).aggregate([("level", "max"), ("level", "min")])
    found: dict[str, dict[datetime, str]] = {}
    for row in told.to_pylist():
        # in the order of the alphabet ERROR, INFO, TRACE: from coarse to fine
        found.setdefault(row["bus_arn"], {})[row["hour"]] = row["level_max"]
    return found


def read_until(estate: Estate) -> datetime | None:
    """When logs of buses were last read; None when none ever were."""
    ends = [row["read_at"] for (_, _, name), row in estate.scopes.items() if name == COLLECTOR]
    return max((end for end in ends if end is not None), default=None)


def _rows(estate: Estate, wanted: Any) -> list[Row]:
    rows: list[Row] = _table(estate, None, wanted).to_pylist()
    return rows


def _table(estate: Estate, columns: Sequence[str] | None, wanted: Any = None) -> pa.Table:
    """Rows and columns of the frame, from its file where there is one: whole it may be large."""
    snapshot = estate.snapshot
    path = snapshot.folder / "deliveries.parquet"
    if path.is_file():
        return pq.read_table(path, columns=None if columns is None else list(columns), filters=wanted)
    table = snapshot.table("deliveries")
    table = table if wanted is None else table.filter(wanted)
    return table if columns is None else table.select(list(columns))
