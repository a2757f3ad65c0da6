"""The one visible list of what is answered by us and not by moto."""

from __future__ import annotations

import importlib
from collections.abc import Callable

from collectors.sample.server import (
    buses,
    cloudtrail,
    cloudwatch,
    discoverers,
    endpoints,
    lists,
    logs_queries,
    mends,
    schemas,
    sources,
    tagging,
    v2_buses,
    v2_sources,
    v2_subscribers,
)
from collectors.sample.server.wire import Call, Params

Handler = Callable[[Call], Params]


def _late(module: str, *operations: str) -> dict[str, Handler]:
    """Handlers of a module that is imported when the first of them is asked: what it needs takes long to import."""

    def of(operation: str) -> Handler:
        def handle(call: Call) -> Params:
            found = importlib.import_module(f"collectors.sample.server.{module}")
            answer: Params = found.HANDLERS[operation](call)
            return answer

        return handle

    return {operation: of(operation) for operation in operations}


# Services of which moto has nothing: an operation without a handler is unknown.
WHOLE_SERVICES = {"schemas", "eventbridgev2"}

STAND_INS: dict[tuple[str, str], Handler] = {
    **{("schemas", name): handler for name, handler in schemas.HANDLERS.items()},
    **{("schemas", name): handler for name, handler in discoverers.HANDLERS.items()},
    **{("eventbridgev2", name): handler for name, handler in v2_buses.HANDLERS.items()},
    **{("eventbridgev2", name): handler for name, handler in v2_subscribers.HANDLERS.items()},
    **{("eventbridgev2", name): handler for name, handler in v2_sources.HANDLERS.items()},
    **{("cloudtrail", name): handler for name, handler in cloudtrail.HANDLERS.items()},
    **{("cloudwatch", name): handler for name, handler in cloudwatch.HANDLERS.items()},
    **lists.HANDLERS,
    **{("logs", name): handler for name, handler in logs_queries.HANDLERS.items()},
    **{("events", name): handler for name, handler in buses.HANDLERS.items()},
    **{("events", name): handler for name, handler in endpoints.HANDLERS.items()},
    **{("events", name): handler for name, handler in sources.HANDLERS.items()},
    **{("resourcegroupstaggingapi", name): handler for name, handler in tagging.HANDLERS.items()},
    **{
        ("athena", name): handler
        for name, handler in _late(
            *("athena", "GetWorkGroup", "UpdateWorkGroup", "GetTableMetadata", "StartQueryExecution"),
            *("GetQueryExecution", "StopQueryExecution", "GetQueryResults"),
        ).items()
    },
    **mends.HANDLERS,
}
