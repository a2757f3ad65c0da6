"""CloudTrail log files, on all cores: those of the account's trails; or, where the settings name trails, those, once for all scopes.

Each run reads only files that no run before it has read. What is read and what is remembered as read go into one snapshot.
"""

import weakref
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from itertools import chain
from typing import NamedTuple

from collectors.errors import RefusedError
from collectors.evidence import state
from collectors.evidence.census import Census, Place
from collectors.evidence.log_state import MOST_FILES, LogState
from collectors.evidence.put_events import Parsed
from collectors.evidence.reading import SEEN, Reading
from collectors.evidence.shared import Shared
from collectors.evidence.trails import Listed, LogFile, named_files, own_files
from collectors.evidence.unpacking import LARGEST
from collectors.evidence.workers import WorkerDiedError, Workers
from collectors.scope import Scope
from collectors.unread import rows_of

FILES, BYTES = 8, 16_000_000
"""How much one worker is given at a time: what its files have in common is then told once."""


class Fetched(NamedTuple):
    """Some files of one trail, parsed, and those that could not be fetched."""

    parsed: list[tuple[list[LogFile], Parsed]]
    refused: list[tuple[LogFile, RefusedError]]


class Found(NamedTuple):
    """What a reading found, and what to remember of it; None when nothing could be read."""

    census: Census
    seen: LogState
    gaps: Scope
    is_read: bool


def read(scope: Scope) -> Iterator[Reading]:
    """What the log files hold of this scope. cloudtrail:DescribeTrails, GetEventSelectors; s3:ListObjectsV2, GetObject."""
    if not scope.settings.trails:
        log = LogState(state.seen(scope), scope.settings, datetime.now(UTC))
        census, is_read = _read(scope, own_files(scope, log.since), log)
        if is_read:
            yield Reading(census.table(lambda _: True), seen=log.rows())
        return
    shared: Shared[Found] = scope.run.once("traces of named trails", Shared)
    found = shared.get(lambda: _named(scope))
    scope.unread += found.gaps.unread
    if scope.is_first:
        scope.gaps += found.gaps.gaps
    if found.is_read:
        seen = found.seen.rows() if scope.is_first else SEEN.empty_table()
        yield Reading(found.census.table(lambda place: _is_ours(scope, place)), seen=seen)


def _is_ours(scope: Scope, place: Place) -> bool:
    aws = scope.run.aws
    outside = place[0] not in aws.accounts or place[1] not in aws.regions
    return place == (scope.account, scope.region) or (outside and scope.is_first)


def _named(scope: Scope) -> Found:
    """Read with the credentials of the run itself, whichever scope comes first; its gaps are told once."""
    aws = scope.run.aws
    reader = Scope(scope.run, aws.home_account, aws.regions[0], scope.collector)
    reader.progress = scope.progress
    log = LogState(state.seen(scope, everywhere=True), scope.settings, datetime.now(UTC))
    files = chain.from_iterable(named_files(reader, location) for location in scope.settings.trails)
    census, is_read = _read(reader, files, log)
    return Found(census, log, reader, is_read)


def _read(scope: Scope, listed: Listed, log: LogState) -> tuple[Census, bool]:
    """Sums over all files that were not read before; False when AWS refused something and nothing was read."""
    census, left_out = Census(log.ids), _LeftOut()
    workers = scope.run.once("workers", lambda: _workers(scope))
    partition = scope.run.aws.partition
    is_read = False
    for _, fetched in scope.each(
        _batches(log.unread(listed), log.has_changed),
        lambda batch: _fetch(workers, batch, partition),
        lambda batch: batch[0].location,
    ):
        for file, error in fetched.refused if fetched else ():
            scope.refuse(error, file.location, rows_of("traces", evidence=file.evidence))
            log.refused(file)
        for files, parsed in fetched.parsed if fetched else ():
            census.take(parsed, files[0].evidence, log.window if log.has_changed(files[0]) else None)
            damaged = left_out.take(scope, files, parsed)
            for number, file in enumerate(files):
                if number not in damaged:
                    log.took(file)
            is_read = True
        scope.progress(census.records)
    left_out.tell(scope)
    _tell_limits(scope, log, census.too_old)
    return census, is_read or not scope.unread


def _workers(scope: Scope) -> Workers:
    workers = Workers()
    weakref.finalize(scope.run, workers.close)
    return workers


def _batches(files: Iterable[LogFile], has_changed: Callable[[LogFile], bool]) -> Iterator[list[LogFile]]:
    """Files of one trail, a few at a time; those that have changed apart."""
    batch: list[LogFile] = []
    size = 0
    for file in files:
        full = len(batch) == FILES or size + file.size > BYTES
        is_like = batch and (file.evidence, has_changed(file)) == (batch[0].evidence, has_changed(batch[0]))
        if batch and (full or not is_like):
            yield batch
            batch, size = [], 0
        batch.append(file)
        size += file.size
    if batch:
        yield batch


def _fetch(workers: Workers, batch: list[LogFile], partition: str) -> Fetched:
    there: list[tuple[LogFile, bytes]] = []
    refused: list[tuple[LogFile, RefusedError]] = []
    for file in batch:
        try:
            there.append((file, _content(file)))
        except RefusedError as error:
            refused.append((file, error))
    parsed: list[tuple[list[LogFile], Parsed]] = []
    try:
        if there:
            files, contents = zip(*there, strict=True)
            parsed.append((list(files), workers.parse(contents, partition)))
    except WorkerDiedError:
        for file, content in there:
            try:
                parsed.append(([file], workers.parse([content], partition)))
            except WorkerDiedError as error:
                refused.append((file, RefusedError("partial", file.location, "WorkerDied", str(error))))
    return Fetched(parsed, refused)


def _content(file: LogFile) -> bytes:
    if file.size > LARGEST:
        told = f"This log file has more than {LARGEST} bytes and was skipped."
        raise RefusedError("partial", file.location, "TooLarge", told)
    return file.read()


class _LeftOut:
    """Records and entries that were left out, by reason, with the first file of each."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._first: dict[str, str] = {}

    def take(self, scope: Scope, files: list[LogFile], parsed: Parsed) -> set[int]:
        """Those of some files. A file that was left out whole is told at once; which, is given back."""
        damaged = set()
        for problem in parsed.problems:
            where = files[problem.file].location
            if problem.code:
                scope.gap("partial", where, problem.code, problem.reason, where)
                damaged.add(problem.file)
            else:
                self._counts[problem.reason] += problem.times
                self._first.setdefault(problem.reason, where)
        return damaged

    def tell(self, scope: Scope) -> None:
        """A gap for each reason."""
        for reason, count in self._counts.items():
            where = self._first[reason]
            scope.gap("partial", where, "UnexpectedShape", f"{count} {reason}; the first in {where}.", where)


def _tell_limits(scope: Scope, log: LogState, too_old: int) -> None:
    if log.left_out:
        told = f"There are more than {MOST_FILES} new log files; the next run reads on. Or name a smaller prefix, or let Athena read."
        scope.gap("partial", log.left_out.location, "TooMany", told, log.left_out.evidence)
    if forgot := log.forgot():
        told = f"eventIDs of events before {forgot:%Y-%m-%d %H:%M} UTC were forgotten: a record that comes late a second time counts twice."
        scope.gap("partial", "traces", "TooMany", told)
    if too_old:
        told = f"{too_old} records of log files that were read before and have changed since are older than late_days: nothing tells which of them were counted, and none was counted again."
        scope.gap("partial", "traces", "TooLate", told)
