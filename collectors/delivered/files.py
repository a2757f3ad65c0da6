"""Log files of buses, in a bucket or a folder: JSON lines, packed or not, in any layout. Each file is read whole or not at all.

Which files hold what is new is told by when S3 or the file system last wrote them: no layout of the keys is relied upon.
"""

import zlib
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
from collectors.delivered.steps import Step, step_of
from collectors.errors import RefusedError
from collectors.evidence.trails import ENDINGS
from collectors.evidence.unpacking import unpacked
from collectors.scope import Scope

MOST_FILES = 20_000
"""Log files of one reading of one location."""
NOT_A_RECORD = (
    "records are not of an event bus's log (resource_arn, event_id, message_type, message_timestamp_ms)"
)
NOT_JSON = "lines are no JSON"


class File(NamedTuple):
    """One file and how its bytes are read."""

    location: str
    read: Callable[[], bytes]


def read(scope: Scope, location: Location, since: datetime) -> Iterator[list[Step]]:
    """Steps of the files written since then, file by file. A file that is refused or damaged is a gap of `scope`.

    Raises RefusedError when the files cannot be listed.
    """
    problems: Counter[str] = Counter()
    first: dict[str, str] = {}
    files = _objects(scope, location, since) if location.kind == "s3" else _paths(location, since)
    for file, told in scope.each(islice(files, MOST_FILES), _steps, lambda file: file.location):
        if told is None:
            continue
        steps, odd = told
        for reason in odd:
            first.setdefault(reason, file.location)
        problems += odd
        yield steps
    left_out = next(files, None)
    if left_out:
        message = f"There are more than {MOST_FILES} log files since {since:%Y-%m-%d %H:%M} UTC; the rest was not read. Collect more often, or name a smaller prefix."
        scope.gap("partial", left_out.location, "TooMany", message, location.evidence)
    for reason, count in problems.items():
        told_of = f"{count} {reason}; the first in {first[reason]}."
        scope.gap("partial", first[reason], "UnexpectedShape", told_of, first[reason])


def _objects(scope: Scope, location: Location, since: datetime) -> Iterator[File]:
    bucket, _, prefix = location.evidence.removeprefix("s3://").partition("/")
    others = [f"/{region}/" for region in scope.run.aws.regions if region != scope.region]
    owner = location.owner
    for one in owner.pages("s3", "list_objects_v2", "Contents", Bucket=bucket, Prefix=prefix):
        key, written = one.get("Key") or "", one.get("LastModified")
        is_ours = not location.resources or not any(other in key for other in others)
        if is_ours and key.endswith((*ENDINGS, ".log", ".log.gz")) and (written is None or written >= since):
            yield File(f"s3://{bucket}/{key}", partial(_object, owner, bucket, key))


def _object(owner: Scope, bucket: str, key: str) -> bytes:
    body = owner.call("s3", "get_object", Bucket=bucket, Key=key)["Body"]
    try:
        content: bytes = body.read()
    except BotoCoreError as error:
        raise refused(error, "s3", "GetObject") from error
    return content


def _paths(location: Location, since: datetime) -> Iterator[File]:
    folder = Path(location.evidence).expanduser()
    if not folder.exists():
        told = f"There is no folder {location.evidence}: name one that holds logs of event buses, an s3:// prefix or the ARN of a log group."
        raise RefusedError("failed", location.evidence, "NotFound", told)
    for path in [folder] if folder.is_file() else sorted(folder.rglob("*")):
        is_log = path.is_file() and (path == folder or path.name.endswith((*ENDINGS, ".log")))
        if is_log and datetime.fromtimestamp(path.stat().st_mtime, UTC) >= since:
            yield File(str(path), path.read_bytes)


def _steps(file: File) -> tuple[list[Step], Counter[str]]:
    """The steps of a file, and how many lines and records were left out, by reason.

    Raises RefusedError "partial", naming the file, when it is damaged or holds no record of such a log.
    """
    try:
        lines = unpacked(file.read()).splitlines()
    except (zlib.error, ValueError, OSError) as error:
        told = f"This log file is damaged and was skipped: {error}."
        raise RefusedError("partial", file.location, type(error).__name__, told) from error
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
        raise RefusedError("partial", file.location, "UnexpectedShape", told)
    return steps, odd
