"""The ranges of CloudWatch that are read: the last day finely, and behind it history in ever coarser points.

GetMetricData is paid by the series asked for, whatever the number of points: a layer is asked again only when it is due,
and the rows of one that is not stay as they are.
"""

from datetime import UTC, datetime, timedelta
from typing import Literal, NamedTuple

from collectors.settings import Settings

Name = Literal["recent", "days", "months"]
QUERIES = 500
POINTS = 100_800
POINTS_PER_SECOND = {True: 180_000, False: 396_000}
"""CloudWatch's quota, by whether the range starts at most three hours ago."""
USD_PER_SERIES = 0.01 / 1000
"""CloudWatch's price of GetMetricData, for each metric asked for, whatever its number of points."""


class Window(NamedTuple):
    """The range asked for; start and end lie on whole periods."""

    start: datetime
    end: datetime
    period: int

    @property
    def points(self) -> int:
        """Points of one series, at most."""
        return max(1, int((self.end - self.start).total_seconds()) // self.period)


class Layer(NamedTuple):
    """A range: its length in hours, seconds of a point, and how many hours old it may get before it is asked again."""

    name: Name
    hours: int
    period: int
    due_hours: int

    @property
    def points(self) -> int:
        """Points of one series, at most."""
        return max(1, self.hours * 3600 // self.period)

    @property
    def size(self) -> int:
        """Series of one call: at most 500, and no more points than fit into one answer."""
        return max(1, min(QUERIES, POINTS // self.points))

    @property
    def calls_a_second(self) -> float:
        """Full calls that CloudWatch's quota of points lets through in a second."""
        return POINTS_PER_SECOND[self.hours <= 3] / (self.size * self.points)

    def window(self, now: float) -> Window:
        """The range up to the end of the last whole period before `now` (seconds since 1970)."""
        end = int(now) // self.period * self.period
        start = end - self.hours * 3600
        return Window(datetime.fromtimestamp(start, UTC), datetime.fromtimestamp(end, UTC), self.period)

    def is_due(self, end: datetime | None, now: float) -> bool:
        """Whether it has to be asked again, from where its last reading ended."""
        return end is None or datetime.fromtimestamp(now, UTC) - end >= timedelta(hours=self.due_hours)


# A reading is due long before the next finer layer no longer reaches back to its end.
HOUR = 3600
HISTORY = (Layer("days", 15 * 24, HOUR, 6), Layer("months", 90 * 24, 6 * HOUR, 24))


def period_of(hours: int) -> int:
    """Seconds of a point: five minutes for a day, half an hour for a week, else an hour.

    CloudWatch keeps five-minute points 63 days and hourly ones 455: each of these still exists at the range's start.
    """
    if hours <= 24:
        return 300
    return 1800 if hours <= 168 else 3600


def recent(hours: int) -> Layer:
    """The layer that every run reads."""
    return Layer("recent", hours, period_of(hours), 0)


def layers(settings: Settings) -> tuple[Layer, ...]:
    """The layers that these settings ask for: the recent one, and history where it is longer and coarser."""
    first = recent(settings.metric_hours)
    more = HISTORY if settings.metric_history else ()
    wanted = (layer for layer in more if layer.hours > first.hours and layer.period > first.period)
    # a recent layer of a few hours would not reach back to the end of one that is read only each six
    return (first, *(layer._replace(due_hours=_due(layer, first)) for layer in wanted))


def _due(layer: Layer, first: Layer) -> int:
    """Of what the recent layer has to fill up: due before it no longer reaches back to the end. The longest is filled up by the one between."""
    if layer.period != HOUR:
        return layer.due_hours
    return max(min(layer.due_hours, first.hours - layer.period // HOUR), 0)
