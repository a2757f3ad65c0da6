"""python -m dashboard path: whether there is a path between two, and which."""

import argparse

from dashboard.commands import common
from dashboard.flow import reversed_documents
from dashboard.flow.backwards import between
from dashboard.flow.backwards.between import Between
from dashboard.flow.backwards.named import Named

_SAYS = {"yes": "yes", "no": "no", "unknown": "cannot be ruled out"}


def arguments(command: argparse.ArgumentParser) -> None:
    """FROM TO."""
    common.answers(command)
    command.add_argument("start", metavar="FROM", help="an ARN, a name, SOURCE/DETAIL_TYPE, or a domain")
    command.add_argument("end", metavar="TO", help="an ARN, a name, or a domain")


def run(asked: argparse.Namespace) -> int:
    """Always 0: no path is an answer too."""
    estate = common.estate_of(asked)
    answers = between.ask(estate, asked.start, asked.end)
    document = reversed_documents.of_between(estate, asked.start, asked.end, answers)
    common.write(asked, document, "paths")
    for one in answers:
        common.say(_sentence(one))
    return 0


def _sentence(one: Between) -> str:
    delivery = f", {one.delivery}" if one.delivery else ""
    text = f"From {_place(one.start)} to {_place(one.end)}: {_SAYS[one.answer]}{delivery}."
    return " ".join([text, *one.reasons])


def _place(one: Named) -> str:
    return " ".join(part for part in (one.kind, one.name, one.account, one.region) if part)
