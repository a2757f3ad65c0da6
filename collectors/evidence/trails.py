"""CloudTrail log files: where an account's trails put them, or a folder or s3:// prefix that the person names; one file at a time."""

import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import orjson
from botocore.exceptions import BotoCoreError

from collectors.aws import refused
from collectors.errors import RefusedError
from collectors.scope import Scope, account_in
from collectors.unread import rows_of

EVENT_BUS = "AWS::Events::EventBus"
LARGEST = 512 * 1024 * 1024
"""Bytes of one file, unpacked: CloudTrail's own stay far below; what unpacks to more is refused."""
ENDINGS = (".json", ".json.gz", ".gz")
OTHER_FILES = ("/CloudTrail-Digest/", "/CloudTrail-Insight/", "/CloudTrail-Aggregated/")


@dataclass(frozen=True)
class LogFile:
    """One log file: where it lies, the trail's location it counts for, and how its bytes are read."""

    location: str
    evidence: str
    read: Callable[[], bytes]


def own_files(scope: Scope, days: Sequence[date]) -> Iterator[LogFile]:
    """Files of these days, newest first, of the trails that log PutEvents of this account and region.

    A trail of one account may gather the logs of others in its bucket: the trails of every account of the run are
    looked through, each bucket with the credentials of the trail's own account.
    """
    mine = scope.attempt(
        lambda: scope.call("cloudtrail", "describe_trails", needs="trailList"), "trails", rows_of("traces")
    )
    named = scope.with_key((mine or {}).get("trailList") or (), "TrailARN", "cloudtrail:DescribeTrails")
    trails = {trail["TrailARN"]: (scope, trail) for trail in named}
    for account in scope.run.aws.accounts:
        for owner, trail in scope.run.once(f"trails of {account}", partial(_trails, scope, account)):
            trails[trail["TrailARN"]] = (owner, trail)
    for arn, (owner, trail) in trails.items():
        logs = scope.run.once(f"selectors of {arn}", partial(_logs_put_events, owner, trail))
        if trail.get("S3BucketName") and logs:
            yield from _files_of(scope, owner, trail, days)


def _trails(scope: Scope, account: str) -> list[tuple[Scope, dict[str, Any]]]:
    """The trails that this account itself owns, with a scope of it to read their buckets; what is refused is told by its own scope."""
    owner = Scope(scope.run, account, scope.run.aws.regions[0], scope.collector)
    try:
        found = owner.call("cloudtrail", "describe_trails").get("trailList") or ()
    except RefusedError:
        return []
    return [(owner, trail) for trail in found if account_in(trail.get("TrailARN") or "") == account]


def named_files(scope: Scope, location: str) -> Iterator[LogFile]:
    """All log files below a folder or an s3:// prefix, in any layout. What cannot be listed is a gap."""
    if location.startswith("s3://"):
        bucket, _, prefix = location.removeprefix("s3://").partition("/")
        yield from _objects(scope, bucket, prefix, location)
        return
    folder = Path(location).expanduser()
    if not folder.exists():
        told = f"There is no folder {location}: name one that holds CloudTrail log files, or an s3:// prefix."
        scope.gap("failed", location, "NotFound", told, location)
    for path in [folder] if folder.is_file() else sorted(folder.rglob("*")):
        if path.is_file() and (path == folder or _is_log(f"/{path.relative_to(folder)}")):
            yield LogFile(str(path), location, path.read_bytes)


def records_of(file: LogFile) -> list[Any]:
    """The records of a file. Raises RefusedError "partial", naming the file, when it is no CloudTrail log file."""
    try:
        content = orjson.loads(unpacked(file.read()))
    except (zlib.error, ValueError, OSError) as error:
        told = f"This log file is damaged or no JSON and was skipped: {error}."
        raise RefusedError("partial", file.location, type(error).__name__, told) from error
    records = content.get("Records") if isinstance(content, dict) else None
    if not isinstance(records, list):
        told = "This file is no CloudTrail log file (it has no Records) and was skipped."
        raise RefusedError("partial", file.location, "UnexpectedShape", told)
    return records


def _logs_put_events(scope: Scope, trail: dict[str, Any]) -> bool:
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
    return EVENT_BUS in basic or any(EVENT_BUS in (one.get("Equals") or ()) for one in chosen)


def _files_of(scope: Scope, owner: Scope, trail: dict[str, Any], days: Sequence[date]) -> Iterator[LogFile]:
    bucket, prefix = trail["S3BucketName"], trail.get("S3KeyPrefix")
    base = f"{prefix.strip('/')}/AWSLogs/" if prefix else "AWSLogs/"
    evidence = f"s3://{bucket}/{base}"
    roots = [base, *(_organizations(scope, owner, bucket, base) if trail.get("IsOrganizationTrail") else ())]
    for day in sorted(days, reverse=True):
        for root in roots:
            below = f"{root}{scope.account}/CloudTrail/{scope.region}/{day:%Y/%m/%d}/"
            yield from _objects(scope, bucket, below, evidence, owner)


def _organizations(scope: Scope, owner: Scope, bucket: str, base: str) -> list[str]:
    """An organization's trail puts its id between AWSLogs/ and the account: AWSLogs/o-…/."""
    found = scope.attempt(
        lambda: list(
            owner.pages("s3", "list_objects_v2", "CommonPrefixes", Bucket=bucket, Prefix=base, Delimiter="/")
        ),
        f"s3://{bucket}/{base}",
        rows_of("traces", evidence=f"s3://{bucket}/{base}"),
    )
    prefixes = [one.get("Prefix") or "" for one in found or ()]
    return [one for one in prefixes if one.removeprefix(base).startswith("o-")]


def _objects(
    scope: Scope, bucket: str, prefix: str, evidence: str, owner: Scope | None = None
) -> Iterator[LogFile]:
    """The listing is a stream: a prefix may hold millions of files. Refusals are told in the scope that asked."""
    owner = owner or scope
    pages = owner.pages("s3", "list_objects_v2", "Contents", Bucket=bucket, Prefix=prefix)
    try:
        for one in pages:
            key = one.get("Key") or ""
            if _is_log(f"/{key}"):
                yield LogFile(f"s3://{bucket}/{key}", evidence, _reader(owner, bucket, key))
    except RefusedError as error:
        scope.refuse(error, f"s3://{bucket}/{prefix}", rows_of("traces", evidence=evidence))


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


def unpacked(content: bytes) -> bytes:
    """The bytes without gzip, where they are gzip. Raises zlib.error when damaged or cut off, ValueError when too large."""
    parts: list[bytes] = []
    size = 0
    while content[:2] == b"\x1f\x8b":
        packed = zlib.decompressobj(wbits=31)
        parts.append(packed.decompress(content, LARGEST - size))
        size += len(parts[-1])
        if packed.unconsumed_tail:
            raise ValueError(f"it unpacks to more than {LARGEST} bytes")
        if not packed.eof:
            raise zlib.error("the gzip stream is cut off")
        content = packed.unused_data
    return b"".join(parts) if parts else content
