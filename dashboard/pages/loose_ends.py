"""Loose ends: event types without schema, consumer or sender, never seen, or matching nothing; and how that is known."""

import pandas as pd
import streamlit as st

from dashboard.escape import clean
from dashboard.flow.model.estate import Estate
from dashboard.flow.who import loose_ends
from dashboard.flow.who.loose_ends import KINDS, LooseEnd
from dashboard.pages import links, parts, words
from dashboard.pages.scope import PLACED, Scope


def render(estate: Estate, scope: Scope) -> None:
    """All loose ends within the scope, a table a kind; a row opens the event type."""
    st.title("Loose ends", anchor=False)
    parts.facts(estate)
    parts.beside(scope, *PLACED)
    with st.spinner("Looking at every event type …", show_time=True):
        found = loose_ends.loose_ends(estate)
    rows = [end for end in found.ends if _admits(estate, scope, end)]
    with st.container(key="sentence"):
        st.text(_sentence(rows, is_complete=found.complete))
    parts.hidden(len(rows), len(found.ends), scope, "loose ends", "ends")
    for index, note in enumerate(found.notes):
        parts.quiet(clean(note, 400), f"note-{index}")
    parts.gaps(found.gaps, "this list")
    for kind, title in KINDS.items():
        _kind(estate, title, kind, [end for end in rows if end.kind == kind])


def _admits(estate: Estate, scope: Scope, end: LooseEnd) -> bool:
    """As the catalogue shows event types: by domain and owner, and by where their buses are."""
    return (
        scope.lets("domain", end.domain)
        and scope.lets("owner", end.owner)
        and scope.lets_any("bus", [estate.name_of(bus) for bus in end.buses])
        and scope.lets_any("account", [estate.account_of(bus) for bus in end.buses])
        and scope.lets_any("region", [estate.region_of(bus) for bus in end.buses])
    )


def _sentence(rows: list[LooseEnd], *, is_complete: bool) -> str:
    if not rows and not is_complete:
        return "Nothing is known to be loose, and not all of it could be told: the lines below say what was not visible."
    if not rows:
        return "No loose ends: every event type that was looked at has a schema, a sender and a consumer, as far as was read."
    types = {(end.source, end.detail_type) for end in rows}
    return f"{words.plural(len(rows), 'loose end')} of {words.plural(len(types), 'event type')}."


def _kind(estate: Estate, title: str, kind: str, rows: list[LooseEnd]) -> None:
    if not rows:
        return
    st.header(f"{title} ({len(rows):,})", anchor=False)
    parts.table(
        pd.DataFrame([_row(estate, end) for end in rows]),
        kind.replace(" ", "-"),
        leaves=True,
        choose=lambda i: links.later("event", source=rows[i].source, type=rows[i].detail_type),
    )


def _row(estate: Estate, end: LooseEnd) -> dict[str, object]:
    return {
        "Event type": end.detail_type,
        "Source": end.source,
        "What is loose": end.says,
        "How we know": end.evidence,
        "Domain": end.domain,
        "Owner": end.owner,
        "Events": end.events,
        "Last seen, UTC": words.stamp(end.last_seen),
        "Bus": ", ".join(sorted({estate.name_of(bus) for bus in end.buses})),
    }
