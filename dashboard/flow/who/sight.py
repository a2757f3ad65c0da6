"""What could be seen: where PutEvents is logged by a trail, which buses log what becomes of events, and what being off hides.

CloudTrail tells of PutEvents in the account and region that calls, so a bus's producers of other accounts show only there.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from dashboard.flow.model import completeness
from dashboard.flow.model.estate import Estate, Row

State = Literal["on", "partly", "off", "unknown"]
Place = tuple[str, str]
TRAILS = "trails"


@dataclass(frozen=True, slots=True)
class TrailSight:
    """Whether PutEvents calls of an account and region are logged. `by` is the trail that does, or that could."""

    account: str
    region: str
    state: State
    why: str
    by: str | None = None


@dataclass(frozen=True, slots=True)
class LogSight:
    """Whether a bus logs what becomes of its events. `level` as AWS has it; of a new bus its subscribers log, each its own."""

    bus: str
    name: str
    kind: str
    account: str
    region: str
    state: State
    level: str | None
    why: str


def trail_sight(estate: Estate) -> tuple[TrailSight, ...]:
    """One row a collected place, in order. Worked out once an estate."""
    if "trail-sight" not in estate.memory:
        estate.memory["trail-sight"] = tuple(_of_place(estate, place) for place in sorted(estate.places))
    found: tuple[TrailSight, ...] = estate.memory["trail-sight"]
    return found


def log_sight(estate: Estate) -> tuple[LogSight, ...]:
    """One row a bus of the estate, in order. Worked out once an estate."""
    if "log-sight" not in estate.memory:
        estate.memory["log-sight"] = tuple(
            _of_bus(estate, arn, row) for arn, row in sorted(estate.buses.items())
        )
    found: tuple[LogSight, ...] = estate.memory["log-sight"]
    return found


def rows_of_trails(estate: Estate) -> dict[str, list[Row]]:
    """The trails' rows by the account that sees them."""
    if "trails-by-account" not in estate.memory:
        found: dict[str, list[Row]] = {}
        for row in sorted(estate.snapshot.rows(TRAILS), key=lambda row: row["arn"]):
            found.setdefault(row["account"], []).append(row)
        estate.memory["trails-by-account"] = found
    rows: dict[str, list[Row]] = estate.memory["trails-by-account"]
    return rows


def covering(estate: Estate, place: Place) -> list[Row]:
    """The trails that tell of an account and region, the best first."""
    account, region = place
    rows = [
        row
        for row in rows_of_trails(estate).get(account, ())
        if row["is_multi_region"] or row["home_region"] == region
    ]
    return sorted(rows, key=lambda row: (_ORDER.index(_state(row)), row["arn"]))


_ORDER: tuple[State, ...] = ("on", "partly", "unknown", "off")


def _state(row: Row) -> State:
    if row["is_logging"] is False or row["puts"] == "none":
        return "off"
    if row["puts"] is None:
        return "unknown"
    return "on" if row["puts"] == "all" else "partly"


def _of_place(estate: Estate, place: Place) -> TrailSight:
    account, region = place
    if estate.settings.trails:
        told = f"The log files that the settings name were read ({', '.join(estate.settings.trails)}): whether they hold all of this account's calls is not known here."
        return TrailSight(account, region, "unknown", told)
    rows = covering(estate, place)
    state: State = _state(rows[0]) if rows else "off"
    found = _seen_in(estate).get(place)
    if found and state in ("off", "unknown"):
        told = f"Its calls are in the log files of {found}: which trail writes them cannot be seen from here."
        return TrailSight(account, region, "on", told)
    if rows:
        return TrailSight(account, region, _state(rows[0]), _why(rows[0], rows), rows[0]["arn"])
    if not _was_read(estate, place):
        return TrailSight(account, region, "unknown", "The trails of this account were not read.")
    return TrailSight(account, region, "off", "There is no trail.")


def _seen_in(estate: Estate) -> dict[Place, str]:
    """Account and region → the location in whose log files calls of it were found: a trail of another account may write them."""
    if "traced-places" not in estate.memory:
        estate.memory["traced-places"] = {
            (row["account"], row["region"]): row["evidence"] for row in estate.traces
        }
    found: dict[Place, str] = estate.memory["traced-places"]
    return found


def _was_read(estate: Estate, place: Place) -> bool:
    """Whether the trails of the account were listed, in whichever region tells them."""
    runs = [row for (account, _, name), row in estate.scopes.items() if (account, name) == (place[0], TRAILS)]
    return bool(runs) and all(row["status"] in ("ok", "partial") or row["read_at"] for row in runs)


def _why(row: Row, rows: Sequence[Row]) -> str:
    name, state = f"Trail {row['name']}", _state(row)
    if state == "on":
        return f"{name} logs PutEvents."
    if state == "partly":
        return f"{name} logs PutEvents only where further conditions of its selector hold."
    if state == "unknown":
        return f"Whether {name.lower()} logs PutEvents could not be read."
    if row["is_logging"] is False and row["puts"] != "none":
        return f"{name} is switched off."
    others = f", nor does any of the {len(rows) - 1} others" if len(rows) > 2 else ""
    return f"{name} does not log PutEvents (no selector for AWS::Events::EventBus){others}."


def _of_bus(estate: Estate, arn: str, row: Row) -> LogSight:
    kind, account, region = row["kind"], row["account"], row["region"]
    head = (arn, estate.name_of(arn), kind, account, region)
    if kind == "new":
        return LogSight(*head, *_of_subscribers(estate, arn))
    level = row["log_level"]
    if level in ("ERROR", "INFO", "TRACE"):
        only = "errors only: what is delivered is not seen" if level == "ERROR" else f"level {level}"
        return LogSight(*head, "partly" if level == "ERROR" else "on", level, f"It logs ({only}).")
    if _was_refused(estate, arn):
        return LogSight(*head, "unknown", None, "The bus could not be described.")
    return LogSight(*head, "off", level, "Its logging is off.")


def _of_subscribers(estate: Estate, arn: str) -> tuple[State, str | None, str]:
    levels = [sub.row["log_level"] for sub in estate.subscriptions_of(arn)]
    on = [level for level in levels if level in ("ERROR", "INFO")]
    if not levels:
        return "off", None, "A new bus logs through its subscribers, and it has none."
    if not on:
        return "off", None, "No subscriber of it logs."
    whole = on.count("INFO") == len(levels)
    return "on" if whole else "partly", None, f"{len(on)} of {len(levels)} subscribers log."


def _was_refused(estate: Estate, arn: str) -> bool:
    return any(
        gap["collector"] == "buses" and completeness.is_about(gap["subject"], arn)
        for gap in estate.gap_rows
        if gap["account"] == estate.account_of(arn) and gap["region"] == estate.region_of(arn)
    )


def blind(estate: Estate, buses: Iterable[str]) -> Iterator[str]:
    """Sentences for an answer about producers: what could not be observed of events on these buses, since it is off."""
    off = [sight for sight in trail_sight(estate) if sight.state in ("off", "partly")]
    if off:
        where = ", ".join(f"{sight.account} {sight.region}" for sight in off[:6])
        more = f" and {len(off) - 6} more" if len(off) > 6 else ""
        yield f"Not observed: what is put from {where}{more}, since no trail logs all PutEvents there. Coverage has the command that turns it on."
    logs = {sight.bus: sight for sight in log_sight(estate)}
    silent = [logs[bus].name for bus in sorted(buses) if bus in logs and logs[bus].state == "off"]
    if silent:
        yield f"Logs are off on {', '.join(dict.fromkeys(silent))}: accounts that put without a trail of theirs are not seen there."


def could_see(estate: Estate, buses: Iterable[str]) -> bool:
    """Whether an event of our own on these buses would have been seen: a trail logs the bus's account and region, or the bus logs."""
    trails = {(one.account, one.region): one.state for one in trail_sight(estate)}
    logs = {one.bus: one.state for one in log_sight(estate)}
    return all(
        trails.get((str(estate.account_of(bus)), str(estate.region_of(bus)))) == "on" or logs.get(bus) == "on"
        for bus in buses
    )
