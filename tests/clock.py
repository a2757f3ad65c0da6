"""Tests that speak of the hour or the day in which they run: either may turn while they do."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime


def whole_hour(at: datetime) -> datetime:
    """The beginning of its hour."""
    return at.replace(minute=0, second=0, microsecond=0)


@contextmanager
def meanwhile() -> Iterator[list[datetime]]:
    """The moments at which a block begins and ends. What it took as now lies between: in the hour and on the day of one of them."""
    moments = [datetime.now(UTC)]
    yield moments
    moments.append(datetime.now(UTC))
