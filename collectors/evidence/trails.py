"""CloudTrail log files: where an account's trails put them, or a folder or s3:// prefix that the person names; listed, not read."""

import hashlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from botocore.exceptions import BotoCoreError

from collectors.aws import refused
from collectors.errors import RefusedError
from collectors.evidence.folders import files_below
from collectors.scope import Scope, account_in
from collectors.unread import rows_of

LOGGED = {"AWS::Events::EventBus", "AWS::Events::EventSource", "AWS::Events::Endpoint"}
"""Resource types of selectors that log PutEvents, PutPartnerEvents, and PutEvents through a global endpoint."""
ENDINGS = (".json", ".json.gz", ".gz")
OTHER_FILES = ("/CloudTrail-Digest/", "/CloudTrail-Insight/", "/CloudTrail-Aggregated/")

_END = 4096


@dataclass(frozen=True)
class LogFile:
    """One log file: where it lies, the trail's location it counts for, and how its bytes are read (raises RefusedError)."""

    location: str
    evidence: str
    version: str
    """Changes when the file does: etag and size, or time and size."""
    size: int
    day: date | None
    """Of whose folder it is; None where no layout tells it."""
    read: Callable[[], bytes]
    mark: Callable[[], str] | None = None
    """What tells its content, where its version may change and the content not: a file that was touched, or copied."""


class Unlisted(NamedTuple):
    """Stands for files of a trail that could not be listed; a gap of the scope says why."""

    evidence: str


Listed = Iterator[LogFile | Unlisted]


def own_files(scope: Scope, since: Callable[[str], date]) -> Listed:
    """Files of the days from since(location) on, newest first, of the trails that log PutEvents of this account and region.

    A trail of one account may gather the logs of others in its bucket: the trails of every account of the run are
    looked through, each bucket with the credentials of the trail's own account.
    """
    mine = scope.attempt(
        lambda: scope.call("cloudtrail", "describe_trails", needs="trailList"), "trails", rows_of("traces")
    )
    named = scope.with_key((mine or {}).get("trailList") or (), "TrailARN", "cloudtrail:DescribeTrails")
    trails = {trail["TrailARN"]: (scope, trail) for trail in named}
    for account in scope.run.aws.accounts:
        key = f"trails of {account} {scope.region}"  # one of a single region is told in that region only
        for owner, trail in scope.run.once(key, partial(_trails, scope, account)):
            trails[trail["TrailARN"]] = (owner, trail)
    for arn, (owner, trail) in trails.items():
        logs = scope.run.once(f"selectors of {arn}", partial(logs_put_events, owner, trail))
        if trail.get("S3BucketName") and logs:
            yield from _files_of(scope, owner, trail, since)


def _trails(scope: Scope, account: str) -> list[tuple[Scope, dict[str, Any]]]:
    """The trails that this account itself owns, with a scope of it to read their buckets; what is refused is told by its own scope."""
    owner = Scope(scope.run, account, scope.region, scope.collector)
    try:
        found = owner.call("cloudtrail", "describe_trails").get("trailList") or ()
    except RefusedError:
        return []
    return [(owner, trail) for trail in found if account_in(trail.get("TrailARN") or "") == account]


def named_files(scope: Scope, location: str) -> Listed:
    """All log files below a folder or an s3:// prefix, in any layout. What cannot be listed is a gap."""
    if location.startswith("s3://"):
        bucket, _, prefix = location.removeprefix("s3://").partition("/")
        yield from _objects(scope, (bucket, prefix), location)
        return
    refused: list[RefusedError] = []
    missing = "name one that holds CloudTrail log files, or an s3:// prefix."
    folder = Path(location).expanduser()
    try:
        for path, told in files_below(location, missing, refused.append):
            if path == folder or _is_log(f"/{path.relative_to(folder)}"):
                version = f"{told.st_mtime_ns} {told.st_size}"
                content = (partial(_content, path), partial(_mark, path))
                yield LogFile(str(path), location, version, told.st_size, None, *content)
    except RefusedError as error:
        refused.append(error)
    for one in refused:
        scope.refuse(one, location, rows_of("traces", evidence=location))
        yield Unlisted(location)


def logs_put_events(scope: Scope, trail: dict[str, Any]) -> bool:
    """Whether the trail's selectors take PutEvents. Where they may not be read (an organization's trail), its files tell."""
    home = Scope(scope.run, scope.account, trail.get("HomeRegion") or scope.region, scope.collector)
    try:
        told = home.call("cloudtrail", "get_event_selectors", TrailName=trail["TrailARN"])
    except RefusedError:
        return True
    fields = [
        one for each in told.get("AdvancedEventSelectors") or () for one in each.get("FieldSelectors") or ()
    ]
    basic = [
        one.get("Type")
        for each in told.get("EventSelectors") or ()
        for one in each.get("DataResources") or ()
    ]
    chosen = (one for one in fields if one.get("Field") == "resources.type")
    return not LOGGED.isdisjoint(basic) or any(
        not LOGGED.isdisjoint(one.get("Equals") or ()) for one in chosen
    )


def _files_of(scope: Scope, owner: Scope, trail: dict[str, Any], since: Callable[[str], date]) -> Listed:
    bucket, prefix = trail["S3BucketName"], trail.get("S3KeyPrefix")
    base = f"{prefix.strip('/')}/AWSLogs/" if prefix else "AWSLogs/"
    evidence = f"s3://{bucket}/{base}"
    roots = [base]
    if trail.get("IsOrganizationTrail"):
        found = _organizations(scope, owner, bucket, base)
        roots += found or ()
        if found is None:
            yield Unlisted(evidence)
    begin, today = since(evidence), datetime.now(UTC).date()
    for back in range((today - begin).days + 1):
        day = today - timedelta(days=back)
        for root in roots:
            below = f"{root}{scope.account}/CloudTrail/{scope.region}/{day:%Y/%m/%d}/"
            yield from _objects(scope, (bucket, below), evidence, owner, day)


def _organizations(scope: Scope, owner: Scope, bucket: str, base: str) -> list[str] | None:
    """An organization's trail puts its id between AWSLogs/ and the account: AWSLogs/o-…/. None when that is refused."""
    found = scope.attempt(
        lambda: list(
            owner.pages("s3", "list_objects_v2", "CommonPrefixes", Bucket=bucket, Prefix=base, Delimiter="/")
        ),
        f"s3://{bucket}/{base}",
        rows_of("traces", evidence=f"s3://{bucket}/{base}"),
    )
    if found is None:
        return None
    prefixes = [one.get("Prefix") or "" for one in found]
    return [one for one in prefixes if one.removeprefix(base).startswith("o-")]


def _objects(
    scope: Scope, where: tuple[str, str], evidence: str, owner: Scope | None = None, day: date | None = None
) -> Listed:
    """The listing is a stream: a prefix may hold millions of files. Refusals are told in the scope that asked."""
    owner = owner or scope
    bucket, prefix = where
    pages = owner.pages("s3", "list_objects_v2", "Contents", Bucket=bucket, Prefix=prefix)
    try:
        for one in pages:
            key, size = one.get("Key") or "", one.get("Size") or 0
            if _is_log(f"/{key}"):
                read, version = _reader(owner, bucket, key), f"{one.get('ETag')} {size}"
                mark = (
                    None if day else partial(str, version)
                )  # an etag tells the content, or is like no other
                yield LogFile(f"s3://{bucket}/{key}", evidence, version, size, day, read, mark)
    except RefusedError as error:
        scope.refuse(error, f"s3://{bucket}/{prefix}", rows_of("traces", evidence=evidence))
        yield Unlisted(evidence)


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        told = f"This file cannot be read: {error.strerror}."
        raise RefusedError("failed", str(path), type(error).__name__, told) from error


def _mark(path: Path) -> str:
    """What tells the content of a file: what is packed ends with a checksum of all of it. Empty where it cannot be read."""
    try:
        with path.open("rb") as file:
            is_packed = file.read(2) == b"\x1f\x8b"
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - _END) if is_packed else 0)
            return f"{size} {hashlib.file_digest(file, 'blake2b').hexdigest()}"
    except OSError:
        return ""


def _reader(scope: Scope, bucket: str, key: str) -> Callable[[], bytes]:
    def read() -> bytes:
        body = scope.call("s3", "get_object", Bucket=bucket, Key=key)["Body"]
        try:
            content: bytes = body.read()
        except BotoCoreError as error:
            raise refused(error, "s3", "GetObject") from error
        return content

    return read


def _is_log(path: str) -> bool:
    return path.endswith(ENDINGS) and not any(other in path for other in OTHER_FILES)
