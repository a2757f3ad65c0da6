"""Who put which events, by CloudTrail's records of PutEvents, and who changed the wiring, by CloudTrail's event history.

The records are read by the reader that the setting trail_reader names; what they add up to is put to what earlier runs read.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pyarrow.compute as pc

from collectors import callers, changes
from collectors.evidence import athena, files
from collectors.evidence.merging import merge
from collectors.evidence.reading import SEEN, TRACES, Reading
from collectors.frames import Rows
from collectors.records import Record
from collectors.scope import Scope

READERS: Mapping[str, Callable[[Scope], Iterator[Reading]]] = {"files": files.read, "athena": athena.read}
"""The setting trail_reader → its function."""


def collect(scope: Scope) -> Iterator[Record | Rows]:
    """Rows of `traces` and `seen`, each whole, and of `changes`. cloudtrail:LookupEvents, and what the reader calls."""
    yield from _traces(scope)
    yield from changes.collect(scope)


def _traces(scope: Scope) -> Iterator[Record | Rows]:
    """Both frames or none: what is remembered as read stands for what the traces hold."""
    readings = list(READERS[scope.settings.trail_reader](scope))
    if not readings:
        return
    since = datetime.now(UTC) - timedelta(days=scope.settings.trace_days)
    merged = merge(TRACES.empty_table(), readings, since)
    yield Rows("traces", merged)
    yield from callers.of_principals(scope, pc.unique(merged["principal"]).to_pylist())
    yield Rows("seen", pa.concat_tables([SEEN.empty_table(), *(one.seen for one in readings if one.seen)]))
