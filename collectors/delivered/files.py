"""Log files of buses, in a bucket or a folder: JSON lines, packed or not, in any layout. Each file is read whole or not at all.

Which files hold what is new is told by when S3 or the file system last wrote them: no layout of the keys is relied upon.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import orjson
from botocore.exceptions import BotoCoreError

from collectors.aws import refused
from collectors.delivered.places import Location
from collectors.delivered.remembered import Known, Mark
from collectors.delivered.steps import Step, step_of
from collectors.errors import RefusedError
from collectors.evidence.folders import files_below
from collectors.evidence.trails import ENDINGS
from collectors.evidence.unpacking import unpacked
from collectors.scope import Scope
from collectors.unread import rows_of

_NEVER = datetime.max.replace(tzinfo=UTC)
MOST_FILES = 20_000
"""Log files of one reading of one location."""
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
        self._scope, self._location, self.known = scope, location, known
        self._tried: set[str] = set()
        self.done: list[Mark] = []
        self.refused: list[Mark] = []
        self.oldest: datetime | None = None
        """Of what was logged in files that no run before read, by the first reading."""

    def read(self, since: datetime) -> Iterator[list[Step]]:
        """Steps of the files written since then, and of those that could not be read before; none twice.

        Raises RefusedError when the files cannot be listed.
        """
        scope, is_first = self._scope, not self._tried
        problems: Counter[str] = Counter()
        first: dict[str, str] = {}
        files = (one for one in self._listed() if self._is_wanted(one.mark, since))
        for file, told in scope.each(islice(files, MOST_FILES), _steps, lambda file: file.mark.location):
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
                self.oldest = min([self.oldest or _NEVER, *(one.at for one in steps)])
            yield steps
        self._tell_rest(next(files, None), since)
        for reason, count in problems.items():
            told_of = f"{count} {reason}; the first in {first[reason]}."
            scope.gap("partial", first[reason], "UnexpectedShape", told_of, first[reason])

    def _is_wanted(self, file: Mark, since: datetime) -> bool:
        return file.location not in self._tried and (file.written >= since or self.known.waits(file))

    def _listed(self) -> Iterator[File]:
        return (_objects if self._location.kind == "s3" else _paths)(self._scope, self._location, self.known)

    def _tell_rest(self, left_out: File | None, since: datetime) -> None:
        if left_out:
            message = f"There are more than {MOST_FILES} log files since {since:%Y-%m-%d %H:%M} UTC; the rest was not read. Collect more often, or name a smaller prefix."
            where = left_out.mark.location
            self._scope.gap("partial", where, "TooMany", message, self._location.evidence)


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
