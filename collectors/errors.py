"""One family of errors. The message is the text the user reads: what happened, where, what to do next."""

from collectors.records import Status


class HeadwaterError(Exception):
    """Anything Headwater tells a person instead of a traceback."""


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
