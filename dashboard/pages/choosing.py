"""Choosing what a tool is about: the event type and the bus, both kept in the URL."""

import streamlit as st

from dashboard import state
from dashboard.escape import clean
from dashboard.flow.backwards import named
from dashboard.flow.model.estate import Estate
from dashboard.flow.model.known import Key, known
from dashboard.flow.walk import linking
from dashboard.pages import links, words

EVERY = ""
"""How the choice calls no bus in particular: the widget takes None for nothing chosen."""


def nothing() -> None:
    """What an empty snapshot says where an event type is to be chosen."""
    st.text("The snapshot holds no event type: no schema, no observed event, no rule that names one.")
    links.link("coverage", "See what was read, and what could not be")


def event_type(estate: Estate, label: str, key: str) -> Key | None:
    """The event type in the URL, or the one chosen here. One that nothing knows can be asked about by a link."""
    source, detail_type = state.get("source"), state.get("type")
    asked = (source, detail_type) if source and detail_type else None
    options = sorted(known(estate), key=lambda k: (k[1].lower(), k[0]))
    if not options:
        nothing()
    if asked and asked not in known(estate):
        options.insert(0, asked)
    if key not in st.session_state or st.session_state[key] != asked:
        st.session_state[key] = asked
    st.selectbox(
        label,
        options,
        index=None,
        key=key,
        format_func=lambda k: f"{clean(k[1])} ({clean(k[0])})",
        filter_mode="contains",
        placeholder="Type a part of its name or source" if options else "The snapshot holds no event type",
        disabled=not options,
        on_change=lambda: _chosen(key),
    )
    return asked


def _chosen(key: str) -> None:
    source, detail_type = st.session_state.get(key) or (None, None)
    state.put(source=source, type=detail_type)


def bus(estate: Estate, key: str) -> str | None:
    """The bus in the URL, or the one chosen here; None: every bus where the event enters."""
    options = sorted(estate.buses, key=lambda arn: (estate.name_of(arn), arn))
    asked = state.choice("on", options)
    if key not in st.session_state or st.session_state[key] != (asked or EVERY):
        st.session_state[key] = asked or EVERY
    st.selectbox(
        "On which bus?",
        [EVERY, *options],
        key=key,
        format_func=lambda arn: place(estate, arn) if arn else "every bus where it enters",
        filter_mode="contains",
        on_change=lambda: state.put(on=st.session_state.get(key)),
    )
    return asked


def place(estate: Estate, arn: str) -> str:
    """A bus by name, account and region."""
    return words.joined([estate.name_of(arn), estate.account_of(arn), estate.region_of(arn)])


def selected(estate: Estate) -> str | None:
    """What the URL selects, where the estate has it: an address in a link is anything at all. Else it is dropped, with a note."""
    arn = state.get("sel")
    if arn is None or estate.row_of(arn) or arn in estate.rules:
        return arn
    if named.is_known(estate, arn) or linking.called(estate, arn):
        return arn
    state.note("What the link selects is not in the snapshot; it was left out.")
    state.put(sel=None)
    return None
