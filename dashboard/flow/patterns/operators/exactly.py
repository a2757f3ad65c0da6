"""exactly: an undocumented operator of the reference; the string itself, without the reading of IP addresses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard.flow.patterns.operators.argument import text_argument
from dashboard.flow.patterns.operators.exact import Exact

if TYPE_CHECKING:
    from dashboard.flow.patterns.errors import Step
    from dashboard.flow.patterns.jsontext import Json

NAME = "exactly"


def parse(argument: Json, path: tuple[Step, ...]) -> Exact:
    """``{"exactly": "a"}``."""
    return Exact(text_argument(argument, path))
