"""Collect again: the button, and the progress of the run under way, the same for every browser."""

import streamlit as st

from dashboard import collecting, state
from dashboard.collecting import BusyError, Collecting
from dashboard.escape import clean
from dashboard.pages import words

_SEEN = "_collection_seen"


def control(label: str = "Collect again") -> None:
    """The button when nothing runs, else the progress."""
    now = state.collection()
    if now and now.running:
        st.session_state[_SEEN] = False
        _progress()
        return
    if elsewhere():
        st.text("A collection into this store is under way, started elsewhere. Reload to see its end.")
        return
    if now:
        st.text(clean(now.sentence, 400))
    st.button(label, on_click=_begin, key="collect", icon=":material/refresh:")


def _begin() -> None:
    try:
        state.collect()
    except BusyError as error:
        state.note(str(error))
    except OSError as error:
        state.note(f"The store cannot be written: {error.strerror}.")


@st.fragment(run_every=1.0)
def _progress() -> None:
    now = state.collection()
    if now is None or not now.running:
        # the whole page again: it now shows the new snapshot
        st.rerun(scope="app")
        return
    _show(now)
    st.button("Stop", on_click=now.stop, key="stop-collecting", type="tertiary")


def _show(now: Collecting) -> None:
    states = list(now.states.values())
    total = now.total or 1
    counted = (
        f"{now.done} of {words.plural(total, 'scope')} done" if now.total else "asking what there is to read"
    )
    st.progress(min(now.done / total, 1.0), text=f"Collecting: {counted}")
    under_way = [one for one in states if one.status is None][:6]
    told = [
        f"{one.collector} in {one.account} {one.region}: {words.plural(one.rows, 'row')}" for one in under_way
    ]
    st.text(clean("\n".join(told) or "Asking AWS who we are …", 600).replace("⟦000A⟧", "\n"))


def elsewhere() -> bool:
    """Whether another server collects into the store now."""
    now = state.collection()
    return not (now and now.running) and collecting.busy(state.settings().store)
