"""Log files of buses, in a bucket or a folder: JSON lines, packed or not, in any layout. Each file is read whole or not at all.

Which files hold what is new is told by when S3 or the file system last wrote them: no layout of the keys is relied upon. They are read
in the order in which they were written: what is too much for one run is the newest, and the next run goes on there.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import NamedTuple

import orjson
from botocore.exceptions import BotoCoreError

from collectors.aws import refused
from collectors.delivered.held import hour_of
from collectors.delivered.places import Location
from collectors.delivered.remembered import Known, Mark
from collectors.delivered.steps import Step, step_of
from collectors.errors import RefusedError
from collectors.evidence.folders import files_below
from collectors.evidence.trails import ENDINGS
from collectors.evidence.unpacking import unpacked
from collectors.scope import Scope
from collectors.unread import rows_of

MOST_FILES = 20_000
"""Log files of one reading of one location, unless so many were written in the hours that it must get through."""
NOT_A_RECORD = (
    "records are not of an event bus's log (resource_arn, event_id, message_type, message_timestamp_ms)"
)
NOT_JSON = "lines are no JSON"


class File(NamedTuple):
    """One file and how its bytes are read (raises RefusedError or OSError)."""

    mark: Mark
    read: Callable[[], bytes]


class Files:
    """The log files of one location in one run. Gaps are told to `scope`."""

    def __init__(self, scope: Scope, location: Location, known: Known) -> None:
        self._scope, self.location, self.known = scope, location, known
        self._tried: set[str] = set()
        self.done: list[Mark] = []
        self.refused: list[Mark] = []
        self.late: Counter[datetime] = Counter()
        """Records by hour, of files that no run before read, by the first reading."""
        self.left_out: Mark | None = None
        """The first file for which there was no room any more."""

    def read(
        self, since: datetime, least: datetime, is_full: Callable[[], bool] = lambda: False
    ) -> Iterator[list[Step]]:
        """Steps of the files written since then, and of those that could not be read before; none twice.

        Those written before `least` are read however many they are, unless all records that can be held are there (is_full).
        Raises RefusedError when the files cannot be listed.
        """
        scope, is_first = self._scope, not self._tried
        problems: Counter[str] = Counter()
        first: dict[str, str] = {}
        wanted = [one for one in self._listed() if self._is_wanted(one.mark, since)]
        wanted.sort(key=lambda one: (one.mark.written, one.mark.location))
        files = self._while_there_is_room(wanted, least, is_full)
        for file, told in scope.each(files, _steps, lambda file: file.mark.location):
            self._tried.add(file.mark.location)
            if told is None:
                self.refused.append(file.mark)
                continue
            self.done.append(file.mark)
            steps, odd = told
            for reason in odd:
                first.setdefault(reason, file.mark.location)
            problems += odd
            if is_first and not self.known.was_read(file.mark):
                self.late.update(hour_of(step.at) for step in steps if step.counts)
            yield steps
        for reason, count in problems.items():
            told_of = f"{count} {reason}; the first in {first[reason]}."
            scope.gap("partial", first[reason], "UnexpectedShape", told_of, first[reason])

    def _while_there_is_room(
        self, files: Iterable[File], least: datetime, is_full: Callable[[], bool]
    ) -> Iterator[File]:
        self.left_out = None
        for count, file in enumerate(files):
            if is_full() or (count >= MOST_FILES and file.mark.written >= least):
                self.left_out = file.mark
                return
            yield file

    def _is_wanted(self, file: Mark, since: datetime) -> bool:
        return file.location not in self._tried and (file.written >= since or self.known.waits(file))

    def _listed(self) -> Iterator[File]:
        return (_objects if self.location.kind == "s3" else _paths)(self._scope, self.location, self.known)


def _objects(scope: Scope, location: Location, _known: Known) -> Iterator[File]:
    bucket, _, prefix = location.evidence.removeprefix("s3://").partition("/")
    others = [f"/{region}/" for region in scope.run.aws.regions if region != scope.region]
    owner = location.owner
    for one in owner.pages("s3", "list_objects_v2", "Contents", Bucket=bucket, Prefix=prefix):
        key, written = one.get("Key") or "", one.get("LastModified") or datetime.now(UTC)
        is_ours = not location.resources or not any(other in key for other in others)
        if is_ours and key.endswith((*ENDINGS, ".log", ".log.gz")):
            mark = Mark(f"s3://{bucket}/{key}", f"{one.get('ETag')} {one.get('Size')}", written)
            yield File(mark, partial(_object, owner, bucket, key))


def _object(owner: Scope, bucket: str, key: str) -> bytes:
    body = owner.call("s3", "get_object", Bucket=bucket, Key=key)["Body"]
    try:
        content: bytes = body.read()
    except BotoCoreError as error:
        raise refused(error, "s3", "GetObject") from error
    return content


def _paths(scope: Scope, location: Location, known: Known) -> Iterator[File]:
    """A file that is brought from elsewhere may keep the time of its writing: where earlier ones are known, the time it came counts."""
    missing = "name one that holds logs of event buses, an s3:// prefix or the ARN of a log group."

    def tell(error: RefusedError) -> None:
        known.is_listed = False
        scope.refuse(error, location.evidence, rows_of("deliveries", evidence=location.evidence))

    folder = Path(location.evidence).expanduser()
    for path, told in files_below(location.evidence, missing, tell):
        if path == folder or path.name.endswith((*ENDINGS, ".log")):
            written = told.st_mtime if known.read is None else max(told.st_mtime, told.st_ctime)
            version = f"{told.st_mtime_ns} {told.st_size}"
            yield File(Mark(str(path), version, datetime.fromtimestamp(written, UTC)), path.read_bytes)


def _steps(file: File) -> tuple[list[Step], Counter[str]]:
    """The steps of a file, and how many lines and records were left out, by reason.

    Raises RefusedError "partial", naming the file, when it is damaged or holds no record of such a log.
    """
    try:
        lines = unpacked(file.read()).splitlines()
    except RefusedError:
        raise
    except Exception as error:  # whatever a file holds, it costs no other
        told = f"This log file is damaged and was skipped: {error}."
        raise RefusedError("partial", file.mark.location, type(error).__name__, told) from error
    steps: list[Step] = []
    odd: Counter[str] = Counter()
    for line in lines:
        if not line.strip():
            continue
        try:
            told = orjson.loads(line)
        except ValueError:
            odd[NOT_JSON] += 1
            continue
        try:
            step = step_of(told)
        except Exception:  # noqa: BLE001 - whatever a record holds, it costs no other
            step = None
        if step is None:
            odd[NOT_A_RECORD] += 1
        else:
            steps.append(step)
    if odd and not steps:
        told = "This file holds no record of an event bus's log and was skipped."
        raise RefusedError("partial", file.mark.location, "UnexpectedShape", told)
    return steps, odd
