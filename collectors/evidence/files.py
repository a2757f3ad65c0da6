"""CloudTrail log files: those of the account's trails; or, where the settings name trails, those, read once for the whole run."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice

from collectors.evidence.put_events import Census, Place, read_file
from collectors.evidence.reading import Reading
from collectors.evidence.trails import LogFile, named_files, own_files
from collectors.scope import Scope
from collectors.unread import rows_of

MOST_FILES = 20_000
"""Log files of one reading; more belong into Athena."""


def read(scope: Scope) -> Iterator[Reading]:
    """What the log files hold of this scope. cloudtrail:DescribeTrails, GetEventSelectors; s3:ListObjectsV2, GetObject."""
    yield from _named(scope) if scope.settings.trails else _own(scope)


def _own(scope: Scope) -> Iterator[Reading]:
    """Traces of the last whole hours and the one under way; CloudTrail may deliver it some minutes late."""
    now = datetime.now(UTC)
    since = now.replace(minute=0, second=0, microsecond=0) - timedelta(hours=scope.settings.metric_hours)
    days = [(since + timedelta(days=n)).date() for n in range((now.date() - since.date()).days + 1)]
    census = _read(scope, own_files(scope, days), since)
    if census.sums or not scope.gaps:
        yield Reading(census.rows(lambda _: True))


def _named(scope: Scope) -> Iterator[Reading]:
    census, reader = scope.run.once("traces of named trails", lambda: _read_named(scope))
    aws = scope.run.aws
    mine = (scope.account, scope.region)

    def is_ours(place: Place) -> bool:
        outside = place[0] not in aws.accounts or place[1] not in aws.regions
        return place == mine or (outside and scope.is_first)

    rows = census.rows(is_ours)
    if len(rows) or not reader.gaps:
        yield Reading(rows)
    scope.unread += reader.unread
    if scope.is_first:
        scope.gaps += reader.gaps


def _read_named(scope: Scope) -> tuple[Census, Scope]:
    """Read with the credentials of the run itself, whichever scope comes first; its gaps are told once."""
    aws = scope.run.aws
    reader = Scope(scope.run, aws.home_account, aws.regions[0], scope.collector)
    files = (file for location in scope.settings.trails for file in named_files(reader, location))
    return _read(reader, files, None), reader


def _read(scope: Scope, files: Iterable[LogFile], since: datetime | None) -> Census:
    census = Census()
    partition = scope.run.aws.partition
    remaining = iter(files)
    for file, told in scope.each(
        islice(remaining, MOST_FILES),
        lambda file: read_file(file, partition),
        lambda file: file.location,
        lambda file: (rows_of("traces", evidence=file.evidence),),
    ):
        if told is not None:
            census.take(file, *told, since)
    left_out = next(remaining, None)
    if left_out:
        message = f"There are more than {MOST_FILES} log files; the rest was not read. Name a smaller prefix."
        scope.gap("partial", left_out.location, "TooMany", message, left_out.evidence)
    for reason, count in census.problems.items():
        where = census.first_file[reason]
        scope.gap("partial", where, "UnexpectedShape", f"{count} {reason}; the first in {where}.", where)
    return census
