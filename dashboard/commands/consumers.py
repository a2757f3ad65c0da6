"""python -m dashboard consumers: who consumes an event type, or one event."""

import argparse
from collections.abc import Mapping
from typing import Any

from collectors.errors import UsageError
from dashboard.commands import common
from dashboard.flow import documents
from dashboard.flow.answers import Question
from dashboard.flow.who import consumers


def arguments(command: argparse.ArgumentParser) -> None:
    """SOURCE DETAIL_TYPE, or --event FILE."""
    common.answers(command)
    common.event_type(command, nargs="?")
    common.bus(command)
    command.add_argument("--event", metavar="FILE", help='match this very event, a JSON file; "-" is stdin')


def run(asked: argparse.Namespace) -> int:
    """0, or 4 for a type that nothing knows."""
    event = common.event_in(asked.event) if asked.event else None
    if event is None and asked.detail_type is None:
        raise UsageError("Say which event: SOURCE and DETAIL_TYPE, or --event FILE.")
    if event is not None:
        _agree(asked, event)
    estate = common.estate_of(asked)
    answer = consumers.consumers(estate, Question(asked.source, asked.detail_type, asked.bus), event)
    common.write(asked, documents.of_consumers(answer), "consumers")
    for note in (*answer.notes, *(f"{out.kind} {out.name}: {out.why}" for out in answer.excluded)):
        common.say(note)
    common.say_gaps(answer.gaps)
    return 0 if event is not None else common.exit_code(answer.known, answer.event, answer.nearest)


def _agree(asked: argparse.Namespace, event: Mapping[str, Any]) -> None:
    for name, have in (("source", asked.source), ("detail-type", asked.detail_type)):
        if have is not None and event.get(name) != have:
            raise UsageError(f"The event's {name} is {event.get(name)!r}, and {have!r} was asked for.")
