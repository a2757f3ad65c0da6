"""What is not there: things that vanish between list and description, and the rest of a list that is refused."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeVar

from collectors.errors import RefusedError
from collectors.scope import Scope
from collectors.unread import Unread

T = TypeVar("T")

GONE = frozenset(
    {
        "ResourceNotFoundException",
        "ResourceNotFound",
        "NotFoundException",
        "NotFound",
        "NoSuchEntity",
        "QueueDoesNotExist",
        "AWS.SimpleQueueService.NonExistentQueue",
    }
)
"""Error codes of "there is no such thing", by the services that Headwater asks about one thing."""


def call_or_nothing(scope: Scope, service: str, operation: str, **params: Any) -> Mapping[str, Any]:
    """The answer, or an empty one when AWS says that there is no such thing. Other refusals are raised."""
    try:
        return scope.call(service, operation, **params)
    except RefusedError as error:
        if error.code in GONE:
            return {}
        raise


def as_far_as_read(
    scope: Scope, items: Iterable[T], subject: str | None = None, *loses: Unread
) -> Iterator[T]:
    """The items up to where AWS refuses the next page: that is a gap, and what came before it stays.

    subject names what is listed where it is not the whole scope; `loses` are the rows that it would have given.
    """
    try:
        yield from items
    except RefusedError as error:
        scope.refuse(error, subject, *loses)
