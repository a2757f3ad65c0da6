"""What became of events: by type, rule and target, from the logs of event buses and of new buses' subscribers.

Read where the logs are delivered to, or where the settings name them: files on S3 or in a folder, or CloudWatch log groups.
Each run reads the hours since the last one, and an hour before: those take the place of what was known of them. A file that
comes late, or is mended, has the hours that it tells of read again, up to late_days back.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from collectors.delivered import files, insights, remembered
from collectors.delivered.census import HOUR, Census
from collectors.delivered.places import Location, named, own
from collectors.delivered.remembered import Known, known_of
from collectors.errors import RefusedError
from collectors.frames import Rows, empty, table_of
from collectors.keeping import key_of, of_scopes
from collectors.records import Delivery, Record
from collectors.scope import Scope, account_in
from collectors.unread import rows_of

_COUNTS = ("received", "rejected", "unmatched", "matched", "attempts", "succeeded", "failed", "dead_lettered")
"""What tells how much is known of an hour."""


def collect(scope: Scope) -> Iterator[Record | Rows]:
    """Rows of `deliveries` and `seen`, each whole. logs:DescribeDeliverySources, DescribeDeliveries and …Destinations, StartQuery.

    Also logs:GetQueryResults; s3:ListObjectsV2, GetObject; events:DescribeEventBus and DescribeSubscriber for the level of what logs.
    """
    now = datetime.now(UTC)
    buses: dict[str, str | None] = {}
    mine = own(scope, buses)
    if mine is None:
        return
    # what is named is read as it is named: the same records must not be read twice
    own_ones = [one for one in mine if not one.evidence.startswith(tuple(_names(scope)))]
    found = [_read(scope, location, now) for location in own_ones]
    found += _named(scope, now)
    fresh = [one for one in found if one is not None]
    rows = [row for one in fresh for row in one.rows(scope, buses)]
    yield Rows("deliveries", _merged(scope, rows, fresh, now))
    yield Rows("seen", _remembered(scope, fresh, now))


def _names(scope: Scope) -> list[str]:
    return [text.removesuffix(":*") for text in scope.settings.bus_logs]


class _Read:
    """What was read of one location: from which hour on it stands, and by which files."""

    def __init__(self, location: Location, census: Census, begin: datetime, read: files.Files | None) -> None:
        self.location, self.census, self.begin, self.files = location, census, begin, read

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

    found, reader = scope.run.once("named bus logs", read_all)
    scope.unread += reader.unread
    if scope.is_first:
        scope.gaps += reader.gaps
    return found


def _read(scope: Scope, location: Location, now: datetime) -> _Read | None:
    """One location, or None and a gap. An hour more is read than stands: it tells the types of what was under way."""
    known = known_of(scope, location, now)
    begin = _begin(scope, known, now)
    census = Census()
    lost = rows_of("deliveries", evidence=location.evidence)
    is_group = location.kind == "group"
    read = None if is_group else files.Files(scope, location, known)
    try:
        if read is None:
            parts = insights.read(scope, location, begin - HOUR, now.replace(microsecond=0))
        else:
            parts = read.read(begin - HOUR)
        for steps in parts:
            census.take(steps)
        late = _late(scope, read, now) if read else begin
        if read and late < begin:
            begin = late
            for steps in read.read(begin - HOUR):
                census.take(steps)
    except RefusedError as error:
        scope.refuse(error, location.evidence, lost)
        return None
    return _Read(location, census, begin, read)


def _begin(scope: Scope, known: Known, now: datetime) -> datetime:
    """From which whole hour on a location is read: an hour before it was last read, at first `metric_hours` back."""
    settings = scope.settings
    first = now - timedelta(hours=settings.metric_hours)
    last = min(known.until, default=first + HOUR) - HOUR
    oldest = now - timedelta(days=settings.log_days)
    return _hour(max(last, oldest))


def _late(scope: Scope, read: files.Files, now: datetime) -> datetime:
    """The oldest hour that files tell of which no run before read."""
    days = min(scope.settings.late_days, scope.settings.log_days)
    return _hour(max(read.oldest or now, now - timedelta(days=days)))


def _hour(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)


def _earlier(scope: Scope, frame: str) -> pa.Table:
    """The scope's rows of the last snapshot."""
    if scope.run.before is None:
        return empty(frame)
    table = scope.run.before.table(frame)
    return table.filter(of_scopes(table, [scope]))


def _merged(scope: Scope, rows: Sequence[Delivery], fresh: Sequence[_Read], now: datetime) -> pa.Table:
    """The earlier rows, without hours that were read anew and those older than `log_days`, and the new ones."""
    old = _earlier(scope, "deliveries")
    new = table_of("deliveries", rows, key_of(scope))
    stays: Any = pc.greater_equal(old["hour"], pa.scalar(now - timedelta(days=scope.settings.log_days)))
    counts = pa.array([True] * len(new), pa.bool_())
    for one in fresh:
        evidence = one.location.evidence
        again = pc.and_(
            pc.equal(old["evidence"], evidence), pc.greater_equal(old["hour"], pa.scalar(one.begin))
        )
        if one.files:
            fuller = _fuller(old.filter(again), new.filter(pc.equal(new["evidence"], evidence)))
            again = pc.and_not(again, pc.is_in(old["hour"], fuller))
            is_less = pc.and_(pc.equal(new["evidence"], evidence), pc.is_in(new["hour"], fuller))
            counts = pc.and_not(counts, is_less)
        stays = pc.and_not(stays, again)
    order = [(name, "ascending") for name in ("source", "detail_type", "bus_arn", "rule_arn", "hour")]
    return pa.concat_tables([old.filter(stays).cast(new.schema), new.filter(counts)]).sort_by(order)


def _fuller(old: pa.Table, new: pa.Table) -> pa.Array:
    """Hours of which more was known: a file may be damaged now, or gone from where it lay."""
    known, told = _totals(old), _totals(new)
    hours = [hour for hour, total in known.items() if total > told.get(hour, 0)]
    return pa.array(hours, old.schema.field("hour").type)


def _totals(table: pa.Table) -> dict[datetime, int]:
    found: dict[datetime, int] = {}
    columns = [pc.fill_null(table[name], 0).to_pylist() for name in _COUNTS]
    for hour, *counts in zip(table["hour"].to_pylist(), *columns, strict=True):
        found[hour] = found.get(hour, 0) + sum(counts)
    return found


def _remembered(scope: Scope, fresh: Sequence[_Read], now: datetime) -> pa.Table:
    """Up to which hour each location was read, and which of its files: of those that were not read now, what was known."""
    old = _earlier(scope, "seen")
    read = pa.array([one.location.evidence for one in fresh], pa.string())
    stays = old.filter(pc.invert(pc.is_in(old["evidence"], value_set=read)))
    rows: list[dict[str, Any]] = []
    for one in fresh:
        evidence = one.location.evidence
        is_listed = one.files is None or one.files.known.is_listed
        until = _hour(now) if is_listed else one.begin + HOUR
        rows.append({"kind": "since", "evidence": evidence, "at": until, "count": 0})
        if one.files:
            rows += remembered.rows_of(evidence, now, one.files.done, one.files.refused)
    new = pa.Table.from_pylist([key_of(scope) | row for row in rows], empty("seen").schema)
    return pa.concat_tables([stays.cast(new.schema), new])
