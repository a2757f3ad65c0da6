"""Which meaning of a name was taken, and the others as buttons that ask the question of them."""

from collections.abc import Callable, Sequence

import streamlit as st

from dashboard.escape import clean, markdown
from dashboard.flow.backwards.named import Named
from dashboard.pages import parts, words

MOST = 8


def called(one: Named) -> str:
    """What a meaning is, with what tells it from others of its name: source, or account and region."""
    if one.event:
        return f"event type {clean(one.name)} ({clean(one.event[0])})"
    return words.joined([f"{one.kind} {clean(one.name)}", one.account, one.region])


def say(key: str, taken: Named | None, meanings: Sequence[Named], question: Callable[[Named], str]) -> None:
    """What the name was taken for, or with None that all was asked, where it may mean several; a button asks of one alone."""
    others = [one for one in meanings if one != taken]
    if len(meanings) < 2 or not others:
        return
    told = (
        f"Taken: {called(taken)}. Or is it meant to be" if taken else "Asked of all that is called so. Only"
    )
    with st.container(key=f"others-{key}", horizontal=True, vertical_alignment="center", gap="small"):
        with st.container(key=f"quiet-taken-{key}", width="content"):
            st.text(told)
        for index, one in enumerate(others[:MOST]):
            st.button(
                markdown(called(one), 120),
                key=f"meant-{key}-{index}",
                type="tertiary",
                on_click=ask,
                args=(question(one),),
            )
        if len(others) > MOST:
            parts.quiet(f"and {len(others) - MOST} more", f"more-{key}")


def ask(question: str) -> None:
    """Put a question into the box: what it is bound to follows."""
    st.session_state["q"] = question
