"""CloudTrail log files → which calls put what, and when. Imports little: worker processes start with it.

A call is what many records have in common: who put which entries, and which were accepted. A file names few calls and many records,
so that a record costs one look-up. Records that fit no type are read leniently, one by one; both ways give the same.
No event bodies, no session names, no keys, no addresses leave this module: it gives principals, types and hashes.
"""

import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any, NamedTuple

import msgspec
import numpy as np
import orjson

from collectors.evidence.unpacking import unpacked
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


class Issuer(msgspec.Struct, gc=False):
    """Who the session was made from."""

    arn: str | None = None


class Context(msgspec.Struct, gc=False):
    """How the session was made."""

    sessionIssuer: Issuer | None = None  # noqa: N815 - CloudTrail's name, as all below


class Identity(msgspec.Struct, gc=False):
    """userIdentity, without names of sessions and keys."""

    type: str | None = None
    arn: str | None = None
    accountId: str | None = None  # noqa: N815
    invokedBy: str | None = None  # noqa: N815
    sessionContext: Context | None = None  # noqa: N815


class Entry(msgspec.Struct, gc=False):
    """One of requestParameters.entries."""

    source: str | None = None
    detailType: str | None = None  # noqa: N815
    eventBusName: str | None = None  # noqa: N815


class Request(msgspec.Struct, gc=False):
    """requestParameters."""

    entries: list[Entry]


class Response(msgspec.Struct, gc=False):
    """responseElements."""

    failedEntryCount: int | None = None  # noqa: N815
    entries: msgspec.Raw = msgspec.Raw(b"null")


class Event(msgspec.Struct, gc=False):
    """What is read of a record; all else is passed over."""

    eventName: str | None = None  # noqa: N815
    eventSource: str | None = None  # noqa: N815
    eventVersion: str | None = None  # noqa: N815
    eventID: str | None = None  # noqa: N815
    eventTime: str | None = None  # noqa: N815
    awsRegion: str | None = None  # noqa: N815
    recipientAccountId: str | None = None  # noqa: N815
    errorCode: str | None = None  # noqa: N815
    userIdentity: Identity | None = None  # noqa: N815
    requestParameters: msgspec.Raw = msgspec.Raw(b"null")  # noqa: N815
    responseElements: Response | None = None  # noqa: N815


class _File(msgspec.Struct, gc=False):
    Records: list[Event]


class _RawFile(msgspec.Struct, gc=False):
    Records: list[msgspec.Raw]


_FILE = msgspec.json.Decoder(_File)
_RAW_FILE = msgspec.json.Decoder(_RawFile)
_REQUEST = msgspec.json.Decoder(Request)
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


class UnreadableError(Exception):
    """A file that is damaged, or no CloudTrail log file. `code` names the kind."""

    def __init__(self, code: str, told: str) -> None:
        super().__init__(told)
        self.code = code


def parse(contents: Sequence[bytes], partition: str) -> Parsed:
    """The PutEvents and PutPartnerEvents calls of these files. A file that cannot be read is a problem; it costs no other."""
    reader = _Reader(partition)
    for number, content in enumerate(contents):
        try:
            reader.take(number, _events(content))
        except UnreadableError as error:
            reader.problems.append(Problem(number, str(error), 1, error.code))
    return reader.parsed()


def hashes_of(ids: Sequence[str]) -> Any:
    """64-bit hashes of eventIDs, the same in every process and run; ids are told apart by their first 40 characters."""
    fit = [each if len(each) <= 40 and each.isascii() else _digest(each) for each in ids]
    words = (
        np.array(fit, "S40").view("<u8").astype(np.uint64).reshape(-1, 5)
        if fit
        else np.zeros((0, 5), np.uint64)
    )
    mixed = np.full(len(words), 0x9E3779B97F4A7C15, np.uint64)
    for column in range(5):
        mixed = (mixed ^ words[:, column]) * np.uint64(0xBF58476D1CE4E5B9)
        mixed ^= mixed >> np.uint64(29)
    mixed *= np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(32))


def _digest(text: str) -> str:
    return blake2b(text.encode(errors="surrogatepass"), digest_size=20).hexdigest()


NOTHING, NO_PLACE = -1, -2
"""Calls that count nothing: without entries; without account or region."""
ALL = True
Rejected = bool | int | tuple[bool, ...]
"""ALL, how many, which; () for none."""


class _Reader:
    """Files one after the other; what their records have in common is remembered."""

    def __init__(self, partition: str) -> None:
        self.problems: list[Problem] = []
        self._partition = partition
        self._known: dict[tuple[Any, ...], tuple[int, Counter[str]]] = {}
        self._calls = 0
        self._kinds: list[tuple[int, int, int, int]] = []
        self._groups: dict[tuple[Any, ...], int] = {}
        self._times: dict[str | None, int | None] = {}
        self._call: list[int] = []
        self._at: list[int] = []
        self._ids: list[str] = []

    def take(self, number: int, events: Iterable[Event | None]) -> None:
        """The records of one file; None stands for one that is no object."""
        told: Counter[str] = Counter()
        for event in events:
            if event is None:
                told[NOT_A_RECORD] += 1
            elif event.eventName in ACTIONS and event.eventSource == EVENTS:
                self._one(event, told)
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

    def _new(self, event: Event, who: Who, rejected: Rejected, asked: bytes) -> tuple[int, Counter[str]]:
        """The number of a call that was not seen before, or what it lacks to be one; and what of it was left out."""
        problems: Counter[str] = Counter()
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


def _kinds(
    asked: bytes, rejected: Rejected, problems: Counter[str]
) -> Counter[tuple[bool, str | None, str, str]]:
    """(rejected, bus, source, detail type) of a call's entries, and how many."""
    entries = _asked(asked)
    if not entries:
        problems[NO_ENTRIES] += 1
    failed = _failed(len(entries), rejected, problems)
    kinds = Counter(
        (no, one.eventBusName, one.source, one.detailType)
        for no, one in zip(failed, entries, strict=True)
        if one.source and one.detailType
    )
    left_out = len(entries) - kinds.total()
    if left_out:
        problems[NO_TYPE] += left_out
    return kinds


def _asked(request: bytes) -> list[Entry]:
    try:
        return _REQUEST.decode(request).entries
    except msgspec.ValidationError:
        parameters = orjson.loads(request)
        entries = parameters.get("entries") if isinstance(parameters, dict) else None
        return [Entry(**_text(one, ENTRY)) for one in entries] if isinstance(entries, list) else []


def _principal(who: Who) -> tuple[str, str, str | None, str | None]:
    return principal_of(dict(zip(IDENTITY, who, strict=False)))


def _rejected(response: Response) -> Rejected:
    """Which entries were rejected: answers stand in the order of the entries. Where there are none, how many."""
    answers = orjson.loads(bytes(response.entries))
    if isinstance(answers, list) and answers:
        return tuple(isinstance(one, dict) and bool(one.get("errorCode")) for one in answers)
    return response.failedEntryCount or ()


def _failed(count: int, rejected: Rejected, problems: Counter[str]) -> Sequence[bool]:
    """For each entry, whether it was rejected. A call refused whole accepted none."""
    if rejected is ALL:
        return [True] * count
    if rejected == () or (isinstance(rejected, tuple) and len(rejected) == count):
        return rejected or [False] * count
    if count and rejected != count:
        problems[UNTOLD] += 1
    return [rejected == count] * count


def _micros(time: str | None) -> int | None:
    try:
        at = datetime.fromisoformat(time or "")
        return int((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() * 1_000_000)
    except (ValueError, OverflowError):
        return None


def _events(content: bytes) -> Iterator[Event | None]:
    """The records of a file: all at once by their types, or, where one of them does not fit, one by one."""
    try:
        text = unpacked(content)
        try:
            return iter(_FILE.decode(text).Records)
        except msgspec.ValidationError:
            return map(_lenient, _RAW_FILE.decode(text).Records)
    except msgspec.ValidationError as error:
        told = "This file is no CloudTrail log file (it has no Records) and was skipped."
        raise UnreadableError("UnexpectedShape", told) from error
    except (zlib.error, ValueError) as error:
        told = f"This log file is damaged or no JSON and was skipped: {error}."
        raise UnreadableError("Damaged", told) from error


def _lenient(record: bytes) -> Event | None:
    """A record whose shape may be odd: what is not of its type counts as not there. None when it is no object."""
    told = orjson.loads(bytes(record))
    if not isinstance(told, dict):
        return None
    identity, response = told.get("userIdentity"), told.get("responseElements")
    return Event(
        **_text(told, TEXTS),
        userIdentity=_identity(identity) if isinstance(identity, dict) else None,
        requestParameters=msgspec.Raw(orjson.dumps(told.get("requestParameters"))),
        responseElements=_response(response) if isinstance(response, dict) else None,
    )


def _identity(told: dict[str, Any]) -> Identity:
    context = told.get("sessionContext")
    issuer = context.get("sessionIssuer") if isinstance(context, dict) else None
    arn = issuer.get("arn") if isinstance(issuer, dict) else None
    return Identity(
        **_text(told, IDENTITY), sessionContext=Context(Issuer(arn)) if isinstance(arn, str) else None
    )


def _text(told: Any, names: Sequence[str]) -> dict[str, str]:
    return {name: told[name] for name in names if isinstance(told, dict) and isinstance(told.get(name), str)}


TEXTS = (
    *("eventName", "eventSource", "eventVersion", "eventID", "eventTime"),
    *("awsRegion", "recipientAccountId", "errorCode"),
)
IDENTITY = ("type", "arn", "accountId", "invokedBy")
ENTRY = ("source", "detailType", "eventBusName")


def _response(told: dict[str, Any]) -> Response:
    count = told.get("failedEntryCount")
    whole = isinstance(count, int) and not isinstance(count, bool)
    return Response(count if whole else None, msgspec.Raw(orjson.dumps(told.get("entries"))))
