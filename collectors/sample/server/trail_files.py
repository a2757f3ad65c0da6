"""The log files of the local AWS's trails, as its own Athena and Logs Insights read them: straight from moto's buckets."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from moto.cloudtrail.models import cloudtrail_backends
from moto.s3.exceptions import MissingBucket
from moto.s3.models import s3_backends

from collectors.sample.server.wire import Call


class File(NamedTuple):
    """One object below a prefix: where it lies and its bytes, packed."""

    location: str
    body: bytes

    @property
    def records(self) -> list[dict[str, Any]]:
        """Its records. Raises ValueError or OSError for what is no log file."""
        body = gzip.decompress(self.body) if self.body[:2] == b"\x1f\x8b" else self.body
        return [one for one in json.loads(body)["Records"] if isinstance(one, dict)]


def below(call: Call, prefix: str) -> Iterator[File]:
    """The objects below s3://BUCKET/PREFIX, by name. A bucket that is not there has none."""
    bucket, _, start = prefix.removeprefix("s3://").partition("/")
    try:
        held = s3_backends[call.account][call.partition].get_bucket(bucket)
    except MissingBucket:
        return
    for name, key in sorted(held.keys.items()):
        if name.startswith(start):
            yield File(f"s3://{bucket}/{name}", key.value)


def of_log_group(call: Call, group: str) -> Iterator[dict[str, Any]] | None:
    """The records that a trail delivers to this log group of the call's account and region; None when no trail does."""
    arn = call.arn("logs", f"log-group:{group}:*")
    trails = [
        trail
        for by_region in cloudtrail_backends.values()
        for backend in list(by_region.values())
        for trail in list(backend.trails.values())
        if trail.cw_log_group_arn == arn
    ]
    if not trails:
        return None
    prefixes = {f"s3://{one.bucket_name}/{one.s3_key_prefix or ''}".rstrip("/") for one in trails}
    return (
        record
        for prefix in sorted(prefixes)
        for file in below(call, f"{prefix}/AWSLogs/")
        for record in file.records
    )
