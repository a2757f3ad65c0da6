"""Which rows of the last snapshot stay: those of scopes that were not asked or not read, and of listings that were refused.

A scope may be read in part. What a refused listing would have given is then kept from before, and its gap says from when:
a call that was denied or throttled must not take a known producer or consumer away.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from collectors.frames import frame_of, schema_of
from collectors.records import Gap, Record, Subscription
from collectors.scope import Scope
from collectors.snapshot import Snapshot
from collectors.unread import Unread

IDENTITY: dict[str, tuple[str, ...]] = {
    "buses": ("arn",),
    "subscriptions": ("arn", "target_id"),
    "resources": ("arn",),
    "links": ("arn", "kind", "from_arn", "to_arn", "condition", "source", "detail_type"),
    "policies": ("arn", "kind", "name"),
    "schemas": ("arn",),
    "schema_versions": ("schema_arn", "version"),
    "tags": ("arn", "key"),
    "traces": ("hour", "principal", "via", "bus_arn", "source", "detail_type", "evidence"),
    "changes": ("id",),
    "metrics": ("arn", "metric", "statistic"),
}
"""What tells a row of a frame from all others of its scope."""
OF_RULE = ("state", "description", "managed_by", "pattern", "filters_hidden", "schedule")
"""Columns that ListRules tells: fresh also where the rule's targets are old."""


def key_of(scope: Scope) -> dict[str, str]:
    """The scope's own columns."""
    return {"account": scope.account, "region": scope.region, "collector": scope.collector}


def of_scopes(table: pa.Table, scopes: Sequence[Scope]) -> pa.Array:
    """For each row of a frame, whether one of these scopes read it."""
    ids = pa.array(["|".join(key_of(scope).values()) for scope in scopes], pa.string())
    row_ids = pc.binary_join_element_wise(table["account"], table["region"], table["collector"], "|")
    return pc.is_in(row_ids, value_set=ids)


class Kept:
    """What stays of the last snapshot in one scope that was read in part: `tables`, beside the new `rows`; `gaps` say of when."""

    def __init__(self, before: Snapshot | None, scope: Scope, rows: Sequence[Record]) -> None:
        self.tables: dict[str, pa.Table] = {}
        self.gaps: list[Gap] = list(scope.gaps)
        self.rows = list(rows)
        if before is None or not scope.unread:
            return
        counts: Counter[int] = Counter()
        for frame in dict.fromkeys(unread.frame for unread, _ in scope.unread):
            table = before.table(frame).cast(schema_of(frame))
            table = table.filter(of_scopes(table, [scope]))
            kept = table.filter(pa.array(self._stays(scope, frame, table, counts), pa.bool_()))
            self.tables[frame] = self._with_old_targets(kept) if frame == "subscriptions" else kept
        self.gaps = [_dated(gap, counts[id(gap)], before, scope) for gap in scope.gaps]

    def _stays(self, scope: Scope, frame: str, table: pa.Table, counts: Counter[int]) -> Iterator[bool]:
        """For each row of the scope's last reading, whether it stays; counts, by the gap that it stays for."""
        wanted = [(unread, gap) for unread, gap in scope.unread if unread.frame == frame]
        new = [row for row in self.rows if frame_of(row) == frame]
        known = {tuple(getattr(row, name) for name in IDENTITY[frame]) for row in new}
        read = {getattr(row, "evidence", None) for row in new}
        columns = {*IDENTITY[frame], *(name for unread, _ in wanted for name in unread.columns)}
        for row in table.select(sorted(columns)).to_pylist():
            found = next(((unread, gap) for unread, gap in wanted if unread.holds(row)), None)
            stays = found is not None and tuple(row[name] for name in IDENTITY[frame]) not in known
            if found and frame == "traces":
                stays = stays and _is_due(row, found[0], read, scope)
            if found and stays:
                counts[id(found[1])] += 1
            yield stays

    def _with_old_targets(self, kept: pa.Table) -> pa.Table:
        """A rule whose targets were refused has its old ones, and no row without target beside them."""
        bare = {
            row.arn: row
            for row in self.rows
            if isinstance(row, Subscription) and row.kind == "rule" and row.target_id is None
        }
        rows = kept.to_pylist()
        old = {row["arn"] for row in rows if row["target_id"] is not None} & bare.keys()
        self.rows = [
            row
            for row in self.rows
            if not (isinstance(row, Subscription) and row.target_id is None and row.arn in old)
        ]
        fresh = [
            row | {name: getattr(bare[row["arn"]], name) for name in OF_RULE} if row["arn"] in old else row
            for row in rows
        ]
        return pa.Table.from_pylist(fresh, kept.schema)


def _is_due(row: Mapping[str, Any], unread: Unread, read: set[str | None], scope: Scope) -> bool:
    """Traces must not pile up while a refusal lasts.

    Of a location that was read in part only hours that are still looked at stay; where it is not known which locations there
    are, those that were read have their traces anew.
    """
    if "evidence" not in unread.columns:
        return row["evidence"] not in read
    since = datetime.now(UTC) - timedelta(hours=scope.settings.metric_hours + 1)
    return bool(scope.settings.trails) or row["hour"] >= since


def _dated(gap: Gap, rows: int, before: Snapshot, scope: Scope) -> Gap:
    """The gap, with how many rows are kept in its stead, and when they were read: by the last run, or by one before it."""
    if not rows:
        return gap
    at = _read_at(gap, before, scope)
    since = f"{at:%Y-%m-%d %H:%M} UTC" if at else "an earlier run"
    told = f"{gap.message.rstrip('.')}. Kept instead: {rows:,} rows as they were read at {since}."
    return gap.model_copy(update={"message": told, "kept_rows": rows, "kept_at": at})


def _read_at(gap: Gap, before: Snapshot, scope: Scope) -> datetime | None:
    key = key_of(scope)
    for row in before.rows("gaps"):
        same = (row["action"], row["subject"]) == (gap.action, gap.subject) and row["kept_at"]
        if same and {name: row[name] for name in key} == key:
            return row["kept_at"]  # type: ignore[no-any-return]
    return next(
        (row["read_at"] for row in before.rows("scopes") if {name: row[name] for name in key} == key),
        None,
    )
