"""What stands around every page: the boundary where errors become sentences, the sidebar, the address it serves on."""

import ipaddress
import os
import sys
import threading
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import streamlit as st

from collectors.errors import DamagedError, HeadwaterError, NoSnapshotError, StoreError
from dashboard import state
from dashboard.escape import clean
from dashboard.pages import collect, first_run, links, scope

# a file of our own: Streamlit fetches named icons for the browser's tab from another host
ICON = str(Path(__file__).with_name("icon.png"))
EVERY_SECONDS = 10.0
"""How often an open page looks for a new snapshot: the listing of a folder."""
PATIENCE = 3.0
"""How many seconds one waits for others before a page is drawn all the same: one that takes long keeps nobody longer."""
_TURN = threading.RLock()
ALLOW = "HEADWATER_ALLOW_ADDRESS"


def refusal() -> str | None:
    """Why this server must not serve: it listens beyond this machine and nobody said it may. None when all is well."""
    address = str(st.get_option("server.address") or "")
    if _is_loopback(address):
        return None
    if os.environ.get(ALLOW) == address and st.get_option("server.allowedHosts"):
        return None
    return (
        f"Headwater serves this machine only. It was started on {clean(address) or 'every address'}, where anyone who reaches it "
        f"could read the estate. To allow that, put a sign-in in front of it, name its hosts in server.allowedHosts, and set {ALLOW} "
        "to that address. docs/pages.md says how."
    )


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return address == "localhost"


@contextmanager
def turn() -> Iterator[None]:
    """Wait for those who asked before, PATIENCE seconds at most.

    Many pages drawn at once keep the thread waiting that sends what is drawn: one after the other all are there sooner.
    """
    is_mine = _TURN.acquire(timeout=PATIENCE)
    try:
        yield
    finally:
        if is_mine:
            _TURN.release()


def boundary(draw: Callable[[], None]) -> bool:
    """Draws; whether that worked. What goes wrong is a sentence in the browser, and a traceback on stderr only."""
    try:
        with turn():
            draw()
    except NoSnapshotError as error:
        first_run.render(error)
    except StoreError as error:
        _unreadable(error)
    except HeadwaterError as error:
        _failed(str(error))
    except Exception:  # noqa: BLE001 - the boundary: a traceback never reaches the browser
        traceback.print_exc(file=sys.stderr)
        _failed("This page could not be drawn. That is a bug in Headwater; its log says more.")
    else:
        return True
    return False


def _unreadable(error: StoreError) -> None:
    """A part of the snapshot cannot be read: the one before it is shown instead, and where there is none, how to make another."""
    if isinstance(error, DamagedError):
        with suppress(HeadwaterError):
            if state.pass_over(state.estate(), str(error)):
                st.rerun()
    _failed(str(error), collects=True)


def _failed(sentence: str, *, collects: bool = False) -> None:
    with st.container(border=True):
        st.header("That did not work", anchor=False)
        st.text(clean(sentence, 500))
        if collects:
            collect.control()
            return
        st.text("Reload the page, or reset the filters.")
        st.button("Reset filters", on_click=scope.reset, key="reset-failed")


@st.fragment(run_every=EVERY_SECONDS)
def _watch(shown: str) -> None:
    """Draws the page anew when there is another snapshot. What is asked, chosen and selected stays: it lives in the URL."""
    if state.newest() not in (None, shown):
        st.rerun(scope="app")


def sidebar(icons: Mapping[str, str]) -> scope.Scope:
    """The way to each page, and the shared filters. Raises what loading the snapshot raises."""
    with st.sidebar:
        with st.container(key="brand"):
            st.text("Headwater")
        for slug, icon in icons.items():
            links.page(slug, icon)
        estate = state.estate()
        _watch(estate.snapshot.id)
        return scope.sidebar(estate)
