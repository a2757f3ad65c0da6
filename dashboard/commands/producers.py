"""python -m dashboard producers: who produces an event type."""

import argparse

from dashboard.commands import common
from dashboard.flow import documents
from dashboard.flow.answers import Question
from dashboard.flow.who import producers


def arguments(command: argparse.ArgumentParser) -> None:
    """SOURCE DETAIL_TYPE."""
    common.answers(command)
    common.event_type(command)
    common.bus(command)
    command.add_argument(
        "--hours",
        type=_hours,
        metavar="N",
        help="counts of the last N hours only (default: of all that is kept)",
    )


def run(asked: argparse.Namespace) -> int:
    """0, or 4 for a type that nothing knows."""
    estate = common.estate_of(asked)
    answer = producers.producers(estate, Question(asked.source, asked.detail_type, asked.bus), asked.hours)
    common.write(asked, documents.of_producers(answer), "producers")
    for note in answer.notes:
        common.say(note)
    common.say_gaps(answer.gaps)
    return common.exit_code(answer.known, answer.event, answer.nearest)


def _hours(text: str) -> int:
    """Whole hours, at least one."""
    if not (text.isascii() and text.isdigit() and int(text) > 0):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of hours")
    return int(text)
