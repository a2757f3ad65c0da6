"""The hours of the traces: read from the file only for one type or one principal, since a year of them is large."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from collectors.snapshot import HOURS
from dashboard.flow.answers import Window
from dashboard.flow.model.estate import Estate

_WHOLE = timedelta(hours=1)


def with_hours(estate: Estate, **wanted: str) -> list[dict[str, Any]]:
    """Rows of `traces` with these values (source, detail_type, principal), with their lists of hours.

    Raises StoreError when the frame cannot be read.
    """
    rows: list[dict[str, Any]] = estate.snapshot.traces_of(**wanted).to_pylist()
    return [row | {name: row[name] or [] for name in HOURS} for row in rows]


def found_in(estate: Estate, places: Iterable[tuple[str, str]]) -> frozenset[datetime]:
    """Hours in which calls of each of these accounts and regions were found, whoever made them: only then is it known that none is none.

    Raises StoreError when the frame cannot be read. Read once a place.
    """
    memory: dict[tuple[str, str], frozenset[datetime]] = estate.memory.setdefault("hours-of-places", {})
    asked = set(places)
    for place in asked - memory.keys():
        memory[place] = frozenset(_hours_of(estate, place))
    return frozenset.intersection(*(memory[place] for place in asked)) if asked else frozenset()


def _hours_of(estate: Estate, place: tuple[str, str]) -> list[datetime]:
    path = estate.snapshot.folder / "traces.parquet"
    columns = ["account", "region", "principal_account", "bus_arn", "hours"]
    table = (
        pq.read_table(path, columns=columns)
        if path.exists()
        else estate.snapshot.table("traces").select(columns)
    )
    rows = table.drop_columns(["hours"]).to_pylist()
    mine = table.filter(pa.array([place_of(row) == place for row in rows], pa.bool_()))
    found: list[datetime] = pc.unique(pc.list_flatten(mine["hours"])).to_pylist()
    return found


def place_of(row: Mapping[str, Any]) -> tuple[str, str] | None:
    """Account and region that a row of `traces` tells calls of; None where they are not those of the scope that read it.

    Records of accounts and regions outside the run stand in its first scope. Nobody puts on a bus of another region.
    """
    region = str(row["bus_arn"]).split(":")[3:4]
    is_its_own = row["principal_account"] in (None, row["account"]) and region == [row["region"]]
    return (row["account"], row["region"]) if is_its_own else None


def spans(estate: Estate) -> dict[tuple[str, str], tuple[datetime, datetime]]:
    """When the first and the last call from an account and region were found. Once an estate."""
    if "traced-spans" not in estate.memory:
        found: dict[tuple[str, str], tuple[datetime, datetime]] = {}
        for row in estate.traces:
            if place := place_of(row):
                first, last = found.get(place, (row["first_seen"], row["last_seen"]))
                found[place] = min(first, row["first_seen"]), max(last, row["last_seen"])
        estate.memory["traced-spans"] = found
    result: dict[tuple[str, str], tuple[datetime, datetime]] = estate.memory["traced-spans"]
    return result


def window_of(estate: Estate, hours: int | None = None) -> Window | None:
    """The time that counts of traces are of: all that is kept, or the last hours before it was read.

    With `hours` so many whole hours, and the one under way. None where there are no traces.
    """
    if not estate.traces:
        return None
    if "trace-window" not in estate.memory:
        estate.memory["trace-window"] = _whole(estate)
    whole: Window = estate.memory["trace-window"]
    if hours is None:
        return whole
    return Window(_floor(whole.end) - hours * _WHOLE, whole.end)


def _whole(estate: Estate) -> Window:
    first = min(row["first_seen"] for row in estate.traces)
    read = [
        row["read_at"] for (_, _, name), row in estate.scopes.items() if name == "traces" and row["read_at"]
    ]
    last = max(row["last_seen"] for row in estate.traces)
    return Window(_floor(first), max([last, *read]))


def _floor(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)


def within(rows: Iterable[dict[str, Any]], window: Window) -> list[dict[str, Any]]:
    """The rows as they are in a window: their totals and first and last hours of it. Rows without an hour in it are left out.

    `first_seen` and `last_seen` stay exact where they lie in the window, else they are the hour's.
    """
    found = []
    for row in rows:
        inside = [n for n, hour in enumerate(row["hours"]) if _floor(window.start) <= hour < window.end]
        if inside:
            first, last = row["hours"][inside[0]], row["hours"][inside[-1]]
            counts = {name: sum(row[f"{name}_by_hour"][n] for n in inside) for name in ("events", "failed")}
            seen = {
                "first_seen": max(row["first_seen"], first),
                "last_seen": row["last_seen"] if row["last_seen"] < last + _WHOLE else last,
            }
            found.append(row | counts | seen)
    return found


def by_hour(rows: Iterable[dict[str, Any]], window: Window) -> dict[datetime, tuple[int, int]]:
    """(accepted, rejected) of each hour that has any, ascending."""
    sums: dict[datetime, list[int]] = defaultdict(lambda: [0, 0])
    for row in rows:
        for hour, events, failed in zip(
            row["hours"], row["events_by_hour"], row["failed_by_hour"], strict=True
        ):
            if _floor(window.start) <= hour < window.end:
                sums[hour][0] += events
                sums[hour][1] += failed
    return {hour: (sums[hour][0], sums[hour][1]) for hour in sorted(sums)}
