"""The shop's day: how a rate goes up and down over 24 hours, in UTC."""

import math

PEAK_HOUR = 19  # in the evening people shop


def weight(hour: float) -> float:
    """Factor on a mean rate at an hour of the day: 0.4 at night, 1.6 in the evening, 1 over the whole day."""
    return 1 + 0.6 * math.cos((hour - PEAK_HOUR) / 24 * 2 * math.pi)


def spread(per_hour: int) -> list[int]:
    """Calls in each hour of a day, by hour: they follow `weight` and add up to 24 times `per_hour` exactly."""
    total, given, due = [], 0, 0.0
    for hour in range(24):
        due += per_hour * weight(hour)
        count = round(due) - given
        given += count
        total.append(count)
    return total
