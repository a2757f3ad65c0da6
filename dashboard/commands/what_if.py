"""python -m dashboard what-if: a field of the event or a rule changes; who gains the event, who loses it."""

import argparse
from collections.abc import Iterator
from pathlib import Path

from collectors.errors import UsageError
from dashboard.commands import common
from dashboard.flow import documents
from dashboard.flow.answers import Question
from dashboard.flow.suppose import changes, what_if
from dashboard.flow.suppose.changes import Change, RuleChange, RuleKind

_RULE: tuple[tuple[RuleKind, str], ...] = (
    ("disable", "this rule or subscriber is switched off"),
    ("enable", "this rule or subscriber is switched on"),
    ("drop", "this rule or subscriber is removed"),
)


def arguments(command: argparse.ArgumentParser) -> None:
    """SOURCE DETAIL_TYPE, and any number of changes."""
    common.answers(command)
    common.event_type(command)
    common.bus(command)
    _many(command, "--remove", "PATH", "the field is removed, like detail.total")
    _many(
        command,
        "--set",
        "PATH=JSON",
        "the field always has this value; without =JSON, one that no pattern names",
    )
    _many(command, "--optional", "PATH", "the field may be left out")
    for kind, says in _RULE:
        _many(command, f"--{kind}", "RULE_ARN", says)
    _many(command, "--pattern", "RULE_ARN=JSON", "the rule gets this pattern; =@FILE reads it from a file")


def _many(command: argparse.ArgumentParser, option: str, what: str, says: str) -> None:
    command.add_argument(option, action="append", default=[], metavar=what, help=says)


def run(asked: argparse.Namespace) -> int:
    """0, or 4 for a type that nothing knows."""
    wanted = list(_changes(asked))
    estate = common.estate_of(asked)
    answer = what_if.what_if(estate, Question(asked.source, asked.detail_type, asked.bus), wanted)
    common.write(asked, documents.of_what_if(answer), "effects")
    common.say(answer.sentence)
    for note in answer.notes:
        common.say(note)
    common.say_gaps(answer.gaps)
    return common.exit_code(answer.known, answer.event, answer.nearest)


def _changes(asked: argparse.Namespace) -> Iterator[Change]:
    yield from (changes.field("remove", path) for path in asked.remove)
    for text in asked.set:
        path, given, value = text.partition("=")
        yield changes.field("set" if given else "other", path, value)
    yield from (changes.field("optional", path) for path in asked.optional)
    for kind, _ in _RULE:
        yield from (RuleChange(kind, rule) for rule in getattr(asked, kind))
    for text in asked.pattern:
        rule, given, pattern = text.partition("=")
        if not given:
            raise UsageError("Say --pattern RULE_ARN=JSON, or RULE_ARN=@FILE.")
        yield RuleChange("pattern", rule, _pattern(pattern))


def _pattern(text: str) -> str:
    if not text.startswith("@"):
        return text
    try:
        return Path(text[1:]).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"The pattern file {text[1:]} cannot be read.") from error
