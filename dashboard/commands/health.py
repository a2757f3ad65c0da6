"""python -m dashboard health: what fails, worst first, since when, and the paths through it."""

import argparse

from dashboard.commands import common
from dashboard.flow import documents
from dashboard.flow.health import failing
from dashboard.flow.model import domains


def arguments(command: argparse.ArgumentParser) -> None:
    """--domain D."""
    common.answers(command)
    command.add_argument("--domain", metavar="D", help="what is of this domain, or on a way to it")


def run(asked: argparse.Namespace) -> int:
    """Always 0: that something fails is an answer too."""
    estate = common.estate_of(asked)
    answer = failing.failings(estate, asked.domain)
    common.write(asked, documents.of_health(answer), "failing")
    end = f"{answer.window_end:%Y-%m-%d %H:%M} UTC" if answer.window_end else "a time that is not known"
    found = f"{len(answer.failing)} fail" if answer.failing else "Nothing is seen to fail"
    where = f"{found} in {asked.domain}" if asked.domain is not None else found
    old = f" ({answer.old} of them end earlier: how they do since is not known)" if answer.old else ""
    whole = "of the whole estate " if asked.domain is not None else ""
    common.say(
        f"{where}; {whole}{answer.looked_at} things have metrics, up to {end}{old}; {answer.unknown} have none."
    )
    if asked.domain is not None:
        common.say_unknown_domain(asked.domain, domains.names(estate))
    common.say_gaps(answer.gaps)
    return 0
