"""The log files of the local AWS's trails, as its own Athena and Logs Insights read them: straight from moto's buckets."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from moto.cloudtrail.models import cloudtrail_backends
from moto.s3.exceptions import MissingBucket
from moto.s3.models import s3_backends


class File(NamedTuple):
    """One object below a prefix: where it lies and its bytes, packed."""

    location: str
    body: bytes

    @property
    def records(self) -> list[dict[str, Any]]:
        """Its records. Raises ValueError or OSError for what is no log file."""
        body = gzip.decompress(self.body) if self.body[:2] == b"\x1f\x8b" else self.body
        return [one for one in json.loads(body)["Records"] if isinstance(one, dict)]


def below(account: str, partition: str, prefix: str) -> Iterator[File]:
    """The objects below s3://BUCKET/PREFIX, by name, as this account sees them. A bucket that is not there has none."""
    bucket, _, start = prefix.removeprefix("s3://").partition("/")
    try:
        held = s3_backends[account][partition].get_bucket(bucket)
    except MissingBucket:
        return
    for name, key in sorted(held.keys.items()):
        if name.startswith(start):
            yield File(f"s3://{bucket}/{name}", key.value)


def of_log_group(arn: str) -> list[dict[str, Any]]:
    """The records of the log files of the trails that deliver to this log group too."""
    trails = [
        trail
        for by_region in list(cloudtrail_backends.values())
        for backend in list(by_region.values())
        for trail in list(backend.trails.values())
        if arn and trail.cw_log_group_arn == arn
    ]
    places = {
        (one.account_id, one.partition, f"s3://{one.bucket_name}/{one.s3_key_prefix or ''}".rstrip("/"))
        for one in trails
    }
    return [
        record
        for account, partition, prefix in sorted(places)
        for file in below(account, partition, f"{prefix}/AWSLogs/")
        for record in file.records
    ]
