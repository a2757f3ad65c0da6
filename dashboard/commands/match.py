"""python -m dashboard match: patterns against events, as JSON lines."""

import argparse
import sys

from dashboard.flow import patterns


def arguments(_: argparse.ArgumentParser) -> None:
    """None: it asks no snapshot, and reads stdin."""


def run(_: argparse.Namespace) -> int:
    """One line of answer a line of question, in order: true, false, or error: why."""
    for line in patterns.match_lines(text.rstrip("\r\n") for text in sys.stdin):
        print(line, flush=True)
    return 0
