"""What the last run remembered of its reading of traces, as long as the settings still say to read the same in the same way."""

from datetime import datetime

import pyarrow as pa
import pyarrow.compute as pc

from collectors.evidence.reading import SEEN, TRACES
from collectors.scope import Scope
from collectors.settings import Settings


def way(settings: Settings) -> str:
    """What is read, and how. When it changes, what was remembered says nothing any more."""
    places = {
        "files": sorted(settings.trails),
        "athena": [f"{settings.athena_database}.{settings.athena_table}"],
        "insights": [settings.trail_log_group or ""],
    }
    return " ".join((settings.trail_reader, *places[settings.trail_reader]))


def is_same_way(scope: Scope) -> bool:
    """Whether the scope's last reading was of the same."""
    return (scope.account, scope.region) in _places(scope)


def begin_of_way(scope: Scope) -> datetime | None:
    """From which hour on what is read this way counts; None: from the first."""
    return _places(scope).get((scope.account, scope.region))


def seen(scope: Scope, *, everywhere: bool = False) -> pa.Table:
    """SEEN as the last run left it in this scope, or in all scopes. Empty when the way has changed. Raises DamagedError."""
    before = scope.run.before
    if before is None:
        return SEEN.empty_table()
    places = _places(scope)
    wanted = set(places) if everywhere else set(places) & {(scope.account, scope.region)}
    return _of(before.table("seen"), wanted, scope.collector).select(SEEN.names).cast(SEEN)


def traces(scope: Scope) -> pa.Table:
    """TRACES of this scope as the last run left them. Raises DamagedError."""
    before = scope.run.before
    if before is None:
        return TRACES.empty_table()
    return (
        _of(before.table("traces"), {(scope.account, scope.region)}, scope.collector)
        .select(TRACES.names)
        .cast(TRACES)
    )


def _places(scope: Scope) -> dict[tuple[str, str], datetime | None]:
    """Accounts and regions whose last reading went this way, and from which hour on it counts."""
    if scope.run.before is None:
        return {}
    table = scope.run.before.table("seen")
    same = pc.and_(pc.equal(table["kind"], "way"), pc.equal(table["evidence"], way(scope.settings)))
    same = pc.and_(same, pc.equal(table["collector"], scope.collector))
    rows = table.filter(same).select(("account", "region", "at")).to_pylist()
    return {(row["account"], row["region"]): row["at"] for row in rows}


def _of(table: pa.Table, places: set[tuple[str, str]], collector: str) -> pa.Table:
    ids = pc.binary_join_element_wise(table["account"], table["region"], table["collector"], "|")
    wanted = pa.array([f"{account}|{region}|{collector}" for account, region in places], pa.string())
    ours = pc.is_in(ids, wanted)
    return table if pc.all(ours).as_py() else table.filter(ours)
