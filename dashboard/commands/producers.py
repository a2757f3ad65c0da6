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


def run(asked: argparse.Namespace) -> int:
    """0, or 4 for a type that nothing knows."""
    estate = common.estate_of(asked)
    answer = producers.producers(estate, Question(asked.source, asked.detail_type, asked.bus))
    common.write(asked, documents.of_producers(answer), "producers")
    common.say_gaps(answer.gaps)
    return common.exit_code(answer.known, answer.event, answer.nearest)
