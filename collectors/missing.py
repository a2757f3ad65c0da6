"""Things that vanish between being listed and being described: no gap, they are simply not there any more."""

from collections.abc import Mapping
from typing import Any

from collectors.errors import RefusedError
from collectors.scope import Scope

GONE = frozenset(
    {
        "ResourceNotFoundException",
        "ResourceNotFound",
        "NotFoundException",
        "NotFound",
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
