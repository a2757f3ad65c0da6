"""Faults inside moto 5.2.5 that no front can mend from outside. Each says what AWS does."""

from __future__ import annotations

import functools
from typing import Any

from moto import backends
from moto.core import responses, utils
from moto.events.models import EventsBackend


def apply() -> None:
    """Puts the mended functions in the place of moto's."""
    # moto looks through its own folders, and through every method of a service, at each call: half of a call's time
    backends.list_of_moto_modules = functools.cache(lambda find=backends.list_of_moto_modules: list(find()))
    responses.method_names_from_class = functools.cache(responses.method_names_from_class)
    # and it lists all folders of botocore's models anew for each service that it looks up
    utils.create_loader = functools.cache(utils.create_loader)
    EventsBackend._normalize_event_bus_arn = _bus_name  # noqa: SLF001 - the only place where it can be mended


def apply_to(service: str) -> None:
    """Mends one service when its first call arrives: importing them all would double the time to start."""
    mend = {"lambda": _lambda, "awslambda": _lambda, "sqs": _sqs}.get(service)
    if mend:
        mend()


def _bus_name(_: EventsBackend, name_or_arn: str | None) -> str:
    """The name of a bus. A partner's bus has slashes in its name, at which moto cuts it."""
    if name_or_arn is None:
        return "default"
    return name_or_arn.split(":event-bus/", 1)[-1]


def _lambda() -> None:
    """No code runs here: moto would start Docker for each message in a mapped queue, and print that it cannot."""
    from moto.awslambda.models import LambdaFunction  # noqa: PLC0415 - see apply_to

    def stay_still(_: LambdaFunction, _event: str | None = None) -> tuple[str, bool, str]:
        return "null", False, ""

    LambdaFunction._invoke_lambda = stay_still  # noqa: SLF001 - as above


def _sqs() -> None:
    """AWS stamps queues in whole seconds, as the text of an integer; moto with a fraction."""
    from moto.sqs import models  # noqa: PLC0415 - see apply_to

    exact = models.unix_time

    def whole_seconds(at: Any = None) -> int:
        return int(exact(at))

    models.unix_time = whole_seconds
