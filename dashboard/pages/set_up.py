"""How a bus is set up: policy, logs, schema discovery, archives and replays, dead-letter queue, keys."""

import streamlit as st

from dashboard.escape import clean
from dashboard.flow.backwards import buses
from dashboard.flow.backwards.buses import BusAnswer
from dashboard.flow.model.estate import Estate, Row
from dashboard.flow.who import allowing, sight
from dashboard.pages import words

MOST_STATEMENTS = 12


def render(estate: Estate, answer: BusAnswer) -> None:
    """Policy, logs, discovery, archives and dead letters, a line each."""
    st.header("How it is set up", anchor=False)
    row = estate.buses[answer.arn]
    told = [*_policy(estate, row), *_logs(estate, answer.arn), *_discovery(answer)]
    told += [_kept(estate, archive) for archive in answer.archives] or [
        "No archive that was read keeps its events."
    ]
    told += [
        f"Replay {replay['name']}: {str(replay['state'] or 'state not known').lower()}."
        for replay in answer.replays
    ]
    queue = row["dead_letter_arn"]
    told.append(
        f"Its own dead-letter queue: {estate.name_of(queue)}."
        if queue
        else "It has no dead-letter queue of its own."
    )
    if row["kms_key"]:
        told.append("Encrypted with a key of the customer: schema discovery does not work with one.")
    if row["retention_days"]:
        told.append(f"Its events stay replayable for {words.plural(row['retention_days'], 'day')}.")
    if row["partner_source"]:
        told.append(f"Fed by the partner event source {row['partner_source']}.")
    st.text("\n".join(clean(line, 400) for line in told))


def _policy(estate: Estate, row: Row) -> list[str]:
    told = allowing.in_words(estate, row["policy"])
    if not told and not sight.is_read(estate, row["arn"]):
        return ["Policy: it could not be read."]
    if not told:
        return ["Policy: none. Only principals of its own account may put events, by policies of their own."]
    more = [f"and {len(told) - MOST_STATEMENTS} more statements."] if len(told) > MOST_STATEMENTS else []
    return [f"Policy: {line}" for line in told[:MOST_STATEMENTS]] + more


def _logs(estate: Estate, arn: str) -> list[str]:
    found = next((one for one in sight.log_sight(estate) if one.bus == arn), None)
    return [f"Logs: {found.why}"] if found else []


def _discovery(answer: BusAnswer) -> list[str]:
    if not answer.discoverers:
        return ["Schema discovery: no discoverer that was read watches it."]
    return [
        f"Schema discovery: {str(row['state'] or 'state not known').lower()}, into the registry {buses.DISCOVERED}."
        for row in answer.discoverers
    ]


def _kept(estate: Estate, archive: Row) -> str:
    days = archive["retention_seconds"]
    how_long = f"for {words.plural(days // 86_400, 'day')}" if days else "without end"
    what = estate.filter_of(archive["pattern"], "data").family if archive["pattern"] else "every event"
    state_ = f" ({str(archive['state']).lower()})" if archive["state"] not in (None, "ENABLED") else ""
    return f"Archive {archive['name']}{state_} keeps {what} {how_long}."
