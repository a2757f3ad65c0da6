"""Archives and replays. Neither list tells the ARN; an archive's pattern comes by describe_archive."""

from collections.abc import Iterator
from typing import Any

from collectors.records import Link, Record, Resource
from collectors.scope import Scope
from collectors.unread import Unread, rows_of

RUNNING = {"RUNNING", "STARTING"}


def collect(scope: Scope) -> Iterator[Record]:
    """Rows of `resources` and `links`. events:ListArchives + DescribeArchive, ListReplays + DescribeReplay."""
    yield from _archives(scope)
    yield from _replays(scope)


def _archives(scope: Scope) -> Iterator[Record]:
    listed = scope.attempt(
        lambda: list(scope.pages("events", "list_archives", "Archives")),
        "archives",
        rows_of("resources", kind="archive"),
        rows_of("links", kind="archive"),
    )

    def fetch(archive: dict[str, Any]) -> dict[str, Any]:
        name = archive["ArchiveName"]
        return scope.call("events", "describe_archive", needs="ArchiveArn", ArchiveName=name)

    named = scope.with_key(listed or (), "ArchiveName", "events:ListArchives")
    for summary, told in scope.each(named, fetch, lambda archive: archive["ArchiveName"]):
        arn = scope.arn("events", f"archive/{summary['ArchiveName']}")
        archive = {"ArchiveArn": arn} | summary | (told or {})
        yield from scope.rows(_archive, [archive], "events:DescribeArchive")
        yield from scope.rows(_into_archive, [archive], "events:DescribeArchive")


def _archive(archive: dict[str, Any]) -> Resource:
    days = archive.get("RetentionDays")
    return Resource(
        arn=archive.get("ArchiveArn"),
        kind="archive",
        name=archive.get("ArchiveName"),
        state=archive.get("State"),
        description=archive.get("Description"),
        parent_arn=archive.get("EventSourceArn"),
        kms_key=archive.get("KmsKeyIdentifier"),
        pattern=archive.get("EventPattern"),
        retention_seconds=days * 86_400 if days else None,  # 0 days: without end
        created_at=archive.get("CreationTime"),
    )


def _into_archive(archive: dict[str, Any]) -> Link:
    return Link(
        kind="archive",
        from_arn=archive.get("EventSourceArn"),
        to_arn=archive.get("ArchiveArn"),
        state=archive.get("State"),
        active=archive.get("State") == "ENABLED",
    )


def _replays(scope: Scope) -> Iterator[Record]:
    listed = scope.attempt(
        lambda: list(scope.pages("events", "list_replays", "Replays")),
        "replays",
        rows_of("links", kind="replay"),
    )

    def fetch(replay: dict[str, Any]) -> dict[str, Any]:
        return scope.call("events", "describe_replay", needs="ReplayArn", ReplayName=replay["ReplayName"])

    def lost(replay: dict[str, Any]) -> Iterator[Unread]:
        yield rows_of("links", arn=scope.arn("events", f"replay/{replay['ReplayName']}"))

    named = scope.with_key(listed or (), "ReplayName", "events:ListReplays")
    for summary, told in scope.each(named, fetch, lambda replay: replay["ReplayName"], lost):
        if told is not None:
            arn = scope.arn("events", f"replay/{summary['ReplayName']}")
            replay = {"ReplayArn": arn} | summary | told
            yield from scope.rows(_replay, [replay], "events:DescribeReplay")


def _replay(replay: dict[str, Any]) -> Link:
    return Link(
        arn=replay.get("ReplayArn"),
        kind="replay",
        from_arn=replay.get("EventSourceArn"),
        to_arn=(replay.get("Destination") or {}).get("Arn"),
        state=replay.get("State"),
        active=replay.get("State") in RUNNING,
    )
