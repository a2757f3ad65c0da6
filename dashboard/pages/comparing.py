"""Two versions of a type's contract side by side: what changed, what of it breaks, and who reads the fields concerned."""

import difflib

import pandas as pd
import streamlit as st

from dashboard import state
from dashboard.escape import clean
from dashboard.flow.answers import Consumers
from dashboard.flow.backwards import reading
from dashboard.flow.backwards.seeing import touches
from dashboard.flow.model import contract, versions
from dashboard.flow.model.contract import Change
from dashboard.flow.model.estate import Estate
from dashboard.flow.model.versions import Contract
from dashboard.pages import parts, reversed_answers, words

_SIGNS = {True: "✖ breaking", False: "● safe"}


def render(estate: Estate, got: Consumers) -> None:
    """A choice of two, then the changes in plain words, then line by line."""
    event = got.event
    every = versions.contracts(estate, event.source, event.detail_type)
    usual = versions.pair(estate, event.source, event.detail_type)
    if usual is None:
        return
    st.subheader("Versions", anchor=False)
    old, new = _chosen(every, usual)
    changes = contract.compare(old.content, new.content)
    with st.container(key="versions"):
        st.text(_sentence(old, new, changes))
    others = contract.unlisted(old.content, new.content)
    if others:
        parts.quiet(f"Not compared, since it is no field: {', '.join(others)}.", "unlisted")
    if changes:
        read = reversed_answers.fields_read(estate, got)[0]
        parts.table(pd.DataFrame([_row(change, read) for change in changes]), "contract-changes")
    lines = _diff(old, new)
    if lines:
        with st.expander("Line by line"):
            st.code("\n".join(clean(line, 300) for line in lines), language="diff")


def _chosen(every: tuple[Contract, ...], usual: tuple[Contract, Contract]) -> tuple[Contract, Contract]:
    by_name = {one.name: one for one in every}
    found = []
    with st.container(horizontal=True, gap="small"):
        for part, label, default in (("old", "From", usual[0]), ("new", "To", usual[1])):
            name = state.choice(part, list(by_name), default.name) or default.name
            key = f"version-{part}"
            if st.session_state.get(key) != name:
                st.session_state[key] = name
            st.selectbox(
                label, list(by_name), key=key, format_func=clean, on_change=_put, args=(part,), width=360
            )
            found.append(by_name[name])
    return found[0], found[1]


def _put(part: str) -> None:
    state.put(**{part: st.session_state.get(f"version-{part}")})


def _sentence(old: Contract, new: Contract, changes: tuple[Change, ...]) -> str:
    breaking = sum(change.breaking for change in changes)
    if not changes:
        return f"Every field of {clean(new.name)} is as in {clean(old.name)}."
    safe = len(changes) - breaking
    told = words.plural(breaking, "breaking change") if breaking else "no breaking change"
    told += f" and {words.plural(safe, 'safe one')}" if safe else ""
    return f"From {clean(old.name)} to {clean(new.name)}: {told}."


def _row(change: Change, read: tuple[reversed_answers.ReadField, ...]) -> dict[str, object]:
    path = reading.named(change.path)
    readers = [one for one in read if touches(path, one.field)]
    return {
        "Change": _SIGNS[change.breaking],
        "Field": change.path,
        "What": change.says,
        "Readers": len({arn for one in readers for arn in one.readers}),
        "Where": "; ".join(one.where for one in readers),
    }


def _diff(old: Contract, new: Contract) -> list[str]:
    before, after = contract.lines(old.content), contract.lines(new.content)
    return list(difflib.unified_diff(before, after, old.name, new.name, lineterm="", n=2))
