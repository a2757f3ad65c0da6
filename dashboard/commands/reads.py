"""python -m dashboard reads: which payload fields the consumers of a type depend on."""

import argparse

from dashboard.commands import common
from dashboard.flow import reversed_documents
from dashboard.flow.answers import Question
from dashboard.flow.backwards import reading


def arguments(command: argparse.ArgumentParser) -> None:
    """SOURCE DETAIL_TYPE [FIELD]."""
    common.answers(command)
    common.event_type(command)
    command.add_argument("field", nargs="?", metavar="FIELD", help="who breaks if this field is dropped")
    common.bus(command)


def run(asked: argparse.Namespace) -> int:
    """0, or 4 for a type that nothing knows."""
    estate = common.estate_of(asked)
    question = Question(asked.source, asked.detail_type, asked.bus)
    if asked.field:
        answer, rows = reading.dropped(estate, question, asked.field)
        known = reading.known_fields(estate, answer)
        document = reversed_documents.of_dropped(answer, reading.named(asked.field), rows, known)
    else:
        found = reading.readers(estate, question)
        answer, known = found.answer, reading.known_fields(estate, found.answer)
        document = reversed_documents.of_reads(answer, found.readers, known)
    common.write(asked, document, "reads")
    for note in answer.notes:
        common.say(note)
    common.say_gaps(answer.gaps)
    return common.exit_code(answer.known, answer.event, answer.nearest)
