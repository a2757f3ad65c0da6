"""What takes seconds on a large estate is made beside the page: whoever types on is never kept waiting for it."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from typing import TypeVar

import streamlit as st

from dashboard.flow.model.estate import Estate
from dashboard.pages import parts

T = TypeVar("T")
AT_ONCE = 500
"""Rules and subscribers of an estate that is small enough to make everything at once."""
EVERY_SECONDS = 1.0


def is_small(estate: Estate) -> bool:
    """Whether everything about it is found in no time."""
    return len(estate.subscriptions) <= AT_ONCE


def made(estate: Estate, key: str, make: Callable[[], T]) -> T | None:
    """What `make` gives, kept for the estate's life; None while a thread still makes it. Raises what making it raised."""
    if is_small(estate):
        return make()
    futures: dict[str, Future[T]] = estate.memory.setdefault("behind", {})
    if key not in futures:
        futures[key] = Future()
        _start(partial(_make, futures[key], make))
    return futures[key].result() if futures[key].done() else None


def _start(make: Callable[[], None]) -> None:
    threading.Thread(target=make, name="behind", daemon=True).start()


def _make(future: Future[T], make: Callable[[], T]) -> None:
    try:
        future.set_result(make())
    except Exception as error:  # noqa: BLE001 - whoever asks gets it
        future.set_exception(error)


@st.fragment(run_every=EVERY_SECONDS)
def waiting(says: str, key: str, is_there: Callable[[], bool]) -> None:
    """Says what is being made, and draws the page anew once it is there."""
    if is_there():
        st.rerun(scope="app")
    parts.quiet(says, key)
