"""No snapshot yet: how to make one."""

import streamlit as st

from collectors.errors import NoSnapshotError
from dashboard import state
from dashboard.escape import clean
from dashboard.pages import collect


def render(error: NoSnapshotError) -> None:
    """What is missing, and the two ways to get it."""
    st.title("No snapshot yet", anchor=False)
    st.text(clean(error, 400))
    for note in state.notes():
        st.text(note)
    look, own = st.columns(2, gap="large")
    with look, st.container(border=True):
        st.header("For a first look", anchor=False)
        st.text("A retailer's estate on this machine, collected over HTTP. It needs no AWS account.")
        st.code("make run", language=None)
    with own, st.container(border=True):
        st.header("Your own estate", anchor=False)
        st.text("With AWS credentials in the environment. Only read-only calls are made.")
        st.code("python -m collectors", language=None)
        collect.control("Collect now, with this server's credentials")
