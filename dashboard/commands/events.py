"""python -m dashboard events: every event type that is known."""

import argparse

from dashboard.commands import common
from dashboard.flow import documents
from dashboard.flow.model import domains
from dashboard.flow.who import catalogue


def arguments(command: argparse.ArgumentParser) -> None:
    """--domain D."""
    common.answers(command)
    command.add_argument("--domain", metavar="D", help="of this domain only")


def run(asked: argparse.Namespace) -> int:
    """Always 0: a catalogue without types is an answer; a domain that nothing names is told on stderr."""
    estate = common.estate_of(asked)
    answer = catalogue.events(estate, asked.domain)
    common.write(asked, documents.of_events(answer), "events")
    for arn, problem in answer.malformed:
        common.say(f"The pattern of {arn} cannot be read: {problem}")
    if asked.domain is not None:
        common.say_unknown_domain(asked.domain, domains.names(estate))
    common.say_gaps(answer.gaps)
    return 0
