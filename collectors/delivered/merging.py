"""Earlier rows of `deliveries` and new ones → the rows as they are now. What is known stays, and nothing counts twice."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

Row = dict[str, Any]
COUNTS = (
    *("received", "rejected", "unmatched", "matched"),
    *("attempts", "retried", "throttled", "succeeded", "failed", "dead_lettered"),
)
_TIMES = {"latency_count": ("latency_ms", "latency_max_ms"), "duration_count": ("duration_ms",)}
"""How many told how long it took, and what is told with it."""
_ORDER = [(name, "ascending") for name in ("source", "detail_type", "bus_arn", "rule_arn", "hour")]


Hour = tuple[str, datetime]
"""ARN of a bus or subscriber that logs, and one hour of it."""


class Merged(NamedTuple):
    """The rows; of which hours of which evidence more was known than is told now; and which hours several places tell."""

    rows: pa.Table
    fuller: dict[str, list[datetime]]
    several: dict[Hour, "Several"]


class Several(NamedTuple):
    """Places (evidence) that tell of the same hour of one bus, and whether of all that two of them tell they tell as much."""

    places: frozenset[str]
    is_alike: bool


def merge(old: pa.Table, new: pa.Table, begins: Mapping[str, datetime], oldest: datetime) -> Merged:
    """`begins`: evidence → from which hour on it was read anew. Hours before `oldest` go.

    An hour that was read anew takes the place of what was known of it, unless more was known: files may be damaged now, or gone, and
    a log group drops what is older than its retention. Of what several places tell of an hour of one bus, each count is taken from
    one of them: records that lie in two places are the same.
    """
    stays: Any = pc.greater_equal(old["hour"], pa.scalar(oldest))
    counts = pa.array([True] * len(new), pa.bool_())
    fuller: dict[str, list[datetime]] = {}
    for evidence, begin in begins.items():
        again = pc.and_(
            pc.equal(old["evidence"], evidence), pc.greater_equal(old["hour"], pa.scalar(max(begin, oldest)))
        )
        told = pc.equal(new["evidence"], evidence)
        hours = _fuller(old.filter(again), new.filter(told))
        if len(hours):
            fuller[evidence] = sorted(hours.to_pylist())
        again = pc.and_not(again, pc.is_in(old["hour"], hours))
        counts = pc.and_not(counts, pc.and_(told, pc.is_in(new["hour"], hours)))
        stays = pc.and_not(stays, again)
    table = pa.concat_tables([old.filter(stays).cast(new.schema), new.filter(counts)])
    first = min(begins.values(), default=None)
    rows, several = (table, dict[Hour, Several]()) if first is None else _without_copies(table, first)
    return Merged(rows.sort_by(_ORDER), fuller, several)


def _fuller(old: pa.Table, new: pa.Table) -> pa.Array:
    """Hours of which more was known."""
    known, told = _totals(old), _totals(new)
    hours = [hour for hour, total in known.items() if total > told.get(hour, 0)]
    return pa.array(hours, old.schema.field("hour").type)


def _totals(table: pa.Table) -> dict[datetime, int]:
    found: dict[datetime, int] = {}
    columns = [pc.fill_null(table[name], 0).to_pylist() for name in COUNTS]
    for hour, *counts in zip(table["hour"].to_pylist(), *columns, strict=True):
        found[hour] = found.get(hour, 0) + sum(counts)
    return found


def _without_copies(table: pa.Table, first: datetime) -> tuple[pa.Table, dict[Hour, Several]]:
    """Hours from the first that was read anew on, of which more than one place tells: each count from the one that tells most."""
    is_subscriber = pc.fill_null(pc.match_substring(table["rule_arn"], ":subscriber/"), False)
    logs = pc.fill_null(pc.if_else(is_subscriber, table["rule_arn"], table["bus_arn"]), "")
    keyed = table.select(["hour", "evidence"]).append_column("logs", logs)
    recent = keyed.filter(pc.greater_equal(table["hour"], pa.scalar(first)))
    places = recent.group_by(["logs", "hour"]).aggregate([("evidence", "count_distinct")])
    several = places.filter(pc.greater(places["evidence_count_distinct"], 1))
    if not len(several):
        return table, {}
    wanted = set(zip(several["logs"].to_pylist(), several["hour"].to_pylist(), strict=True))
    keys = list(zip(logs.to_pylist(), table["hour"].to_pylist(), strict=True))
    mask = pa.array([key in wanted for key in keys], pa.bool_())
    found: dict[Hour, dict[str, list[Row]]] = {key: {} for key in wanted}
    for key, row in zip((one for one in keys if one in wanted), table.filter(mask).to_pylist(), strict=True):
        found[key].setdefault(row["evidence"], []).append(row)
    several = {key: Several(frozenset(places), _choose(places)) for key, places in found.items()}
    left = [row for places in found.values() for rows in places.values() for row in rows if _tells(row)]
    rest = table.filter(pc.invert(mask))
    return pa.concat_tables([rest, pa.Table.from_pylist(left, table.schema)]), several


def _choose(places: Mapping[str, list[Row]]) -> bool:
    """Let each column stand in the rows of one place alone. Whether the others tell as much, where they tell anything."""
    is_alike = True
    whole = {one: sum(_total(rows, name) or 0 for name in COUNTS) for one, rows in places.items()}
    for name in (*COUNTS, *_TIMES, "code_counts"):
        totals = {one: _total(rows, name) for one, rows in places.items()}
        rank = {
            # where they tell as much: the one that tells more types, and then more of all
            one: (-1 if total is None else total, _total(_typed(places[one]), name) or 0, whole[one])
            for one, total in totals.items()
        }
        chosen = max(sorted(rank), key=lambda one: rank[one])
        others = [one for one in places if one != chosen]
        is_alike &= name not in COUNTS or all(totals[one] in (None, 0, totals[chosen]) for one in others)
        for row in (row for one in others for row in places[one]):
            _clear(row, name)
    return is_alike


def _typed(rows: Sequence[Row]) -> list[Row]:
    return [row for row in rows if row["source"] is not None]


def _total(rows: Sequence[Row], name: str) -> int | None:
    """None where no row tells it."""
    told = [row[name] for row in rows if row[name] is not None]
    if not told:
        return None
    return sum(sum(one) for one in told) if name == "code_counts" else sum(told)


def _clear(row: Row, name: str) -> None:
    if name == "code_counts":
        row["codes"], row["code_counts"] = [], []
    elif name in _TIMES:
        row[name] = 0
        row.update(dict.fromkeys(_TIMES[name]))
    else:
        row[name] = None


def _tells(row: Row) -> bool:
    return any(row[name] is not None for name in COUNTS) or any(row[name] for name in (*_TIMES, "codes"))
