"""Catalogue: every event type that is known, by domain and owner, with what is missing."""

import pandas as pd
import streamlit as st

from dashboard.escape import clean
from dashboard.flow.answers import EventRow, Events, OpenSubscription
from dashboard.flow.model.estate import Estate
from dashboard.flow.who import catalogue
from dashboard.pages import links, parts, scope, words
from dashboard.pages.scope import PLACED, Scope


def render(estate: Estate, scope: Scope) -> None:
    """All event types within the scope; a row opens its page."""
    st.title("Catalogue", anchor=False)
    parts.facts(estate)
    parts.beside(scope, *PLACED)
    with st.spinner("Counting who produces and consumes each event type …", show_time=True):
        found = catalogue.events(estate)
    rows = [row for row in found.events if scope.admits_event(estate, row)]
    words_ = _find()
    rows = [row for row in rows if words_ in f"{row.detail_type} {row.source}".lower()]
    _table(estate, rows, found, scope)
    parts.gaps(found.gaps, "the catalogue")
    _open(estate, found, scope)
    _malformed(estate, found)


def _find() -> str:
    return st.text_input(
        "Find in the catalogue",
        key="find",
        type="search",
        placeholder="Part of a name or source",
        max_chars=200,
        live="200ms",
        bind="query-params",
        label_visibility="collapsed",
    ).lower()


def _table(estate: Estate, rows: list[EventRow], found: Events, scope_: Scope) -> None:
    with st.container(key="quiet-count"):
        st.text(f"{len(rows):,} of {words.plural(len(found.events), 'event type')} shown.")
    if not rows:
        with st.container(border=True):
            if not found.events:
                st.text(
                    "The snapshot holds no event type: no schema, no observed event, no rule that names one."
                )
                links.link("coverage", "See what was read, and what could not be")
                return
            st.text(f"Nothing matches {scope_.words() or 'the words above'}.")
            st.button("Show all", on_click=_reset, key="reset-catalogue")
        return
    frame = pd.DataFrame([_event(estate, row) for row in rows])
    parts.table(frame, "catalogue", leaves=True, choose=lambda i: _leave(rows[i]))


def _leave(row: EventRow) -> None:
    links.later("event", source=row.source, type=row.detail_type)


def _reset() -> None:
    scope.reset()
    st.session_state["find"] = ""


def _event(estate: Estate, row: EventRow) -> dict[str, object]:
    return {
        "Event type": row.detail_type,
        "Source": row.source,
        "Domain": row.domain,
        "Owner": row.owner,
        "Producers": row.producers,
        "Consumers": row.consumers,
        "Events traced": row.events,
        "Last seen, UTC": words.stamp(row.last_seen),
        "Known by": ", ".join(row.known_by),
        "Bus": ", ".join(sorted({estate.name_of(bus) for bus in row.buses})),
        "Remark": row.orphan,
    }


def _stands(estate: Estate, scope_: Scope, row: OpenSubscription) -> bool:
    """An open subscription is of no event type: its own domain and owner count, and where its bus is."""
    return (
        scope_.lets("domain", estate.domain_of(row.subscription))
        and scope_.lets("owner", estate.owner_of(row.subscription))
        and scope_.lets("bus", estate.name_of(row.bus))
        and scope_.lets("account", estate.account_of(row.bus))
        and scope_.lets("region", estate.region_of(row.bus))
    )


def _open(estate: Estate, found: Events, scope_: Scope) -> None:
    """Subscriptions that name no single type: they may take events that nobody lists."""
    rows = [row for row in found.open if _stands(estate, scope_, row)]
    if not found.open:
        return
    st.header("Open subscriptions", anchor=False)
    parts.hidden(len(rows), len(found.open), scope_, "open subscriptions", "open")
    if not rows:
        return
    parts.quiet(
        "Rules and subscribers whose filter names no single event type: families, whole sources, catch-alls.",
        "open",
    )
    frame = pd.DataFrame(
        [
            {
                "Rule or subscriber": row.name,
                "Takes": row.family,
                "Bus": estate.name_of(row.bus),
                "Account": estate.account_of(row.bus),
                "Region": estate.region_of(row.bus),
                "Everything": "catch-all" if row.catch_all else "",
            }
            for row in rows
        ]
    )
    parts.table(frame, "open-subscriptions")


def _malformed(estate: Estate, found: Events) -> None:
    if not found.malformed:
        return
    st.header("Patterns that cannot be read", anchor=False)
    for arn, why in found.malformed[:50]:
        st.text(f"{clean(estate.name_of(arn))}: {clean(why, 200)}")
