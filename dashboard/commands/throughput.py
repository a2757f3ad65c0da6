"""python -m dashboard throughput: what flows through a thing, or along the paths of an event type."""

import argparse

from collectors.errors import UsageError
from dashboard.commands import common
from dashboard.flow import documents
from dashboard.flow.answers import Question, TypeFlow
from dashboard.flow.backwards import named
from dashboard.flow.model import near, ranges
from dashboard.flow.model.estate import Estate
from dashboard.flow.who import deliveries, flowing


def arguments(command: argparse.ArgumentParser) -> None:
    """ARN_OR_NAME, or SOURCE DETAIL_TYPE, and a range."""
    common.answers(command)
    command.add_argument(
        "what", metavar="ARN_OR_NAME | SOURCE", help="a rule, queue, function …, or a source"
    )
    command.add_argument("detail_type", nargs="?", metavar="DETAIL_TYPE", help="with SOURCE: an event type")
    common.bus(command)
    command.add_argument("--range", choices=list(ranges.RANGES), default=ranges.DEFAULT, help="default: 24h")


def run(asked: argparse.Namespace) -> int:
    """0, or 4 for a type that nothing knows."""
    estate = common.estate_of(asked)
    logged: TypeFlow | None = None
    if asked.detail_type is None:
        if asked.bus is not None:
            raise UsageError("--bus goes with SOURCE DETAIL_TYPE.")
        answer = flowing.of_things(estate, asked.what, _things(estate, asked.what), asked.range)
    else:
        question = Question(asked.what, asked.detail_type, asked.bus)
        answer = flowing.of_event(estate, question, asked.range)
        logged = deliveries.flow_of(estate, question, ranges.RANGES[asked.range])
    common.write(asked, documents.of_throughput(answer, logged), "series")
    for state in logged.logging if logged else ():
        common.say(state.says)
    for path in answer.paths:
        if path.broken:
            common.say(f"{path.kind} {path.name}: {path.broken}")
    if not answer.series:
        common.say("CloudWatch has no series of it, or none was collected.")
    common.say_gaps(answer.gaps)
    if answer.event is None:
        return 0
    return common.exit_code(answer.known, answer.event, answer.nearest)


def _things(estate: Estate, asked: str) -> list[str]:
    """The things of this ARN or name: rules too. Raises UsageError with the nearest names."""
    if asked in estate.rules or estate.row_of(asked) is not None:
        return [asked]
    rules = sorted(arn for arn, subs in estate.rules.items() if subs[0].name == asked)
    found = [one.arn for one in named.exact(estate, asked) if one.sort == "resource" and one.arn]
    if not rules and not found:
        names = dict.fromkeys(
            (*(one.name for one in named.all_names(estate)), *(s.name for s in estate.subscriptions))
        )
        close = ", ".join(near.nearest(asked, list(names), 5))
        raise UsageError(f"Nothing is called {asked}. The nearest: {close or 'none'}.")
    return [*rules, *found]
