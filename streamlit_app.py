"""Headwater's pages: who produces and who consumes every event. Start with `streamlit run streamlit_app.py`."""

import threading

import streamlit as st
from starlette.middleware import Middleware

from dashboard import state
from dashboard.headers import Headers
from dashboard.keyboard import Keyboard
from dashboard.pages import PAGES, Page, frame, links, parts
from dashboard.pages import scope as scopes
from dashboard.pages.scope import Scope

_SCOPE = "_scope"


def _page(page: Page) -> st.Page:
    def draw() -> None:
        if scopes.changed():
            st.rerun()
        notes = st.container()
        scope: Scope = st.session_state[_SCOPE]
        links.here(page.slug)
        links.follow()
        page.render(state.estate(), scope)
        # last: only now is it known what of the link was not
        with notes:
            parts.notes()

    def run() -> None:
        # a fragment: a click within the page draws the page anew, and not what stands around it
        st.fragment(lambda: frame.boundary(draw))()

    return st.Page(run, title=page.title, url_path=page.slug, default=page is PAGES[0])


def _sidebar() -> None:
    st.session_state[_SCOPE] = frame.sidebar({page.slug: page.icon for page in PAGES})


def main() -> None:
    """One run for one browser: the frame, then the page it asks for."""
    st.set_page_config(page_title="Headwater", page_icon=frame.ICON, layout="wide", initial_sidebar_state=260)
    parts.style()
    refused = frame.refusal()
    if refused:
        st.text(refused)
        st.stop()
    pages = {page.slug: _page(page) for page in PAGES}
    links.register(pages)
    chosen = st.navigation(list(pages.values()), position="hidden")
    scopes.changed()  # they are drawn anew right now
    # here and not in the page: Streamlit then keeps the filters, in the URL too, from page to page
    with frame.turn():
        if frame.boundary(_sidebar):
            chosen.run()


if __name__ == "__main__":  # one run for one browser
    main()
else:  # `streamlit run` imports the server from here
    app = st.App(__file__, middleware=[Middleware(Headers), Middleware(Keyboard)])
    threading.Thread(target=state.preload, name="preload", daemon=True).start()
