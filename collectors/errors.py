"""One family of errors. The message is the text the user reads: what happened, where, what to do next."""

import re

from collectors.records import Status

_SESSION = re.compile(r"(assumed-role/[^/\s]+|federated-user|\bAROA[A-Z0-9]{12,}(?=:))[/:][\w+=,.@%-]+")


def without_sessions(text: str) -> str:
    """The text without the names of sessions and federated users: they name people, and messages are kept.

    >>> without_sessions("User: arn:aws:sts::1:assumed-role/Admin/ann@example.com is not authorized")
    'User: arn:aws:sts::1:assumed-role/Admin is not authorized'
    """
    return _SESSION.sub(r"\1", text)


class HeadwaterError(Exception):
    """Anything Headwater tells a person instead of a traceback. What AWS says of who called names no session."""

    def __init__(self, message: str = "") -> None:
        super().__init__(without_sessions(message))


class UsageError(HeadwaterError):
    """The command or the configuration asks for something that cannot be (exit 2)."""


class StoreError(HeadwaterError):
    """The store cannot be read or written as it is."""


class DamagedError(StoreError):
    """A snapshot is not whole: another run makes a new one, and reads past it."""


class NoSnapshotError(StoreError):
    """The store holds no snapshot yet (exit 5)."""


class RefusedError(HeadwaterError):
    """AWS said no, could not, or would not: becomes a gap, never an empty answer.

    status is one of records.Status; action is the IAM-style name of the call ("events:ListRules").
    """

    def __init__(self, status: Status, action: str, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.action, self.code = status, action, code


class StoppedError(HeadwaterError):
    """The run was asked to stop; what was under way is given up."""
