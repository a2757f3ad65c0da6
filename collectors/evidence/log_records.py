"""Records of CloudTrail's log files: by their types where they fit, leniently where not. Both ways give the same.

Of a record only the fields that are needed are read: unneeded ones are passed over, not parsed. Imports little: worker processes
start with it.
"""

import zlib
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
import orjson

from collectors.evidence.splitting import records_in
from collectors.evidence.unpacking import unpacked


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
_EVENT = msgspec.json.Decoder(Event)
_RAW_FILE = msgspec.json.Decoder(_RawFile)
_REQUEST = msgspec.json.Decoder(Request)


class UnreadableError(Exception):
    """A file that is damaged, or no CloudTrail log file. `code` names the kind."""

    def __init__(self, code: str, told: str) -> None:
        super().__init__(told)
        self.code = code


def events_of(content: bytes) -> Iterator[Event | None]:
    """The records of a file: all at once by their types, or, where one of them does not fit, one by one."""
    try:
        text = unpacked(content)
    except (zlib.error, ValueError) as error:
        raise _damaged(error) from error
    try:
        return iter(_FILE.decode(text).Records)
    except (ValueError, RecursionError):
        return map(_event, _records(text))


def _records(text: bytes) -> Sequence[bytes]:
    try:
        return _RAW_FILE.decode(text).Records
    except msgspec.ValidationError as error:
        told = "This file is no CloudTrail log file (it has no Records) and was skipped."
        raise UnreadableError("UnexpectedShape", told) from error
    except (ValueError, RecursionError) as error:
        found = records_in(text)
        if found is None:
            raise _damaged(error) from error
        return found


def _damaged(error: Exception) -> UnreadableError:
    return UnreadableError("Damaged", f"This log file is damaged or no JSON and was skipped: {error}.")


def _event(record: bytes) -> Event | None:
    """A record by its types, or leniently; None for what is none at all."""
    try:
        return _EVENT.decode(record)
    except (ValueError, RecursionError):
        pass
    try:
        return _lenient(record)
    except (ValueError, TypeError, RecursionError):  # orjson's of what it cannot write is a TypeError
        return None


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


def asked_of(request: bytes) -> list[Entry]:
    """The entries of requestParameters; none where it has no list of them."""
    try:
        return _REQUEST.decode(request).entries
    except msgspec.ValidationError:
        parameters = orjson.loads(request)
        entries = parameters.get("entries") if isinstance(parameters, dict) else None
        return [Entry(**_text(one, ENTRY)) for one in entries] if isinstance(entries, list) else []
