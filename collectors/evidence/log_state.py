"""Which log files were read, from where to list on, and which eventIDs were counted: kept in the snapshot, beside what they stand for."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pyarrow as pa

from collectors.evidence.reading import SEEN
from collectors.evidence.remembered import Files, Ids, fingerprint
from collectors.evidence.trails import Listed, LogFile, Unlisted
from collectors.settings import Settings

MOST_FILES = 20_000
"""New log files of one reading. What is left is read by the next."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class LogState:
    """Made of what the last run remembered (SEEN); changed by `unread`, `took` and `refused`; `rows` is what to remember next."""

    def __init__(self, seen: pa.Table, settings: Settings, now: datetime) -> None:
        told = seen.to_pylist()
        self._first = now - timedelta(hours=settings.metric_hours)
        self._oldest = now - timedelta(days=settings.trace_days)
        self._late = now - timedelta(days=settings.late_days)
        self._since = {row["evidence"]: row["at"] for row in told if row["kind"] == "since"}
        self._files: dict[tuple[str, date | None], Files] = {}
        # a first reading goes back as far as metrics do: another trail may tell of the same calls
        self._kept = min(self._late, self._first)
        self._today = _days(now)
        for row in told:
            if row["kind"] == "files":
                # of an account's own trail `at` is the day of the files, of a named place when they were last there
                day = row["at"].date() if row["at"] and row["evidence"] in self._since else None
                gone = _days(row["at"]) if row["at"] and not day else 0
                self._of(row["evidence"], day).remember(row["hashes"], gone)
        ids = ((_hours(row["at"]), row["hashes"]) for row in told if row["kind"] == "ids")
        self.ids = Ids(ids)
        self.left_out: LogFile | None = None
        """The first new file beyond MOST_FILES."""
        self._marks: dict[str, int] = {}
        self._unlisted: set[str] = set()
        self._listed: set[str] = set()
        self._refused: dict[str, list[date]] = {}
        self._changed: set[str] = set()

    @property
    def window(self) -> int:
        """From which hour on (since 1970) eventIDs are remembered between runs."""
        return _hours(self._kept)

    def has_changed(self, file: LogFile) -> bool:
        """Whether the file was read before, as it was then: of records older than `window` nothing tells whether they were counted."""
        return file.location in self._changed

    def since(self, evidence: str) -> date:
        """From which day on to list the files of a trail; at first those of the hours that metrics go back."""
        self._listed.add(evidence)
        at: datetime = max(self._since.setdefault(evidence, self._first), self._oldest)
        return at.date()

    def unread(self, listed: Listed) -> Iterator[LogFile]:
        """Those that were not read before, at most MOST_FILES."""
        count = 0
        for file in listed:
            if isinstance(file, Unlisted):
                self._unlisted.add(file.evidence)
            elif not self._was_read(file):
                if count == MOST_FILES:
                    self.left_out = file
                    return
                count += 1
                yield file

    def _was_read(self, file: LogFile) -> bool:
        """Whether the file was read as it is now; or was merely touched or moved since, or has come back."""
        known = self._of(file.evidence, file.day)
        was_there = _place(file) in known
        if _print(file) in known:
            return True
        mark = file.mark() if file.mark else ""
        content = fingerprint("", mark)  # wherever it lies: a folder may be put in order
        if mark and content in known:
            known.add(_print(file))
            return True
        self._marks[file.location] = content
        if was_there:
            self._changed.add(file.location)
        return False

    def took(self, file: LogFile) -> None:
        """It was read, and all that is in it counted."""
        known = self._of(file.evidence, file.day)
        known.add(_place(file))
        known.add(_print(file))
        if file.mark:
            known.add(self._marks.pop(file.location, _print(file)))

    def refused(self, file: LogFile) -> None:
        """It could not be read now, and must be listed again."""
        if file.day:
            self._refused.setdefault(file.evidence, []).append(file.day)

    def rows(self) -> pa.Table:
        """SEEN: what the next run must know."""
        rows: list[dict[str, Any]] = []
        for evidence in self._since:
            self._since[evidence] = self._next(evidence)
            rows.append({"kind": "since", "evidence": evidence, "at": self._since[evidence], "count": 0})
        for (evidence, day), files in self._files.items():
            if day is None:
                rows += self._named(evidence, files)
            elif day >= self._since[evidence].date():
                hashes, count = files.all()
                at = datetime.combine(day, time(), UTC)
                rows.append(
                    {"kind": "files", "evidence": evidence, "at": at, "count": count, "hashes": hashes}
                )
        for hour, hashes, count in self.ids.since(self.window):
            at = _EPOCH + timedelta(hours=hour)
            rows.append({"kind": "ids", "evidence": None, "at": at, "count": count, "hashes": hashes})
        return pa.Table.from_pylist(rows, SEEN)

    def _named(self, evidence: str, files: Files) -> Iterator[dict[str, Any]]:
        """Of a named place: what is gone may come back, and is remembered for as long as the hours that were counted of it."""
        is_whole = self.left_out is None and evidence not in self._unlisted
        for day, hashes, count in files.by_day(self._today, is_whole=is_whole):
            if not day or day >= _days(self._oldest):
                at = _EPOCH + timedelta(days=day) if day else None
                yield {"kind": "files", "evidence": evidence, "at": at, "count": count, "hashes": hashes}

    def forgot(self) -> datetime | None:
        """The newest hour within the window of late files whose eventIDs had to be forgotten for want of memory."""
        at = None if self.ids.forgotten is None else _EPOCH + timedelta(hours=self.ids.forgotten)
        return at if at and at >= self._kept else None

    def _next(self, evidence: str) -> datetime:
        """From where to list next time: never past what was not read, never further back than before."""
        now: datetime = self._since[evidence]
        if self.left_out or evidence in self._unlisted or evidence not in self._listed:
            return now
        unread = [datetime.combine(day, time(), UTC) for day in self._refused.get(evidence, ())]
        return max(now, min([self._late, *unread]))

    def _of(self, evidence: str, day: date | None) -> Files:
        return self._files.setdefault((evidence, day), Files())


def _print(file: LogFile) -> int:
    return fingerprint(file.location, file.version)


def _place(file: LogFile) -> int:
    return fingerprint(file.location, "wherever it was read")


def _hours(at: datetime) -> int:
    return int((at - _EPOCH).total_seconds()) // 3600


def _days(at: datetime) -> int:
    return (at - _EPOCH).days
