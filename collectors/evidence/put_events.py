"""CloudTrail log files → which calls put what, and when. Imports little: worker processes start with it.

A call is what many records have in common: who put which entries, and which were accepted. A file names few calls and many records,
so that a record costs one look-up. No event bodies, no session names, no keys, no addresses leave this module: it gives principals,
types and hashes.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import numpy as np
import orjson

from collectors.evidence.log_records import IDENTITY, Event, Response, UnreadableError, asked_of, events_of
from collectors.evidence.remembered import hashes_of
from collectors.principals import principal_of

NO_ENTRIES = "PutEvents records have no entries"
NO_TYPE = "entries have no source or no detail type"
NOT_A_RECORD = (
    "records are not what a CloudTrail record is (eventID, eventTime, awsRegion, recipientAccountId)"
)
UNTOLD = "PutEvents records do not say which of their entries failed; they are counted as accepted"
UNKNOWN_VERSION = "records are of an unknown version (eventVersion is not 1.…)"

ACTIONS = ("PutEvents", "PutPartnerEvents")
EVENTS = "events.amazonaws.com"


Who = tuple[str | None, ...]
"""type, ARN (the issuer's before the session's), account and invokedBy of an identity; () where there is none."""


class Group(NamedTuple):
    """What entries are summed by, but for the hour. The last eight are those of a row of `traces`."""

    account: str
    region: str
    principal: str
    principal_kind: str
    principal_account: str | None
    via: str | None
    action: str
    bus_arn: str
    source: str
    detail_type: str


class Problem(NamedTuple):
    """So many records or entries of a file that were left out, and why; or, with a code, the whole file."""

    file: int
    reason: str
    times: int = 1
    code: str | None = None


class Parsed(NamedTuple):
    """Records of some files, as columns (numpy): a record is one of `call`, an entry of a call one of `group`."""

    call: Any
    """Of each record: the number of its call."""
    at: Any
    """Of each record: when, µs since 1970."""
    hashes: Any
    """Of each record: a hash of its eventID."""
    of_call: Any
    """Of each kind of entry: the call that it is of, ascending."""
    group: Any
    """Of each kind of entry: the index of its group."""
    accepted: Any
    failed: Any
    """Of each kind of entry: how many of a call were accepted and rejected."""
    groups: list[Group]
    problems: list[Problem]


def parse(contents: Sequence[bytes], partition: str) -> Parsed:
    """The PutEvents and PutPartnerEvents calls of these files. A file that cannot be read is a problem; it costs no other."""
    reader = _Reader(partition)
    for number, content in enumerate(contents):
        try:
            reader.take(number, events_of(content))
        except UnreadableError as error:
            reader.problems.append(Problem(number, str(error), 1, error.code))
        except Exception as error:  # noqa: BLE001 - whatever a file holds, it costs no other
            told = f"This log file cannot be read and was skipped ({type(error).__name__}). Please report it."
            reader.problems.append(Problem(number, told, 1, type(error).__name__))
    return reader.parsed()


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_AHEAD = timedelta(days=1)
"""How far in the future a time may lie: clocks differ, but at what is later than that nobody called."""
NOTHING, NO_PLACE = -1, -2
"""Calls that count nothing: without entries; without account or region."""
ALL = "all"
Flags = tuple[bool, ...]
Rejected = str | tuple[()] | tuple[int | None, Flags, Flags]
"""ALL; () for none; or how many CloudTrail says, and for each answer whether it has an errorCode, and whether it has no eventId."""
Kind = tuple[bool, str | None, str, str]
"""Whether it was rejected; bus as the entry names it, source, detail type."""


class _Reader:
    """Files one after the other; what their records have in common is remembered."""

    def __init__(self, partition: str) -> None:
        self.problems: list[Problem] = []
        self._partition = partition
        self._known: dict[tuple[Any, ...], tuple[int, dict[str, int]]] = {}
        self._calls = 0
        self._kinds: list[tuple[int, int, int, int]] = []
        self._groups: dict[tuple[Any, ...], int] = {}
        self._times: dict[str | None, int | None] = {}
        self._call: list[int] = []
        self._at: list[int] = []
        self._ids: list[str] = []

    def take(self, number: int, events: Iterable[Event | None]) -> None:
        """The records of one file, all or, when it raises, none; None stands for one that cannot be read."""
        told: Counter[str] = Counter()
        before = len(self._ids)
        try:
            for event in events:
                if event is None:
                    told[NOT_A_RECORD] += 1
                elif event.eventName in ACTIONS and event.eventSource == EVENTS:
                    try:
                        self._one(event, told)
                    except (ValueError, RecursionError):  # of an entry or an answer, which are read only here
                        told[NOT_A_RECORD] += 1
        except BaseException:
            for column in (self._ids, self._call, self._at):
                del column[before:]
            raise
        self.problems += [Problem(number, reason, count) for reason, count in told.items()]

    def parsed(self) -> Parsed:
        """All that was read."""
        call, at = (np.array(column, np.int64) for column in (self._call, self._at))
        of_call, group, accepted, failed = np.array(self._kinds, np.int64).reshape(-1, 4).T
        groups = [
            Group(account, region, *_principal(who), action, self._bus_arn(where, bus, source), source, kind)
            for where, bus, source, kind in self._groups
            for account, region, action, who in [where]
        ]
        return Parsed(call, at, hashes_of(self._ids), of_call, group, accepted, failed, groups, self.problems)

    def _one(self, event: Event, told: Counter[str]) -> None:
        version, identity, response = event.eventVersion, event.userIdentity, event.responseElements
        if version and version[:2] != "1.":
            told[UNKNOWN_VERSION] += 1
            return
        who: tuple[str | None, ...] = ()
        if identity:
            context = identity.sessionContext
            issuer = context.sessionIssuer if context else None
            arn = (issuer.arn if issuer else None) or identity.arn
            who = (identity.type, arn, identity.accountId, identity.invokedBy)
        rejected: Rejected = ()
        if event.errorCode:
            rejected = ALL
        elif response and response.failedEntryCount != 0:
            rejected = _rejected(response)
        asked = bytes(event.requestParameters)
        key = (event.eventName, event.recipientAccountId, event.awsRegion, who, rejected, asked)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = self._new(event, who, rejected, asked)
        call, problems = found
        time = event.eventTime
        if time not in self._times:
            self._times[time] = _micros(time)
        at = self._times[time]
        if call == NO_PLACE or at is None or not event.eventID:
            told[NOT_A_RECORD] += 1
            return
        if problems:
            told.update(problems)
        if call >= 0:
            self._ids.append(event.eventID)
            self._call.append(call)
            self._at.append(at)

    def _new(self, event: Event, who: Who, rejected: Rejected, asked: bytes) -> tuple[int, dict[str, int]]:
        """The number of a call that was not seen before, or what it lacks to be one; and what of it was left out."""
        problems: dict[str, int] = {}
        account, region = event.recipientAccountId or (who[2] if who else None), event.awsRegion
        if not (account and region):
            return NO_PLACE, problems
        kinds = _kinds(asked, rejected, problems)
        where = (account, region, event.eventName, who)
        for (failed, *what), count in kinds.items():
            group = self._groups.setdefault((where, *what), len(self._groups))
            self._kinds.append((self._calls, group, 0 if failed else count, count if failed else 0))
        self._calls += bool(kinds)
        return (self._calls - 1 if kinds else NOTHING), problems

    def _bus_arn(self, where: tuple[Any, ...], name: str | None, source: str) -> str:
        """An entry names its bus by ARN or by name; one that names none goes to the caller's default bus."""
        account, region, action, _ = where
        home = f"arn:{self._partition}:events:{region}:"
        if action == "PutPartnerEvents":
            return f"{home}:event-source/{source}"
        if name and name.startswith("arn:") and name.count(":") >= 5:
            return name
        return f"{home}{account}:event-bus/{name or 'default'}"


def _kinds(asked: bytes, rejected: Rejected, problems: dict[str, int]) -> dict[Kind, int]:
    """How many entries of each kind a call has."""
    entries = asked_of(asked)
    if not entries:
        problems[NO_ENTRIES] = 1
    kinds: dict[Kind, int] = {}
    for failed, one in zip(_failed(len(entries), rejected, problems), entries, strict=True):
        if one.source and one.detailType:
            kind = (failed, one.eventBusName, one.source, one.detailType)
            kinds[kind] = kinds.get(kind, 0) + 1
        else:
            problems[NO_TYPE] = problems.get(NO_TYPE, 0) + 1
    return kinds


def _principal(who: Who) -> tuple[str, str, str | None, str | None]:
    return principal_of(dict(zip(IDENTITY, who, strict=False)))


def _rejected(response: Response) -> Rejected:
    """What an answer tells of the entries that were rejected: it has one for each entry, in their order."""
    told = orjson.loads(bytes(response.entries))
    answers = [one if isinstance(one, dict) else {} for one in told] if isinstance(told, list) else []
    if response.failedEntryCount is None and not answers:
        return ()
    coded = tuple(_is_text(one.get("errorCode")) for one in answers)
    return response.failedEntryCount, coded, tuple(not _is_text(one.get("eventId")) for one in answers)


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and value != ""


def _failed(count: int, rejected: Rejected, problems: dict[str, int]) -> Sequence[bool]:
    """For each entry, whether it was rejected. How many were, the number tells; which, an errorCode, else an eventId that is missing.

    A call refused whole accepted none. Where it is not told which, all count as accepted, and that is a problem.
    """
    if isinstance(rejected, str) or not rejected:
        return [bool(rejected)] * count
    number, coded, unnamed = rejected
    if number == count:
        return [True] * count
    if len(coded) == count:
        if number is None or sum(coded) == number:
            return coded
        if sum(unnamed) == number:
            return unnamed
    if count:
        problems[UNTOLD] = 1
    return [False] * count


_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")
"""As CloudTrail writes eventTime, and no other way: the question to Athena compares it as text."""


def _micros(time: str | None) -> int | None:
    """µs since 1970; None for what is no time, or one that no event can have."""
    try:
        at = datetime.fromisoformat(time) if time and _TIME.fullmatch(time) else None
    except ValueError:
        return None
    is_one = at is not None and _EPOCH <= at < datetime.now(UTC) + _AHEAD
    return (at - _EPOCH) // timedelta(microseconds=1) if at and is_one else None
