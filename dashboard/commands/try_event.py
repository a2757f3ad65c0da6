"""python -m dashboard try: what every subscription of a bus makes of one event, and where the event would arrive."""

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from collectors.errors import UsageError
from dashboard.commands import common
from dashboard.flow import documents
from dashboard.flow.model.estate import Estate
from dashboard.flow.suppose import example, pasted, trying


def arguments(command: argparse.ArgumentParser) -> None:
    """--event FILE, or SOURCE DETAIL_TYPE for a made-up one."""
    common.answers(command)
    common.event_type(command, nargs="?")
    common.bus(command)
    command.add_argument("--event", metavar="FILE", help='the event, a JSON file; "-" or left out: stdin')
    command.add_argument(
        "--misses", type=int, default=trying.MOST_MISSES, metavar="N", help="how many near misses to tell of"
    )


def run(asked: argparse.Namespace) -> int:
    """Always 0: an event that nothing takes is an answer."""
    made_up = asked.event is None and asked.source is not None
    if made_up and asked.detail_type is None:
        raise UsageError("Say which event: SOURCE and DETAIL_TYPE, or --event FILE.")
    event = None if made_up else pasted.read(_text(asked.event))
    estate = common.estate_of(asked)
    if event is None:
        event = _made_up(estate, asked)
    elif asked.source is not None and (asked.source, asked.detail_type) != (
        event["source"],
        event["detail-type"],
    ):
        raise UsageError(
            f"The event is {event['detail-type']} of {event['source']}, and another was asked for."
        )
    answer = trying.try_event(estate, event, asked.bus, max(asked.misses, 0))
    common.write(asked, documents.of_trial(answer, made_up=made_up), "tried")
    if made_up:
        common.say(
            "The event is made up from its schema: no value in it is real. With --event FILE your own is tried."
        )
    common.say(answer.sentence)
    for note in answer.notes:
        common.say(note)
    common.say_gaps(answer.gaps)
    return 0


def _made_up(estate: Estate, asked: argparse.Namespace) -> Mapping[str, Any]:
    return example.of_type(estate, asked.source, asked.detail_type)


def _text(file: str | None) -> str:
    if file in (None, "-"):
        return sys.stdin.read()
    try:
        return Path(str(file)).read_text(encoding="utf-8-sig")
    except OSError as error:
        raise UsageError(f"The event file {file} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"The event file {file} is not UTF-8 text.") from error
