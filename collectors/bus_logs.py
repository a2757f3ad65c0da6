"""What became of events: by type, rule and target, from the logs of event buses and of new buses' subscribers.

Read where the logs are delivered to, or where the settings name them: files on S3 or in a folder, or CloudWatch log groups.
Each run reads the hours since the last one, and an hour before: those take the place of what was known of them. A file that
comes late, or is mended, has the hours that it tells of read again, up to late_days back.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from collectors.delivered import files, insights, remembered
from collectors.delivered.census import MOST_RECORDS, Census
from collectors.delivered.held import HOUR, hour_of
from collectors.delivered.merging import Merged, merge
from collectors.delivered.places import Location, named, own
from collectors.delivered.remembered import Known, Mark, known_of
from collectors.errors import RefusedError
from collectors.evidence.shared import Shared
from collectors.frames import Rows, empty, table_of
from collectors.keeping import key_of, of_scopes
from collectors.records import Delivery, Record
from collectors.scope import Scope, account_in
from collectors.unread import rows_of


def collect(scope: Scope) -> Iterator[Record | Rows]:
    """Rows of `deliveries` and `seen`, each whole. logs:DescribeDeliverySources, DescribeDeliveries and …Destinations, StartQuery.

    Also logs:GetQueryResults; s3:ListObjectsV2, GetObject; events:DescribeEventBus and DescribeSubscriber for the level of what logs.
    """
    now = datetime.now(UTC)
    buses: dict[str, str | None] = {}
    mine = own(scope, buses)
    if mine is None:
        return
    found = [_read(scope, location, now) for location in mine if not _is_named(scope, location)]
    found += _named(scope, now)
    fresh = [one for one in found if one is not None]
    rows = [row for one in fresh for row in one.rows(scope, buses)]
    merged = _merged(scope, rows, fresh, now)
    _tell(scope, merged, fresh, now)
    yield Rows("deliveries", merged.rows)
    yield Rows("seen", _remembered(scope, fresh))


def _is_named(scope: Scope, location: Location) -> bool:
    """What is named is read as it is named, with all that lies below a prefix; a log group has nothing below it."""
    names = [text.removesuffix(":*") for text in scope.settings.bus_logs]
    if location.kind == "group":
        return location.evidence in names
    return location.evidence.startswith(tuple(one for one in names if one.startswith("s3://")))


class _Read:
    """What was read of one location: from which hour on it stands, up to when, and by which files."""

    def __init__(
        self, location: Location, census: Census, begin: datetime, until: datetime, read: files.Files | None
    ) -> None:
        self.location, self.census, self.begin, self.until, self.files = location, census, begin, until, read

    def rows(self, scope: Scope, buses: dict[str, str | None]) -> list[Delivery]:
        """Those of the scope's own account and region; of places outside the run in its first scope."""
        of_bus = {arn: buses.get(arn) for arn, _ in self.census.levels if ":subscriber/" in arn}
        made = [
            (resource, row) for resource, row in self.census.rows(self.location.evidence, of_bus, self.begin)
        ]
        return [row for resource, row in made if _is_ours(scope, resource)]


def _is_ours(scope: Scope, arn: str) -> bool:
    account, region = account_in(arn), (arn.split(":") + [""] * 4)[3]
    aws = scope.run.aws
    outside = account not in aws.accounts or region not in aws.regions
    return (account, region) == (scope.account, scope.region) or (outside and scope.is_first)


def _named(scope: Scope, now: datetime) -> list[_Read | None]:
    """Locations of the settings are read once a run, by whichever scope comes first; their gaps are told by the first scope."""
    if not scope.settings.bus_logs:
        return []

    def read_all() -> tuple[list[_Read | None], Scope]:
        aws = scope.run.aws
        reader = Scope(scope.run, aws.home_account, aws.regions[0], scope.collector)
        reader.tally = scope.tally
        return [_read(reader, location, now) for location in named(reader)], reader

    shared: Shared[tuple[list[_Read | None], Scope]] = scope.run.once("named bus logs", Shared)
    found, reader = shared.get(read_all)
    scope.unread += reader.unread
    if scope.is_first:
        scope.gaps += reader.gaps
    return found


def _read(scope: Scope, location: Location, now: datetime) -> _Read | None:
    """One location, or None and a gap. An hour more is read than stands: it tells the types of what was under way."""
    known = known_of(scope, location, now)
    begin, until = _begin(scope, known, now), hour_of(now)
    census = Census(known.open)
    lost = rows_of("deliveries", evidence=location.evidence)
    read = None if location.kind == "group" else files.Files(scope, location, known)
    try:
        if read is None:
            for steps in insights.read(scope, location, begin - HOUR, now.replace(microsecond=0)):
                census.take(steps)
        else:
            begin, until = _read_files(scope, read, census, begin, now)
    except RefusedError as error:
        scope.refuse(error, location.evidence, lost)
        return None
    census.settle(now)
    return _Read(location, census, begin, until, read)


def _read_files(
    scope: Scope, read: files.Files, census: Census, begin: datetime, now: datetime
) -> tuple[datetime, datetime]:
    """From which hour on the census stands, and up to when was read: the next run must begin later than this one did."""
    least = begin + 2 * HOUR
    for steps in read.read(begin - HOUR, least, lambda: census.is_full):
        census.take(steps)
    until = hour_of(now) if read.known.is_listed else begin + HOUR
    if read.left_out:
        until = min(until, max(hour_of(read.left_out.written), least))
        _tell_rest(scope, read.left_out, until)
    late = _late(scope, read, begin, now)
    if late < begin:
        begin = late
        for steps in read.read(begin - HOUR, begin, lambda: census.is_full):
            census.take(steps)
        if read.left_out:
            _tell_rest(scope, read.left_out, None)
    return begin, until


def _tell_rest(scope: Scope, left_out: Mark, until: datetime | None) -> None:
    """`until`: where the next run goes on; None: files that were read before, and again for the sake of late ones."""
    where, since = left_out.location, f"{left_out.written:%Y-%m-%d %H:%M} UTC"
    told = f"There are more than {files.MOST_FILES:,} log files, or {MOST_RECORDS:,} records: files written since {since} were not read"
    if until is None:
        told += " again, and late records of these hours do not count."
    elif hour_of(left_out.written) < until:
        told += f", and those of before {until:%H:%M} will not be. Name smaller prefixes."
    else:
        told += "; the next run goes on there. Collect more often, or name smaller prefixes."
    scope.gap("partial", where, "TooMany", told, where)


def _begin(scope: Scope, known: Known, now: datetime) -> datetime:
    """From which whole hour on a location is read: an hour before it was last read, at first `metric_hours` back."""
    settings = scope.settings
    first = now - timedelta(hours=settings.metric_hours)
    last = min(known.until, default=first + HOUR) - HOUR
    oldest = now - timedelta(days=settings.log_days)
    return hour_of(max(last, oldest))


def _late(scope: Scope, read: files.Files, begin: datetime, now: datetime) -> datetime:
    """The oldest hour that files tell of which no run before read; a gap about those that are too old to be read again."""
    settings = scope.settings
    days = min(settings.late_days, settings.log_days)
    late = hour_of(max(min(read.late, default=now), now - timedelta(days=days)))
    kept = now - timedelta(days=settings.log_days)
    lost = {hour: count for hour, count in read.late.items() if kept <= hour < min(begin, late)}
    if lost:
        told = f"{sum(lost.values()):,} records of {_span(lost)} came later than late_days ({settings.late_days}), and were not counted. Collect with more late_days before such files come."
        where = read.location.evidence
        scope.gap("partial", where, "TooLate", told, where)
    return late


def _span(hours: Iterable[datetime]) -> str:
    first, last = min(hours), max(hours)
    return f"{first:%Y-%m-%d %H:%M} UTC" + (f" to {last:%Y-%m-%d %H:%M} UTC" if last > first else "")


def _earlier(scope: Scope, frame: str) -> pa.Table:
    """The scope's rows of the last snapshot."""
    if scope.run.before is None:
        return empty(frame)
    table = scope.run.before.table(frame)
    return table.filter(of_scopes(table, [scope]))


def _merged(scope: Scope, rows: Sequence[Delivery], fresh: Sequence[_Read], now: datetime) -> Merged:
    begins = {one.location.evidence: one.begin for one in fresh}
    oldest = now - timedelta(days=scope.settings.log_days)
    return merge(_earlier(scope, "deliveries"), table_of("deliveries", rows, key_of(scope)), begins, oldest)


def _tell(scope: Scope, merged: Merged, fresh: Sequence[_Read], now: datetime) -> None:
    for evidence, hours in merged.fuller.items():
        told = f"Less was found in {evidence} than was known of {len(hours)} hours ({_span(hours)}): what was known stays. Files may be gone or damaged, or the log group's retention has passed."
        scope.gap("partial", evidence, "LessThanKnown", told, evidence)
    _tell_several(scope, merged, fresh, now)


def _tell_several(scope: Scope, merged: Merged, fresh: Sequence[_Read], now: datetime) -> None:
    """Of a bus that delivers to two places, or names within one another, the records are the same: no gap, unless they differ."""
    own_ones = {one.location.evidence for one in fresh if one.location.resources}

    def are_same(places: Iterable[str]) -> bool:
        named_ones = [one for one in places if one not in own_ones]
        return all(any(a != b and (a.startswith(b) or b.startswith(a)) for b in places) for a in named_ones)

    told = [
        key
        for key, several in merged.several.items()
        # what was logged just now is in one place sooner than in the other
        if key[1] < hour_of(now) - HOUR and not (several.is_alike and are_same(several.places))
    ]
    if told:
        places = sorted({place for key in told for place in merged.several[key].places})
        hours = _span([hour for _, hour in told])
        says = f"{len({arn for arn, _ in told})} buses or subscribers are told of by more than one place in the hours of {hours}: {', '.join(places)}. Of each hour each count was taken from the place that has most, since the same record must not count twice; where the places hold different records, too few are counted. Let a bus log to one place, and name each once in bus_logs."
        scope.gap("partial", places[0], "SeveralPlaces", says, min(arn for arn, _ in told))


def _remembered(scope: Scope, fresh: Sequence[_Read]) -> pa.Table:
    """Up to which hour each location was read, which of its files, and what had not ended: of those not read now, what was known."""
    old = _earlier(scope, "seen")
    read = pa.array([one.location.evidence for one in fresh], pa.string())
    stays = old.filter(pc.invert(pc.is_in(old["evidence"], value_set=read)))
    rows: list[dict[str, Any]] = []
    for one in fresh:
        evidence = one.location.evidence
        rows.append({"kind": "since", "evidence": evidence, "at": one.until, "count": 0})
        if one.files:
            rows += remembered.rows_of(evidence, one.until, one.files.done, one.files.refused)
        # of a location that all scopes share, the first remembers for all
        if one.location.resources or scope.is_first:
            rows += remembered.types_of(evidence, one.census.open)
    new = pa.Table.from_pylist([key_of(scope) | row for row in rows], empty("seen").schema)
    return pa.concat_tables([stays.cast(new.schema), new])
