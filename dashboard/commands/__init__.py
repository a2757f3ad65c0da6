"""The commands. COMMANDS is the one list of them: a new command is a file with arguments() and run(), and a row here."""

import argparse
from collections.abc import Callable
from typing import NamedTuple

from dashboard.commands import (
    consumers,
    events,
    explain,
    health,
    loose_ends,
    match,
    path,
    producers,
    reads,
    resource,
    throughput,
    try_event,
    what_if,
)


class Command(NamedTuple):
    """A command: its name, its help, what adds its arguments, and what runs it and returns the exit code."""

    name: str
    help: str
    arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int]


_MATCH = 'JSON lines {"pattern": …, "event": …} on stdin → true, false, error: why'
_TRY = "what each subscription makes of one event, and where it would arrive"
_THROUGHPUT = "what flows through a thing or along the paths of an event type"
_WHAT_IF = "who gains an event and who loses it when a field or a rule changes"

COMMANDS = (
    Command("consumers", "who consumes an event type, or one event", consumers.arguments, consumers.run),
    Command("producers", "who produces an event type", producers.arguments, producers.run),
    Command("events", "every event type that is known", events.arguments, events.run),
    Command(
        "loose-ends",
        "event types that something is missing of",
        loose_ends.arguments,
        loose_ends.run,
    ),
    Command("resource", "what a thing or a team consumes and produces", resource.arguments, resource.run),
    Command("path", "whether there is a path between two", path.arguments, path.run),
    Command("reads", "which payload fields the consumers of a type read", reads.arguments, reads.run),
    Command("explain", "why an event does or does not match, field by field", explain.arguments, explain.run),
    Command("try", _TRY, try_event.arguments, try_event.run),
    Command("what-if", _WHAT_IF, what_if.arguments, what_if.run),
    Command("health", "what fails, worst first, and since when", health.arguments, health.run),
    Command("throughput", _THROUGHPUT, throughput.arguments, throughput.run),
    Command("match", _MATCH, match.arguments, match.run),
)
