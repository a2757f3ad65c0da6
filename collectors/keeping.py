"""Which rows of the last snapshot stay: those of scopes that were not asked or not read, and of listings that were refused.

A scope may be read in part. What a refused listing would have given is then kept from before, and its gap says from when:
a call that was denied or throttled must not take a known producer or consumer away.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from collectors.frames import Rows, frame_of, schema_of
from collectors.records import Gap, Record
from collectors.scope import Scope
from collectors.snapshot import Snapshot
from collectors.unread import Sought, Unread

IDENTITY: dict[str, tuple[str, ...]] = {
    "buses": ("arn",),
    "subscriptions": ("arn", "target_id"),
    "resources": ("arn",),
    "links": ("arn", "kind", "from_arn", "to_arn", "condition", "source", "detail_type"),
    "policies": ("arn", "kind", "name"),
    "schemas": ("arn",),
    "schema_versions": ("schema_arn", "version"),
    "tags": ("arn", "key"),
    "traces": ("principal", "via", "action", "bus_arn", "source", "detail_type", "evidence"),
    "seen": ("kind", "evidence", "at", "source", "detail_type", "caller_account"),
    "deliveries": (
        *("hour", "bus_arn", "source", "detail_type", "caller_account"),
        *("rule_arn", "target_arn", "evidence"),
    ),
    "principals": ("arn",),
    "grants": ("principal", "kind", "policy", "effect"),
    "trails": ("arn",),
    "changes": ("id",),
    "metrics": ("arn", "metric", "statistic", "layer"),
}
"""What tells a row of a frame from all others of its scope."""
MERGED = {"traces": ("traces",), "deliveries": ("bus-logs",), "seen": ("traces", "bus-logs")}
"""Frame → its collectors. Frames that add up from run to run: a scope gives all rows of one, or those of the last run stay as they are."""
GIVEN_AGAIN = ("deliveries",)
"""Those of them whose collector gives the rows of what was refused again, as they were."""
OF_RULE = ("state", "description", "managed_by", "pattern", "filters_hidden", "schedule")
FRESH: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "subscriptions": (("arn",), OF_RULE),
    "links": (("arn", "kind"), ("state", "active")),
    "schemas": (("arn",), ("version_count",)),
}
"""Where old rows take the place of new ones: the columns that say which, and those that the list tells, fresh also there."""


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

    def __init__(
        self,
        before: Snapshot | None,
        scope: Scope,
        rows: Sequence[Record],
        whole: Mapping[str, Rows] | None = None,
    ) -> None:
        self.tables: dict[str, pa.Table] = {}
        self.gaps: list[Gap] = list(scope.gaps)
        self.rows = list(rows)
        self._whole = whole or {}
        if before is None:
            return
        for frame, collectors in MERGED.items():
            if scope.collector in collectors and frame not in self._whole:
                self.tables[frame] = _of_scope(before, frame, scope)
        if not scope.unread:
            return
        counts: Counter[int] = Counter()
        for frame in dict.fromkeys(unread.frame for unread, _ in scope.unread):
            table = _of_scope(before, frame, scope)
            sought = Sought(pair for pair in scope.unread if pair[0].frame == frame)
            columns = {name for unread, _ in scope.unread if unread.frame == frame for name in unread.columns}
            narrow = table.select(sorted({*IDENTITY[frame], *columns})).to_pylist()
            mask = pa.array(self._stays(frame, narrow, sought, counts), pa.bool_())
            if frame not in MERGED:
                self.tables[frame] = self._in_place_of_new(frame, table.filter(mask), sought)
        self.gaps = _dated(scope.gaps, counts, before, scope)

    def _stays(
        self,
        frame: str,
        rows: Sequence[Mapping[str, Any]],
        sought: Sought[Gap],
        counts: Counter[int],
    ) -> Iterator[bool]:
        """For each row of the scope's last reading, whether it stays; counts, by the gap that it stays for."""
        new = [row for row in self.rows if frame_of(row) == frame]
        known = {tuple(getattr(row, name) for name in IDENTITY[frame]) for row in new}
        if frame in self._whole:
            given = self._whole[frame].table
            known |= set(zip(*(given[name].to_pylist() for name in IDENTITY[frame]), strict=True))
        for row in rows:
            found = sought.find(row)
            is_new = tuple(row[name] for name in IDENTITY[frame]) in known
            stays = found is not None and (found[0].instead or is_new == (frame in GIVEN_AGAIN))
            if found and stays:
                counts[id(found[1])] += 1
            yield stays

    def _in_place_of_new(self, frame: str, kept: pa.Table, sought: Sought[Gap]) -> pa.Table:
        """Old rows that take the place of new ones: the new ones go, and what the list told of them is put into the old."""
        names, fresh = FRESH.get(frame, ((), ()))
        new = {
            tuple(getattr(row, name) for name in names): row
            for row in self.rows
            if names and frame_of(row) == frame and _is_instead(sought.find(dict(row)))
        }
        if not new:
            return kept
        rows = kept.to_pylist()
        keys = [tuple(row[name] for name in names) for row in rows]
        gone = [new[key] for key in set(keys) & new.keys()]
        ids = {id(row) for row in gone}
        self.rows = [row for row in self.rows if id(row) not in ids]
        for row, key in zip(rows, keys, strict=True):
            if key in new:
                row.update({name: getattr(new[key], name) for name in fresh})
        return pa.Table.from_pylist(rows, kept.schema)


def _is_instead(found: tuple[Unread, Gap] | None) -> bool:
    return found is not None and found[0].instead


def _of_scope(before: Snapshot, frame: str, scope: Scope) -> pa.Table:
    table = before.table(frame).cast(schema_of(frame))
    return table.filter(of_scopes(table, [scope]))


def _dated(gaps: Sequence[Gap], counts: Mapping[int, int], before: Snapshot, scope: Scope) -> list[Gap]:
    """The gaps, with how many rows are kept in their stead, and when those were read: by the last run, or by one before it."""
    key = key_of(scope)
    own = [row for row in before.rows("gaps") if {name: row[name] for name in key} == key and row["kept_at"]]
    ages: dict[tuple[str, str | None], datetime] = {
        (row["action"], row["subject"]): row["kept_at"] for row in own
    }
    scopes = (row for row in before.rows("scopes") if {name: row[name] for name in key} == key)
    last: datetime | None = next((row["read_at"] for row in scopes), None)
    dated = []
    for gap in gaps:
        rows, at = counts[id(gap)], ages.get((gap.action, gap.subject), last)
        since = f"{at:%Y-%m-%d %H:%M} UTC" if at else "an earlier run"
        told = f"{gap.message.rstrip('.')}. Kept instead: {rows:,} rows as they were read at {since}."
        dated.append(
            gap.model_copy(update={"message": told, "kept_rows": rows, "kept_at": at}) if rows else gap
        )
    return dated
