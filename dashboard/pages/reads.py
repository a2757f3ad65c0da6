"""Fields read: which payload fields the consumers of an event type depend on, and who breaks when one is dropped."""

import pandas as pd
import streamlit as st

from dashboard import state
from dashboard.escape import clean
from dashboard.flow.answers import Consumers
from dashboard.flow.backwards import reading
from dashboard.flow.backwards.reading import Dropped
from dashboard.flow.backwards.seeing import touches
from dashboard.flow.model.estate import Estate
from dashboard.pages import parts, reversed_answers, words
from dashboard.pages.scope import Scope

_BREAKS = {
    "yes": "✖ breaks",
    "changes": "◐ decides otherwise",
    "unknown": "■ not visible",
    "no": "● not affected",
}


def render(estate: Estate, got: Consumers, scope: Scope) -> None:
    """What is read on the way; and for a field that is picked, who breaks without it."""
    if not got.consumers:
        st.text("Nobody consumes it, so nobody reads its fields.")
        return
    read, known = reversed_answers.fields_read(estate, got)
    if read:
        frame = pd.DataFrame(
            {"Field": one.field, "Consumers": len(one.readers), "Read by": one.where} for one in read
        )
        parts.table(frame, "fields-read", choose=lambda i: state.put(without=read[i].field))
    else:
        st.text("No pattern, filter, input path or transformer on the way reads a field of the payload.")
    parts.quiet("What a function's own code reads is not visible here.", "code")
    field = _picked(known)
    if field:
        _dropped(estate, got, field, scope)


def _picked(known: tuple[str, ...]) -> str | None:
    asked = state.get("without")
    asked = reading.named(asked) if asked else None
    if asked and known and not any(touches(asked, one) for one in known):
        state.note(
            "The field that the link leaves out is in no schema of the type, and nothing reads it; it was dropped."
        )
        state.put(without=None)
        asked = None
    options = list(dict.fromkeys([*known, *([asked] if asked else [])]))
    if st.session_state.get("drop-field") != asked:
        st.session_state["drop-field"] = asked
    st.selectbox(
        "Who breaks if this field is dropped?",
        options,
        index=None,
        key="drop-field",
        format_func=lambda name: clean(name, 120),
        filter_mode="contains",
        placeholder="Pick a field" if options else "No field is known",
        disabled=not options,
        on_change=lambda: state.put(without=st.session_state.get("drop-field")),
    )
    return asked


def _dropped(estate: Estate, got: Consumers, field: str, scope: Scope) -> None:
    every = reversed_answers.dropped(estate, got, field)
    with st.container(border=True, key="dropped"):
        st.text(_sentence(field, every))
    rows = [one for one in every if scope.admits(one.row, estate.name_of(one.row.bus))]
    parts.hidden(len(rows), len(every), scope, "consumer rows", "dropped")
    if rows:
        frame = pd.DataFrame([_row(estate, one) for one in rows])
        parts.table(frame, "dropped", choose=lambda i: state.put(sel=rows[i].row.arn))


def _sentence(field: str, rows: tuple[Dropped, ...]) -> str:
    on = [one for one in rows if one.row.active]
    count = {kind: len({one.row.arn for one in on if one.breaks == kind}) for kind in reading.BREAKS}
    total = len({one.row.arn for one in on})
    text = (
        f"Without {clean(field, 120)}: {count['yes']} of {words.plural(total, 'consumer')} break for certain"
    )
    if count["changes"]:
        text += f", for {count['changes']} a filter decides otherwise"
    return f"{text}, of {count['unknown']} it is not visible, {count['no']} {'is' if count['no'] == 1 else 'are'} not affected."


def _row(estate: Estate, one: Dropped) -> dict[str, object]:
    row = one.row
    return {
        "Consumer": row.name,
        "Kind": row.kind,
        "Without it": _BREAKS[one.breaks] if row.active else f"{words.INACTIVE}; {_BREAKS[one.breaks]}",
        "Why": " ".join(one.says),
        "Domain": row.domain,
        "Owner": row.owner,
        "Through": words.path(row),
        "Bus": estate.name_of(row.bus),
        "Account": row.account,
        "Region": row.region,
    }
