"""Who put which events, by CloudTrail's records of PutEvents, and who changed the wiring, by CloudTrail's event history.

The records are read by the reader that the setting trail_reader names; what they add up to is put to what earlier runs read.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pyarrow.compute as pc

from collectors import callers, changes
from collectors.errors import DamagedError
from collectors.evidence import athena, files, insights, state
from collectors.evidence.merging import less_than_known, merge, takes_over
from collectors.evidence.reading import SEEN, TRACES, Reading
from collectors.frames import Rows
from collectors.records import Record
from collectors.scope import Scope
from collectors.unread import rows_of

READERS: Mapping[str, Callable[[Scope], Iterator[Reading]]] = {
    "files": files.read,
    "athena": athena.read,
    "insights": insights.read,
}
"""The setting trail_reader → its function."""


def collect(scope: Scope) -> Iterator[Record | Rows]:
    """Rows of `traces` and `seen`, each whole, and of `changes`. cloudtrail:LookupEvents, and what the reader calls."""
    yield from _traces(scope)
    yield from changes.collect(scope)


def _traces(scope: Scope) -> Iterator[Record | Rows]:
    """Both frames or none: what is remembered as read stands for what the traces hold."""
    try:
        merged, remembered = _read(scope)
    except DamagedError as error:
        scope.gap("failed", "headwater:traces", "Damaged", f"Nothing new was read: {error}")
        scope.lose(rows_of("traces"))
        return
    if merged is not None:
        yield Rows("traces", merged)
        yield Rows("seen", remembered)
    there = state.traces(scope) if merged is None else merged
    yield from callers.of_principals(scope, pc.unique(there["principal"]).to_pylist())


def _read(scope: Scope) -> tuple[pa.Table | None, pa.Table]:
    """TRACES as they are now, or None when nothing could be read; and SEEN, what to remember."""
    readings = list(READERS[scope.settings.trail_reader](scope))
    if not readings:
        return None, SEEN.empty_table()
    earlier = state.traces(scope)
    begin = state.begin_of_way(scope)
    kept: list[datetime] = []
    if state.is_same_way(scope):
        kept = less_than_known(earlier, readings, begin)
        _tell_kept(scope, kept)
    else:
        begin = takes_over(earlier, readings)
        instead = [] if begin is None else [(begin, datetime.max.replace(tzinfo=UTC))]
        readings += [Reading(TRACES.empty_table(), span) for span in instead]
    since = datetime.now(UTC) - timedelta(days=scope.settings.trace_days)
    merged = merge(earlier, readings, since, begin, kept)
    way = {"kind": "way", "evidence": state.way(scope.settings), "at": begin, "count": 0}
    seen = [one.seen for one in readings if one.seen is not None]
    return merged, pa.concat_tables([pa.Table.from_pylist([way], SEEN), *seen])


def _tell_kept(scope: Scope, hours: list[datetime]) -> None:
    if hours:
        where = state.way(scope.settings)
        told = f"Less was found by {where.strip()} than was known of {len(hours)} hours ({min(hours):%Y-%m-%d %H:%M} to {max(hours):%Y-%m-%d %H:%M} UTC): what was known stays. Where the records are gone by now, since their retention has passed, late_days below it asks for them no more."
        scope.gap("partial", where, "LessThanKnown", told, where)
