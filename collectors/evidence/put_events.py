"""PutEvents records of CloudTrail, reduced to who put which type where, by the hour. No event bodies: CloudTrail has none."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple

import pyarrow as pa

from collectors.evidence.reading import HOURLY
from collectors.evidence.trails import LogFile, records_of
from collectors.principals import Principal, principal_of

NO_ENTRIES = "PutEvents records have no entries"
NO_TYPE = "entries have no source or no detail type"
NOT_A_RECORD = (
    "records are not what a CloudTrail record is (eventID, eventTime, awsRegion, recipientAccountId)"
)
UNTOLD = "PutEvents records do not say which of their entries failed; they are counted as accepted"

Place = tuple[str, str]
"""(account, region) that a record belongs to: the caller's."""


class Entry(NamedTuple):
    """One kind of entry of a call, and how many of it were accepted and rejected."""

    bus_arn: str
    source: str
    detail_type: str
    accepted: int
    failed: int


class Put(NamedTuple):
    """One PutEvents call. `id` is a hash of its eventID: enough to tell a record that comes twice, in little memory."""

    id: int
    place: Place
    at: datetime
    principal: Principal
    entries: tuple[Entry, ...]


def read_file(file: LogFile, partition: str) -> tuple[list[Put], Counter[str]]:
    """The PutEvents calls of a log file, and how many records or entries were left out, by reason.

    Raises RefusedError when the file cannot be read, or is none.
    """
    puts: list[Put] = []
    problems: Counter[str] = Counter()
    for record in records_of(file):
        put = _put(record, partition, problems)
        if put:
            puts.append(put)
    return puts, problems


def _put(record: Any, partition: str, problems: Counter[str]) -> Put | None:
    if not isinstance(record, dict):
        problems[NOT_A_RECORD] += 1
        return None
    if record.get("eventName") != "PutEvents" or record.get("eventSource") != "events.amazonaws.com":
        return None
    principal = principal_of(record.get("userIdentity"))
    account = record.get("recipientAccountId") or principal.account
    identifier, region, at = record.get("eventID"), record.get("awsRegion"), _time(record.get("eventTime"))
    if not (_is_text(identifier) and _is_text(region) and _is_text(account) and at):
        problems[NOT_A_RECORD] += 1
        return None
    home = f"arn:{partition}:events:{region}:{account}:event-bus/"
    entries = _entries(record, home, problems)
    return Put(hash(identifier), (str(account), str(region)), at, principal, entries) if entries else None


def _entries(record: dict[str, Any], home: str, problems: Counter[str]) -> tuple[Entry, ...]:
    parameters = record.get("requestParameters")
    asked = parameters.get("entries") if isinstance(parameters, dict) else None
    if not isinstance(asked, list) or not asked:
        problems[NO_ENTRIES] += 1
        return ()
    found: Counter[tuple[str, str, str, bool]] = Counter()
    for entry, accepted in zip(asked, _accepted(record, len(asked), problems), strict=True):
        told = entry if isinstance(entry, dict) else {}
        source, detail_type = told.get("source"), told.get("detailType")
        if not (_is_text(source) and _is_text(detail_type)):
            problems[NO_TYPE] += 1
            continue
        found[_bus(told.get("eventBusName"), home), str(source), str(detail_type), accepted] += 1
    return tuple(
        Entry(bus, source, detail_type, count if accepted else 0, 0 if accepted else count)
        for (bus, source, detail_type, accepted), count in found.items()
    )


def _accepted(record: dict[str, Any], count: int, problems: Counter[str]) -> list[bool]:
    """Which entries were accepted: answers stand in the order of the entries. A call refused whole accepted none."""
    if record.get("errorCode"):
        return [False] * count
    response = record.get("responseElements")
    told = response if isinstance(response, dict) else {}
    answers = told.get("entries")
    if isinstance(answers, list) and len(answers) == count:
        return [not (isinstance(one, dict) and one.get("errorCode")) for one in answers]
    failed = told.get("failedEntryCount") or 0
    if failed and failed != count:
        problems[UNTOLD] += 1
    return [failed != count] * count


def _bus(name: Any, home: str) -> str:
    """An entry names its bus by ARN or by name; one that names none goes to the caller's default bus."""
    if not _is_text(name):
        return f"{home}default"
    return str(name) if name.startswith("arn:") and name.count(":") >= 5 else f"{home}{name}"


def _time(value: Any) -> datetime | None:
    try:
        at = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and value != ""


class _Key(NamedTuple):
    place: Place
    hour: datetime
    principal: Principal
    bus_arn: str
    source: str
    detail_type: str
    evidence: str


@dataclass
class _Sum:
    first: datetime
    last: datetime
    events: int = 0
    failed: int = 0


@dataclass
class Census:
    """Sums over log files, one after the other; a record that was seen before counts nothing."""

    sums: dict[_Key, _Sum] = field(default_factory=dict)
    problems: Counter[str] = field(default_factory=Counter)
    first_file: dict[str, str] = field(default_factory=dict)
    _seen: set[int] = field(default_factory=set)

    def take(
        self, file: LogFile, puts: Iterable[Put], problems: Counter[str], since: datetime | None
    ) -> None:
        """Add the calls of one file, those before `since` aside."""
        for reason in problems:
            self.first_file.setdefault(reason, file.location)
        self.problems += problems
        for put in puts:
            if put.id in self._seen or (since and put.at < since):
                continue
            self._seen.add(put.id)
            self._add(put, file.evidence)

    def _add(self, put: Put, evidence: str) -> None:
        hour = put.at.replace(minute=0, second=0, microsecond=0)
        for one in put.entries:
            key = _Key(put.place, hour, put.principal, one.bus_arn, one.source, one.detail_type, evidence)
            total = self.sums.setdefault(key, _Sum(put.at, put.at))
            total.first, total.last = min(total.first, put.at), max(total.last, put.at)
            total.events += one.accepted
            total.failed += one.failed

    def rows(self, wanted: Callable[[Place], bool]) -> pa.Table:
        """HOURLY: a row for each hour, principal, bus, event type and trail, of the places that are wanted."""
        found = [
            {
                "hour": key.hour,
                "account": key.place[0],
                "region": key.place[1],
                "principal": key.principal.name,
                "principal_kind": key.principal.kind,
                "principal_account": key.principal.account,
                "via": key.principal.via,
                "action": "PutEvents",
                "bus_arn": key.bus_arn,
                "source": key.source,
                "detail_type": key.detail_type,
                "evidence": key.evidence,
                "events": total.events,
                "failed": total.failed,
                "first_seen": total.first,
                "last_seen": total.last,
            }
            for key, total in self.sums.items()
            if wanted(key.place)
        ]
        return pa.Table.from_pylist(found, HOURLY)
