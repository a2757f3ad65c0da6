"""Whether the records that were read are those that a trail writes: a trail that is on shows nobody where log files of another were read.

Judged by what the readers remember (frame `seen`), not by settings: a run may have been told otherwise on its command line.
"""

import pyarrow as pa
import pyarrow.parquet as pq

from dashboard.flow.model import hours
from dashboard.flow.model.estate import Estate
from dashboard.flow.who import sight
from dashboard.flow.who.sight import Place

_COLUMNS = ["account", "region", "collector", "kind", "evidence"]
_READ_KINDS = ("since", "athena", "insights")
"""Rows of `seen` whose evidence is where the records of the place itself were looked for; named folders are remembered as `files` alone."""
_ATHENA = "athena:"


def read_from(estate: Estate) -> dict[Place, frozenset[str]]:
    """Account and region → where its calls were looked for: the locations of its trails, tables of Athena, log groups. Once an estate."""
    if "read-from" not in estate.memory:
        found: dict[Place, set[str]] = {}
        for row in _remembered(estate).to_pylist():
            if row["collector"] == "traces" and row["kind"] in _READ_KINDS:
                found.setdefault((row["account"], row["region"]), set()).add(row["evidence"])
        estate.memory["read-from"] = {place: frozenset(where) for place, where in found.items()}
    result: dict[Place, frozenset[str]] = estate.memory["read-from"]
    return result


def _remembered(estate: Estate) -> pa.Table:
    """Without the hashes, of which there may be millions."""
    path = estate.snapshot.folder / "seen.parquet"
    if path.is_file():
        return pq.read_table(path, columns=_COLUMNS)
    return estate.snapshot.table("seen").select(_COLUMNS)


def elsewhere(estate: Estate, place: Place) -> str | None:
    """A clause where a trail logs the calls of a place, and what was read is not known to be what that trail writes.

    Which trail a table of Athena lies over is not told: it is taken to be this one where it holds calls of the place. Judged once.
    """
    judged: dict[Place, str | None] = estate.memory.setdefault("read-elsewhere-by-place", {})
    if place not in judged:
        judged[place] = _elsewhere(estate, place)
    return judged[place]


def _elsewhere(estate: Estate, place: Place) -> str | None:
    looked = read_from(estate).get(place, frozenset())
    trails = sight.logging(estate, place)
    if any(where in looked for trail in trails for where in sight.writes_to(trail)):
        return None
    tables = sorted(where for where in looked if where.startswith(_ATHENA))
    if tables and place in hours.spans(estate):
        return None
    names = ", ".join(sorted(str(trail["name"]) for trail in trails))
    where = f"calls from {' '.join(place)} are logged by trail {names}"
    if tables:
        return f"{where}, and {', '.join(tables)} holds none of them"
    return f"{where}, and what was read is not known to be what it writes"


def notes(estate: Estate) -> tuple[str, ...]:
    """For an answer about producers: whose calls are logged, and were not read where they are. Once an estate."""
    if "read-elsewhere" not in estate.memory:
        on = [one for one in sight.trail_sight(estate) if one.state == "on"]
        found = [one for one in on if elsewhere(estate, (one.account, one.region))]
        told = f"Not observed, or not all of it: what is put from {sight.few(found)}. Trails log it, and what was read is not known to be what they write."
        estate.memory["read-elsewhere"] = (told,) if found else ()
    result: tuple[str, ...] = estate.memory["read-elsewhere"]
    return result
