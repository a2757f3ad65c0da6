"""What could be seen: where PutEvents is logged by a trail, which buses log what becomes of events, and what being off hides.

CloudTrail tells of PutEvents in the account and region that calls, so a bus's producers of other accounts show only there.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from dashboard.flow.model import completeness, hours
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


def counted(rows: Sequence[TrailSight | LogSight]) -> str:
    """How many are in which state: "2 on, 1 off, 3 not known". What is not known is no "off", and what is partly on is neither."""
    words = {"on": "on", "partly": "partly on", "off": "off", "unknown": "not known"}
    found = [(sum(row.state == state for row in rows), word) for state, word in words.items()]
    return ", ".join(f"{count:,} {word}" for count, word in found if count) or "none"


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
    """The trails that tell of an account and region, the best first: its own, and an organization's that holds calls of it."""
    seen = rows_of_trails(estate).get(place[0], [])
    arns_seen, found = {row["arn"] for row in seen}, _seen_in(estate).get(place, {})
    of_others = [
        row
        for rows in rows_of_trails(estate).values()
        for row in rows
        if row["is_organization"]
        and row["arn"] not in arns_seen
        and not found.keys().isdisjoint(writes_to(row))
    ]
    # of one that several accounts see, each has a row: one is enough
    rows = [
        row
        for row in {row["arn"]: row for row in (*of_others, *seen)}.values()
        if row["is_multi_region"] or row["home_region"] == place[1]
    ]
    return sorted(rows, key=lambda row: (_ORDER.index(_state(estate, row)), row["arn"]))


def logging(estate: Estate, place: Place) -> list[Row]:
    """The trails that log all PutEvents of an account and region now."""
    return [row for row in covering(estate, place) if _state(estate, row) == "on"]


_ORDER: tuple[State, ...] = ("on", "partly", "unknown", "off")


def _state(estate: Estate, row: Row) -> State:
    """What the trail does now: a row that is kept from an earlier run tells what it did then."""
    if not _is_fresh(estate, row):
        return "unknown"
    if row["is_logging"] is False or row["puts"] == "none":
        return "off"
    if row["puts"] is None or row["is_logging"] is None:
        return "unknown"
    return "on" if row["puts"] == "all" else "partly"


def _is_fresh(estate: Estate, row: Row) -> bool:
    run = estate.scopes.get((row["account"], row["region"], TRAILS))
    return run is not None and run["status"] in _READ


_READ = ("ok", "partial", "unsupported")
_LISTING = "cloudtrail:DescribeTrails"


def _of_place(estate: Estate, place: Place) -> TrailSight:
    account, region = place
    if estate.settings.trails:
        told = f"The log files that the settings name were read ({', '.join(estate.settings.trails)}): whether they hold all of this account's calls is not known here."
        return TrailSight(account, region, "unknown", told)
    rows = covering(estate, place)
    best = rows[0] if rows else None
    state: State = _state(estate, best) if best else "off"
    why = _why(estate, best, rows) if best else "There is no trail."
    hidden = _hidden(estate, place) if state in ("off", "unknown") else ""
    if hidden and state == "off":
        state = "unknown"
    why = hidden if hidden and best is None else f"{why} {hidden}".strip()
    return TrailSight(account, region, state, why, best["arn"] if best else None)


def _hidden(estate: Estate, place: Place) -> str:
    """Why a place may be logged, though no trail that was read does: others were not read, or log files hold calls of it.

    What was seen is of then: it never tells that a trail is on now.
    """
    unread = _unread(estate, place[0])
    if unread:
        return f"The trails of this account were not read in {', '.join(unread)}."
    found = _seen_in(estate).get(place, {})
    own = {where for row in covering(estate, place) for where in writes_to(row)}
    others = {where: at for where, at in found.items() if where not in own}
    if not others:
        return ""
    where, at = max(others.items(), key=lambda one: (one[1], one[0]))
    return f"Its calls are in the log files of {where}, the last of {at:%Y-%m-%d %H:%M} UTC: which trail wrote them, and whether it still does, cannot be seen from here."


def writes_to(row: Row) -> Iterator[str]:
    """The evidence of traces that come from this trail: its log files, and its log group."""
    if row["bucket"]:
        prefix = (row["prefix"] or "").strip("/")
        yield f"s3://{row['bucket']}/{prefix}/AWSLogs/" if prefix else f"s3://{row['bucket']}/AWSLogs/"
    if row["log_group"]:
        yield f"insights:{row['log_group'].removesuffix(':*')}"


def _seen_in(estate: Estate) -> dict[Place, dict[str, datetime]]:
    """Account and region → the locations in whose log files calls of it were found, each with the time of the last."""
    if "traced-places" not in estate.memory:
        seen: dict[Place, dict[str, datetime]] = {}
        for row in estate.traces:
            place = hours.place_of(row)
            of_place = seen.setdefault(place, {}) if place else {}
            of_place[row["evidence"]] = max(row["last_seen"], of_place.get(row["evidence"], row["last_seen"]))
        estate.memory["traced-places"] = seen
    found: dict[Place, dict[str, datetime]] = estate.memory["traced-places"]
    return found


def _unread(estate: Estate, account: str) -> list[str]:
    """Regions of the account whose trails were not listed: a trail of all regions is told in one of them only."""
    runs = {
        region: estate.scopes.get((account, region, TRAILS))
        for owner, region in estate.places
        if owner == account
    }
    refused = {
        gap["region"]
        for gap in estate.gap_rows
        if (gap["account"], gap["collector"], gap["action"]) == (account, TRAILS, _LISTING)
    }
    return sorted(
        region
        for region, run in runs.items()
        if run is None or run["status"] not in _READ or region in refused
    )


def _why(estate: Estate, row: Row, rows: Sequence[Row]) -> str:
    name, state = f"Trail {row['name']}", _state(estate, row)
    if state == "on":
        return f"{name} logs PutEvents."
    if state == "partly":
        return f"{name} logs PutEvents only where further conditions of its selector hold."
    if state == "unknown":
        return f"Whether trail {row['name']} logs PutEvents could not be read."
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
    if not is_read(estate, arn):
        return LogSight(*head, "unknown", None, "The bus could not be described, or not by the last run.")
    if level in ("ERROR", "INFO", "TRACE"):
        only = "errors only: what is delivered is not seen" if level == "ERROR" else f"level {level}"
        return LogSight(*head, "partly" if level == "ERROR" else "on", level, f"It logs ({only}).")
    return LogSight(*head, "off", level, "Its logging is off.")


def _of_subscribers(estate: Estate, arn: str) -> tuple[State, str | None, str]:
    levels = [sub.row["log_level"] for sub in estate.subscriptions_of(arn)]
    on = [level for level in levels if level in ("ERROR", "INFO")]
    if not were_listed(estate, arn):
        return "unknown", None, "A new bus logs through its subscribers, and they were not all read."
    if not levels:
        return "off", None, "A new bus logs through its subscribers, and it has none."
    if not on:
        return "off", None, "No subscriber of it logs."
    whole = on.count("INFO") == len(levels)
    return "on" if whole else "partly", None, f"{len(on)} of {len(levels)} subscribers log."


def is_read(estate: Estate, arn: str) -> bool:
    """Whether the last run described the bus: its level, its key and its policy."""
    run = estate.scopes.get((str(estate.account_of(arn)), str(estate.region_of(arn)), "buses"))
    if run is not None and run["status"] not in _READ:
        return False
    return not any(completeness.is_about(gap["subject"], arn) for gap in _gaps_of(estate, arn, "buses"))


def were_listed(estate: Estate, arn: str) -> bool:
    """Whether the subscribers of a new bus were all read."""
    return not any(_gaps_of(estate, arn, "subscribers"))


def _gaps_of(estate: Estate, arn: str, collector: str) -> Iterator[Row]:
    place = estate.account_of(arn), estate.region_of(arn)
    return (
        gap
        for gap in estate.gap_rows
        if gap["collector"] == collector and (gap["account"], gap["region"]) == place
    )


def blind(estate: Estate, buses: Iterable[str]) -> Iterator[str]:
    """Sentences for an answer about producers: what could not be observed of events on these buses, since it is off."""
    off = [sight for sight in trail_sight(estate) if sight.state in ("off", "partly")]
    if off:
        yield f"Not observed: what is put from {few(off)}, since no trail logs all PutEvents there. Coverage has the command that turns it on."
    unknown = [sight for sight in trail_sight(estate) if sight.state == "unknown"]
    if unknown:
        yield f"Whether all that is put from {few(unknown)} was observed is not known: {unknown[0].why}"
    logs = {sight.bus: sight for sight in log_sight(estate)}
    silent = [logs[bus].name for bus in sorted(buses) if bus in logs and logs[bus].state == "off"]
    if silent:
        yield f"Logs are off on {', '.join(dict.fromkeys(silent))}: accounts that put without a trail of theirs are not seen there."


def few(rows: Sequence[TrailSight]) -> str:
    """The first accounts and regions, and how many more."""
    where = ", ".join(f"{one.account} {one.region}" for one in rows[:6])
    return f"{where} and {len(rows) - 6} more" if len(rows) > 6 else where
