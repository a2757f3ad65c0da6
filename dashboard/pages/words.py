"""How values read on a page: numbers with their unit, times with their zone, health as sign and word."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from dashboard.escape import clean
from dashboard.flow.answers import Consumer, GapNote, Health
from dashboard.flow.suppose.effects import Effect

HEALTH = {"ok": "● healthy", "failing": "✖ failing", "idle": "○ idle", "unknown": "■ not known"}
INACTIVE = "□ not active"
INPUTS = {
    "event": "the event",
    "path": "a part of the event",
    "constant": "a constant, never the event",
    "template": "a template",
    "jsonata": "what JSONata makes of the event",
    "with-metadata": "the event with its metadata",
}
"""What a target gets, by the kind of its input."""


def health_of(row_active: bool, health: Health | None) -> str:  # noqa: FBT001 - a fact of the row, not a switch
    """Sign and word, so that colour is never all."""
    if not row_active:
        return INACTIVE
    return HEALTH[health.state] if health else HEALTH["unknown"]


def delivery(row: Consumer) -> str:
    """always, or what it depends on."""
    if row.delivery == "always":
        return "always"
    return "depends on " + ("; ".join(row.when) if row.when else "the payload")


def path(row: Consumer | Effect) -> str:
    """The way in words: each carrier, and what it leads to; the consumer itself is named elsewhere."""
    steps = [
        hop.via if hop is row.path[-1] else f"{hop.via} → {hop.kind} {clean(hop.name, 30)}"
        for hop in row.path
    ]
    return " → ".join(steps)


def gets(row: Mapping[str, Any]) -> str:
    """What the target of a rule or subscriber gets, with the paths of the event that it reads."""
    if _undescribed(row) and row["input_kind"] == "event":
        return "what is not known"
    told = INPUTS.get(row["input_kind"], "what is not known")
    return f"{told}: {', '.join(row['input_paths'])}" if row["input_paths"] else told


def undeliverable(row: Mapping[str, Any], name: str | None) -> str:
    """What becomes of an event that cannot be delivered; `name` is its dead-letter queue's."""
    if name:
        return f"dead-letter queue {name}"
    return "dead-letter queue not known" if _undescribed(row) else "no dead-letter queue"


def _undescribed(row: Mapping[str, Any]) -> bool:
    """A subscriber of which only the list told: what it lacks may be there all the same."""
    return row["kind"] == "subscriber" and bool(row["filters_hidden"])


def moment(at: datetime | None) -> str:
    """A time in UTC, to the minute."""
    return f"{at:%Y-%m-%d %H:%M} UTC" if at else "never seen"


def stamp(at: datetime | None) -> str | None:
    """A time for a table whose header names the zone."""
    return f"{at:%Y-%m-%d %H:%M}" if at else None


def number(value: float | None, unit: str = "") -> str:
    """A number in few characters; "–" when it is not known."""
    if value is None:
        return "not known"
    told = f"{value:,.0f}" if value >= 10 or value == int(value) else f"{value:.1f}"
    return f"{told} {unit}".strip()


def duration(seconds: float | None) -> str:
    """Seconds in the largest unit that says enough."""
    if seconds is None:
        return "not known"
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"


def gap_line(gap: GapNote) -> str:
    """One gap in a line of text."""
    where = " ".join(part for part in (gap.account, gap.region, gap.collector) if part)
    return clean(f"{gap.status}: {gap.action} in {where}. {gap.message}", 400)


def policy_line(gap: GapNote) -> str | None:
    """The statement of an IAM policy that would allow a denied call; None where permission is not what lacks."""
    if gap.status != "denied" or ":" not in gap.action:
        return None
    return f'{{"Effect": "Allow", "Action": "{clean(gap.action)}", "Resource": "*"}}'


def plural(count: int, one: str, many: str | None = None) -> str:
    """1 rule, 2 rules."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def joined(values: Iterable[str | None]) -> str:
    """Known values with dots between."""
    return " · ".join(clean(value) for value in values if value)
