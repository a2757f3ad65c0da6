"""python -m dashboard events: every event type that is known."""

import argparse

from dashboard.commands import common
from dashboard.flow import catalogue, documents


def arguments(command: argparse.ArgumentParser) -> None:
    """--domain D."""
    common.answers(command)
    command.add_argument("--domain", metavar="D", help="of this domain only")


def run(asked: argparse.Namespace) -> int:
    """Always 0: a catalogue without types is an answer."""
    answer = catalogue.events(common.estate_of(asked), asked.domain)
    common.write(asked, documents.of_events(answer), "events")
    for arn, problem in answer.malformed:
        common.say(f"The pattern of {arn} cannot be read: {problem}")
    common.say_gaps(answer.gaps)
    return 0
