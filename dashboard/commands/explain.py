"""python -m dashboard explain: why an event does or does not match, field by field."""

import argparse

from dashboard.commands import common
from dashboard.flow import documents
from dashboard.flow.who import explaining


def arguments(command: argparse.ArgumentParser) -> None:
    """[RULE_ARN] [--event FILE]."""
    common.answers(command)
    command.add_argument("rule", nargs="?", metavar="RULE_ARN", help="this rule only")
    command.add_argument("--event", metavar="FILE", help='the event, a JSON file; "-" or left out: stdin')
    common.bus(command)


def run(asked: argparse.Namespace) -> int:
    """Always 0: an event that matches nothing is explained too."""
    event = common.event_in(asked.event)
    estate = common.estate_of(asked)
    rows = explaining.explain(estate, event, asked.rule, asked.bus)
    common.write(asked, documents.of_explanations(event, rows, estate.snapshot.id), "subscriptions")
    return 0
