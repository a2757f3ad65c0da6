"""python -m dashboard events: every event type that is known."""

import argparse
from collections.abc import Sequence

from collectors.errors import UsageError
from dashboard.commands import common
from dashboard.flow import catalogue, documents, domains, near


def arguments(command: argparse.ArgumentParser) -> None:
    """--domain D."""
    common.answers(command)
    command.add_argument("--domain", metavar="D", help="of this domain only")


def run(asked: argparse.Namespace) -> int:
    """0: a catalogue without types is an answer. Raises UsageError for a domain that nothing names."""
    estate = common.estate_of(asked)
    if asked.domain is not None:
        _known(asked.domain, domains.names(estate))
    answer = catalogue.events(estate, asked.domain)
    common.write(asked, documents.of_events(answer), "events")
    for arn, problem in answer.malformed:
        common.say(f"The pattern of {arn} cannot be read: {problem}")
    common.say_gaps(answer.gaps)
    return 0


def _known(domain: str, names: Sequence[str]) -> None:
    if domain not in names:
        close = near.nearest(domain, names, 3) or names[:10]
        there = f"The nearest: {', '.join(close)}." if close else "Neither settings nor tags name any."
        raise UsageError(f"There is no domain {domain}. {there}")
