"""python -m dashboard loose-ends: event types without schema, consumer or sender, never seen, or matching nothing."""

import argparse

from dashboard.commands import common
from dashboard.flow import documents
from dashboard.flow.who import loose_ends


def arguments(command: argparse.ArgumentParser) -> None:
    """--domain D."""
    common.answers(command)
    command.add_argument("--domain", metavar="D", help="event types of this domain only")


def run(asked: argparse.Namespace) -> int:
    """Always 0: that nothing is loose is an answer too."""
    estate = common.estate_of(asked)
    answer = loose_ends.loose_ends(estate, asked.domain)
    common.write(asked, documents.of_loose_ends(answer), "ends")
    for note in answer.notes:
        common.say(note)
    common.say_gaps(answer.gaps)
    return 0
