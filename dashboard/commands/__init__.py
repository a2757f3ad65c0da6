"""The commands. COMMANDS is the one list of them: a new command is a file with arguments() and run(), and a row here."""

import argparse
from collections.abc import Callable
from typing import NamedTuple

from dashboard.commands import consumers, events, explain, match, producers


class Command(NamedTuple):
    """A command: its name, its help, what adds its arguments, and what runs it and returns the exit code."""

    name: str
    help: str
    arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int]


_MATCH = 'JSON lines {"pattern": …, "event": …} on stdin → true, false, error: why'

COMMANDS = (
    Command("consumers", "who consumes an event type, or one event", consumers.arguments, consumers.run),
    Command("producers", "who produces an event type", producers.arguments, producers.run),
    Command("events", "every event type that is known", events.arguments, events.run),
    Command("explain", "why an event does or does not match, field by field", explain.arguments, explain.run),
    Command("match", _MATCH, match.arguments, match.run),
)
