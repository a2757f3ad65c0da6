"""What a reader of PutEvents records gives, however it reads them: sums by the hour.

A reader is a function from a Scope to Readings of that scope's rows. It raises nothing about AWS: what is refused is a gap of
the scope. READERS in collectors/traces.py is the list; the setting trail_reader chooses.
"""

from datetime import datetime
from typing import NamedTuple

import pyarrow as pa

from collectors.frames import schema_of
from collectors.records import SCOPE_COLUMNS

KEY = (
    *("principal", "principal_kind", "principal_account", "via", "action"),
    *("bus_arn", "source", "detail_type", "evidence"),
)
"""What tells a row of `traces` from all others of its scope."""

TRACES, SEEN = (
    pa.schema([field for field in schema_of(frame) if field.name not in SCOPE_COLUMNS])
    for frame in ("traces", "seen")
)
_TIME = pa.timestamp("us", tz="UTC")

HOURLY = pa.schema(
    [
        ("hour", _TIME),
        *((name, pa.string()) for name in ("account", "region", *KEY)),
        ("events", pa.int64()),
        ("failed", pa.int64()),
        ("first_seen", _TIME),
        ("last_seen", _TIME),
    ]
)
"""A row for each (hour, account, region, KEY): accepted and rejected entries of that hour. Rows of one key add up."""


class Reading(NamedTuple):
    """Sums that a reader has read, and what it must remember for the next run."""

    rows: pa.Table
    """HOURLY; of the scope's account and region, or of such as belong to no scope of the run."""
    replaces: tuple[datetime, datetime] | None = None
    """Earlier hours of `evidence` from … until before … go, then the rows are added. None: they add to what is there."""
    evidence: str | None = None
    """Whose hours go; also when no row came instead."""
    seen: pa.Table | None = None
    """SEEN: what to remember, in place of all earlier rows of the same kinds in the scope."""
