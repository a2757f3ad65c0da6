"""Which log files of buses the last run read, and which it could not: what comes late, or is mended, is then told from what is known.

Kept in the frame `seen`: of each location up to which hour it was read (since), the files read that the next run will list again
(files), those that could not be read (files, with `at`: when they were written), and of which type events are whose end was not seen
(types).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import numpy as np
import pyarrow.compute as pc

from collectors.delivered.held import HOUR, Open, hour_of
from collectors.delivered.places import Location
from collectors.evidence.remembered import fingerprint
from collectors.scope import Scope


class Mark(NamedTuple):
    """A file as it is now: where, what changes with it, and when it was written."""

    location: str
    version: str
    written: datetime


@dataclass
class Known:
    """What earlier runs know of one location."""

    until: list[datetime] = field(default_factory=list)
    """Up to when it was read, by each scope that read it."""
    read: set[int] | None = None
    """Fingerprints of files that were read; None: that was not remembered."""
    waiting: set[int] = field(default_factory=set)
    """Fingerprints of the locations of files that could not be read."""
    open: list[Open] = field(default_factory=list)
    """Events whose end was not seen."""
    is_listed: bool = True
    """Whether all folders could be listed now: files of one that could not must not be passed over."""

    def was_read(self, file: Mark) -> bool:
        """Whether it was read as it is now, or whether that cannot be told."""
        return self.read is None or fingerprint(file.location, file.version) in self.read

    def waits(self, file: Mark) -> bool:
        """Whether it could not be read, and is still to be."""
        return fingerprint(file.location, "") in self.waiting


def known_of(scope: Scope, location: Location, now: datetime) -> Known:
    """What the last run remembered; of a location of the scope's own what that scope did."""
    if scope.run.before is None:
        return Known()
    seen = scope.run.before.table("seen")
    wanted = [("collector", scope.collector), ("evidence", location.evidence)]
    if location.resources:
        wanted += [("account", scope.account), ("region", scope.region)]
    for name, value in wanted:
        seen = seen.filter(pc.equal(seen[name], value))
    known, oldest = Known(), now - timedelta(days=scope.settings.late_days)
    for row in seen.to_pylist():
        hashes = np.frombuffer(row["hashes"] or b"", "<u8").astype(np.uint64)
        if row["kind"] == "types":
            known.open.append(
                Open((row["source"], row["detail_type"], row["caller_account"]), row["at"], hashes)
            )
            continue
        files = set(hashes.tolist())
        if row["kind"] == "since":
            known.until.append(row["at"])
        elif row["at"] is None:
            known.read = (known.read or set()) | files
        elif row["at"] >= oldest:
            known.waiting |= files
    return known


def rows_of(
    evidence: str, until: datetime, read: Iterable[Mark], refused: Iterable[Mark]
) -> Iterator[dict[str, Any]]:
    """Rows of `seen` of a location of files that was read up to then. Of the files read those that the next run lists again."""
    again = until - 2 * HOUR
    marks = (one for one in read if one.written >= again)
    yield _row("files", evidence, None, {fingerprint(one.location, one.version) for one in marks})
    by_hour: dict[datetime, set[int]] = {}
    for one in refused:
        by_hour.setdefault(hour_of(one.written), set()).add(fingerprint(one.location, ""))
    for at, hashes in by_hour.items():
        yield _row("files", evidence, at, hashes)


def types_of(evidence: str, events: Sequence[Open]) -> Iterator[dict[str, Any]]:
    """Rows of `seen`: of which type events are whose end was not seen."""
    for one in events:
        named = dict(zip(("source", "detail_type", "caller_account"), one.type, strict=True))
        yield _row("types", evidence, one.hour, one.events.tolist()) | named


def _row(kind: str, evidence: str, at: datetime | None, hashes: Iterable[int]) -> dict[str, Any]:
    packed = np.array(sorted(hashes), "<u8")
    return {"kind": kind, "evidence": evidence, "at": at, "count": len(packed), "hashes": packed.tobytes()}
